"""Settings → the vendor packages' connection values: typed, with secrets as callables that nobody has opened yet.

The vendor packages know nothing of settings; this is the one place that knows both.
"""

from typing import TYPE_CHECKING

from orchestration.settings_schema import Settings
from orchestration.settings_vendors import (
    AppCredential,
    ConnectWiseSettings,
    MicrosoftSettings,
    Pax8Settings,
    TenantSettings,
)
from orchestration.vendor_selection import Selection

if TYPE_CHECKING:
    from ingestion.connectwise.connection import ConnectWiseConnection
    from ingestion.http.bounds import AnswerBounds
    from ingestion.microsoft.connection import AppCredential as GraphCredential
    from ingestion.microsoft.connection import MailSettings, MicrosoftConnection
    from ingestion.pax8.connection import Pax8Connection


def microsoft_connection(settings: Settings, selection: Selection) -> "MicrosoftConnection | None":
    """How the selected tenants are read, or None where Microsoft is not selected.

    Tenants stand as configured: one that is named by a domain is not resolved yet.
    """
    from ingestion.microsoft.connection import MicrosoftConnection, Tenant

    microsoft = selection.microsoft
    if microsoft is None:
        return None
    tenants = tuple(
        Tenant(
            tenant_id=tenant.tenant_id,
            credential=_graph_credential(microsoft.credential_for(tenant)),
            configured_id=tenant.tenant_id,
            is_msp=tenant.is_msp,
        )
        for tenant in selection.tenants
    )
    return MicrosoftConnection(
        login_url=microsoft.login_url,
        graph_url=microsoft.graph_url,
        graph_scope=microsoft.graph_scope,
        tenants=tenants,
        mail=_mail(microsoft, selection.tenants),
        connections=settings.http.connections,
        ca_bundle=settings.http.ca_bundle,
        bounds=_bounds(settings),
        cloud=microsoft.cloud,
        report_hosts=microsoft.report_hosts,
    )


def connectwise_connection(settings: Settings, selection: Selection) -> "ConnectWiseConnection | None":
    """How ConnectWise is read, or None where it is not selected."""
    return _connectwise(settings, selection.connectwise) if selection.connectwise is not None else None


def pax8_connections(settings: Settings, selection: Selection) -> tuple["Pax8Connection", ...]:
    """How each selected Pax8 account is read, in the order of the settings."""
    return tuple(_pax8(settings, item) for item in selection.pax8)


def _bounds(settings: Settings) -> "AnswerBounds":
    """How large and how slow one answer may be."""
    from ingestion.http.bounds import MEGABYTE, AnswerBounds

    http = settings.http
    return AnswerBounds(http.max_page_mb * MEGABYTE, http.max_report_mb * MEGABYTE, float(http.max_answer_seconds))


def _connectwise(settings: Settings, item: ConnectWiseSettings) -> "ConnectWiseConnection":
    from ingestion.connectwise.connection import ConnectWiseConnection

    return ConnectWiseConnection(
        base_url=item.base_url,
        company_id=item.company_id,
        public_key=item.public_key.open,
        private_key=item.private_key.open,
        client_id=item.client_id,
        connection_id=item.connection_id,
        connections=settings.http.connections,
        ca_bundle=settings.http.ca_bundle,
        bounds=_bounds(settings),
        tenant_id_field=item.tenant_id_field or "",
    )


def _pax8(settings: Settings, item: Pax8Settings) -> "Pax8Connection":
    from ingestion.pax8.connection import Pax8Connection

    return Pax8Connection(
        base_url=item.base_url,
        token_url=item.token_url,
        client_id=item.client_id,
        client_secret=item.client_secret.open,
        connection_id=item.connection_id,
        audience=item.audience,
        connections=settings.http.connections,
        ca_bundle=settings.http.ca_bundle,
        bounds=_bounds(settings),
    )


def _graph_credential(credential: AppCredential) -> "GraphCredential":
    from ingestion.microsoft.connection import AppCredential as GraphCredential
    from ingestion.microsoft.connection import Certificate

    certificate = None
    if credential.certificate is not None:
        passphrase = credential.certificate.passphrase
        certificate = Certificate(
            path=credential.certificate.path,
            thumbprint=credential.certificate.thumbprint,
            passphrase=passphrase.open if passphrase is not None else None,
        )
    secret = credential.client_secret
    return GraphCredential(credential.client_id, secret.open if secret is not None else None, certificate)


def _mail(microsoft: MicrosoftSettings, tenants: tuple[TenantSettings, ...]) -> "MailSettings | None":
    """The mailboxes to read; None where there are none or a run leaves their tenant out."""
    from ingestion.microsoft.connection import MailSettings
    from ingestion.microsoft.mailboxes import MailboxAllowlist

    mailboxes = microsoft.mailboxes
    if mailboxes is None or mailboxes.tenant_id not in {tenant.tenant_id for tenant in tenants}:
        return None
    return MailSettings(
        tenant_id=mailboxes.tenant_id,
        allowlist=MailboxAllowlist(mailboxes.allow),
        has_preview=mailboxes.preview,
        folders=mailboxes.folders,
        mail_days=mailboxes.mail_days,
        calendar_past_days=mailboxes.calendar_past_days,
        calendar_future_days=mailboxes.calendar_future_days,
    )
