"""Lists that shrank or contradict themselves: read again before absence removes anything."""

import logging
from collections.abc import Sequence

import pytest

from ingestion.legs import Leg, LegEnd, LegReading, LegStatus, Proof, ScopeEnd
from ingestion.load import FallBound, Warehouse
from tests.ingestion.load.fake_legs import ask, key_of, leg_of, load, projected

USERS = key_of("users")
LIVING = "select count(*) from raw_microsoft.users where not is_removed"


def users(*numbers: int) -> list[dict]:
    """Rows of these users."""
    return [{"id": f"user-{number}", "display_name": "Dana Example"} for number in numbers]


def leg_that_answers(*reads: Sequence[int], proof: Proof = Proof.SURE, mode: str = "full") -> tuple[Leg, list[int]]:
    """A leg whose reads show these users one after another, the last one for ever; and how often it was read."""
    counted: list[int] = []

    def read(reading: LegReading) -> LegEnd:
        counted.append(1)
        shown = reads[min(len(counted), len(reads)) - 1]
        reading.write(projected("microsoft", "users", users(*shown)))
        return LegEnd({"users": [ScopeEnd(mode, proof=proof)]})

    return Leg(USERS, read), counted


@pytest.fixture
def loaded(warehouse: Warehouse) -> Warehouse:
    """A warehouse with fifty users."""
    load(warehouse, 0, [leg_of(USERS, [users(*range(50))])])
    return warehouse


@pytest.mark.parametrize(
    ("gone", "reads"),
    [
        (25, 1),  # half of them: not more than half
        (26, 2),
        (49, 2),
    ],
)
def test_sharp_fall_is_read_twice_and_then_believed(
    loaded: Warehouse, gone: int, reads: int, caplog: pytest.LogCaptureFixture
) -> None:
    leg, counted = leg_that_answers(range(50 - gone))
    with caplog.at_level(logging.WARNING):
        result = load(loaded, 1, [leg])[USERS]
    assert (result.status, len(counted)) == (LegStatus.LOADED, reads)
    assert ask(loaded, LIVING) == [(50 - gone,)]
    told = [record.message for record in caplog.records if f"{gone} of 50 stored rows are gone" in record.message]
    assert len(told) == (1 if reads == 2 else 0)


def test_fall_that_the_second_read_does_not_confirm_removes_nothing(loaded: Warehouse) -> None:
    leg, counted = leg_that_answers(range(3), range(50))
    result = load(loaded, 1, [leg])[USERS]
    assert (result.status, len(counted)) == (LegStatus.UNCHANGED, 2)
    assert ask(loaded, LIVING) == [(50,)]


def test_reads_that_never_agree_end_partial_and_remove_nothing(loaded: Warehouse) -> None:
    leg, counted = leg_that_answers([1], [2], [3, 60])
    result = load(loaded, 1, [leg])[USERS]
    assert (result.status, result.error_class, len(counted)) == (LegStatus.PARTIAL, "incomplete_list", 3)
    assert ask(loaded, LIVING) == [(51,)]


def test_few_rows_gone_are_believed_at_once(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [users(*range(20))])])
    leg, counted = leg_that_answers([0])
    assert load(warehouse, 1, [leg])[USERS].status is LegStatus.LOADED
    assert len(counted) == 1 and ask(warehouse, LIVING) == [(1,)]


def test_list_that_contradicts_its_total_removes_nothing(loaded: Warehouse) -> None:
    leg, counted = leg_that_answers(range(49), proof=Proof.BROKEN)
    result = load(loaded, 1, [leg])[USERS]
    assert (result.status, len(counted)) == (LegStatus.PARTIAL, 3)
    assert ask(loaded, LIVING) == [(50,)]


@pytest.mark.parametrize("proof", [Proof.COUNTED, Proof.LINKED])
def test_row_missing_in_an_unproven_list_is_removed_when_two_reads_miss_it(loaded: Warehouse, proof: Proof) -> None:
    leg, counted = leg_that_answers(range(49), proof=proof)
    assert load(loaded, 1, [leg])[USERS].status is LegStatus.LOADED
    assert len(counted) == 2 and ask(loaded, LIVING) == [(49,)]


def test_list_of_one_answer_is_believed_at_once(loaded: Warehouse) -> None:
    leg, counted = leg_that_answers(range(49))
    assert load(loaded, 1, [leg])[USERS].status is LegStatus.LOADED
    assert len(counted) == 1 and ask(loaded, LIVING) == [(49,)]


def test_bound_of_a_fall_is_a_setting_of_the_run(loaded: Warehouse) -> None:
    leg, counted = leg_that_answers(range(45))
    load(loaded, 1, [leg], fall=FallBound(rows=4, share=0.05))
    assert len(counted) == 2


@pytest.mark.parametrize(
    ("gone", "stored", "is_sharp"), [(20, 30, False), (21, 42, False), (21, 41, True), (0, 0, False), (100, 100, True)]
)
def test_fall_is_sharp_above_both_bounds(gone: int, stored: int, is_sharp: bool) -> None:
    assert FallBound().is_sharp(gone, stored) is is_sharp
