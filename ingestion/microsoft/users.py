"""Reads users by delta, and with them their licence assignments, a child table of the same pages.

Graph /users/delta → raw_microsoft.users, raw_microsoft.license_assignments; deletions come as `@removed`.
"""

import json
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.contract import raw_contract
from ingestion.http.errors import HttpError
from ingestion.legs import LegEnd, LegReading, ScopeEnd
from ingestion.microsoft.client import GraphClient
from ingestion.microsoft.connection import VENDOR
from ingestion.microsoft.cursor import DeltaCursor, digest, is_usable, parse_cursor
from ingestion.microsoft.directory import select_options
from ingestion.microsoft.endpoints import LICENSE_ASSIGNMENTS, USERS
from ingestion.microsoft.failures import ResyncNeeded
from ingestion.projection.envelope import Child
from ingestion.projection.page import ChildPage, ProjectedPage

ASSIGNMENTS = "license_assignments"
_STATES = "licenseAssignmentStates"
_NOT_DELTA_CAPABLE = frozenset({400, 501})
_NO_LICENSES = frozenset({None, "[]"})


@dataclass
class _Round:
    """What one round over the pages has seen."""

    is_full: bool
    delta_link: str | None = None
    removed: set[str] = field(default_factory=set)
    user_ids: list[pa.Array] = field(default_factory=list)
    assignments: list[ChildPage] = field(default_factory=list)
    has_states: bool = True


def read_users(client: GraphClient, reading: LegReading) -> LegEnd:
    """Changed users since the stored delta link, or all of them.

    Shape: rows as they came; an id's last appearance counts. Scopes: `full` after a complete round, else `delta`.
    Errors: as GraphClient.pages.
    """
    select = (*raw_contract(VENDOR, USERS.table).select, _STATES)
    basis = digest(select)
    cursor = None if reading.full_refresh else parse_cursor(reading.cursor())
    done: _Round | None = None
    if cursor is not None and client.owns(cursor.link) and is_usable(cursor, basis, reading.started_at, expires=True):
        try:
            done = _read_round(client, reading, cursor.link, _Round(is_full=False))
        except ResyncNeeded:
            # Rows written so far are current ones; the full round writes them again.
            done = None
    if done is None:
        cursor = None
        done = _read_full_round(client, reading)
    link = None
    if done.delta_link is not None:
        full_at = reading.started_at if cursor is None else cursor.full_at
        link = DeltaCursor(done.delta_link, reading.started_at, full_at, basis).text()
    removed = pa.table({"id": pa.array(sorted(done.removed), pa.string())})
    users = ScopeEnd("full" if done.is_full else "delta", removed_keys=removed, cursor=link)
    return LegEnd({USERS.table: [users], ASSIGNMENTS: [_end_assignments(client, reading, done)]})


def _read_full_round(client: GraphClient, reading: LegReading) -> _Round:
    contract = raw_contract(VENDOR, USERS.table)
    options = select_options(contract, USERS)
    with_states = {"$select": f"{options['$select']},{_STATES}"}
    try:
        return _read_round(client, reading, client.url(USERS, with_states), _Round(is_full=True))
    except HttpError as error:
        # Whether delta takes this property is not documented. Source: reference microsoft-graph, section 6.
        if error.http_status not in _NOT_DELTA_CAPABLE or reading.stats.rows_read:
            raise
    done = _read_round(client, reading, client.url(USERS, options), _Round(is_full=True))
    done.has_states = False
    return done


def _read_round(client: GraphClient, reading: LegReading, url: str, done: _Round) -> _Round:
    contract = raw_contract(VENDOR, USERS.table)
    child = Child(_STATES, raw_contract(VENDOR, ASSIGNMENTS), "user_id", (("assigned_by_group", "direct"),))
    pages = client.pages(USERS, url, contract, reading.stats, children=(child,), is_delta=not done.is_full)
    for page in pages:
        _take(page, reading, done)
    return done


def _take(page: ProjectedPage, reading: LegReading, done: _Round) -> None:
    ids = page.table.column("id").combine_chunks()
    if done.removed:
        done.removed.difference_update(ids.to_pylist())
    done.removed.update(page.removed_ids)
    done.delta_link = page.delta_link
    reading.write(page.table)
    states = page.children[ASSIGNMENTS]
    done.has_states = done.has_states and _states_are_told(page.table, states)
    if done.is_full:
        # A complete round may be large: its assignments go out at once, all of them belong to users that are there.
        reading.write(states.table, ASSIGNMENTS)
        return
    gone = pa.array(page.removed_ids, pa.string())
    done.user_ids.append(pa.concat_arrays([ids, gone]))
    done.assignments.append(states)


def _states_are_told(users: pa.Table, states: ChildPage) -> bool:
    """False when a user with licences came without assignment states: then delta does not carry them."""
    untold = pc.invert(pc.is_in(users.column("id"), value_set=states.parents))
    licenses = users.filter(untold).column("assigned_licenses").to_pylist()
    return not any(text not in _NO_LICENSES and json.loads(text) for text in licenses)


def _end_assignments(client: GraphClient, reading: LegReading, done: _Round) -> ScopeEnd:
    if not done.has_states:
        return _read_assignment_list(client, reading)
    if done.is_full:
        return ScopeEnd("full")
    touched = pc.unique(pa.chunked_array(done.user_ids, pa.string()))
    come_once = len(touched) == sum(len(ids) for ids in done.user_ids)
    # From the last page back: an earlier appearance of a user tells assignments that no longer hold.
    later = pa.array([], pa.string())
    for ids, states in zip(reversed(done.user_ids), reversed(done.assignments), strict=True):
        if come_once:
            reading.write(states.table, ASSIGNMENTS)
            continue
        holds = pc.invert(pc.is_in(states.table.column("user_id"), value_set=later))
        reading.write(states.table.filter(holds), ASSIGNMENTS)
        later = pa.concat_arrays([later, ids])
    return ScopeEnd("delta", parent_column="user_id", replaced_parents=touched)


def _read_assignment_list(client: GraphClient, reading: LegReading) -> ScopeEnd:
    """Every user's assignment states by a plain list, where delta does not carry them."""
    child = Child(_STATES, raw_contract(VENDOR, ASSIGNMENTS), "user_id", (("assigned_by_group", "direct"),))
    contract = raw_contract(VENDOR, USERS.table)
    url = client.url(LICENSE_ASSIGNMENTS, {"$select": f"id,{_STATES}", **dict(LICENSE_ASSIGNMENTS.options)})
    for page in client.pages(LICENSE_ASSIGNMENTS, url, contract, reading.stats, children=(child,)):
        reading.write(page.children[ASSIGNMENTS].table, ASSIGNMENTS)
    return ScopeEnd("full")
