"""Applications, role schedules, scores, partners, usage reports and clouds against the reference, 1, 11 to 13, 17."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from ingestion.simulator.serve import Simulator

Read = Callable[..., requests.Response]
Walk = Callable[..., tuple[list[dict[str, Any]], list[dict[str, Any]]]]

PIM = "/roleManagement/directory/role{}ScheduleInstances".format
PARTNER = "/tenantRelationships/delegatedAdmin{}".format
INBOX = "/users/dana@msp.example/mailFolders/inbox/messages?$select={}".format
MAILBOXES = "/reports/getMailboxUsageDetail(period='D7')"


@pytest.mark.parametrize(
    ("path", "lost"),
    [
        ("/groups", "GroupMember.Read.All"),
        ("/applications", "Application.Read.All"),
        ("/servicePrincipals/delta", "Application.Read.All"),
        (PIM("Assignment"), "RoleManagement.Read.Directory"),
        (PIM("Eligibility"), "RoleManagement.Read.Directory"),
        ("/security/secureScores", "SecurityEvents.Read.All"),
        ("/security/secureScoreControlProfiles", "SecurityEvents.Read.All"),
        (PARTNER("Relationships"), "DelegatedAdminRelationship.Read.All"),
        (MAILBOXES, "Reports.Read.All"),
        ("/users?$select=id,signInActivity", "AuditLog.Read.All"),
    ],
)
def test_lost_permission_is_403(simulator: Simulator, graph: Read, path: str, lost: str) -> None:
    assert graph(path, allow_redirects=False).status_code in (200, 302)
    simulator.fault("consent_missing", roles=[lost])
    assert graph(path, allow_redirects=False).status_code == 403


@pytest.mark.parametrize("role", ["Policy.Read.AuthenticationMethod", "Policy.Read.All"])
def test_either_permission_reads_the_methods_policy(simulator: Simulator, graph: Read, msp: str, role: str) -> None:
    simulator.options(roles={msp: [role]})
    policy = graph("/policies/authenticationMethodsPolicy").json()
    assert policy["authenticationMethodConfigurations"][0]["id"] == "Sms"


def test_schedules_expand_their_principal_and_need_p2(simulator: Simulator, graph: Read, plain: str, msp: str) -> None:
    row = graph(PIM("Assignment") + "?$select=id,principalId&$expand=principal").json()["value"][0]
    assert set(row) == {"id", "principalId", "principal"}
    for path in (PIM("Assignment"), PIM("Eligibility")):
        refused = graph(path, tenant=plain)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "AadPremiumLicenseRequired")
    simulator.fault("no_p2", tenant=msp, code="PimLicenseRequired", times=1)
    assert [graph(PIM("Eligibility")).status_code for _ in range(2)] == [400, 200]


def test_sign_in_activity_pages_and_licence(simulator: Simulator, graph: Read, graph_pages: Walk, plain: str) -> None:
    path = "/users?$select=id,signInActivity"
    rows = graph_pages(f"{path}&$top=999")[1]
    assert [set(row) for row in rows if "signInActivity" in row] == [{"id", "signInActivity"}]
    refused = graph(path, tenant=plain)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
    simulator.fault("no_p1", path="/users", times=1)
    assert [graph(path).status_code for _ in range(2)] == [403, 200]
    assert graph("/users/user0@msp.example?$select=signInActivity").status_code == 400
    simulator.options(sign_in_page_rows=120)
    try:
        old = graph(f"{path}&$top=500")
        assert "more than 120 users" in old.json()["error"]["message"]
        assert graph(f"{path}&$top=120").status_code == 200
    finally:
        simulator.options(sign_in_page_rows=500)


@pytest.mark.parametrize("collection", ["applications", "servicePrincipals"])
def test_key_bytes_come_only_when_selected(graph: Read, collection: str) -> None:
    def keys(path: str) -> list[Any]:
        return [key["key"] for row in graph(path).json()["value"] for key in row["keyCredentials"]]

    assert keys(f"/{collection}") == [None] == keys(f"/{collection}/delta")
    assert keys(f"/{collection}?$select=id,keyCredentials") == ["CANARYKEY"]
    assert keys(f"/{collection}/delta?$select=id,keyCredentials") == ["CANARYKEY"]


def test_scores_are_newest_first_and_paged(graph: Read, graph_pages: Walk) -> None:
    days = [row["currentScore"] for row in graph_pages("/security/secureScores?$top=3")[1]]
    assert days == [7, 6, 5, 4, 3, 2, 1]
    latest = graph("/security/secureScores?$top=1&$skip=2&$count=true").json()
    assert (latest["@odata.count"], latest["value"][0]["currentScore"]) == (7, 5)


def test_partners_only_in_their_own_tenant(simulator: Simulator, graph: Read, plain: str) -> None:
    assert graph(PARTNER("Relationships") + "?$filter=status eq 'active'").json()["value"][0]["customer"]
    simulator.options(roles={plain: ["DelegatedAdminRelationship.Read.All"]})
    try:
        assert graph(PARTNER("Customers"), tenant=plain).status_code == 403
    finally:
        simulator.options(roles={plain: None})


def _report(simulator: Simulator, graph: Read, http: requests.Session) -> list[dict[str, str]]:
    redirect = graph(MAILBOXES, allow_redirects=False)
    assert redirect.status_code == 302 and redirect.content == b""
    place = redirect.headers["location"]
    assert place.startswith(simulator.urls["storage_url"])
    refused = http.get(place, headers={"Authorization": "Bearer x"})
    assert refused.status_code == 400
    assert http.get(place + "0").status_code == 403
    answer = http.get(place)
    assert answer.content.startswith(b"\xef\xbb\xbf") and answer.headers["content-type"].startswith("text/csv")
    sent = [row["has_authorization"] for row in simulator.log() if row["vendor"] == "storage"]
    assert sent == [True, False, False]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture
def reporting(simulator: Simulator, msp: str) -> Iterator[Simulator]:
    """The simulator where the tenant also lets its report settings be read, which no client needs."""
    simulator.options(roles={msp: ["Reports.Read.All", "ReportSettings.Read.All"]})
    yield simulator
    simulator.options(roles={msp: None}, concealed_names={msp: False})


def test_report_settings_need_their_own_permission(graph: Read) -> None:
    assert graph("/admin/reportSettings").status_code == 403


def test_usage_report_is_a_file_elsewhere(reporting: Simulator, graph: Read, http: requests.Session) -> None:
    rows = _report(reporting, graph, http)
    assert [(row["User Principal Name"], row["Recipient Type"]) for row in rows] == [("dana@msp.example", "User")]
    assert graph("/admin/reportSettings").json()["displayConcealedNames"] is False


def test_usage_report_conceals_names(reporting: Simulator, graph: Read, http: requests.Session, msp: str) -> None:
    reporting.options(concealed_names={msp: True})
    assert graph("/admin/reportSettings").json()["displayConcealedNames"] is True
    assert "@" not in _report(reporting, graph, http)[0]["User Principal Name"]


def test_usage_report_of_a_bad_period_is_400(graph: Read) -> None:
    assert graph("/reports/getMailboxUsageDetail(period='D8')", allow_redirects=False).status_code == 400


@pytest.mark.parametrize(
    ("cloud", "path", "status"),
    [
        ("china", "/security/secureScores", 400),
        ("china", "/policies/authenticationMethodsPolicy", 400),
        ("china", PARTNER("Relationships"), 400),
        ("us_gov", PARTNER("Customers"), 404),
        ("us_gov_dod", PARTNER("Customers"), 404),
        ("us_gov", "/security/secureScores", 200),
        ("china", PIM("Assignment"), 200),
    ],
)
def test_cloud_lacks_what_the_reference_says(
    simulator: Simulator, graph: Read, cloud: str, path: str, status: int
) -> None:
    graph("/organization")
    simulator.options(cloud=cloud)
    try:
        assert graph(path).status_code == status
    finally:
        simulator.options(cloud="global")


def test_cloud_takes_its_own_resource_only(simulator: Simulator, ask_token: Read, msp: str) -> None:
    simulator.options(cloud="china")
    try:
        assert ask_token(msp).json()["error_codes"] == [500011]
        assert ask_token(msp, scope="https://microsoftgraph.chinacloudapi.cn/.default").status_code == 200
    finally:
        simulator.options(cloud="global")


def test_mail_everywhere_and_events_have_their_lists(graph_pages: Walk, graph: Read) -> None:
    whole = graph_pages("/users/dana@msp.example/messages?$select=subject&$top=5")[1]
    assert len(whole) == 14
    folders = graph("/users/dana@msp.example/mailFolders").json()["value"]
    by_id = graph_pages(f"/users/dana@msp.example/mailFolders/{folders[0]['id']}/messages?$top=50")[1]
    assert len(by_id) == folders[0]["totalItemCount"]
    assert len(graph("/users/dana@msp.example/events?$select=subject").json()["value"]) == 2


@pytest.fixture
def behaving(simulator: Simulator, msp: str) -> Iterator[Simulator]:
    """The simulator that sends bodies as the vendor does."""
    simulator.options(sends_bodies=False)
    yield simulator
    simulator.options(sends_bodies=True, roles={msp: None})


def test_bodies_come_only_when_selected(behaving: Simulator, graph: Read) -> None:
    assert "CANARY" not in graph(INBOX("subject")).text
    assert "CANARY" in graph(INBOX("subject,body")).text


def test_bodies_stay_away_under_basic_permission(behaving: Simulator, graph: Read, msp: str) -> None:
    behaving.options(roles={msp: ["Mail.ReadBasic.All"]})
    rows = graph(INBOX("subject,body")).json()["value"]
    assert rows and not any({"body", "uniqueBody", "attachments"} & row.keys() for row in rows)
