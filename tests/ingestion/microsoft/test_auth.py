"""Tokens: asked for once, renewed, refused with a reason; and what is in them."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ingestion.legs import IngestionError, LegStatus
from ingestion.microsoft.auth import granted_roles
from ingestion.microsoft.connection import AppCredential, Certificate, Tenant
from ingestion.microsoft.endpoints import ORGANIZATION
from ingestion.microsoft.source import tenant_tokens
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
from tests.ingestion.transport import Answer


def refusal(code: int, kind: str = "invalid_client", status: int = 401) -> Answer:
    body = {
        "error": kind,
        "error_description": f"AADSTS{code}: words",
        "error_codes": [code],
        "correlation_id": "corr-1",
    }
    return Answer(status, json.dumps(body))


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
    assert f"AADSTS{code}" in str(caught.value) and "corr-1" in str(caught.value)
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
    assert len(vendor.token_requests()) == 5


def test_token_transient_code_is_tried_again() -> None:
    vendor = Vendor(token=[refusal(90033), token_answer()])
    connection = connection_of()
    tokens = tenant_tokens(connection, connection.tenants[0], http_of(vendor, connection))
    tokens._sleep = lambda seconds: None
    assert tokens.token()
    assert len(vendor.token_requests()) == 2


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


def test_token_unreadable_certificate_is_told_without_its_path(tmp_path: Path) -> None:
    vendor = Vendor()
    certificate = Certificate(tmp_path / "app.pem", "AB" * 20)
    connection = connection_of(Tenant(TENANT, AppCredential("app", certificate=certificate)))
    with pytest.raises(IngestionError) as caught:
        tenant_tokens(connection, connection.tenants[0], http_of(vendor, connection)).token()
    assert caught.value.error_class == "certificate_unreadable"
    assert str(tmp_path) not in str(caught.value)


def test_granted_roles_of_token_without_roles_is_empty() -> None:
    assert granted_roles("a.e30.c") == frozenset()


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.!!.c", "", "a.W10.c"])
def test_granted_roles_of_opaque_token_are_unknown(token: str) -> None:
    assert granted_roles(token) is None


def test_connection_repr_holds_no_secret() -> None:
    assert "not~a~real~secret" not in repr(connection_of())


def test_token_request_with_certificate_is_signed(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = tmp_path / "app.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"pass"),
        )
    )
    vendor = Vendor()
    certificate = Certificate(pem, "AB:" * 19 + "AB", passphrase=lambda: "pass")
    connection = connection_of(Tenant(TENANT, AppCredential("app", certificate=certificate)))
    tenant_tokens(connection, connection.tenants[0], http_of(vendor, connection)).token()
    body = str(vendor.token_requests()[0].body)
    assert "client_assertion=" in body and "client_secret" not in body
