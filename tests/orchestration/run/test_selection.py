"""Runs of a part: one tenant, one vendor, everything read again; `status`; and one writer at a time."""

import os

import pytest

from ingestion.load import Warehouse
from ingestion.simulator.world import World
from tests.orchestration.run.tenants import ALDER, BJORK, tenant_id
from tests.product import Product, contents, differences


def test_run_of_one_tenant_and_vendor_asks_nobody_else(product: Product, loaded_once: Product, world: World) -> None:
    alder, day = tenant_id(world, ALDER), world.observation_dates[1]

    ended = product.run(day, "--tenant", alder, "--only", "microsoft")

    assert ended.exit_code == 0, ended.text
    assert {(entry["vendor"], entry["tenant"]) for entry in product.simulator.log()} == {
        ("login", alder),
        ("graph", alder),
        # The usage report's file: its address is signed, no token names the tenant.
        ("storage", None),
    }
    assert {tenant for _, tenant, _ in product.last_legs()} == {alder}
    assert product.ask("select distinct as_of_date from marts.mart_user_mfa") == [(day,)]
    untouched = ("raw_connectwise", "raw_pax8")
    assert differences(contents(product.warehouse, untouched, ()), contents(loaded_once.warehouse, untouched, ())) == {}
    # What was not read is a week old: the other tenants' directories (36 hours) and the money legs (72) are stale.
    states = product.ask("select distinct tenant_id = ?, leg_state from marts.ops_freshness order by all", [alder])
    # Missing is what no licence of the tenant gives.
    assert states == [(False, "missing"), (False, "stale"), (True, "fresh"), (True, "missing")]
    never = product.ask("select tenant_id, table_name from marts.ops_freshness where leg_state = 'missing'")
    unlicensed = [key[1:] for key, (status, _) in loaded_once.last_legs().items() if status == "not_licensed"]
    assert (tenant_id(world, BJORK), "user_registration_details") in never
    assert sorted(never) == sorted(unlicensed)


@pytest.mark.soak
def test_full_refresh_reads_everything_again_and_leaves_the_history(
    product: Product, loaded_once: Product, world: World
) -> None:
    ended = product.run(world.observation_dates[0], "--full-refresh")

    assert ended.exit_code == 0, ended.text
    log = product.simulator.log()
    assert not [entry for entry in log if "deltatoken" in entry["query"].lower()]
    details = [entry for entry in log if "/finance/info/invoice/" in entry["path"]]
    invoices = len(world.at(world.observation_dates[0]).connectwise["invoices"])
    assert len(details) == invoices
    assert differences(contents(product.warehouse), contents(loaded_once.warehouse)) == {}


def test_status_tells_every_leg(product: Product, loaded_once: Product) -> None:
    ended = product.tell("status")

    assert ended.exit_code == 0, ended.text
    legs = loaded_once.ask("select vendor, tenant_id, table_name from marts.ops_freshness")
    assert f"{len(legs)} tables" in ended.output
    lines = ended.output.splitlines()
    assert [leg for leg in legs if not any(all(word in line for word in leg) for line in lines)] == []
    assert product.simulator.log() == []


def test_second_writer_is_told_who_writes(product: Product, world: World) -> None:
    with Warehouse(product.warehouse).acquire():
        ended = product.run(world.observation_dates[1])
        published = product.tell("publish")

    for refused in (ended, published):
        assert refused.exit_code == 1
        assert f"process {os.getpid()}, started 20" in refused.errors
        assert "Traceback" not in refused.text
    assert product.simulator.log() == []
