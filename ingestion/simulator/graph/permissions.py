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
    "GroupMember.Read.All",
    "Application.Read.All",
    "SecurityEvents.Read.All",
    "Reports.Read.All",
)
PARTNER_ROLES = ("DelegatedAdminRelationship.Read.All",)
PARTNER_COLLECTION = "delegatedAdminRelationships"
MAILBOX_ROLES = ("Mail.Read", "Calendars.Read")

ORGANIZATION = ("Organization.Read.All", "User.Read.All", "Directory.Read.All")
DOMAINS = ("Domain.Read.All", "Directory.Read.All")
USERS = ("User.Read.All", "Directory.Read.All")
SKUS = ("LicenseAssignment.Read.All", "Organization.Read.All", "Directory.Read.All")
SUBSCRIPTIONS = ("Organization.Read.All", "Directory.Read.All")
REPORTS = ("AuditLog.Read.All",)
DIRECTORY_ROLE_READS = ("RoleManagement.Read.Directory", "Directory.Read.All")
ASSIGNMENT_SCHEDULES = (
    "RoleAssignmentSchedule.Read.Directory",
    "RoleManagement.Read.Directory",
    "RoleManagement.Read.All",
)
ELIGIBILITY_SCHEDULES = (
    "RoleEligibilitySchedule.Read.Directory",
    "RoleManagement.Read.Directory",
    "RoleManagement.Read.All",
)
POLICIES = ("Policy.Read.All",)
METHODS_POLICY = ("Policy.Read.AuthenticationMethod", "Policy.Read.All")
GROUPS = ("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All")
GROUP_MEMBERS = ("GroupMember.ReadBasic.All", *GROUPS)
HIDDEN_MEMBERS = "Member.Read.Hidden"
# Who may see more of a member than its id and kind.
MEMBER_READS = {
    "user": ("User.Read.All", "User.ReadBasic.All", "Directory.Read.All"),
    "group": GROUPS,
    "servicePrincipal": ("Application.Read.All", "Directory.Read.All"),
}
APPLICATIONS = ("Application.Read.All", "Directory.Read.All")
SECURITY = ("SecurityEvents.Read.All",)
PARTNER = ("DelegatedAdminRelationship.Read.All",)
USAGE_REPORTS = ("Reports.Read.All",)
REPORT_SETTINGS = ("ReportSettings.Read.All",)
MAIL = ("Mail.Read", "Mail.ReadBasic.All", "Mail.ReadBasic")
MAIL_PREVIEW = "Mail.Read"
CALENDAR_BODIES = "Calendars.Read"
CALENDAR = ("Calendars.Read", "Calendars.ReadBasic.All")


def granted_roles(tenant: str, site: Site) -> tuple[str, ...]:
    """The roles that the tenant's administrators granted: as set by control, else the least that is needed."""
    if tenant in site.roles:
        return tuple(site.roles[tenant])
    held = site.snapshot().tenants[tenant]
    partner = PARTNER_ROLES if PARTNER_COLLECTION in held.collections else ()
    return DIRECTORY_ROLES + partner + (MAILBOX_ROLES if held.mailboxes else ())


def honoured_roles(roles: tuple[str, ...], faults: list[Fault]) -> tuple[str, ...]:
    """Those roles that no `consent_missing` fault takes away."""
    for fault in faults:
        if fault.kind.name == "consent_missing":
            lost = fault.parameters["roles"]
            roles = tuple(role for role in roles if lost is not None and role not in lost)
    return roles
