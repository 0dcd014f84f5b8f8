"""The credentials that the settings use → rows of `config.credentials`: ids, labels and what is known of their end.

No secret is opened here, but for the passphrase of a PFX file, without which its certificate cannot be read.
"""

import base64
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from orchestration.certificates import CertificateFacts
from orchestration.errors import SettingsError
from orchestration.settings_schema import Settings
from orchestration.settings_vendors import AppCredential, CertificateSettings, ConnectWiseSettings, MicrosoftSettings

logger = logging.getLogger(__name__)

ReadFacts = Callable[[CertificateSettings], CertificateFacts | None]
COLUMNS = (
    "vendor text, connection_id text, credential_kind text, credential_id text, label text, expires_date date, "
    "evidence text, client_id text, secret_id text, thumbprint text, thumbprint_base64 text"
)


@dataclass(frozen=True)
class CredentialRow:
    """One credential, as the settings and its own file know it; the fields are the table's columns.

    client_id, secret_id, thumbprint: by which Graph's list of the app's keys tells the one in use; the thumbprint is
    upper-case SHA-1 in hexadecimal, and in base64, as Graph may write either.
    """

    vendor: str
    connection_id: str
    credential_kind: str
    credential_id: str
    label: str
    expires_date: date | None
    evidence: str
    client_id: str | None = None
    secret_id: str | None = None
    thumbprint: str | None = None
    thumbprint_base64: str | None = None


def credential_rows(settings: Settings, facts: ReadFacts) -> list[CredentialRow]:
    """One row per credential; `facts` reads a certificate's file.

    A file that cannot be read leaves its end unknown here; the tenants that it signs for tell what is wrong with it.
    """
    rows: dict[tuple[str, str, str], CredentialRow] = {}
    for row in _rows(settings, facts):
        key = (row.connection_id, row.credential_kind, row.credential_id)
        known = rows.setdefault(key, row)
        # Two secrets of one app that the settings do not tell apart: the one that ends first is the one to know.
        if row.expires_date is not None and (known.expires_date is None or row.expires_date < known.expires_date):
            rows[key] = row
    return [_told_apart(row, rows) for row in rows.values()]


def _told_apart(row: CredentialRow, rows: Mapping[tuple[str, str, str], CredentialRow]) -> CredentialRow:
    """The row; a certificate whose id is a secret's too has its kind in it, for findings know credentials by id."""
    if row.credential_kind == "certificate" and (row.connection_id, "client_secret", row.credential_id) in rows:
        return replace(row, credential_id=f"{row.credential_id} {row.credential_kind}")
    return row


def _rows(settings: Settings, facts: ReadFacts) -> Iterator[CredentialRow]:
    if settings.microsoft is not None:
        yield from _apps(settings.microsoft, facts)
    if isinstance(settings.psa, ConnectWiseSettings):
        yield CredentialRow("connectwise", "connectwise", "api_key", "", "ConnectWise API member keys", None, "none")
    for item in settings.distributors:
        label = f"{item.connection_id} API client"
        client_id = getattr(item, "client_id", "")
        yield CredentialRow(item.vendor, item.connection_id, "client_secret", client_id, label, None, "none")


def _apps(microsoft: MicrosoftSettings, facts: ReadFacts) -> Iterator[CredentialRow]:
    apps: Mapping[AppCredential, None] = dict.fromkeys(map(microsoft.credential_for, microsoft.tenants))
    for app in sorted(apps, key=lambda app: app.client_id):
        yield _certificate_row(app, app.certificate, facts) if app.certificate is not None else _secret_row(app)


def _secret_row(app: AppCredential) -> CredentialRow:
    return CredentialRow(
        "microsoft",
        "microsoft",
        "client_secret",
        f"{app.client_id} {app.secret_id}".strip(),
        "Graph app registration",
        app.secret_expires_on,
        "settings" if app.secret_expires_on else "none",
        client_id=app.client_id,
        secret_id=app.secret_id or None,
    )


def _certificate_row(app: AppCredential, certificate: CertificateSettings, facts: ReadFacts) -> CredentialRow:
    try:
        known = facts(certificate)
    except SettingsError as error:
        logger.warning("the end of an app's certificate is not known: %s", error)
        known = None
    thumbprint = known.thumbprint if known else certificate.thumbprint.upper()
    expires_on = known.expires_on if known else app.secret_expires_on
    evidence = "certificate" if known else "settings" if expires_on else "none"
    return CredentialRow(
        "microsoft",
        "microsoft",
        "certificate",
        f"{app.client_id} {thumbprint}".strip(),
        "Graph app registration",
        expires_on,
        evidence,
        client_id=app.client_id,
        thumbprint=thumbprint or None,
        thumbprint_base64=base64.b64encode(bytes.fromhex(thumbprint)).decode() if thumbprint else None,
    )
