"""Users of a tenant as planned: names, accounts, licences, registration; and their Graph records on one day."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ingestion.simulator.world.names import PersonName
from ingestion.simulator.world.products import Product
from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.timeline import Steps, stamp

PUSH = "microsoftAuthenticatorPush"
PASSKEY = "passKeyDeviceBound"
PHONE = "mobilePhone"
EXTERNAL = "externalAuthMethod"
# The two license assignment states that give a seat; an assignment in state Error consumes none.
HOLDING_STATES = ("Active", "ActiveWithError")


@dataclass(frozen=True)
class Registration:
    """A user's row of the registration report."""

    methods: tuple[str, ...]
    is_registered: bool
    is_capable: bool


CAPABLE = Registration((PUSH, PHONE), True, True)
PHISHING_RESISTANT = Registration((PASSKEY, PUSH), True, True)
NOT_REGISTERED = Registration((), False, False)
PHONE_ONLY = Registration((PHONE,), True, True)
# Registered with a method that the tenant's policy no longer allows.
REGISTERED_NOT_CAPABLE = Registration((PHONE,), True, False)
EXTERNAL_ONLY = Registration((EXTERNAL,), False, False)


@dataclass
class Assignment:
    """One licence assignment of a user, direct (no group) or through a group, on the days [start, end).

    `switched_off`: plans of the product that this assignment does not give.
    """

    product: Product
    group_id: str | None = None
    state: str = "Active"
    start: date = date.min
    end: date | None = None
    switched_off: tuple[tuple[str, str], ...] = ()

    def is_active(self, day: date) -> bool:
        """True while the assignment row exists."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass
class User:
    """One directory user with everything that may change over the observed weeks."""

    id: str
    name: PersonName
    display_name: str
    upn: str
    user_type: str | None = "Member"
    enabled: Steps[bool] = field(default_factory=lambda: Steps(True))
    created: date = date(2024, 3, 1)
    removed: date | None = None
    synced: bool | None = None
    external_state: str | None = None
    assignments: list[Assignment] = field(default_factory=list)
    registration: Steps[Registration | None] = field(default_factory=lambda: Steps(CAPABLE))
    job_title: str | None = None
    # The newest sign-in over time (None in it: never); without a plan the user signs in every few days.
    signed_in: Steps[date | None] | None = None
    # The newest attempt that failed, by the user or by a stranger (None: none).
    failed_attempt: Steps[date | None] | None = None
    recipient_type: str | None = None

    def exists(self, day: date) -> bool:
        """True from the day of creation until the day before removal."""
        return self.created <= day and (self.removed is None or day < self.removed)

    def holds(self, product: Product, day: date) -> bool:
        """True when some assignment gives the user a seat of the product."""
        return any(
            assignment.product is product and assignment.is_active(day) and assignment.state in HOLDING_STATES
            for assignment in self.assignments
        )


def held_products(user: User, day: date) -> list[Product]:
    """Distinct products of which the user has a seat, in order of assignment."""
    products: dict[str, Product] = {}
    for assignment in user.assignments:
        if assignment.is_active(day) and assignment.state in HOLDING_STATES:
            products.setdefault(assignment.product.key, assignment.product)
    return list(products.values())


def usable_plans(user: User, day: date) -> set[tuple[str, str]]:
    """Service plans that some assignment gives the user, switched on."""
    return {
        plan
        for assignment in user.assignments
        if assignment.is_active(day) and assignment.state in HOLDING_STATES
        for plan in assignment.product.plans
        if plan not in assignment.switched_off
    }


def user_record(user: User, day: date) -> Record:
    """The Graph user on that day, with every property the reference lists for the collection."""
    is_guest = user.user_type == "Guest"
    mail = user.upn if not is_guest else user.upn.split("#EXT#")[0].replace("_", "@", 1)
    held = held_products(user, day)
    plans = usable_plans(user, day)
    states: list[dict[str, Any]] = [
        {
            "skuId": assignment.product.sku_id,
            "assignedByGroup": assignment.group_id,
            "disabledPlans": [plan_id for plan_id, _ in assignment.switched_off],
            "state": assignment.state,
            "error": "CountViolation" if assignment.state == "Error" else "None",
            "lastUpdatedDateTime": stamp(max(assignment.start, user.created)),
        }
        for assignment in user.assignments
        if assignment.is_active(day)
    ]
    return {
        "id": user.id,
        "userPrincipalName": user.upn,
        "displayName": user.display_name,
        "givenName": user.name.given,
        "surname": user.name.family,
        "jobTitle": user.job_title,
        "department": None,
        "companyName": None,
        "officeLocation": None,
        "employeeId": None,
        "employeeType": None,
        "mail": mail if held or is_guest else None,
        "proxyAddresses": [f"SMTP:{mail}"] if held else [],
        "otherMails": [],
        "businessPhones": [],
        "mobilePhone": None,
        "preferredLanguage": None,
        "accountEnabled": user.enabled.at(day),
        "userType": user.user_type,
        "createdDateTime": stamp(user.created),
        "creationType": "Invitation" if is_guest else None,
        "externalUserState": user.external_state,
        "externalUserStateChangeDateTime": stamp(user.created) if user.external_state else None,
        "usageLocation": "US",
        "onPremisesSyncEnabled": user.synced,
        "onPremisesLastSyncDateTime": stamp(user.created) if user.synced else None,
        "onPremisesImmutableId": None,
        "onPremisesSamAccountName": None,
        "onPremisesDomainName": None,
        "lastPasswordChangeDateTime": stamp(user.created),
        "passwordPolicies": None,
        "signInSessionsValidFromDateTime": stamp(user.created),
        "isResourceAccount": None,
        "showInAddressList": None,
        "employeeHireDate": None,
        "assignedLicenses": [
            {
                "skuId": product.sku_id,
                "disabledPlans": [plan_id for plan_id, name in product.plans if (plan_id, name) not in plans],
            }
            for product in held
        ],
        "licenseAssignmentStates": states,
        "assignedPlans": [
            {
                "assignedDateTime": stamp(user.created),
                "capabilityStatus": "Enabled" if (plan_id, name) in plans else "Deleted",
                "service": name.split("_")[0],
                "servicePlanId": plan_id,
            }
            for product in held
            for plan_id, name in product.plans
        ],
        "identities": [
            {"signInType": "userPrincipalName", "issuer": user.upn.rsplit("@", 1)[1], "issuerAssignedId": user.upn}
        ],
    }


def registration_record(user: User, day: date, is_admin: bool) -> Record | None:
    """The user's row of the registration report; disabled users and users never evaluated have none."""
    registration = user.registration.at(day)
    if registration is None or not user.enabled.at(day):
        return None
    return {
        "id": user.id,
        "userPrincipalName": user.upn,
        "userDisplayName": user.display_name,
        "userType": "guest" if user.user_type == "Guest" else "member",
        "isAdmin": is_admin,
        "isMfaRegistered": registration.is_registered,
        "isMfaCapable": registration.is_capable,
        "isPasswordlessCapable": PASSKEY in registration.methods,
        "isSsprRegistered": bool(registration.methods),
        "isSsprEnabled": True,
        "isSsprCapable": bool(registration.methods),
        "isSystemPreferredAuthenticationMethodEnabled": True,
        "systemPreferredAuthenticationMethods": ["push"] if PUSH in registration.methods else [],
        "userPreferredMethodForSecondaryAuthentication": "push" if PUSH in registration.methods else "",
        "methodsRegistered": list(registration.methods),
        "lastUpdatedDateTime": stamp(day, 2),
    }
