"""Checks of everything a run depends on outside the warehouse, each with a remedy.

settings → secrets and certificates → tenants side by side → clock → expiry → one cheap read per PSA and distributor.
It reads, never writes, goes on after a failure, and ends in bounded time: the table shows all of them.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ingestion.http.turn import taking
from ingestion.legs import IngestionError
from orchestration.config_credentials import CredentialRow
from orchestration.doctor_bounds import ALL_SECONDS, TENANT_SECONDS, Silence, TimeLimit
from orchestration.doctor_check import Check, State
from orchestration.doctor_expiry import AppKey, certificate_check, expiry_checks
from orchestration.doctor_tenant import TenantFindings, TenantProbe, tenant_findings
from orchestration.secrets import Secret, SecretError
from orchestration.settings_vendors import AppCredential, CertificateSettings, MicrosoftSettings, TenantSettings
from orchestration.vendor_selection import Selection, selected_secrets

# A login host tolerates five minutes for a signed request; Retry-After dates and freshness suffer before.
WORST_SKEW_SECONDS = 300
NOTED_SKEW_SECONDS = 60


class Probes(Protocol):
    """The few questions that the doctor asks the vendors; every failure is an IngestionError with advice."""

    def open_tenant(self, tenant: TenantSettings) -> TenantProbe:
        """The questions to one tenant; resolves its domain."""

    def read_connectwise(self) -> None:
        """One cheap read of the selected ConnectWise."""

    def read_pax8(self, connection_id: str) -> None:
        """One cheap read of a selected Pax8 account."""


@dataclass(frozen=True)
class Examination:
    """What is examined and against what.

    credentials: what the settings and the certificates' files know of our own credentials. connections: tenants that
    are asked at the same time.
    """

    selection: Selection
    credentials: Sequence[CredentialRow]
    expiring_days: Sequence[int]
    today: date
    connections: int = 8


def examine(examination: Examination, probes: Probes) -> Iterator[Check]:
    """Every check of the selected vendors, in the order in which a person would mend them."""
    selection = examination.selection
    failures = _secret_failures(selection)
    for secret in selected_secrets(selection):
        yield _secret_check(secret, failures)
    if selection.microsoft is not None:
        yield from _microsoft(examination, selection.microsoft, failures, probes)
    limit = TimeLimit(ALL_SECONDS)
    if selection.connectwise is not None:
        keys = (selection.connectwise.public_key, selection.connectwise.private_key)
        if not _failed(keys, failures):
            yield _read("connectwise", selection.connectwise.connection_id, probes.read_connectwise, limit)
    for distributor in selection.pax8:
        if not _failed((distributor.client_secret,), failures):
            read = functools.partial(probes.read_pax8, distributor.connection_id)
            yield _read("pax8", distributor.connection_id, read, limit)


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


def _microsoft(
    examination: Examination,
    microsoft: MicrosoftSettings,
    failures: Mapping[tuple[str, str], SecretError],
    probes: Probes,
) -> Iterator[Check]:
    tenants = examination.selection.tenants
    credentials = {tenant.tenant_id: microsoft.credential_for(tenant) for tenant in tenants}
    certificates = dict.fromkeys(app.certificate for app in credentials.values() if app.certificate is not None)
    checked = {
        certificate: certificate_check(certificate)
        for certificate in certificates
        if not _failed((certificate.passphrase,), failures)
    }
    yield from checked.values()
    usable = [tenant for tenant in tenants if _is_usable(credentials[tenant.tenant_id], failures, checked)]
    found = dict(zip((tenant.tenant_id for tenant in usable), _ask_all(examination, usable, probes), strict=True))
    keys: dict[str, list[AppKey]] = {}
    for tenant in tenants:
        findings = found.get(tenant.tenant_id)
        if findings is None:
            words = "not asked: its secret or certificate is not usable"
            yield Check(State.NOTE, "token", tenant.tenant_id, words, "Mend the secret or certificate first.")
            continue
        yield from findings.checks
        keys.setdefault(credentials[tenant.tenant_id].client_id, []).extend(findings.own_keys)
    yield from _clock(list(found.values()))
    yield from expiry_checks(examination.credentials, keys, examination.expiring_days, examination.today)


def _is_usable(
    credential: AppCredential,
    failures: Mapping[tuple[str, str], SecretError],
    certificates: Mapping[CertificateSettings, Check],
) -> bool:
    certificate = credential.certificate
    if certificate is None:
        return not _failed((credential.client_secret,), failures)
    return certificate in certificates and certificates[certificate].state is not State.ERROR


def _ask_all(examination: Examination, tenants: Sequence[TenantSettings], probes: Probes) -> list[TenantFindings]:
    """The findings of every tenant, in their order; asked side by side, all within one time limit."""
    limit, silence = TimeLimit(ALL_SECONDS), Silence()
    with ThreadPoolExecutor(max_workers=examination.connections, thread_name_prefix="doctor") as pool:
        return list(pool.map(lambda tenant: _ask(tenant, probes, limit, silence), tenants))


def _ask(tenant: TenantSettings, probes: Probes, limit: TimeLimit, silence: Silence) -> TenantFindings:
    with taking(TimeLimit(TENANT_SECONDS, limit)):
        try:
            silence.refuse(f"microsoft, tenant {tenant.tenant_id}")
            findings = tenant_findings(tenant.tenant_id, probes.open_tenant(tenant))
        except IngestionError as error:
            check = Check(State.ERROR, "token", tenant.tenant_id, str(error), error.advice)
            findings = TenantFindings([check], failure=error)
    silence.note(findings.failure)
    return findings


def _clock(findings: Sequence[TenantFindings]) -> Iterator[Check]:
    """This machine's clock against the login host's: the least difference told, for answers age on their way."""
    skews = [item.clock_skew_seconds for item in findings if item.clock_skew_seconds is not None]
    if not skews:
        return
    skew = min(skews, key=abs)
    details = {"skew_seconds": round(skew)}
    if abs(skew) < NOTED_SKEW_SECONDS:
        yield Check(State.OK, "clock", "this machine", "agrees with the login host", details=details)
        return
    state = State.ERROR if abs(skew) >= WORST_SKEW_SECONDS else State.WARNING
    found = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the login host"
    yield Check(state, "clock", "this machine", found, "Set this machine's clock by NTP.", details)


def _read(check: str, connection_id: str, read: Callable[[], None], limit: TimeLimit) -> Check:
    try:
        with taking(TimeLimit(TENANT_SECONDS, limit)):
            read()
    except IngestionError as error:
        return Check(State.ERROR, check, connection_id, str(error), error.advice, {"error_class": error.error_class})
    return Check(State.OK, check, connection_id, "answers")
