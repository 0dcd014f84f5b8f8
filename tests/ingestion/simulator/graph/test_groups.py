"""Groups and their members against the reference, sections 3, 5, 6 and 8.5."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import requests

from ingestion.simulator.serve import Simulator

Read = Callable[..., requests.Response]
Walk = Callable[..., tuple[list[dict[str, Any]], list[dict[str, Any]]]]

GROUP = "00000000-0000-4000-8000-0000000a000{}".format
USER = "00000000-0000-4000-8000-00000000000{}".format
ROBOT = "00000000-0000-4000-8000-00000000abcd"
ADVANCED = {"ConsistencyLevel": "eventual"}


def test_direct_members_have_their_kind(graph_pages: Walk) -> None:
    rows = graph_pages(f"/groups/{GROUP(1)}/members?$select=id")[1]
    assert [(row["@odata.type"].rpartition(".")[2], row["id"]) for row in rows] == [
        ("user", USER(0)),
        ("group", GROUP(2)),
        ("servicePrincipal", ROBOT),
    ]


def test_transitive_members_flatten_nested_groups(graph_pages: Walk) -> None:
    rows = graph_pages(f"/groups/{GROUP(1)}/transitiveMembers?$select=id,displayName&$top=2")[1]
    assert [row["id"] for row in rows] == [USER(0), GROUP(2), ROBOT, USER(1), USER(2), USER(3)]
    assert rows[1]["displayName"] == "Group 2"


def test_cast_keeps_one_kind_and_needs_the_index_store(graph: Read) -> None:
    path = f"/groups/{GROUP(1)}/transitiveMembers/microsoft.graph.user?$select=id,userPrincipalName"
    refused = graph(path)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "Request_UnsupportedQuery")
    answer = graph(path + "&$count=true", headers=ADVANCED).json()
    assert answer["@odata.count"] == 4
    assert [row["id"] for row in answer["value"]] == [USER(0), USER(1), USER(2), USER(3)]


def test_hidden_membership_needs_its_own_permission(simulator: Simulator, graph: Read, msp: str) -> None:
    path = f"/groups/{GROUP(3)}/members"
    assert graph(path).json()["error"]["code"] == "Authorization_RequestDenied"


def test_member_kind_without_read_permission_shows_id_only(simulator: Simulator, graph_pages: Walk, msp: str) -> None:
    simulator.options(roles={msp: ["GroupMember.Read.All", "Member.Read.Hidden"]})
    rows = graph_pages(f"/groups/{GROUP(1)}/members?$select=id,displayName")[1]
    assert [row["displayName"] for row in rows] == [None, "Group 2", None]
    assert len(graph_pages(f"/groups/{GROUP(3)}/members")[1]) == 1


def test_groups_are_filtered_and_limited(graph: Read, graph_pages: Walk) -> None:
    rows = graph_pages("/groups?$filter=isAssignableToRole eq true&$select=id")[1]
    assert [row["id"] for row in rows] == [GROUP(1)]
    assert [row["id"] for row in graph_pages(f"/groups?$filter=id in ('{GROUP(2)}','{GROUP(9)}')")[1]] == [GROUP(2)]
    assert graph("/groups?$top=1000").status_code == 400
    advanced = "/groups?$filter=assignedLicenses/$count ne 0"
    assert graph(advanced).status_code == 400
    assert graph(f"{advanced}&$count=true", headers=ADVANCED).json()["value"] == []


def test_groups_delta_tells_who_left(simulator: Simulator, graph: Read) -> None:
    first = graph("/groups/delta?$select=id,displayName,members").json()
    assert len(first["value"]) == 3 and len(first["value"][1]["members@delta"]) == 3
    simulator.set_clock(date(2026, 10, 27))
    changed = graph(first["@odata.deltaLink"]).json()["value"]
    assert changed == [
        {
            "id": GROUP(2),
            "displayName": "Group 2",
            "members@delta": [
                {"@odata.type": "#microsoft.graph.user", "id": USER(3), "@removed": {"reason": "deleted"}}
            ],
        }
    ]


@pytest.mark.parametrize("collection", ["groups", "applications", "servicePrincipals"])
def test_deleted_object_is_removed_then_purged(simulator: Simulator, graph: Read, msp: str, collection: str) -> None:
    first = graph(f"/{collection}/delta?$select=id").json()
    gone = first["value"][-1]["id"]
    simulator.edit("graph", collection, gone, None, tenant=msp)
    second = graph(first["@odata.deltaLink"]).json()
    assert second["value"] == [{"id": gone, "@removed": {"reason": "changed"}}]
    simulator.edit("graph", f"deleted{collection[0].upper()}{collection[1:]}", gone, None, tenant=msp)
    third = graph(second["@odata.deltaLink"]).json()
    assert third["value"] == [{"id": gone, "@removed": {"reason": "deleted"}}]
