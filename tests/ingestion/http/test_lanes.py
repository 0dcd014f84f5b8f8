"""That connections are never more than allowed, and that each waiting tenant gets one in its turn."""

import threading
from collections.abc import Callable

import pytest

from ingestion.http.lanes import Lanes

PATIENCE_SECONDS = 30.0


class Request:
    """A thread that wants a connection, notes that it has one, and keeps it until told."""

    def __init__(self, lanes: Lanes, lane: str, served: list[str]) -> None:
        self._may_end = threading.Event()
        self.has_connection = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(lanes, lane, served), daemon=True)
        self._thread.start()

    def _work(self, lanes: Lanes, lane: str, served: list[str]) -> None:
        with lanes.connection(lane):
            served.append(lane)
            self.has_connection.set()
            self._may_end.wait(PATIENCE_SECONDS)

    def end(self) -> None:
        """Give the connection back."""
        self._may_end.set()
        self._thread.join(PATIENCE_SECONDS)


def queued(lanes: Lanes) -> int:
    """How many requests wait."""
    return sum(len(waiting) for waiting in lanes._waiting.values())


def until(condition: Callable[[], bool]) -> None:
    """Let the other threads come as far as that."""
    tick = threading.Event()
    for _ in range(3000):
        if condition():
            return
        tick.wait(0.01)
    pytest.fail("the threads did not come that far")


def test_large_tenant_waits_for_every_small_one_between_two_of_its_requests() -> None:
    lanes, served = Lanes(1), list[str]()
    requests = [Request(lanes, "large", served)]
    assert requests[0].has_connection.wait(PATIENCE_SECONDS)
    for number, lane in enumerate(["large", "large", "large", "small-1", "small-2"], start=1):
        requests.append(Request(lanes, lane, served))
        until(lambda expected=number: queued(lanes) == expected)
    order = [requests[0], requests[1], requests[4], requests[5], requests[2], requests[3]]
    for request in order:
        assert request.has_connection.wait(PATIENCE_SECONDS)
        request.end()
    assert served == ["large", "large", "small-1", "small-2", "large", "large"]


def test_connections_are_never_more_than_there_are() -> None:
    lanes, served = Lanes(2), list[str]()
    requests = [Request(lanes, f"tenant-{number}", served) for number in range(5)]
    until(lambda: len(served) == 2 and queued(lanes) == 3)
    for request in requests:
        until(request.has_connection.is_set)
        request.end()
    assert sorted(served) == [f"tenant-{number}" for number in range(5)]


def test_connection_of_a_request_that_breaks_is_given_back() -> None:
    lanes = Lanes(1)
    with pytest.raises(RuntimeError), lanes.connection("a"):
        raise RuntimeError
    with lanes.connection("b"):
        assert queued(lanes) == 0
