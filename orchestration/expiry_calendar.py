"""The expiry of every credential as a calendar file (RFC 5545): one all-day event each, with an alarm per warning day.

A calendar program that subscribes to the file, or imports it again, moves an event rather than doubling it: the UID
stays. No clock is read: the stamp is an argument.
"""

import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from orchestration.credential_expiry import REMEDY, OwnCredential

# Any fixed one will do; changing it would double every event in people's calendars.
UID_SPACE = uuid.UUID("6f2b8c1e-52a6-4c58-9b3c-0f7d1a7f4c11")
PRODUCT = "-//Tenantry//Credential expiry//EN"
# A line's longest length without its line break. Source: RFC 5545, section 3.1.
LINE_OCTETS = 75


def expiry_calendar(credentials: Iterable[OwnCredential], limits: Sequence[int], stamped_at: datetime) -> bytes:
    """The whole file; empty where no credential has a known end, because a calendar without a component is none.

    Units: limits are days before the last valid day; stamped_at becomes DTSTAMP, in UTC.
    """
    events = [
        line
        for credential in credentials
        if credential.expires_date is not None
        for line in _event(credential, credential.expires_date, limits, stamped_at)
    ]
    if not events:
        return b""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", *events, "END:VCALENDAR"]
    return b"".join(folded(line) + b"\r\n" for line in lines)


def write_expiry_calendar(path: Path, content: bytes) -> bool:
    """Put a new calendar into place in one step, or take the old one away where there is none; True where it changed.

    A file that differs in its stamp alone is left, so that nothing syncs it for nothing.
    """
    old = path.read_bytes() if path.exists() else b""
    if _without_stamps(old) == _without_stamps(content):
        return False
    if not content:
        path.unlink()
        return True
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content)
    os.replace(beside, path)
    return True


def _event(credential: OwnCredential, ends: date, limits: Sequence[int], stamped_at: datetime) -> Iterator[str]:
    summary = f"Expires: {credential.name}"
    yield "BEGIN:VEVENT"
    yield f"UID:{uuid.uuid5(UID_SPACE, credential.key)}@tenantry"
    yield f"DTSTAMP:{stamped_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{ends:%Y%m%d}"
    # The end of an all-day event is the first day after it.
    yield f"DTEND;VALUE=DATE:{ends + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escaped(summary)}"
    yield f"DESCRIPTION:{escaped(f'Last valid day of this credential of Tenantry ({credential.evidence}). {REMEDY}')}"
    yield "TRANSP:TRANSPARENT"
    for days in limits:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{escaped(summary)}"
        yield f"TRIGGER:-P{days}D"
        yield "END:VALARM"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    """A TEXT value: backslash, semicolon, comma and line break escaped."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def folded(line: str) -> bytes:
    """A content line in UTF-8, continued after at most 75 octets; no character is torn apart."""
    parts: list[bytes] = [b""]
    for character in line:
        octets = character.encode("utf-8")
        if len(parts[-1]) + len(octets) > LINE_OCTETS:
            # The blank that begins a continuation counts too.
            parts.append(b" ")
        parts[-1] += octets
    return b"\r\n".join(parts)


def _without_stamps(content: bytes) -> list[bytes]:
    return [line for line in content.split(b"\r\n") if not line.startswith(b"DTSTAMP:")]
