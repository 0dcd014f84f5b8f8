"""Rows of the reviewed CSV files in `config/`, and how each cell becomes a typed value.

A cell kind reads text and raises `CellError` with what was found and expected; names and ids are never echoed.
"""

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import available_timezones

from orchestration.finding_names import ACCEPTED_KINDS, LEAK_KINDS, POSTURE_RULES
from orchestration.secrets import GUID

ANY = "*"
CODE_WITH_DIGIT = re.compile(r"(?=.*[0-9])[A-Za-z0-9_.+:-]{1,24}")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
CURRENCY_LETTERS = 3
CURRENCY = re.compile(r"[A-Z]{3}")
MOST_DIGITS = 12
# Of the columns that these numbers go to: decimal(19, places).
DECIMAL_DIGITS = 19
WHOLE_NUMBER = re.compile(r"[1-9][0-9]{0,2}")
NO_MONTHS = "none"
# Ten years: no agreement is billed for longer at once.
MOST_MONTHS = 120
PLAIN_DECIMAL = re.compile(rf"[0-9]{{1,{MOST_DIGITS}}}(\.[0-9]+)?")


class CellError(Exception):
    """A cell that its column does not accept."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(f"found {found}, expected {expected}")
        self.found = found
        self.expected = expected


CellKind = Callable[[str], Any]


def found_words(cell: str) -> str:
    """What a cell holds, safe to show: short codes with a digit as they stand, words (maybe a person) by length."""
    if not cell:
        return "nothing"
    return f"{cell!r}" if CODE_WITH_DIGIT.fullmatch(cell) else f"a text of {len(cell)} characters"


def column(kind: CellKind) -> Any:
    """A dataclass field that is read from the column of the same name."""
    return field(metadata={"kind": kind})


def required(cell: str) -> str:
    """Any text that is not empty."""
    if not cell:
        raise CellError("nothing", "a value")
    return cell


def optional(cell: str) -> str:
    """Any text."""
    return cell


def choice(*choices: str) -> CellKind:
    """One of a closed set of words."""

    def read(cell: str) -> str:
        if cell not in choices:
            near = difflib.get_close_matches(cell, choices, n=1)
            hint = f' (did you mean "{near[0]}"?)' if near else ""
            # A word near a valid one is a slip of the pen; any other may have come from another column.
            raise CellError(f"{cell!r}" if near else found_words(cell), f"one of {', '.join(choices)}{hint}")
        return cell

    return read


def guid(cell: str) -> str:
    """A GUID in lower case."""
    if not GUID.fullmatch(cell):
        raise CellError(f"a text of {len(cell)} characters" if cell else "nothing", "a tenant's GUID")
    return cell.lower()


def guid_or_any(cell: str) -> str:
    """A tenant's GUID or `*`."""
    return cell if cell == ANY else guid(cell)


def day(cell: str) -> date:
    """A calendar date."""
    expected = "a date such as 2026-09-01 (ISO 8601)"
    if not ISO_DATE.fullmatch(cell):
        raise CellError(found_words(cell), expected)
    try:
        return date.fromisoformat(cell)
    except ValueError as error:
        raise CellError(found_words(cell), expected) from error


def optional_day(cell: str) -> date | None:
    """A calendar date, or nothing."""
    return day(cell) if cell else None


def decimal(places: int, *, zero: bool) -> CellKind:
    """An exact decimal number with a point, at least zero, or above it."""

    digits = min(MOST_DIGITS, DECIMAL_DIGITS - places)

    def read(cell: str) -> Decimal:
        bound = "not negative" if zero else "above 0"
        size = f"up to {digits} digits before it and {places} behind it"
        expected = f"a decimal number, {bound}, with a point, {size}, such as 52.50"
        if not PLAIN_DECIMAL.fullmatch(cell):
            raise CellError(found_words(cell), expected)
        number = Decimal(cell)
        if number >= 10**digits or -int(number.as_tuple().exponent) > places or (number == 0 and not zero):
            raise CellError(found_words(cell), expected)
        return number

    return read


def currency(cell: str) -> str:
    """An ISO 4217 code."""
    if not CURRENCY.fullmatch(cell):
        found = f"{cell!r}" if len(cell) == CURRENCY_LETTERS else found_words(cell)
        raise CellError(found, "a currency code of three capital letters (ISO 4217), such as USD")
    return cell


def product(cell: str) -> str:
    """A canonical product id."""
    prefix, _, rest = cell.partition(":")
    if prefix == "ms" and GUID.fullmatch(rest):
        return cell.lower()
    if prefix in ("pax8", "sherweb", "psa", "files") and rest:
        return cell
    expected = "a product id: ms:<SKU GUID>, pax8:<id>, sherweb:<id>, psa:<id> or files:<connection>:<code>"
    raise CellError(found_words(cell), expected)


def user(cell: str) -> str:
    """A user's object id or user principal name, in lower case."""
    if not GUID.fullmatch(cell) and not re.fullmatch(r"[^@\s]+@[^@\s]+", cell):
        raise CellError(f"a text of {len(cell)} characters" if cell else "nothing", "an object id or a UPN")
    return cell.lower()


def time_zone(cell: str) -> str:
    """The IANA name of a time zone, as the database of time zones spells it."""
    zones = available_timezones()
    if cell not in zones:
        near = difflib.get_close_matches(cell, zones, n=1)
        hint = f' (did you mean "{near[0]}"?)' if near else ""
        raise CellError(found_words(cell), f"the IANA name of a time zone, such as America/New_York{hint}")
    return cell


def whole_months(cell: str) -> str:
    """A number of months, or `none` for what recurs in no whole month."""
    if cell != NO_MONTHS and not (WHOLE_NUMBER.fullmatch(cell) and 1 <= int(cell) <= MOST_MONTHS):
        raise CellError(found_words(cell), f"a whole number of months up to {MOST_MONTHS}, or {NO_MONTHS}")
    return cell


@dataclass(frozen=True)
class CustomerMapRow:
    """A reviewed decision about whose company an outside id is."""

    file_name: ClassVar[str] = "customer_map.csv"
    key: ClassVar[tuple[str, ...]] = ("namespace", "external_id", "customer_id")
    purpose: ClassVar[str] = "Which PSA customer a tenant or a distributor's company is."

    namespace: str = column(choice("tenant", "pax8", "sherweb", "files"))
    external_id: str = column(required)
    customer_id: str = column(required)
    decision: str = column(choice("accepted", "rejected"))
    decided_by: str = column(required)
    decided_on: date = column(day)
    note: str = column(optional)


@dataclass(frozen=True)
class ProductMapRow:
    """A reviewed decision about which canonical product a code is."""

    file_name: ClassVar[str] = "product_map.csv"
    key: ClassVar[tuple[str, ...]] = ("namespace", "code", "product_id")
    purpose: ClassVar[str] = "Which product a PSA item, a distributor's product or a part number is."

    namespace: str = column(choice("psa", "pax8", "sherweb", "files", "part_number"))
    code: str = column(required)
    product_id: str = column(product)
    units_per_item: Decimal = column(decimal(6, zero=False))
    decision: str = column(choice("accepted", "rejected"))
    decided_by: str = column(required)
    decided_on: date = column(day)
    note: str = column(optional)


@dataclass(frozen=True)
class ExceptionRow:
    """A finding that is accepted until a date; `*` stands for any."""

    file_name: ClassVar[str] = "exceptions.csv"
    key: ClassVar[tuple[str, ...]] = ("rule_or_kind", "customer_id", "tenant_id", "subject_id")
    purpose: ClassVar[str] = "Findings that are accepted until a date; * means any."

    rule_or_kind: str = column(choice(ANY, *LEAK_KINDS, *POSTURE_RULES, *ACCEPTED_KINDS))
    customer_id: str = column(required)
    tenant_id: str = column(guid_or_any)
    subject_id: str = column(required)
    reason: str = column(required)
    owner: str = column(required)
    expires_on: date = column(day)


@dataclass(frozen=True)
class AgentCostRateRow:
    """What an agent's hour costs in [valid_from, valid_to)."""

    file_name: ClassVar[str] = "agent_cost_rates.csv"
    key: ClassVar[tuple[str, ...]] = ("agent_id", "valid_from")
    purpose: ClassVar[str] = "What an hour of an agent costs; valid_to is exclusive, empty = open."

    agent_id: str = column(required)
    valid_from: date = column(day)
    valid_to: date | None = column(optional_day)
    hourly_cost: Decimal = column(decimal(6, zero=True))
    currency_code: str = column(currency)


@dataclass(frozen=True)
class FxRateRow:
    """One unit of from_currency in to_currency on a date."""

    file_name: ClassVar[str] = "fx_rates.csv"
    key: ClassVar[tuple[str, ...]] = ("rate_date", "from_currency", "to_currency")
    purpose: ClassVar[str] = "What one unit of from_currency was worth in to_currency on a date."

    rate_date: date = column(day)
    from_currency: str = column(currency)
    to_currency: str = column(currency)
    rate: Decimal = column(decimal(9, zero=False))
    source: str = column(optional)


@dataclass(frozen=True)
class BreakGlassRow:
    """A registered break-glass account."""

    file_name: ClassVar[str] = "break_glass.csv"
    key: ClassVar[tuple[str, ...]] = ("tenant_id", "user")
    purpose: ClassVar[str] = "Registered break-glass accounts; user is an object id or a UPN."

    tenant_id: str = column(guid)
    user: str = column(user)
    owner: str = column(required)
    note: str = column(optional)


@dataclass(frozen=True)
class VendorTermRow:
    """A reviewed decision about what a vendor's word means that no list explains."""

    file_name: ClassVar[str] = "vendor_terms.csv"
    key: ClassVar[tuple[str, ...]] = ("namespace", "code", "value")
    purpose: ClassVar[str] = "What a time zone (an IANA name) or a billing cycle (months, or none) of a vendor means."

    namespace: str = column(choice("time_zone", "billing_cycle"))
    code: str = column(required)
    value: str = column(required)
    decision: str = column(choice("accepted", "rejected"))
    decided_by: str = column(required)
    decided_on: date = column(day)
    note: str = column(optional)


TERM_VALUES: dict[str, CellKind] = {"time_zone": time_zone, "billing_cycle": whole_months}

ConfigRow = CustomerMapRow | ProductMapRow | ExceptionRow | AgentCostRateRow | FxRateRow | BreakGlassRow | VendorTermRow
ROW_CLASSES: tuple[type[ConfigRow], ...] = (
    CustomerMapRow,
    ProductMapRow,
    ExceptionRow,
    AgentCostRateRow,
    FxRateRow,
    BreakGlassRow,
    VendorTermRow,
)


def header(row_class: type[ConfigRow]) -> Sequence[str]:
    """The columns of a file, in their order."""
    return [item.name for item in fields(row_class)]
