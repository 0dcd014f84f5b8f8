"""MFA verdicts of all users, by the rules of the design."""

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from typing import Any

from ingestion.simulator.world.groups import user_ids
from ingestion.simulator.world.people import EXTERNAL, User
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.policies import ENABLED, Policy
from ingestion.simulator.world.tenants import Tenant
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


@dataclass(frozen=True)
class Sight:
    """What decides a policy's reach on one day: users by group, and active roles by user."""

    day: date
    members: dict[str, set[str]]
    roles: dict[str, set[str]]

    def is_in(self, user: User, groups: tuple[str, ...]) -> bool:
        """Whether the user is in one of the groups, directly or through a nested one."""
        return any(user.id in self.members.get(group, set()) for group in groups)


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
    sight = Sight(
        day,
        {group.id: user_ids(tenant.groups, group.id, day) for group in tenant.groups},
        active_tenant_roles(holdings(tenant, day)),
    )
    return [_verdict(tenant, user, sight) for user in tenant.present_users(day)]


def _verdict(tenant: Tenant, user: User, sight: Sight) -> Verdict:
    group = population(tenant, user, sight.day)
    if group not in IN_SCOPE:
        return Verdict(user, group, "out_of_scope", group, "unknown", None)
    enforcement, source = _enforcement(tenant, user, sight)
    capable, why_unknown = _capability(tenant, user, sight.day)
    if capable is False:
        return Verdict(user, group, "exposed", "not_capable", source, capable)
    if enforcement == "no":
        return Verdict(user, group, "exposed", "no_enforcement", source, capable)
    if capable and enforcement == "yes":
        return Verdict(user, group, "protected", "enforced", source, capable)
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


def _enforcement(tenant: Tenant, user: User, sight: Sight) -> tuple[str, str]:
    day = sight.day
    if tenant.security_defaults.at(day):
        return "yes", "security_defaults"
    requiring = []
    if tenant.has_p1(day):
        requiring = [row for row in tenant.policies if row.state.at(day) == ENABLED and row.requires_mfa]
    if not requiring:
        return "legacy", "unknown"
    reached = any(_reaches(policy, user, sight) for policy in requiring if policy.covers_every_sign_in)
    return ("yes", "conditional_access") if reached else ("no", "none")


def _reaches(policy: Policy, user: User, sight: Sight) -> bool:
    if user.id in policy.excluded_users(sight.day) or sight.is_in(user, policy.exclude_groups):
        return False
    is_named = "All" in policy.include_users or user.id in policy.include_users
    has_role = not sight.roles.get(user.id, set()).isdisjoint(policy.include_roles)
    return is_named or has_role or sight.is_in(user, policy.include_groups)


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
