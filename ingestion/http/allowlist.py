"""What may be asked at all: method, origin and path, checked before a socket opens and before a token is attached."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ingestion.http.address import Address, Origin, parse_address
from ingestion.http.errors import HttpError

REMEMBERED_PATHS = 10_000
_HTTPS_PORT = 443


@dataclass(frozen=True)
class Allowed:
    """One thing that may be asked: a method on the decoded paths of one origin that match a pattern in full."""

    method: str
    origin: Origin
    path: re.Pattern[str]


@dataclass(frozen=True)
class AllowedDownload:
    """Any path of hosts that the settings list, over https and without a credential: an address that signs itself.

    hosts: `name` or `name:port`, `*` for any part of a name; without a port the one of https.
    """

    hosts: tuple[str, ...]

    def covers(self, origin: Origin) -> bool:
        """Whether a download from there is listed."""
        if origin.scheme != "https":
            return False
        asked = origin.host if origin.port == _HTTPS_PORT else f"{origin.host}:{origin.port}"
        return any(fnmatchcase(asked, host.lower()) for host in self.hosts)


class AllowList:
    """The requests that a client may make; every other one is refused."""

    def __init__(self, rules: Iterable[Allowed], downloads: AllowedDownload | None = None) -> None:
        self._paths: dict[tuple[str, Origin], list[re.Pattern[str]]] = {}
        for rule in rules:
            self._paths.setdefault((rule.method, rule.origin), []).append(rule.path)
        # Hundreds of tenants are asked for the same paths, and each would be held against every pattern.
        self._passed: set[tuple[str, Origin, str]] = set()
        self._downloads = downloads or AllowedDownload(())

    def check(self, method: str, url: str, where: str, *, is_signed: bool = True, is_file: bool = False) -> Address:
        """The address of a request that is listed; downloads from elsewhere are, only where it carries no credential.

        is_file: a file is asked for, which lies on the hosts of downloads only.

        Errors: HttpError `refused`, naming method and host, never the path (it may hold an address) or the query.
        """
        address = address_of(url, where)
        origin, path = address.origin, address.plain_path
        if method == "GET" and not is_signed and self._downloads.covers(origin):
            return address
        if is_file:
            path = None
        if path is not None and (method, origin, path) in self._passed:
            return address
        if path is not None and any(pattern.fullmatch(path) for pattern in self._paths.get((method, origin), ())):
            if len(self._passed) < REMEMBERED_PATHS:
                self._passed.add((method, origin, path))
            return address
        origins = {listed for _, listed in self._paths}
        hosts = sorted(listed.text for listed in origins)
        found = "a path that is not listed" if origin in origins else "another host"
        raise HttpError(
            f"{where}: {method} to {origin.shown} was refused before a connection was opened: {found}. "
            f"Allowed are the documented read endpoints on {', '.join(hosts)}.",
            error_class="refused",
            advice="Tenantry only reads what it documents. If the vendor moved, correct the URL in the settings.",
        )


def address_of(url: str, where: str) -> Address:
    """The address of an absolute URL.

    Errors: HttpError `refused` for a URL that names no host, or that two readers could take for different ones.
    """
    address = parse_address(url)
    if address is None:
        raise HttpError(
            f"{where}: a URL without http(s) scheme and plain host was refused; expected https://, letters, digits, "
            "dots and hyphens, and neither a user nor a fragment.",
            error_class="refused",
            advice="Correct the URL in the settings; it must begin with https:// and name a host.",
        )
    return address


def origin_of(url: str, where: str) -> Origin:
    """The origin of an absolute URL.

    Errors: as `address_of`.
    """
    return address_of(url, where).origin
