"""Who holds which role by which path, told from the plan: direct, through a group, activated or eligible."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ingestion.simulator.world.groups import transitive
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.roles import PRIVILEGED_ROLES, Principal
from ingestion.simulator.world.tenants import Tenant

DIRECT, GROUP, ACTIVE, ELIGIBLE = "direct", "group", "pim_active", "pim_eligible"
TENANT_SCOPE = "/"
KINDS = {"user": "user", "group": "group", "servicePrincipal": "service_principal"}


@dataclass(frozen=True)
class Holding:
    """One principal with one role in one scope by one path; `is_permanent` where nothing ends it."""

    principal_id: str
    kind: str
    role_id: str
    scope: str
    path: str
    via_group_id: str
    is_permanent: bool
    is_privileged: bool

    @property
    def right(self) -> tuple[str, str, str]:
        """What is held by whom, whatever the path."""
        return self.principal_id, self.role_id, self.scope


def holdings(tenant: Tenant, day: date) -> list[Holding]:
    """All roles held on that day; members of a group that holds one come beside the group."""
    return list(dict.fromkeys(_holdings(tenant, day)))


def _holdings(tenant: Tenant, day: date) -> Iterator[Holding]:
    for row in tenant.role_assignments:
        if row.is_active(day):
            path = ACTIVE if row.is_activated else DIRECT
            is_permanent = not row.is_activated and row.expires is None
            yield from _spread(tenant, day, row.principal, row.role_id, row.scope, path, is_permanent)
    for eligible in tenant.eligibilities if tenant.has_p2(day) else ():
        if eligible.is_listed(day):
            yield from _spread(tenant, day, eligible.principal, eligible.role_id, eligible.scope, ELIGIBLE, False)


def _spread(
    tenant: Tenant, day: date, principal: Principal, role_id: str, scope: str, path: str, is_permanent: bool
) -> Iterator[Holding]:
    is_privileged = _is_privileged(tenant, role_id)
    yield Holding(principal.id, KINDS[principal.kind], role_id, scope, path, "", is_permanent, is_privileged)
    if principal.kind != "group":
        return
    inherited = GROUP if path == DIRECT else path
    for member in transitive(tenant.groups, principal.id, day):
        yield Holding(
            member.id, KINDS[member.kind], role_id, scope, inherited, principal.id, is_permanent, is_privileged
        )


def _is_privileged(tenant: Tenant, role_id: str) -> bool:
    return role_id in PRIVILEGED_ROLES or any(role.id == role_id and role.is_privileged for role in tenant.custom_roles)


def active_tenant_roles(held: Iterable[Holding]) -> dict[str, set[str]]:
    """Roles over the whole tenant that a policy sees, by holder; eligible ones are not active."""
    roles: dict[str, set[str]] = {}
    for row in held:
        if row.path != ELIGIBLE and row.scope == TENANT_SCOPE:
            roles.setdefault(row.principal_id, set()).add(row.role_id)
    return roles


def privileged_rows(plan: Plan, day: date) -> list[dict[str, Any]]:
    """One row per principal, privileged role, scope, path and group."""
    return [
        {
            "tenant_id": tenant.id,
            "principal_id": row.principal_id,
            "role_template_id": row.role_id,
            "directory_scope": row.scope,
            "path": row.path,
            "via_group_id": row.via_group_id,
            "principal_type": row.kind,
        }
        for tenant in plan.tenants
        for row in holdings(tenant, day)
        if row.is_privileged
    ]
