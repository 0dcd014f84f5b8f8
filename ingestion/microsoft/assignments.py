"""Licence assignments as a round over the users tells them: which rows to write, and whether they can be trusted.

Pages of users with their assignment states → rows of raw_microsoft.license_assignments and the scope that ends them.
"""

import json
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.contract import raw_contract
from ingestion.legs import LegReading, ScopeEnd
from ingestion.microsoft.connection import VENDOR
from ingestion.projection.envelope import Child
from ingestion.projection.page import ChildPage, ProjectedPage

ASSIGNMENTS = "license_assignments"
STATES = "licenseAssignmentStates"
_PARENT = "user_id"
_NO_LICENSES = frozenset({None, "[]"})


class AssignmentRound:
    """Takes the pages of one round.

    A complete round may be large, so its assignments go out at once. A round over changes keeps them until its end: an
    earlier appearance of a user tells assignments that hold no more.
    """

    def __init__(self, reading: LegReading, *, is_full: bool) -> None:
        self._reading = reading
        self._is_full = is_full
        self._are_told = True
        # Page by page: ids of users that came or are gone; of a round over changes their assignments too.
        self._ids: list[pa.Array] = []
        self._states: list[pa.Table] = []

    def take(self, page: ProjectedPage) -> None:
        """Take a page's assignments."""
        found = page.children[STATES]
        self._are_told = self._are_told and _are_told(page.table, found)
        gone = pa.array(page.removed_ids, pa.string())
        self._ids.append(pa.concat_arrays([page.table.column("id").combine_chunks(), gone]))
        if self._is_full:
            self._reading.write(found.table, ASSIGNMENTS)
        else:
            self._states.append(found.table)

    def end(self) -> ScopeEnd | None:
        """The scope of the finished round; None where its pages do not tell every user's assignments.

        Graph may leave the states out of a delta, and it may show or remove a user again in a complete round, whose
        earlier assignments are written by then.
        """
        if not self._are_told:
            return None
        if self._is_full:
            return None if _come_again(self._ids) else ScopeEnd("full")
        touched = pc.unique(pa.chunked_array(self._ids, pa.string()))
        come_once = len(touched) == sum(map(len, self._ids))
        later = pa.array([], pa.string())
        for ids, states in zip(reversed(self._ids), reversed(self._states), strict=True):
            if come_once:
                self._reading.write(states, ASSIGNMENTS)
                continue
            holds = pc.invert(pc.is_in(states.column(_PARENT), value_set=later))
            self._reading.write(states.filter(holds), ASSIGNMENTS)
            later = pa.concat_arrays([later, ids])
        return ScopeEnd("delta", parent_column=_PARENT, replaced_parents=touched)


def assignment_child() -> Child:
    """How the assignments lie in a user's row."""
    return Child(STATES, raw_contract(VENDOR, ASSIGNMENTS), _PARENT, (("assigned_by_group", "direct"),))


def _are_told(users: pa.Table, states: ChildPage) -> bool:
    """False when a user with licences came without assignment states: then delta does not carry them."""
    untold = pc.invert(pc.is_in(users.column("id"), value_set=states.parents))
    licenses = users.filter(untold).column("assigned_licenses").to_pylist()
    return not any(text not in _NO_LICENSES and json.loads(text) for text in licenses)


def _come_again(pages: Sequence[pa.Array]) -> bool:
    """Whether an id is on more than one page."""
    ids = pa.chunked_array(pages, pa.string())
    # A part at a time: the set of a million ids would weigh more than they do.
    ends = pc.utf8_slice_codeunits(ids, -1)
    parts = (ids.filter(pc.equal(ends, end)) for end in pc.unique(ends))
    return any(pc.count_distinct(part).as_py() < len(part) for part in parts)
