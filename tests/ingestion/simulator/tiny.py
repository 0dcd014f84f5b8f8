"""A tiny hand-made world in the shape that the simulator serves, for the simulator's own tests."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

MSP = "11111111-1111-4111-8111-111111111111"
PLAIN = "22222222-2222-4222-8222-222222222222"
MAILBOX = "dana@msp.example"
BLOCKED = "ceo@msp.example"
FIRST, SECOND, LATE = date(2026, 10, 20), date(2026, 10, 27), date(2026, 11, 8)
USER_COUNT = 25

Row = dict[str, Any]


@dataclass(frozen=True)
class MailboxSnapshot:
    folders: dict[str, list[Row]]
    events: list[Row]


@dataclass(frozen=True)
class TenantSnapshot:
    domains: list[str]
    has_p1: bool
    has_p2: bool
    collections: dict[str, list[Row]]
    security_defaults: Row
    mailboxes: dict[str, MailboxSnapshot]


@dataclass(frozen=True)
class Snapshot:
    tenants: dict[str, TenantSnapshot]
    connectwise: dict[str, Any]
    pax8: dict[str, list[Row]]


@dataclass(frozen=True)
class World:
    user_count: int = USER_COUNT
    observation_dates: tuple[date, ...] = (FIRST, SECOND)
    credentials: dict[str, dict[str, str]] = field(
        default_factory=lambda: {
            "graph": {"client_id": "00000000-0000-0000-0000-000000000001", "client_secret": "not~a~real~secret"},
            "connectwise": {
                "company_id": "example",
                "public_key": "public",
                "private_key": "private",
                "client_id": "00000000-0000-0000-0000-0000000000c1",
            },
            "pax8": {"client_id": "pax8-example", "client_secret": "pax8-not-a-secret"},
        }
    )

    def at(self, day: date) -> Snapshot:
        """From the second day on: user 0 is renamed, user 1 deleted, one user new, one message moved."""
        later = day >= SECOND
        return Snapshot(
            {MSP: _msp(self.user_count, later), PLAIN: _plain()},
            _connectwise(),
            _pax8(),
        )


def generate(seed: int, size: str) -> World:
    """The tiny world; size `load:<users>` gives that many users."""
    del seed
    return World(int(size.partition(":")[2]) if size.startswith("load:") else USER_COUNT)


def user(number: int, domain: str = "msp.example", **values: Any) -> Row:
    """One user object."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "userPrincipalName": f"user{number}@{domain}",
        "displayName": f"User {number}",
        "mail": None,
        "accountEnabled": True,
        "userType": "Member",
        "assignedLicenses": [{"skuId": "05e9a617-0261-4cee-bb44-138d3ef5d965", "disabledPlans": []}],
        "licenseAssignmentStates": [],
        **values,
    }


def _msp(user_count: int, later: bool) -> TenantSnapshot:
    users = [user(number) for number in range(user_count)]
    users[3]["signInActivity"] = {"lastSignInDateTime": "2026-10-01T00:00:00Z"}
    users.append(user(900_001, userPrincipalName=MAILBOX, mail=MAILBOX))
    users.append(user(900_002, userPrincipalName=BLOCKED, mail=BLOCKED))
    if later:
        users[0] = user(0, displayName="User 0 renamed")
        users = [row for row in users if row["id"] != user(1)["id"]] + [user(900_003)]
    moved = message(1)
    inbox = [message(number) for number in range(2, 15)] + ([] if later else [moved])
    archive = [moved] if later else []
    registrations = [{"id": row["id"], "isMfaCapable": True, "methodsRegistered": []} for row in users]
    disabled = user(900_004, accountEnabled=False)
    collections = _collections(MSP, "msp.example", [*users, disabled])
    collections["userRegistrationDetails"] = [*registrations, {"id": disabled["id"], "isMfaCapable": False}]
    collections.update(_wider(later))
    mailboxes = {MAILBOX: MailboxSnapshot({"inbox": inbox, "archive": archive}, [event(1), event(2)])}
    return TenantSnapshot(["msp.example"], True, True, collections, {"isEnabled": False}, mailboxes)


def _wider(later: bool) -> dict[str, list[Row]]:
    people = [{"@odata.type": "#microsoft.graph.user", "id": user(number)["id"]} for number in range(4)]
    nested = {"@odata.type": "#microsoft.graph.group", "id": group(2)["id"]}
    robot = {"@odata.type": "#microsoft.graph.servicePrincipal", "id": "00000000-0000-4000-8000-00000000abcd"}
    key = {"keyId": "key-1", "usage": "Verify", "type": "AsymmetricX509Cert", "key": "CANARYKEY"}
    secret = {"keyId": "secret-1", "displayName": "main", "hint": "abc", "secretText": None}
    application = {"id": "application-1", "appId": "app-1", "passwordCredentials": [secret], "keyCredentials": [key]}
    principal = {**robot, "appId": "app-1", "displayName": "Robot", "accountEnabled": True, "keyCredentials": [key]}
    del principal["@odata.type"]
    relationship = {
        "@odata.etag": 'W/"1"',
        "id": "relationship-1",
        "displayName": "Plain",
        "status": "active",
        "customer": {"tenantId": PLAIN, "displayName": "Plain"},
    }
    instance = {
        "id": "instance-1",
        "principalId": user(1)["id"],
        "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10",
        "principal": {"@odata.type": "#microsoft.graph.user", "id": user(1)["id"]},
    }
    return {
        "groups": [
            group(1, members=[people[0], nested, robot], isAssignableToRole=True),
            group(2, members=people[1:3] if later else people[1:]),
            group(3, members=people[:1], visibility="HiddenMembership"),
        ],
        "applications": [application],
        "servicePrincipals": [principal],
        "roleAssignmentScheduleInstances": [{**instance, "assignmentType": "Assigned"}],
        "roleEligibilityScheduleInstances": [instance],
        "secureScores": [
            {"id": f"{MSP}_2026-10-{day:02d}", "createdDateTime": f"2026-10-{day:02d}T00:00:00Z", "currentScore": day}
            for day in range(1, 8)
        ],
        "secureScoreControlProfiles": [{"id": "MFARegistrationV2", "title": "MFA", "maxScore": Decimal("9.0")}],
        "authenticationMethodsPolicy": [
            {
                "id": "authenticationMethodsPolicy",
                "policyMigrationState": "migrationComplete",
                "authenticationMethodConfigurations": [
                    {"@odata.type": "#microsoft.graph.smsAuthenticationMethodConfiguration", "id": "Sms"}
                ],
            }
        ],
        "delegatedAdminRelationships": [relationship],
        "delegatedAdminCustomers": [{"id": PLAIN, "tenantId": PLAIN, "displayName": "Plain"}],
        "mailboxUsage": [
            {"Report Refresh Date": "2026-10-18", "User Principal Name": MAILBOX, "Display Name": "Dana",
             "Recipient Type": "User"},
        ],
    }  # fmt: skip


def group(number: int, **values: Any) -> Row:
    """One group; `members` are its direct ones."""
    return {"id": f"00000000-0000-4000-8000-0000000a{number:04d}", "displayName": f"Group {number}", **values}


def _plain() -> TenantSnapshot:
    users = [user(number, "plain.example") for number in range(3)]
    collections = _collections(PLAIN, "plain.example", users)
    return TenantSnapshot(["plain.example"], False, False, collections, {"isEnabled": True}, {})


def _collections(tenant: str, domain: str, users: list[Row]) -> dict[str, list[Row]]:
    return {
        "organization": [{"id": tenant, "displayName": domain, "onPremisesSyncEnabled": None}],
        "domains": [{"id": domain, "authenticationType": "Managed", "isVerified": True}],
        "users": users,
        "subscribedSkus": [{"id": f"{tenant}_sku", "skuPartNumber": "SPE_E3", "consumedUnits": len(users)}],
        "directorySubscriptions": [],
        "userRegistrationDetails": [],
        "roleDefinitions": [{"id": "62e90394-69f5-4237-9190-012177145e10", "displayName": "Global Administrator"}],
        "roleAssignments": [
            {
                "id": "assignment-1",
                "principalId": users[0]["id"],
                "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10",
                "directoryScopeId": "/",
                "principal": {"@odata.type": "#microsoft.graph.user", "id": users[0]["id"]},
            }
        ],
        "conditionalAccessPolicies": [],
    }


def message(number: int) -> Row:
    """One message, newer with its number."""
    return {
        "id": f"IMMUTABLE-{number}",
        "subject": f"Subject {number}",
        "bodyPreview": "Preview",
        "receivedDateTime": f"2026-10-{number:02d}T08:00:00Z",
        "body": {"contentType": "text", "content": f"CANARY-BODY-{number}"},
        "uniqueBody": {"contentType": "text", "content": f"CANARY-BODY-{number}"},
        "attachments": [{"name": f"CANARY-BODY-{number}"}],
    }


def event(number: int) -> Row:
    """One meeting of an hour."""
    return {
        "id": f"EVENT-{number}",
        "subject": f"Meeting {number}",
        "start": {"dateTime": f"2026-10-2{number}T09:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": f"2026-10-2{number}T10:00:00.0000000", "timeZone": "UTC"},
        "createdDateTime": "2026-10-01T00:00:00Z",
        "body": {"contentType": "text", "content": f"CANARY-BODY-E{number}"},
    }


def _connectwise() -> dict[str, Any]:
    companies = [
        {
            "id": number,
            "identifier": f"company{number}",
            "name": f"Company {number}",
            "status": {"id": 1, "name": "Active" if number % 2 else "Inactive"},
            "_info": {"lastUpdated": f"2026-10-{number:02d}T00:00:00Z"},
        }
        for number in range(1, 31)
    ]
    additions = [
        {"id": 1, "agreementId": 7, "quantity": Decimal("3.00"), "unitPrice": Decimal("1.234560")},
        {"id": 2, "agreementId": 8, "quantity": Decimal("1"), "unitPrice": Decimal("0.1")},
    ]
    invoice = {"id": 991, "company": {"id": 3}, "total": Decimal("1234567890123.45")}
    return {
        "companies": companies,
        "contacts": [],
        "agreements": [{"id": 7, "name": "Seven"}, {"id": 8, "name": "Eight"}],
        "additions": additions,
        "invoices": [invoice],
        "products": [{"id": 1, "invoice": {"id": 991}}, {"id": 2, "invoice": {"id": 992}}],
        "timeEntries": [],
        "expenses": [],
        "members": [],
        "catalog": [],
        "invoiceInfo": {991: {"invoice": invoice, "products": []}},
    }


def _pax8() -> dict[str, list[Row]]:
    subscriptions = [
        {
            "id": f"sub-{number}",
            "companyId": "c-1" if number % 2 else "c-2",
            "status": "Active",
            "price": Decimal("9.9"),
        }
        for number in range(21)
    ]
    invoices = [{"id": f"inv-{month:02d}", "invoiceDate": f"2026-{month:02d}-05", "status": "Paid"} for month in (8, 9)]
    return {
        "companies": [{"id": "c-1", "name": "One", "address": {"country": "US"}, "status": "Active"}],
        "subscriptions": subscriptions,
        "products": [],
        "invoices": invoices,
        "invoiceItems": [
            {"id": "item-1", "_invoiceId": "inv-08", "cost": Decimal("1.100000"), "costTotal": Decimal("11.00")}
        ],
    }
