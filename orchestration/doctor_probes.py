"""The doctor's questions to the vendors, asked through the vendor packages: same client, allow-list and token code.

Per tenant one token, `subscribedSkus`, in the MSP's own our app's keys, and the mailbox probes where mailboxes are
listed. Answers are looked at and dropped; nothing is stored.
"""

from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from types import TracebackType
from typing import Self

from data_contracts.contract import raw_contract
from ingestion.connectwise import endpoints as connectwise_endpoints
from ingestion.connectwise.client import ConnectWiseClient
from ingestion.connectwise.client import allowed_requests as connectwise_requests
from ingestion.http.allowlist import AllowList
from ingestion.http.backoff import RetryPolicy
from ingestion.http.client import HttpClient
from ingestion.legs import LegStats
from ingestion.microsoft.client import allowed_requests
from ingestion.microsoft.connection import Tenant
from ingestion.microsoft.tenants import resolve_tenants
from ingestion.pax8 import endpoints as pax8_endpoints
from ingestion.pax8.client import Pax8Client
from ingestion.pax8.client import allowed_requests as pax8_requests
from ingestion.projection.envelope import ARRAY, PAX8
from ingestion.projection.page import ProjectedPage, project
from orchestration.connections import connectwise_connection, microsoft_connection, pax8_connections
from orchestration.doctor_graph import GraphProbe
from orchestration.settings_schema import Settings
from orchestration.settings_vendors import TenantSettings
from orchestration.vendor_selection import Selection

# A person waits: fewer tries and shorter waits than a run's.
POLICY = RetryPolicy(throttled_tries=3, max_tries=3, limited_tries=2, base_seconds=1.0, cap_seconds=10.0)
TIMEOUTS_SECONDS = (5.0, 20.0)


class VendorProbes:
    """Asks the vendors that a selection names; closes its connections at the end of the `with` block."""

    def __init__(self, settings: Settings, selection: Selection, today: date) -> None:
        self._open = ExitStack()
        self._settings = settings
        self._today = today
        self._connectwise = connectwise_connection(settings, selection)
        self._pax8 = {item.connection_id: item for item in pax8_connections(settings, selection)}
        self._microsoft = microsoft_connection(settings, selection)
        self._http = self._client(allowed_requests(self._microsoft)) if self._microsoft is not None else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def open_tenant(self, tenant: TenantSettings) -> GraphProbe:
        """The questions to one tenant.

        Errors: IngestionError where its domain cannot be resolved.
        """
        configured = self._configured(tenant)
        connection = resolve_tenants(replace(self._microsoft, tenants=(configured,)), self._http)
        resolved = connection.tenants[0]
        if resolved.problem is not None:
            raise resolved.problem
        # The allow-list names tenants: one that was a domain until now needs a list with its id.
        http = self._http if configured.is_resolved else self._client(allowed_requests(connection))
        mailboxes = self._settings.microsoft.mailboxes if self._settings.microsoft else None
        canary = mailboxes.canary if mailboxes is not None else ""
        has_own_app = resolved.is_msp or bool(tenant.client_id)
        return GraphProbe(connection, resolved, http, self._today, canary=canary, may_hold_app=has_own_app)

    def read_connectwise(self) -> None:
        """One company of the selected ConnectWise, projected as a run would."""
        found = self._connectwise
        client = ConnectWiseClient(found, self._client(connectwise_requests(found)))
        endpoint = connectwise_endpoints.COMPANIES
        content = client.get(endpoint, f"{endpoint.path}?pageSize=1")
        project(
            content, raw_contract("connectwise", endpoint.table), where=client.where(endpoint.table), envelope=ARRAY
        )

    def read_pax8(self, connection_id: str) -> None:
        """One company of a selected Pax8 account, projected as a run would."""
        found = self._pax8[connection_id]
        client = Pax8Client(found, self._client(pax8_requests(found)))
        endpoint = pax8_endpoints.COMPANIES
        contract = raw_contract("pax8", endpoint.table)

        def read(content: bytes) -> ProjectedPage:
            return project(content, contract, where=client.where(endpoint.table), envelope=PAX8)

        next(client.pages(endpoint, endpoint.path, read, LegStats(), size=1))

    def _client(self, allowed: AllowList) -> HttpClient:
        client = HttpClient(
            allowed,
            pool_size=self._settings.http.connections,
            ca_bundle=self._settings.http.ca_bundle,
            policy=POLICY,
            timeouts=TIMEOUTS_SECONDS,
        )
        self._open.callback(client.close)
        return client

    def _configured(self, tenant: TenantSettings) -> Tenant:
        return next(item for item in self._microsoft.tenants if item.configured_id == tenant.tenant_id)
