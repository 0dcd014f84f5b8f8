"""The token endpoint and the OpenID metadata against the reference, sections 2.1 to 2.3."""

import base64
import json
from collections.abc import Callable
from typing import Any

import msal
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ingestion.simulator.serve import Simulator

Ask = Callable[..., requests.Response]


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def test_token_names_tenant_application_and_roles(ask_token: Ask, msp: str) -> None:
    answer = ask_token(msp).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)
    claims = _claims(answer["access_token"])
    assert (claims["tid"], claims["appid"]) == (msp, "00000000-0000-0000-0000-000000000001")
    assert "Mail.Read" in claims["roles"]
    assert claims["exp"] - claims["iat"] == 3599


def test_token_of_a_tenant_without_mailboxes_has_no_mail_role(ask_token: Ask, plain: str) -> None:
    roles = _claims(ask_token(plain).json()["access_token"])["roles"]
    assert "User.Read.All" in roles
    assert "Mail.Read" not in roles


def test_token_without_any_consent_has_no_roles_claim(simulator: Simulator, ask_token: Ask, msp: str) -> None:
    simulator.fault("consent_missing")
    assert "roles" not in _claims(ask_token(msp).json()["access_token"])


def test_secret_by_http_basic_is_accepted(ask_token: Ask, msp: str) -> None:
    auth = ("00000000-0000-0000-0000-000000000001", "not%7Ea%7Ereal%7Esecret")
    assert ask_token(msp, auth=auth, client_id=None, client_secret=None).status_code == 200


@pytest.mark.parametrize(
    ("tenant", "fields", "code", "error", "status"),
    [
        ("msp.example", {"client_secret": "wrong"}, 7000215, "invalid_client", 401),
        ("msp.example", {"client_secret": None}, 7000216, "invalid_client", 401),
        ("msp.example", {"client_id": "another"}, 700016, "unauthorized_client", 400),
        ("33333333-3333-4333-8333-333333333333", {}, 90002, "invalid_request", 400),
        ("nobody.example", {}, 90002, "invalid_request", 400),
        ("not a tenant", {}, 900023, "invalid_request", 400),
        ("common", {}, 9001023, "invalid_request", 400),
        ("msp.example", {"scope": "https://graph.microsoft.com/User.Read"}, 1002012, "invalid_scope", 400),
        ("msp.example", {"scope": "https://elsewhere.example/.default"}, 500011, "invalid_resource", 400),
    ],
)
def test_token_refusal_has_the_code(
    ask_token: Ask, tenant: str, fields: dict[str, str | None], code: int, error: str, status: int
) -> None:
    answer = ask_token(tenant, **fields)
    document = answer.json()
    assert (answer.status_code, document["error"], document["error_codes"]) == (status, error, [code])
    assert document["error_description"].startswith(f"AADSTS{code}: ")


def test_secret_expired_hits_one_tenant_only(simulator: Simulator, ask_token: Ask, msp: str, plain: str) -> None:
    simulator.fault("secret_expired", tenant=plain)
    assert ask_token(plain).json()["error_codes"] == [7000222]
    assert ask_token(msp).status_code == 200


def test_wrong_tenant_answers_tenant_not_found(simulator: Simulator, ask_token: Ask, msp: str) -> None:
    simulator.fault("wrong_tenant")
    assert ask_token(msp).json()["error_codes"] == [90002]


def test_metadata_resolves_a_verified_domain(simulator: Simulator, http: requests.Session, msp: str) -> None:
    login = simulator.urls["login_url"]
    document = http.get(f"{login}/MSP.example/v2.0/.well-known/openid-configuration").json()
    assert document["issuer"] == f"{login}/{msp}/v2.0"
    assert document["token_endpoint"] == f"{login}/{msp}/oauth2/v2.0/token"


def test_metadata_of_an_unknown_domain_is_an_error(simulator: Simulator, http: requests.Session) -> None:
    answer = http.get(f"{simulator.urls['login_url']}/nobody.example/v2.0/.well-known/openid-configuration")
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [90002])


def _application(simulator: Simulator, http: requests.Session, tenant: str, credential: Any) -> Any:
    return msal.ConfidentialClientApplication(
        "00000000-0000-0000-0000-000000000001",
        authority=f"{simulator.urls['login_url']}/{tenant}",
        client_credential=credential,
        instance_discovery=False,
        http_client=http,
    )


def test_msal_gets_a_token_with_the_secret(simulator: Simulator, http: requests.Session, msp: str) -> None:
    application = _application(simulator, http, msp, "not~a~real~secret")
    result = application.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    assert _claims(result["access_token"])["tid"] == msp


def test_msal_reports_a_wrong_secret(simulator: Simulator, http: requests.Session, msp: str) -> None:
    application = _application(simulator, http, msp, "wrong")
    result = application.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    assert result["error_codes"] == [7000215]


def test_assertion_without_a_configured_certificate_fails(
    simulator: Simulator, http: requests.Session, msp: str
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    application = _application(simulator, http, msp, {"private_key": key.decode(), "thumbprint": "00" * 20})
    result = application.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    assert result["error_codes"] == [700027]
