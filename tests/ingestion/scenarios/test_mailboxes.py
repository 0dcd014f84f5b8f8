"""Mail and calendar from vendor to warehouse: moves, limits, windows read again, previews, and the scope's proof."""

import contextlib
from pathlib import Path
from typing import Any

import msal
import pytest

from ingestion.microsoft.connection import AppCredential, MailSettings, MicrosoftConnection, Tenant
from ingestion.microsoft.mailbox_scope import Reach, canary_http, canary_reach, listed_answers
from ingestion.microsoft.mailboxes import MailboxAllowlist
from ingestion.microsoft.matching import MatchSet
from ingestion.microsoft.source import graph_client, graph_http, tenant_tokens
from tests.ingestion.scenarios.scene import DIRECTORY_SCOPE, GOOD, MSP, WORLD, Scene, Statuses

TABLES = ("messages", "events")
BOXES = WORLD.at(WORLD.observation_dates[0]).tenants[MSP].mailboxes
DANA, LEE, CHIEF = (f"{name}@harborvine.example" for name in ("dana", "lee", "ceo"))
ROLES = ["Mail.ReadBasic.All", "Calendars.Read"]


MATCH = MatchSet({}, frozenset({"letters.example", "alder.example"}))
FEWER = MatchSet({}, frozenset({"letters.example"}))


def load(scene: Scene, mail: MailSettings, match: MatchSet = MATCH) -> Statuses:
    statuses = scene.load(MSP, tables=TABLES, mail=mail, match=match)
    assert {status.status for status in statuses.values()} <= GOOD, statuses
    return statuses


def messages(scene: Scene) -> list[tuple[str, str]]:
    return scene.ask("select id, folder from raw_microsoft.messages order by all")


def mail_settings(*addresses: str, **values: Any) -> MailSettings:
    values = {"folders": ("inbox", "archive"), "mail_days": 366, **values}
    return MailSettings(MSP, MailboxAllowlist(addresses), **values)


def move(scene: Scene, row: dict[str, Any], source: str | None, target: str | None) -> None:
    if source:
        scene.edit(MSP, "messages", row["id"], None, mailbox=DANA, folder=source)
    if target:
        scene.edit(MSP, "messages", row["id"], row, mailbox=DANA, folder=target)


def matching_row(scene: Scene) -> dict[str, Any]:
    """A message of Dana's inbox that the load keeps."""
    kept = {item for item, folder in messages(scene) if folder == "inbox"}
    return next(row for row in BOXES[DANA].folders["inbox"] if row["id"] in kept)


def test_moved_message_is_in_its_new_folder_and_there_alone(scene: Scene) -> None:
    mail = mail_settings(DANA)
    load(scene, mail)
    before, row = messages(scene), matching_row(scene)

    for source, target in (("inbox", "archive"), ("archive", "inbox")):
        move(scene, row, source, target)
        load(scene, mail)
        moved = sorted((item, target if item == row["id"] else folder) for item, folder in before)
        assert messages(scene) == moved
    load(scene, mail)
    assert messages(scene) == before


def test_message_whose_move_is_seen_in_two_runs_is_found_again(scene: Scene) -> None:
    mail = mail_settings(DANA)
    load(scene, mail)
    before, row = messages(scene), matching_row(scene)
    move(scene, row, "inbox", None)
    load(scene, mail)
    assert len(messages(scene)) == len(before) - 1
    move(scene, row, None, "archive")
    load(scene, mail)
    assert len(messages(scene)) == len(before) and (row["id"], "archive") in messages(scene)


def test_message_that_is_in_both_folders_for_a_run_stays_once(scene: Scene) -> None:
    mail = mail_settings(DANA)
    load(scene, mail)
    before, row = messages(scene), matching_row(scene)
    move(scene, row, None, "archive")
    load(scene, mail)
    assert len(messages(scene)) == len(before)
    move(scene, row, "inbox", None)
    load(scene, mail)
    assert len(messages(scene)) == len(before) and (row["id"], "archive") in messages(scene)


def test_folder_beyond_the_limit_of_a_filtered_round_is_read_whole(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = mail_settings(DANA, folders=("inbox",))
    load(scene, mail)
    whole = messages(scene)
    scene.ask("delete from raw_microsoft.messages")
    scene.ask("delete from ops.extraction_state")
    monkeypatch.setattr("ingestion.microsoft.mail.FILTERED_DELTA_LIMIT_ROWS", 3)
    scene.simulator.options(filtered_delta_limit_rows=3)
    try:
        load(scene, mail)
    finally:
        scene.simulator.options(filtered_delta_limit_rows=5000)
    assert len(whole) > 3 and messages(scene) == whole


def test_customer_that_gains_a_domain_brings_its_earlier_mail_and_meetings(scene: Scene) -> None:
    mail = mail_settings(DANA, calendar_past_days=30, calendar_future_days=30)
    load(scene, mail)
    all_items = [scene.ask(f"select id from raw_microsoft.{table} order by id") for table in TABLES]
    load(scene, mail, FEWER)
    items = [scene.ask(f"select id from raw_microsoft.{table} order by id") for table in TABLES]
    assert [len(items[place]) < len(all_items[place]) for place in (0, 1)] == [True, True]
    load(scene, mail)
    assert [scene.ask(f"select id from raw_microsoft.{table} order by id") for table in TABLES] == all_items


def test_contact_that_is_gained_brings_its_earlier_mail(scene: Scene) -> None:
    mail = mail_settings(DANA)
    load(scene, mail, MatchSet({}, frozenset()))
    assert messages(scene) == []
    address = next(row["from"]["emailAddress"]["address"] for row in BOXES[DANA].folders["inbox"])
    load(scene, mail, MatchSet({address.lower(): ("7",)}, frozenset()))
    assert messages(scene) != []
    assert set(scene.ask("select matched_contact_ids from raw_microsoft.messages")) == {('["7"]',)}


def test_mailbox_that_is_added_comes_whole_while_the_other_goes_on_by_its_link(scene: Scene) -> None:
    load(scene, mail_settings(DANA))
    scene.simulator.clear_log()
    statuses = load(scene, mail_settings(DANA, LEE))
    assert set(scene.ask("select distinct mailbox from raw_microsoft.messages")) == {(DANA,), (LEE,)}
    asked = [entry for entry in scene.simulator.log() if "/messages" in entry["path"]]
    # One request to the stored link of each of Dana's folders.
    assert len([entry for entry in asked if entry["mailbox"] == DANA]) == 2
    assert statuses[MSP, "messages"].rows_removed == 0


def test_preview_switched_off_needs_the_narrower_permission_and_empties_the_column(scene: Scene) -> None:
    load(scene, mail_settings(DANA))
    assert scene.ask("select count(preview) > 0 from raw_microsoft.messages") == [(True,)]
    count = len(messages(scene))
    scene.simulator.options(roles={MSP: ROLES})
    scene.simulator.clear_log()
    try:
        load(scene, mail_settings(DANA, has_preview=False))
    finally:
        scene.simulator.options(roles={MSP: None})
    assert scene.ask("select count(*), count(preview) from raw_microsoft.messages") == [(count, 0)]
    asked = [str(entry["query"]) for entry in scene.simulator.log() if "/messages" in entry["path"]]
    assert asked and not any("bodyPreview" in query for query in asked)


@pytest.mark.parametrize(("scope", "expected"), [([DANA, LEE], Reach.REFUSED), ([DANA, LEE, CHIEF], Reach.ANSWERED)])
def test_canary_out_of_scope_is_refused_and_one_in_reach_is_told(
    scene: Scene, scope: list[str], expected: Reach
) -> None:
    mail = mail_settings(DANA, calendar_past_days=30, calendar_future_days=30)
    scene.simulator.options(mailbox_scope={MSP: scope})
    known = WORLD.credentials["graph"]
    credential = AppCredential(known["client_id"], secret=lambda: known["client_secret"])
    urls = scene.simulator.urls
    connection = MicrosoftConnection(
        urls["login_url"], urls["graph_url"], DIRECTORY_SCOPE, (Tenant(MSP, credential),), mail,
        ca_bundle=Path(urls["ca_bundle"]),
    )  # fmt: skip
    canary = mail.allowlist.canary(CHIEF)
    with contextlib.closing(graph_http(connection)) as http, contextlib.closing(canary_http(connection, canary)) as own:
        cache = msal.TokenCache()
        tokens = tenant_tokens(connection, connection.tenants[0], http, cache)
        assert canary_reach(connection, MSP, canary, tokens, own) is expected
        client = graph_client(connection, connection.tenants[0], http, cache)
        answers = list(listed_answers(client, mail, next(iter(mail.allowlist)), scene.day))
    scene.simulator.options(mailbox_scope={MSP: None})
    # This simulator sends bodies whatever was selected, which is what the proof is there to tell.
    assert [(answer.table, "body" in answer.content) for answer in answers] == [("messages", True), ("events", True)]
    probed = [entry for entry in scene.simulator.log() if entry["mailbox"] == CHIEF]
    assert [entry["path"].rpartition("/users/")[2] for entry in probed] == [f"{CHIEF}/mailFolders/inbox"]
