"""Directory roles: the published built-in definitions, custom ones, and who holds what on which days."""

from dataclasses import dataclass
from datetime import date

from ingestion.simulator.world.shapes import Record

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
SECURITY_ADMINISTRATOR = "194ae4cb-b126-40b2-bd5b-6091b380977d"
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
HELPDESK_ADMINISTRATOR = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
SECURITY_READER = "5d6b6bb7-de71-4623-b4af-96380a352509"
APPLICATION_ADMINISTRATOR = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
PRIVILEGED_AUTHENTICATION_ADMINISTRATOR = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"
EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"
DIRECTORY_READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
SYNCHRONIZATION_ACCOUNTS = "d29b2b05-8046-44ba-8758-1e26182fcf32"

# Labelled privileged by Microsoft, and below it the ones that are not.
PRIVILEGED_ROLES = {
    GLOBAL_ADMINISTRATOR: "Global Administrator",
    "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
    PRIVILEGED_AUTHENTICATION_ADMINISTRATOR: "Privileged Authentication Administrator",
    SECURITY_ADMINISTRATOR: "Security Administrator",
    "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f": "Security Operator",
    SECURITY_READER: "Security Reader",
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
    APPLICATION_ADMINISTRATOR: "Application Administrator",
    "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
    "cf1c38e5-3621-4004-a7cb-879624dced7c": "Application Developer",
    "c4e39bd9-1100-46d3-8c65-fb160da0071f": "Authentication Administrator",
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": "Conditional Access Administrator",
    USER_ADMINISTRATOR: "User Administrator",
    HELPDESK_ADMINISTRATOR: "Helpdesk Administrator",
    "966707d0-3269-4727-9be2-8c3a10f19b9d": "Password Administrator",
    "3a2c62db-5318-420d-8d74-23affee5d9d5": "Intune Administrator",
    "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2": "Hybrid Identity Administrator",
    "8329153b-31d0-4727-b945-745eb3bc5f31": "Domain Name Administrator",
    "9360feb5-f418-4baa-8175-e2a00bac4301": "Directory Writers",
}
OTHER_ROLES = {
    EXCHANGE_ADMINISTRATOR: "Exchange Administrator",
    "f28a1f50-f6e7-4571-818b-6a12f2af6b6c": "SharePoint Administrator",
    "69091246-20e8-4a56-aa4d-066075b2a7a8": "Teams Administrator",
    "fdd7a751-b60b-444a-984c-02652fe8fa1c": "Groups Administrator",
    "b0f54661-2d74-4c50-afa3-1ec803f12efe": "Billing Administrator",
    "4d6ac14f-3453-41d0-bef9-a3e0c569773a": "License Administrator",
    SYNCHRONIZATION_ACCOUNTS: "Directory Synchronization Accounts",
    DIRECTORY_READERS: "Directory Readers",
}
CREDENTIAL_ACTIONS = (
    "microsoft.directory/applications/standard/read",
    "microsoft.directory/applications/credentials/update",
)
HARMLESS_ACTIONS = ("microsoft.directory/applications/standard/read", "microsoft.directory/groups/standard/read")


@dataclass(frozen=True)
class CustomRole:
    """A role defined in one tenant; `is_privileged` says whether its actions reach credentials."""

    id: str
    name: str
    actions: tuple[str, ...]

    @property
    def is_privileged(self) -> bool:
        """True for the planted actions on credentials."""
        return self.actions == CREDENTIAL_ACTIONS


@dataclass(frozen=True)
class Principal:
    """Who holds a role: kind `user`, `group` or `servicePrincipal`."""

    kind: str
    id: str
    name: str
    upn: str | None = None


@dataclass(frozen=True)
class RoleAssignment:
    """One active assignment on the days [start, end).

    `is_activated`: activated from an eligible one; `expires`: the end that its schedule announces.
    """

    id: str
    principal: Principal
    role_id: str
    scope: str = "/"
    start: date = date.min
    end: date | None = None
    is_activated: bool = False
    expires: date | None = None

    def is_active(self, day: date) -> bool:
        """True while the assignment exists."""
        return self.start <= day and (self.end is None or day < self.end)


def definition_records(custom: list[CustomRole]) -> list[Record]:
    """Graph role definitions: built-in ones with fixed ids, custom ones with ids of the tenant."""
    built_in = [
        _definition(role_id, name, True, ("microsoft.directory/users/standard/read",))
        for role_id, name in (PRIVILEGED_ROLES | OTHER_ROLES).items()
    ]
    return built_in + [_definition(role.id, role.name, False, role.actions) for role in custom]


def _definition(role_id: str, name: str, is_built_in: bool, actions: tuple[str, ...]) -> Record:
    return {
        "id": role_id,
        "templateId": role_id,
        "displayName": name,
        "description": f"{name} (invented text)",
        "isBuiltIn": is_built_in,
        "isEnabled": True,
        "resourceScopes": ["/"],
        "rolePermissions": [
            {"allowedResourceActions": list(actions), "excludedResourceActions": [], "condition": None}
        ],
        "version": "1" if is_built_in else None,
    }


def principal_record(principal: Principal) -> Record:
    """The holder as `$expand=principal` answers it."""
    record: Record = {
        "@odata.type": f"#microsoft.graph.{principal.kind}",
        "id": principal.id,
        "displayName": principal.name,
    }
    return {**record, "userPrincipalName": principal.upn} if principal.kind == "user" else record


def assignment_record(assignment: RoleAssignment, tenant_id: str) -> Record:
    """A Graph role assignment with its principal, as `$expand=principal` answers."""
    principal = assignment.principal
    return {
        "id": assignment.id,
        "principalId": principal.id,
        "roleDefinitionId": assignment.role_id,
        "directoryScopeId": assignment.scope,
        "appScopeId": None,
        "principalOrganizationId": tenant_id,
        "condition": None,
        "principal": principal_record(principal),
    }
