"""Settings → the legs that a run reads: vendor connections, resolved tenants and the mail match set.

The one place that joins the vendor packages to the load path; the vendors know neither settings nor each other.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import duckdb

from orchestration.match_set import contact_ids_by_address, customer_domains
from orchestration.settings_kinds import GUID
from orchestration.settings_schema import Settings
from orchestration.settings_vendors import ConnectWiseSettings
from orchestration.vendor_selection import Selection

if TYPE_CHECKING:
    from ingestion.legs import Leg
    from ingestion.load import RunContext, Warehouse
    from ingestion.microsoft.connection import MicrosoftConnection
    from ingestion.microsoft.matching import MatchSet

MAIL_TABLES = ("messages", "events")


def known_tenants(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Mapping[str, str]:
    """GUID of every configured tenant that is a GUID or that an earlier run resolved, by its configured id.

    Shape: each GUID once; of two entries for one tenant the one that the last run took counts.
    """
    configured = [tenant.tenant_id for tenant in settings.microsoft.tenants] if settings.microsoft else []
    known: dict[str, str] = {}
    exists = connection.execute(
        "select 1 from information_schema.tables where table_schema = 'config' and table_name = 'tenants'"
    ).fetchall()
    if exists:
        rows = connection.execute("select configured_id, tenant_id from config.tenants").fetchall()
        known = {name: tenant_id for name, tenant_id in rows if name in configured}
    guids = {item: item.lower() for item in configured if GUID.fullmatch(item)}
    return _guids_once(known, guids)


def _guids_once(first: Mapping[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """Both, GUIDs by configured id, without what of the others names a tenant or stands for one that `first` has."""
    taken = set(first.values())
    return {**first, **{name: guid for name, guid in others.items() if name not in first and guid not in taken}}


class VendorLegs:
    """The legs of one run, made vendor by vendor when their turn comes."""

    def __init__(self, settings: Settings, selection: Selection, run: "RunContext", warehouse: "Warehouse") -> None:
        self._settings = settings
        self._selection = selection
        self._run = run
        self._warehouse = warehouse
        self._microsoft: MicrosoftConnection | None = self._resolve()

    @property
    def resolved(self) -> Mapping[str, str]:
        """GUID by configured id of every tenant that is known, also of tenants that this run leaves out."""
        tenants = self._microsoft.tenants if self._microsoft is not None else ()
        found = {item.configured_id: item.tenant_id for item in tenants if item.is_resolved}
        with self._warehouse.connect() as connection:
            return _guids_once(found, known_tenants(connection, self._settings))

    def phases(self, vendor: str, tables: Sequence[str]) -> list[list[str]]:
        """The tables in the order of their loads: mail after the domains that decide what of it may land."""
        if vendor != "microsoft":
            return [list(tables)]
        mail = [table for table in tables if table in MAIL_TABLES]
        return [phase for phase in ([table for table in tables if table not in mail], mail) if phase]

    def legs(self, vendor: str, tables: Sequence[str]) -> list["Leg"]:
        """The legs that fill these tables of one phase, with those that they need."""
        if vendor == "microsoft":
            made = self._microsoft_legs(with_mail=bool(set(tables) & set(MAIL_TABLES)))
        else:
            made = self._connectwise_legs() if vendor == "connectwise" else self._pax8_legs()
        wanted = [leg for leg in made if leg.key.table in tables or any(child in tables for child in leg.children)]
        needed = {need for leg in wanted for need in leg.needs}
        return [leg for leg in made if leg in wanted or leg.key in needed]

    def _microsoft_legs(self, *, with_mail: bool) -> list["Leg"]:
        from ingestion.microsoft.source import microsoft_legs

        if self._microsoft is None:
            return []
        return microsoft_legs(self._microsoft, self._match_set() if with_mail else None)

    def _connectwise_legs(self) -> list["Leg"]:
        from ingestion.connectwise.source import connectwise_legs
        from orchestration.connections import connectwise_connection

        connection = connectwise_connection(self._settings, self._selection)
        return connectwise_legs(connection) if connection is not None else []

    def _pax8_legs(self) -> list["Leg"]:
        from ingestion.pax8.source import pax8_legs
        from orchestration.connections import pax8_connections

        return [leg for item in pax8_connections(self._settings, self._selection) for leg in pax8_legs(item)]

    def _resolve(self) -> "MicrosoftConnection | None":
        from ingestion.microsoft.tenants import resolve_tenants
        from orchestration.connections import microsoft_connection

        connection = microsoft_connection(self._settings, self._selection)
        return resolve_tenants(connection) if connection is not None else None

    def _match_set(self) -> "MatchSet":
        from ingestion.microsoft.matching import MatchSet
        from orchestration.privacy.people import erased_people

        psa = self._settings.psa
        tenant_id_field = psa.tenant_id_field if isinstance(psa, ConnectWiseSettings) else ""
        with self._warehouse.connect() as connection:
            return MatchSet(
                contacts=contact_ids_by_address(connection),
                domains=customer_domains(connection, tenant_id_field),
                own_domains=frozenset(self._settings.msp.domains),
                free_mail=frozenset(self._settings.msp.free_mail_domains),
                erased=erased_people(connection, self._settings.warehouse.path),
            )
