"""`$batch` against the reference, section 17.4."""

from collections.abc import Callable

import requests

from ingestion.simulator.serve import Simulator

Read = Callable[..., requests.Response]


def _item(number: int, url: str, method: str = "GET", **more: object) -> dict[str, object]:
    return {"id": str(number), "method": method, "url": url, **more}


def _batch(graph: Read, *items: dict[str, object]) -> requests.Response:
    return graph("/$batch", method="POST", json={"requests": items})


def test_batch_answers_each_read_on_its_own(simulator: Simulator, graph: Read) -> None:
    simulator.fault("throttle", path="/domains", seconds=7)
    items = [_item(1, "/users/user3@msp.example?$select=displayName"), _item(2, "/domains"), _item(3, "/nowhere")]
    responses = {row["id"]: row for row in _batch(graph, *items).json()["responses"]}
    assert [responses[name]["status"] for name in "123"] == [200, 429, 404]
    assert responses["1"]["body"]["displayName"] == "User 3"
    assert responses["2"]["headers"]["retry-after"] == "7"


def test_batch_write_inside_is_refused_and_logged(simulator: Simulator, graph: Read) -> None:
    response = _batch(graph, _item(1, "/users", "PATCH")).json()["responses"][0]
    assert response["status"] == 405
    inner = [entry for entry in simulator.log() if entry["in_batch"]]
    assert [(entry["method"], entry["path"], entry["status"]) for entry in inner] == [("PATCH", "/v1.0/users", 405)]


def test_batch_dependent_read_is_not_tried(simulator: Simulator, graph: Read) -> None:
    items = [_item(1, "/nowhere"), _item(2, "/domains", dependsOn=["1"])]
    statuses = [row["status"] for row in _batch(graph, *items).json()["responses"]]
    assert statuses == [404, 424]
    assert [entry["path"] for entry in simulator.log() if entry["in_batch"]] == ["/v1.0/nowhere"]


def test_batch_above_twenty_or_with_a_double_id_is_400(graph: Read) -> None:
    assert _batch(graph, *(_item(number, "/domains") for number in range(21))).status_code == 400
    assert _batch(graph, _item(1, "/domains"), _item(1, "/users")).status_code == 400


def test_batch_mailbox_read_is_logged_with_its_mailbox(simulator: Simulator, graph: Read) -> None:
    _batch(graph, _item(1, "/users/ceo@msp.example/mailFolders/inbox"))
    assert [entry["mailbox"] for entry in simulator.log() if entry["in_batch"]] == ["ceo@msp.example"]
