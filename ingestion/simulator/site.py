"""The simulator's state: the world, the clock, edits, and caches of snapshots and of served pages."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from ingestion.simulator.edits import Edit, apply_edit
from ingestion.simulator.exchange import Response
from ingestion.simulator.faults import FaultBook
from ingestion.simulator.login.tokens import TokenBook
from ingestion.simulator.requestlog import RequestLog
from ingestion.simulator.traffic import Traffic

if TYPE_CHECKING:
    from ingestion.simulator.world import Snapshot, World

SNAPSHOT_LIMIT = 12
MEMO_LIMIT = 64
PAGE_CACHE_LIMIT_BYTES = 512 * 1024 * 1024
DELTA_PAGE_ROWS = 200
SIGN_IN_PAGE_ROWS = 500
FILTERED_DELTA_LIMIT_ROWS = 5_000  # documented for a first round of messages with a filter


class SnapshotKey(NamedTuple):
    """Which state of the world an answer comes from: the day, and how many edits were made."""

    day: str
    edits: int


class Site:
    """All that the handlers share. One instance per server process, used from one event loop only."""

    def __init__(self, world: "World", day: date, certificate: bytes | None = None) -> None:
        self.world = world
        self.day = day
        self.certificate = certificate
        self.clock_skew_seconds = 0.0
        self.sends_bodies = True
        self.edits: list[Edit | None] = []
        self.roles: dict[str, list[str]] = {}
        self.mailbox_scope: dict[str, list[str]] = {}
        self.delta_page_rows = DELTA_PAGE_ROWS
        self.filtered_delta_limit_rows = FILTERED_DELTA_LIMIT_ROWS
        self.sign_in_page_rows = SIGN_IN_PAGE_ROWS
        self.cloud = "global"
        self.concealed: set[str] = set()
        self.storage_url = ""
        self.storage_key = secrets.token_hex(16)
        self.traffic = Traffic()
        self.compresses = True
        self.faults = FaultBook()
        self.log = RequestLog()
        self.tokens = TokenBook(self.now)
        self.pages = PageCache(PAGE_CACHE_LIMIT_BYTES)
        self._snapshots: OrderedDict[SnapshotKey, Snapshot] = OrderedDict()
        self._memo: OrderedDict[Hashable, Any] = OrderedDict()

    @property
    def key(self) -> SnapshotKey:
        """The state of the world now."""
        return SnapshotKey(self.day.isoformat(), len(self.edits))

    def now(self) -> float:
        """The vendors' clock in seconds since the epoch: the machine's, off by the skew that was set."""
        return time.time() + self.clock_skew_seconds

    def snapshot(self, key: SnapshotKey | None = None) -> "Snapshot":
        """What the vendors hold in that state of the world; without a key, now.

        Errors: EditError where an edit names something that the world does not have.
        """
        key = key or self.key
        found = self._snapshots.get(key)
        if found is None:
            found = self._build(key)
            self._snapshots[key] = found
            if len(self._snapshots) > SNAPSHOT_LIMIT:
                self._snapshots.popitem(last=False)
        return found

    def set_day(self, day: date) -> None:
        """Move the clock; the world must have an answer for that day."""
        self.snapshot(SnapshotKey(day.isoformat(), len(self.edits)))
        self.day = day

    def add_edit(self, edit: Edit) -> None:
        """Make one change to the world.

        Errors: EditError, and nothing is changed, where it does not fit the world.
        """
        apply_edit(self.snapshot(), edit)
        self.edits.append(edit)

    def clear_edits(self) -> None:
        """Undo all edits; delta tokens made with them stay valid and report the way back."""
        self.edits.append(None)

    def memo(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """A computed value, kept while it is among the latest."""
        if key not in self._memo:
            self._memo[key] = compute()
            if len(self._memo) > MEMO_LIMIT:
                self._memo.popitem(last=False)
        return self._memo[key]

    def forget(self) -> None:
        """Drop computed values and pages: an option that shapes them has changed."""
        self._memo.clear()
        self.pages.clear()

    def _build(self, key: SnapshotKey) -> "Snapshot":
        if key.edits and self.edits[key.edits - 1] is not None:
            edit = self.edits[key.edits - 1]
            return apply_edit(self.snapshot(SnapshotKey(key.day, key.edits - 1)), edit)
        if key.edits:
            return self.snapshot(SnapshotKey(key.day, 0))
        return self.world.at(date.fromisoformat(key.day))


class PageCache:
    """Answered pages by everything that shaped them, the oldest dropped above a size in bytes."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._size_bytes = 0
        self._pages: OrderedDict[Hashable, Response] = OrderedDict()

    def get(self, key: Hashable) -> Response | None:
        """The cached page, or None."""
        return self._pages.get(key)

    def put(self, key: Hashable, page: Response) -> None:
        """Keep a page."""
        self._pages[key] = page
        self._size_bytes += len(page.body)
        while self._size_bytes > self._limit_bytes and len(self._pages) > 1:
            _, dropped = self._pages.popitem(last=False)
            self._size_bytes -= len(dropped.body)

    def clear(self) -> None:
        """Drop all pages."""
        self._pages.clear()
        self._size_bytes = 0
