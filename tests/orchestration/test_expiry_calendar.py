"""The calendar file, held against RFC 5545 by a reader of its own."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from orchestration.credential_expiry import OwnCredential
from orchestration.expiry_calendar import escaped, expiry_calendar, folded, write_expiry_calendar

STAMP = datetime(2026, 11, 8, 13, 30, 15, tzinfo=timezone(timedelta(hours=1)))
SECRET = OwnCredential(
    "microsoft", "microsoft", "client_secret", "app-1 key-1", "Graph app registration", date(2027, 2, 28), "graph"
)
UNKNOWN = OwnCredential("pax8", "pax8", "client_secret", "id", "pax8 API client", None, "none")


def unfolded(content: bytes) -> list[str]:
    """Content lines of a calendar; every physical line must end in CRLF and fit."""
    assert content.endswith(b"\r\n") and b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    for line in content.split(b"\r\n"):
        line.decode("utf-8")
    return content.decode("utf-8").replace("\r\n ", "").split("\r\n")[:-1]


def test_calendar_holds_one_all_day_event_with_an_alarm_per_limit() -> None:
    lines = unfolded(expiry_calendar([SECRET, UNKNOWN], (60, 30, 7), STAMP))
    assert lines[:4] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Tenantry//Credential expiry//EN",
        "CALSCALE:GREGORIAN",
    ]
    assert lines[-1] == "END:VCALENDAR"
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    assert "DTSTART;VALUE=DATE:20270228" in lines and "DTEND;VALUE=DATE:20270301" in lines
    assert "DTSTAMP:20261108T123015Z" in lines
    assert [line for line in lines if line.startswith("TRIGGER")] == ["TRIGGER:-P60D", "TRIGGER:-P30D", "TRIGGER:-P7D"]
    assert lines.count("BEGIN:VALARM") == lines.count("ACTION:DISPLAY") == lines.count("END:VALARM") == 3
    assert "SUMMARY:Expires: Graph app registration\\, client secret app-1 key-1" in lines


def uid_of(credential: OwnCredential, stamp: datetime = STAMP) -> str:
    (uid,) = [line for line in unfolded(expiry_calendar([credential], (7,), stamp)) if line.startswith("UID:")]
    return uid


def test_uid_stays_when_the_date_the_label_and_the_stamp_change() -> None:
    changed = OwnCredential(
        "microsoft", "microsoft", "client_secret", "app-1 key-1", "other words", date(2029, 1, 1), "settings"
    )
    assert uid_of(SECRET) == uid_of(changed, datetime(2027, 1, 1, tzinfo=UTC))
    assert re.fullmatch(r"UID:[0-9a-f-]{36}@tenantry", uid_of(SECRET))


@pytest.mark.parametrize("field", range(4))
def test_uid_tells_every_credential_from_the_others(field: int) -> None:
    key = ["microsoft", "microsoft", "client_secret", "app-1 key-1"]
    key[field] = "other"
    assert uid_of(OwnCredential(*key, SECRET.label, SECRET.expires_date, SECRET.evidence)) != uid_of(SECRET)


def test_calendar_without_any_known_end_is_empty() -> None:
    assert expiry_calendar([UNKNOWN], (60,), STAMP) == b""


def test_text_is_escaped() -> None:
    assert escaped("a\\b;c,d\ne\r\nf") == "a\\\\b\\;c\\,d\\ne\\nf"


@pytest.mark.parametrize("length", [74, 75, 76, 149, 150, 300])
@pytest.mark.parametrize("character", ["x", "é", "漢", "😀"])
def test_long_line_is_folded_at_75_octets_without_tearing_a_character(length: int, character: str) -> None:
    line = "SUMMARY:" + character * length
    content = folded(line)
    parts = content.split(b"\r\n")
    assert all(len(part) <= 75 for part in parts)
    assert all(part.startswith(b" ") for part in parts[1:])
    assert parts[0].decode() + "".join(part.decode()[1:] for part in parts[1:]) == line
    assert len(parts) == 1 if len(line.encode()) <= 75 else len(parts) > 1


def test_file_is_written_when_it_says_something_else_and_left_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "calendars" / "expiry.ics"
    first = expiry_calendar([SECRET], (60,), STAMP)
    assert write_expiry_calendar(path, first)
    assert not write_expiry_calendar(path, expiry_calendar([SECRET], (60,), STAMP + timedelta(days=1)))
    assert path.read_bytes() == first
    assert write_expiry_calendar(path, expiry_calendar([SECRET], (60, 7), STAMP))
    assert write_expiry_calendar(path, b"") and not path.exists()
    assert not write_expiry_calendar(path, b"")
    assert list(path.parent.iterdir()) == []
