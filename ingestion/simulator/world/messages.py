"""Mailboxes as planned: messages and events with their fate, and their Graph records on one day.

Every message and event carries a body, a unique body and an attachment with a canary text, whatever is asked for.
"""

import base64
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from ingestion.simulator.world.identifiers import Identifiers
from ingestion.simulator.world.shapes import NOTE_CANARY, MailboxSnapshot, Record
from ingestion.simulator.world.timeline import Steps, stamp

BODY_CANARY = "CANARY-BODY"
PRIVATE_CANARY = "CANARY-PRIVATE"
UNMATCHED_CANARY = "CANARY-UNMATCHED"
FOLDERS = ("inbox", "sentitems", "drafts", "deleteditems", "archive", "junkemail")
PREVIEW_LENGTH = 255


@dataclass(frozen=True)
class Touch:
    """A customer that an item concerns, and by what: `contact` or `domain`."""

    customer_id: str
    rule: str


@dataclass
class Message:
    """One message; `folder` is where it lies over time, None once it is gone from the mailbox.

    Shape: a touch counts from its day on (a domain may come to a customer later than the message).
    """

    key: str
    day: date
    sender: str
    to: tuple[str, ...]
    subject: str
    folder: Steps[str | None]
    cc: tuple[str, ...] = ()
    hour: int = 9
    touches: tuple[tuple[Touch, date], ...] = ()


@dataclass
class Event:
    """One calendar occurrence; `exists` turns false when it is deleted at the source."""

    key: str
    day: date
    organizer: str
    attendees: tuple[str, ...]
    subject: str
    hour: int = 10
    is_private: bool = False
    is_all_day: bool = False
    is_cancelled: Steps[bool] = field(default_factory=lambda: Steps(False))
    exists: Steps[bool] = field(default_factory=lambda: Steps(True))
    series: str | None = None
    touches: tuple[tuple[Touch, date], ...] = ()


@dataclass
class Mailbox:
    """One mailbox of the MSP's tenant."""

    address: str
    is_allowed: bool
    messages: list[Message] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def mailbox_snapshot(mailbox: Mailbox, ids: Identifiers, day: date) -> MailboxSnapshot:
    """The mailbox on that day: messages received by then in their folders of that day, and all events."""
    snapshot = MailboxSnapshot({folder: [] for folder in FOLDERS})
    numbers = count(ids.number(9000, "canary", mailbox.address))
    for message in mailbox.messages:
        number = next(numbers)
        folder = message.folder.at(day)
        if folder is not None and message.day <= day:
            snapshot.folders[folder].append(_message_record(message, mailbox, folder, ids, number))
    for event in mailbox.events:
        number = next(numbers)
        if event.exists.at(day):
            snapshot.events.append(_event_record(event, mailbox, ids, day, number))
    return snapshot


def message_id(mailbox: Mailbox, message: Message, ids: Identifiers) -> str:
    """The immutable id: the same in every folder."""
    return ids.item(mailbox.address, message.key)


def event_id(mailbox: Mailbox, event: Event, ids: Identifiers) -> str:
    """The immutable id of one occurrence."""
    return ids.item(mailbox.address, "event", event.key)


def _recipient(address: str) -> Record:
    return {"emailAddress": {"name": address.split("@")[0].title(), "address": address}}


def _content(number: int) -> Record:
    text = f"{BODY_CANARY}-{number}"
    return {
        "body": {"contentType": "html", "content": f"<p>{text} invented content</p>"},
        "uniqueBody": {"contentType": "html", "content": f"<p>{text} unique part</p>"},
        "attachments": [
            {
                "@odata.type": "#microsoft.graph.fileAttachment",
                "id": f"att-{number}",
                "name": f"{text}.txt",
                "contentType": "text/plain",
                "size": 42,
                "contentBytes": base64.b64encode(text.encode()).decode(),
            }
        ],
    }


def _message_record(message: Message, mailbox: Mailbox, folder: str, ids: Identifiers, number: int) -> Record:
    received = stamp(message.day, message.hour, number % 60)
    own_id = message_id(mailbox, message, ids)
    return {
        "@odata.etag": f'W/"{own_id[-12:]}"',
        "id": own_id,
        "internetMessageId": f"<{message.key}@mail.example>",
        "conversationId": ids.item("conversation", message.subject),
        "conversationIndex": "AQHc0000",
        "subject": message.subject,
        "from": _recipient(message.sender),
        "sender": _recipient(message.sender),
        "toRecipients": [_recipient(address) for address in message.to],
        "ccRecipients": [_recipient(address) for address in message.cc],
        "bccRecipients": [],
        "replyTo": [],
        "receivedDateTime": received,
        "sentDateTime": received,
        "createdDateTime": received,
        "lastModifiedDateTime": received,
        "isRead": True,
        "isDraft": folder == "drafts",
        "hasAttachments": number % 3 == 0,
        "importance": "normal",
        "inferenceClassification": "focused",
        "flag": {"flagStatus": "notFlagged"},
        "categories": [],
        "parentFolderId": ids.item("folder", mailbox.address, folder),
        "bodyPreview": f"Invented preview of {message.subject}"[:PREVIEW_LENGTH],
        "webLink": f"https://outlook.example/owa/?ItemID={own_id}",
        "changeKey": "CQAAABYA",
        **_content(number),
    }


def _event_record(event: Event, mailbox: Mailbox, ids: Identifiers, day: date, number: int) -> Record:
    end_day = event.day + timedelta(days=1) if event.is_all_day else event.day
    start_hour, end_hour = (0, 0) if event.is_all_day else (event.hour, event.hour + 1)
    return {
        "@odata.etag": f'W/"{number}"',
        "id": event_id(mailbox, event, ids),
        "iCalUId": ids.item("ical", event.series or event.key),
        "type": "occurrence" if event.series else "singleInstance",
        "seriesMasterId": ids.item(mailbox.address, "series", event.series) if event.series else None,
        "subject": event.subject,
        "start": {"dateTime": f"{event.day.isoformat()}T{start_hour:02d}:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": f"{end_day.isoformat()}T{end_hour:02d}:00:00.0000000", "timeZone": "UTC"},
        "originalStart": None,
        "originalStartTimeZone": "UTC",
        "originalEndTimeZone": "UTC",
        "isAllDay": event.is_all_day,
        "isCancelled": event.is_cancelled.at(day),
        "isOrganizer": event.organizer == mailbox.address,
        "isDraft": False,
        "isOnlineMeeting": True,
        "hasAttachments": False,
        "hideAttendees": False,
        "responseRequested": True,
        "showAs": "busy",
        "sensitivity": "private" if event.is_private else "normal",
        "importance": "normal",
        "organizer": _recipient(event.organizer),
        "attendees": [
            {
                "type": "required",
                "status": {"response": "accepted", "time": "2026-10-01T08:00:00Z"},
                **_recipient(address),
            }
            for address in event.attendees
        ],
        "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
        "location": {"displayName": _place(event)},
        "categories": [],
        "onlineMeetingProvider": "teamsForBusiness",
        "onlineMeeting": {"joinUrl": f"https://teams.example/{BODY_CANARY}-{number}"},
        "onlineMeetingUrl": None,
        "recurrence": None,
        "webLink": "https://outlook.example/owa/",
        "bodyPreview": f"{BODY_CANARY}-{number} preview of an event",
        "createdDateTime": "2026-09-01T08:00:00Z",
        "lastModifiedDateTime": "2026-09-01T08:00:00Z",
        **_content(number),
    }


def _place(event: Event) -> str:
    # Zoom and others write the joining link with its password into the location.
    link = f"https://meet.example/j/1?pwd={NOTE_CANARY}"
    return f"{PRIVATE_CANARY} place" if event.is_private else f"Meeting room 1; {link}"
