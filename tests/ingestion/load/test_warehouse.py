"""The warehouse file: one writer, tables as the contracts say, nothing forbidden."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from data_contracts.contract import raw_contract, raw_contracts
from ingestion.load import Warehouse, WarehouseError, WarehouseLocked, forbidden_columns, prepare
from ingestion.load.warehouse import create_tables
from tests.ingestion.load.fake_legs import ask, key_of, leg_of, load

ROOT = Path(__file__).parents[3]
HOLD = """
import sys, time
from pathlib import Path
from ingestion.load import Warehouse
with Warehouse(Path(sys.argv[1])).acquire():
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(warehouse: Warehouse) -> subprocess.Popen:
    """Another process that holds the lock until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(warehouse.path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline().strip() == "held"
    yield process
    process.kill()
    process.communicate()


def test_second_writer_is_told_who_holds_the_file(warehouse: Warehouse, holder: subprocess.Popen) -> None:
    with pytest.raises(WarehouseLocked, match=f"process {holder.pid}, started 2") as caught, warehouse.acquire():
        pass

    assert "run again" in str(caught.value)


def test_writer_that_may_wait_gets_the_file_of_a_process_that_died(
    warehouse: Warehouse, holder: subprocess.Popen
) -> None:
    holder.kill()
    started = time.monotonic()

    with warehouse.acquire(wait_seconds=30):
        waited = time.monotonic() - started

    assert waited < 30


@pytest.mark.parametrize("name", ["O'Brien", "day=1", "Söhne & {co} [1] *;#$"])
def test_rows_load_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    warehouse = Warehouse(tmp_path / name / "tenantry.duckdb")
    load(warehouse, 0, [leg_of(key_of("users"), [[{"id": "u1"}]])])
    assert ask(warehouse, "select id from raw_microsoft.users") == [("u1",)]


def test_lock_is_free_again_after_an_error(warehouse: Warehouse) -> None:
    with pytest.raises(KeyError), warehouse.acquire():
        raise KeyError("x")

    with warehouse.acquire():
        pass


def test_file_that_another_program_has_open_is_refused_in_words(warehouse: Warehouse) -> None:
    warehouse.path.parent.mkdir()
    read = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", read, str(warehouse.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline().strip() == "open"
        with pytest.raises(WarehouseError, match=f"process {other.pid}.*published copy.*run again"):
            ask(warehouse, "select 1")
        other.communicate()


def test_file_that_is_no_database_is_refused_in_words(warehouse: Warehouse) -> None:
    warehouse.path.parent.mkdir()
    warehouse.path.write_bytes(b"no database " * 1000)

    with pytest.raises(WarehouseError, match="tenantry.duckdb: DuckDB cannot open it.*run again"):
        ask(warehouse, "select 1")


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(WarehouseError, match="file: cannot be written.*run again"),
        Warehouse(tmp_path / "file" / "tenantry.duckdb").acquire(),
    ):
        pass


def test_prepare_makes_every_raw_table_with_the_contracts_columns(warehouse: Warehouse) -> None:
    with warehouse.acquire():
        prepare(warehouse)

    for contract in raw_contracts():
        found = ask(
            warehouse,
            "select column_name from information_schema.columns where table_schema = "
            f"'raw_{contract.vendor}' and table_name = '{contract.table}' order by ordinal_position",
        )
        assert [row[0] for row in found] == [*(column.name for column in contract.columns), "_dlt_load_id"]


def test_column_that_a_contract_gained_is_added(warehouse: Warehouse) -> None:
    contract = raw_contract("pax8", "companies")
    without_last = replace(contract, columns=tuple(column for column in contract.columns if column.name != "website"))
    with warehouse.connect() as connection:
        create_tables(connection, (without_last,))
        create_tables(connection, (contract,))
        found = connection.execute("select website from raw_pax8.companies").fetchall()

    assert found == []


def test_column_of_another_type_is_refused_by_name(warehouse: Warehouse) -> None:
    contract = raw_contract("pax8", "companies")
    retyped = replace(
        contract,
        columns=tuple(
            replace(column, physical_type="integer") if column.name == "website" else column
            for column in contract.columns
        ),
    )
    with warehouse.connect() as connection:
        create_tables(connection, (contract,))
        with pytest.raises(WarehouseError, match='companies"?.website is varchar in the warehouse.*expects integer'):
            create_tables(connection, (retyped,))


def test_forbidden_columns_are_found_in_any_schema(warehouse: Warehouse) -> None:
    with warehouse.acquire():
        prepare(warehouse)
    with warehouse.connect() as connection:
        before = forbidden_columns(connection)
        connection.execute("create table marts.mart_mail (message_id text, has_attachments boolean, unique_body text)")
        after = forbidden_columns(connection)

    assert (before, after) == ([], ["marts.mart_mail.unique_body"])
