"""Client assertions: accepted when signed by the known certificate for this endpoint, refused otherwise."""

import datetime

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from ingestion.simulator.login.assertion import assertion_error

AUDIENCE = "https://127.0.0.1:1/tenant/oauth2/v2.0/token"
NOW = datetime.datetime.now(datetime.UTC)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "connector.example")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + datetime.timedelta(days=1))
    return builder.sign(key, hashes.SHA256())


def _assertion(key: rsa.RSAPrivateKey, certificate: x509.Certificate, algorithm: str, **claims: object) -> str:
    fingerprint = certificate.fingerprint(hashes.SHA256() if algorithm == "PS256" else hashes.SHA1())
    name = "x5t#S256" if algorithm == "PS256" else "x5t"
    body = {"aud": AUDIENCE, "iss": "app", "sub": "app", "nbf": NOW, "exp": NOW + datetime.timedelta(minutes=5)}
    header = {name: jwt.utils.base64url_encode(fingerprint).decode()}
    return jwt.encode({**body, **claims}, key, algorithm, headers=header)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_assertion_signed_by_the_certificate_is_good(
    key: rsa.RSAPrivateKey, certificate: x509.Certificate, algorithm: str
) -> None:
    assert (
        assertion_error(_assertion(key, certificate, algorithm), _pem(certificate), "app", AUDIENCE, NOW.timestamp())
        is None
    )


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": "https://elsewhere.example"}, 700027),
        ({"exp": NOW - datetime.timedelta(hours=1)}, 700024),
        ({"iss": "another"}, 700016),
    ],
)
def test_assertion_with_a_wrong_claim_has_its_code(
    key: rsa.RSAPrivateKey, certificate: x509.Certificate, claims: dict[str, object], code: int
) -> None:
    assertion = _assertion(key, certificate, "RS256", **claims)
    assert assertion_error(assertion, _pem(certificate), "app", AUDIENCE, NOW.timestamp()) == code


def test_assertion_of_another_key_fails(certificate: x509.Certificate) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assertion = _assertion(other, certificate, "RS256")
    assert assertion_error(assertion, _pem(certificate), "app", AUDIENCE, NOW.timestamp()) == 700027
