"""Which views and seeds a run builds again: those that something changed, and no other."""

from pathlib import Path

import duckdb
import pytest

from orchestration import dbt_unchanged
from orchestration.dbt_runner import parse

VARIABLES = {"as_of_date": "2026-10-20", "run_id": "one", "reporting_currency": "USD", "psa_tenant_id_field": ""}
STAGED = "model.tenantry.stg_microsoft__users"
SEED = "seed.tenantry.privileged_roles"


@pytest.fixture(scope="module")
def manifest():
    return parse()


@pytest.fixture
def warehouse(tmp_path: Path, manifest) -> Path:
    """A file in which every view and seed exists under its name."""
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        for unique_id in dbt_unchanged.definitions(manifest, VARIABLES):
            node = manifest.nodes[unique_id]
            connection.execute(f"create schema if not exists {node.schema}")
            connection.execute(f"create view {node.schema}.{node.alias} as select 1 as id")
    return file


def test_views_and_seeds_are_told_apart_from_what_holds_a_run(manifest) -> None:
    known = dbt_unchanged.definitions(manifest, VARIABLES)
    assert STAGED in known
    assert SEED in known
    views = {key for key, node in manifest.nodes.items() if node.config.materialized == "view"}
    of_the_run = {
        key
        for key in views
        if "as_of_date()" in manifest.nodes[key].raw_code or "run_started_at()" in manifest.nodes[key].raw_code
    }
    assert of_the_run
    assert not of_the_run & known.keys()
    assert all(manifest.nodes[key].config.materialized in ("view", "seed") for key in known)


def test_what_was_built_is_left_out_until_something_changes(manifest, warehouse) -> None:
    known = dbt_unchanged.definitions(manifest, VARIABLES)
    assert dbt_unchanged.unchanged(warehouse, manifest, known) == set()
    dbt_unchanged.note_built(warehouse, known, known)
    assert dbt_unchanged.unchanged(warehouse, manifest, known) == known.keys()
    assert dbt_unchanged.definitions(manifest, VARIABLES | {"run_id": "two", "as_of_date": "2026-10-21"}) == known


def test_a_view_that_is_gone_is_built_again(manifest, warehouse) -> None:
    known = dbt_unchanged.definitions(manifest, VARIABLES)
    dbt_unchanged.note_built(warehouse, known, known)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("drop view staging.stg_microsoft__users")
    assert known.keys() - dbt_unchanged.unchanged(warehouse, manifest, known) == {STAGED}


def test_a_build_that_broke_off_leaves_nothing_to_rely_on(manifest, warehouse) -> None:
    in_dollar = dbt_unchanged.definitions(manifest, VARIABLES)
    in_euro = dbt_unchanged.definitions(manifest, VARIABLES | {"reporting_currency": "EUR"})
    dbt_unchanged.note_built(warehouse, in_dollar, in_dollar)
    changed = in_euro.keys() - dbt_unchanged.unchanged(warehouse, manifest, in_euro)
    dbt_unchanged.forget(warehouse, changed)
    # Killed here, with some of these views in euro, and run again with the former settings.
    assert changed
    assert in_dollar.keys() - dbt_unchanged.unchanged(warehouse, manifest, in_dollar) == changed


def test_views_of_a_file_under_another_name_are_built_again(manifest) -> None:
    before = dbt_unchanged.definitions(manifest, VARIABLES)
    node = manifest.nodes[STAGED]
    database, node.database = node.database, "renamed"
    try:
        after = dbt_unchanged.definitions(manifest, VARIABLES)
    finally:
        node.database = database
    assert before[STAGED] != after[STAGED]


def test_a_changed_text_reaches_every_view_above_it(manifest) -> None:
    before = dbt_unchanged.definitions(manifest, VARIABLES)
    node = manifest.nodes[STAGED]
    text = node.raw_code
    node.raw_code = text + "\n-- another text"
    try:
        after = dbt_unchanged.definitions(manifest, VARIABLES)
    finally:
        node.raw_code = text
    changed = {key for key in before if before[key] != after[key]}
    above = {key for key in before if _reads(manifest, key)}
    assert changed == above | {STAGED}
    assert len(changed) < len(before)


def test_a_changed_macro_or_setting_reaches_those_that_use_it(manifest) -> None:
    before = dbt_unchanged.definitions(manifest, VARIABLES)
    euro = dbt_unchanged.definitions(manifest, VARIABLES | {"reporting_currency": "EUR"})
    in_money = {key for key in before if before[key] != euro[key]}
    assert in_money
    assert STAGED not in in_money
    name = _a_macro_of_a_view(manifest, before)
    text = manifest.macros[name].macro_sql
    manifest.macros[name].macro_sql = text + "{# another text #}"
    try:
        after = dbt_unchanged.definitions(manifest, VARIABLES)
    finally:
        manifest.macros[name].macro_sql = text
    assert {key for key in before if name in manifest.nodes[key].depends_on.macros} <= {
        key for key in before if before[key] != after.get(key)
    }


def _reads(manifest, key: str) -> bool:
    """Whether a node reads the staged users, directly or over others."""
    node = manifest.nodes[key]
    parents = node.depends_on.nodes if node.resource_type == "model" else []
    return any(name == STAGED or (name in manifest.nodes and _reads(manifest, name)) for name in parents)


def _a_macro_of_a_view(manifest, known) -> str:
    return next(
        name
        for key in sorted(known)
        for name in manifest.nodes[key].depends_on.macros
        if name.startswith("macro.tenantry.")
    )
