"""Parts of a leg side by side: results in order, failures as values, counters summed, the leg's turn with them."""

import threading

import pytest

from ingestion.http.turn import current_turn, taking
from ingestion.legs import IngestionError, LegReading
from ingestion.load import RunBudget
from ingestion.load.legturn import LegTurn
from ingestion.parts import read_parts
from tests.ingestion.load.fake_legs import key_of, projected
from tests.ingestion.readings import MemoryReading


def test_parts_run_side_by_side_and_come_back_in_order() -> None:
    reading = MemoryReading(key_of("domains"))
    together = threading.Barrier(3, timeout=30)

    def read(part_reading: LegReading, part: str) -> str:
        together.wait()
        part_reading.write(projected("microsoft", "domains", [{"id": part}]))
        part_reading.stats.rows_read += 1
        part_reading.stats.request_count += 2
        return part.upper()

    assert read_parts(reading, ["a", "b", "c"], read, at_once=3) == ["A", "B", "C"]
    assert sorted(reading.values("id")) == ["a", "b", "c"]
    assert (reading.stats.rows_read, reading.stats.request_count) == (3, 6)


def test_part_that_fails_is_a_value_and_the_others_stay() -> None:
    failure = IngestionError("mailbox 2 was refused", error_class="test", advice="none")

    def read(part_reading: LegReading, part: int) -> int:
        if part == 2:
            raise failure
        return part

    assert read_parts(MemoryReading(key_of("domains")), [1, 2, 3], read) == [1, failure, 3]


def test_defect_in_a_part_is_raised() -> None:
    def read(part_reading: LegReading, part: int) -> int:
        raise KeyError(part)

    with pytest.raises(KeyError):
        read_parts(MemoryReading(key_of("domains")), [1, 2], read)


def test_no_part_is_no_result() -> None:
    assert read_parts(MemoryReading(key_of("domains")), [], lambda reading, part: part) == []


def test_requests_of_parts_count_in_the_run_and_their_waits_as_one() -> None:
    changes: list[int] = []
    stopped = threading.Event()
    turn = LegTurn(RunBudget(max_requests=3), stopped, changes.append)
    both_wait = threading.Barrier(2, timeout=30)
    # A wait of no length: what is noted around it is what counts.
    stopped.wait = lambda timeout=None: both_wait.wait() >= 0  # type: ignore[method-assign]

    def read(part_reading: LegReading, part: int) -> None:
        current = current_turn()
        assert current is not None
        current.spend_request()
        current.sleep(5)

    with taking(turn):
        assert read_parts(MemoryReading(key_of("domains")), [1, 2], read) == [None, None]
        turn.spend_request()
        with pytest.raises(IngestionError):
            turn.spend_request()
    assert changes == [1, -1]
