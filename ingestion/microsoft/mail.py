"""Reads the metadata of listed mailboxes' mail by delta, and drops what touches no customer before it is spooled.

Graph messages/delta → match set → raw_microsoft.messages, one scope per mailbox and folder.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.contract import Contract, raw_contract
from ingestion.completeness import ListTally
from ingestion.http.errors import HttpError
from ingestion.legs import IngestionError, LegEnd, LegReading, LegStatus, Proof, ScopeEnd
from ingestion.microsoft.client import GraphClient
from ingestion.microsoft.connection import VENDOR, MailSettings
from ingestion.microsoft.cursor import FULL_ROUND_EVERY, DeltaCursor, digest, is_usable, parse_cursor
from ingestion.microsoft.delta import LINK_REFUSED, MAX_ROUNDS, reset_again
from ingestion.microsoft.endpoints import FILTERED_DELTA_LIMIT_ROWS, MAIL_PAGE_ROWS, MESSAGE_LIST, MESSAGES, Endpoint
from ingestion.microsoft.extract import keep_messages, message_contract
from ingestion.microsoft.failures import ResyncNeeded
from ingestion.microsoft.links import goes_on_with
from ingestion.microsoft.mailboxes import AllowedMailbox
from ingestion.microsoft.matching import MatchSet
from ingestion.parts import read_parts
from ingestion.projection.page import ProjectedPage

# Ids that survive a move between folders. Source: reference microsoft-graph, section 14.2.
IMMUTABLE_IDS = 'IdType="ImmutableId"'
_PAGED = f"{IMMUTABLE_IDS}, odata.maxpagesize={MAIL_PAGE_ROWS}"


@dataclass(frozen=True)
class _Folder:
    """One folder to read, and from when on."""

    mailbox: AllowedMailbox
    name: str
    since: datetime

    @property
    def scope(self) -> str:
        return f"{self.mailbox.address}/{self.name}"

    @property
    def where(self) -> dict[str, str]:
        return {"mailbox": self.mailbox.address, "folder": self.name}


def read_messages(client: GraphClient, mail: MailSettings, match: MatchSet, reading: LegReading) -> LegEnd:
    """Messages of every listed mailbox and folder that touch a customer and carry no erased person.

    Shape: (mailbox, id); scopes {mailbox, folder}: `full` for a whole window, `delta` after a stored link.
    Errors: a folder that fails is a problem of the leg; all of them failing alike is the leg's own failure.
    """
    match.erased.check()
    since = datetime.combine(reading.as_of - timedelta(days=mail.mail_days), time(), UTC)
    contract = message_contract(raw_contract(VENDOR, MESSAGES.table), has_preview=mail.has_preview)

    def read_mailbox(part: LegReading, mailbox: AllowedMailbox) -> list[ScopeEnd | IngestionError]:
        # One folder after the other: of a message that moves meanwhile, the later reading must be the later written.
        # Written in the other order, its removal from the first folder would take it out of the second next time.
        found: list[ScopeEnd | IngestionError] = []
        for name in mail.folders:
            try:
                found.append(_read_folder(client, mail, match, part, contract, _Folder(mailbox, name, since)))
            except IngestionError as error:
                found.append(error)
        return found

    ends: list[ScopeEnd | IngestionError] = []
    for result in read_parts(reading, list(mail.allowlist), read_mailbox):
        ends += [result] if isinstance(result, IngestionError) else result
    return leg_end(MESSAGES.table, ends)


def leg_end(table: str, ends: Sequence[ScopeEnd | IngestionError]) -> LegEnd:
    """The end of a leg over mailboxes; raises where every mailbox failed: consent is missing, not one mailbox."""
    scopes = [end for end in ends if isinstance(end, ScopeEnd)]
    problems = [end for end in ends if isinstance(end, IngestionError)]
    if problems and not scopes:
        kinds = {problem.status for problem in problems}
        if kinds == {LegStatus.NOT_PERMITTED}:
            raise IngestionError(
                f"{problems[0]} The same holds for every listed mailbox.",
                error_class="permission_missing",
                advice=problems[0].advice,
                status=LegStatus.NOT_PERMITTED,
            )
        raise problems[0]
    return LegEnd({table: scopes}, tuple(problems))


def _read_folder(
    client: GraphClient, mail: MailSettings, match: MatchSet, reading: LegReading, contract: Contract, folder: _Folder
) -> ScopeEnd:
    basis = digest([*contract.select, str(mail.mail_days), match.digest()])
    cursor = None if reading.full_refresh else parse_cursor(reading.cursor(folder.scope))
    # Links of mail have no known life, but a filtered round may leave rows out of what its link follows.
    is_due = cursor is not None and reading.started_at - cursor.full_at >= FULL_ROUND_EVERY
    asked = client.url(MESSAGES, _options(contract, folder), folder.mailbox, folder.name)
    is_ours = cursor is not None and goes_on_with(cursor.link, asked)
    written: set[str] = set()
    rows_before = reading.stats.rows_read
    if is_ours and not is_due and is_usable(cursor, basis, reading.started_at, expires=False):
        try:
            return _read_changes(client, match, reading, contract, folder, cursor, written)
        except ResyncNeeded:
            pass
        except HttpError as error:
            # A mailbox that is really gone says so once more; a link that is not understood would fail for a week.
            if error.http_status not in LINK_REFUSED:
                raise
    for _ in range(MAX_ROUNDS):
        reading.stats.rows_read = rows_before
        try:
            return _read_window(client, match, reading, contract, folder, basis, written)
        except ResyncNeeded:
            continue
    raise reset_again(client, MESSAGES)


def _read_window(
    client: GraphClient,
    match: MatchSet,
    reading: LegReading,
    contract: Contract,
    folder: _Folder,
    basis: str,
    written: set[str],
) -> ScopeEnd:
    """The whole window, and the delta link that continues it.

    written: ids that rounds which broke off have spooled; those that the window lacks are gone. This one's are added.
    """
    asked = _options(contract, folder)
    rows = 0
    tally = ListTally()
    removed = set(written)
    link = ""
    url = client.url(MESSAGES, asked, folder.mailbox, folder.name)
    for page in _pages(client, MESSAGES, url, contract, reading, is_delta=True):
        ids = page.table.column("id").to_pylist()
        written.update(ids)
        rows += page.row_count
        removed.difference_update(ids)
        removed.update(page.removed_ids)
        _write(page, match, reading, folder)
        link = page.delta_link or ""
    if rows >= FILTERED_DELTA_LIMIT_ROWS:
        # A filtered round ends at this many rows, so it may have left some out; the plain list has no such end.
        asked |= {"$orderby": "receivedDateTime", "$top": str(MAIL_PAGE_ROWS)}
        url = client.url(MESSAGE_LIST, asked, folder.mailbox, folder.name)
        for page in _pages(client, MESSAGE_LIST, url, contract, reading, tally=tally):
            removed.difference_update(page.table.column("id").to_pylist())
            _write(page, match, reading, folder)
    now = reading.started_at
    return _scope("full", folder, removed, DeltaCursor(link, now, now, basis), tally.proof())


def _read_changes(
    client: GraphClient,
    match: MatchSet,
    reading: LegReading,
    contract: Contract,
    folder: _Folder,
    cursor: DeltaCursor,
    written: set[str],
) -> ScopeEnd:
    """What changed since the stored link; a message that may not land any more counts as removed.

    written: takes up the ids of the pages that were read, for a round that breaks off.
    """
    removed: set[str] = set()
    link = ""
    asked = client.url(MESSAGES, _options(contract, folder), folder.mailbox, folder.name)
    for page in _pages(client, MESSAGES, cursor.link, contract, reading, is_delta=True, asked=asked):
        ids = page.table.column("id").to_pylist()
        written.update(ids)
        removed.difference_update(ids)
        removed.update(page.removed_ids)
        removed.update(_write(page, match, reading, folder))
        link = page.delta_link or ""
    return _scope("delta", folder, removed, DeltaCursor(link, reading.started_at, cursor.full_at, cursor.basis))


def _scope(mode: str, folder: _Folder, removed: set[str], cursor: DeltaCursor, proof: Proof = Proof.SURE) -> ScopeEnd:
    ids = sorted(removed)
    mailboxes = pa.array([folder.mailbox.address] * len(ids), pa.string())
    keys = pa.table({"mailbox": mailboxes, "id": pa.array(ids, pa.string())})
    return ScopeEnd(
        mode, where=folder.where, removed_keys=keys, keep_column="received_date_time", keep_from=folder.since,
        cursor=cursor.text(), proof=proof,
    )  # fmt: skip


def _pages(
    client: GraphClient,
    endpoint: Endpoint,
    url: str,
    contract: Contract,
    reading: LegReading,
    *,
    is_delta: bool = False,
    asked: str = "",
    tally: ListTally | None = None,
) -> Iterator[ProjectedPage]:
    prefer = _PAGED if endpoint is MESSAGES else IMMUTABLE_IDS
    return client.pages(
        endpoint, url, contract, reading.stats, prefer=prefer, is_delta=is_delta, asked=asked, tally=tally
    )


def _options(contract: Contract, folder: _Folder) -> dict[str, str]:
    """What is asked of a folder's delta."""
    return {"$select": ",".join(contract.select), "$filter": f"receivedDateTime ge {folder.since:%Y-%m-%dT%H:%M:%SZ}"}


def _write(page: ProjectedPage, match: MatchSet, reading: LegReading, folder: _Folder) -> tuple[str, ...]:
    """Spool what is in the window and touches a customer; the ids of the rest."""
    received = page.table.column("received_date_time")
    # Exchange may tell a change (read, flagged) with little more than the id: no time then, and nothing of the rest is
    # to be believed. The stored row stays as it is.
    is_recent = pc.fill_null(pc.greater_equal(received, pa.scalar(folder.since, received.type)), False)
    kept = keep_messages(page.table.filter(is_recent), match, folder.mailbox.address, folder.name)
    reading.stats.rows_dropped += page.table.num_rows - kept.rows.num_rows
    reading.write(kept.rows)
    return kept.dropped_ids
