"""Lists: paging, watermarks, what is asked for and what never lands."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from data_contracts.contract import raw_contract
from ingestion.connectwise.endpoints import CLASSIC_PAGE_ROWS, FORWARD_PAGE_ROWS, LIST_ENDPOINTS
from ingestion.legs import IngestionError, LegEnd, LegStatus, Proof
from tests.ingestion.connectwise.vendor import BASE, Vendor, connection_of, legs_of, linked, refusal, rows, unlinked
from tests.ingestion.readings import MemoryReading, leg_of, read
from tests.ingestion.transport import Answer

NOW = datetime(2026, 10, 20, 6, tzinfo=UTC)
EXPENSES = "/expense/entries"


def stamped(number: int, stamp: str) -> dict:
    return {"id": number, "amount": 1.5, "_info": {"lastUpdated": stamp, "updatedBy": "someone"}}


def run(vendor: Vendor, table: str, **values: object) -> tuple[MemoryReading, LegEnd]:
    leg = leg_of(legs_of(vendor), table)
    reading = MemoryReading(leg.key, **{"started_at": NOW, **values})
    return reading, leg.read(reading)


def cursor_of(end: LegEnd, table: str) -> str:
    cursor = end.scopes[table][0].cursor
    assert cursor is not None
    return cursor


@pytest.mark.parametrize("endpoint", LIST_ENDPOINTS, ids=lambda endpoint: endpoint.table)
def test_read_asks_for_contract_fields_forward_only(endpoint) -> None:  # noqa: ANN001
    vendor = Vendor({endpoint.path: rows()})
    _, end = read(leg_of(legs_of(vendor, tenant_id_field="Microsoft tenant"), endpoint.table))
    assert vendor.queries() == [
        {"fields": ",".join(raw_contract("connectwise", endpoint.table).select), "pageSize": "999"}
    ]
    headers = vendor.sent[0].headers
    assert headers["pagination-type"] == "forward-only" and headers["clientId"] == "integration"
    assert base64.b64decode(headers["Authorization"].removeprefix("Basic ")) == b"example+pub:not-a-key"
    assert end.scopes[endpoint.table][0].mode == "full"


def test_read_follows_links_to_the_end_also_over_short_and_empty_pages() -> None:
    first, second = f"{BASE}/system/members?pageId=5&pageSize=999", f"{BASE}/system/members?pageId=9&pageSize=999"
    vendor = Vendor({"/system/members": [linked(first, {"id": 1}), linked(second), rows({"id": 10})]})
    reading, _ = run(vendor, "members")
    assert reading.values("id") == ["1", "10"]
    assert [request.url for request in vendor.sent][1:] == [first, second, f"{BASE}/system/members/count"]


def test_read_relative_link_is_followed() -> None:
    vendor = Vendor(
        {"/system/members": [linked("/v4_6_release/apis/3.0/system/members?pageId=5", {"id": 1}), rows({"id": 2})]}
    )
    assert run(vendor, "members")[0].values("id") == ["1", "2"]


@pytest.mark.parametrize("link", ["<{}>; Rel=NEXT", '<{}>;rel="next last"', '<{}/first>; rel="first", <{}>; rel=next'])
def test_read_link_is_understood_in_every_spelling_of_the_standard(link: str) -> None:
    url = f"{BASE}/system/members?pageId=5"
    first = rows({"id": 1}, Link=link.replace("{}", url))
    assert run(Vendor({"/system/members": [first, rows({"id": 2})]}), "members")[0].values("id") == ["1", "2"]


@pytest.mark.parametrize("link", ["", '<>; rel="next"', f'<{BASE}/system/members?pageId=1>; rel="first"'])
def test_read_ends_at_a_link_that_leads_no_further(link: str) -> None:
    vendor = Vendor({"/system/members": rows({"id": 1}, Link=link)})
    assert run(vendor, "members")[0].values("id") == ["1"]
    assert len(vendor.sent) == 1


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v4_6_release/apis/3.0/system/members?pageId=5",
        "http://psa.example/v4_6_release/apis/3.0/system/members",
    ],
)
def test_read_link_to_other_origin_gets_no_key(link: str) -> None:
    vendor = Vendor({"/system/members": linked(link, {"id": 1})})
    with pytest.raises(IngestionError) as caught:
        run(vendor, "members")
    assert caught.value.error_class == "foreign_link"
    assert len(vendor.sent) == 1


def test_read_link_to_itself_ends_loudly() -> None:
    link = f"{BASE}/system/members?pageId=5"
    with pytest.raises(IngestionError) as caught:
        run(Vendor({"/system/members": linked(link, {"id": 1})}), "members")
    assert caught.value.error_class == "page_cap"


def test_read_full_page_without_link_falls_back_to_numbered_pages() -> None:
    full = unlinked(*({"id": number} for number in range(CLASSIC_PAGE_ROWS)))
    forward = unlinked(*({"id": number} for number in range(FORWARD_PAGE_ROWS)))
    count = Answer(body=f'{{"count": {CLASSIC_PAGE_ROWS + 1}}}')
    vendor = Vendor({"/system/members": [forward, full, unlinked({"id": 5000})], "/system/members/count": count})
    reading, _ = run(vendor, "members")
    assert reading.table().num_rows == CLASSIC_PAGE_ROWS + 1
    assert [(query["page"], query["pageSize"], query["orderBy"]) for query in vendor.queries() if "page" in query] == [
        ("1", "1000", "id asc"), ("2", "1000", "id asc"),
    ]  # fmt: skip


def test_read_server_that_caps_pages_is_read_to_its_count() -> None:
    ids = [{"id": number} for number in range(600)]
    pages = [unlinked(*ids[:250]), unlinked(*ids[:250]), unlinked(*ids[250:500]), unlinked(*ids[500:])]
    routes = {"/system/members": pages, "/system/members/count": Answer(body='{"count": 600}')}
    reading, end = run(Vendor(routes), "members")
    assert len(set(reading.values("id"))) == 600 and end.scopes["members"][0].proof is Proof.COUNTED


def test_read_server_that_caps_pages_and_does_not_count_is_read_to_an_empty_page() -> None:
    pages = [unlinked({"id": 1}), unlinked({"id": 1}), unlinked({"id": 2}), unlinked()]
    reading, end = run(Vendor({"/system/members": pages}), "members")
    assert reading.values("id") == ["1", "2"] and end.scopes["members"][0].proof is Proof.LINKED


def test_read_links_in_a_circle_end_loudly() -> None:
    there, back = f"{BASE}/system/members?pageId=5", f"{BASE}/system/members?pageId=9"
    vendor = Vendor({"/system/members": [linked(there, {"id": 1}), linked(back, {"id": 2}), linked(there, {"id": 3})]})
    with pytest.raises(IngestionError) as caught:
        run(vendor, "members")
    assert caught.value.error_class == "page_cap" and len(vendor.sent) == 3


@pytest.mark.parametrize("status", [206, 203])
def test_read_part_of_an_answer_is_no_list(status: int) -> None:
    with pytest.raises(IngestionError, match=str(status)):
        run(Vendor({"/system/members": Answer(status, b'[{"id": 1}]', {"Link": ""})}), "members")


def test_incremental_read_stores_the_latest_stamp_and_asks_from_it_with_overlap() -> None:
    vendor = Vendor({EXPENSES: rows(stamped(1, "2026-10-01T08:00:00Z"), stamped(2, "2026-09-01T08:00:00Z"))})
    _, end = run(vendor, "expenses")
    again = Vendor({EXPENSES: rows(stamped(3, "2026-10-19T08:00:00Z"))})
    reading, later = run(
        again, "expenses", cursors={"": cursor_of(end, "expenses")}, started_at=NOW + timedelta(days=1)
    )
    assert again.queries()[0]["conditions"] == "lastUpdated > [2026-10-01T07:55:00Z]"
    assert later.scopes["expenses"][0].mode == "upsert"
    assert json.loads(cursor_of(later, "expenses"))["seen"] == "2026-10-19T08:00:00+00:00"
    assert reading.stats.request_count == 1


def test_incremental_read_without_changes_keeps_its_cursor() -> None:
    _, end = run(Vendor({EXPENSES: rows(stamped(1, "2026-10-01T08:00:00Z"))}), "expenses")
    _, later = run(Vendor({EXPENSES: rows()}), "expenses", cursors={"": cursor_of(end, "expenses")})
    assert cursor_of(later, "expenses") == cursor_of(end, "expenses")


def test_incremental_read_is_complete_after_a_week() -> None:
    _, end = run(Vendor({EXPENSES: rows(stamped(1, "2026-10-01T08:00:00Z"))}), "expenses")
    vendor = Vendor({EXPENSES: rows()})
    _, later = run(vendor, "expenses", cursors={"": cursor_of(end, "expenses")}, started_at=NOW + timedelta(days=7))
    assert later.scopes["expenses"][0].mode == "full" and "conditions" not in vendor.queries()[0]


def test_incremental_read_clock_ahead_never_moves_the_watermark_past_now() -> None:
    _, end = run(Vendor({EXPENSES: rows(stamped(1, "2031-01-01T00:00:00Z"))}), "expenses")
    assert json.loads(cursor_of(end, "expenses"))["seen"] == NOW.isoformat()


@pytest.mark.parametrize("cursor", ["", "x", "{}", '{"seen": 1, "full_at": 2}'])
def test_incremental_read_cursor_of_another_form_reads_all(cursor: str) -> None:
    assert run(Vendor({EXPENSES: rows()}), "expenses", cursors={"": cursor})[1].scopes["expenses"][0].mode == "full"


def test_full_refresh_reads_all() -> None:
    _, end = run(Vendor({EXPENSES: rows(stamped(1, "2026-10-01T08:00:00Z"))}), "expenses")
    refreshed = run(Vendor({EXPENSES: rows()}), "expenses", cursors={"": cursor_of(end, "expenses")}, full_refresh=True)
    assert refreshed[1].scopes["expenses"][0].mode == "full"


def test_contacts_keep_mail_addresses_and_nothing_else() -> None:
    items = [
        {
            "value": "kim@customer.example",
            "communicationType": "Email",
            "defaultFlag": True,
            "type": {"id": 1, "name": "Direct"},
        },
        {"value": "+49 111 222", "communicationType": "Phone"},
        {"value": "no-kind@customer.example"},
        {"value": "+49 333"},
        {"value": "fax@customer.example", "communicationType": "Fax"},
    ]
    row = {"id": 7, "firstName": "SECRET", "company": {"id": 3, "name": "SECRET"}, "communicationItems": items}
    reading, _ = run(Vendor({"/company/contacts": rows(row, {"id": 8})}), "contacts")
    kept, none = reading.table().to_pylist()
    assert [item["value"] for item in json.loads(kept["communication_items"])] == [
        "kim@customer.example",
        "no-kind@customer.example",
    ]
    assert none["communication_items"] is None
    assert "SECRET" not in str(kept) and "111" not in str(kept)
    assert kept["company_id"] == "3"


@pytest.mark.parametrize(
    ("answer", "status", "error_class", "words"),
    [
        (refusal(403), LegStatus.NOT_PERMITTED, "permission_missing", "Inquire = All on System: Member Maintenance"),
        (refusal(401, "Unauthorized"), LegStatus.FAILED, "unauthorized", "public_key"),
        (refusal(404, "NotFound"), LegStatus.FAILED, "not_found", "base_url"),
        (refusal(400, "InvalidObject", "InvalidField"), LegStatus.FAILED, "bad_request", ""),
        (Answer(500, "text"), LegStatus.FAILED, "server_error", ""),
        (Answer(429, b"", {"Retry-After": "1"}), LegStatus.FAILED, "throttled", "connections"),
    ],
)
def test_refusal_ends_leg_by_its_kind(answer: Answer, status: LegStatus, error_class: str, words: str) -> None:
    with pytest.raises(IngestionError) as caught:
        run(Vendor({"/system/members": answer}), "members")
    assert (caught.value.status, caught.value.error_class) == (status, error_class)
    assert words in caught.value.advice
    assert "a value" not in str(caught.value) + caught.value.advice


def test_refusal_names_outer_and_inner_code() -> None:
    with pytest.raises(IngestionError, match="code InvalidObject/InvalidField"):
        run(Vendor({"/system/members": refusal(400, "InvalidObject", "InvalidField")}), "members")


def test_page_that_is_an_object_is_no_list() -> None:
    with pytest.raises(IngestionError) as caught:
        run(Vendor({"/system/members": Answer(body='{"code":"x"}')}), "members")
    assert caught.value.error_class == "no_value"


def test_connection_repr_holds_no_key() -> None:
    assert "not-a-key" not in repr(connection_of())


CUSTOM = [
    {"id": 1, "caption": "Admin password", "type": "Text", "value": "planted-secret"},
    {"id": 2, "caption": "microsoft TENANT", "type": "Text", "value": "6f0e8b1c-0000-4000-8000-000000000001"},
    {"id": 3, "caption": "Seats", "type": "Number", "value": 12},
    {"id": 4, "caption": "Microsoft tenant", "type": "TextArea", "value": "planted-secret" * 100},
    {"id": 5, "caption": "Microsoft tenant", "type": "Odd", "value": {"note": "planted-secret"}},
    {"id": 6, "caption": None, "type": None, "value": None},
    None,
]


def test_read_companies_keeps_the_named_custom_field_alone_and_no_long_value() -> None:
    vendor = Vendor({"/company/companies": rows({"id": 1, "customFields": CUSTOM}, {"id": 2, "customFields": None})})
    reading, _ = read(leg_of(legs_of(vendor, tenant_id_field="Microsoft Tenant"), "companies"))
    first, second = reading.values("custom_fields")
    kept = [(item["caption"], item["value"]) for item in json.loads(first)]
    guid = "6f0e8b1c-0000-4000-8000-000000000001"
    assert kept == [("microsoft TENANT", guid), ("Microsoft tenant", None), ("Microsoft tenant", None)]
    assert second is None


def test_read_companies_without_a_named_field_neither_asks_for_custom_fields_nor_keeps_any() -> None:
    vendor = Vendor({"/company/companies": rows({"id": 1, "customFields": CUSTOM})})
    reading, _ = read(leg_of(legs_of(vendor), "companies"))
    assert reading.values("custom_fields") == [None]
    (query,) = vendor.queries()
    assert "customFields" not in query["fields"] and "types" in query["fields"]
