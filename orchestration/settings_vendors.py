"""Settings of the vendors: Microsoft, the PSAs and the distributors.

Accepting a vendor here is not reading it: `vendor_selection` refuses what this release cannot read.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

from orchestration.clouds import CLOUDS
from orchestration.secrets import Secret
from orchestration.settings_kinds import (
    NAME,
    THUMBPRINT,
    address,
    currency,
    day,
    file_path,
    flag,
    guid,
    https_url,
    list_of,
    microsoft_tenant,
    one_of,
    pattern,
    secret_reference,
    setting,
    text,
    whole_number,
)
from orchestration.settings_tables import table, tables

MAIL_FOLDERS = (
    "inbox", "sentitems", "archive", "drafts", "deleteditems", "junkemail", "outbox", "clutter", "conversationhistory",
)  # fmt: skip
API_URL = https_url("an https:// address without query", with_path=True)
HOST_URL = https_url("an https:// address of a host, without a path", with_path=False)
# The end of the name is fixed: a `*` there would list hosts of anybody.
REPORT_HOST = pattern(
    re.compile(r"[a-z0-9*][a-z0-9.*-]*\.[a-z][a-z0-9-]*(:[0-9]{1,5})?|localhost:[0-9]{1,5}"),
    'a host name, with "*" for any part before its last label, and a port where it is not 443',
    lower=True,
)
# A gateway may stand below a path of its own.
GRAPH_URL = https_url("an https:// address without /v1.0 and query", with_path=True, without_end="/v1.0")
CONNECTION_NAME = pattern(NAME, 'a short name of a-z, 0-9, "-" and "_"')


@dataclass(frozen=True, kw_only=True)
class CertificateSettings:
    """A certificate that signs in instead of a client secret."""

    path: Path = setting(file_path(must_exist=True), "PEM or PFX file with the private key and the certificate.")
    thumbprint: str = setting(
        pattern(THUMBPRINT, "40 hexadecimal digits"), "SHA-1 thumbprint that the app's page shows.",
        default="", default_words="the certificate's in the file",
    )  # fmt: skip
    passphrase: Secret | None = setting(secret_reference(), "Passphrase of the private key.", default=None)


@dataclass(frozen=True, kw_only=True)
class AppCredential:
    """The app registration that reads one tenant; exactly one of secret and certificate is there."""

    client_id: str
    client_secret: Secret | None
    certificate: CertificateSettings | None
    secret_expires_on: date | None
    secret_id: str = ""


@dataclass(frozen=True, kw_only=True)
class TenantSettings:
    """One Microsoft tenant that is read."""

    tenant_id: str = setting(
        microsoft_tenant(), "The tenant's GUID, or a verified domain that is resolved at each run."
    )
    customer: str = setting(text(), "PSA customer id; the strongest mapping.", default="")
    is_msp: bool = setting(flag(), "Whether this is the MSP's own tenant.", default=False)
    client_id: str = setting(guid(), "An app registration of its own.", default="", default_words="[microsoft]'s")
    client_secret: Secret | None = setting(
        secret_reference(microsoft=True), "Client secret of its own.", default=None, default_words="[microsoft]'s"
    )
    secret_expires_on: date | None = setting(day(), "When the secret or certificate of its own expires.", default=None)
    secret_id: str = setting(guid(), "Secret ID of the secret of its own.", default="")
    certificate: CertificateSettings | None = setting(
        table(CertificateSettings), "Certificate of its own.", default=None, default_words="[microsoft]'s"
    )


@dataclass(frozen=True, kw_only=True)
class MailboxSettings:
    """The only mailboxes that are ever read."""

    tenant_id: str = setting(microsoft_tenant(), "The tenant that holds the mailboxes; one of [[microsoft.tenants]].")
    allow: tuple[str, ...] = setting(list_of(address()), "The mailboxes that may be read; no other one ever is.")
    preview: bool = setting(
        flag(), "Keep the first 255 characters of a mail; false needs Mail.ReadBasic only.", default=True
    )
    folders: tuple[str, ...] = setting(
        list_of(one_of(*MAIL_FOLDERS), least=1), "Well-known mail folders to read.", default=("inbox", "sentitems")
    )
    mail_days: int = setting(whole_number(1, 366), "Days of mail that are read and kept.", default=30)
    calendar_past_days: int = setting(whole_number(0, 366), "Days of past meetings.", default=7)
    calendar_future_days: int = setting(whole_number(0, 366), "Days of coming meetings.", default=14)
    canary: str = setting(address(), "A mailbox that must be refused; the doctor proves it.", default="")


@dataclass(frozen=True, kw_only=True)
class MicrosoftSettings:
    """How Microsoft Graph is read, and which tenants."""

    vendor: ClassVar[str] = "microsoft"
    connection_id: ClassVar[str] = "microsoft"

    cloud: str = setting(
        one_of(*CLOUDS), "Microsoft cloud; sets login_url, graph_url and graph_scope.", default="global"
    )
    login_url: str = setting(
        HOST_URL, "Login host; msal skips instance discovery when set.", default="", default_words="the cloud's"
    )
    graph_url: str = setting(GRAPH_URL, "Graph root, without /v1.0.", default="", default_words="the cloud's")
    graph_scope: str = setting(
        https_url("an https:// address that ends in /.default", with_path=True),
        "Scope that tokens are asked for.", default="", default_words="the cloud's",
    )  # fmt: skip
    report_hosts: tuple[str, ...] = setting(
        list_of(REPORT_HOST),
        "Hosts that usage reports are downloaded from, without a credential.", default=("reports*.office.com",),
    )  # fmt: skip
    client_id: str = setting(guid(), "Application (client) id of the app registration.", default="",
                             default_words="required unless every tenant has its own")  # fmt: skip
    client_secret: Secret | None = setting(
        secret_reference(microsoft=True), "The client secret's Value (not its Secret ID).", default=None
    )
    secret_expires_on: date | None = setting(
        day(), "When the secret or certificate expires; read from Graph where permitted.", default=None
    )
    secret_id: str = setting(
        guid(), "Secret ID (never the Value) of the secret in use: tells which of several on the app it is.", default=""
    )
    expiry_calendar: Path | None = setting(
        file_path(), "Calendar file (.ics) with the expiry of every credential, written after each run.", default=None
    )
    certificate: CertificateSettings | None = setting(
        table(CertificateSettings), "Certificate, instead of the secret.", default=None
    )
    tenants: tuple[TenantSettings, ...] = setting(tables(table(TenantSettings)), "The tenants to read.", default=())
    mailboxes: MailboxSettings | None = setting(
        table(MailboxSettings), "Mailboxes to read; none without this table.", default=None
    )

    @property
    def login_is_overridden(self) -> bool:
        """Whether the login host is not the cloud's own, so that msal must not look it up."""
        return self.login_url != CLOUDS[self.cloud].login_url

    def credential_for(self, tenant: TenantSettings) -> AppCredential:
        """The app registration that reads this tenant: its own where it has one, else the section's."""
        own = tenant.client_secret is not None or tenant.certificate is not None
        return AppCredential(
            client_id=tenant.client_id or self.client_id,
            client_secret=tenant.client_secret if own else self.client_secret,
            certificate=tenant.certificate if own else self.certificate,
            # The section's date describes the section's credential, never a tenant's own one.
            secret_expires_on=tenant.secret_expires_on if own else self.secret_expires_on,
            secret_id=tenant.secret_id if own else self.secret_id,
        )


@dataclass(frozen=True, kw_only=True)
class ConnectWiseSettings:
    """ConnectWise PSA."""

    vendor: ClassVar[str] = "connectwise"
    connection_id: ClassVar[str] = "connectwise"

    base_url: str = setting(API_URL, "API root, up to and with /apis/3.0.")
    company_id: str = setting(text(), "The company id that you sign in to ConnectWise with.")
    public_key: Secret = setting(secret_reference(), "Public key of the API member.")
    private_key: Secret = setting(secret_reference(), "Private key of the API member.")
    client_id: str = setting(text(), "clientId of the integration, from the ConnectWise developer site.")
    tenant_id_field: str = setting(text(), "Custom field of a company that holds its tenant GUID.", default="")
    void_statuses: tuple[str, ...] = setting(
        list_of(text()), "Invoice statuses that mean void.", default=("Void", "Voided")
    )
    base_currency: str = setting(
        currency(), "Currency of amounts without their own.", default="", default_words="reporting_currency"
    )


@dataclass(frozen=True, kw_only=True)
class AutotaskSettings:
    """Datto Autotask PSA (accepted, not read by this release)."""

    vendor: ClassVar[str] = "autotask"
    connection_id: ClassVar[str] = "autotask"

    zone_url: str = setting(API_URL, "The zone's API root.")
    username: Secret = setting(secret_reference(), "User name of the API user.")
    secret: Secret = setting(secret_reference(), "Secret of the API user.")
    integration_code: Secret = setting(secret_reference(), "Tracking identifier of the integration.")
    tenant_id_field: str = setting(text(), "User-defined field of a company that holds its tenant GUID.", default="")
    base_currency: str = setting(
        currency(), "Currency of amounts without their own.", default="", default_words="reporting_currency"
    )


@dataclass(frozen=True, kw_only=True)
class HaloPsaSettings:
    """HaloPSA (accepted, not read by this release)."""

    vendor: ClassVar[str] = "halopsa"
    connection_id: ClassVar[str] = "halopsa"

    base_url: str = setting(API_URL, "Resource server, up to and with /api.")
    token_url: str = setting(API_URL, "Token endpoint.")
    client_id: str = setting(text(), "Client id of the API application.")
    client_secret: Secret = setting(secret_reference(), "Client secret of the API application.")
    tenant: str = setting(text(), "Halo's tenant name; leave out when self-hosted.", default="")
    base_currency: str = setting(
        currency(), "Currency of amounts without their own.", default="", default_words="reporting_currency"
    )


@dataclass(frozen=True, kw_only=True)
class FilesPsaSettings:
    """A PSA that is exported to files in the canonical shape (accepted, not read by this release)."""

    vendor: ClassVar[str] = "files"
    connection_id: ClassVar[str] = "files"

    folder: Path = setting(file_path(folder=True), "Folder with the canonical CSV or Parquet files.")
    base_currency: str = setting(
        currency(), "Currency of amounts without their own.", default="", default_words="reporting_currency"
    )


@dataclass(frozen=True, kw_only=True)
class Pax8Settings:
    """Pax8."""

    vendor: ClassVar[str] = "pax8"

    name: str = setting(CONNECTION_NAME, "Connection id.", default="", default_words="the vendor")
    base_url: str = setting(API_URL, "API root.", default="https://api.pax8.com/v1")
    token_url: str = setting(API_URL, "Token endpoint.", default="https://api.pax8.com/v1/token")
    client_id: str = setting(text(), "Client id of the API credentials.")
    client_secret: Secret = setting(secret_reference(), "Client secret of the API credentials.")
    audience: str = setting(text(), "Audience that tokens are asked for.", default="https://api.pax8.com")

    @property
    def connection_id(self) -> str:
        """The connection's id in raw tables and marts."""
        return self.name or self.vendor


@dataclass(frozen=True, kw_only=True)
class SherwebSettings:
    """Sherweb (accepted, not read by this release)."""

    vendor: ClassVar[str] = "sherweb"

    name: str = setting(CONNECTION_NAME, "Connection id.", default="", default_words="the vendor")
    base_url: str = setting(API_URL, "API root, without the service's path.", default="https://api.sherweb.com")
    token_url: str = setting(API_URL, "Token endpoint.", default="https://api.sherweb.com/auth/oidc/connect/token")
    client_id: str = setting(text(), "Client id of the API application.")
    client_secret: Secret = setting(secret_reference(), "Client secret of the API application.")
    subscription_key: Secret = setting(secret_reference(), "Subscription key, sent with every call.")

    @property
    def connection_id(self) -> str:
        """The connection's id in raw tables and marts."""
        return self.name or self.vendor


@dataclass(frozen=True, kw_only=True)
class FilesDistributorSettings:
    """A distributor that is exported to files in the canonical shape (accepted, not read by this release)."""

    vendor: ClassVar[str] = "files"

    name: str = setting(CONNECTION_NAME, "Connection id.", default="", default_words="the vendor")
    folder: Path = setting(file_path(folder=True), "Folder with the canonical CSV or Parquet files.")

    @property
    def connection_id(self) -> str:
        """The connection's id in raw tables and marts."""
        return self.name or self.vendor


PsaSettings = ConnectWiseSettings | AutotaskSettings | HaloPsaSettings | FilesPsaSettings
DistributorSettings = Pax8Settings | SherwebSettings | FilesDistributorSettings
PSA_CLASSES = {item.vendor: item for item in (ConnectWiseSettings, AutotaskSettings, HaloPsaSettings, FilesPsaSettings)}
DISTRIBUTOR_CLASSES = {item.vendor: item for item in (Pax8Settings, SherwebSettings, FilesDistributorSettings)}
