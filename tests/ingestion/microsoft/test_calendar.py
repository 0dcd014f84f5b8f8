"""Calendar view: the window, what is kept, and that private events keep their times only."""

import json
from datetime import UTC, datetime

import pytest

from ingestion.legs import LegEnd
from ingestion.microsoft.erased import ErasedPeople, address_hash
from ingestion.microsoft.matching import MatchSet
from tests.ingestion.microsoft.vendor import Vendor, connection_of, error, legs_of, mail_settings, page
from tests.ingestion.readings import MemoryReading, leg_of

DANA, LEE = "dana@msp.example", "lee@msp.example"
VIEW = f"/users/{DANA}/calendarView"
MATCH = MatchSet({"kim@freemail.example": ("4",)}, frozenset({"customer.example"}))


def event(number: int, organizer: str | None, *attendees: str, **values: object) -> dict:
    return {
        "id": f"e{number}",
        "subject": "SECRET-SUBJECT",
        "start": {"dateTime": "2026-10-21T09:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-10-21T10:00:00.0000000", "timeZone": "UTC"},
        "sensitivity": "normal",
        "showAs": "busy",
        "organizer": {"emailAddress": {"name": "A Name", "address": organizer}} if organizer else None,
        "attendees": [
            {"type": "required", "status": {"response": "accepted"}, "emailAddress": {"name": "N", "address": address}}
            for address in attendees
        ],
        "location": {"displayName": "SECRET-PLACE", "locationUri": "https://join.example"},
        "body": {"content": "CANARY"},
        "onlineMeeting": {"joinUrl": "https://join.example/CANARY"},
        **values,
    }


def run(vendor: Vendor, *mailboxes: str, match: MatchSet = MATCH) -> tuple[MemoryReading, LegEnd]:
    leg = leg_of(legs_of(vendor, connection_of(mail=mail_settings(*(mailboxes or (DANA,)))), match), "events")
    reading = MemoryReading(leg.key)
    return reading, leg.read(reading)


def test_read_asks_for_the_window_in_utc_without_content() -> None:
    vendor = Vendor({VIEW: page()})
    _, end = run(vendor)
    query = vendor.queries()[-1]
    assert (query["startDateTime"], query["endDateTime"]) == ("2026-10-13T00:00:00Z", "2026-11-04T00:00:00Z")
    selected = set(query.pop("$select").split(","))
    assert not selected & {"body", "bodyPreview", "attachments", "onlineMeeting", "createdDateTime"}
    assert set(query) == {"startDateTime", "endDateTime", "$top"}
    prefer = vendor.graph_requests()[0].headers["Prefer"]
    assert 'outlook.timezone="UTC"' in prefer and 'IdType="ImmutableId"' in prefer
    scope = end.scopes["events"][0]
    assert (scope.mode, dict(scope.where), scope.cursor) == ("full", {"mailbox": DANA}, None)


def test_read_keeps_what_touches_a_customer() -> None:
    rows = [
        event(1, "x@customer.example", DANA),
        event(2, DANA, "kim@freemail.example", "x@sub.customer.example"),
        event(3, DANA, LEE, subject="CANARY-UNMATCHED"),
        event(4, None),
        event(5, "x@customer.example", isCancelled=True, location=None, attendees=None),
    ]
    reading, _ = run(Vendor({VIEW: page(*rows)}))
    found = reading.table().to_pylist()
    assert [row["id"] for row in found] == ["e1", "e2", "e5"]
    assert found[1]["matched_contact_ids"] == '["4"]' and found[1]["matched_domains"] == '["customer.example"]'
    assert found[0]["start_date_time"] == datetime(2026, 10, 21, 9, tzinfo=UTC)
    assert json.loads(found[1]["attendees"])[0] == {
        "type": "required", "status": {"response": "accepted"}, "emailAddress": {"address": "kim@freemail.example"},
    }  # fmt: skip
    assert found[2]["is_cancelled"] is True
    assert "CANARY" not in str(found) and "join.example" not in str(found)
    assert reading.stats.rows_dropped == 2


@pytest.mark.parametrize(
    "sensitivity", ["private", "Private", "personal", "confidential", "secret", "", " normal", None]
)
def test_private_event_keeps_times_and_matches_only(sensitivity: str | None) -> None:
    reading, _ = run(
        Vendor({VIEW: page(event(1, "x@customer.example", "kim@freemail.example", sensitivity=sensitivity))})
    )
    row = reading.table().to_pylist()[0]
    assert [row[name] for name in ("subject", "location", "organizer_address", "attendees")] == [None] * 4
    assert row["matched_contact_ids"] == '["4"]' and row["show_as"] == "busy"
    assert "SECRET" not in str(row) and "kim" not in str(row)


def test_normal_sensitivity_keeps_its_subject() -> None:
    reading, _ = run(Vendor({VIEW: page(event(1, "x@customer.example", sensitivity="normal"))}))
    assert reading.values("subject") == ["SECRET-SUBJECT"]


def test_one_calendar_that_fails_is_a_problem() -> None:
    vendor = Vendor(
        {VIEW: error(403, "ErrorAccessDenied"), f"/users/{LEE}/calendarView": page(event(1, "x@customer.example"))}
    )
    reading, end = run(vendor, DANA, LEE)
    assert [scope.where["mailbox"] for scope in end.scopes["events"]] == [LEE]
    assert len(end.problems) == 1 and reading.values("mailbox") == [LEE]


@pytest.mark.parametrize(
    "values",
    [
        {"organizer": {"emailAddress": {"address": "Ex@Other.example"}}},
        {"subject": "with ex@other.example"},
        {"location": {"displayName": "call ex@other.example"}},
        {"sensitivity": "private", "organizer": {"emailAddress": {"address": "ex@other.example"}}},
    ],
)
def test_event_that_carries_an_erased_person_is_dropped(values: dict) -> None:
    key = b"0" * 32
    erased = ErasedPeople(frozenset({address_hash(key, "ex@other.example")}), key)
    rows = [
        event(1, "x@customer.example", "kim@freemail.example") | values,
        event(2, "x@customer.example"),
        event(3, "x@customer.example", "ex@other.example"),
    ]
    reading, _ = run(Vendor({VIEW: page(*rows)}), match=MatchSet(MATCH.contacts, MATCH.domains, erased=erased))
    assert reading.values("id") == ["e2"] and reading.stats.rows_dropped == 2


def test_event_of_a_customer_that_gains_a_contact_is_kept_with_the_next_reading() -> None:
    vendor = Vendor({VIEW: page(event(1, DANA, "new@freemail.example"))})
    assert run(vendor)[0].table().num_rows == 0
    reading, _ = run(vendor, match=MatchSet({**MATCH.contacts, "new@freemail.example": ("9",)}, MATCH.domains))
    assert reading.values("matched_contact_ids") == ['["9"]']


@pytest.mark.parametrize(
    ("location", "kept"),
    [
        ("Room 1; https://zoom.us/j/123?pwd=CANARY", "Room 1; zoom.us"),
        ("<HTTPS://user:CANARY@Join.Example:8443/CANARY#CANARY>", "<Join.Example:8443>"),
        ("zoom.us/j/123?pwd=CANARY and room 2/3", "zoom.us and room 2/3"),
        ("zoommtg://zoom.us/join?confno=1&pwd=CANARY", "zoom.us"),
        ("msteams:/l/meetup-join/CANARY", "msteams"),
        ("tel:+15550100,,123#CANARY", "tel"),
        ("https://\u202ezoom.us/j/CANARY", "zoom.us"),
        ("zo\u0000om.us/j?CANARY", "zoom.us"),
        ("https://%CANARY%/x", "https"),
        ("Meeting room: 1", "Meeting room: 1"),
        (None, None),
    ],
)
def test_read_keeps_of_a_link_its_host_alone(location: str | None, kept: str | None) -> None:
    rows = [event(1, "x@customer.example", DANA, location={"displayName": location}, subject=location)]
    (found,) = run(Vendor({VIEW: page(*rows)}))[0].table().to_pylist()
    assert (found["location"], found["subject"]) == (kept, kept)
    assert "CANARY" not in str(found)


def test_read_cuts_and_counts_texts_longer_than_the_contract() -> None:
    rows = [event(1, "x@customer.example", DANA, location={"displayName": "x" * 300_000}, subject="y" * 512)]
    reading, _ = run(Vendor({VIEW: page(*rows)}))
    (found,) = reading.table().to_pylist()
    assert (len(found["location"]), len(found["subject"])) == (512, 512)
    assert (reading.stats.texts_cut, reading.stats.texts_stripped) == (1, 0)
