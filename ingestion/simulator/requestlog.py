"""The log of every request the simulator received: what was asked, never what was sent or answered."""

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

LOG_LIMIT_ENTRIES = 500_000


@dataclass(slots=True)
class LogEntry:
    """One request. `status` 0 means that the connection was cut; None that no answer was sent yet."""

    sequence: int
    vendor: str
    method: str
    host: str
    path: str
    query: str
    has_authorization: bool
    tenant: str | None
    mailbox: str | None
    in_batch: bool = False
    status: int | None = None
    faults: list[str] = field(default_factory=list)


class RequestLog:
    """Requests in the order of their arrival, with running counts that clearing resets."""

    def __init__(self) -> None:
        self._entries: deque[LogEntry] = deque(maxlen=LOG_LIMIT_ENTRIES)
        self._sequence = 0

    def add(
        self,
        vendor: str,
        method: str,
        host: str,
        path: str,
        query: str,
        has_authorization: bool,
        tenant: str | None,
        mailbox: str | None,
        in_batch: bool = False,
    ) -> LogEntry:
        """The entry of a request that has just arrived; its status is filled when it is answered."""
        self._sequence += 1
        entry = LogEntry(
            self._sequence, vendor, method, host, path, query, has_authorization, tenant, mailbox, in_batch
        )
        self._entries.append(entry)
        return entry

    def rows(self) -> list[dict[str, Any]]:
        """All entries as plain dictionaries."""
        return [asdict(entry) for entry in self._entries]

    def counts(self) -> dict[str, int]:
        """Requests in the log by vendor, and `total`."""
        counts: dict[str, int] = {"total": len(self._entries)}
        for entry in self._entries:
            counts[entry.vendor] = counts.get(entry.vendor, 0) + 1
        return counts

    def clear(self) -> None:
        """Forget all entries; the sequence goes on."""
        self._entries.clear()
