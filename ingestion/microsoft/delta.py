"""Reads a directory collection by delta: changes since the stored link, or everything, and what is gone.

Graph <collection>/delta → pages of current rows, ids of removed ones, the link for the next round. It writes nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from data_contracts.contract import Contract
from ingestion.http.errors import HttpError, answer_error
from ingestion.legs import LegEnd, LegReading, ScopeEnd
from ingestion.microsoft.client import GraphClient
from ingestion.microsoft.cursor import DeltaCursor, digest, is_usable, parse_cursor
from ingestion.microsoft.directory import contract_of, select_options
from ingestion.microsoft.endpoint import Endpoint
from ingestion.microsoft.failures import ResyncNeeded
from ingestion.microsoft.links import goes_on_with
from ingestion.projection.envelope import Child
from ingestion.projection.page import ProjectedPage

# Graph may reset a round that has just begun; one that it resets time and again does not end.
MAX_ROUNDS = 3
# A link that we stored and that Graph calls malformed or does not find, with no code for it: a complete round is right.
LINK_REFUSED = frozenset({400, 404})


@dataclass(frozen=True)
class DeltaQuestion:
    """What is asked of a collection's delta.

    url: the first request of a complete round. basis: digest of what is selected, so that a changed question starts
    anew.
    """

    endpoint: Endpoint
    contract: Contract
    url: str
    basis: str
    children: tuple[Child, ...] = ()


@dataclass
class DeltaRound:
    """What one round over the pages has seen.

    removed: ids whose last appearance was a removal. delta_link: of the last page, which has one.
    """

    is_full: bool
    removed: set[str] = field(default_factory=set)
    delta_link: str = ""

    def see(self, page: ProjectedPage) -> None:
        """Take note of a page's rows, removals and link."""
        if self.removed:
            self.removed.difference_update(page.table.column("id").to_pylist())
        self.removed.update(page.removed_ids)
        self.delta_link = page.delta_link or ""


@dataclass(frozen=True)
class DeltaResult:
    """A finished round, and the cursor that continues it."""

    round: DeltaRound
    cursor: DeltaCursor

    def scope(self) -> ScopeEnd:
        """What the round proves about the rows: `full` after a complete one, else `delta`."""
        removed = pa.table({"id": pa.array(sorted(self.round.removed), pa.string())})
        return ScopeEnd("full" if self.round.is_full else "delta", removed_keys=removed, cursor=self.cursor.text())


Take = Callable[[ProjectedPage], None]


def read_delta_list(client: GraphClient, endpoint: Endpoint, reading: LegReading) -> LegEnd:
    """Changed rows of a collection since the stored link, or all of them.

    Shape: rows as they came; an id's last appearance counts. Scopes: `full` after a complete round, else `delta`.
    Errors: as GraphClient.pages.
    """
    contract = contract_of(endpoint)
    options = select_options(contract, endpoint)
    question = DeltaQuestion(endpoint, contract, client.url(endpoint, options), digest(contract.select))
    done = read_rounds(client, question, reading, lambda is_full: lambda page: reading.write(page.table))
    return LegEnd({endpoint.table: [done.scope()]})


def read_rounds(
    client: GraphClient, question: DeltaQuestion, reading: LegReading, begin: Callable[[bool], Take]
) -> DeltaResult:
    """A round from the stored link where it may be used, else a complete one; a reset begins a complete one.

    begin: called at the start of each round with whether it is complete; what it returns is given each page.
    Errors: as GraphClient.pages; HttpError `gone` where Graph resets every round.
    """
    cursor = _stored(client, question, reading)
    link, full_at = (cursor.link, cursor.full_at) if cursor is not None else (question.url, reading.started_at)
    rows_before = reading.stats.rows_read
    for _ in range(MAX_ROUNDS):
        done = DeltaRound(is_full=link == question.url)
        take = begin(done.is_full)
        try:
            for page in _pages(client, question, link, reading):
                done.see(page)
                take(page)
        except (ResyncNeeded, HttpError) as error:
            if isinstance(error, HttpError) and (done.is_full or error.http_status not in LINK_REFUSED):
                raise
            # What an interrupted round brought may be gone by now, and nothing would tell of it.
            reading.forget()
            reading.stats.rows_read = rows_before
            link, full_at = question.url, reading.started_at
            continue
        return DeltaResult(done, DeltaCursor(done.delta_link, reading.started_at, full_at, question.basis))
    raise reset_again(client, question.endpoint)


def reset_again(client: GraphClient, endpoint: Endpoint) -> HttpError:
    """The error for a delta whose every round Graph resets."""
    advice = f"Graph reset {MAX_ROUNDS} rounds in a row. The last good rows are kept; run again later."
    return answer_error(client.where(endpoint.table), endpoint.template, 410, advice=advice)


def _pages(client: GraphClient, question: DeltaQuestion, url: str, reading: LegReading) -> Iterable[ProjectedPage]:
    return client.pages(
        question.endpoint, url, question.contract, reading.stats, children=question.children, is_delta=True,
        asked=question.url,
    )  # fmt: skip


def _stored(client: GraphClient, question: DeltaQuestion, reading: LegReading) -> DeltaCursor | None:
    """The stored cursor where a round may start from it."""
    cursor = None if reading.full_refresh else parse_cursor(reading.cursor())
    if cursor is None or not goes_on_with(cursor.link, question.url):
        return None
    return cursor if is_usable(cursor, question.basis, reading.started_at, expires=True) else None
