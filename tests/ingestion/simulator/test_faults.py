"""Every named fault, seen from the client's side, and the places a fault can be narrowed to."""

import base64
import email.utils
import json
import re
import socket
import ssl
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


def test_gateway_timeout_is_504(simulator: Simulator, graph: Read) -> None:
    simulator.fault("gateway_timeout", path="/users", times=1, retry_after=2)
    answers = [graph("/users") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [504, 200]
    assert answers[0].headers["retry-after"] == "2" and answers[0].json()["error"]["code"] == "gatewayTimeout"


def test_storm_tells_to_wait_in_every_way(simulator: Simulator, graph: Read) -> None:
    simulator.fault("throttle", path="/domains", every=2, form="each", seconds=3)
    answers = [graph("/domains") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200, 429] * 3
    waits = [answer.headers.get("retry-after") for answer in answers[1::2]]
    assert waits[0] == "3" and waits[1] and waits[1].endswith("GMT") and waits[2] is None


def test_batch_items_are_throttled_one_by_one(simulator: Simulator, graph: Read) -> None:
    simulator.fault("throttle", path="/domains", times=1, seconds=7)
    reads = [
        {"id": str(number), "method": "GET", "url": url} for number, url in enumerate(("/domains", "/organization"))
    ]
    answer = graph("/$batch", method="POST", json={"requests": reads})
    items = {item["id"]: item for item in answer.json()["responses"]}
    assert answer.status_code == 200
    assert (items["0"]["status"], items["0"]["headers"]["retry-after"], items["1"]["status"]) == (429, "7", 200)


@pytest.mark.parametrize("resets", [False, True])
def test_connection_ends_in_the_body(
    simulator: Simulator, graph: Read, ask_token: Read, msp: str, resets: bool
) -> None:
    token = ask_token(msp).json()["access_token"]
    simulator.fault("truncated", path="/users", times=1, resets=resets)
    received, ended_cleanly = _raw_read(simulator, "/v1.0/users", token)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(re.search(rb"content-length: (\d+)", head, re.IGNORECASE).group(1))
    assert head.startswith(b"HTTP/1.1 200") and len(body) == length // 2
    # A close says goodbye in TLS; a reset does not.
    assert ended_cleanly is not resets
    assert graph("/users").status_code == 200


def _raw_read(simulator: Simulator, path: str, token: str) -> tuple[bytes, bool]:
    host, _, port = simulator.urls["graph_url"].removeprefix("https://").partition(":")
    context = ssl.create_default_context(cafile=simulator.urls["ca_bundle"])
    head = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
    received = b""
    with (
        socket.create_connection((host, int(port)), timeout=10) as raw,
        context.wrap_socket(raw, server_hostname=host, suppress_ragged_eofs=False) as connection,
    ):
        connection.sendall(head.encode())
        try:
            while piece := connection.recv(65_536):
                received += piece
        except OSError:
            return received, False
    return received, True


@pytest.mark.parametrize("name", ["half_json", "invalid_json"])
def test_text_is_no_json(simulator: Simulator, graph: Read, name: str) -> None:
    simulator.fault(name, path="/users", times=1)
    answer = graph("/users")
    assert answer.status_code == 200 and int(answer.headers["content-length"]) > 10
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_large_page_is_refused_and_a_smaller_one_is_not(simulator: Simulator, graph: Read) -> None:
    simulator.fault("top_refused", path="/users", maximum=120)
    assert [graph(f"/users?$top={size}").status_code for size in (500, 120)] == [400, 200]


def test_delta_is_gone_on_a_later_page(simulator: Simulator, graph: Read) -> None:
    simulator.options(delta_page_rows=5)
    simulator.fault("delta_gone", path="/users/delta", pages=True, after=1, times=1)
    pages = [graph("/users/delta?$select=id,displayName")]
    while pages[-1].status_code == 200 and "@odata.nextLink" in pages[-1].json():
        pages.append(graph(pages[-1].json()["@odata.nextLink"]))
    assert [page.status_code for page in pages] == [200, 200, 410]
    assert pages[-1].headers["location"].endswith("/users/delta?$select=id,displayName&$deltatoken=")


def test_short_pages_hold_every_row_once(simulator: Simulator, graph_pages: Walk) -> None:
    whole = graph_pages("/users?$select=id&$top=999")[1]
    simulator.fault("short_page", path="/users", rows=7)
    pages, rows = graph_pages("/users?$select=id&$top=999")
    assert len(pages) == 4 and rows == whole


def test_page_comes_twice(simulator: Simulator, graph_pages: Walk) -> None:
    whole = graph_pages("/users?$select=id&$top=10")[1]
    simulator.fault("duplicate_page", path="/users", times=1)
    assert graph_pages("/users?$select=id&$top=10")[1] == whole[:10] + whole


@pytest.mark.parametrize("path", ["/users?$select=id&$top=10", "/users/delta?$select=id"])
def test_pages_come_last_first(simulator: Simulator, graph_pages: Walk, path: str) -> None:
    simulator.options(delta_page_rows=10)
    whole = graph_pages(path)[1]
    simulator.fault("reversed_pages", path="/users")
    pages, rows = graph_pages(path)
    assert len(pages) == 3 and rows == whole[::-1]


def test_older_version_comes_before_the_row(simulator: Simulator, graph: Read) -> None:
    simulator.fault("stale_first", path="/users/delta", times=1)
    rows = graph("/users/delta?$select=id,displayName").json()["value"]
    assert (rows[0]["displayName"], rows[1]["displayName"]) == ("STALE", "User 0")
    assert rows[0]["id"] == rows[1]["id"]


@pytest.mark.parametrize(("form", "status"), [("segment", 400), ("not_found", 404), ("not_implemented", 501)])
def test_path_is_not_offered(simulator: Simulator, graph: Read, form: str, status: int) -> None:
    simulator.fault("not_in_cloud", path="/security", form=form)
    assert graph("/security/secureScores").status_code == status


def test_any_error_in_the_form_of_graph(simulator: Simulator, graph: Read) -> None:
    simulator.fault(
        "answer", path="/groups", status=503, code="ErrorServerBusy", inner_code="MailboxConcurrency", retry_after=4
    )
    answer = graph("/groups")
    error = answer.json()["error"]
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "4")
    assert (error["code"], error["innerError"]["code"]) == ("ErrorServerBusy", "MailboxConcurrency")


def test_vendor_clock_is_off(simulator: Simulator, graph: Read, ask_token: Read, msp: str) -> None:
    def ahead(answer: requests.Response) -> float:
        return email.utils.parsedate_to_datetime(answer.headers["date"]).timestamp() - time.time()

    assert abs(ahead(graph("/organization"))) < 3
    simulator.options(clock_skew_seconds=300)
    try:
        assert 297 < ahead(graph("/organization")) < 303
        payload = ask_token(msp).json()["access_token"].split(".")[1]
        issued = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["iat"]
        assert 297 < issued - time.time() < 303
        simulator.fault("throttle", path="/domains", form="date", seconds=10)
        wait = email.utils.parsedate_to_datetime(graph("/domains").headers["retry-after"]).timestamp()
        assert 305 < wait - time.time() < 313
    finally:
        simulator.options(clock_skew_seconds=0)


@pytest.mark.parametrize("spelling", ["/users/delta()", "/users/microsoft.graph.delta()", "/users/delta"])
def test_delta_has_three_spellings(graph: Read, spelling: str) -> None:
    answer = graph(f"{spelling}?$select=id").json()
    assert len(answer["value"]) == 28 and spelling in answer["@odata.deltaLink"]
    assert graph(answer["@odata.deltaLink"]).json()["value"] == []


def test_keys_may_stand_in_parentheses(simulator: Simulator, graph: Read) -> None:
    assert graph("/users('user1@msp.example')?$select=id").status_code == 200
    assert graph("/users('dana@msp.example')/mailFolders('inbox')/messages?$select=id").status_code == 200
    assert simulator.log()[-1]["mailbox"] == "dana@msp.example"
