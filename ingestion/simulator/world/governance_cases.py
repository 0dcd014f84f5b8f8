"""Plants who may become privileged, which groups decide, what signs in and what expires."""

from dataclasses import replace
from datetime import date

from ingestion.simulator.world.applications import (
    CERTIFICATE,
    MANAGED_IDENTITY,
    MICROSOFT_TENANT,
    SECRET,
    Application,
    Credential,
)
from ingestion.simulator.world.builder import Builder
from ingestion.simulator.world.configuration import CONNECTOR_ID
from ingestion.simulator.world.groups import Group, Member
from ingestion.simulator.world.people import PHISHING_RESISTANT, PHONE_ONLY, User
from ingestion.simulator.world.products import EXCHANGE_PLAN
from ingestion.simulator.world.roles import Principal, RoleAssignment
from ingestion.simulator.world.schedules import Eligibility
from ingestion.simulator.world.tenants import Tenant
from ingestion.simulator.world.timeline import Steps

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
FAR_END = date(2028, 5, 1)
EXPIRED_END = date(2026, 8, 14)
LEFTOVER_ENDS = (date(2025, 8, 31), date(2026, 8, 31))
EXPIRING_END = date(2026, 11, 25)
SOONER_END = date(2026, 11, 18)
SIGNING_END = date(2026, 12, 1)
STALE_SINCE = date(2026, 6, 2)
INVITED = date(2026, 9, 14)
GUESSED = date(2026, 11, 7)
# From before Microsoft kept successes.
OLD_ACCOUNT = date(2021, 4, 6)
OLD_SUCCESS = date(2023, 6, 1)
LEGACY_CLIENTS = ("exchangeActiveSync", "other")


def named(tenant: Tenant, alias: str) -> User:
    """The tenant's user with that alias."""
    return next(user for user in tenant.users if user.upn.split("@")[0] == alias)


def plain_staff(tenant: Tenant) -> User:
    """The last user with a mailbox licence: none of those that other situations name."""
    return [user for user in tenant.users if any(EXCHANGE_PLAN in row.product.plans for row in user.assignments)][-1]


def switch_mailbox_off(user: User) -> None:
    """The user keeps the licences, without their mailbox."""
    user.assignments = [replace(row, switched_off=(EXCHANGE_PLAN,)) for row in user.assignments]


def as_principal(holder: User | Group) -> Principal:
    """A user or a group as somebody who holds a role."""
    if isinstance(holder, User):
        return Principal("user", holder.id, holder.display_name, holder.upn)
    return Principal("group", holder.id, holder.name)


def group(b: Builder, tenant: Tenant, word: str, name: str, *members: User | Group, **details: object) -> Group:
    """A group with direct members; `word` makes its id."""
    rows = [Member("user" if isinstance(member, User) else "group", member.id) for member in members]
    made = Group(b.ids.guid("group", tenant.key, word), name, rows, **details)
    tenant.groups.append(made)
    return made


def eligible(b: Builder, tenant: Tenant, holder: User | Group, role_id: str, **days: date) -> None:
    """A role that a user or the members of a group may activate."""
    number = len(tenant.eligibilities)
    tenant.eligibilities.append(
        Eligibility(b.ids.guid("eligible", tenant.key, number), as_principal(holder), role_id, **days)
    )


def activate(b: Builder, tenant: Tenant, holder: User, role_id: str, start: date, expires: date) -> None:
    """An eligible user who has activated the role for a while."""
    number = len(tenant.role_assignments)
    tenant.role_assignments.append(
        RoleAssignment(
            b.ids.guid("role", tenant.key, number),
            as_principal(holder),
            role_id,
            start=start,
            end=expires,
            is_activated=True,
            expires=expires,
        )
    )


def end_assignment(tenant: Tenant, holder: User, ended: date) -> None:
    """A user's role assignment is taken away on a day."""
    _replace(tenant, holder, end=ended)


def limit_assignment(tenant: Tenant, holder: User, expires: date) -> None:
    """A user's standing role has an end that lies ahead."""
    _replace(tenant, holder, expires=expires)


def _replace(tenant: Tenant, holder: User, **changes: date) -> None:
    index = next(i for i, row in enumerate(tenant.role_assignments) if row.principal.id == holder.id)
    tenant.role_assignments[index] = replace(tenant.role_assignments[index], **changes)


def block_legacy(b: Builder, tenant: Tenant) -> None:
    """A policy that blocks old mail protocols for everybody."""
    b.policy(tenant, "Block legacy authentication", controls=("block",), client_app_types=LEGACY_CLIENTS)


def unused_accounts(b: Builder, tenant: Tenant) -> None:
    """A stale member, one who never signed in, a stale guest, and an invitation that nobody accepted."""
    stale = b.user(tenant, "stale.account", signed_in=Steps(STALE_SINCE))
    stale.display_name = f"{stale.display_name} 🌻"
    b.user(tenant, "never.signed", signed_in=Steps(None), created=date(2026, 5, 4))
    # Strangers guess at their passwords: an attempt is no sign-in.
    b.user(tenant, "guessed.account", signed_in=Steps(date(2026, 1, 8)), failed_attempt=Steps(GUESSED))
    b.user(tenant, "guessed.unused", signed_in=Steps(None), created=date(2024, 5, 6), failed_attempt=Steps(GUESSED))
    b.user(tenant, "guessed.used", failed_attempt=Steps(GUESSED))
    b.user(tenant, "old.account", signed_in=Steps(OLD_SUCCESS), created=OLD_ACCOUNT)
    b.guest(tenant, "partner.example", signed_in=Steps(STALE_SINCE), failed_attempt=Steps(GUESSED))
    b.guest(tenant, "partner.example", signed_in=Steps(STALE_SINCE))
    pending = b.guest(tenant, "supplier.example", signed_in=Steps(None), created=INVITED)
    pending.external_state = "PendingAcceptance"


def success_not_known(b: Builder, tenant: Tenant) -> None:
    """An old account whose successes Microsoft did not keep, and at whose door somebody knocks: used or not?"""
    b.user(tenant, "old.unclear", signed_in=Steps(OLD_SUCCESS), created=OLD_ACCOUNT, failed_attempt=Steps(GUESSED))


def weak_and_synced(b: Builder, tenant: Tenant, role_id: str) -> None:
    """A user whose only method is a phone, and an administrator who is synchronized from on-premises."""
    b.user(tenant, "phone.only", registration=Steps(PHONE_ONLY))
    b.role(tenant, b.user(tenant, "synced.admin", registration=Steps(PHISHING_RESISTANT), synced=True), role_id)


def quiet_emergency_accounts(b: Builder) -> None:
    """Break-glass accounts that nobody has ever used."""
    for tenant in b.plan.tenants:
        for user in tenant.users:
            if user.upn in tenant.break_glass_upns:
                user.signed_in = Steps(None)


def usual_applications(b: Builder, tenant: Tenant) -> None:
    """Our connector's enterprise application, an app in good order, a managed identity, and one of Microsoft's."""
    home = b.plan.msp_tenant.id
    connector = Application(
        CONNECTOR_ID,
        "Tenantry connector",
        b.ids.guid("application", tenant.key, "connector") if tenant.is_msp else None,
        b.ids.guid("principal", tenant.key, "connector"),
        home,
        audience="AzureADMultipleOrgs",
    )
    if tenant.is_msp:
        connector.credentials.append(
            Credential(b.ids.guid("key", "connector"), SECRET, b.plan.secret_expires_on, "tenantry")
        )
    tenant.applications.append(connector)
    app(b, tenant, "Backup connector", secret(b, tenant, "backup", FAR_END), secret(b, tenant, "old", EXPIRING_END))
    rotating = app(b, tenant, "vm-backup", registered=False)
    rotating.principal_type = MANAGED_IDENTITY
    rotating.principal_credentials.append(certificate(b, tenant, "rotating", EXPIRING_END))
    graph = app(b, tenant, "Microsoft Graph", registered=False)
    graph.app_id, graph.owner_tenant = GRAPH_APP_ID, MICROSOFT_TENANT


def troubled_applications(b: Builder, tenant: Tenant) -> None:
    """Secrets that end soon, a certificate that has ended, left-overs beside a valid secret, a pair that ends soon."""
    bridge = (secret(b, tenant, "bridge", EXPIRING_END), secret(b, tenant, "bridge-before", SOONER_END))
    app(b, tenant, "Invoice bridge", *bridge, certificate(b, tenant, "ok", FAR_END))
    leftovers = [secret(b, tenant, f"leftover-{end.year}", end) for end in LEFTOVER_ENDS]
    app(b, tenant, "Ticket sync", secret(b, tenant, "ticket", FAR_END), *leftovers)
    app(b, tenant, "Old scanner", certificate(b, tenant, "scanner", EXPIRED_END))
    payroll = app(b, tenant, "Payroll sign-on", registered=False)
    keys = (
        ("sign", CERTIFICATE, "Sign"),
        ("verify", CERTIFICATE, "Verify"),
        ("password", SECRET, "Sign"),
    )
    payroll.principal_credentials += [
        Credential(b.ids.guid("key", tenant.key, "saml", word), kind, SIGNING_END, "CN=SSO", "payroll", usage)
        for word, kind, usage in keys
    ]


def app(b: Builder, tenant: Tenant, name: str, *credentials: Credential, registered: bool = True) -> Application:
    """An application of the tenant with its service principal."""
    made = Application(
        b.ids.guid("app", tenant.key, name),
        name,
        b.ids.guid("application", tenant.key, name) if registered else None,
        b.ids.guid("app-principal", tenant.key, name),
        tenant.id,
        list(credentials),
    )
    tenant.applications.append(made)
    return made


def secret(b: Builder, tenant: Tenant, word: str, ends: date) -> Credential:
    """A client secret."""
    return Credential(b.ids.guid("key", tenant.key, "secret", word), SECRET, ends, word)


def certificate(b: Builder, tenant: Tenant, word: str, ends: date) -> Credential:
    """A certificate with a thumbprint of its own."""
    return Credential(b.ids.guid("key", tenant.key, "certificate", word), CERTIFICATE, ends, word)


def privileged_applications(b: Builder, tenant: Tenant) -> None:
    """The service principals that hold roles, so that the directory knows them."""
    for row in tenant.role_assignments:
        if row.principal.kind == "servicePrincipal":
            made = app(b, tenant, row.principal.name)
            made.principal_id = row.principal.id
