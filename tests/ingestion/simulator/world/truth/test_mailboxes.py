"""Mails and meetings of the truth exist where only listed mailboxes are read."""

from typing import Any

import pytest

from ingestion.simulator.world import World
from ingestion.simulator.world.timeline import OBSERVATION_DATES


def test_mails_and_meetings_exist_in_the_listed_mailboxes_and_folders(world: World, truth: dict[str, Any]) -> None:
    mailboxes = next(
        tenant.mailboxes for tenant in world.at(OBSERVATION_DATES[-1]).tenants.values() if tenant.mailboxes
    )
    listed = {"dana@harborvine.example", "lee@harborvine.example"}
    for row in truth["mails"]:
        box = mailboxes[row["mailbox"]]
        present = {message["id"] for folder in ("inbox", "sentitems") for message in box.folders[folder]}
        assert row["mailbox"] in listed and row["message_id"] in present
    for row in truth["meetings"]:
        assert row["event_id"] in {event["id"] for event in mailboxes[row["mailbox"]].events}


def test_mail_of_a_domain_counts_once_the_customer_has_it(world: World) -> None:
    ids = [
        {
            row["message_id"]
            for row in world.truth(OBSERVATION_DATES[:count])["mails"]
            if row["mailbox"].startswith("dana")
        }
        for count in (2, 3)
    ]
    box = next(box for box in world.plan.mailboxes if box.address.startswith("dana"))
    message = next(message for message in box.messages if message.key == "freight")
    freight = world.plan.ids.item(box.address, message.key)

    assert freight not in ids[0]
    assert freight in ids[1]


def test_truth_needs_ascending_dates(demo: World) -> None:
    with pytest.raises(ValueError, match="ascending"):
        demo.truth((OBSERVATION_DATES[1], OBSERVATION_DATES[0]))
