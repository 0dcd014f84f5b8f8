"""Kinds of setting values: what a key accepts, in words, and how the TOML value becomes a typed one.

A kind never looks at another key; what several keys must agree on is in `settings_rules`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ingestion.http.address import parse_address
from orchestration.errors import Problem
from orchestration.secrets import GUID, REFERENCE_FORMS, Secret, reference_parts

DOMAIN = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
ADDRESS = re.compile(r"[^@\s,;<>\"]+@(.+)")
CURRENCY = re.compile(r"[A-Z]{3}")
THUMBPRINT = re.compile(r"[0-9A-Fa-f]{40}")
DECIMAL = re.compile(r"-?\d+(\.\d+)?")
FILE_MODE = re.compile(r"0?6[04][04]")
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
# TOML's hexadecimal numbers have no limit, and Python refuses to write those of thousands of digits.
LONGEST_SHOWN = 10**20


class Unfit(Exception):
    """A value that a kind does not accept; `found` is safe to show."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


@dataclass(frozen=True)
class Place:
    """Where a value stands: its key path, the folder of the settings file and the environment for secrets."""

    key: str
    base: Path
    environment: Mapping[str, str] = field(repr=False)
    problems: list[Problem] = field(repr=False)

    def below(self, key: str) -> "Place":
        """The place of a key inside this one."""
        return Place(f"{self.key}.{key}" if self.key else key, self.base, self.environment, self.problems)

    def item(self, position: int) -> "Place":
        """The place of a list's item, counted from 1 as people do."""
        return Place(f"{self.key}[{position}]", self.base, self.environment, self.problems)

    def report(self, found: str, expected: str) -> None:
        """Note a problem at this place and go on, so that all are told at once."""
        self.problems.append(Problem(self.key, found, expected))


@dataclass(frozen=True)
class Kind:
    """What a key accepts: `words` for people, `read` for the reader."""

    words: str
    read: Callable[[object, Place], Any]


def setting(kind: Kind, help_line: str, *, default: object = MISSING, default_words: str = "") -> Any:
    """A dataclass field that is a setting; without a default the key is required."""
    metadata = {"kind": kind, "help": help_line, "default_words": default_words}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def describe(value: object) -> str:
    """What was found, in words that are safe to show: texts by their length only, for one may be a pasted secret."""
    match value:
        case bool():
            return f"the flag {str(value).lower()}"
        case int() if abs(value) >= LONGEST_SHOWN:
            return "a number of more than 20 digits"
        case int() | float():
            return f"the number {value}"
        case datetime() | date():
            return f"the date {value.isoformat()}"
        case str():
            return f"a text of {len(value)} characters" if value else "an empty text"
        case list():
            return f"a list of {len(value)}"
        case dict():
            return "a table"
        case _:
            return f"a {type(value).__name__}"


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Unfit(describe(value))
    return value.strip()


def _shown(text: str) -> str:
    return f"{text[:80]!r}"


def text() -> Kind:
    """Any text that is not blank."""
    return Kind("text", lambda value, place: _text(value))


def flag() -> Kind:
    """true or false, without quotes."""

    def read(value: object, place: Place) -> bool:
        if not isinstance(value, bool):
            raise Unfit(describe(value))
        return value

    return Kind("true or false, without quotes", read)


def whole_number(least: int, most: int) -> Kind:
    """A whole number between two bounds, both included."""

    def read(value: object, place: Place) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Unfit(describe(value))
        return value

    return Kind(f"a whole number from {least} to {most}", read)


def quoted_decimal(words: str, least: Decimal, most: Decimal, places: int) -> Kind:
    """An exact decimal written in quotes: TOML numbers are binary floats, which money must never touch."""

    def read(value: object, place: Place) -> Decimal:
        if not isinstance(value, str):
            raise Unfit(f"{describe(value)} without quotes" if isinstance(value, int | float) else describe(value))
        if not DECIMAL.fullmatch(value):
            raise Unfit(describe(value))
        try:
            number = Decimal(value)
        except InvalidOperation as error:
            raise Unfit(describe(value)) from error
        if not least <= number <= most or -int(number.as_tuple().exponent) > places:
            raise Unfit(_shown(value))
        return number

    return Kind(words, read)


def ratio() -> Kind:
    """A ratio from 0 to 1 with up to six decimals."""
    return quoted_decimal(
        'a quoted decimal from 0 to 1 with up to 6 decimals, such as "0.20"', Decimal(0), Decimal(1), 6
    )


def amount() -> Kind:
    """An amount of money that is not negative, with up to four decimals."""
    most = Decimal("99999999999999.9999")
    return quoted_decimal('a quoted decimal, not negative, with up to 4 decimals, such as "45.00"', Decimal(0), most, 4)


def day() -> Kind:
    """A calendar date."""

    def read(value: object, place: Place) -> date:
        if isinstance(value, datetime) or not isinstance(value, date):
            raise Unfit(describe(value))
        return value

    return Kind("a date without quotes, such as 2028-05-01", read)


def one_of(*choices: str) -> Kind:
    """One of a closed set of words."""

    def read(value: object, place: Place) -> str:
        if not isinstance(value, str) or value not in choices:
            raise Unfit(_shown(value) if isinstance(value, str) and len(value) <= 30 else describe(value))
        return value

    return Kind("one of " + ", ".join(choices), read)


def pattern(regex: re.Pattern[str], words: str, *, lower: bool = False, shown: bool = True) -> Kind:
    """A text that a regular expression accepts as a whole; `shown` says whether a wrong one may be echoed."""

    def read(value: object, place: Place) -> str:
        found = _text(value)
        found = found.lower() if lower else found
        if not regex.fullmatch(found):
            raise Unfit(_shown(found) if shown else describe(value))
        return found

    return Kind(words, read)


def currency() -> Kind:
    """An ISO 4217 code."""
    return pattern(CURRENCY, "a currency code of three capital letters (ISO 4217), such as USD")


def guid() -> Kind:
    """A GUID, never echoed: a secret is easily pasted in its place."""
    return pattern(GUID, "a GUID, such as 00000000-0000-0000-0000-000000000001", lower=True, shown=False)


def domain() -> Kind:
    """A DNS domain in lower case."""
    return pattern(DOMAIN, "a domain such as msp.example", lower=True)


def microsoft_tenant() -> Kind:
    """A tenant's GUID or one of its verified domains, in lower case."""
    either = re.compile(f"(?:{GUID.pattern})|(?:{DOMAIN.pattern})")
    return pattern(either, "the tenant's GUID or one of its verified domains", lower=True, shown=False)


def address() -> Kind:
    """A mail address in lower case, never echoed: messages hold no addresses."""

    def read(value: object, place: Place) -> str:
        found = _text(value).lower()
        match = ADDRESS.fullmatch(found)
        if match is None or not DOMAIN.fullmatch(match.group(1)):
            raise Unfit(describe(value))
        return found

    return Kind("a mail address such as dana@msp.example", read)


def lower_pattern() -> Kind:
    """A user principal name in lower case, in which `*` stands for any characters."""
    return Kind('a user principal name, "*" for any characters', lambda value, place: _text(value).lower())


def https_url(words: str, *, with_path: bool, without_end: str = "") -> Kind:
    """An https address without query, fragment or user; a trailing slash is dropped.

    without_end: what a path may not end in, because it is added at each request.
    """

    def read(value: object, place: Place) -> str:
        found = _text(value)
        try:
            parts = urlsplit(found)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise Unfit("an address that cannot be read") from error
        if parts.scheme != "https" or not host:
            # The whole text is not shown: an address can carry a user and a password.
            raise Unfit(f"an address that begins with {parts.scheme}://" if parts.scheme else "no https:// address")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise Unfit("an address with a user, a query or a fragment")
        if parse_address(found) is None:
            # Requests are sent by this reader: what it cannot read would go to another host than it seems to.
            raise Unfit("an address with characters that no host or path has, or that two programs read differently")
        if not with_path and parts.path not in ("", "/"):
            raise Unfit(f"a path {_shown(parts.path)} after the host")
        if without_end and found.rstrip("/").endswith(without_end):
            raise Unfit(f"a path that ends in {without_end}")
        return found.rstrip("/")

    return Kind(words, read)


def file_path(*, folder: bool = False, must_exist: bool = False) -> Kind:
    """A path, relative to the settings file unless absolute."""
    noun = "a folder" if folder else "a file"
    words = f"{noun}'s path, relative to this file" + (f"; {noun} that exists" if must_exist else "")

    def read(value: object, place: Place) -> Path:
        written = _text(value)
        if "\0" in written:
            raise Unfit("a path with a null character")
        path = Path(place.base, written)
        try:
            is_there = not must_exist or (path.is_dir() if folder else path.is_file())
        except OSError as error:
            raise Unfit(f"a path that cannot be looked at ({error.strerror}): {path}") from error
        if not is_there:
            raise Unfit(f"no {noun.split()[-1]} at {path}")
        return path

    return Kind(words, read)


def file_mode() -> Kind:
    """A file's mode in octal digits, in quotes; its owner may read and write, nobody else may write."""

    def read(value: object, place: Place) -> int:
        if not isinstance(value, str) or not FILE_MODE.fullmatch(value):
            raise Unfit(_shown(value) if isinstance(value, str) and len(value) <= 10 else describe(value))
        return int(value, 8)

    return Kind('a quoted file mode: "0600", "0640" (the group may read) or "0644" (everybody may read)', read)


def secret_reference(*, microsoft: bool = False) -> Kind:
    """A reference to a secret; a value written into the file is refused without being shown."""

    def read(value: object, place: Place) -> Secret:
        if not isinstance(value, str):
            raise Unfit(describe(value))
        if microsoft and GUID.fullmatch(value.strip()):
            raise Unfit("a GUID, which looks like the Secret ID of a Microsoft client secret instead of its Value")
        parts = reference_parts(value.strip())
        if parts is None:
            raise Unfit(f"{describe(value)} that is no reference (if it was the secret itself, replace the secret)")
        return Secret(place.key, *parts, base=place.base, environment=place.environment, refuse_guid=microsoft)

    return Kind(f"a reference to a secret: {REFERENCE_FORMS}", read)


def list_of(kind: Kind, *, least: int = 0, exactly: int | None = None) -> Kind:
    """A list without duplicates of one kind of value."""
    size = f"exactly {exactly}, each " if exactly else (f"at least {least}, each " if least else "each ")

    def read(value: object, place: Place) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Unfit(describe(value))
        if len(value) < least or (exactly is not None and len(value) != exactly):
            raise Unfit(describe(value))
        items: list[Any] = []
        for position, item in enumerate(value, start=1):
            spot = place.item(position)
            try:
                result = kind.read(item, spot)
            except Unfit as unfit:
                spot.report(unfit.found, kind.words)
                continue
            if result in items:
                spot.report(f"the same value as {place.key}[{items.index(result) + 1}]", "each value once")
            items.append(result)
        return tuple(items)

    return Kind(f"a list: {size}{kind.words}", read)
