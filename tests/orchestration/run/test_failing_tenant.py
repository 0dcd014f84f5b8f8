"""One tenant's failure is its own: the rest is published, old rows stay and say that they are stale."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingestion.simulator.serve import Simulator
from ingestion.simulator.world import World
from tests.orchestration.run.canaries import traces
from tests.orchestration.run.tenants import ALDER, BJORK, MSP, tenant_id
from tests.product import Product
from tests.warm_process import Ended

ROLES, POLICIES = "role_assignments", "conditional_access_policies"
# Mailbox and directory legs of the MSP's own tenant do not depend on these two.
FORBIDDEN_PATH, BROKEN_PATH = "/roleManagement/directory/roleAssignments", "/identity/conditionalAccess/policies"


@dataclass(frozen=True)
class Failed:
    """A run with one secret expired, one endpoint forbidden and one broken; and the product before it."""

    before: Product
    product: Product
    ended: Ended


@pytest.fixture(scope="module")
def failed(
    loaded_once: Product, running_simulator: Simulator, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Failed]:
    """Alder's secret expired, Björk without P1, the MSP's own tenant with one 403 and one 500."""
    product = loaded_once.copy_to(tmp_path_factory.mktemp("failed") / "product")
    running_simulator.clear_edits()
    running_simulator.fault("secret_expired", vendor="login", tenant=tenant_id(world, ALDER))
    running_simulator.fault("forbidden", vendor="graph", tenant=tenant_id(world, MSP), path=FORBIDDEN_PATH)
    running_simulator.fault("server_error", vendor="graph", tenant=tenant_id(world, MSP), path=BROKEN_PATH)
    ended = product.run(world.observation_dates[1])
    running_simulator.clear_faults()
    yield Failed(loaded_once, product, ended)
    shutil.rmtree(product.folder, ignore_errors=True)


def test_run_with_failed_legs_publishes_and_exits_2(failed: Failed, world: World) -> None:
    assert failed.ended.exit_code == 2, failed.ended.text
    assert "published now" in failed.ended.output
    day = failed.product.ask("select distinct as_of_date from marts.mart_user_mfa")
    assert day == [(world.observation_dates[1],)]


def test_legs_end_as_their_own_failure(failed: Failed, world: World) -> None:
    legs = failed.product.last_legs()
    good = {"loaded", "unchanged"}
    of_alder = {table: end for (_, tenant, table), end in legs.items() if tenant == tenant_id(world, ALDER)}
    assert len(of_alder) > 9
    assert {status for status, _ in of_alder.values()} == {"failed"}
    assert legs["microsoft", tenant_id(world, MSP), ROLES][0] == "not_permitted"
    assert legs["microsoft", tenant_id(world, MSP), POLICIES][0] == "failed"
    unlicensed = {key for key, (status, _) in failed.before.last_legs().items() if status == "not_licensed"}
    assert ("microsoft", tenant_id(world, BJORK), "user_registration_details") in unlicensed
    assert {legs[key][0] for key in unlicensed if key[1] != tenant_id(world, ALDER)} == {"not_licensed"}
    rest = {
        key: status
        for key, (status, _) in legs.items()
        if key[1] != tenant_id(world, ALDER) and key[2] not in (ROLES, POLICIES) and key not in unlicensed
    }
    assert {key: status for key, status in rest.items() if status not in good} == {
        key: "not_permitted" for key in rest if key[2] == ROLES and key[1] == tenant_id(world, MSP)
    }


def test_only_failed_legs_are_stale(failed: Failed, world: World) -> None:
    stale = failed.product.ask(
        "select tenant_id, table_name from marts.ops_freshness where leg_state = 'stale' order by all"
    )
    alder = failed.before.ask(
        "select tenant_id, table_name from marts.ops_freshness where tenant_id = ? and leg_state = 'fresh'",
        [tenant_id(world, ALDER)],
    )
    assert len(alder) > 20
    msp = tenant_id(world, MSP)
    assert sorted(stale) == sorted([*alder, (msp, ROLES), (msp, POLICIES)])


def test_users_of_the_failed_tenant_stay_with_unknown_verdicts(failed: Failed, world: World) -> None:
    sql = "select user_id from marts.mart_user_mfa where tenant_id = ? order by all"
    alder = [tenant_id(world, ALDER)]
    assert failed.product.ask(sql, alder) == failed.before.ask(sql, alder)
    verdicts = failed.product.ask(
        "select distinct verdict, verdict_reason from marts.mart_user_mfa where tenant_id = ? and is_in_scope", alder
    )
    assert verdicts == [("unknown", "stale")]
    before = failed.before.ask("select distinct verdict from marts.mart_user_mfa where tenant_id = ?", alder)
    assert ("protected",) in before and ("exposed",) in before


def test_verdicts_that_need_the_broken_policies_are_unknown(failed: Failed, world: World) -> None:
    sql = (
        "select distinct verdict, verdict_reason from marts.mart_user_mfa "
        "where tenant_id = ? and is_in_scope and not coalesce(is_mfa_capable = false, false)"
    )
    msp = [tenant_id(world, MSP)]
    assert failed.product.ask(sql, msp) == [("unknown", "stale")]
    assert ("protected", "enforced") in failed.before.ask(sql, msp)


def test_rules_about_unread_roles_are_not_checked_and_privileged_rows_stay(failed: Failed, world: World) -> None:
    sql = "select principal_id, role_template_id from marts.mart_privileged_accounts where tenant_id = ? order by all"
    for tenant in (tenant_id(world, MSP), tenant_id(world, ALDER)):
        assert failed.product.ask(sql, [tenant]) == failed.before.ask(sql, [tenant]) != []
        states = failed.product.ask(
            "select distinct status from marts.mart_posture_findings where tenant_id = ? "
            "and rule_id = 'role_global_admin_too_many' and resolved_date is null",
            [tenant],
        )
        assert states == [("not_checked",)]


def test_positions_of_the_failed_tenant_are_unreconcilable(failed: Failed) -> None:
    current = (
        "select distinct verdict, verdict_reason, tenant_leg_state from marts.mart_license_position "
        "where customer_id = ? and product_id {} 'ms:%' and valid_to_date is null"
    )
    assert failed.product.ask(current.format("like"), ["250"]) == [("unreconcilable", "leg_stale", "stale")]
    # What no tenant shows needs none: agreement, distributor and bill agree.
    assert failed.product.ask(current.format("not like"), ["250"]) == [("match", None, "stale")]
    assert ("stale",) not in failed.product.ask(
        "select distinct tenant_leg_state from marts.mart_license_position "
        "where customer_id <> '250' and valid_to_date is null"
    )


def test_findings_that_need_the_stale_leg_keep_status_and_lose_amounts(failed: Failed) -> None:
    sql = (
        "select finding_id, status, first_seen_date from marts.mart_license_leakage where kind = ? and customer_id = ?"
    )
    for kind in ("shelfware", "unknown_source"):
        before = failed.before.ask(sql, [kind, "250"])
        assert before != [] and set(before) <= set(failed.product.ask(sql, [kind, "250"]))
        amounts = failed.product.ask(
            "select distinct seats, monthly_amount, amount_reason from marts.mart_license_leakage "
            "where kind = ? and customer_id = '250' and status <> 'resolved'",
            [kind],
        )
        assert amounts == [(None, None, "leg_stale")]


def test_summary_names_each_failure_with_what_to_do(failed: Failed, world: World) -> None:
    lines = failed.ended.output.splitlines()

    def told(tenant: str, *words: str) -> bool:
        return any(tenant_id(world, tenant) in line and all(word in line for word in words) for line in lines)

    assert told(ALDER, "users", "secret")
    assert told(MSP, ROLES, "RoleManagement.Read.Directory")
    assert told(MSP, POLICIES, "failed")
    assert told(BJORK, "user_registration_details", "P1")


def test_run_with_failures_leaves_no_canary(failed: Failed, tmp_path: Path) -> None:
    assert traces(failed.product.folder, tmp_path) == []


def test_tenant_without_p1_alone_is_no_failure(loaded_once: Product, world: World) -> None:
    # The first run of `loaded_once` ended with exit code 0, or its fixture would have failed.
    legs = loaded_once.last_legs()
    assert legs["microsoft", tenant_id(world, BJORK), "user_registration_details"] == ("not_licensed", "not_licensed")
    assert {status for status, _ in legs.values()} == {"loaded", "unchanged", "not_licensed"}
