"""Tokens: asked for once, renewed, refused with a reason; and what is in them."""

import base64
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import msal
import pytest

from ingestion.http.client import HttpClient
from ingestion.legs import IngestionError, LegStatus
from ingestion.microsoft.auth import TenantTokens, challenged_claims, granted_roles
from ingestion.microsoft.client import allowed_requests
from ingestion.microsoft.connection import AppCredential, Tenant
from ingestion.microsoft.endpoints import ORGANIZATION
from ingestion.microsoft.source import tenant_tokens
from ingestion.microsoft.tokenerrors import TRANSIENT_CODES
from tests.ingestion.microsoft.vendor import (
    OTHER,
    TENANT,
    Vendor,
    client_of,
    connection_of,
    error,
    http_of,
    legs_of,
    page,
    token_answer,
)
from tests.ingestion.readings import leg_of, read
from tests.ingestion.transport import Answer, Transport

CORRELATION_ID = "c0440000-0000-4000-8000-000000000001"


def refusal(code: int, kind: str = "invalid_client", status: int = 401) -> Answer:
    body = {
        "error": kind,
        "error_description": f"AADSTS{code}: words",
        "error_codes": [code],
        "correlation_id": CORRELATION_ID,
    }
    return Answer(status, json.dumps(body))


def tokens_of(vendor: Vendor, **replaced: Any) -> TenantTokens:
    """Tokens of the first tenant with another clock, sleep or time of day."""
    connection = connection_of()
    given = {"sleep": lambda seconds: None} | replaced
    http = http_of(vendor, connection)
    return TenantTokens(
        connection.tenants[0], connection.login_url, connection.graph_scope, http, msal.TokenCache(), **given
    )


def token_of(vendor: Vendor, secret: str = "not~a~real~secret") -> str:
    connection = connection_of(secret=secret)
    return tenant_tokens(connection, connection.tenants[0], http_of(vendor, connection)).token()


def test_token_request_is_the_documented_one() -> None:
    vendor = Vendor()
    assert granted_roles(token_of(vendor)) == {"User.Read.All"}
    request = vendor.token_requests()[0]
    assert request.url == f"https://login.example/{TENANT}/oauth2/v2.0/token"
    body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
    assert "grant_type=client_credentials" in body
    assert "scope=https%3A%2F%2Fgraph.example%2F.default" in body
    assert "client_secret=not~a~real~secret" in body
    # No discovery: neither of the instance at Microsoft's public host nor of the tenant.
    assert len(vendor.sent) == 1


def test_token_is_asked_for_once_for_many_requests() -> None:
    vendor = Vendor({"/organization": page()})
    client = client_of(vendor)
    for _ in range(3):
        client.get(ORGANIZATION, client.url(ORGANIZATION, {}))
    assert len(vendor.token_requests()) == 1


@pytest.mark.parametrize("code", [65001, 7000229])
def test_token_refused_for_want_of_consent_is_not_permitted(code: int) -> None:
    with pytest.raises(IngestionError, match=f"AADSTS{code}") as caught:
        token_of(Vendor(token=refusal(code, status=400)))
    assert caught.value.status is LegStatus.NOT_PERMITTED
    assert "adminconsent" in caught.value.advice


def test_token_refused_by_graph_is_renewed_once() -> None:
    vendor = Vendor(
        {"/organization": [error(401, "InvalidAuthenticationToken"), page()]},
        [token_answer("first"), token_answer("second")],
    )
    client = client_of(vendor)
    client.get(ORGANIZATION, client.url(ORGANIZATION, {}))
    assert [request.headers["Authorization"] for request in vendor.graph_requests()] == [
        "Bearer first",
        "Bearer second",
    ]


@pytest.mark.parametrize(
    ("code", "status", "error_class", "words"),
    [
        (7000215, 401, "secret_wrong", "Secret ID"),
        (7000222, 401, "secret_expired", "client secret"),
        (700016, 400, "app_not_in_tenant", "adminconsent"),
        (90002, 400, "tenant_not_found", "tenant_id"),
        (4711, 400, "token_refused", "AADSTS"),
    ],
)
def test_token_refused_for_good_is_told_after_one_request(code: int, status: int, error_class: str, words: str) -> None:
    vendor = Vendor(token=refusal(code, status=status))
    with pytest.raises(IngestionError) as caught:
        token_of(vendor)
    assert caught.value.error_class == error_class
    assert caught.value.status is LegStatus.FAILED
    assert words in caught.value.advice
    assert f"AADSTS{code}" in str(caught.value) and CORRELATION_ID in str(caught.value)
    assert "not~a~real~secret" not in str(caught.value)
    assert len(vendor.token_requests()) == 1


@pytest.mark.parametrize("answer", [Answer(body="<html>"), Answer(404, "<html>")])
def test_token_host_that_is_no_login_is_told(answer: Answer) -> None:
    with pytest.raises(IngestionError, match="did not answer as Microsoft's token endpoint") as caught:
        token_of(Vendor(token=answer))
    assert caught.value.error_class == "login_unusable"


def test_token_server_error_is_tried_and_told() -> None:
    vendor = Vendor(token=Answer(503))
    with pytest.raises(IngestionError) as caught:
        token_of(vendor)
    assert caught.value.error_class == "server_error"
    assert len(vendor.token_requests()) == 10


@pytest.mark.parametrize("secret", ["12345678-ABCD-4bcd-8bcd-1234567890ab", " 12345678-abcd-4bcd-8bcd-1234567890ab\n"])
def test_token_secret_that_is_an_id_is_refused_before_any_call(secret: str) -> None:
    vendor = Vendor()
    with pytest.raises(IngestionError, match="it is the Secret ID") as caught:
        token_of(vendor, secret)
    assert caught.value.error_class == "secret_is_id"
    assert vendor.sent == []
    assert secret.strip() not in str(caught.value)


def test_legs_of_tenant_with_bad_secret_fail_with_one_request_and_others_go_on() -> None:
    def token(request: object) -> Answer:
        return refusal(7000222) if TENANT in request.url else token_answer()  # type: ignore[attr-defined]

    vendor = Vendor({"/organization": page({"id": OTHER}), "/domains": page()}, token)
    credential = AppCredential("app", secret=lambda: "not~a~real~secret")
    legs = legs_of(vendor, connection_of(Tenant(TENANT, credential), Tenant(OTHER, credential)))
    for table in ("organization", "domains"):
        with pytest.raises(IngestionError) as caught:
            read(leg_of(legs, table, TENANT))
        assert caught.value.error_class == "secret_expired"
    assert len(vendor.token_requests()) == 1
    assert read(leg_of(legs, "organization", OTHER))[0].values("id") == [OTHER]


def test_granted_roles_of_token_without_roles_is_empty() -> None:
    assert granted_roles("a.e30.c") == frozenset()


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.!!.c", "", "a.W10.c"])
def test_granted_roles_of_opaque_token_are_unknown(token: str) -> None:
    assert granted_roles(token) is None


def test_connection_repr_holds_no_secret() -> None:
    assert "not~a~real~secret" not in repr(connection_of())


@pytest.mark.parametrize("code", sorted(TRANSIENT_CODES))
def test_token_transient_code_that_stays_ends_after_three_tries(code: int) -> None:
    vendor = Vendor(token=refusal(code))
    tokens = tokens_of(vendor)
    with pytest.raises(IngestionError) as caught:
        tokens.token()
    assert caught.value.error_class == ("certificate_refused" if code == 700027 else "login_busy")
    assert len(vendor.token_requests()) == 3


def test_token_right_after_a_certificate_change_is_given_at_a_later_try() -> None:
    vendor = Vendor(token=[refusal(700027), refusal(700027), token_answer("late")])
    waits: list[float] = []
    assert tokens_of(vendor, sleep=waits.append).token() == "late"
    assert len(waits) == 2 and all(wait >= 1 for wait in waits)


@dataclass
class Clock:
    """A monotonic clock that a test moves."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_token_is_renewed_five_minutes_before_its_end_and_not_earlier() -> None:
    clock = Clock()
    vendor = Vendor(token=token_answer("first"))
    tokens = tokens_of(vendor, clock=clock)
    tokens.token()
    clock.seconds += 3599 - 301
    tokens.token()
    assert len(vendor.token_requests()) == 1
    clock.seconds += 1
    # msal's own cache goes by the wall clock, which stands still here.
    tokens._app.remove_tokens_for_client()
    tokens.token()
    assert len(vendor.token_requests()) == 2


def test_token_of_a_short_life_is_used_by_half() -> None:
    clock = Clock()
    vendor = Vendor(token=Answer(body='{"token_type": "Bearer", "expires_in": 120, "access_token": "short"}'))
    tokens = tokens_of(vendor, clock=clock)
    for _ in range(3):
        tokens.token()
    clock.seconds += 59
    tokens.token()
    assert len(vendor.token_requests()) == 1
    clock.seconds += 1
    tokens.token()
    assert len(vendor.token_requests()) == 2


def test_token_failure_that_may_pass_is_asked_for_again_after_a_minute() -> None:
    clock = Clock()
    answers = [Answer(503)] * 10 + [token_answer("back")]
    tokens = tokens_of(Vendor(token=answers), clock=clock)
    for _ in range(2):
        with pytest.raises(IngestionError, match="503"):
            tokens.token()
    clock.seconds += 60
    assert tokens.token() == "back"


def test_token_failure_that_stays_is_never_asked_for_again() -> None:
    clock = Clock()
    vendor = Vendor(token=refusal(7000222))
    tokens = tokens_of(vendor, clock=clock)
    for _ in range(2):
        with pytest.raises(IngestionError, match="AADSTS7000222"):
            tokens.token()
        clock.seconds += 86_400
    assert len(vendor.token_requests()) == 1


CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'


def challenge_of(claims: str) -> str:
    """A continuous-access-evaluation challenge as Graph sends it."""
    told = base64.b64encode(claims.encode()).decode()
    return f'Bearer realm="", authorization_uri="https://x/authorize", error="insufficient_claims", claims="{told}"'


def test_token_after_a_claims_challenge_is_asked_for_with_the_claims_once() -> None:
    clock = Clock()
    vendor = Vendor(token=[token_answer("first"), token_answer("second"), token_answer("third")])
    tokens = tokens_of(vendor, clock=clock)
    assert tokens.renew(tokens.headers(), challenge_of(CLAIMS))
    assert tokens.token() == "second"
    # A renewal in time goes without them again: msal finds its own token, which the claims would make it skip.
    clock.seconds += 3599
    assert tokens.token() == "second"
    tokens.renew(tokens.headers())
    assert tokens.token() == "third"
    bodies = [parse_qs(request.body.decode()) for request in vendor.token_requests()]
    assert [json.loads(body["claims"][0]) if "claims" in body else None for body in bodies] == [
        None,
        json.loads(CLAIMS),
        None,
    ]


def test_graph_answer_with_a_claims_challenge_is_asked_again_with_a_token_for_the_claims() -> None:
    told = replace(error(401, "InvalidAuthenticationToken"), headers={"WWW-Authenticate": challenge_of(CLAIMS)})
    vendor = Vendor({"/organization": [told, page()]}, [token_answer("first"), token_answer("second")])
    client = client_of(vendor)
    client.get(ORGANIZATION, client.url(ORGANIZATION, {}))
    assert [request.headers["Authorization"] for request in vendor.graph_requests()] == [
        "Bearer first",
        "Bearer second",
    ]
    first, second = (parse_qs(request.body.decode()) for request in vendor.token_requests())
    assert "claims" not in first and json.loads(second["claims"][0]) == json.loads(CLAIMS)


@pytest.mark.parametrize(
    "challenge",
    ["", 'Bearer realm=""', 'Bearer claims="!!"', 'Bearer claims="bm90IGpzb24="', challenge_of("[1]"), 'claims="/w=="'],
)
def test_challenge_without_readable_claims_asks_for_a_plain_token(challenge: str) -> None:
    assert challenged_claims(challenge) is None


def test_claims_are_read_in_both_base64_alphabets() -> None:
    claims = '{"a":"??>~"}'
    urlsafe = base64.urlsafe_b64encode(claims.encode()).decode().rstrip("=")
    assert "-" in urlsafe or "_" in urlsafe
    assert challenged_claims(f'Bearer claims="{urlsafe}"') == challenged_claims(challenge_of(claims)) == claims


@pytest.mark.parametrize(("minutes", "words"), [(11, "660 s ahead of"), (-11, "660 s behind")])
def test_token_refused_for_a_wrong_clock_tells_by_how_much(minutes: int, words: str) -> None:
    told = refusal(700024)
    vendor = Vendor(token=replace(told, headers={"Date": "Sun, 08 Nov 2026 12:00:00 GMT"}))
    here = datetime(2026, 11, 8, 12, tzinfo=UTC) + timedelta(minutes=minutes)
    tokens = tokens_of(vendor, now=lambda: here)
    with pytest.raises(IngestionError, match=words) as caught:
        tokens.token()
    assert caught.value.error_class == "clock_skew" and "NTP" in caught.value.advice


def test_clock_skew_is_known_after_the_first_token() -> None:
    answer = replace(token_answer(), headers={"Date": "Sun, 08 Nov 2026 12:00:00 GMT"})
    tokens = tokens_of(Vendor(token=answer), now=lambda: datetime(2026, 11, 8, 12, 5, tzinfo=UTC))
    assert tokens.clock_skew_seconds is None
    tokens.token()
    assert tokens.clock_skew_seconds == 300


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_clock_skew_without_a_readable_date_is_not_known(date: str) -> None:
    tokens = tokens_of(Vendor(token=replace(token_answer(), headers={"Date": date} if date else {})))
    tokens.token()
    assert tokens.clock_skew_seconds is None


def test_tenants_with_apps_of_their_own_sign_in_with_them() -> None:
    vendor = Vendor()
    credentials = {TENANT: AppCredential("app-1", secret=lambda: "one"), OTHER: AppCredential("app-2", lambda: "two")}
    connection = connection_of(*(Tenant(tenant_id, credential) for tenant_id, credential in credentials.items()))
    http, cache = http_of(vendor, connection), msal.TokenCache()
    for tenant in connection.tenants:
        tenant_tokens(connection, tenant, http, cache).token()
    sent = [(request.url.split("/")[3], parse_qs(request.body.decode())) for request in vendor.token_requests()]
    assert [(tenant, form["client_id"], form["client_secret"]) for tenant, form in sent] == [
        (TENANT, ["app-1"], ["one"]),
        (OTHER, ["app-2"], ["two"]),
    ]


@pytest.mark.parametrize(
    ("login", "graph"),
    [
        ("https://login.microsoftonline.com", "https://graph.microsoft.com"),
        ("https://login.microsoftonline.us", "https://graph.microsoft.us"),
        ("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
        ("https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"),
    ],
)
def test_token_of_every_cloud_is_asked_of_its_own_host_for_its_own_graph(login: str, graph: str) -> None:
    transport = Transport(lambda request: token_answer())
    connection = replace(connection_of(), login_url=login, graph_url=graph, graph_scope=f"{graph}/.default")
    http = HttpClient(allowed_requests(connection), adapter=transport)
    tenant_tokens(connection, connection.tenants[0], http).token()
    (request,) = transport.sent
    assert request.url == f"{login}/{TENANT}/oauth2/v2.0/token"
    assert parse_qs(request.body.decode())["scope"] == [f"{graph}/.default"]
