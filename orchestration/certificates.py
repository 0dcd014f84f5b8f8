"""What a Microsoft app's certificate file says about itself: its end, its thumbprint, and whether it can sign.

PEM and PFX; which of the two it is, the content says. Nothing here leaves the process but public facts.
"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from orchestration.errors import SettingsError
from orchestration.secrets import SecretError
from orchestration.settings_vendors import CertificateSettings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

PEM = b"-----BEGIN "


@dataclass(frozen=True)
class CertificateFacts:
    """Public facts of a certificate."""

    expires_on: date
    thumbprint: str


def certificate_facts(certificate: CertificateSettings) -> CertificateFacts | None:
    """Facts of the app's certificate, or None where its file holds only the private key.

    Shape: of several certificates the one with the thumbprint of the settings, else the one that fits the private key,
    else the first.
    Units: expires_on is the UTC date of the last valid moment; thumbprint is SHA-1, upper-case hexadecimal.
    Errors: SettingsError if the file cannot be read, holds a broken certificate, or a PFX file's passphrase is wrong.
    """
    content = _content(certificate)
    found = _of_pem(certificate, content) if PEM in content else [_of_pfx(certificate, content)[1]]
    facts = [CertificateFacts(item.not_valid_after_utc.date(), _thumbprint(item)) for item in found]
    wanted = certificate.thumbprint or (_own_thumbprint(certificate, content) if len(facts) > 1 else "")
    wanted = wanted.upper()
    return next((item for item in facts if item.thumbprint == wanted), facts[0] if facts else None)


def check_signing_key(certificate: CertificateSettings) -> None:
    """Open the private key once, as a run would.

    Errors: SettingsError if there is none, its passphrase is wrong or missing, or it is no RSA key; SecretError if the
    passphrase is not there.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    content = _content(certificate)
    if PEM not in content:
        key: PrivateKeyTypes = _of_pfx(certificate, content)[0]
    else:
        try:
            key = load_pem_private_key(content, _passphrase(certificate))
        except (TypeError, ValueError) as error:
            raise _broken(certificate, "no private key that the passphrase of the settings opens") from error
    if not isinstance(key, RSAPrivateKey):
        raise _broken(certificate, "a private key that is not RSA, which Microsoft does not take")


def _own_thumbprint(certificate: CertificateSettings, content: bytes) -> str:
    """The thumbprint of the certificate that fits the private key of a chain's file; blank where that stays shut."""
    from ingestion.microsoft.appcertificate import thumbprint_of_key

    try:
        return thumbprint_of_key(content, _passphrase(certificate))
    except SecretError:
        return ""


def _content(certificate: CertificateSettings) -> bytes:
    try:
        return certificate.path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"{certificate.path}: cannot be read ({error.strerror}). Expected the PEM or PFX file of the app's "
            "certificate. Check path and rights."
        ) from error


def _of_pem(certificate: CertificateSettings, content: bytes) -> "list[Certificate]":
    from cryptography import x509

    if b"BEGIN CERTIFICATE" not in content:
        return []
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise _broken(certificate, "a certificate that cannot be read") from error


def _of_pfx(certificate: CertificateSettings, content: bytes) -> "tuple[PrivateKeyTypes, Certificate]":
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        key, found, _ = pkcs12.load_key_and_certificates(content, _passphrase(certificate))
    except ValueError as error:
        raise _broken(certificate, "neither PEM nor a PFX that the passphrase of the settings opens") from error
    if key is None or found is None:
        raise _broken(certificate, "a PFX without the private key or without its certificate")
    return key, found


def _passphrase(certificate: CertificateSettings) -> bytes | None:
    return certificate.passphrase.open().encode() if certificate.passphrase is not None else None


def _thumbprint(certificate: "Certificate") -> str:
    from cryptography.hazmat.primitives.hashes import SHA1

    # SHA-1 is what Microsoft shows as the thumbprint; it identifies here and protects nothing.
    return certificate.fingerprint(SHA1()).hex().upper()


def _broken(certificate: CertificateSettings, found: str) -> SettingsError:
    return SettingsError(
        f"{certificate.path}: found {found}, expected PEM text or a PFX file with the private key and the "
        "certificate. Export it again, or correct passphrase."
    )
