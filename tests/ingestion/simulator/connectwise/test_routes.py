"""ConnectWise against the reference, section 2: credentials, both kinds of paging, conditions, records, errors."""

from collections.abc import Callable
from datetime import date

import pytest
import requests

from ingestion.simulator.serve import Simulator

Read = Callable[..., requests.Response]
COMPANIES = "/company/companies"


def test_wrong_keys_are_401(connectwise: Read) -> None:
    answer = connectwise(COMPANIES, auth=("example+public", "wrong"))
    assert (answer.status_code, answer.json()["message"]) == (401, "UserNotAuthenticated")
    assert set(answer.json()) == {"code", "message", "errors"}


def test_missing_client_id_is_401(connectwise: Read) -> None:
    answer = connectwise(COMPANIES, headers={"clientId": ""})
    assert (answer.status_code, answer.json()["code"]) == (401, "Unauthorized")


def test_classic_paging_follows_next_to_the_end(connectwise: Read) -> None:
    answer = connectwise(COMPANIES, pageSize=10)
    assert answer.links["last"]["url"].endswith("page=3")
    rows = answer.json()
    while "next" in answer.links:
        answer = connectwise(answer.links["next"]["url"])
        rows += answer.json()
    assert [row["id"] for row in rows] == list(range(1, 31))


def test_page_size_defaults_to_25(connectwise: Read) -> None:
    assert len(connectwise(COMPANIES).json()) == 25


def test_exact_multiple_of_the_page_size_has_no_further_page(connectwise: Read) -> None:
    assert "next" not in connectwise(COMPANIES, pageSize=15, page=2).links


@pytest.mark.parametrize("size", [1001, 0])
def test_page_size_out_of_range_is_400(connectwise: Read, size: int) -> None:
    assert connectwise(COMPANIES, pageSize=size).status_code == 400


def test_forward_only_paging_follows_page_ids(connectwise: Read) -> None:
    headers = {"pagination-type": "forward-only"}
    answer = connectwise(COMPANIES, headers=headers, pageSize=20)
    assert "pageId=20" in answer.links["next"]["url"]
    rest = connectwise(answer.links["next"]["url"], headers=headers)
    assert [row["id"] for row in rest.json()] == list(range(21, 31))
    assert "next" not in rest.links


@pytest.mark.parametrize(
    ("conditions", "count"),
    [
        ("lastUpdated > [2026-10-28T00:00:00Z]", 2),
        ('status/name="Active"', 15),
        ("status/name='active' and lastUpdated >= [2026-10-29T00:00:00Z]", 1),
        ("id=1 or (id=2 and status/id=1)", 2),
        ("id in (3,4,99)", 2),
        ('name like "Company 2%"', 11),
        ('name contains "any 30"', 1),
        ("status/id != 1", 0),
        ("deletedFlag = null", 30),
    ],
)
def test_conditions_select_and_count(connectwise: Read, conditions: str, count: int) -> None:
    assert len(connectwise(COMPANIES, conditions=conditions, pageSize=100).json()) == count
    assert connectwise(f"{COMPANIES}/count", conditions=conditions).json() == {"count": count}


def test_malformed_conditions_are_400(connectwise: Read) -> None:
    assert connectwise(COMPANIES, conditions="id == (").json()["code"] == "InvalidObject"


def test_next_link_keeps_the_conditions(connectwise: Read) -> None:
    answer = connectwise(COMPANIES, conditions='status/name="Active"', pageSize=10)
    assert [row["id"] for row in connectwise(answer.links["next"]["url"]).json()] == [21, 23, 25, 27, 29]


def test_order_and_fields(connectwise: Read) -> None:
    rows = connectwise(COMPANIES, orderBy="id desc", fields="id,_info/lastUpdated", pageSize=1).json()
    assert rows == [{"id": 30, "_info": {"lastUpdated": "2026-10-30T00:00:00Z"}}]


def test_additions_are_those_of_the_agreement(connectwise: Read) -> None:
    assert [row["id"] for row in connectwise("/finance/agreements/7/additions").json()] == [1]
    assert connectwise("/finance/agreements/9/additions").json()["code"] == "NotFound"


def test_product_lines_of_an_invoice(connectwise: Read) -> None:
    assert [row["id"] for row in connectwise("/procurement/products", conditions="invoice/id=991").json()] == [1]


def test_invoice_info_and_single_records(connectwise: Read) -> None:
    assert connectwise("/finance/info/invoice/991").json()["invoice"]["company"] == {"id": 3}
    assert connectwise("/finance/invoices/991").json()["id"] == 991
    assert connectwise("/finance/info/invoice/5").status_code == 404


def test_money_keeps_its_digits(connectwise: Read) -> None:
    assert '"unitPrice":1.234560' in connectwise("/finance/agreements/7/additions").text
    assert '"total":1234567890123.45' in connectwise("/finance/invoices").text


def test_write_is_405_and_logged(simulator: Simulator, http: requests.Session) -> None:
    assert http.delete(f"{simulator.urls['connectwise_url']}/finance/invoices/991").status_code == 405
    assert simulator.log()[-1]["method"] == "DELETE"


def test_company_info_needs_no_credentials(simulator: Simulator, http: requests.Session) -> None:
    root = simulator.urls["connectwise_url"].removesuffix("/v4_6_release/apis/3.0")
    assert http.get(f"{root}/login/companyinfo/example").json()["Codebase"] == "v4_6_release/"


def test_edit_shows_in_the_next_read(simulator: Simulator, connectwise: Read) -> None:
    simulator.set_clock(date(2026, 10, 21))
    simulator.edit("connectwise", "companies", 3, {"name": "Renamed"})
    assert connectwise(f"{COMPANIES}/3").json()["name"] == "Renamed"
