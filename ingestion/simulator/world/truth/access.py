"""MFA verdicts of all users, by the rules of the design."""

from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatch
from functools import cached_property
from typing import Any

from ingestion.simulator.world.groups import user_ids
from ingestion.simulator.world.people import EXTERNAL, User
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.policies import location_record, policy_record
from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.tenants import Tenant
from ingestion.simulator.world.truth.conditional_access import (
    Answer,
    Person,
    asks,
    enabled_for_users,
    includes,
    try_all,
)
from ingestion.simulator.world.truth.privileges import active_tenant_roles, holdings

IN_SCOPE = ("member", "break_glass")
PATTERNS = (("shared", "shared-*@*"), ("room", "room-*@*"), ("service", "svc-*@*"), ("service", "sync_*@*"))
# Where several reasons hold, the first one counts.
UNKNOWN_REASONS = ("no_p1", "no_registration_row", "external_mfa", "legacy_per_user_not_read")
RECIPIENT_POPULATIONS = {"Shared": "shared", "Room": "room", "Equipment": "room"}


@dataclass(frozen=True)
class Verdict:
    """One user's MFA verdict; `is_capable` is None where it is not known."""

    user: User
    population: str
    verdict: str
    reason: str
    enforced_by: str
    is_capable: bool | None


@dataclass
class Sight:
    """What the tenant's policies do on one day, tried once for each set of policies that name a person."""

    tenant: Tenant
    day: date
    groups: dict[str, set[str]]
    roles: dict[str, set[str]]
    policies: list[Record]
    places: list[Record]
    answers: dict[tuple[bool, ...], Answer] = field(default_factory=dict)

    @cached_property
    def is_somebody_asked(self) -> bool:
        """Whether any enabled policy asks anybody that there is for more than a password."""
        asking = [policy["conditions"]["users"] for policy in self.policies if asks(policy)]
        people = [self.person(user) for user in self.tenant.present_users(self.day)]
        return any(includes(users, person) for users in asking for person in people)

    def person(self, user: User) -> Person:
        """The user as policies see one."""
        outsider = "b2bCollaborationGuest" if user.user_type == "Guest" else None
        return Person(
            user.id, frozenset(self.groups.get(user.id, ())), frozenset(self.roles.get(user.id, ())), outsider
        )

    def answer(self, person: Person) -> Answer:
        """Every way in which the person may sign in."""
        named = tuple(includes(policy["conditions"]["users"], person) for policy in self.policies)
        if named not in self.answers:
            self.answers[named] = try_all(self.policies, person, self.places)
        return self.answers[named]


def sight(tenant: Tenant, day: date) -> Sight:
    """How the tenant's policies see its people on that day."""
    groups: dict[str, set[str]] = {}
    for group in tenant.groups:
        for user_id in user_ids(tenant.groups, group.id, day):
            groups.setdefault(user_id, set()).add(group.id)
    records = [policy_record(policy, day) for policy in tenant.policies_on(day)]
    places = [location_record(location) for location in tenant.locations]
    return Sight(tenant, day, groups, active_tenant_roles(holdings(tenant, day)), enabled_for_users(records), places)


def population(tenant: Tenant, user: User, day: date) -> str:
    """The first population that applies."""
    if user.upn in tenant.break_glass_upns:
        return "break_glass"
    if not user.enabled.at(day):
        return "disabled"
    if user.user_type == "Guest":
        return "guest"
    if user.recipient_type in RECIPIENT_POPULATIONS:
        return RECIPIENT_POPULATIONS[user.recipient_type]
    return next((name for name, pattern in PATTERNS if fnmatch(user.upn.lower(), pattern)), "member")


def verdicts(tenant: Tenant, day: date) -> list[Verdict]:
    """The verdict of every user of a tenant."""
    seen = sight(tenant, day)
    return [_verdict(seen, user) for user in tenant.present_users(day)]


def _verdict(seen: Sight, user: User) -> Verdict:
    tenant, day = seen.tenant, seen.day
    group = population(tenant, user, day)
    if group not in IN_SCOPE:
        return Verdict(user, group, "out_of_scope", group, "unknown", None)
    enforcement, source = _enforcement(seen, user)
    capable, why_unknown = _capability(tenant, user, day)
    if capable is False:
        return Verdict(user, group, "exposed", "not_capable", source, capable)
    if enforcement == "no":
        return Verdict(user, group, "exposed", "no_enforcement", source, capable)
    if capable and enforcement in ("yes", "partly"):
        verdict, reason = ("protected", "enforced") if enforcement == "yes" else ("partial", "gap")
        return Verdict(user, group, verdict, reason, source, capable)
    reasons = {why_unknown, "legacy_per_user_not_read" if enforcement == "legacy" else None}
    reason = next(reason for reason in UNKNOWN_REASONS if reason in reasons)
    return Verdict(user, group, "unknown", reason, source, capable)


def _capability(tenant: Tenant, user: User, day: date) -> tuple[bool | None, str | None]:
    if not tenant.has_p1(day):
        return None, "no_p1"
    registration = user.registration.at(day)
    if registration is None:
        return None, "no_registration_row"
    if EXTERNAL in registration.methods and not registration.is_capable:
        return None, "external_mfa"
    return registration.is_capable, None


def _enforcement(seen: Sight, user: User) -> tuple[str, str]:
    if seen.tenant.security_defaults.at(seen.day):
        return "yes", "security_defaults"
    if not seen.is_somebody_asked:
        return "legacy", "unknown"
    answer = seen.answer(seen.person(user))
    if answer.is_safe:
        return "yes", "conditional_access"
    return ("partly", "conditional_access") if answer.is_asked else ("no", "none")


def mfa_rows(plan: Plan, day: date) -> list[dict[str, Any]]:
    """One row per user of every tenant."""
    return [
        {
            "tenant_id": tenant.id,
            "user_id": row.user.id,
            "population": row.population,
            "verdict": row.verdict,
            "verdict_reason": row.reason,
            "enforced_by": row.enforced_by,
        }
        for tenant in plan.tenants
        for row in verdicts(tenant, day)
    ]
