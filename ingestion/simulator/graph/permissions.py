"""Which application roles a tenant has consented to, and which of them each endpoint asks for."""

from ingestion.simulator.faults import Fault
from ingestion.simulator.site import Site

DIRECTORY_ROLES = (
    "User.Read.All",
    "AuditLog.Read.All",
    "LicenseAssignment.Read.All",
    "Organization.Read.All",
    "Domain.Read.All",
    "RoleManagement.Read.Directory",
    "Policy.Read.All",
)
MAILBOX_ROLES = ("Mail.Read", "Calendars.Read")

ORGANIZATION = ("Organization.Read.All", "User.Read.All", "Directory.Read.All")
DOMAINS = ("Domain.Read.All", "Directory.Read.All")
USERS = ("User.Read.All", "Directory.Read.All")
SKUS = ("LicenseAssignment.Read.All", "Organization.Read.All", "Directory.Read.All")
SUBSCRIPTIONS = ("Organization.Read.All", "Directory.Read.All")
REPORTS = ("AuditLog.Read.All",)
DIRECTORY_ROLE_READS = ("RoleManagement.Read.Directory", "Directory.Read.All")
POLICIES = ("Policy.Read.All",)
MAIL = ("Mail.Read", "Mail.ReadBasic.All", "Mail.ReadBasic")
MAIL_PREVIEW = "Mail.Read"
CALENDAR = ("Calendars.Read", "Calendars.ReadBasic.All")


def granted_roles(tenant: str, site: Site) -> tuple[str, ...]:
    """The roles that the tenant's administrators granted: as set by control, else the least that is needed."""
    if tenant in site.roles:
        return tuple(site.roles[tenant])
    return DIRECTORY_ROLES + (MAILBOX_ROLES if site.snapshot().tenants[tenant].mailboxes else ())


def honoured_roles(roles: tuple[str, ...], faults: list[Fault]) -> tuple[str, ...]:
    """Those roles that no `consent_missing` fault takes away."""
    for fault in faults:
        if fault.kind.name == "consent_missing":
            lost = fault.parameters["roles"]
            roles = tuple(role for role in roles if lost is not None and role not in lost)
    return roles
