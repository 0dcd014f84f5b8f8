"""Mail and calendar of listed mailboxes under faults: what touches a customer lands, once, in the folder it lies in."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from ingestion.microsoft.connection import MailSettings
from ingestion.microsoft.mailboxes import MailboxAllowlist
from ingestion.microsoft.matching import MatchSet
from tests.ingestion.scenarios.scene import MSP, Scene, Statuses, ends
from tests.ingestion.scenarios.truth import instant

FOLDERS = ("inbox", "sentitems", "archive")
TABLES = ("messages", "events")
MASKED = ("private", "personal", "confidential")


def test_first_load_holds_what_touches_a_customer(scene: Scene) -> None:
    statuses = _load(scene)
    assert ends(statuses) == {}
    _assert_true(scene)
    assert all(statuses[MSP, table].rows_dropped > 0 for table in TABLES)


def test_moved_deleted_and_new_messages_are_followed(scene: Scene) -> None:
    _load(scene)
    moved, deleted, kept = _matching(scene, _mailboxes(scene)[0], "inbox")[:3]
    _move(scene, moved, "inbox", "archive")
    _edit(scene, "inbox", deleted["id"], None)
    _edit(scene, "inbox", "NEW-MESSAGE", {**_values(kept), "subject": "New"})
    statuses = _load(scene)
    assert ends(statuses) == {}
    _assert_true(scene)
    assert _folders_of(scene, moved["id"]) == ["archive"]

    _move(scene, moved, "archive", "inbox")
    assert ends(_load(scene)) == {}
    _assert_true(scene)
    assert _folders_of(scene, moved["id"]) == ["inbox"]


def test_gone_token_of_one_folder_leads_to_a_full_window_of_it(scene: Scene) -> None:
    _load(scene)
    moved, deleted = _matching(scene, _mailboxes(scene)[0], "inbox")[:2]
    _move(scene, moved, "inbox", "archive")
    _edit(scene, "inbox", deleted["id"], None)
    path = f"/users/{_mailboxes(scene)[0]}/mailFolders/inbox/messages/delta"
    scene.fault("delta_gone", path=path, times=1, status=400, code="syncStateNotFound", location=False)
    assert ends(_load(scene)) == {}
    _assert_true(scene)


def test_storm_over_mailboxes_loses_nothing(scene: Scene) -> None:
    scene.fault("throttle", path="/users", every=4, form="each")
    scene.fault("duplicate_rows", path="/users")
    statuses = _load(scene)
    assert ends(statuses) == {}
    _assert_true(scene)
    assert sum(row.throttled_count for row in statuses.values()) > 0


def test_mailbox_taken_from_the_scope_keeps_its_rows_and_comes_back(scene: Scene) -> None:
    _load(scene)
    first, second = _mailboxes(scene)
    before = _stored(scene)
    message = _matching(scene, first, "inbox")[0]
    _edit(scene, "inbox", message["id"], {"subject": "Changed meanwhile"})
    scene.simulator.options(mailbox_scope={MSP: [second]})
    statuses = _load(scene)
    assert ends(statuses) == {(MSP, table): ("partial", "mailbox_out_of_scope") for table in TABLES}
    assert _stored(scene) == before

    scene.simulator.options(mailbox_scope={MSP: None})
    assert ends(_load(scene)) == {}
    _assert_true(scene)


def _mailboxes(scene: Scene) -> list[str]:
    return [address for address in scene.tenant(MSP).mailboxes if address.startswith(("dana@", "lee@"))]


def _load(scene: Scene) -> Statuses:
    mail = MailSettings(MSP, MailboxAllowlist(_mailboxes(scene)), folders=FOLDERS)
    return scene.load(MSP, tables=TABLES, mail=mail, match=MatchSet({}, _domains(scene)))


def _domains(scene: Scene) -> frozenset[str]:
    """Verified domains of the customers; the many added tenants have none of the mails'."""
    return frozenset(
        domain for name, found in scene.snapshot.tenants.items() if name != MSP for domain in found.domains
    )


def _edit(scene: Scene, folder: str, message_id: str, values: dict[str, Any] | None) -> None:
    scene.edit(MSP, "messages", message_id, values, mailbox=_mailboxes(scene)[0], folder=folder)


def _move(scene: Scene, message: dict[str, Any], source: str, target: str) -> None:
    _edit(scene, source, message["id"], None)
    _edit(scene, target, message["id"], _values(message))


def _values(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name != "id"}


def _matching(scene: Scene, mailbox: str, folder: str) -> list[dict[str, Any]]:
    """Messages of a folder that lie in the window and touch a customer."""
    since = datetime.combine(scene.day - timedelta(days=30), time(), UTC)
    people = ("from", "sender", "toRecipients", "ccRecipients", "bccRecipients")
    messages = scene.tenant(MSP).mailboxes[mailbox].folders[folder]
    return [
        message
        for message in messages
        if instant(message["receivedDateTime"]) >= since and _touches(scene, [message.get(name) for name in people])
    ]


def _touches(scene: Scene, people: list[Any]) -> bool:
    """Whether an address of these recipients, single or in lists, lies at a customer's domain or below it."""
    flat = [person for entry in people for person in (entry if isinstance(entry, list) else [entry]) if person]
    found = {person["emailAddress"]["address"].lower().rpartition("@")[2] for person in flat}
    own = scene.tenant(MSP).domains
    outside = [name for name in found if name not in own]
    return any(name == domain or name.endswith("." + domain) for name in outside for domain in _domains(scene))


def _true(scene: Scene) -> set[tuple]:
    """The rows that both tables must hold, by what identifies and shows them."""
    rows: set[tuple] = set()
    first = datetime.combine(scene.day - timedelta(days=7), time(), UTC)
    last = datetime.combine(scene.day + timedelta(days=15), time(), UTC)
    for mailbox in _mailboxes(scene):
        for folder in FOLDERS:
            rows |= {
                ("messages", mailbox, folder, message["id"], message["subject"], instant(message["receivedDateTime"]))
                for message in _matching(scene, mailbox, folder)
            }
        for event in scene.tenant(MSP).mailboxes[mailbox].events:
            start, end = instant(event["start"]["dateTime"]), instant(event["end"]["dateTime"])
            if start < last and end > first and _touches(scene, [event["organizer"], event["attendees"]]):
                subject = None if event["sensitivity"] in MASKED else event["subject"]
                rows.add(("events", mailbox, None, event["id"], subject, start))
    return rows


def _stored(scene: Scene) -> list[tuple]:
    return scene.ask(
        "select 'messages', mailbox, folder, id, subject, received_date_time at time zone 'utc' "
        "from raw_microsoft.messages union all "
        "select 'events', mailbox, null, id, subject, start_date_time at time zone 'utc' "
        "from raw_microsoft.events order by all"
    )


def _assert_true(scene: Scene) -> None:
    stored = [(*row[:-1], row[-1].replace(tzinfo=UTC)) for row in _stored(scene)]
    expected = _true(scene)
    assert len(stored) == len(set(stored)), "an item is stored twice"
    assert set(stored) == expected
    assert {row[0] for row in expected} == set(TABLES)


def _folders_of(scene: Scene, message_id: str) -> list[str]:
    return [row[0] for row in scene.ask("select folder from raw_microsoft.messages where id = ?", message_id)]
