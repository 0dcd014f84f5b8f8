"""Cuts projected mail and calendar pages to what touches a known customer and no erased person; masks private events.

Pure functions from table to table: what they drop is never spooled. Of a URL in a text only its host is kept: joining
links and their passwords are content.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.contract import Contract
from ingestion.microsoft.matching import Match, MatchSet
from ingestion.projection.links import MAY_HOLD_LINK, without_links

PREVIEW_LENGTH = 255
# Any other mark, or none, may mean that the owner did not want to share the event.
_OPEN = "normal"
_MASKED_COLUMNS = ("subject", "location", "organizer_address", "attendees")
_SENDER_COLUMNS = ("from_address", "sender_address")
_RECIPIENT_COLUMNS = ("to_recipients", "cc_recipients", "bcc_recipients")


@dataclass(frozen=True)
class Kept:
    """The rows of a page that may land, and the ids of those that may not."""

    rows: pa.Table
    dropped_ids: tuple[str, ...]


def message_contract(contract: Contract, *, has_preview: bool) -> Contract:
    """The contract to ask and project by: without the preview where the settings do not want it."""
    if has_preview:
        return contract
    return replace(contract, columns=tuple(column for column in contract.columns if column.name != "preview"))


def keep_messages(page: pa.Table, match: MatchSet, mailbox: str, folder: str) -> Kept:
    """Messages that touch a customer and carry no erased person, with mailbox, folder and what matched.

    Shape: columns of raw/microsoft/messages that come from the vendor or from extraction.
    """
    people = [
        {address for column in _SENDER_COLUMNS if (address := row[column])}.union(
            *(_addresses(row[column]) for column in _RECIPIENT_COLUMNS)
        )
        for row in page.select([*_SENDER_COLUMNS, *_RECIPIENT_COLUMNS]).to_pylist()
    ]
    is_erased = _carry_erased(page, match)
    page = _without_links(page, ("subject", "preview"))
    if "preview" in page.column_names:
        short = pc.utf8_slice_codeunits(page.column("preview"), 0, PREVIEW_LENGTH)
        page = page.set_column(page.column_names.index("preview"), "preview", short)
    else:
        page = page.append_column("preview", pa.nulls(page.num_rows, pa.string()))
    kept = _keep(page, people, is_erased, match, mailbox)
    rows = kept.rows.append_column("folder", pa.array([folder] * kept.rows.num_rows, pa.string()))
    return Kept(rows, kept.dropped_ids)


def keep_events(page: pa.Table, match: MatchSet, mailbox: str) -> Kept:
    """Events that touch a customer and carry no erased person, with mailbox and what matched.

    Shape: private ones keep their times only; whom they carry is judged before.
    """
    people = [
        {row["organizer_address"], *_addresses(row["attendees"])}
        for row in page.select(["organizer_address", "attendees"]).to_pylist()
    ]
    is_erased = _carry_erased(page, match)
    page = _without_links(page, ("subject", "location"))
    is_private = pc.fill_null(pc.not_equal(pc.utf8_lower(page.column("sensitivity")), _OPEN), True)
    for name in _MASKED_COLUMNS:
        masked = pc.if_else(is_private, pa.scalar(None, pa.string()), page.column(name))
        page = page.set_column(page.column_names.index(name), name, masked)
    return _keep(page, people, is_erased, match, mailbox)


def _carry_erased(page: pa.Table, match: MatchSet) -> list[bool]:
    """Which rows carry an erased person in any of their texts."""
    if not match.erased:
        return [False] * page.num_rows
    texts = page.select([column.name for column in page.schema if pa.types.is_string(column.type)])
    return [match.erased.carried_by(row.values()) for row in texts.to_pylist()]


def _keep(page: pa.Table, people: Iterable[set[str]], is_erased: Sequence[bool], match: MatchSet, mailbox: str) -> Kept:
    nothing = Match((), ())
    matches = [
        nothing if erased else match.match(addresses) for addresses, erased in zip(people, is_erased, strict=True)
    ]
    touches = pa.array([bool(found) for found in matches], pa.bool_())
    kept = [found for found in matches if found]
    rows = page.filter(touches)
    rows = rows.append_column("mailbox", pa.array([mailbox] * len(kept), pa.string()))
    rows = rows.append_column(
        "matched_contact_ids", pa.array([_json(found.contact_ids) for found in kept], pa.string())
    )
    rows = rows.append_column("matched_domains", pa.array([_json(found.domains) for found in kept], pa.string()))
    return Kept(rows, tuple(page.filter(pc.invert(touches)).column("id").to_pylist()))


def _without_links(page: pa.Table, names: Iterable[str]) -> pa.Table:
    """The page with the host in the place of every URL in these columns, as far as it has them."""
    for name in names:
        if name not in page.column_names:
            continue
        texts = page.column(name)
        if pc.any(pc.match_substring_regex(texts, MAY_HOLD_LINK)).as_py():
            hosts = [None if text is None else without_links(text) for text in texts.to_pylist()]
            page = page.set_column(page.column_names.index(name), name, pa.array(hosts, pa.string()))
    return page


def _addresses(recipients: str | None) -> set[str]:
    """The addresses in a recipients or attendees column."""
    people = json.loads(recipients) if recipients else []
    return {person["emailAddress"]["address"] for person in people if person and person["emailAddress"]} - {None}


def _json(values: tuple[str, ...]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
