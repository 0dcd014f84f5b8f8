"""When our own app's secret or certificate ends: by Graph's list of its keys, else its own file, else the settings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.certificates import certificate_facts, check_signing_key
from orchestration.config_credentials import CredentialRow
from orchestration.credential_expiry import reached_limit
from orchestration.doctor_check import Check, State
from orchestration.errors import SettingsError
from orchestration.settings_vendors import CertificateSettings

_RENEW = "Create a new secret or certificate beside this one, put it in place, then remove the old one from the app."


@dataclass(frozen=True)
class AppKey:
    """One key that Graph lists on an app; credential_kind as in ops_credentials, ends_on its last valid day, UTC."""

    credential_kind: str
    key_id: str
    custom_key_identifier: str
    ends_on: date


def key_in_use(row: CredentialRow, keys: Sequence[AppKey]) -> tuple[date | None, str]:
    """The end of a credential and its witness, by the same order as `int_connector_credentials_dated`.

    Named by the settings (Secret ID, thumbprint), else the secret that ends on their date, else the latest of its
    kind; a certificate whose own file tells its end is never guessed from another key.
    """
    same_kind = sorted(
        (key for key in keys if key.credential_kind == row.credential_kind), key=lambda key: key.ends_on, reverse=True
    )
    named = [
        key
        for key in same_kind
        if (row.secret_id and key.key_id == row.secret_id)
        or (row.thumbprint and row.thumbprint == key.custom_key_identifier.upper())
        or (row.thumbprint_base64 and row.thumbprint_base64 == key.custom_key_identifier)
    ]
    dated = [key for key in same_kind if row.credential_kind == "client_secret" and key.ends_on == row.expires_date]
    guessed = same_kind if row.evidence != "certificate" else []
    chosen = next(iter((*named, *dated, *guessed)), None)
    return (chosen.ends_on, "graph") if chosen is not None else (row.expires_date, row.evidence)


def expiry_checks(
    rows: Sequence[CredentialRow], keys: Mapping[str, Sequence[AppKey]], limits: Sequence[int], today: date
) -> Iterator[Check]:
    """One row per credential of the Microsoft apps; `keys` by client id, as far as Graph could be asked."""
    for row in rows:
        if row.vendor == "microsoft":
            ends_on, evidence = key_in_use(row, keys.get(row.client_id or "", ()))
            yield _expiry(row.credential_id, ends_on, evidence, limits, today)


def certificate_check(certificate: CertificateSettings) -> Check:
    """Whether a certificate's file is what the settings say and can sign."""
    name = Path(certificate.path).name
    try:
        check_signing_key(certificate)
        facts = certificate_facts(certificate)
    except SettingsError as error:
        return Check(State.ERROR, "certificate", name, str(error), "Mend the file or [microsoft] certificate.")
    if facts is not None and certificate.thumbprint and facts.thumbprint != certificate.thumbprint.upper():
        return Check(
            State.ERROR,
            "certificate",
            name,
            "the thumbprint in the settings is not that of a certificate in the file",
            "Copy the thumbprint that the app's page shows for this certificate, or leave the setting out.",
            {"thumbprint": facts.thumbprint},
        )
    if facts is None and not certificate.thumbprint:
        return Check(
            State.ERROR,
            "certificate",
            name,
            "the file holds a private key without its certificate, and the settings give no thumbprint",
            "Put the certificate into the file too, or set thumbprint.",
        )
    return Check(State.OK, "certificate", name, "can sign")


def _expiry(credential_id: str, ends_on: date | None, evidence: str, limits: Sequence[int], today: date) -> Check:
    if ends_on is None:
        return Check(
            State.NOTE,
            "expiry",
            credential_id,
            "no expiry date is known",
            "Grant Application.Read.All in the MSP's own tenant (is_msp), or set secret_expires_on in [microsoft].",
            {"evidence": evidence},
        )
    days = (ends_on - today).days
    details = {"expires_on": ends_on.isoformat(), "days_left": days, "evidence": evidence}
    limit = reached_limit(days, limits)
    if limit is None:
        found = f"expires on {ends_on}, in {days} days (known from {evidence})"
        return Check(State.OK, "expiry", credential_id, found, details=details)
    if limit < 0:
        return Check(
            State.ERROR, "expiry", credential_id, f"expired on {ends_on} (known from {evidence})", _RENEW, details
        )
    found = f"expires on {ends_on}, in {days} days (within {limit}; known from {evidence})"
    return Check(State.WARNING, "expiry", credential_id, found, _RENEW, details)
