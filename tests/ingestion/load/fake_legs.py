"""Legs that write invented rows, and runs over them: what the tests of the load path are built from."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from data_contracts.contract import raw_contract
from ingestion.legs import IngestionError, Leg, LegEnd, LegKey, LegReading, ScopeEnd
from ingestion.load import LegResult, RunContext, Stage, Warehouse, advance_run, begin_run, prepare, run_legs
from ingestion.load.layout import STAMPED_COLUMNS

FIRST_DAY = date(2026, 10, 20)
NOON = datetime(2026, 10, 19, 12, tzinfo=UTC)
# Values for required columns that a test does not care about.
REQUIRED = {"received_date_time": NOON, "time_start": NOON, "sku_id": "sku-a"}


def projected(vendor: str, table: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """A projected page: the contract's vendor columns, null where a row leaves one out."""
    contract = raw_contract(vendor, table)
    schema = pa.schema(
        [
            field
            for field in contract.arrow_schema()
            if field.name not in (*STAMPED_COLUMNS, "tenant_id", "_connection_id")
        ]
    )
    return pa.Table.from_pylist([REQUIRED | dict(row) for row in rows], schema=schema)


def key_of(table: str, tenant: str = "tenant-a", vendor: str = "microsoft", connection: str = "") -> LegKey:
    """The key of a leg; vendors other than Microsoft have no tenant."""
    return LegKey(vendor, connection or vendor, tenant if vendor == "microsoft" else "", table)


def leg_of(
    key: LegKey,
    pages: Sequence[Sequence[Mapping[str, Any]]],
    *,
    scopes: Sequence[ScopeEnd] = (ScopeEnd("full"),),
    problems: tuple[IngestionError, ...] = (),
    needs: tuple[LegKey, ...] = (),
) -> Leg:
    """A leg that writes these pages and ends with these scopes."""

    def read(reading: LegReading) -> LegEnd:
        for page in pages:
            reading.write(projected(key.vendor, key.table, page))
        return LegEnd({key.table: list(scopes)}, problems)

    return Leg(key, read, needs)


def failing_leg(key: LegKey, pages: Sequence[Sequence[Mapping[str, Any]]] = ()) -> Leg:
    """A leg that writes these pages and then fails as a vendor's error does."""

    def read(reading: LegReading) -> LegEnd:
        for page in pages:
            reading.write(projected(key.vendor, key.table, page))
        raise IngestionError("the vendor answered 500", error_class="http_500", advice="Try again later.")

    return Leg(key, read)


def run_of(number: int, **settings: Any) -> RunContext:
    """The run of the n-th week."""
    started_at = datetime(2026, 10, 20, 6, tzinfo=UTC) + timedelta(weeks=number)
    return RunContext(f"run-{number}", FIRST_DAY + timedelta(weeks=number), started_at, connections=4, **settings)


def load(warehouse: Warehouse, number: int, legs: Sequence[Leg], **settings: Any) -> dict[LegKey, LegResult]:
    """The results of one whole run of one vendor's legs, by key."""
    run = run_of(number, **settings)
    with warehouse.acquire():
        prepare(warehouse)
        with warehouse.connect() as connection:
            begin_run(connection, run)
        results = run_legs(legs[0].key.vendor, legs, run, warehouse)
        with warehouse.connect() as connection:
            advance_run(connection, run.run_id, Stage.PUBLISHED, is_history_built=True)
    return {result.key: result for result in results}


def ask(warehouse: Warehouse, sql: str) -> list[tuple]:
    """The rows of a query over the warehouse."""
    with warehouse.connect() as connection:
        return connection.execute(sql).fetchall()
