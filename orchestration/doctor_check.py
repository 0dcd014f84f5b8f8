"""One row of the doctor, as a value: state, what was checked of whom, what was found, what to do, where to read more.

docs/doctor.md lists the checks and the JSON shape, which programs rely on: names are never reused for something else.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

SHAPE_VERSION = 1
GUIDE = "docs/connect-microsoft-365.md"
SETTINGS_GUIDE = "docs/settings.md"
DOCTOR_GUIDE = "docs/doctor.md"

# check → the section that explains its remedy; a test finds a section that is gone.
SECTIONS: Mapping[str, str] = {
    "settings": SETTINGS_GUIDE,
    "config": SETTINGS_GUIDE,
    "vendor": SETTINGS_GUIDE,
    "folder": f"{DOCTOR_GUIDE}#disk-and-files",
    "disk": f"{DOCTOR_GUIDE}#disk-and-files",
    "warehouse": f"{DOCTOR_GUIDE}#disk-and-files",
    "published": f"{DOCTOR_GUIDE}#disk-and-files",
    "secret": f"{GUIDE}#value-not-secret-id",
    "certificate": f"{GUIDE}#a-certificate-instead-of-a-secret",
    "token": f"{GUIDE}#consent-in-each-tenant",
    "permission_missing": f"{GUIDE}#permissions",
    "permission_unneeded": f"{GUIDE}#permissions",
    "permission_writes": f"{GUIDE}#permissions",
    "permissions": f"{GUIDE}#permissions",
    "licences": f"{GUIDE}#licences",
    "mailbox_answers": f"{GUIDE}#mailboxes",
    "mailbox_content": f"{GUIDE}#mailboxes",
    "mailbox_canary": f"{GUIDE}#mailboxes",
    "mailbox_consent": f"{GUIDE}#mailboxes",
    "clock": f"{GUIDE}#clock",
    "expiry": f"{GUIDE}#renew-a-secret-or-certificate",
    "connectwise": SETTINGS_GUIDE,
    "pax8": SETTINGS_GUIDE,
}


class State(enum.StrEnum):
    """How one check ended; only `error` makes the doctor fail."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Check:
    """One row of the doctor's table.

    check: a name of SECTIONS. subject: whom it is about: a tenant, a key of the settings, a connection; never an
    address. details: the facts behind `found`, for programs.
    """

    state: State
    check: str
    subject: str
    found: str
    remedy: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def section(self) -> str:
        """Where its remedy is explained; blank where there is nothing to mend."""
        return SECTIONS[self.check] if self.remedy else ""


def exit_code(checks: Sequence[Check]) -> int:
    """1 if any check is an error, else 0."""
    return 1 if any(check.state is State.ERROR for check in checks) else 0


def document(checks: Sequence[Check], settings_file: str, checked_at: datetime) -> dict[str, Any]:
    """Every row and their counts as JSON values, in the shape that docs/doctor.md describes."""
    return {
        "version": SHAPE_VERSION,
        "checked_at": checked_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "settings_file": settings_file,
        "exit_code": exit_code(checks),
        "counts": {state.value: sum(check.state is state for check in checks) for state in State},
        "checks": [
            {
                "state": check.state.value,
                "check": check.check,
                "subject": check.subject,
                "found": " ".join(check.found.split()),
                "remedy": check.remedy,
                "section": check.section,
                "details": dict(check.details),
            }
            for check in checks
        ],
    }
