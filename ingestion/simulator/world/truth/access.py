"""MFA verdicts of all users and the list of privileged accounts, by the rules of the design."""

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from typing import Any

from ingestion.simulator.world.people import EXTERNAL, User
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.policies import ENABLED, Policy
from ingestion.simulator.world.roles import PRIVILEGED_ROLES, RoleAssignment
from ingestion.simulator.world.tenants import Tenant

IN_SCOPE = ("member", "break_glass")
PATTERNS = (("shared", "shared-*@*"), ("room", "room-*@*"), ("service", "svc-*@*"), ("service", "sync_*@*"))
# Where several reasons hold, the first one counts.
UNKNOWN_REASONS = ("no_p1", "no_registration_row", "group_not_read", "external_mfa", "legacy_per_user_not_read")


@dataclass(frozen=True)
class Verdict:
    """One user's MFA verdict; `is_capable` is None where it is not known."""

    user: User
    population: str
    verdict: str
    reason: str
    enforced_by: str
    is_capable: bool | None


def population(tenant: Tenant, user: User, day: date) -> str:
    """The first population that applies."""
    if user.upn in tenant.break_glass_upns:
        return "break_glass"
    if not user.enabled.at(day):
        return "disabled"
    if user.user_type == "Guest":
        return "guest"
    return next((name for name, pattern in PATTERNS if fnmatch(user.upn.lower(), pattern)), "member")


def verdicts(tenant: Tenant, day: date) -> list[Verdict]:
    """The verdict of every user of a tenant."""
    return [_verdict(tenant, user, day) for user in tenant.present_users(day)]


def _verdict(tenant: Tenant, user: User, day: date) -> Verdict:
    group = population(tenant, user, day)
    if group not in IN_SCOPE:
        return Verdict(user, group, "out_of_scope", group, "unknown", None)
    enforcement, source = _enforcement(tenant, user, day)
    capable, why_unknown = _capability(tenant, user, day)
    if capable is False:
        return Verdict(user, group, "exposed", "not_capable", source, capable)
    if enforcement == "no":
        return Verdict(user, group, "exposed", "no_enforcement", source, capable)
    if capable and enforcement == "yes":
        return Verdict(user, group, "protected", "enforced", source, capable)
    reasons = {why_unknown, {"maybe": "group_not_read", "legacy": "legacy_per_user_not_read"}.get(enforcement)}
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


def _enforcement(tenant: Tenant, user: User, day: date) -> tuple[str, str]:
    if tenant.security_defaults.at(day):
        return "yes", "security_defaults"
    requiring = []
    if tenant.has_p1(day):
        requiring = [row for row in tenant.policies if row.state.at(day) == ENABLED and row.requires_mfa]
    if not requiring:
        return "legacy", "unknown"
    answers = {_reaches(tenant, policy, user, day) for policy in requiring if policy.covers_every_sign_in}
    if "yes" in answers:
        return "yes", "conditional_access"
    return ("maybe", "unknown") if "maybe" in answers else ("no", "none")


def _reaches(tenant: Tenant, policy: Policy, user: User, day: date) -> str:
    roles = {row.role_id for row in tenant.role_assignments if row.is_active(day) and row.principal.id == user.id}
    if user.id in policy.exclude_users:
        return "no"
    is_included = "All" in policy.include_users or user.id in policy.include_users or roles & set(policy.include_roles)
    if not is_included:
        return "maybe" if policy.include_groups else "no"
    return "maybe" if policy.exclude_groups else "yes"


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


def privileged_assignments(tenant: Tenant, day: date) -> list[RoleAssignment]:
    """Active direct assignments of privileged built-in roles and of custom roles that reach credentials."""
    custom = {role.id for role in tenant.custom_roles if role.is_privileged}
    return [
        row
        for row in tenant.role_assignments
        if row.is_active(day) and (row.role_id in PRIVILEGED_ROLES or row.role_id in custom)
    ]


def privileged_rows(plan: Plan, day: date) -> list[dict[str, Any]]:
    """One row per principal, role and scope; a group is one row."""
    kinds = {"user": "user", "group": "group", "servicePrincipal": "service_principal"}
    return [
        {
            "tenant_id": tenant.id,
            "principal_id": row.principal.id,
            "role_template_id": row.role_id,
            "directory_scope": row.scope,
            "path": "direct",
            "principal_type": kinds[row.principal.kind],
        }
        for tenant in plan.tenants
        for row in privileged_assignments(tenant, day)
    ]
