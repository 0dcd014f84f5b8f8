"""Which mails and meetings of the listed mailboxes concern which customer."""

from datetime import date, timedelta
from typing import Any

from ingestion.simulator.world.messages import Touch, event_id, message_id
from ingestion.simulator.world.plan import Plan

READ_FOLDERS = ("inbox", "sentitems")
MAIL_DAYS = 30
CALENDAR_PAST_DAYS = 7
CALENDAR_FUTURE_DAYS = 14


def _current(touches: tuple[tuple[Touch, date], ...], day: date) -> list[Touch]:
    return [touch for touch, since in touches if since <= day]


def mail_rows(plan: Plan, day: date) -> list[dict[str, Any]]:
    """One row per message in the window, customer and mailbox."""
    return [
        {
            "customer_id": touch.customer_id,
            "mailbox": mailbox.address,
            "message_id": message_id(mailbox, message, plan.ids),
            "match_rule": touch.rule,
        }
        for mailbox in plan.mailboxes
        if mailbox.is_allowed
        for message in mailbox.messages
        if day - timedelta(days=MAIL_DAYS) <= message.day <= day and message.folder.at(day) in READ_FOLDERS
        for touch in _current(message.touches, day)
    ]


def meeting_rows(plan: Plan, day: date) -> list[dict[str, Any]]:
    """One row per event in the window, customer and mailbox."""
    first, last = day - timedelta(days=CALENDAR_PAST_DAYS), day + timedelta(days=CALENDAR_FUTURE_DAYS)
    return [
        {
            "customer_id": touch.customer_id,
            "mailbox": mailbox.address,
            "event_id": event_id(mailbox, event, plan.ids),
            "match_rule": touch.rule,
            "is_private": event.is_private,
        }
        for mailbox in plan.mailboxes
        if mailbox.is_allowed
        for event in mailbox.events
        if first <= event.day <= last and event.exists.at(day)
        for touch in _current(event.touches, day)
    ]
