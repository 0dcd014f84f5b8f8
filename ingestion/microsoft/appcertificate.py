"""A certificate file as msal wants it: PEM text with its own thumbprint, or a PFX file that msal opens itself.

Reads the private key only into memory, at the moment of the first token.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from typing import Any

from ingestion.legs import IngestionError
from ingestion.microsoft.connection import Certificate

_PEM = b"-----BEGIN "
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)


def certificate_credential(certificate: Certificate, where: str) -> dict[str, Any]:
    """msal's `client_credential` for a PEM or PFX file; which of the two it is, its content says.

    Shape: a file that holds its certificate signs with PS256 and that certificate's SHA-256 thumbprint; a bare private
    key needs the thumbprint of the settings. Without one, the certificate of a chain is the one that fits the key.
    Errors: IngestionError `certificate_unreadable` if the file cannot be read or names no certificate at all.
    """
    try:
        content = certificate.path.read_bytes()
        pem = content.decode("utf-8") if _PEM in content else None
    except (OSError, UnicodeDecodeError) as error:
        raise IngestionError(
            f"{where}: the certificate file of the settings cannot be read.",
            error_class="certificate_unreadable",
            advice="Give a PEM or PFX file with the private key and the certificate in [microsoft] certificate.",
        ) from error
    found: dict[str, Any] = {"passphrase": certificate.passphrase()} if certificate.passphrase else {}
    if pem is None:
        return found | {"private_key_pfx_path": str(certificate.path)}
    thumbprint = certificate.thumbprint.replace(":", "").lower()
    thumbprint = thumbprint or thumbprint_of_key(content, found.get("passphrase", "").encode() or None)
    block = next((text for text, sha1 in _certificates(pem) if thumbprint in ("", sha1)), None)
    if block is not None:
        # Without a thumbprint msal takes SHA-256 from the certificate, which Microsoft recommends over SHA-1.
        return found | {"private_key": pem, "public_certificate": block}
    if thumbprint:
        return found | {"private_key": pem, "thumbprint": thumbprint}
    raise IngestionError(
        f"{where}: the PEM file holds a private key without its certificate, and the settings give no thumbprint.",
        error_class="certificate_unreadable",
        advice="Put the certificate into the file too, or set thumbprint in [microsoft] certificate.",
    )


def unusable_certificate(where: str) -> IngestionError:
    """The error for a file that was read but does not sign: wrong passphrase, no key, or a key of another kind."""
    return IngestionError(
        f"{where}: the certificate file cannot sign: its passphrase is wrong or missing, or it holds no RSA key.",
        error_class="certificate_unusable",
        advice="Check passphrase in [microsoft] certificate, and that the file holds an RSA key with its certificate.",
    )


def thumbprint_of_key(pem: bytes, passphrase: bytes | None) -> str:
    """The SHA-1 thumbprint, in lower case, of the certificate in a PEM text that fits its private key; blank for none.

    A file exported with its chain may hold the issuer's certificate first.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, passphrase).public_key()
        found = x509.load_pem_x509_certificates(pem)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        # Another place tells of a file that cannot sign.
        return ""
    return next((item.fingerprint(SHA1()).hex() for item in found if item.public_key() == key), "")


def _certificates(pem: str) -> Iterator[tuple[str, str]]:
    """Every certificate of a PEM text with its SHA-1 thumbprint; a chain may stand before or behind the app's own."""
    for match in _BLOCK.finditer(pem):
        try:
            der = base64.b64decode("".join(match[1].split()), validate=True)
        except binascii.Error:
            continue
        # SHA-1 is what Microsoft shows as the thumbprint; it identifies here and protects nothing.
        yield match[0], hashlib.sha1(der, usedforsecurity=False).hexdigest()
