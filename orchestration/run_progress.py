"""What a run is doing while it does it: bars on a terminal, a plain line per step elsewhere.

Legs and dbt's nodes → counts. It shows vendors and counts, never a row, a tenant's name or an address.
"""

import contextlib
import logging
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from ingestion.load.context import LegProgress
    from orchestration.dbt_runner import NodeResult

ENDED = "ended"
# Bars are for people: more often than they look would cost the run.
REFRESHES_PER_SECOND = 4
BUILDING = "build and test models"
PUBLISHING = "publish"
TROUBLE = frozenset({"failed", "partial", "not_permitted"})


class RunProgress:
    """Shows nothing: what runs use that nobody watches, such as scheduled ones."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the stream to whoever writes next; nothing is shown after it."""

    def reading(self, vendor: str, leg_count: int) -> None:
        """A vendor's tables begin, each of one tenant or connection."""

    def leg(self, event: "LegProgress") -> None:
        """An event of a leg; safe for threads."""

    def building(self) -> None:
        """dbt begins."""

    def node(self, node: "NodeResult") -> None:
        """A model or a test ended."""

    def publishing(self) -> None:
        """The published file is written."""


class PlainProgress(RunProgress):
    """Lines for a pipe, a log or a service."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._open = self._troubled = self._rows = 0

    def reading(self, vendor: str, leg_count: int) -> None:
        """Say how many tables are read."""
        self._open, self._troubled, self._rows = leg_count, 0, 0
        self._say(f"{vendor}: reading {leg_count} tables")

    def leg(self, event: "LegProgress") -> None:
        """Count; after the last leg say what was read."""
        if event.event != ENDED:
            return
        with self._lock:
            self._open -= 1
            self._rows += event.rows
            self._troubled += event.status is not None and event.status.value in TROUBLE
            if self._open == 0:
                self._say(f"{event.key.vendor}: {self._rows:,} rows read, {self._troubled} tables with trouble")

    def building(self) -> None:
        """Say that dbt begins."""
        self._say(BUILDING)

    def publishing(self) -> None:
        """Say that the file is written."""
        self._say(PUBLISHING)

    def _say(self, text: str) -> None:
        # Said from within a load or a build, which must not fail because the reader, such as `head`, has gone.
        with contextlib.suppress(BrokenPipeError):
            print(text, file=self._stream, flush=True)


class DrawnProgress(RunProgress):
    """A bar per step, gone from the terminal at the end."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        # Only what goes to the terminal may pass through the bars: a file of errors stays one.
        errors = sys.stderr
        self._bars = Progress(
            *columns, console=Console(file=stream), transient=True, refresh_per_second=REFRESHES_PER_SECOND,
            redirect_stderr=errors.isatty(),
        )  # fmt: skip
        self._task = None
        self._bars.start()
        self._logs = [handler for handler in logging.getLogger().handlers if getattr(handler, "stream", None) is errors]
        self._errors = errors
        # Handlers keep the stream they were made with, and a line in the midst of bars would be drawn over.
        self._log_to(sys.stderr)

    def close(self) -> None:
        """Take the bars away."""
        self._bars.stop()
        self._log_to(self._errors)

    def _log_to(self, stream: TextIO) -> None:
        for handler in self._logs:
            handler.setStream(stream)

    def reading(self, vendor: str, leg_count: int) -> None:
        """A bar of the vendor's tables."""
        self._begin(f"{vendor}: read tables", leg_count)

    def leg(self, event: "LegProgress") -> None:
        """Advance by a leg that ended."""
        if event.event == ENDED:
            self._advance()

    def building(self) -> None:
        """A bar without an end: how much dbt has to build, it finds out itself."""
        self._begin(BUILDING, None)

    def node(self, node: "NodeResult") -> None:
        """Advance by a node."""
        self._advance()

    def publishing(self) -> None:
        """A bar for the file."""
        self._begin(PUBLISHING, None)

    def _begin(self, text: str, total: int | None) -> None:
        if self._task is not None:
            self._bars.stop_task(self._task)
        self._task = self._bars.add_task(text, total=total)

    def _advance(self) -> None:
        if self._task is not None:
            self._bars.advance(self._task)


def progress_on(stream: TextIO) -> RunProgress:
    """Bars where the stream is a terminal, else lines."""
    return DrawnProgress(stream) if stream.isatty() else PlainProgress(stream)
