"""Legs: one vendor table for one tenant or connection, the unit that is read, loaded, recorded and may fail alone.

Vendor packages make legs; `ingestion/load` runs them. Neither knows the other's inside.
vendor pages → LegReading.write → spool → changed rows → dlt → raw_<vendor>.<table>
"""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

import pyarrow as pa


class LegStatus(enum.StrEnum):
    """How one leg's attempt ended; the published `ops_load_status.status`."""

    LOADED = "loaded"
    UNCHANGED = "unchanged"
    PARTIAL = "partial"
    FAILED = "failed"
    NOT_PERMITTED = "not_permitted"
    NOT_LICENSED = "not_licensed"
    NOT_OFFERED = "not_offered"
    SKIPPED = "skipped"


class IngestionError(Exception):
    """A leg could not be read or loaded.

    `status` is how the leg ends, `error_class` a stable short word for it, `advice` what a person should do. The text
    holds endpoint templates, ids of tenants and tables, codes and counts: never an address, a value, a token or a
    secret.
    """

    def __init__(self, message: str, *, error_class: str, advice: str, status: LegStatus = LegStatus.FAILED) -> None:
        super().__init__(message)
        self.status = status
        self.error_class = error_class
        self.advice = advice


@dataclass(frozen=True, order=True)
class LegKey:
    """Which vendor's table, over which connection, for which tenant (`` for vendors without tenants)."""

    vendor: str
    connection_id: str
    tenant_id: str
    table: str


@dataclass
class LegStats:
    """Counters of one leg's attempt; filled by client, projection and load while they work."""

    rows_read: int = 0
    rows_changed: int = 0
    rows_removed: int = 0
    rows_dropped: int = 0
    forbidden_dropped: int = 0
    decimals_rounded: int = 0
    texts_stripped: int = 0
    texts_cut: int = 0
    request_count: int = 0
    retry_count: int = 0
    throttled_count: int = 0
    byte_count: int = 0

    def forget_rows(self) -> None:
        """Nothing counted of rows that are read again; requests stay."""
        self.rows_read = self.rows_dropped = self.forbidden_dropped = self.decimals_rounded = 0
        self.texts_stripped = self.texts_cut = 0


class Proof(enum.Enum):
    """How surely a read returned every row of its scope; the load decides by it what absence may do.

    SURE: one answer held the whole list, or the vendor pages by key and the announced total is what was read.
    COUNTED: several answers by offset, and the announced total is the number of distinct ids: rows that came and went
        meanwhile can still hide one. New or missing ids are believed when a second read finds the same ones.
    LINKED: several answers, the last one says that it is the last, nothing is announced. Rows may have moved from a
        page not yet read to one already read. New or missing ids are believed when a second read finds the same ones.
    BROKEN: the announced total says otherwise. The list is read again; if it stays, no row is taken for removed.
    """

    SURE = "sure"
    COUNTED = "counted"
    LINKED = "linked"
    BROKEN = "broken"


@dataclass(frozen=True)
class ScopeEnd:
    """What a finished read proves about one part of the leg's rows (the whole leg unless `where` narrows it).

    mode: `full`: stored rows of the scope that were not written are gone; `delta`: only `removed_keys` are gone;
        `upsert`: nothing is gone.
    where: column → value that bounds the scope, e.g. {"mailbox": "dana@msp.example", "folder": "inbox"}.
    removed_keys: key columns (partition column left out) of the rows that the vendor reported as removed.
    keep_from: rows whose `keep_column` is older are out of the window and are deleted (removal `delete` only).
    replaced_parents: for child tables read with their parent (`license_assignments`): the parent ids whose child rows
        were written completely; their stored children that were not written are gone.
    cursor: state to store for the scope, None for none.
    proof: how sure the read is to have seen every row of the scope.
    """

    mode: str
    where: Mapping[str, str] = field(default_factory=dict)
    removed_keys: pa.Table | None = None
    keep_column: str | None = None
    keep_from: datetime | None = None
    parent_column: str | None = None
    replaced_parents: pa.Array | pa.ChunkedArray | None = None
    cursor: str | None = None
    proof: Proof = Proof.SURE


@dataclass(frozen=True)
class LegEnd:
    """A finished read: its scopes, by table (the leg's own table and any child table).

    problems: parts that failed while others were read (one mailbox of several); the leg ends `partial`, and only the
        scopes listed here are stored.
    """

    scopes: Mapping[str, Sequence[ScopeEnd]]
    problems: tuple[IngestionError, ...] = ()


class LegReading(Protocol):
    """What a leg's read function is given: where to put rows, what was stored before, whose clock to use."""

    key: LegKey
    stats: LegStats
    as_of: date
    started_at: datetime
    full_refresh: bool

    def cursor(self, scope: str = "") -> str | None:
        """The stored cursor of a scope (`mailbox/folder` for mail), None on the first read or a full refresh."""

    def write(self, rows: pa.Table, table: str | None = None) -> None:
        """Spool one projected page (contract columns from the vendor, metadata left out); `table` for a child table."""

    def recognises(self, question: str, answer: Sequence[bytes]) -> bool:
        """Whether the leg's stored rows were read from exactly this answer to this question.

        True ends the read: what was written does not count, and the rows stay as they are. Only for a leg that has one
        answer; where that grows page by page, with every page, for the last call is what the next read is held against.
        False proves nothing. An empty answer takes back what was asked before.
        """

    def forget(self, table: str | None = None) -> None:
        """Drop what was written so far, of one table or of all: the vendor began anew, and old pages hold no more."""

    def rows(self, key: LegKey, columns: Sequence[str]) -> pa.Table:
        """Current rows of another leg: of this run where it was read already, else the last good ones."""

    def changed_rows(self, key: LegKey, columns: Sequence[str]) -> pa.Table:
        """Rows of a needed leg that this run found new or changed."""


@dataclass(frozen=True)
class Leg:
    """One readable leg: `needs` end (well or badly) before it starts, `children` are tables the same read fills."""

    key: LegKey
    read: Callable[[LegReading], LegEnd]
    needs: tuple[LegKey, ...] = ()
    children: tuple[str, ...] = ()
