"""What is wrong with a page, told without telling any of its values."""

from ingestion.legs import IngestionError


class PageError(IngestionError):
    """A page is not JSON, has no rows property, or holds a field of another type than its contract says."""


class WrongType(Exception):
    """A value is not of the declared type. It is caught where row and place are known."""

    def __init__(self, field: str, found: str, expected: str, row: int | None = None) -> None:
        super().__init__(f"{field}: found {found}, expected {expected}")
        self.field = field
        self.found = found
        self.expected = expected
        self.row = row


def not_json(where: str, page: bytes) -> PageError:
    """The error for a page that cannot be read as JSON at all."""
    start = page.lstrip()[:1]
    found = "nothing" if not start else "HTML or XML" if start == b"<" else f"{len(page)} bytes that do not parse"
    return PageError(
        f"{where}: the answer is not JSON: found {found}, expected a JSON document.",
        error_class="not_json",
        advice="A proxy, a captive page or a truncated answer stands in front of the vendor. Open the URL root in a "
        "browser from this machine, mend the way, then run again.",
    )


def no_rows(where: str, expected: str, found: str) -> PageError:
    """The error for a JSON page that lacks the property holding its rows."""
    return PageError(
        f"{where}: the page holds {found}, expected {expected}.",
        error_class="no_value",
        advice="The vendor answered something else than a page of rows, so nothing of it was taken. Run again; if it "
        "stays, check the base URL in the settings.",
    )


def no_last_link(where: str) -> PageError:
    """The error for a round over changes whose last page has no link at all."""
    return PageError(
        f"{where}: the last page of the changes has neither a next link nor a delta link; expected one of them. "
        "Whether the round is whole is not known, so nothing of it was taken.",
        error_class="no_delta_link",
        advice="The vendor's answer is broken. Run again; if it stays, report it with this message.",
    )


def wrong_type(where: str, table: str, error: WrongType) -> PageError:
    """The error for one field of one row whose JSON type breaks the contract."""
    row = "" if error.row is None else f"row {error.row} of the page, "
    return PageError(
        f"{where}: {row}field {error.field} holds {error.found}, expected {error.expected} (contract {table}). "
        "Nothing of this load was taken; the last good rows stay.",
        error_class="wrong_type",
        advice=f"Compare the vendor's documentation of {error.field} with data_contracts/raw/{table}.odcs.yaml; "
        "if the vendor changed the field, raise the contract's major version.",
    )
