"""Directory reads against the reference, sections 3, 4, 8, 9, 10, 11 and 12."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from ingestion.simulator.serve import Simulator

Read = Callable[..., requests.Response]
Walk = Callable[..., tuple[list[dict[str, Any]], list[dict[str, Any]]]]
REGISTRATIONS = "/reports/authenticationMethods/userRegistrationDetails"


def test_error_body_repeats_the_request_ids(graph: Read) -> None:
    answer = graph("/nowhere", headers={"client-request-id": "mine"})
    inner = answer.json()["error"]["innerError"]
    assert answer.status_code == 404
    assert (inner["client-request-id"], answer.headers["client-request-id"]) == ("mine", "mine")
    assert inner["request-id"] == answer.headers["request-id"]


def test_good_answers_have_ids_of_their_own(graph: Read) -> None:
    ids = {graph("/organization").headers["request-id"] for _ in range(3)}
    assert len(ids) == 3


def test_read_without_a_token_is_401(simulator: Simulator, http: requests.Session) -> None:
    answer = http.get(f"{simulator.urls['graph_url']}/v1.0/organization")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert "Bearer" in answer.headers["www-authenticate"]


def test_token_of_another_maker_is_401(simulator: Simulator, http: requests.Session) -> None:
    headers = {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."}
    assert http.get(f"{simulator.urls['graph_url']}/v1.0/organization", headers=headers).status_code == 401


def test_token_reads_its_own_tenant(graph: Read, msp: str, plain: str) -> None:
    ids = [graph("/organization", tenant=tenant).json()["value"][0]["id"] for tenant in (msp, plain)]
    assert ids == [msp, plain]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_write_is_405_and_logged(simulator: Simulator, graph: Read, method: str) -> None:
    assert graph("/users", method=method).status_code == 405
    entry = simulator.log()[-1]
    assert (entry["method"], entry["path"], entry["status"]) == (method, "/v1.0/users", 405)


@pytest.mark.parametrize(
    ("path", "lost", "code"),
    [
        ("/users", "User.Read.All", "Authorization_RequestDenied"),
        ("/domains", "Domain.Read.All", "Authorization_RequestDenied"),
        ("/directory/subscriptions", "Organization.Read.All", "Authorization_RequestDenied"),
        (REGISTRATIONS, "AuditLog.Read.All", "Authentication_MSGraphPermissionMissing"),
        ("/identity/conditionalAccess/policies", "Policy.Read.All", "AccessDenied"),
        ("/users/dana@msp.example/mailFolders/inbox/messages", "Mail.Read", "ErrorAccessDenied"),
    ],
)
def test_missing_role_is_403(simulator: Simulator, graph: Read, path: str, lost: str, code: str) -> None:
    simulator.fault("consent_missing", roles=[lost])
    answer = graph(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, code)


def test_roles_are_settable_per_tenant(simulator: Simulator, graph: Read, msp: str, plain: str) -> None:
    simulator.options(roles={plain: ["Organization.Read.All"]})
    assert graph("/organization", tenant=plain).status_code == 200
    assert graph("/users", tenant=plain).status_code == 403
    assert graph("/users", tenant=msp).status_code == 200


def test_selected_property_that_is_not_set_is_null(graph: Read) -> None:
    row = graph("/organization?$select=id,onPremisesSyncEnabled,country").json()["value"][0]
    assert row == {"id": row["id"], "onPremisesSyncEnabled": None, "country": None}


@pytest.mark.parametrize("option", ["$top=5", "$filter=consumedUnits gt 1", "$orderby=id"])
def test_subscribed_skus_take_only_select(graph: Read, option: str) -> None:
    assert graph("/subscribedSkus?$select=id").json()["value"]
    assert graph(f"/subscribedSkus?{option}").status_code == 400


def test_registration_details_leave_disabled_users_out(graph: Read) -> None:
    rows = graph(f"{REGISTRATIONS}?$select=id&$top=999").json()["value"]
    assert len(rows) == 27
    assert "00000000-0000-4000-8000-000000900004" not in {row["id"] for row in rows}


def test_registration_details_without_p1_are_403(graph: Read, plain: str) -> None:
    answer = graph(REGISTRATIONS, tenant=plain)
    code = answer.json()["error"]["code"]
    assert (answer.status_code, code) == (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")


def test_no_p1_fault_hides_the_licence(simulator: Simulator, graph: Read, msp: str) -> None:
    simulator.fault("no_p1", tenant=msp)
    assert graph(REGISTRATIONS).status_code == 403


def test_role_assignment_has_its_principal_only_when_expanded(graph: Read) -> None:
    path = "/roleManagement/directory/roleAssignments"
    assert "principal" not in graph(path).json()["value"][0]
    row = graph(f"{path}?$select=id,principalId&$expand=principal").json()["value"][0]
    assert set(row) == {"id", "principalId", "principal"}
    assert row["principal"]["@odata.type"] == "#microsoft.graph.user"


def test_security_defaults_are_a_singleton(graph: Read, plain: str) -> None:
    path = "/policies/identitySecurityDefaultsEnforcementPolicy?$select=isEnabled"
    document = graph(path, tenant=plain).json()
    assert (document["isEnabled"], "value" in document) == (True, False)
