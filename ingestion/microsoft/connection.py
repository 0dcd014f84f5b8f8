"""What the settings say about Microsoft, typed; secrets are callables, opened only at the token call."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.http.bounds import AnswerBounds
from ingestion.legs import IngestionError
from ingestion.microsoft.mailboxes import MailboxAllowlist

VENDOR = "microsoft"
GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Certificate:
    """A certificate that signs in instead of a secret; thumbprint is its SHA-1 in hexadecimal."""

    path: Path
    thumbprint: str
    passphrase: Callable[[], str] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class AppCredential:
    """The app registration that reads a tenant; exactly one of secret and certificate is there."""

    client_id: str
    secret: Callable[[], str] | None = field(default=None, repr=False)
    certificate: Certificate | None = None


@dataclass(frozen=True)
class Tenant:
    """One tenant to read.

    tenant_id: GUID, or the configured domain until it is resolved; problem: why it could not be resolved.
    is_msp: the MSP's own tenant, where its partner relationships are read.
    """

    tenant_id: str
    credential: AppCredential
    configured_id: str = ""
    problem: IngestionError | None = None
    is_msp: bool = False

    @property
    def is_resolved(self) -> bool:
        """Whether the id is the tenant's GUID."""
        return GUID.fullmatch(self.tenant_id) is not None


@dataclass(frozen=True)
class MailSettings:
    """Which mailboxes of which tenant are read, and how far. Windows are in days around as_of."""

    tenant_id: str
    allowlist: MailboxAllowlist
    has_preview: bool = True
    folders: tuple[str, ...] = ("inbox", "sentitems")
    mail_days: int = 30
    calendar_past_days: int = 7
    calendar_future_days: int = 14


@dataclass(frozen=True)
class MicrosoftConnection:
    """Everything that the Microsoft legs need to know. URLs are roots: login without a path, Graph without /v1.0.

    report_hosts: hosts that usage reports may be downloaded from, `*` for any part of a name.
    """

    login_url: str
    graph_url: str
    graph_scope: str
    tenants: tuple[Tenant, ...]
    mail: MailSettings | None = None
    connections: int = 16
    ca_bundle: Path | None = None
    connection_id: str = VENDOR
    cloud: str = "global"
    report_hosts: tuple[str, ...] = ()
    bounds: AnswerBounds = AnswerBounds()
