"""That a pace is never exceeded."""

from ingestion.http.pacing import Pace


class Clock:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_pace_never_starts_more_than_limit_in_any_window() -> None:
    clock = Clock()
    pace = Pace(5, 10.0, clock=clock, sleep=clock.sleep)
    starts = []
    for _ in range(17):
        pace.wait()
        starts.append(clock.now)
    assert starts[:5] == [100.0] * 5
    assert all(later - earlier >= 10.0 for earlier, later in zip(starts, starts[5:], strict=False))


def test_pace_slow_caller_never_waits() -> None:
    clock = Clock()
    pace = Pace(1, 1.0, clock=clock, sleep=clock.sleep)
    for second in range(4):
        clock.now = 200.0 + 2 * second
        pace.wait()
        assert clock.now == 200.0 + 2 * second
