"""The doctor's time: its limits, and the end of asking a silent host."""

from dataclasses import dataclass

import pytest

from ingestion.legs import IngestionError
from orchestration.doctor_bounds import MOST_SILENT, Silence, TimeLimit
from tests.orchestration.doctor_fakes import refused


@dataclass
class Clock:
    """A clock that a test moves."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def test_limit_lets_requests_through_until_its_end() -> None:
    clock = Clock()
    limit = TimeLimit(10, clock=clock, sleep=clock.sleep)
    clock.seconds = 9.9
    limit.spend_request()
    clock.seconds = 10
    with pytest.raises(IngestionError) as caught:
        limit.spend_request()
    assert caught.value.error_class == "doctor_time_over" and limit.seconds_left() == 0


def test_limit_refuses_a_wait_longer_than_itself() -> None:
    clock = Clock()
    limit = TimeLimit(10, clock=clock, sleep=clock.sleep)
    limit.sleep(10)
    assert clock.seconds == 10
    with pytest.raises(IngestionError):
        limit.sleep(0.1)


def test_limit_within_a_limit_ends_with_the_nearer_one() -> None:
    clock = Clock()
    outer = TimeLimit(10, clock=clock)
    clock.seconds = 5
    assert TimeLimit(90, outer, clock=clock).seconds_left() == 5
    assert TimeLimit(2, outer, clock=clock).seconds_left() == 2


@pytest.mark.parametrize("error_class", ["timeout", "unreachable", "doctor_time_over"])
def test_silence_ends_the_asking_and_stays(error_class: str) -> None:
    silence = Silence()
    for _ in range(MOST_SILENT):
        silence.refuse("tenant")
        silence.note(refused(error_class))
    for _ in range(2):
        with pytest.raises(IngestionError) as caught:
            silence.refuse("tenant")
        assert caught.value.error_class == "host_silent"
        silence.note(caught.value)


@pytest.mark.parametrize("answer", [None, refused("secret_expired")])
def test_any_answer_breaks_the_silence(answer: IngestionError | None) -> None:
    silence = Silence()
    for _ in range(MOST_SILENT):
        silence.note(refused("timeout"))
    silence.note(answer)
    silence.refuse("tenant")
