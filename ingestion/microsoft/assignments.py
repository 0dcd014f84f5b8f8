"""Licence assignments as rounds over the users tell them: which rows to write, and which earlier ones hold no more.

Pages of users with their assignment states → rows of raw_microsoft.license_assignments and the scope that ends them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.contract import raw_contract
from ingestion.legs import LegReading, ScopeEnd
from ingestion.microsoft.connection import VENDOR
from ingestion.microsoft.delta import DeltaRound
from ingestion.projection.envelope import Child
from ingestion.projection.page import ChildPage, ProjectedPage

ASSIGNMENTS = "license_assignments"
STATES = "licenseAssignmentStates"
_PARENT = "user_id"
_KEY = (_PARENT, "sku_id", "assigned_by_group")
_NO_LICENSES = frozenset({None, "[]"})


@dataclass
class _Told:
    """What one page tells: ids of its users, and their assignments; of a complete round the keys only."""

    ids: pa.Array
    states: pa.Table


@dataclass
class AssignmentRounds:
    """Takes the pages of a round; a new round forgets what an earlier one has told but not written.

    are_told: false once a user with licences came without assignment states.
    """

    reading: LegReading
    is_full: bool = True
    are_told: bool = True
    _told: list[_Told] = field(default_factory=list)

    def begin(self, is_full: bool) -> None:
        """A new round; a complete one writes as it goes, so what an aborted one wrote must be watched."""
        if not self.is_full:
            self._told = []
        self.is_full, self.are_told = is_full, True

    def take(self, page: ProjectedPage) -> None:
        """Take a page's assignments; those of a complete round go out at once, it may be large."""
        found = page.children[STATES]
        self.are_told = self.are_told and _are_told(page.table, found)
        ids = page.table.column("id").combine_chunks()
        if self.is_full:
            self.reading.write(found.table, ASSIGNMENTS)
            self._told.append(_Told(ids, _compact(found.table)))
        else:
            gone = pa.array(page.removed_ids, pa.string())
            self._told.append(_Told(pa.concat_arrays([ids, gone]), found.table))

    def end(self, done: DeltaRound) -> ScopeEnd:
        """The scope of a finished round; of one over changes the assignments are written here."""
        if self.is_full:
            return ScopeEnd("full", removed_keys=_outdated(self._told, done.removed))
        ids = [told.ids for told in self._told]
        touched = pc.unique(pa.chunked_array(ids, pa.string()))
        come_once = len(touched) == sum(map(len, ids))
        # From the last page back: an earlier appearance of a user tells assignments that no longer hold.
        later = pa.array([], pa.string())
        for told in reversed(self._told):
            if come_once:
                self.reading.write(told.states, ASSIGNMENTS)
                continue
            holds = pc.invert(pc.is_in(told.states.column(_PARENT), value_set=later))
            self.reading.write(told.states.filter(holds), ASSIGNMENTS)
            later = pa.concat_arrays([later, told.ids])
        return ScopeEnd("delta", parent_column=_PARENT, replaced_parents=touched)


def assignment_child() -> Child:
    """How the assignments lie in a user's row."""
    return Child(STATES, raw_contract(VENDOR, ASSIGNMENTS), _PARENT, (("assigned_by_group", "direct"),))


def _are_told(users: pa.Table, states: ChildPage) -> bool:
    untold = pc.invert(pc.is_in(users.column("id"), value_set=states.parents))
    licenses = users.filter(untold).column("assigned_licenses").to_pylist()
    return not any(text not in _NO_LICENSES and json.loads(text) for text in licenses)


def _compact(states: pa.Table) -> pa.Table:
    """The keys alone, each text once: a million users are held until the round's end."""
    return pa.table({name: states.column(name).combine_chunks().dictionary_encode() for name in _KEY})


def _outdated(told: Sequence[_Told], removed: set[str]) -> pa.Table | None:
    """Keys that were written and hold no more: of users that came again without them, or that were removed after."""
    ids = pa.chunked_array([page.ids for page in told], pa.string())
    if not removed and pc.count_distinct(ids).as_py() == len(ids):
        return None
    numbers = pa.chunked_array(
        [pa.repeat(_number(place), len(page.ids)) for place, page in enumerate(told)], pa.int32()
    )
    last = pa.table({_PARENT: ids, "page": numbers}).group_by(_PARENT).aggregate([("page", "max")])
    written = pa.concat_tables(
        page.states.cast(pa.schema([(name, pa.string()) for name in _KEY])).append_column(
            "page", pa.repeat(_number(place), page.states.num_rows)
        )
        for place, page in enumerate(told)
    ).join(last, keys=_PARENT)
    is_gone = pc.is_in(written.column(_PARENT), value_set=pa.array(sorted(removed), pa.string()))
    holds = pc.and_not(pc.equal(written.column("page"), written.column("page_max")), is_gone)
    outdated = written.filter(pc.invert(holds)).select(list(_KEY))
    return outdated.join(written.filter(holds).select(list(_KEY)), keys=list(_KEY), join_type="left anti")


def _number(place: int) -> pa.Int32Scalar:
    return pa.scalar(place, pa.int32())
