"""Checks of everything a run depends on outside the warehouse, each with a remedy.

settings → secrets → one token per tenant → its roles and licences → one cheap read per PSA and distributor.
It reads, never writes, asks no mailbox, and goes on after a failure: the table shows all of them.
"""

import enum
import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ingestion.legs import IngestionError
from orchestration.certificates import certificate_facts
from orchestration.errors import SettingsError
from orchestration.secrets import Secret, SecretError
from orchestration.settings_vendors import (
    AppCredential,
    MailboxSettings,
    MicrosoftSettings,
    TenantSettings,
)
from orchestration.vendor_selection import Selection, selected_secrets

# `User.Read.All`, `Mail.ReadBasic`; whatever is not of this shape (ReadWrite, Send, FullControl, Manage, Invite,
# full_access) lets an application change something. Searching for those words would hit RoleManagement.Read.Directory.
READING_ROLE = re.compile(r"\.Read(Basic)?(\.|$)")
# Exchange grants these per mailbox (RBAC for Applications) without a role in the token: reference, section 16.
MAILBOX_ROLE = re.compile(r"(Mail|Calendars)\.Read")


class State(enum.StrEnum):
    """How one check ended; only `error` makes the doctor fail."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Check:
    """One row of the doctor's table."""

    state: State
    area: str
    subject: str
    found: str
    remedy: str = ""


@dataclass(frozen=True)
class NeededRole:
    """An application permission that the settings need: the least one, and broader ones that do as well."""

    role: str
    purpose: str
    instead: tuple[str, ...] = ()


class Probes(Protocol):
    """The few questions that the doctor asks the vendors; every failure is an IngestionError with advice."""

    def token_roles(self, tenant: TenantSettings) -> frozenset[str] | None:
        """Application permissions that a new token of this tenant carries, None where it does not show them."""

    def premium_plans(self, tenant: TenantSettings) -> frozenset[str]:
        """Which of `P1` and `P2` the tenant's subscriptions contain."""

    def read_connectwise(self) -> None:
        """One cheap read of the selected ConnectWise."""

    def read_pax8(self, connection_id: str) -> None:
        """One cheap read of a selected Pax8 account."""


@dataclass(frozen=True)
class Examination:
    """What is examined and against what.

    `directory_roles` are needed of every tenant, `mailbox_roles` of the tenant that holds the listed mailboxes.
    """

    selection: Selection
    directory_roles: Sequence[NeededRole]
    mailbox_roles: Sequence[NeededRole]
    expiring_days: Sequence[int]
    today: date


def examine(examination: Examination, probes: Probes) -> Iterator[Check]:
    """Every check of the selected vendors, in the order in which a person would mend them."""
    selection = examination.selection
    failures = _secret_failures(selection)
    for secret in selected_secrets(selection):
        yield _secret_check(secret, failures)
    if selection.microsoft is not None:
        for tenant in selection.tenants:
            yield from _tenant(examination, selection.microsoft, tenant, failures, probes)
        yield from _expiries(examination, selection.microsoft)
    if selection.connectwise is not None:
        keys = (selection.connectwise.public_key, selection.connectwise.private_key)
        if not _failed(keys, failures):
            yield _read("connectwise", selection.connectwise.connection_id, probes.read_connectwise)
    for distributor in selection.pax8:
        if not _failed((distributor.client_secret,), failures):
            yield _read(
                "pax8", distributor.connection_id, functools.partial(probes.read_pax8, distributor.connection_id)
            )


def _secret_failures(selection: Selection) -> dict[tuple[str, str], SecretError]:
    failures = {}
    for secret in selected_secrets(selection):
        try:
            secret.open()
        except SecretError as error:
            failures[secret.reference] = error
    return failures


def _failed(secrets: Sequence[Secret | None], failures: Mapping[tuple[str, str], SecretError]) -> bool:
    return any(secret is not None and secret.reference in failures for secret in secrets)


def _secret_check(secret: Secret, failures: Mapping[tuple[str, str], SecretError]) -> Check:
    error = failures.get(secret.reference)
    if error is None:
        return Check(State.OK, "secret", secret.key, f"found in {secret.place}")
    return Check(State.ERROR, "secret", secret.key, error.found, error.remedy)


def _tenant(
    examination: Examination,
    microsoft: MicrosoftSettings,
    tenant: TenantSettings,
    failures: Mapping[tuple[str, str], SecretError],
    probes: Probes,
) -> Iterator[Check]:
    credential = microsoft.credential_for(tenant)
    passphrase = credential.certificate.passphrase if credential.certificate else None
    if _failed((credential.client_secret, passphrase), failures):
        yield Check(State.NOTE, "token", tenant.tenant_id, "not tried: its secret is missing", "Mend the secret first.")
        return
    try:
        roles = probes.token_roles(tenant)
    except IngestionError as error:
        yield Check(State.ERROR, "token", tenant.tenant_id, str(error), error.advice)
        return
    if roles is None:
        yield Check(State.OK, "token", tenant.tenant_id, "issued")
        found = "the token does not show its roles, so consent was not compared"
        yield Check(State.NOTE, "roles", tenant.tenant_id, found, "A run tells which permission is missing, per table.")
    else:
        yield Check(State.OK, "token", tenant.tenant_id, f"issued, with {len(roles)} roles")
        yield from _roles(examination, microsoft.mailboxes, tenant, roles)
    try:
        plans = probes.premium_plans(tenant)
    except IngestionError as error:
        yield Check(State.ERROR, "licences", tenant.tenant_id, str(error), error.advice)
        return
    yield _licences(tenant, plans)


def _roles(
    examination: Examination, mailboxes: MailboxSettings | None, tenant: TenantSettings, roles: frozenset[str]
) -> Iterator[Check]:
    needed = list(examination.directory_roles)
    if mailboxes is not None and mailboxes.tenant_id == tenant.tenant_id:
        needed.extend(examination.mailbox_roles)
    used = set()
    for item in needed:
        granted = [role for role in (item.role, *item.instead) if role in roles]
        if not granted:
            yield _missing(item, tenant)
        # The narrowest that is granted does the work; a broader one beside it is more than needed.
        used.update(granted[:1])
    for role in sorted(roles):
        if not READING_ROLE.search(role):
            yield Check(
                State.WARNING,
                "roles",
                tenant.tenant_id,
                f"{role}: allows more than reading, and Tenantry only reads",
                f"Remove {role} from the app registration and from the tenant's consent.",
            )
        elif role not in used:
            yield Check(
                State.WARNING,
                "roles",
                tenant.tenant_id,
                f"{role}: more than needed",
                f"Remove {role}, unless something else uses this app registration.",
            )


def _missing(item: NeededRole, tenant: TenantSettings) -> Check:
    if MAILBOX_ROLE.match(item.role):
        return Check(
            State.NOTE,
            "roles",
            tenant.tenant_id,
            f"{item.role} is not in the token ({item.purpose})",
            "Right if Exchange grants it for the listed mailboxes (RBAC for Applications); else grant it there.",
        )
    return Check(
        State.ERROR,
        "roles",
        tenant.tenant_id,
        f"{item.role} is missing ({item.purpose})",
        f"Add the application permission {item.role} and grant admin consent in this tenant.",
    )


def _licences(tenant: TenantSettings, plans: frozenset[str]) -> Check:
    if not plans:
        return Check(
            State.NOTE,
            "licences",
            tenant.tenant_id,
            "no Entra ID P1 or P2: MFA registration stays unknown",
            "Nothing to mend; with P1 the registration report is read too.",
        )
    return Check(State.OK, "licences", tenant.tenant_id, f"Entra ID {' and '.join(sorted(plans))}")


def _expiries(examination: Examination, microsoft: MicrosoftSettings) -> Iterator[Check]:
    seen = set()
    for tenant in examination.selection.tenants:
        credential = microsoft.credential_for(tenant)
        if credential not in seen:
            seen.add(credential)
            yield _expiry(examination, credential)


def _expiry(examination: Examination, credential: AppCredential) -> Check:
    expires_on = credential.secret_expires_on
    if credential.certificate is not None:
        try:
            facts = certificate_facts(credential.certificate)
        except SettingsError as error:
            return Check(State.ERROR, "expiry", credential.client_id, str(error), "Mend the certificate's file.")
        if facts is not None and facts.thumbprint != credential.certificate.thumbprint.upper():
            return Check(
                State.ERROR,
                "expiry",
                credential.client_id,
                "the thumbprint in the settings is not that of the certificate in the file",
                "Copy the thumbprint that the app's page shows for this certificate.",
            )
        expires_on = facts.expires_on if facts is not None else expires_on
    if expires_on is None:
        return Check(
            State.NOTE,
            "expiry",
            credential.client_id,
            "no expiry date is known",
            "Set secret_expires_on in [microsoft].",
        )
    days = (expires_on - examination.today).days
    renew = "Create a new secret or certificate, put it in place, then set secret_expires_on."
    if days < 0:
        return Check(State.ERROR, "expiry", credential.client_id, f"expired on {expires_on}", renew)
    reached = [limit for limit in examination.expiring_days if days <= limit]
    if reached:
        found = f"expires on {expires_on}, in {days} days (within {min(reached)})"
        return Check(State.WARNING, "expiry", credential.client_id, found, renew)
    return Check(State.OK, "expiry", credential.client_id, f"expires on {expires_on}, in {days} days")


def _read(area: str, connection_id: str, read: Callable[[], None]) -> Check:
    try:
        read()
    except IngestionError as error:
        return Check(State.ERROR, area, connection_id, str(error), error.advice)
    return Check(State.OK, area, connection_id, "answers")
