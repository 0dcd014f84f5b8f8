"""The HTTP client: retries, redirects, tokens, surroundings, accounting; all without a socket."""

import re
import ssl
import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError, SSLError

from ingestion.http.allowlist import Allowed, AllowList, origin_of
from ingestion.http.client import Call, HttpClient
from ingestion.http.errors import HttpError
from ingestion.legs import LegStats
from tests.ingestion.transport import Answer, NoTransport, Script, Transport

ROOT = "https://api.example"
ALLOWED = AllowList([Allowed("GET", origin_of(ROOT, "test"), re.compile(r"/(a|b)"))])


class Token:
    """A credential whose token changes when it is renewed."""

    def __init__(self) -> None:
        self.number = 1
        self.asked = 0

    def headers(self) -> Mapping[str, str]:
        self.asked += 1
        return {"Authorization": f"Bearer token-{self.number}"}

    def renew(self, refused: Mapping[str, str], challenge: str = "") -> bool:
        self.number += 1
        self.challenge = challenge
        return True


def client_of(script: Script, waits: list[float] | None = None, **values: object) -> tuple[HttpClient, Transport]:
    transport = Transport(script)
    sleep = waits.append if waits is not None else lambda seconds: None
    return HttpClient(ALLOWED, adapter=transport, sleep=sleep, jitter=lambda: 1.0, **values), transport


def call(path: str = "/a", **values: object) -> Call:
    return Call("GET", ROOT + path, "vendor/table", f"GET {path}", **values)


@pytest.mark.parametrize(
    "refused",
    [
        Call("POST", f"{ROOT}/a", "t", "t"),
        Call("GET", f"{ROOT}/other", "t", "t"),
        Call("GET", "https://evil.example/a", "t", "t"),
    ],
)
def test_send_unlisted_request_opens_no_socket_and_asks_no_token(
    refused: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a socket was opened"))
    token = Token()
    client = HttpClient(ALLOWED, adapter=NoTransport())
    with pytest.raises(HttpError, match="was refused before a connection was opened"):
        client.send(Call(refused.method, refused.url, "t", "t", credential=token))
    assert token.asked == 0


def test_send_throttled_waits_as_asked_and_counts() -> None:
    waits: list[float] = []
    stats = LegStats()
    client, _ = client_of([Answer(429, headers={"Retry-After": "7"}), Answer(503), Answer(body=b"[1]")], waits)
    reply = client.send(call(), stats)
    assert reply.content == b"[1]"
    assert waits == [7.0, 6.0]
    assert (stats.request_count, stats.retry_count, stats.throttled_count, stats.byte_count) == (3, 2, 1, 7)


@pytest.mark.parametrize(("status", "requests_made"), [(429, 10), (503, 10), (500, 3), (404, 1)])
def test_send_failing_status_ends_after_bounded_tries(status: int, requests_made: int) -> None:
    client, transport = client_of(lambda request: Answer(status))
    assert client.send(call()).status == status
    assert len(transport.sent) == requests_made


def test_send_truncated_body_is_tried_again() -> None:
    broken = requests.exceptions.ChunkedEncodingError("IncompleteRead")
    client, _ = client_of([broken, Answer(body=b"whole")])
    assert client.send(call()).content == b"whole"


def test_send_json_that_ends_in_its_middle_is_tried_again_and_a_page_of_html_is_not() -> None:
    json_type, html = {"Content-Type": "application/json; charset=utf-8"}, {"Content-Type": "text/html"}
    cut = Answer(body=b'{"value":[{"id"', headers=json_type)
    client, transport = client_of([cut, Answer(body=b'{"value":[]} ', headers=json_type)])
    assert client.send(call()).content == b'{"value":[]} '
    assert len(transport.sent) == 2
    client, transport = client_of([Answer(body=b"<html>", headers=html)])
    assert client.send(call()).content == b"<html>"


def _connection_error(reason: Exception) -> requests.exceptions.ConnectionError:
    return requests.exceptions.ConnectionError(MaxRetryError(None, "/users/dana@msp.example?secret=1", reason))  # type: ignore[arg-type]


def _tls_error(reason: Exception) -> requests.exceptions.SSLError:
    return requests.exceptions.SSLError(MaxRetryError(None, "/users/dana@msp.example", SSLError(reason)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "error_class", "words", "tries"),
    [
        (_connection_error(NameResolutionError("api.example", None, OSError())), "unreachable", "DNS", 3),  # type: ignore[arg-type]
        (_connection_error(NewConnectionError(None, "refused")), "unreachable", "no connection was accepted", 3),  # type: ignore[arg-type]
        (requests.exceptions.ConnectionError("reset"), "unreachable", "broke", 5),
        (requests.exceptions.ReadTimeout("/users/dana@msp.example"), "timeout", "did not answer in time", 3),
        (requests.exceptions.SSLError("bad"), "tls", "TLS certificate", 1),
        (_tls_error(ssl.SSLCertVerificationError("self-signed")), "tls", "TLS certificate", 1),
        (_tls_error(ssl.SSLEOFError("EOF occurred")), "unreachable", "broke", 5),
        (requests.exceptions.ProxyError("bad"), "unreachable", "proxy", 3),
    ],
)
def test_send_broken_connection_names_cause_and_hides_path(
    error: Exception, error_class: str, words: str, tries: int
) -> None:
    client, transport = client_of(lambda request: error)
    with pytest.raises(HttpError) as caught:
        client.send(call())
    assert caught.value.error_class == error_class
    assert words in str(caught.value) and "api.example" in str(caught.value)
    assert len(transport.sent) == tries
    chain = [caught.value, caught.value.__cause__]
    assert not any("dana" in str(item) for item in chain)
    assert caught.value.__suppress_context__


def test_send_host_that_accepts_no_connection_is_left_alone_for_a_while() -> None:
    now = [100.0]
    refused = _connection_error(NewConnectionError(None, "refused"))  # type: ignore[arg-type]
    client, transport = client_of(lambda request: refused, clock=lambda: now[0])
    for path in ("/a", "/b"):
        with pytest.raises(HttpError) as caught:
            client.send(call(path))
        assert caught.value.error_class == "unreachable"
    assert len(transport.sent) == 3
    now[0] += 61
    with pytest.raises(HttpError):
        client.send(call())
    assert len(transport.sent) == 6


def test_send_host_that_answers_others_is_not_given_up_for_everybody() -> None:
    now = [100.0]
    refused = _connection_error(NewConnectionError(None, "refused"))  # type: ignore[arg-type]
    client: HttpClient

    def script(request: requests.PreparedRequest) -> Answer | Exception:
        if request.url == f"{ROOT}/b":
            return Answer(body=b"alive")
        now[0] += 1
        # Between its tries another tenant's call is answered.
        assert client.send(call("/b")).content == b"alive"
        return refused

    client, transport = client_of(script, clock=lambda: now[0])
    with pytest.raises(HttpError, match="in 3 tries"):
        client.send(call("/a"))
    assert client.send(call("/b")).content == b"alive"


def test_send_token_that_another_thread_renewed_once_more_is_tried_too() -> None:
    class Shared(Token):
        def renew(self, refused: Mapping[str, str], challenge: str = "") -> bool:
            # As TenantTokens: only the current token is renewed.
            if refused == {"Authorization": f"Bearer token-{self.number}"}:
                self.number += 1
            return True

    token = Shared()

    def script(request: requests.PreparedRequest) -> Answer:
        sent = request.headers["Authorization"]
        if sent == "Bearer token-3":
            return Answer(body=b"ok")
        # While this answer is on its way, another thread meets the same refusal and renews.
        token.number = max(token.number, int(sent[-1]) + 1)
        return Answer(401)

    client, transport = client_of(script)
    assert client.send(call(credential=token)).content == b"ok"
    assert [request.headers["Authorization"][-1] for request in transport.sent] == ["1", "2", "3"]


def test_send_refused_token_is_renewed_once() -> None:
    token = Token()
    client, transport = client_of([Answer(401), Answer(body=b"ok")])
    assert client.send(call(credential=token)).content == b"ok"
    assert [request.headers["Authorization"] for request in transport.sent] == ["Bearer token-1", "Bearer token-2"]


def test_send_token_refused_twice_ends() -> None:
    client, transport = client_of(lambda request: Answer(401))
    assert client.send(call(credential=Token())).status == 401
    assert len(transport.sent) == 2


def test_send_redirect_to_the_same_path_of_the_host_is_followed() -> None:
    client, transport = client_of([Answer(302, headers={"Location": "/a?x=1"}), Answer(body=b"moved")])
    assert client.send(call(credential=Token())).content == b"moved"
    assert [request.url for request in transport.sent] == [f"{ROOT}/a", f"{ROOT}/a?x=1"]


@pytest.mark.parametrize(
    "target", ["/b", "/write", "/a?$select=body", "/a?fields=notes", "https://[", "//api.example\\b"]
)
def test_send_redirect_to_another_question_of_the_host_is_not_followed(target: str) -> None:
    client, transport = client_of(lambda request: Answer(302, headers={"Location": target}))
    with pytest.raises(HttpError, match="was not followed") as caught:
        client.send(call(credential=Token()))
    assert caught.value.error_class == "redirect"
    assert len(transport.sent) == 1


@pytest.mark.parametrize(
    "target", ["https://evil.example/a?code=s3", "http://api.example/a", "https://api.example:444/a"]
)
def test_send_redirect_to_other_origin_gets_no_request(target: str) -> None:
    client, transport = client_of(lambda request: Answer(302, headers={"Location": target}))
    with pytest.raises(HttpError, match="It was not followed") as caught:
        client.send(call(credential=Token()))
    assert caught.value.error_class == "redirect"
    assert "s3" not in str(caught.value)
    assert len(transport.sent) == 1


def test_send_redirect_in_circles_ends() -> None:
    client, transport = client_of(lambda request: Answer(302, headers={"Location": "/a"}))
    with pytest.raises(HttpError, match="again and again"):
        client.send(call())
    assert len(transport.sent) == 4


def test_send_ca_bundle_wins_over_environment_and_proxy_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/elsewhere.pem")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    client, transport = client_of([Answer()], ca_bundle=Path("/ours.pem"))
    client.send(call())
    assert transport.options[0]["verify"] == "/ours.pem"
    assert transport.options[0]["proxies"]["https"] == "http://proxy.example:3128"
    assert transport.options[0]["timeout"] == (10.0, 100.0)


def test_send_ca_file_that_is_not_there_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/elsewhere.pem")
    client = HttpClient(ALLOWED)
    with pytest.raises(HttpError, match="REQUESTS_CA_BUNDLE") as caught:
        client.send(call())
    assert caught.value.error_class == "tls"


def test_send_without_ca_bundle_uses_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/elsewhere.pem")
    client, transport = client_of([Answer()])
    client.send(call())
    assert transport.options[0]["verify"] == "/elsewhere.pem"


def test_send_netrc_never_replaces_our_authorization(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.example login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    client, transport = client_of([Answer()])
    client.send(call(credential=Token()))
    assert transport.sent[0].headers["Authorization"] == "Bearer token-1"


@pytest.mark.parametrize("value", ["key\nwith a break", "key…"])
def test_send_header_that_cannot_be_sent_is_told_without_it(value: str) -> None:
    class Broken(Token):
        def headers(self) -> Mapping[str, str]:
            return {"clientId": value}

    with pytest.raises(HttpError) as caught:
        HttpClient(ALLOWED, adapter=NoTransport()).send(call(credential=Broken()))
    assert caught.value.error_class == "unusable_setting"
    assert value not in "".join(traceback.format_exception(caught.value))


def test_send_cookies_are_not_kept() -> None:
    client, transport = client_of(lambda request: Answer(headers={"Set-Cookie": "session=1"}))
    client.send(call())
    client.send(call())
    assert "Cookie" not in transport.sent[1].headers
