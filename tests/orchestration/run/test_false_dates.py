"""A false date: refused where it can be known, and taken back where it was not."""

import stat
from datetime import timedelta
from pathlib import Path

from ingestion.simulator.world import World
from tests.product import Product, contents, differences

DAYS = 86_400


def test_clock_that_every_vendor_contradicts_reads_and_deletes_nothing(product: Product) -> None:
    before = product.warehouse.read_bytes()
    product.simulator.options(clock_skew_seconds=-3 * DAYS)
    try:
        ended = [product.tell("run"), product.tell("purge")]
    finally:
        product.simulator.options(clock_skew_seconds=0)
    for end in ended:
        assert end.exit_code == 64 and "4,320 minutes ahead of the clocks of the vendors" in end.errors, end.text
    # Three kinds of vendors, each asked once per command, without a credential.
    log = product.simulator.log()
    assert sorted(entry["vendor"] for entry in log) == sorted(2 * ["login", "connectwise", "pax8"])
    assert product.warehouse.read_bytes() == before


def test_observation_that_was_taken_back_can_be_made_again(loaded_twice: Product, world: World, tmp_path: Path) -> None:
    first, last = world.observation_dates[:2]
    product = loaded_twice.copy_to(tmp_path / "product")
    true_day = first + timedelta(days=1)
    refused = product.tell("run", "--as-of", true_day.isoformat())
    assert refused.exit_code == 64 and f"tenantry undo-observation {last}" in refused.errors, refused.text
    wrong = product.tell("undo-observation", first.isoformat())
    assert wrong.exit_code == 64 and f"the last one, {last}" in wrong.errors, wrong.text

    ended = product.tell("undo-observation", last.isoformat())

    assert ended.exit_code == 0, ended.text
    (backup,) = product.warehouse.parent.glob("tenantry.before-undo-*.duckdb")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600 and str(backup) in ended.output
    assert differences(contents(backup), contents(loaded_twice.warehouse)) == {}
    assert product.ask("select distinct as_of_date from ops.load_status", file=product.warehouse) == [(first,)]
    dated = product.ask(
        "select table_schema, table_name, column_name from information_schema.columns where data_type = 'DATE' "
        "and table_schema in ('raw_microsoft', 'raw_connectwise', 'raw_pax8', 'hist', 'ops') "
        "and column_name in ('_as_of_date', 'as_of_date', 'valid_from_date', 'valid_to_date', 'observation_date', "
        "'coverage_date')",
        file=product.warehouse,
    )
    assert {schema for schema, _, _ in dated} == {"raw_microsoft", "raw_connectwise", "raw_pax8", "hist", "ops"}
    left = " union all ".join(f"select max({column}) from {schema}.{table}" for schema, table, column in dated)
    assert {row[0] for row in product.ask(left, file=product.warehouse)} <= {first, None}

    again = product.run(last)

    assert again.exit_code == 0, again.text
    stored = ("raw_microsoft", "raw_connectwise", "raw_pax8", "hist")
    found, expected = (contents(side.warehouse, stored) for side in (product, loaded_twice))
    # dlt's own tables count loads. Scores are read in full again, older days as the vendor tells them now.
    differing = {name for name in differences(found, expected) if "._dlt_" not in name}
    assert differing <= {"raw_microsoft.secure_scores"}
    scores = "select tenant_id, id, is_removed from raw_microsoft.secure_scores order by all"
    assert product.ask(scores, file=product.warehouse) == loaded_twice.ask(scores, file=loaded_twice.warehouse)
    assert differences(contents(product.published), contents(loaded_twice.published)) == {}
