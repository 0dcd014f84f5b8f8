"""The headline numbers of a published file: only open findings, seat by seat, and a count of what has no amount."""

from pathlib import Path

import duckdb

from orchestration.finding_totals import finding_totals
from orchestration.report import FindingTotals

TABLES = """
    create schema marts;
    create table marts.ops_load_status (as_of_date date);
    insert into marts.ops_load_status values ('2026-11-02'), ('2026-11-08');
    create table marts.mart_posture_findings (status varchar, is_excepted boolean, resolved_date date);
    insert into marts.mart_posture_findings values
        ('fail', false, null), ('fail', true, null), ('pass', false, '2026-11-08'), ('pass', false, '2026-11-02');
    create table marts.mart_license_leakage (
        status varchar, side varchar, resolved_date date, monthly_amount decimal(18, 4),
        recoverable_now_amount decimal(18, 4), recoverable_later_amount decimal(18, 4), sunk_amount decimal(18, 4)
    );
    insert into marts.mart_license_leakage values
        ('open', 'revenue', null, 130.473, null, null, null),
        ('open', 'revenue', null, null, null, null, null),
        ('open', 'cost', null, 261.8, 187, 74.8, 0),
        ('open', 'cost', null, 10.2, 0, 0, 10.2),
        ('open', 'cost', null, 6.8, null, null, null),
        ('open', 'cost', null, 9, 4, 2, 0),
        ('open', 'cost', null, null, null, null, null),
        ('open', 'risk', null, 30, null, null, null),
        ('open', 'risk', null, null, null, null, null),
        ('muted', 'cost', null, 7, 7, 0, 0),
        ('observing', 'revenue', null, 7, null, null, null),
        ('resolved', 'cost', '2026-11-08', 7, 7, 0, 0),
        ('resolved', 'cost', '2026-11-02', 7, 7, 0, 0);
"""


def test_headline_takes_open_findings_and_counts_what_has_no_amount(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "published.duckdb")) as connection:
        connection.execute(TABLES)
    totals = finding_totals(tmp_path / "published.duckdb", "USD")
    # 6.80 without an account, and 3.00 of the 9.00 whose end nobody knows.
    assert totals == FindingTotals(10, 2, "130.47", "191.00", "76.80", "10.20", "9.80", 1, 1, "USD")
