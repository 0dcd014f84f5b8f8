"""The Graph endpoints that are read, as data: path, options, permissions, licence, documentation.

Any one of an endpoint's permissions is enough. The first is the least, or one that another table needs already: what is
asked of a tenant is the union of the first ones (`permissions.py`). Source: reference microsoft-graph, sections 7–17.
"""

from ingestion.microsoft.endpoint import Endpoint

API_ROOT = "/v1.0"
_DOCS = "https://learn.microsoft.com/en-us/graph/api/"

# Service plans inside many SKUs, not SKU ids. Source: reference microsoft-graph, section 4.
AAD_PREMIUM_P1 = "41781fb2-bc02-4b7c-bd55-b576c07bb09d"
AAD_PREMIUM_P2 = "eec0eb4f-6444-4f95-aba0-50c24d67f998"

DIRECTORY_PAGE_ROWS = 999
MAIL_PAGE_ROWS = 250
# The documented maximum with signInActivity, and the one of 2023. Source: reference microsoft-graph, section 8.3.
SIGN_IN_PAGE_ROWS = 500
SMALLER_SIGN_IN_PAGE_ROWS = 120
PARTNER_PAGE_ROWS = 300
# With a filter a message delta round returns at most this many rows. Source: reference microsoft-graph, section 6.
FILTERED_DELTA_LIMIT_ROWS = 5000

_TOP = (("$top", str(DIRECTORY_PAGE_ROWS)),)
_PARTNER_TOP = (("$top", str(PARTNER_PAGE_ROWS)),)
_PRINCIPAL = (("$expand", "principal"),)
_DIRECTORY_READ = "Directory.Read.All"
_ROLES = ("RoleManagement.Read.Directory", _DIRECTORY_READ)
_GROUPS = ("GroupMember.Read.All", "Group.Read.All", _DIRECTORY_READ)
_APPLICATIONS = ("Application.Read.All", _DIRECTORY_READ)
_USERS = ("User.Read.All", _DIRECTORY_READ)
_GLOBAL = ("global",)
# Without it a platform, a grant or a mode that came later is told as another or left out.
# Source: https://learn.microsoft.com/en-us/graph/best-practices-concept#handling-future-members-in-evolvable-enumerations
_EVERY_ENUM_MEMBER = "include-unknown-enum-members"
_NOT_IN_CHINA = ("global", "us_gov", "us_gov_dod")

ORGANIZATION = Endpoint(
    "organization", "/organization", ("Organization.Read.All", "User.Read.All", _DIRECTORY_READ),
    _DOCS + "organization-list", is_core=True,
)  # fmt: skip
DOMAINS = Endpoint("domains", "/domains", ("Domain.Read.All", _DIRECTORY_READ), _DOCS + "domain-list", is_core=True)
USERS = Endpoint("users", "/users/delta", _USERS, _DOCS + "user-delta", is_core=True)
LICENSE_ASSIGNMENTS = Endpoint(
    "license_assignments", "/users", _USERS, _DOCS + "user-list", options=_TOP,
    select=("id", "licenseAssignmentStates"), is_core=True,
)  # fmt: skip
SIGN_IN_ACTIVITY = Endpoint(
    "sign_in_activity", "/users", ("AuditLog.Read.All",), _DOCS + "user-list", also_permissions=("User.Read.All",),
    options=(("$top", str(SIGN_IN_PAGE_ROWS)),), smaller_top=SMALLER_SIGN_IN_PAGE_ROWS, plan="P1", family="reports",
    is_core=True,
)  # fmt: skip
SUBSCRIBED_SKUS = Endpoint(
    "subscribed_skus", "/subscribedSkus", ("LicenseAssignment.Read.All", "Organization.Read.All", _DIRECTORY_READ),
    _DOCS + "subscribedsku-list", is_core=True,
)  # fmt: skip
DIRECTORY_SUBSCRIPTIONS = Endpoint(
    "directory_subscriptions", "/directory/subscriptions", ("Organization.Read.All", _DIRECTORY_READ),
    _DOCS + "directory-list-subscriptions",
)  # fmt: skip
USER_REGISTRATION_DETAILS = Endpoint(
    "user_registration_details", "/reports/authenticationMethods/userRegistrationDetails", ("AuditLog.Read.All",),
    _DOCS + "authenticationmethodsroot-list-userregistrationdetails", unverified_options=_TOP,
    has_unverified_select=True, plan="P1", family="reports",
)  # fmt: skip
ROLE_DEFINITIONS = Endpoint(
    "role_definitions", "/roleManagement/directory/roleDefinitions", _ROLES,
    _DOCS + "rbacapplication-list-roledefinitions",
)  # fmt: skip
ROLE_ASSIGNMENTS = Endpoint(
    "role_assignments", "/roleManagement/directory/roleAssignments", _ROLES,
    _DOCS + "rbacapplication-list-roleassignments", options=_PRINCIPAL, unselected=("principal",),
)  # fmt: skip
ROLE_ASSIGNMENT_SCHEDULE_INSTANCES = Endpoint(
    "role_assignment_schedule_instances", "/roleManagement/directory/roleAssignmentScheduleInstances",
    ("RoleManagement.Read.Directory", "RoleAssignmentSchedule.Read.Directory"),
    _DOCS + "rbacapplication-list-roleassignmentscheduleinstances",
    options=_PRINCIPAL, unselected=("principal",), plan="P2",
)  # fmt: skip
ROLE_ELIGIBILITY_SCHEDULE_INSTANCES = Endpoint(
    "role_eligibility_schedule_instances", "/roleManagement/directory/roleEligibilityScheduleInstances",
    ("RoleManagement.Read.Directory", "RoleEligibilitySchedule.Read.Directory"),
    _DOCS + "rbacapplication-list-roleeligibilityscheduleinstances",
    options=_PRINCIPAL, unselected=("principal",), plan="P2",
)  # fmt: skip
CONDITIONAL_ACCESS_POLICIES = Endpoint(
    "conditional_access_policies", "/identity/conditionalAccess/policies", ("Policy.Read.All",),
    _DOCS + "conditionalaccessroot-list-policies", plan="P1", family="conditional_access", prefer=_EVERY_ENUM_MEMBER,
)  # fmt: skip
# Nothing is selected: `isTrusted` is a property of one of the two kinds, which the list of both refuses to select.
NAMED_LOCATIONS = Endpoint(
    "named_locations", "/identity/conditionalAccess/namedLocations", ("Policy.Read.All",),
    _DOCS + "conditionalaccessroot-list-namedlocations",
    unselected=("id", "displayName", "createdDateTime", "modifiedDateTime", "isTrusted"), plan="P1",
    family="conditional_access",
)  # fmt: skip
SECURITY_DEFAULTS = Endpoint(
    "security_defaults", "/policies/identitySecurityDefaultsEnforcementPolicy", ("Policy.Read.All",),
    _DOCS + "identitysecuritydefaultsenforcementpolicy-get", is_singleton=True,
)  # fmt: skip
AUTHENTICATION_METHODS_POLICY = Endpoint(
    "authentication_methods_policy", "/policies/authenticationMethodsPolicy",
    ("Policy.Read.All", "Policy.Read.AuthenticationMethod"), _DOCS + "authenticationmethodspolicy-get",
    clouds=_NOT_IN_CHINA, is_singleton=True,
)  # fmt: skip
GROUPS = Endpoint("groups", "/groups/delta", _GROUPS, _DOCS + "group-delta", is_core=True)
# Uncast: members of every kind, each with its kind. Hidden members need Member.Read.Hidden, which we do not ask for.
GROUP_MEMBERS = Endpoint(
    "group_members", "/groups/{group}/transitiveMembers", _GROUPS, _DOCS + "group-list-transitivemembers",
    options=_TOP, is_core=True,
)  # fmt: skip
APPLICATIONS = Endpoint(
    "applications", "/applications", _APPLICATIONS, _DOCS + "application-list", options=_TOP, is_core=True
)
SERVICE_PRINCIPALS = Endpoint(
    "service_principals", "/servicePrincipals/delta", _APPLICATIONS, _DOCS + "serviceprincipal-delta", is_core=True
)
_CREDENTIALS = ("id", "passwordCredentials", "keyCredentials")
APPLICATION_CREDENTIALS = Endpoint(
    "credentials", "/applications", _APPLICATIONS, _DOCS + "application-list", options=_TOP, select=_CREDENTIALS,
    is_core=True,
)  # fmt: skip
SERVICE_PRINCIPAL_CREDENTIALS = Endpoint(
    "credentials", "/servicePrincipals", _APPLICATIONS, _DOCS + "serviceprincipal-list", options=_TOP,
    select=_CREDENTIALS, is_core=True,
)  # fmt: skip
SECURE_SCORES = Endpoint(
    "secure_scores", "/security/secureScores", ("SecurityEvents.Read.All",), _DOCS + "security-list-securescores",
    has_unverified_select=True, family="security", clouds=_NOT_IN_CHINA,
)  # fmt: skip
SECURE_SCORE_PROFILES = Endpoint(
    "secure_score_profiles", "/security/secureScoreControlProfiles", ("SecurityEvents.Read.All",),
    _DOCS + "security-list-securescorecontrolprofiles", has_unverified_select=True, family="security",
    clouds=_NOT_IN_CHINA,
)  # fmt: skip
MAILBOX_USAGE = Endpoint(
    "mailbox_usage", "/reports/getMailboxUsageDetail(period='D30')", ("Reports.Read.All",),
    _DOCS + "reportroot-getmailboxusagedetail", family="usage_reports", clouds=_GLOBAL,
)  # fmt: skip
DELEGATED_ADMIN_RELATIONSHIPS = Endpoint(
    "delegated_admin_relationships", "/tenantRelationships/delegatedAdminRelationships",
    ("DelegatedAdminRelationship.Read.All",), _DOCS + "tenantrelationship-list-delegatedadminrelationships",
    options=_PARTNER_TOP, clouds=_GLOBAL,
)  # fmt: skip
DELEGATED_ADMIN_CUSTOMERS = Endpoint(
    "delegated_admin_customers", "/tenantRelationships/delegatedAdminCustomers",
    ("DelegatedAdminRelationship.Read.All",), _DOCS + "tenantrelationship-list-delegatedadmincustomers",
    options=_PARTNER_TOP, clouds=_GLOBAL,
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

# One leg each, in the order in which a tenant is read: what proves a licence comes first, what others ask for next.
DIRECTORY_ENDPOINTS = (
    SUBSCRIBED_SKUS, ORGANIZATION, DOMAINS, USERS, DIRECTORY_SUBSCRIPTIONS, ROLE_DEFINITIONS, ROLE_ASSIGNMENTS,
    CONDITIONAL_ACCESS_POLICIES, NAMED_LOCATIONS, SECURITY_DEFAULTS, ROLE_ASSIGNMENT_SCHEDULE_INSTANCES,
    ROLE_ELIGIBILITY_SCHEDULE_INSTANCES, GROUPS, USER_REGISTRATION_DETAILS, SIGN_IN_ACTIVITY, GROUP_MEMBERS,
    AUTHENTICATION_METHODS_POLICY, APPLICATIONS, SERVICE_PRINCIPALS, APPLICATION_CREDENTIALS, SECURE_SCORES,
    SECURE_SCORE_PROFILES, MAILBOX_USAGE,
)  # fmt: skip
# Asked of the MSP's own tenant only.
PARTNER_ENDPOINTS = (DELEGATED_ADMIN_RELATIONSHIPS, DELEGATED_ADMIN_CUSTOMERS)
# Read by legs of other endpoints, with the same permissions as these.
SECOND_ENDPOINTS = (LICENSE_ASSIGNMENTS, SERVICE_PRINCIPAL_CREDENTIALS)
MAILBOX_ENDPOINTS = (MESSAGES, MESSAGE_LIST, EVENTS)
# Mail with preview needs the wider permission: ReadBasic withholds it.
PREVIEW_PERMISSIONS = ("Mail.Read",)

DIRECTORY_PATHS = tuple(
    dict.fromkeys(endpoint.path for endpoint in (*DIRECTORY_ENDPOINTS, *PARTNER_ENDPOINTS, *SECOND_ENDPOINTS))
)
