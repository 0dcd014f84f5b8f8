"""Mail and calendar against the reference, sections 14 to 16, and the canary that comes with every item."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import requests

from ingestion.simulator.serve import Simulator

Read = Callable[..., requests.Response]
Walk = Callable[..., tuple[list[dict[str, Any]], list[dict[str, Any]]]]

BOX = "/users/dana@msp.example"
INBOX = f"{BOX}/mailFolders/inbox/messages"
ARCHIVE = f"{BOX}/mailFolders/archive/messages"
VIEW = f"{BOX}/calendarView"
WINDOW = "startDateTime=2026-10-21T00:00:00Z&endDateTime=2026-10-22T00:00:00Z"
IMMUTABLE = {"Prefer": 'IdType="ImmutableId", odata.maxpagesize=200'}
SECOND_DAY = date(2026, 10, 27)
BODIES = {"body", "uniqueBody", "attachments"}


def test_messages_come_ten_a_page_newest_first(graph_pages: Walk) -> None:
    pages, rows = graph_pages(f"{INBOX}?$select=receivedDateTime")
    assert [len(page["value"]) for page in pages] == [10, 4]
    times = [row["receivedDateTime"] for row in rows]
    assert times == sorted(times, reverse=True)


def test_every_message_has_the_canary_though_not_selected(graph_pages: Walk) -> None:
    _, rows = graph_pages(f"{INBOX}?$select=subject&$top=5", headers=IMMUTABLE)
    assert all(BODIES < set(row) for row in rows)
    assert all("CANARY-BODY" in row["body"]["content"] for row in rows)
    assert set(rows[0]) - BODIES == {"@odata.etag", "id", "subject"}


def test_every_event_has_the_canary_though_not_selected(graph: Read) -> None:
    rows = graph(f"{VIEW}?{WINDOW}&$select=subject").json()["value"]
    assert [set(row) - BODIES for row in rows] == [{"@odata.etag", "id", "subject"}]
    assert "CANARY-BODY" in rows[0]["uniqueBody"]["content"]


def test_messages_filter_and_order_together(graph_pages: Walk) -> None:
    _, rows = graph_pages(
        f"{INBOX}?$filter=receivedDateTime ge 2026-10-05T08:00:00Z&$orderby=receivedDateTime&$select=subject"
    )
    assert [row["subject"] for row in rows] == [f"Subject {number}" for number in range(5, 15)]


def test_messages_order_that_the_filter_lacks_is_inefficient(graph: Read) -> None:
    answer = graph(f"{INBOX}?$filter=isRead eq true&$orderby=receivedDateTime")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InefficientFilter")


def test_message_ids_survive_a_move_only_when_immutable(simulator: Simulator, graph: Read) -> None:
    def ids(path: str, **options: Any) -> set[str]:
        return {row["id"] for row in graph(f"{path}?$top=50&$select=id", **options).json()["value"]}

    ordinary, immutable = ids(INBOX), ids(INBOX, headers=IMMUTABLE)
    simulator.set_clock(SECOND_DAY)
    assert ids(ARCHIVE, headers=IMMUTABLE) == {"IMMUTABLE-1"} < immutable
    assert not ids(ARCHIVE) & ordinary


def test_message_delta_tells_a_move_as_removal_and_arrival(simulator: Simulator, graph: Read) -> None:
    links = {path: graph(f"{path}/delta?$select=subject", headers=IMMUTABLE) for path in (INBOX, ARCHIVE)}
    simulator.set_clock(SECOND_DAY)
    rows = {path: graph(first.json()["@odata.deltaLink"], headers=IMMUTABLE) for path, first in links.items()}
    removed, arrived = rows[INBOX].json()["value"], rows[ARCHIVE].json()["value"]
    assert [(row["id"], row["@removed"]["reason"]) for row in removed] == [("IMMUTABLE-1", "deleted")]
    assert [(row["id"], row["subject"]) for row in arrived] == [("IMMUTABLE-1", "Subject 1")]
    assert "CANARY-BODY" in str(arrived)


def test_message_delta_with_a_filter_ends_at_its_limit(simulator: Simulator, graph_pages: Walk) -> None:
    simulator.options(filtered_delta_limit_rows=3)
    _, filtered = graph_pages(f"{INBOX}/delta?$filter=receivedDateTime ge 2026-10-03T00:00:00Z", headers=IMMUTABLE)
    _, whole = graph_pages(f"{INBOX}/delta", headers=IMMUTABLE)
    assert (len(filtered), len(whole)) == (3, 14)


@pytest.mark.parametrize("option", ["$filter=isRead eq true", "$search=x"])
def test_message_delta_refuses_options(graph: Read, option: str) -> None:
    assert graph(f"{INBOX}/delta?{option}").status_code == 400


def test_message_selection_of_an_unknown_property_is_400(graph: Read) -> None:
    assert graph(f"{INBOX}?$select=subjekt").status_code == 400


def test_preview_needs_more_than_the_basic_permission(simulator: Simulator, graph: Read, msp: str) -> None:
    path = f"{INBOX}?$select=subject,bodyPreview&$top=1"
    simulator.options(roles={msp: ["Mail.Read", "Mail.ReadBasic.All"]})
    assert "bodyPreview" in graph(path).json()["value"][0]
    simulator.fault("consent_missing", roles=["Mail.Read"])
    row = graph(path).json()["value"][0]
    assert ("subject" in row, "bodyPreview" in row) == (True, False)


def test_view_without_its_window_is_400(graph: Read) -> None:
    assert graph(f"{VIEW}?startDateTime=2026-10-21T00:00:00Z").status_code == 400


def test_view_honours_offsets_and_select_but_not_for_change_times(graph: Read) -> None:
    window = "startDateTime=2026-10-22T10:30:00%2B02:00&endDateTime=2026-10-22T11:30:00%2B02:00"
    rows = graph(f"{VIEW}?{window}&$select=subject,createdDateTime").json()["value"]
    assert [row["subject"] for row in rows] == ["Meeting 2"]
    assert "createdDateTime" not in rows[0]


def test_mailbox_outside_the_policy_is_403(graph: Read) -> None:
    answer = graph("/users/ceo@msp.example/mailFolders/inbox?$select=id")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ErrorAccessDenied")


def test_mailbox_scope_can_be_narrowed(simulator: Simulator, graph: Read, msp: str) -> None:
    assert graph(f"{BOX}/mailFolders/inbox?$select=id").status_code == 200
    simulator.options(mailbox_scope={msp: ["lee@msp.example"]})
    assert graph(f"{BOX}/mailFolders/inbox?$select=id").status_code == 403


def test_address_of_nobody_is_an_invalid_user(graph: Read) -> None:
    answer = graph("/users/list@msp.example/mailFolders/inbox/messages")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ErrorInvalidUser")


def test_unknown_folder_is_not_found(graph: Read) -> None:
    assert graph(f"{BOX}/mailFolders/nofolder/messages").json()["error"]["code"] == "ErrorItemNotFound"


def test_mailbox_by_object_id_is_the_same(graph: Read) -> None:
    by_id = graph("/users/00000000-0000-4000-8000-000000900001/mailFolders/inbox/messages?$top=50").json()
    assert len(by_id["value"]) == 14


def test_log_says_which_mailbox_was_asked(simulator: Simulator, graph: Read) -> None:
    graph(f"{VIEW}?{WINDOW}")
    graph("/users/CEO@msp.example/mailFolders/inbox")
    graph("/users")
    assert [entry["mailbox"] for entry in simulator.log() if entry["vendor"] == "graph"] == [
        "dana@msp.example",
        "ceo@msp.example",
        None,
    ]
