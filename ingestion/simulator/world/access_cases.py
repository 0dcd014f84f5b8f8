"""Plants who is privileged and how sign-in is protected: accounts, roles and policies of a tenant."""

from ingestion.simulator.world.builder import Builder
from ingestion.simulator.world.people import NOT_REGISTERED, PHISHING_RESISTANT, Registration, User
from ingestion.simulator.world.roles import (
    APPLICATION_ADMINISTRATOR,
    CREDENTIAL_ACTIONS,
    DIRECTORY_READERS,
    EXCHANGE_ADMINISTRATOR,
    GLOBAL_ADMINISTRATOR,
    HARMLESS_ACTIONS,
    HELPDESK_ADMINISTRATOR,
    SECURITY_READER,
    SYNCHRONIZATION_ACCOUNTS,
    USER_ADMINISTRATOR,
    CustomRole,
    Principal,
)
from ingestion.simulator.world.tenants import Tenant
from ingestion.simulator.world.timeline import Steps


def global_administrators(
    b: Builder, tenant: Tenant, count: int, registration: Registration | None = PHISHING_RESISTANT
) -> list[User]:
    """Dedicated administrator accounts without licences."""
    users = []
    for number in range(1, count + 1):
        user = b.user(tenant, f"admin{number}", registration=Steps(registration))
        b.role(tenant, user, GLOBAL_ADMINISTRATOR)
        users.append(user)
    return users


def break_glass(b: Builder, tenant: Tenant) -> User:
    """An emergency account, registered in `break_glass.csv` and Global Administrator."""
    user = b.user(tenant, "emergency-access", tenant.initial_domain, registration=Steps(PHISHING_RESISTANT))
    b.role(tenant, user, GLOBAL_ADMINISTRATOR)
    tenant.break_glass_upns.append(user.upn)
    return user


def machine_accounts(b: Builder, tenant: Tenant) -> None:
    """A synchronization account, a service account, a shared mailbox and a room, all enabled."""
    synchronizer = b.user(
        tenant, "Sync_SRV01_0123456789ab", tenant.initial_domain, registration=Steps(NOT_REGISTERED), synced=True
    )
    b.role(tenant, synchronizer, SYNCHRONIZATION_ACCOUNTS)
    b.user(tenant, "svc-scanner", registration=Steps(NOT_REGISTERED))
    b.user(tenant, "shared-reception", registration=Steps(NOT_REGISTERED))
    b.user(tenant, "room-oak", registration=Steps(NOT_REGISTERED))


def leavers_and_guests(b: Builder, tenant: Tenant, leavers: int, guests: int) -> list[User]:
    """Blocked accounts without licences, and guests; returns the guests."""
    for _ in range(leavers):
        b.user(tenant, enabled=Steps(False))
    return [b.guest(tenant, "partner.example") for _ in range(guests)]


def all_kinds_of_privilege(b: Builder, tenant: Tenant, guest: User) -> None:
    """Every kind of direct assignment that must be listed, and three that must not."""
    b.role(tenant, guest, HELPDESK_ADMINISTRATOR)
    scoped = b.user(tenant, "scoped.admin", registration=Steps(PHISHING_RESISTANT))
    b.role(tenant, scoped, USER_ADMINISTRATOR, f"/administrativeUnits/{b.ids.guid('unit', tenant.key)}")
    robot = Principal("servicePrincipal", b.ids.guid("principal", tenant.key), "Invented automation")
    b.role(tenant, robot, APPLICATION_ADMINISTRATOR)
    blocked = b.user(tenant, "former.admin", enabled=Steps(False))
    b.role(tenant, blocked, SECURITY_READER)
    risky = CustomRole(b.ids.guid("custom-role", tenant.key, 1), "Key keeper", CREDENTIAL_ACTIONS)
    harmless = CustomRole(b.ids.guid("custom-role", tenant.key, 2), "Application viewer", HARMLESS_ACTIONS)
    tenant.custom_roles += [risky, harmless]
    keeper = b.user(tenant, "key.keeper", registration=Steps(PHISHING_RESISTANT))
    b.role(tenant, keeper, risky.id)
    b.role(tenant, keeper, harmless.id)
    b.role(tenant, keeper, DIRECTORY_READERS)
    b.role(tenant, keeper, EXCHANGE_ADMINISTRATOR)


def group_administrators(b: Builder, tenant: Tenant) -> None:
    """A role-assignable group that is Global Administrator: one row, its members are not read."""
    group = Principal("group", b.ids.guid("group", tenant.key, "admins"), "Role holders")
    b.role(tenant, group, GLOBAL_ADMINISTRATOR)


def weak_administrator(b: Builder, tenant: Tenant, alias: str) -> None:
    """A Global Administrator who cannot do MFA."""
    b.role(tenant, b.user(tenant, alias, registration=Steps(NOT_REGISTERED)), GLOBAL_ADMINISTRATOR)
