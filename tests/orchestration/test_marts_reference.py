"""docs/marts.md agrees with the contracts, and every published table has a meaning per column and an example."""

import re

from data_contracts.mart_tables import mart_tables
from orchestration import marts_reference
from tests.agreed import agreed_tables


def test_marts_page_is_what_the_contracts_say() -> None:
    assert marts_reference.PAGE.read_text(encoding="utf-8") == marts_reference.marts_reference(), (
        "docs/marts.md is stale: run python -m orchestration.marts_reference"
    )


def test_every_published_table_has_an_example_that_asks_a_question() -> None:
    examples = marts_reference.examples()
    assert sorted(examples) == sorted(mart_tables())
    for name, query in examples.items():
        question = query.splitlines()[0]
        assert question.startswith("-- ") and question.endswith("?"), name
        assert f"marts.{name}" in query, name


def test_every_published_column_has_a_meaning() -> None:
    missing = [
        f"{table.name}.{column.name}"
        for table in mart_tables().values()
        for column in table.columns
        if not column.meaning.strip()
    ]
    agreed = [
        f"{table}.{row['column']}" for table, rows in agreed_tables().items() for row in rows if not row["meaning"]
    ]
    assert (missing, agreed) == ([], [])


def test_no_meaning_only_repeats_the_column_name() -> None:
    repeated = [
        f"{table.name}.{column.name}"
        for table in mart_tables().values()
        for column in table.columns
        if set(re.findall(r"[a-z0-9]+", column.meaning.lower())) <= {*column.name.split("_"), "the", "of", "a", "is"}
    ]
    assert repeated == []


def test_every_published_table_has_a_key_and_a_grain() -> None:
    for table in mart_tables().values():
        required = {column.name for column in table.columns if column.is_required}
        assert table.key and required.issuperset(table.key), table.name
        assert table.purpose.startswith("One row "), table.name


def test_columns_with_agreed_values_declare_them() -> None:
    tables = mart_tables()
    wrong = []
    for table, rows in agreed_tables().items():
        declared = {column.name: set(column.allowed_values) for column in tables[table].columns}
        for row in rows:
            agreed = set(row["values_or_unit"].split("|")) if "|" in row["values_or_unit"] else set()
            if agreed and not (declared[row["column"]] and declared[row["column"]] <= agreed):
                wrong.append(f"{table}.{row['column']}")
    assert wrong == []
