"""Answers and settings that are wrong in one place: that leg fails and says why; its rows stay, the rest is loaded."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pytest

from ingestion.simulator.serve import Simulator
from ingestion.simulator.world import World
from tests.orchestration.run.tenants import ALDER, BJORK, MSP, tenant_id
from tests.product import Product
from tests.warm_process import Ended

UNKNOWN_TENANT = "00000000-dead-4000-8000-000000000001"


@dataclass(frozen=True)
class Odd:
    """One kind of bad input: where it is put, how the leg must end, and what its message must name."""

    vendor: str
    tenant: str
    path: str
    table: str
    error_class: str
    names: tuple[str, ...]


ODD = {
    "not_json": Odd("graph", MSP, "/organization", "organization", "not_json", ("JSON",)),
    "no_value": Odd("graph", MSP, "/domains", "domains", "no_value", ("value",)),
    "number_for_text": Odd("connectwise", "", "/company/companies", "companies", "wrong_type", ("number", "text")),
    "redirect_other_host": Odd("connectwise", "", "/system/members", "members", "redirect", ("localhost",)),
    "nextlink_other_host": Odd("graph", ALDER, "/users/delta", "users", "foreign_link", ("localhost",)),
}


@dataclass(frozen=True)
class Answered:
    """A run over odd answers, with a wrong tenant id and a distributor that cannot be reached."""

    before: Product
    product: Product
    ended: Ended
    log: list[dict]


@pytest.fixture(scope="module")
def answered(
    loaded_once: Product, running_simulator: Simulator, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Answered]:
    """All of ODD in one run, Björk's tenant id mistyped, Pax8 at a port where nothing listens."""
    product = loaded_once.copy_to(tmp_path_factory.mktemp("odd") / "product")
    text = product.settings.read_text("utf-8")
    text = text.replace(tenant_id(world, BJORK), UNKNOWN_TENANT)
    text = text.replace(f'base_url = "{running_simulator.urls["pax8_url"]}"', 'base_url = "https://127.0.0.1:9/v1"')
    assert UNKNOWN_TENANT in text and "127.0.0.1:9/" in text
    product.settings.write_text(text, encoding="utf-8")
    running_simulator.clear_edits()
    running_simulator.clear_log()
    running_simulator.options(delta_page_rows=10)
    for name, odd in ODD.items():
        where = {"tenant": tenant_id(world, odd.tenant)} if odd.tenant else {}
        running_simulator.fault(name, vendor=odd.vendor, path=odd.path, **where)
    ended = product.run(world.observation_dates[1], "--full-refresh")
    log = running_simulator.log()
    running_simulator.clear_faults()
    running_simulator.options(delta_page_rows=200)
    yield Answered(loaded_once, product, ended, log)
    shutil.rmtree(product.folder, ignore_errors=True)


def rows_of(product: Product, odd: Odd, world: World) -> list[tuple]:
    """Raw rows of the leg, to the last column."""
    vendor = odd.vendor.replace("graph", "microsoft")
    where = f" where tenant_id = '{tenant_id(world, odd.tenant)}'" if odd.tenant else ""
    return product.ask(f"select * from raw_{vendor}.{odd.table}{where} order by all", file=product.warehouse)


def test_run_over_odd_answers_publishes_the_rest_and_exits_2(answered: Answered, world: World) -> None:
    assert answered.ended.exit_code == 2, answered.ended.text
    day = answered.product.ask("select distinct as_of_date from marts.mart_user_mfa")
    assert day == [(world.observation_dates[1],)]
    good = [status for status, _ in answered.product.last_legs().values() if status in ("loaded", "unchanged")]
    assert len(good) > 20


@pytest.mark.parametrize("name", ODD)
def test_leg_with_an_odd_answer_fails_alone_and_keeps_its_rows(answered: Answered, world: World, name: str) -> None:
    odd = ODD[name]
    vendor = odd.vendor.replace("graph", "microsoft")
    tenant = tenant_id(world, odd.tenant) if odd.tenant else ""

    assert answered.product.last_legs()[vendor, tenant, odd.table] == ("failed", odd.error_class)
    assert rows_of(answered.product, odd, world) == rows_of(answered.before, odd, world) != []
    told = [line for line in answered.ended.errors.splitlines() if f"{vendor}/{odd.table}" in line and odd.error_class]
    assert any(all(word in line for word in odd.names) for line in told), answered.ended.errors
    advised = [line for line in answered.ended.output.splitlines() if odd.table in line and odd.error_class in line]
    assert len(advised) == 1 and len(advised[0].split(f"({odd.error_class}). ")[1]) > 20


def test_other_host_gets_no_request(answered: Answered) -> None:
    others = [entry for entry in answered.log if not entry["host"].startswith("127.0.0.1")]
    # The usage report's file lies on a host that the settings list; it is fetched without a token.
    assert {entry["vendor"] for entry in others} == {"storage"}
    assert [entry for entry in others if entry["has_authorization"]] == []
    # The links were offered, or the two faults proved nothing.
    offered = {fault for entry in answered.log for fault in entry["faults"]}
    assert {"nextlink_other_host", "redirect_other_host"} <= offered


def test_wrong_tenant_id_fails_under_that_id(answered: Answered) -> None:
    legs = {table: end for (_, tenant, table), end in answered.product.last_legs().items() if tenant == UNKNOWN_TENANT}
    assert len(legs) > 9 and {status for status, _ in legs.values()} == {"failed"}
    lines = [line for line in answered.ended.output.splitlines() if UNKNOWN_TENANT in line]
    assert len(lines) == 1 and "tenant_id" in lines[0] or "tenant id" in lines[0], lines


def test_unreachable_vendor_fails_and_keeps_its_rows(answered: Answered) -> None:
    legs = {table: end for (vendor, _, table), end in answered.product.last_legs().items() if vendor == "pax8"}
    assert {status for status, _ in legs.values()} == {"failed"}
    sql = "select * from raw_pax8.subscriptions order by all"
    before = answered.before.ask(sql, file=answered.before.warehouse)
    assert answered.product.ask(sql, file=answered.product.warehouse) == before != []
    assert "127.0.0.1" in answered.ended.text


def test_output_holds_no_secret_address_or_row_value(answered: Answered, world: World) -> None:
    with duckdb.connect(str(answered.before.warehouse), read_only=True) as connection:
        values = connection.execute(
            "select user_principal_name from raw_microsoft.users union select display_name from raw_microsoft.users "
            "union select subject from raw_microsoft.messages union select name from raw_connectwise.companies"
        ).fetchall()
    text = answered.ended.text
    assert [value for (value,) in values if value and value in text] == []
    assert [secret for secret in world.secret_environment().values() if secret in text] == []
    assert "CANARY" not in text and "@" not in text


def test_errors_are_one_paragraph_without_a_traceback(answered: Answered) -> None:
    assert "Traceback" not in answered.ended.text
