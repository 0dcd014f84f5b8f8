"""Tenantry's own load of the same users: vendor package, projection, spool, changes, dlt, commit."""

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from bench.target import Target
from data_contracts.contract import raw_contract
from ingestion.legs import Leg, LegEnd, LegKey, LegReading, LegStatus, ScopeEnd
from ingestion.load import LegResult, RunContext, Warehouse, begin_run, prepare, run_legs
from ingestion.load.layout import STAMPED_COLUMNS
from ingestion.microsoft.connection import AppCredential, MicrosoftConnection, Tenant
from ingestion.microsoft.source import microsoft_legs

CONNECTIONS = 8
_ADDED = (*STAMPED_COLUMNS, "_connection_id")


def warm(folder: Path) -> None:
    """One row through the whole path, so that every import has happened."""
    key = LegKey("pax8", "pax8", "", "companies")

    def read(reading: LegReading) -> LegEnd:
        schema = pa.schema(
            [field for field in raw_contract("pax8", "companies").arrow_schema() if field.name not in _ADDED]
        )
        reading.write(pa.Table.from_pylist([{"id": "company-1"}], schema=schema))
        return LegEnd({"companies": [ScopeEnd("full")]})

    _run(Warehouse(folder / "warm.duckdb"), [Leg(key, read)])


def load(target: Target, folder: Path) -> None:
    """Every user and licence assignment into the warehouse."""
    credential = AppCredential(target.client_id, secret=lambda: target.client_secret)
    connection = MicrosoftConnection(
        login_url=target.login_url,
        graph_url=target.graph_url,
        graph_scope="https://graph.microsoft.com/.default",
        tenants=(Tenant(target.tenant_id, credential),),
        connections=CONNECTIONS,
        ca_bundle=Path(target.ca_bundle),
    )
    legs = [leg for leg in microsoft_legs(connection, None) if leg.key.table == "users"]
    results = _run(Warehouse(folder / "ours.duckdb"), legs)
    for result in results:
        assert result.status is LegStatus.LOADED, result
    assert results[0].stats.rows_changed == target.users, results[0]


def _run(warehouse: Warehouse, legs: list[Leg]) -> list[LegResult]:
    run = RunContext("bench", date(2026, 10, 20), datetime(2026, 10, 20, tzinfo=UTC), connections=CONNECTIONS)
    with warehouse.acquire():
        prepare(warehouse)
        with warehouse.connect() as connection:
            begin_run(connection, run)
        return run_legs(legs[0].key.vendor, legs, run, warehouse)
