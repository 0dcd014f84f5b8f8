"""The eight posture rules: failing subjects, or the state of the tenant where none fails."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ingestion.simulator.world.configuration import credentials
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.policies import ENABLED
from ingestion.simulator.world.roles import GLOBAL_ADMINISTRATOR
from ingestion.simulator.world.tenants import Tenant
from ingestion.simulator.world.truth.access import Verdict, privileged_assignments, verdicts

COVERAGE_TARGET = Decimal("0.98")
MOST_GLOBAL_ADMINISTRATORS = 4
CREDENTIAL_DAYS = 60
PASS, FAIL, NOT_CHECKED = "pass", "fail", "not_checked"


def posture_rows(plan: Plan, day: date) -> list[dict[str, Any]]:
    """Unresolved rows of the eight rules on that day; the connector's credential belongs to no tenant."""
    rows = []
    for tenant in plan.tenants:
        rows += _tenant_rows(tenant, day)
    expires = plan.secret_expires_on <= day + timedelta(days=CREDENTIAL_DAYS)
    rows.append(
        _row("connector_credential_expiring", "", credentials(plan)["graph"]["client_id"], FAIL if expires else PASS)
    )
    return rows


def _row(rule: str, tenant_id: str, subject: str, status: str) -> dict[str, Any]:
    return {"rule_id": rule, "tenant_id": tenant_id, "subject_id": subject, "status": status}


def _subjects(rule: str, tenant: Tenant, failing: Iterable[str], otherwise: str) -> list[dict[str, Any]]:
    rows = [_row(rule, tenant.id, subject, FAIL) for subject in dict.fromkeys(failing)]
    return rows or [_row(rule, tenant.id, tenant.id, otherwise)]


def _tenant_rows(tenant: Tenant, day: date) -> list[dict[str, Any]]:
    known = verdicts(tenant, day)
    privileged = privileged_assignments(tenant, day)
    holders = {row.principal.id for row in privileged if row.principal.kind == "user"}
    has_hidden_paths = tenant.has_p2(day) or any(row.principal.kind == "group" for row in privileged)
    of_roles = NOT_CHECKED if has_hidden_paths else PASS
    of_registration = PASS if tenant.has_p1(day) else NOT_CHECKED
    unknown = any(row.verdict == "unknown" for row in known)
    incapable = [row.user.id for row in known if row.is_capable is False]
    exposed = [row.user.id for row in known if row.verdict == "exposed"]
    weak_privileged = [
        user.id for user in tenant.present_users(day) if user.id in holders and _is_incapable(tenant, user.id, known)
    ]
    guests = [user.id for user in tenant.present_users(day) if user.user_type == "Guest" and user.id in holders]
    return [
        *_subjects("mfa_user_not_capable", tenant, incapable, of_registration),
        *_subjects("mfa_user_exposed", tenant, exposed, NOT_CHECKED if unknown else of_registration),
        *_subjects(
            "mfa_privileged_not_capable", tenant, weak_privileged, of_roles if tenant.has_p1(day) else NOT_CHECKED
        ),
        _row("mfa_coverage_below_target", tenant.id, tenant.id, _coverage(known)),
        _row("role_global_admin_too_many", tenant.id, tenant.id, _administrators(tenant, day, of_roles)),
        *_subjects("role_guest_privileged", tenant, guests, of_roles),
        _row("ca_no_mfa_for_all", tenant.id, tenant.id, PASS if _is_mfa_for_all(tenant, day) else FAIL),
    ]


def _is_incapable(tenant: Tenant, user_id: str, known: list[Verdict]) -> bool:
    return any(row.user.id == user_id and row.is_capable is False for row in known)


def _coverage(known: list[Verdict]) -> str:
    protected = sum(row.verdict == "protected" for row in known)
    exposed = sum(row.verdict == "exposed" for row in known)
    if protected + exposed == 0:
        return NOT_CHECKED
    return PASS if Decimal(protected) / (protected + exposed) >= COVERAGE_TARGET else FAIL


def _administrators(tenant: Tenant, day: date, otherwise: str) -> str:
    counted = {
        user.id
        for user in tenant.present_users(day)
        if user.enabled.at(day) and user.upn not in tenant.break_glass_upns
    }
    holders = {row.principal.id for row in privileged_assignments(tenant, day) if row.role_id == GLOBAL_ADMINISTRATOR}
    return FAIL if len(counted & holders) > MOST_GLOBAL_ADMINISTRATORS else otherwise


def _is_mfa_for_all(tenant: Tenant, day: date) -> bool:
    if tenant.security_defaults.at(day):
        return True
    return tenant.has_p1(day) and any(
        policy.state.at(day) == ENABLED
        and policy.requires_mfa
        and policy.covers_every_sign_in
        and "All" in policy.include_users
        for policy in tenant.policies
    )
