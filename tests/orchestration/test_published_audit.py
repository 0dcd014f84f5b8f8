"""What may replace the published copy: the customer set did not shrink by more than half."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from orchestration import published_audit
from orchestration.published_audit import audit


def published_file(file: Path, active: int, inactive: int = 0) -> Path:
    """A published file with so many customers, and `unassigned` as always."""
    rows: Sequence[tuple[str, bool]] = [
        *((str(number), number < active) for number in range(active + inactive)),
        ("unassigned", True),
    ]
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.dim_customers (customer_id varchar, is_active boolean)")
        connection.executemany("insert into marts.dim_customers values (?, ?)", rows)
    return file


@pytest.mark.parametrize(
    ("before", "now", "is_blocked"),
    [
        ((4, 0), (2, 2), False),
        # Companies that are gone from the PSA keep their rows.
        ((4, 0), (1, 3), True),
        ((4, 2), (1, 0), True),
        # `unassigned` is there whatever happens, and no customer.
        ((3, 0), (1, 0), True),
        ((1, 0), (0, 1), True),
        ((0, 4), (0, 4), False),
    ],
)
def test_customer_set_that_shrank_by_more_than_half_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: tuple[int, int], now: tuple[int, int], is_blocked: bool
) -> None:
    monkeypatch.setattr(published_audit, "check_totals", lambda *_: ())
    published = published_file(tmp_path / "published.duckdb", *before)
    beside = published_file(tmp_path / "beside.duckdb", *now)

    outcome = audit(beside, published, [], list)

    assert ("customers_did_not_vanish" in outcome.problems) is is_blocked


def test_reader_that_opened_the_published_copy_for_writing_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published_audit, "check_totals", lambda *_: ())
    published = published_file(tmp_path / "published.duckdb", 4)
    beside = published_file(tmp_path / "beside.duckdb", 1)
    read = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", read, str(published)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None and reader.stdout.readline().strip() == "open"
        outcome = audit(beside, published, [], list)
        reader.communicate()

    assert list(outcome.problems) == ["customers_did_not_vanish"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["beside.duckdb", "published.duckdb"]


MARTS = {
    "fct_recognition": "side varchar, amount decimal(18, 4)",
    "fct_revenue_lines": "amount decimal(18, 4), reporting_amount decimal(18, 4)",
    "mart_customer_profitability_monthly": "revenue_amount decimal(18, 4), invoiced_revenue_amount decimal(18, 4), "
    "cost_amount decimal(18, 4), license_cost_amount decimal(18, 4), labor_cost_amount decimal(18, 4), "
    "other_cost_amount decimal(18, 4), gross_margin_amount decimal(18, 4)",
}


def money_file(file: Path, *changes: str) -> Path:
    """A published file whose totals tie out, after these changes."""
    published_file(file, 1)
    with duckdb.connect(str(file)) as connection:
        for table, columns in MARTS.items():
            connection.execute(f"create table marts.{table} ({columns})")
        connection.execute("insert into marts.fct_recognition values ('revenue', 60), ('revenue', 40), ('cost', 9)")
        connection.execute("insert into marts.fct_revenue_lines values (100, 100)")
        connection.execute(
            "insert into marts.mart_customer_profitability_monthly values (60, 100, 30, 20, 8, 2, 30), "
            "(40, 0, 5, 0, 5, 0, 35)"
        )
        for change in changes:
            connection.execute(change)
    return file


def test_totals_that_tie_out_block_nothing(tmp_path: Path) -> None:
    outcome = audit(money_file(tmp_path / "beside.duckdb"), None, [], list)

    assert outcome.problems == {}
    assert [check.is_passed for check in outcome.totals] == [True] * len(published_audit.TOTALS)


MONTHS = "update marts.mart_customer_profitability_monthly set"


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ("update marts.fct_recognition set amount = amount + 0.0001 where amount = 60", ["recognized_equals_lines"]),
        ("delete from marts.fct_recognition where side = 'revenue'", ["recognized_equals_lines"]),
        ("update marts.fct_recognition set amount = 0 where side = 'cost'", []),
        (f"{MONTHS} invoiced_revenue_amount = 99.9999 where revenue_amount = 60", ["invoiced_months_equal_lines"]),
        (
            "insert into marts.fct_revenue_lines values (1, 1)",
            ["recognized_equals_lines", "invoiced_months_equal_lines"],
        ),
        (f"{MONTHS} labor_cost_amount = 9 where revenue_amount = 60", ["cost_parts_equal_cost"]),
        (f"{MONTHS} license_cost_amount = 0 where revenue_amount = 60", ["cost_parts_equal_cost"]),
        (f"{MONTHS} other_cost_amount = 1 where revenue_amount = 40", ["cost_parts_equal_cost"]),
        (f"{MONTHS} gross_margin_amount = 30.01 where revenue_amount = 60", ["margin_equals_revenue_less_cost"]),
    ],
)
def test_total_that_does_not_tie_out_blocks_and_is_named(tmp_path: Path, change: str, names: list[str]) -> None:
    outcome = audit(money_file(tmp_path / "beside.duckdb", change), None, [], list)

    assert [check.table for check in outcome.totals if not check.is_passed] == names
    assert list(outcome.problems) == ["mart_totals"] * bool(names)
    assert all(name in outcome.problems["mart_totals"] for name in names)


@pytest.mark.parametrize("place", ["file", "warehouse"])
def test_column_that_could_hold_content_blocks(tmp_path: Path, place: str) -> None:
    change = ["alter table marts.dim_customers add column body varchar"] if place == "file" else []
    beside = money_file(tmp_path / "beside.duckdb", *change)

    outcome = audit(beside, None, [], lambda: [] if place == "file" else ["raw_x.messages.body"])

    assert list(outcome.problems) == ["no_forbidden_column"] and "body" in outcome.problems["no_forbidden_column"]
