"""Where a link out of an answer may lead: to the question that was asked, further on, and nowhere else."""

import re
from collections.abc import Callable

from ingestion.http.address import Address, parse_address
from ingestion.http.errors import HttpError

# Options that choose what comes: a link may repeat what was asked, or leave it to its token.
_CHOOSING = ("select", "expand", "fields")

# One link of a header and its parameters; an address may hold commas and semicolons. Source: RFC 8288, section 3.
_HEADER_LINK = re.compile(
    r"""[\s,]*+<([^<>]*+)>((?:\s*+;\s*+(?:[^\s=;,"]++(?:\s*+=\s*+(?:"[^"]*+"|[^\s;,"]*+))?)?+)*+)\s*+(?=,|$)"""
)
_RELATION = re.compile(r""";\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]*))""", re.IGNORECASE)
_LONGEST_HEADER = 65_536

Plain = Callable[[str], str]


def next_in_header(header: str, where: str) -> str:
    """The address that a Link header calls next; blank where it calls none so.

    Errors: HttpError `odd_link` for a header that cannot be read to its end: passed over, the list would seem to end.
    """
    found, place = "", 0
    text = header.strip()
    while place < len(text):
        link = _HEADER_LINK.match(text, place) if len(text) <= _LONGEST_HEADER else None
        if link is None:
            raise HttpError(
                f"{where}: the answer's Link header cannot be read, so that nothing says whether the list goes on. "
                "Nothing of it was taken.",
                error_class="odd_link",
                advice="A gateway may change the vendor's headers. Run again; if it stays, report it.",
            )
        place = link.end()
        # One link may have several relations, and names are the same in any case.
        relation = _RELATION.search(link[2])
        if not found and relation is not None and "next" in (relation[1] or relation[2] or "").lower().split():
            found = link[1]
    return found


def lower_path(path: str) -> str:
    """A decoded path without what two spellings of it may differ in: a slash at its end, the case of ASCII letters."""
    return ascii_lower(path).rstrip("/")


def ascii_lower(text: str) -> str:
    """ASCII letters in lower case and nothing else: Unicode's own folding makes other letters into these."""
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def is_same_question(found: Address, asked: Address, plain: Plain = lower_path) -> bool:
    """Whether an address asks the path that was asked, and for no other properties.

    plain: makes a vendor's spellings of one path alike.
    """
    found_path, asked_path = found.plain_path, asked.plain_path
    if found_path is None or asked_path is None or plain(found_path) != plain(asked_path):
        return False
    chosen = _chosen(asked)
    return all(not values or values == chosen[name] for name, values in _chosen(found).items())


def check_leg_link(link: str, asked: str, where: str, plain: Plain = lower_path) -> None:
    """Return when a link out of an answer goes on with the question that was asked.

    Errors: HttpError `foreign_link` for another host, another path or other properties; it repeats none of them but
    the host.
    """
    found, expected = parse_address(link), parse_address(asked)
    if found is not None and expected is not None and found.origin == expected.origin:
        if is_same_question(found, expected, plain):
            return
        raise HttpError(
            f"{where}: the answer's next link leads to another path of the same host, or asks for other properties. "
            "Expected the list that was asked for. It was not followed.",
            error_class="foreign_link",
            advice="The vendor, or a gateway in its place, mixes up answers. Run again; if it stays, report it.",
        )
    leads = found.origin.shown if found is not None else "an address that cannot be read"
    raise HttpError(
        f"{where}: the answer's next link leads to {leads}, expected "
        f"{expected.origin.shown if expected is not None else 'the host that was asked'}. It was not followed and got "
        "no token.",
        error_class="foreign_link",
        advice="A gateway that rewrites hosts must keep its own host in next links, or the configured URL is not "
        "the one that the vendor answers from. Correct the URL in the settings.",
    )


def _chosen(address: Address) -> dict[str, tuple[str, ...]]:
    """The properties that a query chooses, by option; none where it does not choose."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(_CHOOSING, ())
    for name, text in address.options():
        option = name.strip().lstrip("$").lower()
        if option in found:
            found[option] += tuple(part.strip().lower() for part in text.split(","))
    return {name: tuple(sorted(values)) for name, values in found.items()}
