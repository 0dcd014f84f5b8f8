"""Verdicts, privileged accounts and posture of planted users and tenants."""

from typing import Any

import pytest

from ingestion.simulator.world import World
from ingestion.simulator.world.tenants import Tenant
from ingestion.simulator.world.timeline import OBSERVATION_DATES


def tenant_of(world: World, key: str) -> Tenant:
    """A planned tenant by its key."""
    return next(tenant for tenant in world.plan.tenants if tenant.key == key)


def verdict_of(world: World, truth: dict[str, Any], key: str, alias: str) -> tuple[str, str, str]:
    """Population, verdict and reason of a user whose UPN begins with the alias."""
    tenant = tenant_of(world, key)
    user = next(user for user in tenant.users if user.upn.startswith(f"{alias}@"))
    row = next(row for row in truth["mfa"] if row["tenant_id"] == tenant.id and row["user_id"] == user.id)
    return row["population"], row["verdict"], row["verdict_reason"]


@pytest.mark.parametrize(
    ("key", "alias", "expected"),
    [
        ("alder", "admin1", ("member", "protected", "enforced")),
        ("alder", "blocked.method", ("member", "exposed", "not_capable")),
        ("alder", "excluded.person", ("member", "exposed", "no_enforcement")),
        ("alder", "never.evaluated", ("member", "unknown", "no_registration_row")),
        ("alder", "old.object", ("member", "protected", "enforced")),
        ("alder", "emergency-access", ("break_glass", "exposed", "no_enforcement")),
        ("alder", "Sync_SRV01_0123456789ab", ("service", "out_of_scope", "service")),
        ("alder", "svc-scanner", ("service", "out_of_scope", "service")),
        ("alder", "shared-reception", ("shared", "out_of_scope", "shared")),
        ("alder", "room-oak", ("room", "out_of_scope", "room")),
        ("alder", "former.admin", ("disabled", "out_of_scope", "disabled")),
        ("bjork", "admin1", ("member", "protected", "enforced")),
        ("cedarclinic", "admin1", ("member", "protected", "enforced")),
        ("cedarlab", "admin1", ("member", "unknown", "no_p1")),
        ("glacier", "admin1", ("member", "unknown", "no_p1")),
        ("deltafoods", "admin1", ("member", "protected", "enforced")),
        ("fjord", "admin1", ("member", "unknown", "group_not_read")),
        ("fjord", "weak.admin", ("member", "exposed", "not_capable")),
        ("elmschool", "admin1", ("member", "unknown", "legacy_per_user_not_read")),
        ("hazeldental", "admin1", ("member", "unknown", "legacy_per_user_not_read")),
        ("lumenlabs", "admin1", ("member", "protected", "enforced")),
        ("oharalegal", "outside.method", ("member", "unknown", "external_mfa")),
        ("oharalegal", "excluded.clerk", ("member", "exposed", "no_enforcement")),
    ],
)
def test_verdict_of_a_planted_user(
    demo: World, demo_truth: dict[str, Any], key: str, alias: str, expected: tuple[str, str, str]
) -> None:
    assert verdict_of(demo, demo_truth, key, alias) == expected


def test_policy_set_to_report_only_no_longer_enforces(demo: World) -> None:
    before = demo.truth(OBSERVATION_DATES[:2])

    assert verdict_of(demo, before, "hazeldental", "admin1") == ("member", "protected", "enforced")


def test_every_user_has_one_verdict(world: World, truth: dict[str, Any]) -> None:
    snapshot = world.at(OBSERVATION_DATES[-1])
    users = sorted(
        (tenant_id, user["id"])
        for tenant_id, tenant in snapshot.tenants.items()
        for user in tenant.collections["users"]
    )

    assert sorted((row["tenant_id"], row["user_id"]) for row in truth["mfa"]) == users


def test_privileged_lists_every_kind_of_principal_and_no_watch_list_role(demo_truth: dict[str, Any]) -> None:
    rows = demo_truth["privileged"]

    assert {row["principal_type"] for row in rows} == {"user", "group", "service_principal"}
    assert any(row["directory_scope"].startswith("/administrativeUnits/") for row in rows)
    assert any(row["role_template_id"].startswith("00000000-") for row in rows)
    assert "88d8e3e3-8f55-4a1e-953a-9b9898b8876b" not in {row["role_template_id"] for row in rows}


def test_posture_has_each_rule_in_every_tenant_once_or_by_failing_subjects(truth: dict[str, Any]) -> None:
    rules = {row["rule_id"] for row in truth["posture"]}
    keys = [(row["rule_id"], row["tenant_id"], row["subject_id"]) for row in truth["posture"]]

    assert len(rules) == 8
    assert len(keys) == len(set(keys))
    for rule, tenant_id, subject in keys:
        if subject == tenant_id:
            assert [key for key in keys if key[:2] == (rule, tenant_id)] == [(rule, tenant_id, subject)]


@pytest.mark.parametrize(
    ("rule", "key", "status"),
    [
        ("ca_no_mfa_for_all", "glacier", "fail"),
        ("ca_no_mfa_for_all", "cedarlab", "pass"),
        ("ca_no_mfa_for_all", "elmschool", "fail"),
        ("ca_no_mfa_for_all", "fjord", "pass"),
        ("role_global_admin_too_many", "alder", "fail"),
        ("role_global_admin_too_many", "bjork", "pass"),
        ("role_global_admin_too_many", "deltafoods", "not_checked"),
        ("role_global_admin_too_many", "oharalegal", "not_checked"),
        ("role_global_admin_too_many", "glacier", "fail"),
        ("mfa_coverage_below_target", "bjork", "pass"),
        ("mfa_coverage_below_target", "cedarclinic", "fail"),
        ("mfa_coverage_below_target", "juniper", "not_checked"),
    ],
)
def test_posture_of_a_planted_tenant(demo: World, demo_truth: dict[str, Any], rule: str, key: str, status: str) -> None:
    tenant_id = tenant_of(demo, key).id
    rows = [row for row in demo_truth["posture"] if row["rule_id"] == rule and row["tenant_id"] == tenant_id]

    assert [row["status"] for row in rows] == [status]
