"""Great Expectations over the rows of one load and over mart totals → check results for Dagster and the summary.

The suites derive from the raw contracts: one per table, made when it is needed. They look only at the rows of this
load, in frames of at most BATCH_ROWS, and repeat neither what the projection proved (types) nor dbt's own tests. A
result says how many rows broke which rule and for which tenants, never a value.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb

from data_contracts.contract import Contract, raw_contract
from orchestration.expectation_process import Rule, broken_rules, start_early

BATCH_ROWS = 100_000


@dataclass(frozen=True)
class CheckOutcome:
    """One suite's outcome: for which table, which rules broke, for which tenants or connections."""

    vendor: str
    table: str
    is_passed: bool
    checked_rows: int
    broken_rules: tuple[str, ...]
    partitions: tuple[str, ...]


def expectations(contract: Contract, run_id: str, as_of: date) -> list[Rule]:
    """The expectations that a contract implies for the rows of one load.

    Exactly the contract's columns, required columns without nulls, the key unique within the load, and rows that carry
    this run's id and observation date: a row of another run in this load would be a row that was not loaded now.
    """
    columns = {column.name for column in contract.columns} | {"_dlt_load_id"}
    required = [column.name for column in contract.columns if column.required]
    return [
        Rule("ExpectTableColumnsToMatchSet", {"column_set": sorted(columns), "exact_match": True}),
        *[Rule("ExpectColumnValuesToNotBeNull", {"column": name}) for name in required],
        Rule("ExpectCompoundColumnsToBeUnique", {"column_list": list(contract.key)})
        if len(contract.key) > 1
        else Rule("ExpectColumnValuesToBeUnique", {"column": contract.key[0]}),
        Rule("ExpectColumnValuesToBeInSet", {"column": "_run_id", "value_set": [run_id]}),
        Rule("ExpectColumnValuesToBeInSet", {"column": "_as_of_date", "value_set": [_as_pandas_reads(as_of)]}),
    ]


def check_load(warehouse: Path, run_id: str, as_of: date, tables: Sequence[tuple[str, str]]) -> Iterator[CheckOutcome]:
    """Check the rows that this run changed, table by table; a table without such rows passes with nothing checked."""
    changed = _changed_tables(warehouse, run_id, tables)
    for vendor, table in tables:
        if (vendor, table) not in changed:
            yield CheckOutcome(vendor, table, True, 0, (), ())
            continue
        contract = raw_contract(vendor, table)
        suite = expectations(contract, run_id, as_of)
        broken: dict[str, None] = {}
        partitions: set[str] = set()
        rows = 0
        for frame in _frames(warehouse, contract, run_id):
            rows += len(frame)
            rules = broken_rules(f"{vendor}.{table}", frame, suite)
            broken.update(dict.fromkeys(rules))
            if rules:
                partitions.update(str(value) for value in frame[contract.partition].unique())
        yield CheckOutcome(vendor, table, not broken, rows, tuple(broken), tuple(sorted(partitions)))


def check_totals(published: Path, totals: Mapping[str, str]) -> Iterator[CheckOutcome]:
    """Check mart totals: each query gives one row of a count and a difference, and the difference must be zero."""
    with duckdb.connect(str(published), read_only=True) as connection:
        for name, query in totals.items():
            frame = connection.execute(query).df()
            rules = broken_rules(
                name, frame, [Rule("ExpectColumnValuesToBeInSet", {"column": "difference", "value_set": [0]})]
            )
            yield CheckOutcome("marts", name, not rules, int(frame["row_count"].sum()), rules, ())


def warm_up() -> None:
    """Import what the checks and dbt need while the vendors answer: a third of an idle run otherwise."""
    start_early()
    threading.Thread(target=_import_dbt, name="import-dbt", daemon=True).start()


def _import_dbt() -> None:
    import dbt.cli.main  # noqa: F401


def _as_pandas_reads(day: date) -> datetime:
    # DuckDB hands a date column to pandas as timestamps, and no timestamp there equals a date.
    return datetime.combine(day, time.min)


def _changed_tables(warehouse: Path, run_id: str, tables: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    with duckdb.connect(str(warehouse)) as connection:
        rows = connection.execute(
            "select distinct vendor, table_name from ops.load_status "
            "where run_id = ? and rows_changed + rows_removed > 0",
            [run_id],
        ).fetchall()
    return {(vendor, table) for vendor, table in rows} & set(tables)


def _frames(warehouse: Path, contract: Contract, run_id: str) -> Iterator[Any]:
    with duckdb.connect(str(warehouse)) as connection:
        relation = f'raw_{contract.vendor}."{contract.table}"'
        total = connection.execute(f"select count(*) from {relation} where _run_id = ?", [run_id]).fetchall()[0][0]
        order = ", ".join(f'"{name}"' for name in contract.key)
        for offset in range(0, total, BATCH_ROWS):
            yield connection.execute(
                f"select * from {relation} where _run_id = ? order by {order} limit {BATCH_ROWS} offset {offset}",
                [run_id],
            ).df()
