"""Signing in with a certificate: PEM, PFX, passphrases, chains, and what is told when a file cannot sign."""

import base64
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives import hashes

from ingestion.legs import IngestionError
from ingestion.microsoft.connection import AppCredential, Certificate, Tenant
from ingestion.microsoft.source import tenant_tokens
from tests.ingestion.microsoft.certificates import AppKey, app_key, written
from tests.ingestion.microsoft.vendor import TENANT, Vendor, connection_of, http_of

APP = "00000000-0000-0000-0000-0000000000aa"


@pytest.fixture(scope="module")
def key() -> AppKey:
    """One RSA key for the module: each costs a tenth of a second."""
    return app_key()


def signed_in(certificate: Certificate) -> Vendor:
    """A login host that was asked for a token with this certificate."""
    vendor = Vendor()
    connection = connection_of(Tenant(TENANT, AppCredential(APP, certificate=certificate)))
    tenant_tokens(connection, connection.tenants[0], http_of(vendor, connection)).token()
    return vendor


def assertion(vendor: Vendor) -> str:
    """The signed assertion of the only token request."""
    (request,) = vendor.token_requests()
    form = parse_qs(request.body.decode())
    assert "client_secret" not in form
    assert form["client_assertion_type"] == ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]
    return form["client_assertion"][0]


def thumbprint_of(text: str, name: str) -> bytes:
    value = jwt.get_unverified_header(text)[name]
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


FILES: dict[str, Callable[[AppKey, Path], Certificate]] = {
    "pem": lambda key, folder: Certificate(key.pem(folder), key.thumbprint),
    "pem with passphrase": lambda key, folder: Certificate(key.pem(folder, "pass"), "", lambda: "pass"),
    "pfx": lambda key, folder: Certificate(key.pfx(folder), ""),
    "pfx with passphrase": lambda key, folder: Certificate(key.pfx(folder, "pass"), key.thumbprint, lambda: "pass"),
}


@pytest.mark.parametrize("form", FILES)
def test_token_is_asked_for_with_the_certificates_signature(form: str, key: AppKey, tmp_path: Path) -> None:
    text = assertion(signed_in(FILES[form](key, tmp_path)))
    audience = f"https://login.example/{TENANT}/oauth2/v2.0/token"
    claims = jwt.decode(text, key.key.public_key(), algorithms=["PS256"], audience=audience)
    assert claims["iss"] == claims["sub"] == APP
    assert 0 < claims["exp"] - claims["iat"] <= 600
    assert thumbprint_of(text, "x5t#S256") == key.certificate.fingerprint(hashes.SHA256())


def test_bare_key_signs_with_the_thumbprint_of_the_settings(key: AppKey, tmp_path: Path) -> None:
    colons = ":".join(key.thumbprint[at : at + 2] for at in range(0, 40, 2))
    text = assertion(signed_in(Certificate(written(tmp_path / "key.pem", key.key_pem()), colons)))
    jwt.decode(text, key.key.public_key(), algorithms=["RS256"], options={"verify_aud": False})
    assert thumbprint_of(text, "x5t") == key.certificate.fingerprint(hashes.SHA1())


def test_thumbprint_chooses_among_the_certificates_of_a_chain(key: AppKey, tmp_path: Path) -> None:
    chain = app_key().certificate_pem() + key.certificate_pem() + key.key_pem()
    text = assertion(signed_in(Certificate(written(tmp_path / "chain.pem", chain), key.thumbprint)))
    assert thumbprint_of(text, "x5t#S256") == key.certificate.fingerprint(hashes.SHA256())


@pytest.mark.parametrize("passphrase", ["", "pass"])
def test_certificate_that_fits_the_key_is_chosen_where_no_thumbprint_is_given(
    passphrase: str, key: AppKey, tmp_path: Path
) -> None:
    chain = app_key().certificate_pem() + key.certificate_pem() + key.key_pem(passphrase)
    file = Certificate(written(tmp_path / "chain.pem", chain), "", (lambda: passphrase) if passphrase else None)
    assert thumbprint_of(assertion(signed_in(file)), "x5t#S256") == key.certificate.fingerprint(hashes.SHA256())


BROKEN: dict[str, tuple[str, Callable[[AppKey, Path], Certificate]]] = {
    "wrong passphrase of pfx": (
        "certificate_unusable", lambda key, folder: Certificate(key.pfx(folder, "pass"), "", lambda: "pa55"),
    ),
    "missing passphrase of pem": (
        "certificate_unusable", lambda key, folder: Certificate(key.pem(folder, "pass"), ""),
    ),
    "wrong passphrase of pem": (
        "certificate_unusable", lambda key, folder: Certificate(key.pem(folder, "pass"), "", lambda: "pa55"),
    ),
    "no file form at all": (
        "certificate_unusable", lambda key, folder: Certificate(written(folder / "x.pfx", b"not a key"), ""),
    ),
    "no private key": (
        "certificate_unusable", lambda key, folder: Certificate(written(folder / "x.pem", key.certificate_pem()), ""),
    ),
    "no rsa key": (
        "certificate_unusable", lambda key, folder: Certificate(app_key(is_rsa=False).pem(folder), ""),
    ),
    "bare key without thumbprint": (
        "certificate_unreadable", lambda key, folder: Certificate(written(folder / "x.pem", key.key_pem()), ""),
    ),
    "no file": ("certificate_unreadable", lambda key, folder: Certificate(folder / "absent.pem", "AB" * 20)),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_file_that_cannot_sign_is_told_before_any_call(case: str, key: AppKey, tmp_path: Path) -> None:
    error_class, certificate = BROKEN[case]
    vendor = Vendor()
    credential = AppCredential(APP, certificate=certificate(key, tmp_path))
    connection = connection_of(Tenant(TENANT, credential))
    with pytest.raises(IngestionError) as caught:
        tenant_tokens(connection, connection.tenants[0], http_of(vendor, connection)).token()
    assert caught.value.error_class == error_class
    assert vendor.sent == []
    assert "certificate" in caught.value.advice
    assert not [text for text in (str(tmp_path), "pa55", "BEGIN") if text in str(caught.value)]
