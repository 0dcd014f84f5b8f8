"""The published file declares what the contract says: comments, not-null columns, primary keys."""

from pathlib import Path

import duckdb
import pytest

from data_contracts.mart_tables import mart_tables
from orchestration.published_file import build_beside

TENANT = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A warehouse with one agreed table and one that no contract knows."""
    file = tmp_path / "tenantry.duckdb"
    table = mart_tables()["dim_tenants"]
    columns = ", ".join(f'"{column.name}" {column.physical_type}' for column in table.columns)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.dim_tenants ({columns})")
        connection.execute("create table marts.extra as select 1 as number")
        values = [{"varchar": "x", "boolean": True, "json": "[]"}[column.physical_type] for column in table.columns]
        marks = ", ".join("?" for _ in values)
        connection.execute(f"insert into marts.dim_tenants values ({marks})", [TENANT, *values[1:]])
    return file


def test_tables_and_columns_carry_their_meaning(warehouse: Path, tmp_path: Path) -> None:
    built, _ = build_beside(warehouse, tmp_path / "published.duckdb")
    with duckdb.connect(str(built), read_only=True) as connection:
        texts = dict(
            connection.execute(
                "select column_name, comment from duckdb_columns() where table_name = 'dim_tenants'"
            ).fetchall()
        )
        (table_text,) = connection.execute(
            "select comment from duckdb_tables() where table_name = 'dim_tenants'"
        ).fetchone() or (None,)
    table = mart_tables()["dim_tenants"]
    assert table_text == table.purpose
    assert texts == {column.name: column.comment for column in table.columns}
    assert "accepted | " in texts["mapping_status"]


def test_key_and_required_columns_are_declared(warehouse: Path, tmp_path: Path) -> None:
    built, tables = build_beside(warehouse, tmp_path / "published.duckdb")
    assert [(table.name, table.row_count) for table in tables] == [("dim_tenants", 1), ("extra", 1)]
    with duckdb.connect(str(built)) as connection:
        with pytest.raises(duckdb.ConstraintException):
            connection.execute("insert into marts.dim_tenants from marts.dim_tenants")
        with pytest.raises(duckdb.ConstraintException):
            connection.execute("update marts.dim_tenants set customer_id = null")
        connection.execute("update marts.dim_tenants set default_domain = null")
