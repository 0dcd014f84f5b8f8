"""Counts what is in flight and what came lately, per host, tenant and mailbox; refuses above the limits if told to."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from ingestion.simulator.quotas import (
    APPLICATION,
    DIRECTORY_SECONDS,
    MAILBOX_CONCURRENCY,
    SECURITY_CONCURRENCY,
    Draw,
    Window,
    directory_units,
    draw,
)


@dataclass(frozen=True)
class Refusal:
    """A limit that was exceeded. `wait_seconds` is None where the vendor does not tell."""

    limit: str
    wait_seconds: int | None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Visit:
    """One request in flight, by the places that it counts in."""

    places: tuple[str, ...]
    refusal: Refusal | None = None
    units: int = 0


class Traffic:
    """Requests in flight and in the limits' windows; one instance per server process.

    Shape: places are `total`, `vendor/NAME`, `host/HOST:PORT`, `tenant/GUID`, `mailbox/GUID/ADDRESS`, `security/GUID`.
    """

    def __init__(self) -> None:
        self.enforces = False
        self._now: dict[str, int] = {}
        self._recent: dict[tuple[str, str], deque[tuple[float, int]]] = {}
        self._sums: dict[tuple[str, str], int] = {}
        self._peaks: dict[str, int] = {}
        self._fullest: dict[str, int] = {}
        self._refused: dict[str, int] = {}

    def enter(
        self,
        vendor: str,
        host: str,
        path: str,
        query: str,
        tenant: str | None,
        mailbox: str | None,
        in_batch: bool,
        users: Callable[[], int],
    ) -> Visit:
        """Count a request in; the visit says whether a limit refuses it.

        The service itself paces the reads of one batch, so they count in the windows but not in what is in flight.
        """
        places = () if in_batch else _places(vendor, host, path, tenant, mailbox)
        for place in places:
            count = self._now.get(place, 0) + 1
            self._now[place] = count
            if count > self._peaks.get(place, 0):
                self._peaks[place] = count
        if vendor != "graph" or tenant is None:
            return Visit(places)
        drawn = draw(path, query)
        refusal = self._concurrency(tenant, mailbox, path) or self._windows(tenant, mailbox, path, drawn)
        refusal = self._directory(tenant, drawn, users) or refusal
        if refusal is not None:
            self._refused[refusal.limit] = self._refused.get(refusal.limit, 0) + 1
        return Visit(places, refusal if self.enforces else None, drawn.units)

    def leave(self, visit: Visit) -> None:
        """Count a request out."""
        for place in visit.places:
            self._now[place] -= 1

    def rows(self) -> dict[str, Any]:
        """The peaks so far: requests in flight per place, requests per window, and what broke a limit.

        Shape: `fullest` by `LIMIT/GUID` (mailbox: and address); `exceeded` counts by limit, refused or not.
        """
        return {"in_flight": dict(self._peaks), "fullest": dict(self._fullest), "exceeded": dict(self._refused)}

    def clear(self) -> None:
        """Forget the peaks and windows; what is in flight stays."""
        self._peaks.clear()
        self._fullest.clear()
        self._refused.clear()
        self._recent.clear()
        self._sums.clear()

    def _concurrency(self, tenant: str, mailbox: str | None, path: str) -> Refusal | None:
        if mailbox is not None and self._now.get(f"mailbox/{tenant}/{mailbox}", 0) > MAILBOX_CONCURRENCY:
            return Refusal("mailbox_concurrency", 1)
        if path.startswith("/v1.0/security/") and self._now.get(f"security/{tenant}", 0) > SECURITY_CONCURRENCY:
            return Refusal("security_concurrency", 1)
        return None

    def _windows(self, tenant: str, mailbox: str | None, path: str, drawn: Draw) -> Refusal | None:
        found = None
        for window in (APPLICATION, *drawn.windows):
            place = "" if window is APPLICATION else tenant if window.name != "mailbox" else f"{tenant}/{mailbox}"
            wait = self._take(window.name, place, 1, window.requests, window.seconds)
            if wait is not None and found is None:
                found = Refusal(window.name, _told(window, wait))
        return found

    def _directory(self, tenant: str, drawn: Draw, users: Callable[[], int]) -> Refusal | None:
        if not drawn.units:
            return None
        limit = directory_units(users())
        wait = self._take("directory", tenant, drawn.units, limit, DIRECTORY_SECONDS)
        if wait is None:
            return None
        headers = {"x-ms-throttle-information": "ResourceUnitLimitExceeded"}
        return Refusal("directory", max(1, math.ceil(wait)), headers)

    def _take(self, name: str, place: str, units: int, limit: int, seconds: float) -> float | None:
        """Book units in a window; seconds until there is room where they do not fit, else None."""
        key, now = (name, place), monotonic()
        held = self._recent.setdefault(key, deque())
        total = self._sums.get(key, 0)
        while held and held[0][0] <= now - seconds:
            total -= held.popleft()[1]
        wait = held[0][0] + seconds - now if held and total + units > limit else None
        if wait is None or not self.enforces:
            held.append((now, units))
            total += units
        self._sums[key] = total
        label = f"{name}/{place}" if place else name
        if total > self._fullest.get(label, 0):
            self._fullest[label] = total
        return wait


def _told(window: Window, wait: float) -> int | None:
    return max(1, math.ceil(wait)) if window.sends_wait else None


def _places(vendor: str, host: str, path: str, tenant: str | None, mailbox: str | None) -> tuple[str, ...]:
    places = ["total", f"vendor/{vendor}", f"host/{host}"]
    if tenant is not None:
        places.append(f"tenant/{tenant}")
        if mailbox is not None:
            places.append(f"mailbox/{tenant}/{mailbox}")
        if path.startswith("/v1.0/security/"):
            places.append(f"security/{tenant}")
    return tuple(places)
