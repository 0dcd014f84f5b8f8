"""Rows that move, vanish, double and appear between the pages of every Graph list that we read."""

import json
from collections.abc import Callable

import duckdb
import pytest
from hypothesis import given, settings

from ingestion.legs import Leg
from ingestion.microsoft.endpoints import DIRECTORY_ENDPOINTS, EVENTS, MESSAGES, PARTNER_ENDPOINTS
from ingestion.microsoft.matching import MatchSet
from tests.ingestion.microsoft import vendor as graph
from tests.ingestion.moving_lists import MovingList, graph_answers, graph_delta_answers, store
from tests.ingestion.readings import leg_of
from tests.ingestion.test_moving_lists import BOUNDED, CHANGES, ROWS, SIZES, STORED, connection, run_moving

__all__ = ["connection"]

GROUP = "6a000000-0000-4000-8000-000000000001"
MAILBOX, CUSTOMER = "dana@msp.example", "kim@customer.example"
# One answer each: a singleton, and a file.
ONE_ANSWER = {"security_defaults", "authentication_methods_policy", "mailbox_usage"}
LISTS = sorted({endpoint.table for endpoint in (*DIRECTORY_ENDPOINTS, *PARTNER_ENDPOINTS)} - ONE_ANSWER) + ["events"]
FEWER = settings(BOUNDED, max_examples=25)
PATHS = {endpoint.table: endpoint.path for endpoint in (*DIRECTORY_ENDPOINTS, *PARTNER_ENDPOINTS)} | {
    "group_members": f"/groups/{GROUP}/transitiveMembers",
    "events": EVENTS.path.format(mailbox=MAILBOX),
    "messages": MESSAGES.path.format(mailbox=MAILBOX, folder="inbox"),
}
PERSON = {"emailAddress": {"address": CUSTOMER}}


def _row(table: str) -> Callable[[int], dict]:
    """How the vendor writes a row: its id, and what the leg needs to keep it."""
    more = {
        "credentials": {"passwordCredentials": [{"keyId": "k"}]},
        "events": {"attendees": [PERSON], "organizer": PERSON},
        "messages": {"from": PERSON, "receivedDateTime": "2026-10-19T08:00:00Z"},
        "secure_scores": {"createdDateTime": "2026-10-19T00:00:00Z"},
    }
    return lambda row: {"id": str(row), **more.get(table, {})}


def _leg(vendor: graph.Vendor, table: str) -> Leg:
    settings_of = graph.connection_of(mail=graph.mail_settings(MAILBOX), is_msp=True)
    return leg_of(graph.legs_of(vendor, settings_of, MatchSet({}, frozenset({"customer.example"}))), table)


@pytest.mark.parametrize("table", [*LISTS, "messages"])
@FEWER
@given(rows=ROWS, changes=CHANGES, size=SIZES, kind=STORED)
def test_graph_list_that_moves(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: int,
    changes: list,
    size: int,
    kind: str,
) -> None:
    moving = MovingList(list(range(rows)), changes)
    answers = graph_delta_answers if PATHS[table].endswith("/delta") else graph_answers
    vendor = graph.Vendor({PATHS[table]: answers(moving, size, _row(table))})
    vendor.routes.setdefault("/servicePrincipals", graph.page())
    leg = _leg(vendor, table)
    extra = {}
    if table == "group_members":
        policies = leg_of(graph.legs_of(vendor), "conditional_access_policies").key
        conditions = json.dumps({"users": {"includeGroups": [GROUP]}})
        store(connection, policies, "id", [{"id": "p", "conditions": conditions}])
        extra = {"group_id": GROUP}
    if table in ("events", "messages"):
        extra = {"mailbox": MAILBOX, "folder": "inbox"}
    column = "owner_id" if table == "credentials" else "id"
    if table == "credentials":
        extra = {"owner_kind": "application", "credential_kind": "secret", "key_id": "k"}
    run_moving(connection, leg, moving, kind, extra, column)
