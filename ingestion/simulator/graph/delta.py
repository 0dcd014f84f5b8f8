"""Delta rounds: what a token remembers, which rows changed since, and the links that carry the round on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from ingestion.simulator.encoding import Row
from ingestion.simulator.exchange import Request
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.errors import GraphError
from ingestion.simulator.graph.tokens import BadToken, pack, unpack
from ingestion.simulator.site import SnapshotKey

GONE_CODE = "syncStateNotFound"
LATEST = "latest"


@dataclass(frozen=True)
class Round:
    """One round of changes.

    `base` is the state of the world that the client already holds (None: nothing, a first round),
    `target` the one that it will hold after the round, `terms` the options that the first call fixed.
    """

    base: SnapshotKey | None
    target: SnapshotKey
    offset: int
    terms: Mapping[str, str]

    def token(self) -> str:
        """The round as an opaque word."""
        return pack([self.base, self.target, self.offset, dict(self.terms)])


@dataclass(frozen=True)
class Change:
    """One entry of a round: a row (with the client's own version of it, if any), or the reason of its removal."""

    row: Row
    known: Row | None = None
    removed: str | None = None


def open_round(call: Call, terms: Mapping[str, str], life_days: int | None) -> Round:
    """The round that the request continues or opens.

    Errors: GraphError 410 where the delta token is altered or older than `life_days`.
    """
    page_token, delta_token = call.options.get("$skiptoken"), call.options.get("$deltatoken")
    if page_token:
        return _remembered(call, page_token)
    if not delta_token:
        return Round(None, call.site.key, 0, terms)
    if delta_token == LATEST:
        return Round(call.site.key, call.site.key, 0, terms)
    before = _remembered(call, delta_token)
    age_days = (call.site.day - date.fromisoformat(before.target.day)).days
    if life_days is not None and age_days > life_days:
        raise gone(call.request)
    return Round(before.target, call.site.key, 0, before.terms)


def gone(request: Request, code: str = GONE_CODE, status: int = 410, with_location: bool = True) -> GraphError:
    """The token cannot be used any more: begin again, where `Location` says."""
    headers: dict[str, str] = {}
    if with_location:
        terms = "".join(f"{name}={quote(value, safe=',')}&" for name, value in _terms(request).items())
        headers["location"] = f"{request.url}?{terms}$deltatoken="
    return GraphError(status, code, "The sync state was not found. Start a full synchronization.", headers)


def changes_between(old: list[Row], new: list[Row], view: Callable[[Row], Any]) -> list[Change]:
    """Rows that were added, that differ in what the client sees of them, or that are gone; in that order."""
    before = {row["id"]: row for row in old}
    changes: list[Change] = []
    for row in new:
        known = before.pop(row["id"], None)
        if known is None or (known is not row and view(known) != view(row)):
            changes.append(Change(row, known))
    return changes + [Change(row, removed="changed") for row in before.values()]


def round_page(
    call: Call,
    current: Round,
    changes: list[Change],
    size: int,
    shape: Callable[[Change], dict[str, Any]],
    context: str,
) -> dict[str, Any]:
    """One page of the round, with a next link, or on the last page the delta link."""
    end = current.offset + call.limited(size)
    changes = changes[::-1] if call.backwards else changes
    document: dict[str, Any] = {"@odata.context": f"{call.request.base}/v1.0/$metadata#{context}"}
    if end < len(changes):
        following = Round(current.base, current.target, end, current.terms)
        document["@odata.nextLink"] = f"{call.request.url}?$skiptoken={following.token()}"
    else:
        # The base is dropped: however the client came here, equal states give an equal link.
        finished = Round(None, current.target, 0, current.terms)
        document["@odata.deltaLink"] = f"{call.request.url}?$deltatoken={finished.token()}"
    document["value"] = [shape(change) for change in changes[current.offset : end]]
    return document


def _terms(request: Request) -> Mapping[str, str]:
    token = request.parameters.get("$deltatoken") or request.parameters.get("$skiptoken", "")
    try:
        return unpack(token)[3]
    except BadToken:
        return {}


def _remembered(call: Call, token: str) -> Round:
    try:
        base, target, offset, terms = unpack(token)
    except (BadToken, ValueError) as error:
        raise gone(call.request) from error
    return Round(SnapshotKey(*base) if base else None, SnapshotKey(*target), offset, terms)
