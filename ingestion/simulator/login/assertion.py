"""Whether a client assertion is signed by the certificate that the application is known to hold."""

import base64
import binascii
import hashlib
import json
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

CLOCK_SKEW_SECONDS = 300


def assertion_error(
    assertion: str, certificate_pem: bytes | None, client_id: str, audience: str, now: float
) -> int | None:
    """The AADSTS code that refuses the assertion, or None where it is good."""
    if certificate_pem is None:
        return 700027
    try:
        head, claims, signed, signature = _parts(assertion)
    except (ValueError, binascii.Error):
        return 700027
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    if not _verifies(head, signed, signature, certificate):
        return 700027
    if not claims.get("nbf", 0) - CLOCK_SKEW_SECONDS <= now <= claims.get("exp", 0) + CLOCK_SKEW_SECONDS:
        return 700024
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        return 700016
    return None if claims.get("aud") == audience else 700027


def _parts(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    head, claims, signature = assertion.split(".")
    signed = f"{head}.{claims}".encode()
    return json.loads(_unpadded(head)), json.loads(_unpadded(claims)), signed, _unpadded(signature)


def _unpadded(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def _verifies(head: dict[str, Any], signed: bytes, signature: bytes, certificate: x509.Certificate) -> bool:
    der = certificate.public_bytes(Encoding.DER)
    thumbprints = {"x5t": hashlib.sha1(der).digest(), "x5t#S256": hashlib.sha256(der).digest()}
    named = [name for name in thumbprints if name in head]
    if not named or any(_unpadded(head[name]) != thumbprints[name] for name in named):
        return False
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    scheme: padding.AsymmetricPadding = padding.PKCS1v15()
    if head.get("alg") == "PS256":
        scheme = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO)
    try:
        key.verify(signature, signed, scheme, hashes.SHA256())
    except InvalidSignature:
        return False
    return True
