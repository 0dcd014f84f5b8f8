"""The Graph endpoints that are read, as data: path, options, permissions, licence, documentation.

The permissions come least privilege first; any one of them is enough. Source: reference microsoft-graph, sections 7–15.
"""

from dataclasses import dataclass

API_ROOT = "/v1.0"
_DOCS = "https://learn.microsoft.com/en-us/graph/api/"

# Service plans inside many SKUs, not SKU ids. Source: reference microsoft-graph, section 4.
AAD_PREMIUM_P1 = "41781fb2-bc02-4b7c-bd55-b576c07bb09d"
AAD_PREMIUM_P2 = "eec0eb4f-6444-4f95-aba0-50c24d67f998"

DIRECTORY_PAGE_ROWS = 999
MAIL_PAGE_ROWS = 250
# With a filter a message delta round returns at most this many rows. Source: reference microsoft-graph, section 6.
FILTERED_DELTA_LIMIT_ROWS = 5000


@dataclass(frozen=True)
class Endpoint:
    """One Graph collection or singleton.

    options: documented query options beside `$select`; unverified_options: left out when Graph answers 400 to them.
    family: whose rate limit it draws on. is_core: every cloud and edition has it, so its absence is an error.
    unselected: properties of the contract that come by another option than `$select`.
    """

    table: str
    path: str
    permissions: tuple[str, ...]
    doc: str
    options: tuple[tuple[str, str], ...] = ()
    unverified_options: tuple[tuple[str, str], ...] = ()
    unselected: tuple[str, ...] = ()
    license: str = ""
    family: str = "directory"
    is_core: bool = False
    is_singleton: bool = False

    @property
    def template(self) -> str:
        """What messages and logs call it."""
        return f"GET {self.path}"


ORGANIZATION = Endpoint(
    "organization", "/organization", ("Organization.Read.All", "User.Read.All", "Directory.Read.All"),
    _DOCS + "organization-list", is_core=True,
)  # fmt: skip
DOMAINS = Endpoint(
    "domains", "/domains", ("Domain.Read.All", "Directory.Read.All"), _DOCS + "domain-list", is_core=True
)
USERS = Endpoint(
    "users", "/users/delta", ("User.Read.All", "Directory.Read.All"), _DOCS + "user-delta", is_core=True
)  # fmt: skip
LICENSE_ASSIGNMENTS = Endpoint(
    "license_assignments", "/users", ("User.Read.All", "Directory.Read.All"), _DOCS + "user-list",
    options=(("$top", str(DIRECTORY_PAGE_ROWS)),), is_core=True,
)  # fmt: skip
SUBSCRIBED_SKUS = Endpoint(
    "subscribed_skus", "/subscribedSkus",
    ("LicenseAssignment.Read.All", "Organization.Read.All", "Directory.Read.All"),
    _DOCS + "subscribedsku-list", is_core=True,
)  # fmt: skip
DIRECTORY_SUBSCRIPTIONS = Endpoint(
    "directory_subscriptions", "/directory/subscriptions", ("Organization.Read.All", "Directory.Read.All"),
    _DOCS + "directory-list-subscriptions",
)  # fmt: skip
USER_REGISTRATION_DETAILS = Endpoint(
    "user_registration_details", "/reports/authenticationMethods/userRegistrationDetails", ("AuditLog.Read.All",),
    _DOCS + "authenticationmethodsroot-list-userregistrationdetails",
    unverified_options=(("$top", str(DIRECTORY_PAGE_ROWS)),),
    license="Microsoft Entra ID P1", family="reports",
)  # fmt: skip
ROLE_DEFINITIONS = Endpoint(
    "role_definitions", "/roleManagement/directory/roleDefinitions",
    ("RoleManagement.Read.Directory", "Directory.Read.All"), _DOCS + "rbacapplication-list-roledefinitions",
)  # fmt: skip
ROLE_ASSIGNMENTS = Endpoint(
    "role_assignments", "/roleManagement/directory/roleAssignments",
    ("RoleManagement.Read.Directory", "Directory.Read.All"), _DOCS + "rbacapplication-list-roleassignments",
    options=(("$expand", "principal"),), unselected=("principal",),
)  # fmt: skip
CONDITIONAL_ACCESS_POLICIES = Endpoint(
    "conditional_access_policies", "/identity/conditionalAccess/policies", ("Policy.Read.All",),
    _DOCS + "conditionalaccessroot-list-policies", license="Microsoft Entra ID P1", family="conditional_access",
)  # fmt: skip
SECURITY_DEFAULTS = Endpoint(
    "security_defaults", "/policies/identitySecurityDefaultsEnforcementPolicy", ("Policy.Read.All",),
    _DOCS + "identitysecuritydefaultsenforcementpolicy-get", is_singleton=True,
)  # fmt: skip
MESSAGES = Endpoint(
    "messages", "/users/{mailbox}/mailFolders/{folder}/messages/delta", ("Mail.ReadBasic.All", "Mail.Read"),
    _DOCS + "message-delta", family="outlook",
)  # fmt: skip
MESSAGE_LIST = Endpoint(
    "messages", "/users/{mailbox}/mailFolders/{folder}/messages", ("Mail.ReadBasic.All", "Mail.Read"),
    _DOCS + "user-list-messages", family="outlook",
)  # fmt: skip
EVENTS = Endpoint(
    "events", "/users/{mailbox}/calendarView", ("Calendars.ReadBasic.All", "Calendars.Read"),
    _DOCS + "user-list-calendarview", family="outlook",
)  # fmt: skip

# In the order in which a tenant is read: what proves a licence comes first.
DIRECTORY_ENDPOINTS = (
    SUBSCRIBED_SKUS, ORGANIZATION, DOMAINS, USERS, DIRECTORY_SUBSCRIPTIONS, USER_REGISTRATION_DETAILS,
    ROLE_DEFINITIONS, ROLE_ASSIGNMENTS, CONDITIONAL_ACCESS_POLICIES, SECURITY_DEFAULTS,
)  # fmt: skip
# Mail with preview needs the wider permission: ReadBasic withholds it.
PREVIEW_PERMISSIONS = ("Mail.Read",)

# Graph writes a next link's function call in either of two ways.
DIRECTORY_PATHS = tuple(dict.fromkeys(endpoint.path for endpoint in (*DIRECTORY_ENDPOINTS, LICENSE_ASSIGNMENTS)))
