"""Verdicts, privileged accounts and posture of planted users and tenants."""

from typing import Any

import pytest

from bench.score import DRIFT_KINDS, POSTURE_RULES
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
        ("fjord", "admin1", ("member", "protected", "enforced")),
        ("fjord", "weak.admin", ("member", "exposed", "not_capable")),
        ("elmschool", "admin1", ("member", "partial", "gap")),
        ("hazeldental", "admin1", ("member", "partial", "gap")),
        ("lumenlabs", "admin1", ("member", "partial", "gap")),
        ("kestrel", "admin1", ("member", "protected", "enforced")),
        ("stray", "admin1", ("member", "protected", "enforced")),
        ("harborvine", "admin1", ("member", "protected", "enforced")),
        ("juniper", "admin1", ("member", "unknown", "no_p1")),
        ("alder", "frontdesk", ("shared", "out_of_scope", "shared")),
        ("alder", "boardroom", ("room", "out_of_scope", "room")),
        ("bjork", "emergency-access", ("break_glass", "exposed", "no_enforcement")),
        ("oharalegal", "outside.method", ("member", "unknown", "external_mfa")),
        ("oharalegal", "excluded.clerk", ("member", "partial", "gap")),
        ("oharalegal", "kept.out", ("member", "protected", "enforced")),
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

    assert rules == set(POSTURE_RULES)
    assert len(keys) == len(set(keys))
    for rule, tenant_id, subject in keys:
        if subject == tenant_id:
            assert [key for key in keys if key[:2] == (rule, tenant_id)] == [(rule, tenant_id, subject)]


@pytest.mark.parametrize(
    ("rule", "key", "status"),
    [
        ("ca_no_mfa_for_all", "glacier", "pass"),
        ("security_defaults_off_without_policy", "glacier", "pass"),
        ("ca_no_mfa_for_all", "cedarlab", "pass"),
        ("ca_no_mfa_for_all", "elmschool", "fail"),
        ("ca_no_mfa_for_all", "fjord", "pass"),
        ("role_global_admin_too_many", "alder", "fail"),
        ("role_global_admin_too_many", "bjork", "pass"),
        ("role_global_admin_too_many", "deltafoods", "pass"),
        ("role_global_admin_too_many", "oharalegal", "pass"),
        ("role_global_admin_too_many", "glacier", "fail"),
        ("mfa_coverage_below_target", "bjork", "pass"),
        ("mfa_coverage_dropped", "kestrel", "fail"),
        ("mfa_coverage_dropped", "hazeldental", "pass"),
        ("mfa_coverage_dropped", "juniper", "not_checked"),
        ("role_global_admin_too_few", "stray", "fail"),
        ("role_permanent_where_pim", "alder", "not_applicable"),
        ("ca_mfa_report_only", "kestrel", "pass"),
        ("ca_mfa_report_only", "cedarclinic", "not_applicable"),
        ("ca_mfa_exclusions", "bjork", "pass"),
        ("ca_mfa_exclusions", "elmschool", "not_applicable"),
        ("ca_legacy_auth_allowed", "alder", "pass"),
        ("ca_legacy_auth_allowed", "cedarclinic", "pass"),
        ("ca_legacy_auth_allowed", "kestrel", "pass"),
        ("ca_legacy_auth_allowed", "lumenlabs", "fail"),
        ("ca_mfa_gap", "alder", "fail"),
        ("ca_mfa_gap", "fjord", "pass"),
        ("ca_mfa_gap", "juniper", "not_applicable"),
        ("ca_dead_reference", "kestrel", "fail"),
        ("ca_dead_reference", "alder", "pass"),
        ("security_defaults_off_without_policy", "juniper", "fail"),
        ("security_defaults_off_without_policy", "elmschool", "pass"),
        ("break_glass_missing", "kestrel", "fail"),
        ("break_glass_used", "bjork", "pass"),
        ("break_glass_used", "kestrel", "not_applicable"),
        ("account_stale", "glacier", "not_checked"),
        ("account_stale", "bjork", "not_checked"),
        ("secure_score_dropped", "hazeldental", "fail"),
        ("secure_score_dropped", "kestrel", "pass"),
        ("credential_expiring", "harborvine", "pass"),
        ("mfa_coverage_below_target", "cedarclinic", "fail"),
        ("mfa_coverage_below_target", "juniper", "not_checked"),
    ],
)
def test_posture_of_a_planted_tenant(demo: World, demo_truth: dict[str, Any], rule: str, key: str, status: str) -> None:
    tenant_id = tenant_of(demo, key).id
    rows = [row for row in demo_truth["posture"] if row["rule_id"] == rule and row["tenant_id"] == tenant_id]

    assert [row["status"] for row in rows] == [status]


def subjects_of(world: World, truth: dict[str, Any], rule: str, key: str) -> set[str]:
    """The failing subjects of a rule in a tenant."""
    tenant_id = tenant_of(world, key).id
    return {
        row["subject_id"]
        for row in truth["posture"]
        if (row["rule_id"], row["tenant_id"], row["status"]) == (rule, tenant_id, "fail")
    }


@pytest.mark.parametrize(
    ("rule", "key", "aliases"),
    [
        ("mfa_weak_methods_only", "alder", {"phone.only"}),
        ("role_synced_privileged", "alder", {"synced.admin"}),
        ("role_disabled_privileged", "alder", {"former.admin"}),
        ("role_privileged_with_license", "harborvine", {"dana", "lee", "ceo", "hr"}),
        ("role_new_privileged", "kestrel", {"late.convert"}),
        ("role_new_privileged", "oharalegal", {"keeper2"}),
        ("role_permanent_where_pim", "harborvine", {"admin1", "admin3", "lee"}),
        # A failed attempt is no sign-in, and an account from before December 2023 without any is idle.
        (
            "account_stale",
            "alder",
            {"stale.account", "never.signed", "guessed.account", "guessed.unused", "old.account"},
        ),
        ("break_glass_attempted", "bjork", {"emergency-access"}),
        ("break_glass_used", "alder", {"emergency-access"}),
    ],
)
def test_rule_fails_for_the_planted_users(
    demo: World, demo_truth: dict[str, Any], rule: str, key: str, aliases: set[str]
) -> None:
    names = {user.id: user.upn.split("@")[0] for user in tenant_of(demo, key).users}

    assert {names[subject] for subject in subjects_of(demo, demo_truth, rule, key)} == aliases


def test_privileged_user_whose_mailbox_is_switched_off_passes(demo: World, demo_truth: dict[str, Any]) -> None:
    tenant = tenant_of(demo, "harborvine")
    [reader] = [user for user in tenant.users if any(row.switched_off for row in user.assignments)]
    privileged = {row["principal_id"] for row in demo_truth["privileged"] if row["tenant_id"] == tenant.id}

    assert reader.id in privileged
    assert reader.id not in subjects_of(demo, demo_truth, "role_privileged_with_license", "harborvine")


def test_credential_rules_name_the_planted_apps(demo: World, demo_truth: dict[str, Any]) -> None:
    names = {app.app_id: app.name for app in tenant_of(demo, "alder").applications}

    def failing(rule: str) -> set[str]:
        return {names[subject] for subject in subjects_of(demo, demo_truth, rule, "alder")}

    assert failing("credential_expiring") == {"Invoice bridge", "Payroll sign-on"}
    assert failing("credential_expired") == {"Old scanner", "Ticket sync"}


def test_signing_pair_is_one_credential(demo: World, demo_truth: dict[str, Any]) -> None:
    tenant = tenant_of(demo, "alder")
    payroll = next(app for app in tenant.applications if app.name == "Payroll sign-on")
    rows = [row for row in demo_truth["credentials"] if row["app_id"] == payroll.app_id]

    assert len(payroll.principal_credentials) == 3
    assert [(row["owner_kind"], row["credential_kind"]) for row in rows] == [("service_principal", "certificate")]


def test_privileged_paths_are_all_there(demo: World, demo_truth: dict[str, Any]) -> None:
    tenant = tenant_of(demo, "harborvine")
    names = {user.id: user.upn.split("@")[0] for user in tenant.users} | {row.id: row.name for row in tenant.groups}
    found = {
        (names[row["principal_id"]], row["path"], names.get(row["via_group_id"], ""))
        for row in demo_truth["privileged"]
        if row["tenant_id"] == tenant.id and not row["principal_id"].startswith("admin")
    }

    assert {
        ("lee", "group", "Helpdesk"),
        ("Helpdesk", "direct", ""),
        ("hr", "pim_active", ""),
        ("hr", "pim_eligible", ""),
        ("ceo", "pim_eligible", "Tier one"),
        ("Tier one", "pim_eligible", ""),
        ("dana", "pim_eligible", ""),
    } <= found
    assert ("hr", "direct", "") not in found


def test_drift_has_every_kind_and_nothing_at_the_baseline(demo: World, demo_truth: dict[str, Any]) -> None:
    assert {row["kind"] for row in demo_truth["drift"]} == set(DRIFT_KINDS)
    assert min(row["occurred_date"] for row in demo_truth["drift"]) > OBSERVATION_DATES[0].isoformat()
    assert demo.truth(OBSERVATION_DATES[:1])["drift"] == []


def test_activation_and_eligibility_are_no_drift(demo: World, demo_truth: dict[str, Any]) -> None:
    tenant = tenant_of(demo, "harborvine")

    assert not [row for row in demo_truth["drift"] if row["tenant_id"] == tenant.id]


def test_nothing_hangs_on_a_group_that_was_not_read(truth: dict[str, Any]) -> None:
    assert "group_not_read" not in {row["verdict_reason"] for row in truth["mfa"]}
