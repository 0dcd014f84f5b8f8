"""Extraction state: the cursor of every scope and the digest of every leg, as they lie in `ops.extraction_state`.

A row here may never be ahead of the rows that it covers: it is written after their package has loaded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from ingestion.legs import LegKey
from ingestion.load.context import RunContext

_LEG_COLUMNS = ("vendor", "connection_id", "tenant_id", "table_name")
_KEY_COLUMNS = (*_LEG_COLUMNS, "scope")
_SCHEMA = pa.schema(
    [
        *[pa.field(name, pa.string()) for name in (*_KEY_COLUMNS, "cursor", "digest", "run_id")],
        pa.field("updated_at", pa.timestamp("us", tz="UTC")),
    ]
)


@dataclass(frozen=True)
class StateKey:
    """One scope of one leg; the scope `` is the whole leg and carries its digest."""

    leg: LegKey
    scope: str = ""


@dataclass(frozen=True)
class StateValue:
    """What is remembered of a scope."""

    cursor: str | None = None
    digest: str | None = None


def read_state(connection: duckdb.DuckDBPyConnection, vendor: str) -> dict[StateKey, StateValue]:
    """The stored state of every leg of the vendor."""
    rows = connection.execute(
        "select connection_id, tenant_id, table_name, scope, cursor, digest from ops.extraction_state where vendor = ?",
        [vendor],
    ).fetchall()
    return {
        StateKey(LegKey(vendor, connection_id, tenant_id, table), scope): StateValue(cursor, digest)
        for connection_id, tenant_id, table, scope, cursor, digest in rows
    }


def write_state(connection: duckdb.DuckDBPyConnection, run: RunContext, values: Mapping[StateKey, StateValue]) -> None:
    """These scopes replaced; the caller holds the transaction and passes only what changed."""
    if not values:
        return
    rows: Sequence[dict] = [
        {
            "vendor": key.leg.vendor,
            "connection_id": key.leg.connection_id,
            "tenant_id": key.leg.tenant_id,
            "table_name": key.leg.table,
            "scope": key.scope,
            "cursor": value.cursor,
            "digest": value.digest,
            "run_id": run.run_id,
            "updated_at": run.started_at,
        }
        for key, value in values.items()
    ]
    connection.register("state_rows", pa.Table.from_pylist(rows, schema=_SCHEMA))
    match = " and ".join(f"extraction_state.{name} = state_rows.{name}" for name in _KEY_COLUMNS)
    connection.execute(f"delete from ops.extraction_state where exists (select 1 from state_rows where {match})")
    connection.execute("insert into ops.extraction_state by name select * from state_rows")
    connection.unregister("state_rows")


def forget_digests_of(connection: duckdb.DuckDBPyConnection, keys: Sequence[LegKey]) -> None:
    """No digest stored of these legs, whose rows are about to change: they are compared again, whatever happens."""
    rows = [
        dict(zip(_LEG_COLUMNS, (key.vendor, key.connection_id, key.tenant_id, key.table), strict=True)) for key in keys
    ]
    connection.register(
        "changing_legs", pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in _LEG_COLUMNS]))
    )
    match = " and ".join(f"extraction_state.{name} = changing_legs.{name}" for name in _LEG_COLUMNS)
    connection.execute(
        "update ops.extraction_state set digest = null "
        f"where digest is not null and exists (select 1 from changing_legs where {match})"
    )
    connection.unregister("changing_legs")


def forget_digests(connection: duckdb.DuckDBPyConnection) -> None:
    """No digest stored: after a kill the rows may be newer than the digests, so every table is compared once more."""
    connection.execute("update ops.extraction_state set digest = null where digest is not null")
