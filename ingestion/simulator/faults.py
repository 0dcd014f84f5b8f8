"""Which faults are set, and which of them hit a given request."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.simulator.exchange import Request
from ingestion.simulator.faultcatalog import CATALOG, FaultKind
from ingestion.simulator.graph.spelling import canonical

VENDOR_GROUPS = {"microsoft": ("login", "graph")}
PLACES = ("vendor", "tenant", "path", "times", "every", "after")
DELTA_MARKS = ("$deltatoken=", "%24deltatoken=")


PAGE_MARKS = ("$skiptoken=", "%24skiptoken=")


class FaultError(Exception):
    """A fault has an unknown name, place or parameter."""


@dataclass
class Fault:
    """One fault that is set. It hits every `every`-th matching request after the first `after`, `times` times."""

    number: int
    kind: FaultKind
    vendors: tuple[str, ...]
    tenant: str | None
    path: str | None
    times: int | None
    every: int
    after: int
    parameters: dict[str, Any]
    seen: int = 0
    hits: int = 0
    waiting: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def takes(self, request: Request, tenant: str | None) -> bool:
        """Whether this request is one that the fault hits; counts it."""
        if request.vendor not in self.vendors:
            return False
        if self.tenant is not None and self.tenant != tenant:
            return False
        if self.path is not None and not _path_begins(request.path, self.path):
            return False
        if self.kind.within not in request.path or (self.kind.reads_only and request.method != "GET"):
            return False
        if self.kind.name == "delta_gone" and not self._is_in_round(request):
            return False
        if self.kind.name == "top_refused" and _page_size(request) <= self.parameters["maximum"]:
            return False
        self.seen += 1
        if self.seen <= self.after or (self.seen - self.after) % self.every:
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        self.hits += 1
        return True

    def _is_in_round(self, request: Request) -> bool:
        if self.parameters["pages"]:
            return canonical(request.path).endswith("/delta") and any(mark in request.query for mark in PAGE_MARKS)
        return any(mark in request.query for mark in DELTA_MARKS)

    def row(self) -> dict[str, Any]:
        """The fault with its counters, as plain JSON."""
        return {
            "number": self.number,
            "name": self.kind.name,
            "vendors": list(self.vendors),
            "tenant": self.tenant,
            "path": self.path,
            "times": self.times,
            "every": self.every,
            "after": self.after,
            "parameters": self.parameters,
            "seen": self.seen,
            "hits": self.hits,
            "waiting": self.waiting,
        }


class FaultBook:
    """The faults that are set, in the order of their setting."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._next_number = 1

    def set(self, name: str, where: Mapping[str, Any]) -> Fault:
        """Set a named fault; `where` holds places (vendor, tenant, path, times, every, after) and parameters.

        Errors: FaultError for an unknown name, place, vendor or parameter.
        """
        kind = CATALOG.get(name)
        if kind is None:
            raise FaultError(f"no fault is named {name}; there are {', '.join(sorted(CATALOG))}")
        unknown = sorted(set(where) - set(PLACES) - set(kind.parameters))
        if unknown:
            known = ", ".join((*PLACES, *kind.parameters))
            raise FaultError(f"fault {name} takes {known}; found {', '.join(unknown)}")
        every = where.get("every") or 1
        fault = Fault(
            number=self._next_number,
            kind=kind,
            vendors=_vendors(kind, where.get("vendor")),
            tenant=where.get("tenant"),
            path=where.get("path"),
            times=where.get("times"),
            every=every,
            after=where.get("after") or 0,
            parameters={key: where.get(key, default) for key, default in kind.parameters.items()},
        )
        self._faults[fault.number] = fault
        self._next_number += 1
        return fault

    def hits(self, request: Request, tenant: str | None) -> list[Fault]:
        """The faults that hit this request, each counted."""
        if not self._faults:
            return []
        return [fault for fault in list(self._faults.values()) if fault.takes(request, tenant)]

    def get(self, number: int) -> Fault:
        """The fault with that number.

        Errors: FaultError where there is none.
        """
        if number not in self._faults:
            raise FaultError(f"no fault has the number {number}")
        return self._faults[number]

    def clear(self, number: int | None = None) -> None:
        """Take one fault away, or all; requests that wait for a release proceed."""
        numbers = list(self._faults) if number is None else [self.get(number).number]
        for one in numbers:
            self._faults.pop(one).released.set()

    def rows(self) -> list[dict[str, Any]]:
        """All faults with their counters."""
        return [fault.row() for fault in self._faults.values()]


def _page_size(request: Request) -> int:
    text = request.parameters.get("$top", "")
    return int(text) if text.isdigit() else 0


def _vendors(kind: FaultKind, vendor: str | None) -> tuple[str, ...]:
    if vendor is None:
        return kind.vendors
    asked = VENDOR_GROUPS.get(vendor, (vendor,))
    found = tuple(one for one in asked if one in kind.vendors)
    if not found:
        raise FaultError(f"fault {kind.name} happens at {', '.join(kind.vendors)}; found vendor {vendor}")
    return found


def _path_begins(path: str, prefix: str) -> bool:
    # A prefix may leave out the API root: "/users" finds "/v1.0/users", "/invoices" finds "/v1/invoices".
    if path.startswith(prefix):
        return True
    return any(path.startswith(root + prefix) for root in ("/v1.0", "/v1", "/v4_6_release/apis/3.0"))
