"""Directory tables that come as a whole: what is asked, followed, and how answers end a leg."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from ingestion.legs import IngestionError, LegStatus
from ingestion.load import Warehouse
from ingestion.microsoft.endpoints import AAD_PREMIUM_P1, AAD_PREMIUM_P2, DIRECTORY_ENDPOINTS, USER_REGISTRATION_DETAILS
from ingestion.microsoft.failures import NO_PREMIUM
from ingestion.microsoft.licensed import read_licensed
from ingestion.microsoft.premium import Premium, PremiumFacts
from tests.ingestion.load.fake_legs import ask, load
from tests.ingestion.microsoft.vendor import API, TENANT, Vendor, client_of, error, legs_of, page
from tests.ingestion.readings import MemoryReading, leg_of, read
from tests.ingestion.transport import Answer

REGISTRATION = "/reports/authenticationMethods/userRegistrationDetails"
POLICIES = "/identity/conditionalAccess/policies"
DENIED, DENIED_INSIDE = error(403, "Authorization_RequestDenied"), error(403, "", inner="accessDenied")
SUBSCRIPTIONS = "/directory/subscriptions"
NO_SEGMENT = error(400, "BadRequest", "Resource not found for the segment 'x'.")
DEFAULTS = "/policies/identitySecurityDefaultsEnforcementPolicy"


# Read in ways of their own, with tests of their own.
OWN_READS = {"users", "groups", "service_principals", "group_members", "credentials", "secure_scores", "mailbox_usage"}
QUERIES = {
    "role_assignments": {"$expand": "principal"},
    "role_assignment_schedule_instances": {"$expand": "principal"},
    "role_eligibility_schedule_instances": {"$expand": "principal"},
    "user_registration_details": {"$top": "999"},
    "sign_in_activity": {"$top": "500"},
    "applications": {"$top": "999"},
}


def sku(plan: str, status: str = "Success", capability: str | None = "Enabled") -> dict:
    plans = [{"servicePlanId": plan, "servicePlanName": "X", "provisioningStatus": status, "appliesTo": "User"}]
    return {"id": f"{TENANT}_sku", "skuId": "sku", "capabilityStatus": capability, "servicePlans": plans}


SKUS_WITH_P1 = pa.table(
    {"capability_status": ["Enabled"], "service_plans": [json.dumps(sku(AAD_PREMIUM_P1)["servicePlans"])]}
)
LISTED = [item for item in DIRECTORY_ENDPOINTS if item.table not in OWN_READS]


@pytest.mark.parametrize("endpoint", LISTED, ids=lambda item: item.table)
def test_read_asks_only_documented_options_and_selects_by_contract(endpoint) -> None:  # noqa: ANN001
    row = {"id": "x", "isEnabled": False}
    answer = Answer(body=json.dumps(row)) if endpoint.is_singleton else page()
    vendor = Vendor({endpoint.path: answer})
    _, end = read(leg_of(legs_of(vendor), endpoint.table))
    assert [scope.mode for scope in end.scopes[endpoint.table]] == ["full"]
    query = vendor.queries()[-1]
    if endpoint.table == "named_locations":
        # Of the two kinds in the list, one has `isTrusted`: the list refuses to select it.
        assert "$select" not in query
    else:
        assert "id" in query.pop("$select").split(",")
    assert query == QUERIES.get(endpoint.table, {})
    headers = vendor.graph_requests()[0].headers
    assert headers["x-ms-throttle-priority"] == "low"
    assert headers["client-request-id"] and "Tenantry" in headers["User-Agent"]


def test_read_follows_next_links_verbatim_over_empty_pages() -> None:
    link = f"{API}/domains?$skiptoken=a%2Bb"
    vendor = Vendor(
        {"/domains": [page({"id": "a.example"}, link=link), page(link=link + "2"), page({"id": "b.example"})]}
    )
    reading, _ = read(leg_of(legs_of(vendor), "domains"))
    assert reading.values("id") == ["a.example", "b.example"]
    assert [request.url for request in vendor.graph_requests()][1:] == [link, link + "2"]
    assert (reading.stats.rows_read, reading.stats.request_count) == (2, 3)


def test_read_writes_nothing_of_an_answer_that_is_known_and_all_of_any_other() -> None:
    link = f"{API}/domains?$skiptoken=2"
    pages = [page({"id": "a.example"}, link=link), page({"id": "b.example"})]
    known = [str(answer.body).encode() for answer in pages]
    for answers, written in ((pages, 0), ([pages[0], page({"id": "c.example"})], 2), ([pages[1]], 1)):
        vendor = Vendor({"/domains": answers})
        reading, end = read(leg_of(legs_of(vendor), "domains"), known_answer=known)
        assert sum(table.num_rows for table in reading.written["domains"]) == written
        assert [scope.mode for scope in end.scopes["domains"]] == ["full"]
        assert len(vendor.graph_requests()) == len(answers)


def test_read_of_a_list_whose_link_its_bytes_hide_is_never_known_by_its_first_page(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "tenantry.duckdb")
    shown = str(page({"id": "a.example"}, link=f"{API}/domains?$skiptoken=2").body)
    for number, name in enumerate(("b.example", "c.example")):
        # A list of several answers is read until two reads agree.
        read_once = [Answer(body=shown.replace("@odata", "\\u0040odata")), page({"id": name})]
        vendor = Vendor({"/domains": read_once * 3})
        load(warehouse, number, [leg_of(legs_of(vendor), "domains")])
    living = "select id from raw_microsoft.domains where not is_removed order by id"
    assert ask(warehouse, living) == [("a.example",), ("c.example",)]


def test_read_next_link_to_other_host_gets_no_request() -> None:
    vendor = Vendor({"/domains": page({"id": "a"}, link="https://evil.example/v1.0/domains?$skiptoken=1")})
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs_of(vendor), "domains"))
    assert caught.value.error_class == "foreign_link"
    assert all("evil" not in (request.url or "") for request in vendor.sent)


def test_read_next_link_to_unlisted_path_is_refused() -> None:
    vendor = Vendor({"/domains": page(link=f"{API}/users/ceo@msp.example/messages")})
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs_of(vendor), "domains"))
    assert caught.value.error_class == "foreign_link"
    assert len(vendor.graph_requests()) == 1


def test_read_next_link_to_itself_ends_loudly() -> None:
    link = f"{API}/domains?$skiptoken=1"
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs_of(Vendor({"/domains": page({"id": "a"}, link=link)})), "domains"))
    assert caught.value.error_class == "page_cap"


def test_read_next_links_in_a_circle_end_loudly_after_one_round() -> None:
    links = [f"{API}/domains?$skiptoken={number}" for number in (1, 2)]
    vendor = Vendor({"/domains": lambda request: page({"id": "a"}, link=links[links[0] == request.url])})
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs_of(vendor), "domains"))
    assert caught.value.error_class == "page_cap" and len(vendor.graph_requests()) == 3


@pytest.mark.parametrize(
    ("table", "path", "answer", "status", "error_class", "words"),
    [
        ("domains", "/domains", DENIED, "not_permitted", "permission_missing", "Domain.Read"),
        ("domains", "/domains", DENIED_INSIDE, "not_permitted", "permission_missing", "Domain.Read"),
        ("domains", "/domains", error(404, "ResourceNotFound"), "failed", "not_found", "graph_url"),
        ("domains", "/domains", error(500, "generalException"), "failed", "server_error", "Run again later"),
        ("domains", "/domains", Answer(403, "<html>"), "not_permitted", "permission_missing", "Domain.Read"),
        ("directory_subscriptions", SUBSCRIPTIONS, error(404, ""), "not_offered", "not_offered", "does not"),
        ("directory_subscriptions", SUBSCRIPTIONS, error(501, ""), "not_offered", "not_offered", "does not"),
        ("security_defaults", DEFAULTS, NO_SEGMENT, "not_offered", "not_offered", "does not"),
        ("security_defaults", DEFAULTS, error(400, "BadRequest"), "failed", "bad_request", "request id"),
        ("domains", "/domains", error(401, "InvalidAuthenticationToken"), "failed", "unauthorized", "doctor"),
        ("domains", "/domains", error(410, "syncStateNotFound"), "failed", "gone", "full-refresh"),
    ],
)  # fmt: skip
def test_read_refusal_ends_leg_by_its_kind(
    table: str, path: str, answer: Answer, status: str, error_class: str, words: str
) -> None:
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs_of(Vendor({path: answer})), table))
    assert (caught.value.status, caught.value.error_class) == (status, error_class)
    assert words in caught.value.advice
    assert TENANT in str(caught.value) and f"microsoft/{table}" in str(caught.value)


def test_read_refusal_names_innermost_code_and_request_id() -> None:
    vendor = Vendor({"/domains": error(403, "UnknownError", inner="Authorization_RequestDenied")})
    with pytest.raises(
        IngestionError, match="code Authorization_RequestDenied, request id 0f0e0000-0000-4000-8000-000000000001"
    ):
        read(leg_of(legs_of(vendor), "domains"))


@pytest.mark.parametrize(
    ("skus", "premium"),
    [
        ([], Premium.ABSENT),
        ([sku("00000000-0000-0000-0000-000000000000")], Premium.ABSENT),
        ([sku(AAD_PREMIUM_P1)], Premium.PRESENT),
        ([sku(AAD_PREMIUM_P2.upper(), capability="Warning")], Premium.PRESENT),
        ([sku(AAD_PREMIUM_P1, status="Disabled")], Premium.ABSENT),
        ([sku(AAD_PREMIUM_P1, capability="Suspended")], Premium.LAPSED),
        ([sku(AAD_PREMIUM_P1, capability="Deleted"), sku(AAD_PREMIUM_P1)], Premium.PRESENT),
        ([{"id": "x", "skuId": "y"}], Premium.ABSENT),
    ],
)
def test_registration_depends_on_what_service_plans_prove(skus: list, premium: Premium) -> None:
    vendor = Vendor({"/subscribedSkus": page(*skus), REGISTRATION: error(403, NO_PREMIUM)})
    legs = legs_of(vendor)
    read(leg_of(legs, "subscribed_skus"))
    registration = leg_of(legs, "user_registration_details")
    assert registration.needs == (leg_of(legs, "subscribed_skus").key,)
    if premium is Premium.PRESENT:
        return
    with pytest.raises(IngestionError, match="no Microsoft Entra ID P1") as caught:
        read(registration)
    assert caught.value.status is LegStatus.NOT_LICENSED
    asked = [path for path in vendor.paths() if path.endswith("userRegistrationDetails")]
    assert len(asked) == 1


def test_registration_that_answers_is_read_although_the_plans_do_not_show_the_licence() -> None:
    vendor = Vendor({"/subscribedSkus": page(sku("other")), REGISTRATION: page({"id": "u", "isMfaCapable": True})})
    legs = legs_of(vendor)
    read(leg_of(legs, "subscribed_skus"))
    assert read(leg_of(legs, "user_registration_details"))[0].values("id") == ["u"]


@pytest.mark.parametrize("answer", [page(), error(403, "Authorization_RequestDenied")])
def test_registration_that_gives_nothing_without_premium_is_a_matter_of_licence(answer: Answer) -> None:
    vendor = Vendor({"/subscribedSkus": page(), REGISTRATION: answer})
    legs = legs_of(vendor)
    read(leg_of(legs, "subscribed_skus"))
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs, "user_registration_details"))
    assert caught.value.status is LegStatus.NOT_LICENSED


@pytest.mark.parametrize("premium", [Premium.PRESENT, Premium.UNKNOWN])
def test_registration_refused_without_proof_is_tried_then_failed(premium: Premium) -> None:
    vendor = Vendor({REGISTRATION: error(403, NO_PREMIUM)})
    client, waits = client_of(vendor), []
    facts = PremiumFacts()
    if premium is Premium.PRESENT:
        facts.learn(SKUS_WITH_P1)
    reading = MemoryReading(leg_of(legs_of(vendor), "user_registration_details").key)
    with pytest.raises(IngestionError) as caught:
        read_licensed(client, USER_REGISTRATION_DETAILS, reading, facts, waits.append)
    assert (caught.value.status, caught.value.error_class) == (LegStatus.FAILED, "premium_refused")
    assert len(vendor.graph_requests()) == 4 and len(waits) == 3
    assert reading.stats.retry_count == 3


def test_registration_refused_once_is_read_at_the_second_try() -> None:
    vendor = Vendor({REGISTRATION: [error(403, NO_PREMIUM), page({"id": "u", "isMfaCapable": True})]})
    reading = MemoryReading(leg_of(legs_of(vendor), "user_registration_details").key)
    read_licensed(client_of(vendor), USER_REGISTRATION_DETAILS, reading, PremiumFacts(), lambda seconds: None)
    assert reading.values("is_mfa_capable") == [True]


def test_registration_page_size_that_is_not_taken_is_left_out() -> None:
    vendor = Vendor({REGISTRATION: [error(400, "Request_BadRequest"), page({"id": "u"})]})
    reading, _ = read(leg_of(legs_of(vendor), "user_registration_details"))
    assert reading.values("id") == ["u"]
    assert "$top" not in vendor.queries()[-1] and "$select" in vendor.queries()[-1]


def test_registration_without_any_option_is_asked_last() -> None:
    refused = error(400, "Request_BadRequest")
    vendor = Vendor({REGISTRATION: [refused, refused, page({"id": "u", "extra": 1})]})
    reading, _ = read(leg_of(legs_of(vendor), "user_registration_details"))
    assert reading.values("id") == ["u"]
    assert [sorted(query) for query in vendor.queries()[1:]] == [["$select", "$top"], ["$select"], []]


@pytest.mark.parametrize(
    ("skus", "code", "status"),
    [
        ([], "Authorization_RequestDenied", LegStatus.NOT_LICENSED),
        ([], NO_PREMIUM, LegStatus.NOT_LICENSED),
        ([sku(AAD_PREMIUM_P1, capability="Suspended")], NO_PREMIUM, LegStatus.NOT_LICENSED),
        ([sku(AAD_PREMIUM_P1, capability="Suspended")], "Authorization_RequestDenied", LegStatus.NOT_PERMITTED),
        ([sku(AAD_PREMIUM_P1)], "Authorization_RequestDenied", LegStatus.NOT_PERMITTED),
        ([sku(AAD_PREMIUM_P1)], NO_PREMIUM, LegStatus.FAILED),
    ],
)
def test_policies_refused_is_licence_only_where_proven(skus: list, code: str, status: LegStatus) -> None:
    vendor = Vendor({"/subscribedSkus": page(*skus), POLICIES: error(403, code)})
    legs = legs_of(vendor)
    read(leg_of(legs, "subscribed_skus"))
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs, "conditional_access_policies"))
    assert caught.value.status is status


def test_policies_empty_list_without_premium_is_a_good_read() -> None:
    vendor = Vendor({"/subscribedSkus": page(), POLICIES: page()})
    legs = legs_of(vendor)
    read(leg_of(legs, "subscribed_skus"))
    reading, end = read(leg_of(legs, "conditional_access_policies"))
    assert reading.table().num_rows == 0 and not end.problems


def test_policies_with_null_parts_are_read() -> None:
    rows = [
        {
            "id": "1",
            "displayName": "a",
            "state": "enabled",
            "conditions": {"users": None, "platforms": None},
            "grantControls": None,
        },
        {"id": "2", "displayName": "b", "state": "disabled"},
    ]
    reading, _ = read(leg_of(legs_of(Vendor({POLICIES: page(*rows)})), "conditional_access_policies"))
    assert reading.values("grant_controls") == [None, None]
    assert json.loads(reading.values("conditions")[0])["users"] is None


def test_security_defaults_is_one_row() -> None:
    reading, _ = read(
        leg_of(legs_of(Vendor({DEFAULTS: Answer(body='{"id":"s","isEnabled":true}')})), "security_defaults")
    )
    assert reading.table().to_pylist() == [{"id": "s", "display_name": None, "is_enabled": True}]


def test_read_held_pages_are_projected_when_enough_bytes_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.microsoft.client.HELD_BYTES", 400)
    links = [f"{API}/domains?$skiptoken={number}" for number in range(9)]
    answers = [page({"id": f"{number}.example"}, link=link) for number, link in enumerate(links)]
    vendor = Vendor({"/domains": [*answers, page({"id": "last.example"})]})
    reading, _ = read(leg_of(legs_of(vendor), "domains"))
    assert reading.values("id") == [*(f"{number}.example" for number in range(9)), "last.example"]
    assert 1 < len(reading.written["domains"]) < 10


def test_read_link_inside_a_row_is_not_followed() -> None:
    row = {"id": "a.example", "extra": {"@odata.nextLink": f"{API}/domains?$skiptoken=wrong"}}
    vendor = Vendor({"/domains": page(row)})
    assert read(leg_of(legs_of(vendor), "domains"))[0].values("id") == ["a.example"]
    assert len(vendor.graph_requests()) == 1


def test_error_code_that_is_words_is_not_repeated_for_words_may_name_a_person() -> None:
    vendor = Vendor({"/domains": error(400, "No such user: ex.person@other.example")})
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs_of(vendor), "domains"))
    assert "ex.person" not in str(caught.value) and "code not listed" in str(caught.value)
