"""The doctor's questions to the vendors, asked through the vendor packages: same client, allow-list and token code.

One token and one `subscribedSkus` read per tenant. Answers are looked at and dropped; nothing is stored.
"""

import json
from collections.abc import Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Self

import msal
import pyarrow as pa

from data_contracts.contract import raw_contract
from ingestion.http.allowlist import AllowList
from ingestion.http.client import HttpClient
from ingestion.legs import LegStats
from ingestion.microsoft.auth import TenantTokens, granted_roles
from ingestion.microsoft.client import GraphClient, allowed_requests
from ingestion.microsoft.connection import VENDOR, MicrosoftConnection
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
from ingestion.projection.page import GRAPH, project
from orchestration.connections import microsoft_connection
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
        self._settings = settings
        self._open = ExitStack()
        self._tokens: dict[str, TenantTokens] = {}
        self._microsoft = microsoft_connection(settings, selection)
        if self._microsoft is not None:
            self._graph_http = self._client(allowed_requests(self._microsoft))
            self._cache = msal.TokenCache()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _client(self, allowed: AllowList) -> HttpClient:
        client = HttpClient(allowed, ca_bundle=self._settings.http.ca_bundle)
        self._open.callback(client.close)
        return client

    def token_roles(self, tenant: TenantSettings) -> frozenset[str]:
        """Application permissions in a new token of this tenant."""
        return granted_roles(self._tokens_of(tenant).token())

    def premium_plans(self, tenant: TenantSettings) -> frozenset[str]:
        """Which of `P1` and `P2` the tenant's usable SKUs contain."""
        client = GraphClient(self._graph_http, self._connection.graph_url, tenant.tenant_id, self._tokens_of(tenant))
        contract = raw_contract(VENDOR, SUBSCRIBED_SKUS.table)
        url = client.url(SUBSCRIBED_SKUS, select_options(contract, SUBSCRIBED_SKUS))
        where = client.where(SUBSCRIBED_SKUS.table)
        found: set[str] = set()
        for page in client.pages(
            SUBSCRIBED_SKUS, url, lambda content: project(content, contract, where=where, envelope=GRAPH), LegStats()
        ):
            found |= _premium_plans(page.table)
        return frozenset(found)

    @property
    def _connection(self) -> MicrosoftConnection:
        if self._microsoft is None:
            raise AssertionError("the doctor asks Microsoft only where it is selected")
        return self._microsoft

    def _tokens_of(self, tenant: TenantSettings) -> TenantTokens:
        if tenant.tenant_id not in self._tokens:
            connection = self._connection
            configured = next(item for item in connection.tenants if item.configured_id == tenant.tenant_id)
            self._tokens[tenant.tenant_id] = TenantTokens(
                configured, connection.login_url, connection.graph_scope, self._graph_http, self._cache
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
