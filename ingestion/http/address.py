"""The one reading of a URL: what it says is what is judged and what is sent, so that no two parsers can disagree.

It must not import anything heavy: the settings are read with it too.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urljoin

LONGEST_URL = 16_384
# No key or secret of the vendors is as short; their own hosts' names are no longer.
_LONGEST_SHOWN_PART = 15
_PORTS = {"https": 443, "http": 80}
# Anything else in a host is read one way by one parser and another way by the next. Source: RFC 3986, section 3.2.2.
_ADDRESS = re.compile(
    r"(?P<scheme>[hH][tT][tT][pP][sS]?)://(?P<host>(?=[^/:?]{1,253}(?:[/:?]|$))(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[^?#\\]*)?(?P<query>\?[^#]*)?",
    re.ASCII,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


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

    @property
    def shown(self) -> str:
        """The origin as a message shows it: in quotes and of bounded length, for a vendor may have chosen it.

        A part of the name that is as long as secrets are is left out: an answer can echo what it was sent.
        """
        parts = [part if len(part) <= _LONGEST_SHOWN_PART or ":" in part else "…" for part in self.host.split(".")]
        text = f"{self.scheme}://{'.'.join(parts)}:{self.port}"
        return f"'{text}'" if len(text) <= 100 else f"'{text[:100]}…'"


@dataclass(frozen=True)
class Address:
    """A URL that was read: its origin, its path and its query as they are sent, without a fragment."""

    origin: Origin
    path: str
    query: str

    @property
    def plain_path(self) -> str | None:
        """The decoded path; None where decoding would move its bounds, so that no pattern can be outwitted."""
        path = unquote(self.path)
        parts = path.split("/")
        moved = path.count("/") != self.path.count("/") or "\\" in path or "%" in path
        return None if moved or ".." in parts or "." in parts or _CONTROL.search(path) else path

    def options(self) -> list[tuple[str, str]]:
        """The query's options, decoded, in their order."""
        return parse_qsl(self.query.removeprefix("?"), keep_blank_values=True)


def parse_address(url: str) -> Address | None:
    """The address that a URL means; None for one without http(s) and host, or that two readers could read differently.

    Such are a user before the host, letters in it that no host has, control characters, a backslash, a fragment.
    """
    if len(url) > LONGEST_URL or _CONTROL.search(url):
        return None
    found = _ADDRESS.fullmatch(url)
    origin = _origin(found["scheme"], found["host"], found["port"]) if found is not None else None
    return Address(origin, found["path"] or "/", found["query"] or "") if found is not None and origin else None


def joined(base: str, link: str) -> str:
    """A link as seen from a URL; the link itself where it cannot be joined, which no reader of addresses takes."""
    try:
        return urljoin(base, link)
    except ValueError:
        return link


@lru_cache(maxsize=64)
def _origin(scheme: str, host: str, port: str | None) -> Origin | None:
    """Every request asks for one, and a run has few."""
    scheme = scheme.lower()
    number = int(port) if port else _PORTS[scheme]
    return Origin(scheme, host.lower(), number) if 0 < number < 65_536 else None
