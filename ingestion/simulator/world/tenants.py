"""A Microsoft tenant as planned, and its snapshot on one day."""

from dataclasses import dataclass, field
from datetime import date

from ingestion.simulator.world.applications import Application, application_record, principal_record
from ingestion.simulator.world.groups import Group, group_record
from ingestion.simulator.world.identifiers import Identifiers
from ingestion.simulator.world.methods import methods_policy_record
from ingestion.simulator.world.people import User, held_products, registration_record, user_record
from ingestion.simulator.world.policies import (
    Gap,
    NamedLocation,
    Policy,
    location_record,
    policy_record,
    security_defaults_record,
)
from ingestion.simulator.world.roles import CustomRole, RoleAssignment, assignment_record, definition_records
from ingestion.simulator.world.schedules import Eligibility, assignment_instance, eligibility_instance
from ingestion.simulator.world.scores import ScorePlan, profile_records, score_records
from ingestion.simulator.world.shapes import MailboxSnapshot, Record, TenantSnapshot
from ingestion.simulator.world.signins import activity_record, usage_records
from ingestion.simulator.world.subscriptions import Subscription, directory_records, sku_records
from ingestion.simulator.world.timeline import Steps, stamp

TENANT_CREATED = date(2023, 5, 2)


@dataclass
class Tenant:
    """Everything planned for one tenant; `mapping` says how it gets its customer.

    Shape: `domains` are (name, first day); the first is the default. `pending_domains` are listed, not verified.
    """

    key: str
    id: str
    name: str
    customer_id: str | None
    mapping: str
    domains: list[tuple[str, date]]
    initial_domain: str
    pending_domains: list[str] = field(default_factory=list)
    is_msp: bool = False
    users: list[User] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)
    locations: list[NamedLocation] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    security_defaults: Steps[bool] = field(default_factory=lambda: Steps(False))
    custom_roles: list[CustomRole] = field(default_factory=list)
    role_assignments: list[RoleAssignment] = field(default_factory=list)
    break_glass_upns: list[str] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    eligibilities: list[Eligibility] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    scores: ScorePlan = field(default_factory=ScorePlan)

    def verified_domains(self, day: date) -> list[str]:
        """Verified names on that day, default first, initial last."""
        return [name for name, first_day in self.domains if first_day <= day] + [self.initial_domain]

    def has_p1(self, day: date) -> bool:
        """True when a paid, enabled subscription carries an Entra ID P1 or P2 service plan."""
        return any(row.product.has_p1 for row in self._enabled(day))

    def has_p2(self, day: date) -> bool:
        """True when a paid, enabled subscription carries an Entra ID P2 service plan."""
        return any(row.product.has_p2 for row in self._enabled(day))

    def policies_on(self, day: date) -> list[Policy]:
        """The Conditional Access policies that there are: a licence that lapsed takes none away."""
        was_licensed = any(row.product.has_p1 and row.start <= day for row in self.subscriptions)
        return self.policies if was_licensed else []

    def _enabled(self, day: date) -> list[Subscription]:
        return [row for row in self.subscriptions if row.seats(day) > 0 and row.graph_status == "Enabled"]

    def present_users(self, day: date) -> list[User]:
        """Users that exist on that day."""
        return [user for user in self.users if user.exists(day)]

    def consumed(self, day: date) -> dict[str, int]:
        """Distinct holders by product key."""
        counts: dict[str, int] = {}
        for user in self.present_users(day):
            for product in held_products(user, day):
                counts[product.key] = counts.get(product.key, 0) + 1
        return counts


def tenant_snapshot(
    ids: Identifiers, tenant: Tenant, day: date, mailboxes: dict[str, MailboxSnapshot]
) -> TenantSnapshot:
    """The tenant's Graph collections on that day; without P1 there are no registration rows."""
    users = tenant.present_users(day)
    assignments = [row for row in tenant.role_assignments if row.is_active(day)]
    admins = {row.principal.id for row in assignments}
    has_p1 = tenant.has_p1(day)
    registration = [registration_record(user, day, user.id in admins) for user in users] if has_p1 else []
    collections: dict[str, list[Record]] = {
        "organization": [_organization_record(tenant, day)],
        "domains": _domain_records(tenant, day),
        "users": [_user_with_activity(ids, user, day) for user in users],
        "subscribedSkus": sku_records(tenant.subscriptions, tenant.consumed(day), tenant.id, day),
        "directorySubscriptions": directory_records(tenant.subscriptions, day),
        "userRegistrationDetails": [row for row in registration if row is not None],
        "roleDefinitions": definition_records(tenant.custom_roles),
        "roleAssignments": [assignment_record(row, tenant.id) for row in assignments],
        "conditionalAccessPolicies": [policy_record(policy, day) for policy in tenant.policies_on(day)],
        "namedLocations": [location_record(location) for location in tenant.locations],
        **_governance(ids, tenant, day, users, assignments),
    }
    return TenantSnapshot(
        tenant.verified_domains(day),
        has_p1,
        tenant.has_p2(day),
        collections,
        security_defaults_record(tenant.security_defaults.at(day)),
        mailboxes,
    )


def _user_with_activity(ids: Identifiers, user: User, day: date) -> Record:
    record = user_record(user, day)
    activity = activity_record(ids, user, day)
    # The property is missing for whoever never signed in.
    return record if activity is None else {**record, "signInActivity": activity}


def _governance(
    ids: Identifiers, tenant: Tenant, day: date, users: list[User], assignments: list[RoleAssignment]
) -> dict[str, list[Record]]:
    present = {user.id for user in users}
    has_p2 = tenant.has_p2(day)
    eligible = [row for row in tenant.eligibilities if row.is_listed(day)] if has_p2 else []
    apps = tenant.applications
    return {
        "groups": [group_record(group, day, present) for group in tenant.groups],
        "roleAssignmentScheduleInstances": [assignment_instance(ids, row) for row in assignments] if has_p2 else [],
        "roleEligibilityScheduleInstances": [eligibility_instance(ids, row) for row in eligible],
        "applications": [application_record(app, tenant.domains[0][0]) for app in apps if app.object_id],
        "servicePrincipals": [principal_record(app) for app in apps if app.principal_id],
        "secureScores": score_records(ids, tenant.scores, tenant.id, day, len(users)),
        "secureScoreControlProfiles": profile_records(tenant.id),
        "authenticationMethodsPolicy": [methods_policy_record()],
        "mailboxUsage": usage_records(ids, users, day),
    }


def _organization_record(tenant: Tenant, day: date) -> Record:
    verified = tenant.verified_domains(day)
    return {
        "id": tenant.id,
        "displayName": tenant.name,
        "tenantType": "AAD",
        "createdDateTime": stamp(TENANT_CREATED),
        "countryLetterCode": "US",
        "country": None,
        "city": None,
        "state": None,
        "postalCode": None,
        "street": None,
        "preferredLanguage": "en",
        "defaultUsageLocation": "US",
        "onPremisesSyncEnabled": True if any(user.synced for user in tenant.users) else None,
        "onPremisesLastSyncDateTime": None,
        "partnerTenantType": None,
        "mobileDeviceManagementAuthority": "intune",
        "technicalNotificationMails": [],
        "businessPhones": [],
        "verifiedDomains": [
            {
                "name": name,
                "isDefault": name == verified[0],
                "isInitial": name == tenant.initial_domain,
                "type": "Managed",
                "capabilities": "Email, OfficeCommunicationsOnline",
            }
            for name in verified
        ],
        "assignedPlans": [],
        "provisionedPlans": [],
    }


def _domain_records(tenant: Tenant, day: date) -> list[Record]:
    verified = tenant.verified_domains(day)
    return [
        {
            "id": name,
            "authenticationType": "Managed",
            "isAdminManaged": True,
            "isDefault": name == verified[0],
            "isInitial": name == tenant.initial_domain,
            "isRoot": True,
            "isVerified": name in verified,
            "supportedServices": ["Email", "OfficeCommunicationsOnline"] if name in verified else [],
            "passwordValidityPeriodInDays": 2147483647,
            "passwordNotificationWindowInDays": 14,
            "availabilityStatus": None,
            "state": None,
        }
        for name in [*verified, *tenant.pending_domains]
    ]
