"""What a Microsoft app's certificate file says about itself: its end and its thumbprint. Reads no private key."""

from dataclasses import dataclass
from datetime import date

from orchestration.errors import SettingsError
from orchestration.settings_vendors import CertificateSettings


@dataclass(frozen=True)
class CertificateFacts:
    """Public facts of a certificate."""

    expires_on: date
    thumbprint: str


def certificate_facts(certificate: CertificateSettings) -> CertificateFacts | None:
    """Facts of the first certificate in the PEM file, or None where it holds only the private key.

    Units: expires_on is the UTC date of the last valid moment; thumbprint is SHA-1, upper-case hexadecimal.
    Errors: SettingsError if the file cannot be read or holds a broken certificate.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA1

    try:
        content = certificate.path.read_bytes()
        if b"BEGIN CERTIFICATE" not in content:
            return None
        first = x509.load_pem_x509_certificates(content)[0]
    except OSError as error:
        raise SettingsError(
            f"{certificate.path}: cannot be read ({error.strerror}). Expected the PEM file of the app's certificate. "
            "Check path and rights."
        ) from error
    except ValueError as error:
        raise SettingsError(
            f"{certificate.path}: holds a certificate that cannot be read. Expected PEM text with the private key and "
            "the certificate. Export it again as PEM."
        ) from error
    # SHA-1 is what Microsoft shows as the thumbprint; it identifies here and protects nothing.
    return CertificateFacts(first.not_valid_after_utc.date(), first.fingerprint(SHA1()).hex().upper())


def certificate_expiry(certificate: CertificateSettings) -> date | None:
    """The last date on which the certificate is valid, or None where its file does not say."""
    facts = certificate_facts(certificate)
    return facts.expires_on if facts else None
