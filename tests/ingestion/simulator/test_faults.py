"""Every named fault, seen from the client's side, and the places a fault can be narrowed to."""

import base64
import email.utils
import json
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from ingestion.simulator.serve import Simulator

Read = Callable[..., requests.Response]
Walk = Callable[..., tuple[list[dict[str, Any]], list[dict[str, Any]]]]


def test_fault_is_narrowed_by_tenant_and_path(simulator: Simulator, graph: Read, msp: str, plain: str) -> None:
    simulator.fault("server_error", vendor="graph", tenant=plain, path="/domains")
    statuses = [graph(path, tenant=tenant).status_code for tenant in (msp, plain) for path in ("/domains", "/users")]
    assert statuses == [200, 200, 500, 200]


def test_fault_count_after_and_every(simulator: Simulator, graph: Read) -> None:
    number = simulator.fault("server_error", path="/domains", after=1, every=2, times=2)
    assert [graph("/domains").status_code for _ in range(7)] == [200, 200, 500, 200, 500, 200, 200]
    assert [(row["number"], row["hits"]) for row in simulator.faults()] == [(number, 2)]


def test_faults_compose(simulator: Simulator, graph: Read) -> None:
    simulator.fault("duplicate_rows")
    simulator.fault("number_for_text", field="displayName")
    rows = graph("/users?$select=id,displayName&$top=3").json()["value"]
    assert [row["displayName"] for row in rows] == [12345, "User 1", "User 2", "User 0"]
    assert simulator.log()[-1]["faults"] == ["duplicate_rows", "number_for_text"]


def test_clear_takes_faults_away(simulator: Simulator, graph: Read) -> None:
    simulator.fault("server_error")
    simulator.clear_faults()
    assert graph("/domains").status_code == 200


def test_forbidden_has_each_vendors_form(simulator: Simulator, graph: Read, connectwise: Read, pax8: Read) -> None:
    simulator.fault("forbidden")
    answers = [graph("/users"), connectwise("/finance/invoices"), pax8("/invoices")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert answers[0].json()["error"]["code"] == "Authorization_RequestDenied"
    assert set(answers[1].json()) == {"code", "message", "errors"}
    assert answers[2].json()["status"] == 403


def test_unavailable_with_and_without_retry_after(simulator: Simulator, connectwise: Read) -> None:
    simulator.fault("unavailable", vendor="connectwise", times=1)
    simulator.fault("unavailable", vendor="connectwise", retry_after=3, times=1, after=1)
    answers = [connectwise("/system/members") for _ in range(3)]
    assert [(answer.status_code, answer.headers.get("retry-after")) for answer in answers] == [
        (503, None),
        (503, "3"),
        (200, None),
    ]


def test_throttle_speaks_all_forms(simulator: Simulator, graph: Read) -> None:
    for turn, form in enumerate(("seconds", "date", "none")):
        simulator.fault("throttle", path="/domains", seconds=30, form=form, times=1, after=turn)
    before = time.time()
    headers = [graph("/domains").headers.get("retry-after") for _ in range(3)]
    moment = email.utils.parsedate_to_datetime(str(headers[1])).timestamp()
    assert (headers[0], headers[2]) == ("30", None)
    assert 28 <= moment - before <= 32


def test_throttled_mailbox_has_the_code_of_exchange(simulator: Simulator, graph: Read) -> None:
    simulator.fault("throttle", vendor="graph")
    code = graph("/users/dana@msp.example/mailFolders/inbox/messages").json()["error"]["code"]
    assert code == "ApplicationThrottled"


def test_not_json_is_html(simulator: Simulator, pax8: Read) -> None:
    simulator.fault("not_json", vendor="pax8")
    answer = pax8("/invoices")
    assert (answer.status_code, answer.text[:9]) == (200, "<!DOCTYPE")


def test_no_value_takes_the_list_away(simulator: Simulator, graph: Read, connectwise: Read, pax8: Read) -> None:
    simulator.fault("no_value")
    assert "value" not in graph("/users").json()
    assert isinstance(connectwise("/finance/invoices").json(), dict)
    assert set(pax8("/invoices").json()) == {"page"}


def test_number_for_text_takes_the_first_text(simulator: Simulator, connectwise: Read) -> None:
    simulator.fault("number_for_text", path="/company/companies")
    rows = connectwise("/company/companies").json()
    assert (rows[0]["identifier"], rows[1]["identifier"]) == (12345, "company2")


@pytest.mark.parametrize("name", ["truncated", "connection_reset"])
def test_cut_connection_is_an_error_and_logged_as_zero(simulator: Simulator, graph: Read, name: str) -> None:
    graph("/domains")
    simulator.fault(name, path="/users", times=1)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        graph("/users?$top=999")
    assert simulator.log()[-1]["status"] == 0
    assert graph("/users").status_code == 200


def test_next_link_to_another_host_is_reachable_and_logged(simulator: Simulator, graph: Read) -> None:
    simulator.fault("nextlink_other_host", path="/users")
    link = graph("/users?$top=5&$select=id").json()["@odata.nextLink"]
    assert link.startswith("https://localhost:")
    assert len(graph(link).json()["value"]) == 5
    entry = simulator.log()[-1]
    assert (entry["host"].split(":")[0], entry["has_authorization"]) == ("localhost", True)


def test_next_link_to_another_host_in_a_link_header(simulator: Simulator, connectwise: Read) -> None:
    simulator.fault("nextlink_other_host", vendor="connectwise")
    assert connectwise("/finance/invoices").links["next"]["url"].startswith("https://localhost:")


def test_redirect_leads_to_another_host(simulator: Simulator, graph: Read) -> None:
    simulator.fault("redirect_other_host", path="/domains")
    answer = graph("/domains?$select=id", allow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("https://localhost:")
    assert answer.headers["location"].endswith("/v1.0/domains?$select=id")


@pytest.mark.parametrize("location", [True, False])
def test_delta_gone_hits_only_delta_tokens(simulator: Simulator, graph: Read, location: bool) -> None:
    simulator.fault("delta_gone", location=location)
    first = graph("/users/delta?$select=id,mail")
    gone = graph(first.json()["@odata.deltaLink"])
    assert (first.status_code, gone.status_code) == (200, 410)
    assert ("location" in gone.headers) is location


def test_delta_gone_can_wear_another_status(simulator: Simulator, graph: Read) -> None:
    simulator.fault("delta_gone", status=400, code="SyncStateInvalid")
    gone = graph(graph("/users/delta?$select=id").json()["@odata.deltaLink"])
    assert (gone.status_code, gone.json()["error"]["code"]) == (400, "SyncStateInvalid")


def test_empty_page_leads_to_the_rows_it_hid(simulator: Simulator, graph_pages: Walk) -> None:
    simulator.fault("empty_page_with_next", path="/users", every=2)
    pages, rows = graph_pages("/users?$select=id&$top=10")
    assert [len(page["value"]) for page in pages] == [10, 0, 10, 0, 8]
    assert len({row["id"] for row in rows}) == 28


def test_empty_delta_page_has_a_next_link_only(simulator: Simulator, graph_pages: Walk) -> None:
    simulator.fault("empty_page_with_next", path="/users/delta", times=1)
    pages, rows = graph_pages("/users/delta?$select=id")
    assert ("@odata.deltaLink" in pages[0], "@odata.deltaLink" in pages[-1], len(rows)) == (False, True, 28)


def test_empty_connectwise_page_has_a_next_link(simulator: Simulator, connectwise: Read) -> None:
    simulator.fault("empty_page_with_next", vendor="connectwise", times=1)
    empty = connectwise("/company/companies", pageSize=30)
    assert empty.json() == []
    assert len(connectwise(empty.links["next"]["url"]).json()) == 30


def test_token_expires_in_the_middle_and_for_good(
    simulator: Simulator, graph: Read, ask_token: Read, http: requests.Session, msp: str, pax8: Read
) -> None:
    simulator.fault("token_expires", times=1, vendor="graph")
    simulator.fault("token_expires", times=1, vendor="pax8")
    assert [graph("/domains").status_code for _ in range(2)] == [401, 401]
    assert [pax8("/invoices").status_code for _ in range(2)] == [401, 401]
    renewed = {"Authorization": f"Bearer {ask_token(msp).json()['access_token']}"}
    assert http.get(f"{simulator.urls['graph_url']}/v1.0/domains", headers=renewed).status_code == 200


def test_token_expires_with_a_claims_challenge(simulator: Simulator, graph: Read) -> None:
    simulator.fault("token_expires", times=1, vendor="graph", claims=True)
    challenge = graph("/domains").headers["www-authenticate"]
    claims = re.search(r'error="insufficient_claims", claims="([^"]+)"', challenge)
    assert claims and "access_token" in json.loads(base64.b64decode(claims.group(1)))


def test_slow_takes_its_time(simulator: Simulator, graph: Read) -> None:
    graph("/domains")
    simulator.fault("slow", milliseconds=200)
    started = time.perf_counter()
    graph("/domains")
    assert time.perf_counter() - started >= 0.2


def test_hang_waits_for_its_release(simulator: Simulator, graph: Read) -> None:
    graph("/domains")
    number = simulator.fault("hang_then_proceed", path="/domains", times=1)
    statuses: list[int] = []
    client = threading.Thread(target=lambda: statuses.append(graph("/domains").status_code))
    client.start()
    simulator.wait_for_hang(number, timeout_seconds=10)
    assert (statuses, simulator.log()[-1]["status"]) == ([], None)
    simulator.release(number)
    client.join(10)
    assert statuses == [200]


def test_secret_fault_is_not_used_up_by_metadata(simulator: Simulator, http: requests.Session, ask_token: Read) -> None:
    simulator.fault("secret_expired", times=1)
    http.get(f"{simulator.urls['login_url']}/msp.example/v2.0/.well-known/openid-configuration")
    assert ask_token("msp.example").json()["error_codes"] == [7000222]
