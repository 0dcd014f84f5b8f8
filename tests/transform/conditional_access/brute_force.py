"""Every sign-in of every user of a tenant, tried against its policies by the simulator's evaluator."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.simulator.world.truth.conditional_access import (
    OUTSIDE,
    Answer,
    Person,
    asks,
    enabled_for_users,
    includes,
    try_all,
)
from tests.transform.conditional_access.judged import Tenant


@dataclass(frozen=True)
class Tried:
    """What the sign-ins of a tenant's users came to, in the order of the users."""

    people: Sequence[Person]
    answers: Sequence[Answer]
    is_somebody_asked: bool

    def expected(self, answer: Answer) -> tuple[str, str, str]:
        """Verdict, reason and enforced_by of a capable user in scope, without security defaults."""
        if answer.is_safe:
            return "protected", "enforced", "conditional_access"
        if answer.is_outside and answer.ends[OUTSIDE]:
            return "unknown", "external_mfa", "external"
        if answer.is_asked:
            return "partial", "gap", "conditional_access"
        if self.is_somebody_asked:
            return "exposed", "no_enforcement", "none"
        return "unknown", "legacy_per_user_not_read", "unknown"


def try_tenant(tenant: Tenant) -> Tried:
    """Try every sign-in of every user."""
    policies = enabled_for_users(tenant.policies)
    people = [Person(user.id, frozenset(user.groups), frozenset(user.roles), user.outsider) for user in tenant.users]
    return Tried(
        people,
        [try_all(policies, person, tenant.places) for person in people],
        any(
            asks(policy) and includes(policy["conditions"]["users"], person) for policy in policies for person in people
        ),
    )
