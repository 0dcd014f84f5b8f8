"""Every mail and event carries canaries; what must never land is marked; the fate of items is as planned."""

import base64
from datetime import date
from typing import Any

import pytest

from ingestion.simulator.world import MailboxSnapshot, World
from ingestion.simulator.world.shapes import Record

FIRST, LAST = date(2026, 10, 20), date(2026, 11, 8)
DANA = "dana@harborvine.example"


@pytest.fixture(scope="module")
def world(small: World) -> World:
    return small


def mailboxes(world: World, day: date = LAST) -> dict[str, MailboxSnapshot]:
    """All mailboxes of the MSP's tenant."""
    return next(tenant.mailboxes for tenant in world.at(day).tenants.values() if tenant.mailboxes)


def items(world: World) -> list[Record]:
    """All messages and events of all mailboxes."""
    return [
        item for box in mailboxes(world).values() for group in [*box.folders.values(), box.events] for item in group
    ]


def subjects(box: MailboxSnapshot, folder: str) -> set[str]:
    """Subjects of the messages of a folder."""
    return {message["subject"] for message in box.folders[folder]}


def addresses(item: Record) -> set[str]:
    """Every address of a message, lower case."""
    found: list[Any] = [item["from"], *item["toRecipients"], *item["ccRecipients"]]
    return {row["emailAddress"]["address"].lower() for row in found}


def test_every_item_carries_the_body_canary_in_every_place(world: World) -> None:
    for item in items(world):
        assert World.BODY_CANARY in item["body"]["content"]
        assert World.BODY_CANARY in item["uniqueBody"]["content"]
        assert World.BODY_CANARY.encode() in base64.b64decode(item["attachments"][0]["contentBytes"])


def test_canary_numbers_are_distinct_within_a_mailbox(world: World) -> None:
    box = mailboxes(world)[DANA]
    texts = [item["uniqueBody"]["content"] for group in [*box.folders.values(), box.events] for item in group]

    assert len(set(texts)) == len(texts)


def test_private_events_carry_the_private_canary(world: World) -> None:
    private = [event for box in mailboxes(world).values() for event in box.events if event["sensitivity"] == "private"]

    assert private
    assert all(World.PRIVATE_CANARY in event["subject"] for event in private)


def test_unlisted_mailboxes_exist_and_hold_canaries(world: World) -> None:
    allowed = {box.address for box in world.plan.mailboxes if box.is_allowed}
    unlisted = {address: box for address, box in mailboxes(world).items() if address not in allowed}

    assert allowed == {DANA, "lee@harborvine.example"}
    assert len(unlisted) == 2
    assert all(box.folders["inbox"] for box in unlisted.values())


def test_mail_of_the_read_folders_has_the_unmatched_canary_exactly_where_no_customer_is_touched(world: World) -> None:
    box = mailboxes(world)[DANA]
    planned = next(row for row in world.plan.mailboxes if row.address == DANA)
    touching = {f"<{message.key}@mail.example>" for message in planned.messages if message.touches}
    for folder in ("inbox", "sentitems"):
        for message in box.folders[folder]:
            is_marked = World.UNMATCHED_CANARY in message["subject"]
            assert is_marked == (message["internetMessageId"] not in touching)


def test_unmatched_mail_holds_no_customer_domain(world: World) -> None:
    snapshot = world.at(LAST)
    msp = set(world.plan.msp_domains)
    domains = {name for tenant in snapshot.tenants.values() for name in tenant.domains} - msp
    for message in mailboxes(world)[DANA].folders["inbox"]:
        if World.UNMATCHED_CANARY in message["subject"]:
            hosts = {address.rsplit("@", 1)[-1] for address in addresses(message)}
            assert not [host for host in hosts for name in domains if host == name or host.endswith(f".{name}")]


def test_message_moved_keeps_its_id(world: World) -> None:
    def find(day: date, folder: str) -> list[str]:
        messages = mailboxes(world, day)[DANA].folders[folder]
        return [message["id"] for message in messages if message["subject"] == "Moved to the bin"]

    assert find(date(2026, 11, 2), "inbox") == find(LAST, "deleteditems") != []


def test_deleted_mail_and_event_are_gone(world: World) -> None:
    before, after = mailboxes(world, date(2026, 11, 2))[DANA], mailboxes(world)[DANA]

    assert "Deleted later" in subjects(before, "inbox")
    assert "Deleted later" not in subjects(after, "inbox")
    assert {"Removed"} == {event["subject"] for event in before.events} - {event["subject"] for event in after.events}


def test_cancelled_event_stays_with_its_flag(world: World) -> None:
    flags = [
        next(event["isCancelled"] for event in mailboxes(world, day)[DANA].events if event["subject"] == "Called off")
        for day in (FIRST, LAST)
    ]

    assert flags == [False, True]
