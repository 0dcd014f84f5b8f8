"""Rules about roles, Conditional Access and security defaults."""

from datetime import date, timedelta
from typing import Any

from ingestion.simulator.world.groups import user_ids
from ingestion.simulator.world.people import usable_plans
from ingestion.simulator.world.policies import ENABLED, Policy
from ingestion.simulator.world.products import EXCHANGE_PLAN
from ingestion.simulator.world.roles import GLOBAL_ADMINISTRATOR
from ingestion.simulator.world.truth.access import Sight, sight
from ingestion.simulator.world.truth.conditional_access import LEGACY, Person
from ingestion.simulator.world.truth.findings import NOT_APPLICABLE, PASS, subjects, whole
from ingestion.simulator.world.truth.observed import Observed

FEWEST_GLOBAL_ADMINISTRATORS = 2
MOST_GLOBAL_ADMINISTRATORS = 4
NEW_DAYS = 7


def right_rows(now: Observed) -> list[dict[str, Any]]:
    """All rules about who may do what, and what every sign-in must pass, on one day."""
    return [*_role_rows(now), *_policy_rows(now)]


def _role_rows(now: Observed) -> list[dict[str, Any]]:
    tenant_id, day, users = now.tenant.id, now.day, now.privileged_users
    otherwise = PASS if now.privileged else NOT_APPLICABLE
    robots = [row.principal_id for row in now.privileged if row.kind == "service_principal"]
    permanent = [
        row.principal_id
        for row in now.privileged
        if row.kind == "user" and row.is_permanent and row.principal_id not in now.break_glass_ids
    ]
    licensed = [user.id for user in users if EXCHANGE_PLAN in usable_plans(user, day)]
    has_p2 = now.tenant.has_p2(day)
    return [
        *_administrator_rows(now),
        *subjects("role_guest_privileged", tenant_id, [u.id for u in users if u.user_type == "Guest"], otherwise),
        *subjects("role_synced_privileged", tenant_id, [u.id for u in users if u.synced], otherwise),
        *subjects("role_disabled_privileged", tenant_id, [u.id for u in users if not u.enabled.at(day)], otherwise),
        *subjects("role_service_principal_privileged", tenant_id, robots, otherwise),
        *subjects(
            "role_permanent_where_pim", tenant_id, permanent if has_p2 else (), otherwise if has_p2 else NOT_APPLICABLE
        ),
        *subjects("role_new_privileged", tenant_id, _newly_privileged(now), otherwise),
        *subjects("role_privileged_with_license", tenant_id, licensed, otherwise),
    ]


def _administrator_rows(now: Observed) -> list[dict[str, Any]]:
    holders = {row.principal_id for row in now.privileged if row.role_id == GLOBAL_ADMINISTRATOR}
    enabled = {user.id for user in now.users.values() if user.enabled.at(now.day)} & holders
    return [
        *whole("role_global_admin_too_few", now.tenant.id, len(enabled) < FEWEST_GLOBAL_ADMINISTRATORS),
        *whole(
            "role_global_admin_too_many", now.tenant.id, len(enabled - now.break_glass_ids) > MOST_GLOBAL_ADMINISTRATORS
        ),
    ]


def _newly_privileged(now: Observed) -> list[str]:
    seen: dict[tuple[str, str, str], date] = {}
    for one in (*now.before, now):
        for row in one.privileged:
            seen.setdefault(row.right, one.day)
    baseline = (now.before[0] if now.before else now).day
    return [
        row.principal_id
        for row in now.privileged
        if row.kind == "user" and baseline < seen[row.right] and now.day - seen[row.right] <= timedelta(days=NEW_DAYS)
    ]


def _policy_rows(now: Observed) -> list[dict[str, Any]]:
    tenant, day = now.tenant, now.day
    policies = tenant.policies_on(day)
    enabled = [policy for policy in policies if policy.state.at(day) == ENABLED]
    requiring = [policy for policy in policies if policy.requires_mfa]
    idle = [policy.id for policy in requiring if policy.state.at(day) != ENABLED]
    enforcing = [policy for policy in requiring if policy in enabled]
    leaky = [policy.id for policy in enforcing if _has_exclusions(now, policy)]
    dead = [policy.id for policy in enabled if _names_nobody(now, policy)]
    seen = sight(tenant, day)
    people = [seen.person(row.user) for row in now.verdicts if row.population == "member"]
    members = [seen.answer(person) for person in people]
    accepted = {gap.subject for gap in tenant.gaps if gap.gap_id(tenant.id) in now.accepted_gap_ids}
    is_gap_open = any(
        seen.answer(person).open_sign_ins and accepted.isdisjoint({person.id, *person.groups}) for person in people
    )
    is_legacy_open = any(
        sign_in.client in LEGACY for answer in members for sign_in in answer.open_sign_ins + answer.outside_sign_ins
    )
    has_defaults = tenant.security_defaults.at(day)
    absent = PASS if has_defaults else NOT_APPLICABLE
    return [
        *whole("ca_no_mfa_for_all", tenant.id, not (has_defaults or _asks_everybody(seen))),
        *subjects("ca_mfa_report_only", tenant.id, idle, PASS if requiring else NOT_APPLICABLE),
        *subjects("ca_mfa_exclusions", tenant.id, leaky, PASS if enforcing else NOT_APPLICABLE),
        *subjects("ca_dead_reference", tenant.id, dead, PASS if enabled else NOT_APPLICABLE),
        *whole("ca_legacy_auth_allowed", tenant.id, not has_defaults and (is_legacy_open or not seen.policies)),
        *(
            whole("ca_mfa_gap", tenant.id, is_gap_open)
            if seen.is_somebody_asked and not has_defaults
            else subjects("ca_mfa_gap", tenant.id, (), absent)
        ),
        *whole("security_defaults_off_without_policy", tenant.id, not (has_defaults or seen.policies)),
    ]


def _asks_everybody(seen: Sight) -> bool:
    """Whether a member whom no policy names must prove more, in any app, on any platform and at any place unnamed."""
    answer = seen.answer(Person("somebody"))
    return not any(sign_in.is_unnamed for sign_in in answer.open_sign_ins + answer.outside_sign_ins)


def _names_nobody(now: Observed, policy: Policy) -> bool:
    """Whether a policy names a user, a group, a role or a place that there is not."""
    tenant = now.tenant
    groups = {group.id for group in tenant.groups}
    users = {*policy.include_users, *policy.excluded_users(now.day)} - {"All", "GuestsOrExternalUsers"}
    places = {*policy.include_locations, *policy.exclude_locations} - {"All", "AllTrusted"}
    return bool(
        users - set(now.users)
        or {*policy.include_groups, *policy.exclude_groups} - groups
        or places - {location.id for location in tenant.locations}
    )


def _has_exclusions(now: Observed, policy: Policy) -> bool:
    if set(policy.excluded_users(now.day)) - now.break_glass_ids:
        return True
    for group_id in policy.exclude_groups:
        members = user_ids(now.tenant.groups, group_id, now.day)
        if not members or members - now.break_glass_ids:
            return True
    return False
