"""A throw-away certificate authority for one run of the simulator; its keys never reach the disk."""

import ssl
from pathlib import Path

import trustme

CA_FILE = "ca.pem"
HOSTS = ("127.0.0.1", "localhost")


def loopback_context(directory: Path) -> tuple[ssl.SSLContext, Path]:
    """A server context for 127.0.0.1 and localhost, and the file that holds the authority's certificate."""
    authority = trustme.CA(organization_name="Tenantry simulator, not a real authority")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*HOSTS).configure_cert(context)
    path = directory / CA_FILE
    authority.cert_pem.write_to_path(path)
    return context, path
