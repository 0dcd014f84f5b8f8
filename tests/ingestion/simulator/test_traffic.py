"""What is in flight is counted, and the limits of the reference, section 5, refuse when they are switched on."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from ingestion.simulator.quotas import directory_units, draw
from ingestion.simulator.serve import Simulator

Read = Callable[..., requests.Response]
INBOX = "/users/dana@msp.example/mailFolders/inbox/messages?$select=id"


@pytest.fixture
def limited(simulator: Simulator) -> Iterator[Simulator]:
    """The simulator with limits that refuse."""
    simulator.options(limits=True)
    yield simulator
    simulator.options(limits=False)


def _at_once(graph: Read, path: str, count: int) -> list[requests.Response]:
    graph("/organization")
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: graph(path), range(count)))


def test_peaks_of_concurrency_are_recorded(simulator: Simulator, graph: Read, msp: str) -> None:
    simulator.fault("slow", path="/domains", milliseconds=300)
    assert [answer.status_code for answer in _at_once(graph, "/domains", 6)] == [200] * 6
    peaks = simulator.statistics()["in_flight"]
    host = simulator.urls["graph_url"].removeprefix("https://")
    assert peaks[f"tenant/{msp}"] == peaks[f"host/{host}"] == peaks["vendor/graph"] == 6
    simulator.clear_log()
    assert simulator.statistics()["in_flight"] == {}


def test_fifth_request_on_one_mailbox_is_429(limited: Simulator, graph: Read, msp: str) -> None:
    limited.fault("slow", path="/users/dana", milliseconds=400)
    answers = _at_once(graph, INBOX, 7)
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 3 and all(answer.headers["retry-after"] == "1" for answer in refused)
    assert refused[0].json()["error"]["code"] == "ApplicationThrottled"
    assert limited.statistics()["exceeded"] == {"mailbox_concurrency": 3}


def test_breaches_are_counted_where_nothing_is_refused(simulator: Simulator, graph: Read, msp: str) -> None:
    assert [graph("/identity/conditionalAccess/policies").status_code for _ in range(3)] == [200] * 3
    found = simulator.statistics()
    assert (found["exceeded"], found["fullest"][f"conditional_access/{msp}"]) == ({"conditional_access": 2}, 3)


def test_conditional_access_is_one_a_second_without_a_wait(limited: Simulator, graph: Read) -> None:
    answers = [graph("/identity/conditionalAccess/policies") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert "retry-after" not in answers[1].headers


def test_reports_and_sign_in_activity_share_five_in_ten_seconds(limited: Simulator, graph: Read) -> None:
    paths = ["/reports/authenticationMethods/userRegistrationDetails", "/users?$select=id,signInActivity"] * 3
    answers = [graph(path) for path in paths]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert 1 <= int(answers[5].headers["retry-after"]) <= 10


@pytest.mark.parametrize(
    ("path", "query", "units"),
    [
        ("/v1.0/users", "", 2),
        ("/v1.0/users", "$select=id&$top=999", 1),
        ("/v1.0/users", "$top=10", 1),
        ("/v1.0/groups/x/transitiveMembers", "", 5),
        ("/v1.0/groups/x/members/microsoft.graph.user", "$select=id", 2),
        ("/v1.0/subscribedSkus", "$select=id", 2),
        ("/v1.0/roleManagement/directory/roleAssignments", "$expand=principal", 2),
        ("/v1.0/security/secureScores", "", 0),
    ],
)
def test_resource_units_follow_the_reference(path: str, query: str, units: int) -> None:
    assert draw(path, query).units == units


def test_directory_answers_tell_their_cost(graph: Read) -> None:
    costs = [graph(path).headers.get("x-ms-resource-unit") for path in ("/users", "/users?$select=id", INBOX)]
    assert costs == ["2", "1", None]


@pytest.mark.parametrize(("users", "units"), [(49, 3_500), (50, 5_000), (500, 5_000), (501, 8_000)])
def test_tenant_size_sets_its_units(users: int, units: int) -> None:
    assert directory_units(users) == units
