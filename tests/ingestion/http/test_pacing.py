"""That a pace is never exceeded, whatever requests cost, and that a vendor's word slows it down."""

import pytest

from ingestion.http.pacing import Pace


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def starts(pace: Pace, clock: Clock, costs: list[int]) -> list[float]:
    """When requests of these costs may start that are all asked for at once."""
    return [clock.now + pace.reserve(cost) for cost in costs]


def test_reserve_never_starts_more_than_the_quota_in_any_window() -> None:
    clock = Clock()
    found = starts(Pace(5, 10.0, clock=clock), clock, [1] * 17)
    assert found[:5] == [100.0] * 5
    assert all(later - earlier >= 10.0 for earlier, later in zip(found, found[5:], strict=False))
    assert found[-1] == 130.0


def test_reserve_counts_cost_and_not_requests() -> None:
    clock = Clock()
    assert starts(Pace(10, 10.0, clock=clock), clock, [5, 3, 3, 2]) == [100.0, 100.0, 110.0, 110.0]


def test_reserve_cost_above_the_whole_quota_starts_all_the_same() -> None:
    clock = Clock()
    assert starts(Pace(10, 10.0, clock=clock), clock, [50, 1]) == [100.0, 110.0]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("now", [0.1, 4086.4, 65535.9])
def test_reserve_ends_where_adding_seconds_rounds(now: float) -> None:
    assert now + 10.0 - 10.0 < now
    clock = Clock()
    clock.now = now
    assert starts(Pace(1, 10.0, clock=clock), clock, [1] * 3) == pytest.approx([now, now + 10, now + 20])


def test_reserve_slow_caller_never_waits() -> None:
    clock = Clock()
    pace = Pace(1, 1.0, clock=clock)
    for second in range(4):
        clock.now = 200.0 + 2 * second
        assert pace.reserve() == 0


def test_pause_holds_every_later_request_back() -> None:
    clock = Clock()
    pace = Pace(100, 10.0, clock=clock)
    pace.pause(7)
    pace.pause(3)
    assert pace.reserve() == 7
    clock.now += 8
    assert pace.reserve() == 0


@pytest.mark.parametrize(("share", "seconds"), [(0.0, 0), (0.8, 0), (0.9, 1), (1.0, 2), (1.8, 10), (9.0, 10)])
def test_note_share_slows_from_four_fifths_of_the_quota_on(share: float, seconds: float) -> None:
    pace = Pace(100, 10.0, clock=Clock())
    pace.note_share(share)
    assert pace.reserve() == pytest.approx(seconds)


def test_widen_lets_more_start_and_never_narrows() -> None:
    clock = Clock()
    pace = Pace(2, 10.0, clock=clock)
    pace.widen(3)
    pace.widen(1)
    assert starts(pace, clock, [1] * 4) == [100.0, 100.0, 100.0, 110.0]
