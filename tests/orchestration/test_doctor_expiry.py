"""Which of an app's keys is the one in use, and what a certificate's file must hold."""

from datetime import date
from pathlib import Path

import pytest

from orchestration.config_credentials import CredentialRow
from orchestration.doctor_check import State
from orchestration.doctor_expiry import AppKey, certificate_check, key_in_use
from orchestration.settings_vendors import CertificateSettings
from tests.ingestion.microsoft.certificates import app_key, written

SOON, LATER, LATEST = date(2026, 12, 1), date(2027, 6, 1), date(2029, 1, 1)
SECRETS = (
    AppKey("client_secret", "key-1", "", SOON),
    AppKey("client_secret", "key-2", "", LATER),
    AppKey("client_secret", "key-3", "", LATEST),
)
CERTIFICATES = (AppKey("certificate", "c-1", "qg==", SOON), AppKey("certificate", "c-2", "bb", LATER))


def row(kind: str, ends: date | None = None, evidence: str = "none", **values: str) -> CredentialRow:
    """A credential of the settings."""
    return CredentialRow("microsoft", "microsoft", kind, "app", "label", ends, evidence, client_id="app", **values)


@pytest.mark.parametrize(
    ("credential", "ends", "evidence"),
    [
        (row("client_secret", secret_id="key-1"), SOON, "graph"),
        (row("client_secret", LATER, "settings"), LATER, "graph"),
        (row("client_secret", date(2026, 1, 1), "settings"), LATEST, "graph"),
        (row("client_secret", secret_id="gone"), LATEST, "graph"),
        (row("certificate", SOON, "certificate", thumbprint="AA", thumbprint_base64="qg=="), SOON, "graph"),
        (row("certificate", thumbprint="BB", thumbprint_base64="uw=="), LATER, "graph"),
        (row("certificate", LATEST, "certificate", thumbprint="CC", thumbprint_base64="zA=="), LATEST, "certificate"),
        (row("certificate"), LATER, "graph"),
    ],
)
def test_key_in_use_is_found_in_the_order_of_the_mart(credential: CredentialRow, ends: date, evidence: str) -> None:
    assert key_in_use(credential, (*SECRETS, *CERTIFICATES)) == (ends, evidence)


def test_key_in_use_without_graph_is_what_the_settings_say() -> None:
    assert key_in_use(row("client_secret", SOON, "settings"), CERTIFICATES) == (SOON, "settings")
    assert key_in_use(row("client_secret"), ()) == (None, "none")


def test_certificate_that_can_sign_is_good(tmp_path: Path) -> None:
    key = app_key()
    for path in (key.pem(tmp_path), key.pfx(tmp_path)):
        assert certificate_check(CertificateSettings(path=path, thumbprint=key.thumbprint.lower())).state is State.OK


def test_certificate_with_another_thumbprint_is_an_error(tmp_path: Path) -> None:
    check = certificate_check(CertificateSettings(path=app_key().pem(tmp_path), thumbprint="A" * 40))
    assert check.state is State.ERROR and "thumbprint" in check.remedy


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----\n", "no private key"),
        (b"neither", "neither PEM nor a PFX"),
        (app_key(is_rsa=False).key_pem(), "not RSA"),
        (app_key().key_pem() + b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read"),
        (app_key().key_pem(), "give no thumbprint"),
    ],
    # A key is another one in each process; the tests' names must not be.
    ids=["broken certificate", "no certificate file", "key of another kind", "unreadable certificate", "bare key"],
)
def test_certificate_file_that_will_not_do_is_an_error(content: bytes, words: str, tmp_path: Path) -> None:
    check = certificate_check(CertificateSettings(path=written(tmp_path / "app.pem", content)))
    assert check.state is State.ERROR and words in check.found


def test_certificate_file_that_is_gone_is_an_error(tmp_path: Path) -> None:
    check = certificate_check(CertificateSettings(path=tmp_path / "absent.pem"))
    assert check.state is State.ERROR and "cannot be read" in check.found
