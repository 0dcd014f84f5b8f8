"""What the published file says of itself: comments, not-null columns and primary keys, out of the mart contracts.

A BI tool or a SQL prompt shows these next to the rows, so that nobody has to look a column up elsewhere.
"""

import duckdb

from data_contracts.mart_tables import MartTable, mart_tables

SCHEMA = "marts"


def create_described_table(connection: duckdb.DuckDBPyConnection, catalog: str, name: str) -> None:
    """Make `catalog.marts.name` with the columns of the warehouse's mart, described by its contract, still empty."""
    columns = connection.execute(
        "select column_name, data_type from information_schema.columns "
        "where table_catalog = current_database() and table_schema = ? and table_name = ? order by ordinal_position",
        [SCHEMA, name],
    ).fetchall()
    table = mart_tables().get(name)
    required = {column.name for column in table.columns if column.is_required} if table else set()
    parts = [f"{_quoted(column)} {kind}{' not null' if column in required else ''}" for column, kind in columns]
    if table and table.key:
        parts.append(f"primary key ({', '.join(map(_quoted, table.key))})")
    relation = f"{_quoted(catalog)}.{SCHEMA}.{_quoted(name)}"
    connection.execute(f"create table {relation} ({', '.join(parts)})")
    if table:
        connection.execute(_comments(relation, table, {column for column, _ in columns}))


def _comments(relation: str, table: MartTable, present: set[str]) -> str:
    statements = [f"comment on table {relation} is {_literal(table.purpose)}"]
    statements += [
        f"comment on column {relation}.{_quoted(column.name)} is {_literal(column.comment)}"
        for column in table.columns
        if column.name in present
    ]
    return "; ".join(statements)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
