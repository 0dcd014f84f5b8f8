"""What became worse between two observations, and who gained or lost a privileged role."""

from collections.abc import Iterator
from typing import Any

from ingestion.simulator.world.policies import ENABLED
from ingestion.simulator.world.truth.observed import Observed

SECURITY_DEFAULTS_ID = "00000000-0000-0000-0000-000000000005"
KNOWN_GOOD = ("protected", "out_of_scope")
# Only for resetting a password: losing it weakens no sign-in.
RESET_ONLY = frozenset(("email", "securityQuestion"))

Event = tuple[str, str]


def drift_rows(observed: list[Observed]) -> list[dict[str, Any]]:
    """One row per event; a tenant's first observation is a baseline and has none."""
    return [
        {"tenant_id": now.tenant.id, "occurred_date": now.day.isoformat(), "kind": kind, "subject_id": subject}
        for last in observed
        for now in (*last.before, last)
        if now.before
        for kind, subject in _events(now, now.before[-1])
    ]


def _events(now: Observed, then: Observed) -> Iterator[Event]:
    yield from _exposures(now)
    yield from _lost_methods(now, then)
    yield from _rights(now, then)
    yield from _policies(now, then)
    if now.has_lost_coverage and not then.has_lost_coverage:
        yield "coverage_dropped", now.tenant.id
    if now.has_lost_score and not then.has_lost_score:
        yield "secure_score_dropped", now.tenant.id


def _exposures(now: Observed) -> Iterator[Event]:
    for row in now.verdicts:
        if row.verdict != "exposed":
            continue
        earlier = [old.verdict for one in now.before for old in one.verdicts if old.user is row.user]
        known = [verdict for verdict in earlier if verdict != "unknown"]
        if not earlier or (known and known[-1] in KNOWN_GOOD):
            yield "user_exposed", row.user.id


def _lost_methods(now: Observed, then: Observed) -> Iterator[Event]:
    before, after = _registered(then), _registered(now)
    for user_id in before.keys() & after.keys():
        if before[user_id] - after[user_id] - RESET_ONLY:
            yield "method_removed", user_id


def _registered(one: Observed) -> dict[str, set[str]]:
    if not one.tenant.has_p1(one.day):
        return {}
    rows = ((user, user.registration.at(one.day)) for user in one.users.values() if user.enabled.at(one.day))
    return {user.id: set(registration.methods) for user, registration in rows if registration is not None}


def _rights(now: Observed, then: Observed) -> Iterator[Event]:
    before, after = {row.right for row in then.privileged}, {row.right for row in now.privileged}
    for principal_id, _, _ in sorted(after - before):
        yield "privileged_added", principal_id
    for principal_id, _, _ in sorted(before - after):
        yield "privileged_removed", principal_id


def _policies(now: Observed, then: Observed) -> Iterator[Event]:
    tenant = now.tenant
    if tenant.security_defaults.at(then.day) and not tenant.security_defaults.at(now.day):
        yield "policy_disabled", SECURITY_DEFAULTS_ID
    for policy in tenant.policies_on(now.day):
        was, stays = policy.state.at(then.day) == ENABLED, policy.state.at(now.day) == ENABLED
        if was and not stays:
            yield "policy_disabled", policy.id
        added = set(policy.excluded_users(now.day)) - set(policy.excluded_users(then.day)) - now.break_glass_ids
        if was and stays and added:
            yield "policy_weakened", policy.id
