"""The doctor's questions to the vendors, asked through the vendor packages: same client, allow-list and token code.

One token and one `subscribedSkus` read per tenant. Answers are looked at and dropped; nothing is stored.
"""

import functools
import json
from collections.abc import Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Self

import msal
import pyarrow as pa

from data_contracts.contract import raw_contract
from ingestion.connectwise import endpoints as connectwise_endpoints
from ingestion.connectwise.client import ConnectWiseClient
from ingestion.connectwise.client import allowed_requests as connectwise_requests
from ingestion.http.client import HttpClient
from ingestion.legs import LegStats
from ingestion.microsoft.auth import TenantTokens, granted_roles
from ingestion.microsoft.client import GraphClient, graph_http
from ingestion.microsoft.connection import VENDOR, MicrosoftConnection, Tenant
from ingestion.microsoft.directory import select_options
from ingestion.microsoft.endpoints import (
    AAD_PREMIUM_P1,
    AAD_PREMIUM_P2,
    DIRECTORY_ENDPOINTS,
    EVENTS,
    MESSAGES,
    PREVIEW_PERMISSIONS,
    SUBSCRIBED_SKUS,
)
from ingestion.microsoft.tenants import resolve_tenants
from ingestion.pax8 import endpoints as pax8_endpoints
from ingestion.pax8.client import Pax8Client
from ingestion.pax8.client import allowed_requests as pax8_requests
from ingestion.projection.envelope import ARRAY, PAX8
from ingestion.projection.page import ProjectedPage, project
from orchestration.connections import connectwise_connection, microsoft_connection, pax8_connections
from orchestration.doctor import NeededRole
from orchestration.settings_schema import Settings
from orchestration.settings_vendors import MailboxSettings, TenantSettings
from orchestration.vendor_selection import Selection

PREMIUM_PLANS = {AAD_PREMIUM_P1: "P1", AAD_PREMIUM_P2: "P2"}
# A SKU in grace is still usable. Source: reference microsoft-graph, section 9.1.
USABLE_STATUSES = ("Enabled", "Warning")


def directory_roles() -> tuple[NeededRole, ...]:
    """The permissions that reading a tenant's directory needs, from the endpoints' own facts."""
    return _needed((endpoint.table, endpoint.permissions) for endpoint in DIRECTORY_ENDPOINTS)


def mailbox_roles(mailboxes: MailboxSettings | None) -> tuple[NeededRole, ...]:
    """The permissions that the listed mailboxes need; with preview the wider mail permission."""
    if mailboxes is None:
        return ()
    mail = PREVIEW_PERMISSIONS if mailboxes.preview else MESSAGES.permissions
    return _needed([(MESSAGES.table, mail), (EVENTS.table, EVENTS.permissions)])


def _needed(reads: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[NeededRole, ...]:
    """One entry per least permission; a broader one does instead only where it does for every table."""
    tables: dict[str, list[str]] = {}
    instead: dict[str, tuple[str, ...]] = {}
    for table, (least, *broader) in reads:
        tables.setdefault(least, []).append(table)
        instead[least] = tuple(role for role in instead.get(least, tuple(broader)) if role in broader)
    return tuple(NeededRole(role, "for " + ", ".join(names), instead[role]) for role, names in tables.items())


class VendorProbes:
    """Asks the vendors that a selection names; closes its connections at the end of the `with` block."""

    def __init__(self, settings: Settings, selection: Selection) -> None:
        self._open = ExitStack()
        self._tokens: dict[str, TenantTokens] = {}
        self._connectwise = connectwise_connection(settings, selection)
        self._pax8 = {item.connection_id: item for item in pax8_connections(settings, selection)}
        self._configured = microsoft_connection(settings, selection)
        self._cache = msal.TokenCache()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @functools.cached_property
    def _graph_http(self) -> HttpClient:
        return self._closed_later(graph_http(self._configured))

    @functools.cached_property
    def _microsoft(self) -> MicrosoftConnection:
        # Resolved at the first question: a secret that is plainly wrong must be told before any call.
        return resolve_tenants(self._configured, self._graph_http)

    def token_roles(self, tenant: TenantSettings) -> frozenset[str] | None:
        """Application permissions in a new token of this tenant, None where it does not show them."""
        return granted_roles(self._tokens_of(tenant).token())

    def premium_plans(self, tenant: TenantSettings) -> frozenset[str]:
        """Which of `P1` and `P2` the tenant's usable SKUs contain."""
        tenant_id = self._resolved(tenant).tenant_id
        client = GraphClient(self._graph_http, self._microsoft.graph_url, tenant_id, self._tokens_of(tenant))
        contract = raw_contract(VENDOR, SUBSCRIBED_SKUS.table)
        url = client.url(SUBSCRIBED_SKUS, select_options(contract, SUBSCRIBED_SKUS))
        found: set[str] = set()
        for page in client.pages(SUBSCRIBED_SKUS, url, contract, LegStats()):
            found |= _premium_plans(page.table)
        return frozenset(found)

    def read_connectwise(self) -> None:
        """One company of the selected ConnectWise, projected as a run would."""
        found = self._connectwise
        http = self._closed_later(HttpClient(connectwise_requests(found), ca_bundle=found.ca_bundle))
        client = ConnectWiseClient(found, http)
        endpoint = connectwise_endpoints.COMPANIES
        content = client.get(endpoint, f"{endpoint.path}?pageSize=1")
        project(
            content, raw_contract("connectwise", endpoint.table), where=client.where(endpoint.table), envelope=ARRAY
        )

    def read_pax8(self, connection_id: str) -> None:
        """One company of a selected Pax8 account, projected as a run would."""
        found = self._pax8[connection_id]
        http = self._closed_later(HttpClient(pax8_requests(found), ca_bundle=found.ca_bundle))
        client = Pax8Client(found, http)
        endpoint = pax8_endpoints.COMPANIES
        contract = raw_contract("pax8", endpoint.table)

        def read(content: bytes) -> ProjectedPage:
            return project(content, contract, where=client.where(endpoint.table), envelope=PAX8)

        next(client.pages(endpoint, endpoint.path, read, LegStats(), size=1))

    def _closed_later(self, client: HttpClient) -> HttpClient:
        self._open.callback(client.close)
        return client

    def _resolved(self, tenant: TenantSettings) -> Tenant:
        found = next(item for item in self._microsoft.tenants if item.configured_id == tenant.tenant_id)
        if found.problem is not None:
            raise found.problem
        return found

    def _tokens_of(self, tenant: TenantSettings) -> TenantTokens:
        if tenant.tenant_id not in self._tokens:
            self._tokens[tenant.tenant_id] = TenantTokens(
                self._resolved(tenant),
                self._microsoft.login_url,
                self._microsoft.graph_scope,
                self._graph_http,
                self._cache,
            )
        return self._tokens[tenant.tenant_id]


def _premium_plans(skus: pa.Table) -> set[str]:
    """P1 and P2 among the service plans of usable SKUs; a plan that is not provisioned licenses nobody."""
    found = set()
    for status, plans in zip(
        skus.column("capability_status").to_pylist(), skus.column("service_plans").to_pylist(), strict=True
    ):
        if status is None or status in USABLE_STATUSES:
            for plan in json.loads(plans) if plans else []:
                if plan.get("provisioningStatus") == "Success":
                    found.add(PREMIUM_PLANS.get((plan.get("servicePlanId") or "").lower(), ""))
    return found - {""}
