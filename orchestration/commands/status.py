"""`tenantry status`: what the published copy knows about its own freshness."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from orchestration.errors import OrchestrationError
from orchestration.settings import load_settings
from orchestration.text_table import text_table

HEADER = ("vendor", "connection", "tenant", "table", "state", "last result", "last good (UTC)", "what to do")
FRESHNESS_SQL = """
    with

    latest as (

        select vendor, connection_id, tenant_id, table_name, advice
        from marts.ops_load_status
        qualify row_number() over (
            partition by vendor, connection_id, tenant_id, table_name
            order by started_at desc, run_id desc
        ) = 1

    )

    select
        ops_freshness.vendor,
        ops_freshness.connection_id,
        ops_freshness.tenant_id,
        ops_freshness.table_name,
        ops_freshness.leg_state,
        ops_freshness.last_status,
        strftime(timezone('UTC', ops_freshness.last_good_at), '%Y-%m-%d %H:%M') as last_good_at,
        latest.advice
    from marts.ops_freshness
    left join latest using (vendor, connection_id, tenant_id, table_name)
    order by
        ops_freshness.vendor,
        ops_freshness.connection_id,
        ops_freshness.tenant_id,
        ops_freshness.table_name
"""


def run(arguments: argparse.Namespace) -> int:
    """Print freshness and last result of every leg, and a count of the states."""
    settings = load_settings(getattr(arguments, "settings", None))
    published = settings.warehouse.published
    rows = _freshness(published)
    print(text_table(HEADER, [tuple(cell or "–" for cell in row) for row in rows]))
    counts = ", ".join(f"{sum(row[4] == state for row in rows)} {state}" for state in ("fresh", "stale", "missing"))
    written = datetime.fromtimestamp(published.stat().st_mtime, UTC)
    print(f"\n{len(rows)} tables: {counts}. Published {written:%Y-%m-%d %H:%M} UTC: {published}")
    return 0


def _freshness(published: Path) -> list[tuple[str | None, ...]]:
    if not published.is_file():
        raise OrchestrationError(
            f"{published}: nothing is published yet. Expected the published warehouse. Run `tenantry run` first."
        )
    import duckdb

    try:
        with duckdb.connect(str(published), read_only=True) as connection:
            return connection.execute(FRESHNESS_SQL).fetchall()
    except duckdb.Error as error:
        raise OrchestrationError(
            f"{published}: no published warehouse of this release ({type(error).__name__}). "
            "Expected the tables ops_freshness and ops_load_status in schema marts. "
            "Run `tenantry run` to publish again."
        ) from error
