"""Pax8: token, pages, items of invoices; all over a scripted host."""

import json
from collections.abc import Callable
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pytest
import requests

from ingestion.http.client import HttpClient
from ingestion.legs import IngestionError, Leg, LegEnd, LegStatus
from ingestion.pax8.client import allowed_requests
from ingestion.pax8.connection import Pax8Connection
from ingestion.pax8.extract import with_item_keys
from ingestion.pax8.source import pax8_legs
from tests.ingestion.readings import MemoryReading, leg_of, read
from tests.ingestion.transport import Answer, Transport

BASE = "https://pax8.example/v1"
TOKEN = Answer(body='{"access_token":"one","expires_in":86400,"token_type":"Bearer"}')


def content(*items: object, number: int = 0, pages: int | None = 1) -> Answer:
    paging = {"size": 200, "totalElements": 1, "number": number} | ({} if pages is None else {"totalPages": pages})
    return Answer(body=json.dumps({"content": items, "page": paging}))


class Vendor(Transport):
    """Routes by path below /v1; each takes the page number."""

    def __init__(self, routes: dict[str, Callable[[int], Answer]], token: list[Answer] | Answer = TOKEN) -> None:
        super().__init__(self._answer)
        self._routes = routes
        self._token = token
        self.tokens: list[requests.PreparedRequest] = []

    def _answer(self, request: requests.PreparedRequest) -> Answer:
        parts = urlsplit(request.url or "")
        path = parts.path.removeprefix("/v1")
        if path == "/token":
            self.tokens.append(request)
            return self._token if isinstance(self._token, Answer) else self._token[len(self.tokens) - 1]
        return self._routes[path](int(parse_qs(parts.query)["page"][0]))


def legs_of(vendor: Vendor) -> list[Leg]:
    connection = Pax8Connection(BASE, f"{BASE}/token", "id", lambda: "not-a-secret", connection_id="pax8-us")
    http = HttpClient(allowed_requests(connection), adapter=vendor, sleep=lambda seconds: None, jitter=lambda: 1.0)
    return pax8_legs(connection, http)


def items_of(vendor: Vendor, invoices: pa.Table, **values: object) -> tuple[MemoryReading, LegEnd]:
    leg = leg_of(legs_of(vendor), "invoice_items")
    reading = MemoryReading(leg.key, others={"invoices": invoices}, as_of=date(2026, 10, 20), **values)
    return reading, leg.read(reading)


def test_token_request_is_json_with_the_audience_and_made_once() -> None:
    vendor = Vendor({"/companies": lambda page: content(), "/products": lambda page: content()})
    legs = legs_of(vendor)
    for table in ("companies", "products"):
        read(leg_of(legs, table))
    assert len(vendor.tokens) == 1
    body = vendor.tokens[0].body
    assert json.loads(body if isinstance(body, bytes | str) else b"") == {
        "client_id": "id", "client_secret": "not-a-secret", "audience": "https://api.pax8.com",
        "grant_type": "client_credentials",
    }  # fmt: skip
    assert vendor.sent[-1].headers["Authorization"] == "Bearer one"


def test_token_refused_fails_every_leg_with_one_request() -> None:
    vendor = Vendor({}, Answer(401, '{"error":"access_denied","error_description":"SECRET"}'))
    legs = legs_of(vendor)
    for table in ("companies", "products"):
        with pytest.raises(IngestionError) as caught:
            read(leg_of(legs, table))
        assert caught.value.error_class == "secret_wrong" and "client_secret" in caught.value.advice
        assert "SECRET" not in str(caught.value) and "not-a-secret" not in str(caught.value)
    assert len(vendor.sent) == 1


def test_token_that_dies_is_renewed_once() -> None:
    answers = [Answer(401), content({"id": "c"})]
    vendor = Vendor({"/companies": lambda page: answers.pop(0)}, [TOKEN, Answer(body='{"access_token":"two"}')])
    assert read(leg_of(legs_of(vendor), "companies"))[0].values("id") == ["c"]
    assert vendor.sent[-1].headers["Authorization"] == "Bearer two"


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", '{"access_token":""}'])
def test_token_answer_without_token_is_told(body: str) -> None:
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs_of(Vendor({}, Answer(body=body))), "companies"))
    assert caught.value.error_class == "token_refused"


def test_list_is_read_to_its_last_page() -> None:
    vendor = Vendor({"/subscriptions": lambda page: content({"id": f"s{page}"}, number=page, pages=3)})
    reading, end = read(leg_of(legs_of(vendor), "subscriptions"))
    assert reading.values("id") == ["s0", "s1", "s2"]
    assert vendor.queries()[1:] == [{"page": str(page), "size": "200", "sort": "createdDate,asc"} for page in range(3)]
    assert end.scopes["subscriptions"][0].mode == "full"


@pytest.mark.parametrize("pages", [0, 1])
def test_list_that_is_empty_ends_at_once(pages: int) -> None:
    vendor = Vendor({"/companies": lambda page: content(pages=pages)})
    assert read(leg_of(legs_of(vendor), "companies"))[0].table().num_rows == 0
    assert len(vendor.sent) == 2


def test_list_without_page_count_ends_at_an_empty_page() -> None:
    vendor = Vendor({"/companies": lambda page: content(*([{"id": f"c{page}"}] if page < 2 else []), pages=None)})
    assert read(leg_of(legs_of(vendor), "companies"))[0].values("id") == ["c0", "c1"]


def test_subscription_with_absent_and_mixed_fields_is_read() -> None:
    rows = [
        {
            "id": "1",
            "createdDate": "2025-08-01T00:00:00.000-0700",
            "startDate": "2025-08-01T00:00:00Z",
            "billingStart": "2025-08-01",
            "quantity": 5,
            "price": 10.123456,
            "commitmentTerm": {"id": "t", "term": "1-Year", "endDate": "2026-07-31T00:00:00.000-0000"},
            "provisioningDetails": [{"key": "k", "label": "l", "values": ["x", 1]}],
        },
        {"id": "2", "commitmentTerm": None},
    ]
    reading, _ = read(leg_of(legs_of(Vendor({"/subscriptions": lambda page: content(*rows)})), "subscriptions"))
    first, second = reading.table().to_pylist()
    assert first["start_date"] == first["billing_start"] == date(2025, 8, 1)
    assert first["created_date"].isoformat() == "2025-08-01T07:00:00+00:00"
    assert first["commitment_term_end_date"] == date(2026, 7, 31)
    assert str(first["price"]) == "10.123456"
    assert second["end_date"] is None and second["commitment_term_term"] is None
    assert not [name for name in first if "provisioning" in name]
    assert reading.stats.forbidden_dropped == 1


INVOICES = pa.table({
    "id": ["new", "old", "recent"],
    "invoice_date": pa.array([date(2025, 1, 5), date(2026, 6, 30), date(2026, 7, 5)], pa.date32()),
})  # fmt: skip


def test_items_are_read_of_new_and_recent_invoices_only() -> None:
    vendor = Vendor(
        {f"/invoices/{name}/items": lambda page, name=name: content({"id": f"i-{name}"}) for name in ("new", "recent")}
    )
    reading, end = items_of(vendor, INVOICES, cursors={"old": "read", "recent": "read"})
    assert reading.values("invoice_id") == ["new", "recent"]
    scopes = end.scopes["invoice_items"]
    assert [(scope.mode, dict(scope.where), scope.cursor) for scope in scopes] == [
        ("full", {"invoice_id": "new"}, "read"), ("full", {"invoice_id": "recent"}, "read"),
    ]  # fmt: skip


def test_items_keep_their_place_over_pages_and_get_keys_without_ids() -> None:
    def page_of(page: int) -> Answer:
        rows = [{"id": "a", "costTotal": -1.25}, {"costTotal": 2}] if page == 0 else [{"costTotal": 2}]
        return content(*rows, number=page, pages=2)

    invoices = INVOICES.slice(0, 1)
    first, _ = items_of(Vendor({"/invoices/new/items": page_of}), invoices)
    again, _ = items_of(Vendor({"/invoices/new/items": page_of}), invoices)
    assert first.values("ordinal") == [1, 2, 3]
    keys = first.values("item_key")
    assert keys[0] == "a" and len(set(keys)) == 3
    assert keys == again.values("item_key")
    assert [str(value) for value in first.values("cost_total")] == ["-1.2500", "2.0000", "2.0000"]


def test_lines_that_share_an_id_are_all_kept() -> None:
    pages = [
        [{"id": "a", "type": "subscription", "costTotal": 20}, {"id": "a", "type": "prorate", "costTotal": -3}],
        [{"id": "a", "type": "prorate", "costTotal": -3}, {"id": "a", "type": "prorate", "costTotal": -4}],
    ]
    vendor = Vendor({"/invoices/new/items": lambda page: content(*pages[page], number=page, pages=2)})
    reading, _ = items_of(vendor, INVOICES.slice(0, 1))
    keys = reading.values("item_key")
    assert keys[0] == "a" and keys[1] == keys[2] and len(set(keys)) == 3


def test_item_key_follows_the_content() -> None:
    columns = [
        "id", "company_id", "product_id", "subscription_id", "type", "start_period", "end_period", "quantity", "cost",
        "cost_total",
    ]  # fmt: skip

    def key(**values: str) -> str:
        row = dict.fromkeys(columns) | values
        return with_item_keys(pa.Table.from_pylist([row]), "inv", 1).column("item_key")[0].as_py()

    assert key(type="prorate") != key(type="subscription")
    assert key(subscription_id="x") != key(type="x")


@pytest.mark.parametrize(
    ("answer", "status", "error_class"),
    [
        (Answer(403, '{"type":"FORBIDDEN","message":"SECRET"}'), LegStatus.NOT_PERMITTED, "permission_missing"),
        (Answer(404), LegStatus.FAILED, "not_found"),
        (Answer(500), LegStatus.FAILED, "server_error"),
        (Answer(body="[]"), LegStatus.FAILED, "no_value"),
        (Answer(body="<html>"), LegStatus.FAILED, "not_json"),
    ],
)
def test_refusal_ends_leg_by_its_kind(answer: Answer, status: LegStatus, error_class: str) -> None:
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs_of(Vendor({"/companies": lambda page: answer})), "companies"))
    assert (caught.value.status, caught.value.error_class) == (status, error_class)
    assert "SECRET" not in str(caught.value) and "pax8/companies, connection pax8-us" in str(caught.value)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/orders"),
        ("GET", "/orders"),
        ("DELETE", "/subscriptions/1"),
        ("POST", "/subscriptions"),
        ("GET", "/token"),
    ],
)
def test_keys_that_could_order_are_never_used_to(method: str, path: str) -> None:
    connection = Pax8Connection(BASE, f"{BASE}/token", "id", lambda: "not-a-secret")
    with pytest.raises(IngestionError) as caught:
        allowed_requests(connection).check(method, BASE + path, "test")
    assert caught.value.error_class == "refused"


def test_connection_repr_holds_no_secret() -> None:
    assert "not-a-secret" not in repr(Pax8Connection(BASE, f"{BASE}/token", "id", lambda: "not-a-secret"))
