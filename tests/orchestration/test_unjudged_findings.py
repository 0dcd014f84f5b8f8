"""What a run could not judge, counted in a warehouse of a few rows."""

from pathlib import Path

import duckdb
import pytest

from orchestration.unjudged_findings import Unjudged, unjudged_findings

TABLES = """
    create schema marts;
    create schema intermediate;
    create table marts.dim_tenants as select 'a' as tenant_id;
    create table intermediate.int_posture_failures_last (finding_id varchar, tenant_id varchar);
    create table marts.mart_posture_findings (finding_id varchar, status varchar, resolved_date date);
    create table marts.mart_license_leakage (status varchar, amount_reason varchar);
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A warehouse with the tables that are read, empty."""
    file = tmp_path / "small.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(TABLES)
    return file


def _insert(warehouse: Path, table: str, rows: list[tuple[str | None, ...]]) -> None:
    marks = ", ".join("?" for _ in rows[0])
    with duckdb.connect(str(warehouse)) as connection:
        connection.executemany(f"insert into {table} values ({marks})", rows)


def test_failures_that_are_neither_shown_nor_resolved_are_hidden(warehouse: Path) -> None:
    _insert(
        warehouse,
        "intermediate.int_posture_failures_last",
        [("shown", "a"), ("resolved", "a"), ("unread rule", "a"), ("gone", "a"), ("tenant left", "b")],
    )
    _insert(
        warehouse,
        "marts.mart_posture_findings",
        [("shown", "fail", None), ("resolved", "pass", "2026-10-01"), ("unread rule", "not_checked", None)],
    )
    found = unjudged_findings(warehouse)
    assert found == Unjudged(hidden=2, without_amount=0)
    assert found.lines[0].startswith("Not judged: 2 earlier failures;") and len(found.lines) == 1


def test_open_findings_of_stale_data_have_no_amount(warehouse: Path) -> None:
    rows = [
        ("open", "leg_stale"),
        ("open", "leg_missing"),
        ("open", "no_price"),
        ("open", None),
        ("muted", "leg_stale"),
    ]
    _insert(warehouse, "marts.mart_license_leakage", rows)
    found = unjudged_findings(warehouse)
    assert found == Unjudged(hidden=0, without_amount=2)
    assert found.lines[0].startswith("Money incomplete: 2 open findings have no amount")


def test_warehouse_where_everything_was_judged_has_no_lines(warehouse: Path) -> None:
    assert unjudged_findings(warehouse).lines == []
