"""Calls that draw on a vendor's budgets and on the run's: what waits, what is paused, what ends a leg. No real wait."""

import threading

import pytest
import requests

from ingestion.http.budget import Budget, Draw, Quota
from ingestion.http.client import LONGEST_WAIT_SECONDS, Call, HttpClient
from ingestion.http.errors import HttpError
from ingestion.http.pacing import Pace
from ingestion.http.turn import taking
from ingestion.legs import IngestionError, LegStatus
from ingestion.load import RunBudget
from ingestion.load.legturn import LegTurn
from tests.ingestion.http.test_client import ALLOWED, Token, call, client_of
from tests.ingestion.http.test_pacing import Clock
from tests.ingestion.transport import Answer, Script, Transport


class Scene:
    """A client whose waits move its clock, and budgets on the same clock."""

    def __init__(self, script: Script) -> None:
        self.clock = Clock()
        self.waits: list[float] = []
        self.transport = Transport(script)
        self.client = HttpClient(
            ALLOWED, adapter=self.transport, sleep=self.sleep, jitter=lambda: 1.0, clock=self.clock, pool_size=2
        )

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.clock.now += seconds

    def budget(self, units: int, per_seconds: float) -> Budget:
        return Budget(Pace(units, per_seconds, clock=self.clock))


def drawn(*budgets: Budget, own: bool = True) -> Call:
    """A call that draws one unit of each budget."""
    return call(draws=tuple(Draw(budget, is_own=own) for budget in budgets))


def test_send_waits_for_the_narrowest_of_its_budgets() -> None:
    scene = Scene(lambda request: Answer())
    wide, narrow = scene.budget(100, 1.0), scene.budget(1, 5.0)
    for _ in range(3):
        scene.client.send(drawn(wide, narrow))
    assert scene.waits == [5.0, 5.0]


def test_send_throttled_pauses_the_other_calls_of_the_same_budget_only() -> None:
    answers = [Answer(429, headers={"Retry-After": "30"}), Answer(), Answer(), Answer()]
    scene = Scene(answers)
    tenant, other, app = scene.budget(100, 1.0), scene.budget(100, 1.0), scene.budget(100, 1.0)
    draws = (Draw(tenant), Draw(app, is_own=False))
    scene.client.send(call(draws=draws))
    assert scene.waits == [30.0]
    scene.clock.now -= 20
    scene.client.send(call(draws=(Draw(other), Draw(app, is_own=False))))
    assert scene.waits == [30.0]
    scene.client.send(call(draws=draws))
    assert scene.waits == [30.0, 20.0]


def test_send_throttled_without_retry_after_backs_off_and_pauses_nobody() -> None:
    scene = Scene([Answer(429), Answer(429), Answer()])
    tenant = scene.budget(100, 1.0)
    scene.client.send(drawn(tenant))
    assert scene.waits == [3.0, 6.0]
    assert tenant.pace is not None and tenant.pace.reserve() == 0


def test_send_slows_as_the_vendor_says_that_the_quota_nears_its_end() -> None:
    share = {"x-ms-throttle-limit-percentage": "0.95"}
    scene = Scene([Answer(headers=share), Answer(headers={"x-ms-throttle-limit-percentage": "soon"}), Answer()])
    tenant = scene.budget(1000, 10.0)
    for _ in range(3):
        scene.client.send(drawn(tenant))
    assert scene.waits == [pytest.approx(1.5)]


def test_send_date_to_wait_for_is_taken_against_the_vendors_clock() -> None:
    headers = {"Retry-After": "Tue, 20 Oct 2026 12:00:30 GMT", "Date": "Tue, 20 Oct 2026 12:00:00 GMT"}
    scene = Scene([Answer(429, headers=headers), Answer()])
    scene.client.send(call())
    assert scene.waits == [30.0]


def test_send_asked_to_wait_longer_than_anybody_should_ends_the_call_at_once() -> None:
    scene = Scene(lambda request: Answer(429, headers={"Retry-After": str(int(LONGEST_WAIT_SECONDS) + 1)}))
    with pytest.raises(HttpError, match="asks to wait 901 s, expected at most 900 s") as caught:
        scene.client.send(call())
    assert (caught.value.error_class, caught.value.status) == ("throttled", LegStatus.FAILED)
    assert (len(scene.transport.sent), scene.waits) == (1, [])


@pytest.mark.parametrize(("minutes", "requests_made"), [(60, 2), (10, 1)])
def test_send_long_wait_is_taken_within_the_runs_minutes_only(minutes: int, requests_made: int) -> None:
    scene = Scene([Answer(429, headers={"Retry-After": "1800"}), Answer()])
    turn = LegTurn(RunBudget(max_minutes=minutes, clock=scene.clock), threading.Event(), lambda change: None)
    with taking(turn):
        if requests_made == 2:
            assert scene.client.send(call()).is_success
        else:
            with pytest.raises(HttpError, match="asks to wait 1800 s, expected at most 600 s") as caught:
                scene.client.send(call())
            assert caught.value.error_class == "throttled"
    assert len(scene.transport.sent) == requests_made


def test_send_beyond_the_runs_requests_is_not_sent_and_tokens_count_too() -> None:
    scene = Scene(lambda request: Answer())
    turn = LegTurn(RunBudget(max_requests=2), threading.Event(), lambda change: None)
    with taking(turn):
        scene.client.send(call())
        scene.client.send(call())
        with pytest.raises(IngestionError, match="made 2 requests, .http. max_requests is 2") as caught:
            scene.client.send(call())
    assert (caught.value.error_class, caught.value.status) == ("run_budget", LegStatus.SKIPPED)
    assert len(scene.transport.sent) == 2


def test_wait_that_the_run_does_not_outlast_ends_the_call_before_it() -> None:
    clock = Clock()
    waited: list[int] = []
    client = HttpClient(ALLOWED, adapter=Transport(lambda request: Answer(503)), jitter=lambda: 1.0)
    turn = LegTurn(RunBudget(max_minutes=0.01, clock=clock), threading.Event(), waited.append)
    with taking(turn), pytest.raises(IngestionError, match="time for asking is over"):
        client.send(call())
    assert waited == []


def test_wait_holds_no_connection_and_lets_another_leg_work() -> None:
    """One connection; while the throttled call waits, another call is answered over it."""
    answers = iter([Answer(429, headers={"Retry-After": "60"}), Answer(body=b"other"), Answer(body=b"first")])
    transport = Transport(lambda request: next(answers))
    waits: list[int] = []
    other: list[bytes] = []
    turn = LegTurn(RunBudget(), threading.Event(), waits.append)

    def sleep(seconds: float) -> None:
        other.append(client.send(call("/b")).content)

    client = HttpClient(ALLOWED, adapter=transport, sleep=sleep, pool_size=1)
    with taking(turn):
        assert client.send(call()).content == b"first"
    assert other == [b"other"]


def test_stopped_run_wakes_who_waits() -> None:
    stopped = threading.Event()
    stopped.set()
    turn = LegTurn(RunBudget(), stopped, lambda change: None)
    client = HttpClient(ALLOWED, adapter=Transport(lambda request: Answer(429, headers={"Retry-After": "600"})))
    with taking(turn), pytest.raises(IngestionError) as caught:
        client.send(call())
    assert caught.value.error_class == "stopped"


def test_requests_at_once_are_bounded_per_budget() -> None:
    """Four requests to one mailbox are under way; a fifth starts only when one of them has ended."""
    budget = Quota(at_once=4).budget()
    under_way, ends = threading.Semaphore(0), threading.Semaphore(0)
    lock, now, most = threading.Lock(), [0], [0]

    def answer(request: requests.PreparedRequest) -> Answer:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        under_way.release()
        assert ends.acquire(timeout=30)
        with lock:
            now[0] -= 1
        return Answer()

    client, _ = client_of(answer, pool_size=16)
    threads = [threading.Thread(target=client.send, args=(drawn(budget),), daemon=True) for _ in range(6)]
    for thread in threads:
        thread.start()
    for _ in range(4):
        assert under_way.acquire(timeout=30)
    assert not under_way.acquire(timeout=0.1)
    ends.release(6)
    for thread in threads:
        thread.join(30)
    assert most[0] == 4


def test_challenge_goes_to_the_credential_once() -> None:
    token = Token()
    header = 'Bearer error="insufficient_claims", claims="eyJhIjoxfQ=="'
    client, transport = client_of([Answer(401, headers={"WWW-Authenticate": header}), Answer()])
    assert client.send(call(credential=token)).is_success
    assert token.challenge == header
    assert len(transport.sent) == 2


def test_redirect_is_handed_back_where_the_caller_judges_it() -> None:
    client, transport = client_of([Answer(302, headers={"Location": "https://elsewhere.example/file"})])
    assert client.send(call(credential=Token(), keeps_redirect=True)).status == 302
    assert len(transport.sent) == 1
