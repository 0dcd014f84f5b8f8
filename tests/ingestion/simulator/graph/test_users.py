"""`/users` and `/users/delta` against the reference, sections 3, 6, 8.3 and 8.4."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import requests

from ingestion.simulator.serve import Simulator

Read = Callable[..., requests.Response]
Walk = Callable[..., tuple[list[dict[str, Any]], list[dict[str, Any]]]]

SECOND_DAY, LATE_DAY = date(2026, 10, 27), date(2026, 10, 28)
DELTA = "/users/delta?$select=id,displayName,mail"
ALL_USERS = 28


def _id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


@pytest.mark.parametrize("top", [1, 7, 14, 28, 999])
def test_list_pages_end_and_hold_every_user_once(graph_pages: Walk, top: int) -> None:
    pages, rows = graph_pages(f"/users?$select=id&$top={top}")
    assert len(pages) == -(-ALL_USERS // top)
    assert len({row["id"] for row in rows}) == len(rows) == ALL_USERS


def test_list_without_select_has_the_default_properties(graph: Read) -> None:
    row = graph("/users?$top=1").json()["value"][0]
    assert "accountEnabled" not in row
    assert (row["userPrincipalName"], row["mail"], row["businessPhones"]) == ("user0@msp.example", None, [])


@pytest.mark.parametrize("top", ["1000", "0", "many"])
def test_list_top_out_of_range_is_400(graph: Read, top: str) -> None:
    answer = graph(f"/users?$top={top}")
    assert answer.status_code == 400
    assert f"Invalid page size specified: '{top}'" in answer.json()["error"]["message"]


def test_list_unknown_property_is_400(graph: Read) -> None:
    answer = graph("/users?$select=id,shoeSize")
    assert answer.status_code == 400
    assert "shoeSize" in answer.json()["error"]["message"]


def test_list_property_of_another_store_is_501(graph: Read) -> None:
    assert graph("/users?$select=id,mailboxSettings").status_code == 501


def test_list_pages_stay_in_the_state_they_began_in(simulator: Simulator, graph: Read) -> None:
    first = graph("/users?$select=id&$top=20").json()
    simulator.set_clock(SECOND_DAY)
    rest = graph(first["@odata.nextLink"]).json()
    assert len(first["value"]) + len(rest["value"]) == ALL_USERS


def test_list_altered_page_token_is_400(graph: Read) -> None:
    link = graph("/users?$select=id&$top=20").json()["@odata.nextLink"]
    assert graph(link[:-4] + "AAAA").status_code == 400


def test_list_filter_keeps_matching_users(graph: Read) -> None:
    rows = graph("/users?$select=id&$filter=accountEnabled eq false").json()["value"]
    assert [row["id"] for row in rows] == [_id(900_004)]


@pytest.mark.parametrize("option", ["$top=5", "$expand=manager", "$orderby=displayName"])
def test_delta_refuses_options(graph: Read, option: str) -> None:
    assert graph(f"{DELTA}&{option}").status_code == 400


def test_delta_first_round_leaves_unset_properties_out(simulator: Simulator, graph_pages: Walk) -> None:
    simulator.options(delta_page_rows=10)
    pages, rows = graph_pages(DELTA)
    assert [len(page["value"]) for page in pages] == [10, 10, 8]
    assert ["@odata.deltaLink" in page for page in pages] == [False, False, True]
    by_id = {row["id"]: row for row in rows}
    assert by_id[_id(0)] == {"id": _id(0), "displayName": "User 0"}
    assert by_id[_id(900_001)]["mail"] == "dana@msp.example"


def test_delta_without_change_is_one_empty_page_with_the_same_link(graph: Read) -> None:
    link = graph(DELTA).json()["@odata.deltaLink"]
    again = graph(link).json()
    assert (again["value"], again["@odata.deltaLink"]) == ([], link)


def test_delta_next_round_has_exactly_the_differences(simulator: Simulator, graph: Read) -> None:
    link = graph(DELTA).json()["@odata.deltaLink"]
    simulator.set_clock(SECOND_DAY)
    rows = graph(link).json()["value"]
    assert {row["id"]: row for row in rows} == {
        _id(0): {"id": _id(0), "displayName": "User 0 renamed"},
        _id(1): {"id": _id(1), "@removed": {"reason": "changed"}},
        _id(900_003): {"id": _id(900_003), "displayName": "User 900003"},
    }


def test_delta_change_of_an_unselected_property_is_no_change(simulator: Simulator, graph: Read) -> None:
    link = graph("/users/delta?$select=id,accountEnabled").json()["@odata.deltaLink"]
    simulator.set_clock(SECOND_DAY)
    assert {row["id"] for row in graph(link).json()["value"]} == {_id(1), _id(900_003)}


def test_delta_emptied_property_is_null(simulator: Simulator, graph: Read, msp: str) -> None:
    link = graph(DELTA).json()["@odata.deltaLink"]
    simulator.edit("graph", "users", _id(900_001), {"mail": None}, tenant=msp)
    rows = graph(link).json()["value"]
    assert rows == [{"id": _id(900_001), "displayName": "User 900001", "mail": None}]


def test_delta_tells_deletion_purge_and_return_apart(simulator: Simulator, graph: Read, msp: str) -> None:
    first = graph(DELTA).json()["@odata.deltaLink"]
    simulator.edit("graph", "users", _id(5), None, tenant=msp)
    deleted = graph(first).json()
    simulator.edit("graph", "deletedUsers", _id(5), None, tenant=msp)
    purged = graph(deleted["@odata.deltaLink"]).json()
    simulator.clear_edits()
    returned = graph(purged["@odata.deltaLink"]).json()
    assert deleted["value"] == [{"id": _id(5), "@removed": {"reason": "changed"}}]
    assert purged["value"] == [{"id": _id(5), "@removed": {"reason": "deleted"}}]
    assert returned["value"] == [{"id": _id(5), "displayName": "User 5"}]


def test_delta_first_round_shows_soft_deleted_users_as_removed(simulator: Simulator, graph: Read, msp: str) -> None:
    simulator.edit("graph", "users", _id(5), None, tenant=msp)
    assert {"id": _id(5), "@removed": {"reason": "changed"}} in graph(DELTA).json()["value"]


def test_delta_token_of_seven_days_is_good_and_of_eight_is_gone(simulator: Simulator, graph: Read) -> None:
    link = graph(DELTA).json()["@odata.deltaLink"]
    simulator.set_clock(SECOND_DAY)
    assert graph(link).status_code == 200
    simulator.set_clock(LATE_DAY)
    answer = graph(link)
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "syncStateNotFound")
    restarted = graph(answer.headers["location"]).json()
    assert set(restarted["value"][1]) == {"id", "displayName"}
    assert "@odata.deltaLink" in restarted


def test_delta_latest_gives_only_a_link(graph: Read) -> None:
    document = graph(f"{DELTA}&$deltatoken=latest").json()
    assert document["value"] == []
    assert graph(document["@odata.deltaLink"]).json()["value"] == []


def test_single_user_by_name_and_by_id(graph: Read) -> None:
    by_name = graph("/users/user3@MSP.example?$select=id,displayName").json()
    assert by_name["id"] == _id(3)
    assert graph(f"/users/{_id(3)}?$select=displayName").json()["displayName"] == "User 3"
    assert graph("/users/nobody@msp.example").json()["error"]["code"] == "Request_ResourceNotFound"


def test_guest_name_with_a_hash_is_found(simulator: Simulator, graph: Read, msp: str) -> None:
    name = "guest_partner.example#EXT#@msp.example"
    simulator.edit("graph", "users", _id(3), {"userPrincipalName": name}, tenant=msp)
    assert graph(f"/users/{name.replace('#', '%23')}?$select=id").json()["id"] == _id(3)


@pytest.mark.parametrize("text", ["displayName gt 5", "createdDateTime ge 2026-99-99", "id eq", "id like 'x'", "((("])
def test_list_filter_that_makes_no_sense_is_400(graph: Read, text: str) -> None:
    assert graph(f"/users?$filter={text}").status_code == 400
