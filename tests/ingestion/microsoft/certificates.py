"""Throw-away app certificates in every file form that a person may have."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

ENDS = datetime(2026, 11, 28, 12, tzinfo=UTC)


@dataclass(frozen=True)
class AppKey:
    """A key and its certificate."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def thumbprint(self) -> str:
        """SHA-1 in hexadecimal, as the portal shows it."""
        return self.certificate.fingerprint(hashes.SHA1()).hex().upper()

    def key_pem(self, passphrase: str = "") -> bytes:
        """The private key alone."""
        cipher = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, cipher)

    def certificate_pem(self) -> bytes:
        """The certificate alone."""
        return self.certificate.public_bytes(Encoding.PEM)

    def pem(self, folder: Path, passphrase: str = "") -> Path:
        """A PEM file with key and certificate."""
        return written(folder / "app.pem", self.key_pem(passphrase) + self.certificate_pem())

    def pfx(self, folder: Path, passphrase: str = "") -> Path:
        """A PFX file with key and certificate."""
        cipher = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        content = pkcs12.serialize_key_and_certificates(b"app", self.key, self.certificate, None, cipher)
        return written(folder / "app.pfx", content)


def written(path: Path, content: bytes) -> Path:
    """The path of a file with this content."""
    path.write_bytes(content)
    return path


def app_key(*, is_rsa: bool = True, ends: datetime = ENDS) -> AppKey:
    """A new key with a certificate of thirty days."""
    key = rsa.generate_private_key(65537, 2048) if is_rsa else ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app.example")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, ends - timedelta(days=30), ends)
    return AppKey(key, builder.sign(key, hashes.SHA256()))
