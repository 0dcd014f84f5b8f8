"""What may be asked at all: method, origin and path, checked before a socket opens and before a token is attached."""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import unquote, urlsplit

from ingestion.http.errors import HttpError

REMEMBERED_PATHS = 10_000
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port of a URL; two URLs may share a token only when these are equal."""

    scheme: str
    host: str
    port: int

    @property
    def text(self) -> str:
        """The origin as it is written in a URL."""
        return f"{self.scheme}://{self.host}:{self.port}"


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
        asked = origin.host if origin.port == _PORTS["https"] else f"{origin.host}:{origin.port}"
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

    def check(self, method: str, url: str, where: str, *, is_signed: bool = True) -> None:
        """Return when the request is listed; downloads from elsewhere are, only where it carries no credential.

        Errors: HttpError `refused`, naming method and host, never the path (it may hold an address) or the query.
        """
        origin, path = origin_of(url, where), _plain_path(url)
        if method == "GET" and not is_signed and self._downloads.covers(origin):
            return
        if path is not None and (method, origin, path) in self._passed:
            return
        if path is not None and any(pattern.fullmatch(path) for pattern in self._paths.get((method, origin), ())):
            if len(self._passed) < REMEMBERED_PATHS:
                self._passed.add((method, origin, path))
            return
        origins = {listed for _, listed in self._paths}
        hosts = sorted(listed.text for listed in origins)
        found = "a path that is not listed" if origin in origins else "another host"
        raise HttpError(
            f"{where}: {method} to {origin.text} was refused before a connection was opened: {found}. "
            f"Allowed are the documented read endpoints on {', '.join(hosts)}.",
            error_class="refused",
            advice="Tenantry only reads what it documents. If the vendor moved, correct the URL in the settings.",
        )


def origin_of(url: str, where: str) -> Origin:
    """The origin of an absolute URL.

    Errors: HttpError `refused` for a URL without scheme and host, or with credentials in it.
    """
    try:
        parts = urlsplit(url)
        origin = _origin(parts.scheme, parts.netloc)
    except ValueError:
        origin = None
    if origin is None:
        raise HttpError(
            f"{where}: a URL without http(s) scheme and host was refused.",
            error_class="refused",
            advice="Correct the URL in the settings; it must begin with https:// and name a host.",
        )
    return origin


@functools.lru_cache(maxsize=64)
def _origin(scheme: str, netloc: str) -> Origin | None:
    """The origin, None where there is none to send to; every request asks, and a run has few."""
    parts = urlsplit(f"//{netloc}")
    if scheme not in _PORTS or not parts.hostname or parts.username is not None:
        return None
    return Origin(scheme, parts.hostname.lower(), parts.port or _PORTS[scheme])


def check_next_link(link: str, root: str, where: str) -> None:
    """Return when a link out of an answer stays on the configured root's origin.

    Errors: HttpError `foreign_link`, naming the other host without its path or query.
    """
    found, expected = origin_of(link, where), origin_of(root, where)
    if found != expected:
        raise HttpError(
            f"{where}: the answer's next link leads to {found.text}, expected {expected.text}. It was not followed and "
            "got no token.",
            error_class="foreign_link",
            advice="A gateway that rewrites hosts must keep its own host in next links, or the configured URL is not "
            "the one that the vendor answers from. Correct the URL in the settings.",
        )


def _plain_path(url: str) -> str | None:
    """The decoded path; None where decoding would move its bounds, so that no pattern can be outwitted."""
    raw = urlsplit(url).path
    path = unquote(raw)
    moved = path.count("/") != raw.count("/") or "\\" in path or ".." in path.split("/") or "%" in path
    return None if moved else path
