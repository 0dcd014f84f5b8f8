"""What the planted policies leave out, by name, and how many members sign in through it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from ingestion.simulator.world.people import User
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.policies import Gap
from ingestion.simulator.world.truth.access import Sight, population, sight
from ingestion.simulator.world.truth.conditional_access import WEAKER, Answer


def gap_rows(plan: Plan, dates: Sequence[date]) -> list[dict[str, Any]]:
    """One row per planted gap at the last observation, with the first observation that saw it."""
    accepted = {row.subject_id for row in plan.exceptions if row.rule_or_kind == "mfa_gap"}
    return [
        {
            "gap_id": gap.gap_id(tenant.id),
            "tenant_id": tenant.id,
            "gap_kind": gap.kind,
            "gap_subject": gap.subject,
            "affected_user_count": len(affected_users(sight(tenant, dates[-1]), gap)),
            "is_accepted": gap.gap_id(tenant.id) in accepted,
            "first_seen_date": next(day for day in dates if gap.since <= day).isoformat(),
        }
        for tenant in plan.tenants
        for gap in tenant.gaps
        if gap.since <= dates[-1]
    ]


def affected_users(seen: Sight, gap: Gap) -> set[str]:
    """Ids of the members who have a sign-in of that kind."""
    return {
        user.id
        for user in seen.tenant.present_users(seen.day)
        if population(seen.tenant, user, seen.day) == "member" and _is_affected(seen, user, gap)
    }


def _is_affected(seen: Sight, user: User, gap: Gap) -> bool:
    person = seen.person(user)
    answer: Answer = seen.answer(person)
    match gap.kind:
        case "user" if gap.subject == "not_included":
            return bool(answer.open_sign_ins) and not answer.is_asked
        case "user":
            return bool(answer.open_sign_ins) and gap.subject == person.id
        case "group":
            return bool(answer.open_sign_ins) and gap.subject in person.groups
        case "weaker_control":
            return bool(answer.ends[WEAKER])
        case "app" if gap.subject == "application_filter":
            return bool(answer.open_sign_ins)
        case "app":
            return any(gap.subject in sign_in.apps for sign_in in answer.open_sign_ins)
    raise ValueError(f"no truth for a gap of kind {gap.kind}")
