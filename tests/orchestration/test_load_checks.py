"""What a load's own rows are held against: nulls, doubles and rows of another run or date, in every batch of them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.load import RunContext, Warehouse, begin_run, prepare
from orchestration import expectation_process, load_checks
from orchestration.load_checks import CheckOutcome, check_load, check_totals

DAY = date(2026, 10, 20)
RUN = RunContext("run-1", DAY, datetime(2026, 10, 20, 6, tzinfo=UTC))
DOMAINS, GROUPS = ("microsoft", "domains"), ("microsoft", "groups")


@pytest.fixture(scope="module", autouse=True)
def library_in_this_process() -> None:
    """Great Expectations imported here: its own process is tested elsewhere."""
    __import__(expectation_process.LIBRARY)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A warehouse in which run-1 read two tables of which one changed."""
    file = tmp_path / "tenantry.duckdb"
    prepare(Warehouse(file))
    with duckdb.connect(str(file)) as connection:
        begin_run(connection, RUN)
        for table, changed, removed in (("domains", 2, 0), ("groups", 0, 0)):
            connection.execute(
                "insert into ops.load_status by name select 'run-1' as run_id, 'microsoft' as vendor, "
                "'microsoft' as connection_id, 'tenant-a' as tenant_id, ? as table_name, 'loaded' as status, "
                "? as as_of_date, now() as started_at, ? as rows_changed, ? as rows_removed",
                [table, DAY, changed, removed],
            )
    return file


def domain(name: str | None, **values: Any) -> Mapping[str, Any]:
    """A stored row of a domain."""
    return {
        "tenant_id": "tenant-a", "id": name, "_connection_id": "microsoft", "_run_id": "run-1", "_as_of_date": DAY,
        "_extracted_at": RUN.started_at, "is_removed": False, "_dlt_load_id": "1", **values,
    }  # fmt: skip


def store(file: Path, *rows: Mapping[str, Any]) -> None:
    """Write rows as a load that went wrong would: without the constraints of the table."""
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table free as select * from raw_microsoft.domains")
        connection.execute("drop table raw_microsoft.domains")
        connection.execute("create table raw_microsoft.domains as select * from free")
        for row in rows:
            names = ", ".join(f'"{name}"' for name in row)
            connection.execute(
                f"insert into raw_microsoft.domains ({names}) values ({', '.join('?' * len(row))})", list(row.values())
            )


def outcome(file: Path) -> CheckOutcome:
    """The outcome for the table that changed."""
    return next(iter(check_load(file, "run-1", DAY, [DOMAINS])))


def test_rows_that_keep_their_contract_pass_and_are_counted(warehouse: Path) -> None:
    store(warehouse, domain("a.example"), domain("b.example"), domain("old.example", _run_id="run-0"))

    assert outcome(warehouse) == CheckOutcome("microsoft", "domains", True, 2, (), ())


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"id": None}, "expect_column_values_to_not_be_null(id)"),
        ({"_connection_id": None}, "expect_column_values_to_not_be_null(_connection_id)"),
        ({"is_removed": None}, "expect_column_values_to_not_be_null(is_removed)"),
        ({"id": "a.example"}, "expect_compound_columns_to_be_unique(tenant_id,id)"),
        ({"_as_of_date": date(2026, 10, 19)}, "expect_column_values_to_be_in_set(_as_of_date)"),
    ],
)
def test_row_that_breaks_its_contract_does_not_pass_and_names_rule_and_tenant(
    warehouse: Path, row: Mapping[str, Any], rule: str
) -> None:
    store(warehouse, domain("a.example"), domain("b.example", tenant_id="tenant-a", **row))

    found = outcome(warehouse)

    assert not found.is_passed and found.partitions == ("tenant-a",)
    assert rule in found.broken_rules


def test_every_batch_of_rows_is_checked(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_checks, "BATCH_ROWS", 2)
    store(
        warehouse,
        *(domain(f"{number}.example") for number in range(4)),
        domain("z.example", tenant_id="tenant-z", is_removed=None),
    )

    found = outcome(warehouse)

    assert (found.is_passed, found.checked_rows, found.partitions) == (False, 5, ("tenant-z",))


def test_table_that_this_run_did_not_change_is_not_looked_at(warehouse: Path) -> None:
    outcomes = list(check_load(warehouse, "run-1", DAY, [GROUPS, DOMAINS]))

    assert outcomes == [CheckOutcome(*GROUPS, True, 0, (), ()), CheckOutcome(*DOMAINS, True, 0, (), ())]
    # A row of that run there without its ops row would be a defect of the load, not of these rows.
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update ops.load_status set rows_changed = 0")
    store(warehouse, domain(None))
    assert outcome(warehouse).is_passed


def test_table_with_nothing_but_removals_is_looked_at(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update ops.load_status set rows_changed = 0, rows_removed = 1")
    store(warehouse, domain("a.example", is_removed=None))

    assert not outcome(warehouse).is_passed


@pytest.mark.parametrize(("difference", "is_passed"), [("0", True), ("0.0001", False), ("-1", False)])
def test_total_passes_only_without_a_difference(tmp_path: Path, difference: str, is_passed: bool) -> None:
    file = tmp_path / "published.duckdb"
    with duckdb.connect(str(file)):
        pass

    query = f"select 7 as row_count, cast({difference} as decimal(18, 4)) as difference"
    [found] = check_totals(file, {"total": query})

    assert (found.vendor, found.table, found.is_passed, found.checked_rows) == ("marts", "total", is_passed, 7)
