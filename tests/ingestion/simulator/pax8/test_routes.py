"""Pax8 against the reference, section 5: token, paging, filters, errors."""

from collections.abc import Callable

import pytest
import requests

from ingestion.simulator.serve import Simulator

Read = Callable[..., requests.Response]
FORM = {
    "client_id": "pax8-example",
    "client_secret": "pax8-not-a-secret",
    "audience": "https://api.pax8.com",
    "grant_type": "client_credentials",
}


@pytest.mark.parametrize("encoding", ["json", "data"])
def test_token_by_json_and_by_form(simulator: Simulator, http: requests.Session, encoding: str) -> None:
    answer = http.post(simulator.urls["pax8_token_url"], **{encoding: FORM}).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 86400)


def test_token_with_a_wrong_secret_is_401(simulator: Simulator, http: requests.Session) -> None:
    answer = http.post(simulator.urls["pax8_token_url"], json={**FORM, "client_secret": "wrong"})
    assert (answer.status_code, answer.json()["error"]) == (401, "access_denied")


def test_read_without_a_token_is_401(simulator: Simulator, http: requests.Session) -> None:
    answer = http.get(f"{simulator.urls['pax8_url']}/companies")
    assert (answer.status_code, answer.json()["error"]) == (401, "access_denied")


def test_pages_count_from_zero_to_the_last(pax8: Read) -> None:
    pages = [pax8("/subscriptions", page=number).json() for number in range(3)]
    assert [len(page["content"]) for page in pages] == [10, 10, 1]
    assert pages[2]["page"] == {"size": 10, "totalElements": 21, "totalPages": 3, "number": 2}


def test_empty_list_has_no_pages(pax8: Read) -> None:
    document = pax8("/products", size=200).json()
    assert (document["content"], document["page"]["totalPages"]) == ([], 0)


def test_size_above_200_is_400(pax8: Read) -> None:
    document = pax8("/subscriptions", size=201).json()
    assert set(document) == {"type", "message", "instance", "status", "details"}
    assert document["status"] == 400


def test_filters_and_sort(pax8: Read) -> None:
    assert pax8("/subscriptions", companyId="c-1").json()["page"]["totalElements"] == 10
    assert pax8("/companies", country="DE").json()["page"]["totalElements"] == 0
    assert [row["id"] for row in pax8("/invoices", sort="invoiceDate,desc").json()["content"]] == ["inv-09", "inv-08"]
    ranged = pax8("/invoices", invoiceDateRangeStart="2026-09-01", invoiceDateRangeEnd="2026-09-30").json()
    assert [row["id"] for row in ranged["content"]] == ["inv-09"]


def test_items_belong_to_their_invoice_and_hide_private_keys(pax8: Read) -> None:
    answer = pax8("/invoices/inv-08/items")
    assert answer.json()["content"][0].keys() == {"id", "cost", "costTotal"}
    assert '"cost":1.100000' in answer.text
    assert pax8("/invoices/inv-09/items").json()["content"] == []


def test_unknown_invoice_and_path_are_404(pax8: Read) -> None:
    assert pax8("/invoices/none/items").json()["status"] == 404
    assert pax8("/orders").json()["type"] == "not_found"


def test_write_is_405_and_logged(simulator: Simulator, http: requests.Session) -> None:
    assert http.post(f"{simulator.urls['pax8_url']}/orders", json={}).status_code == 405
    entry = simulator.log()[-1]
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/v1/orders", 405)
