"""Applications and service principals as planned, with the ends of their secrets and certificates."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import date

from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.timeline import stamp

KEY_CANARY = base64.b64encode(b"CANARY-KEY-BYTES").decode()
MICROSOFT_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
SECRET, CERTIFICATE = "secret", "certificate"
MANAGED_IDENTITY = "ManagedIdentity"
CREATED = date(2024, 11, 18)


@dataclass(frozen=True)
class Credential:
    """One secret or certificate; credentials with one thumbprint are one certificate in several rows."""

    key_id: str
    kind: str
    ends: date
    name: str | None = None
    thumbprint: str | None = None
    usage: str = "Verify"


@dataclass
class Application:
    """An app with its registration (`object_id`), its enterprise application (`principal_id`), or both."""

    app_id: str
    name: str
    object_id: str | None
    principal_id: str | None
    owner_tenant: str
    credentials: list[Credential] = field(default_factory=list)
    principal_credentials: list[Credential] = field(default_factory=list)
    principal_type: str = "Application"
    audience: str = "AzureADMyOrg"

    @property
    def is_judged(self) -> bool:
        """Whether its credentials are somebody's to renew: those of managed identities rotate by themselves."""
        return self.principal_type != MANAGED_IDENTITY


def application_record(app: Application, publisher: str) -> Record:
    """The Graph application."""
    return {
        "id": app.object_id,
        "appId": app.app_id,
        "displayName": app.name,
        "createdDateTime": stamp(CREATED),
        "deletedDateTime": None,
        "signInAudience": app.audience,
        "publisherDomain": publisher,
        "isDisabled": None,
        "disabledByMicrosoftStatus": None,
        "notes": None,
        "tags": [],
        "identifierUris": [],
        "requiredResourceAccess": [],
        **_credentials(app.credentials),
    }


def principal_record(app: Application) -> Record:
    """The Graph service principal."""
    signing = next((row.thumbprint for row in app.principal_credentials if row.usage == "Sign"), None)
    return {
        "id": app.principal_id,
        "appId": app.app_id,
        "displayName": app.name,
        "appDisplayName": app.name,
        "accountEnabled": True,
        "servicePrincipalType": app.principal_type,
        "appOwnerOrganizationId": app.owner_tenant,
        "createdDateTime": stamp(CREATED),
        "deletedDateTime": None,
        "signInAudience": app.audience,
        "preferredTokenSigningKeyThumbprint": signing,
        "notificationEmailAddresses": [],
        "tags": ["WindowsAzureActiveDirectoryIntegratedApp"],
        "servicePrincipalNames": [app.app_id],
        **_credentials(app.principal_credentials),
    }


def _credentials(credentials: list[Credential]) -> Record:
    return {
        "passwordCredentials": [_password(row) for row in credentials if row.kind == SECRET],
        "keyCredentials": [_key(row) for row in credentials if row.kind == CERTIFICATE],
    }


def _password(credential: Credential) -> Record:
    return {
        "keyId": credential.key_id,
        "displayName": credential.name,
        "hint": None if credential.thumbprint else "a~B",
        "startDateTime": _begin(credential),
        "endDateTime": stamp(credential.ends),
        "customKeyIdentifier": _identifier(credential),
        "secretText": None,
    }


def _key(credential: Credential) -> Record:
    return {
        "keyId": credential.key_id,
        "displayName": credential.name,
        "type": "AsymmetricX509Cert",
        "usage": credential.usage,
        "startDateTime": _begin(credential),
        "endDateTime": stamp(credential.ends),
        "customKeyIdentifier": _identifier(credential),
        "key": KEY_CANARY,
    }


def _begin(credential: Credential) -> str:
    return stamp(date(credential.ends.year - 2, credential.ends.month, min(credential.ends.day, 28)))


def _identifier(credential: Credential) -> str | None:
    if credential.kind == SECRET and credential.thumbprint is None:
        return None
    digest = hashlib.sha1((credential.thumbprint or credential.key_id).encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()
