"""What the tenant RICH has beside its people: groups in groups, policies and roles on them, PIM, applications."""

from dataclasses import replace
from typing import Any

from ingestion.simulator.world import TenantSnapshot

Row = dict[str, Any]

GROUP_KIND, USER_KIND = "#microsoft.graph.group", "#microsoft.graph.user"
ADMINS = "00000000-0000-4000-a000-000000000001"  # holds a role
ELIGIBLE = "00000000-0000-4000-a000-000000000002"  # is eligible for one
PILOT = "00000000-0000-4000-a000-000000000003"  # a policy names it
NESTED = "00000000-0000-4000-a000-000000000004"  # a member of PILOT, and PILOT one of it: a ring
UNNAMED = "00000000-0000-4000-a000-000000000005"  # nobody names it
GONE = "00000000-0000-4000-a000-0000000000ff"  # a policy names it, but it was deleted
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
SECURITY_READER = "5d6b6bb7-de71-4623-b4af-96380a352509"
_APPLICATION_COUNT = 7
_CERTIFICATE = {"type": "AsymmetricX509Cert", "usage": "Verify"}


def planted(tenant: TenantSnapshot) -> TenantSnapshot:
    """The tenant with what this module lists; no mailbox and no partner relationship is left in it."""
    users = [user["id"] for user in tenant.collections["users"]]
    applications, principals = _applications()
    dropped = ("delegatedAdminRelationships", "delegatedAdminCustomers")
    kept = {name: rows for name, rows in tenant.collections.items() if name not in dropped}
    more = {
        "groups": _groups(users),
        "roleAssignments": [_role("standing", ADMINS, SECURITY_READER)],
        "roleAssignmentScheduleInstances": [
            _role("standing-instance", ADMINS, SECURITY_READER, assignmentType="Assigned", memberType="Direct")
        ],
        "roleEligibilityScheduleInstances": [
            _role("eligible-group", ELIGIBLE, GLOBAL_ADMINISTRATOR, memberType="Direct",
                  startDateTime="2026-01-01T00:00:00Z", endDateTime=None),
            {**_role("eligible-user", users[0], GLOBAL_ADMINISTRATOR, memberType="Direct",
                     startDateTime="2026-01-01T00:00:00.1234567Z", endDateTime="2027-01-01T00:00:00Z"),
             "principal": {"@odata.type": USER_KIND, "id": users[0], "displayName": "First"}},
        ],
        "conditionalAccessPolicies": [_naming_groups(kept["conditionalAccessPolicies"][0])],
        "applications": applications,
        "servicePrincipals": principals,
    }  # fmt: skip
    together = {name: kept.get(name, []) + rows for name, rows in more.items()}
    return replace(tenant, collections={**kept, **together}, mailboxes={})


def _groups(users: list[str]) -> list[Row]:
    members = {
        ADMINS: [_member(users[0]), _member(users[1])],
        ELIGIBLE: [_member(users[2])],
        PILOT: [_member(users[3]), _member(NESTED, GROUP_KIND)],
        NESTED: [_member(users[3]), _member(users[4]), _member(PILOT, GROUP_KIND)],
        UNNAMED: [_member(users[5])],
    }
    names = {ADMINS: "Admins", ELIGIBLE: "Eligible", PILOT: "Pilot's group", NESTED: "Nested", UNNAMED: "Unnamed"}
    return [
        {
            "id": group,
            "displayName": name,
            "isAssignableToRole": True if group in (ADMINS, ELIGIBLE) else None,
            "securityEnabled": True,
            "mailEnabled": False,
            "groupTypes": [],
            "onPremisesSyncEnabled": None,
            "createdDateTime": "2024-05-06T07:08:09Z",
            "members": members[group],
        }
        for group, name in names.items()
    ]


def _member(object_id: str, kind: str = USER_KIND) -> Row:
    return {"@odata.type": kind, "id": object_id}


def _role(name: str, principal: str, role: str, **values: Any) -> Row:
    return {
        "id": name,
        "principalId": principal,
        "roleDefinitionId": role,
        "directoryScopeId": "/",
        "appScopeId": None,
        "principal": {"@odata.type": GROUP_KIND, "id": principal, "displayName": "A group"},
        **values,
    }


def _naming_groups(policy: Row) -> Row:
    users = {**policy["conditions"]["users"], "includeGroups": [PILOT, GONE], "excludeGroups": [ADMINS]}
    named = {"id": "00000000-0000-4000-a000-0000000000ca", "displayName": "For the pilot", "state": "enabled"}
    return {**policy, **named, "conditions": {**policy["conditions"], "users": users}}


def _applications() -> tuple[list[Row], list[Row]]:
    applications, principals = [], []
    for number in range(_APPLICATION_COUNT):
        app_id = f"00000000-0000-4000-b000-{number:012d}"
        secrets = [_key(f"00000000-0000-4000-b1{number:02d}-{key:012d}", key) for key in range(number % 3)]
        certificates = [
            {**_key(f"00000000-0000-4000-b2{number:02d}-{key:012d}", key), **_CERTIFICATE} for key in range(number % 2)
        ]
        applications.append(
            {
                "id": f"00000000-0000-4000-b300-{number:012d}",
                "appId": app_id,
                "displayName": f"App {number}",
                "createdDateTime": "2025-01-02T03:04:05Z",
                "signInAudience": "AzureADMyOrg",
                "publisherDomain": "rich.example",
                "disabledByMicrosoftStatus": None,
                "passwordCredentials": secrets,
                "keyCredentials": certificates,
            }
        )
        principals.append(
            {
                "id": f"00000000-0000-4000-b400-{number:012d}",
                "appId": app_id,
                "displayName": f"App {number}",
                "accountEnabled": number != 1,
                "servicePrincipalType": "Application",
                "appOwnerOrganizationId": None,
                "passwordCredentials": [],
                "keyCredentials": certificates[:1],
            }
        )
    return applications, principals


def _key(key_id: str, number: int) -> Row:
    return {
        "keyId": key_id,
        "displayName": f"Key {number}",
        "startDateTime": "2025-01-01T00:00:00Z",
        "endDateTime": f"20{27 + number}-01-01T00:00:00Z",
        "customKeyIdentifier": None,
    }
