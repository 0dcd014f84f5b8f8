"""After publishing: what the run's summary says about our own credentials, and the calendar file of the settings."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from orchestration.credential_expiry import REMEDY, OwnCredential, expiring, own_credentials
from orchestration.expiry_calendar import expiry_calendar, write_expiry_calendar
from orchestration.settings_schema import Settings


def expiry_notice(settings: Settings, published: Path, day: date, stamped_at: datetime) -> tuple[str, ...]:
    """One line per credential that ends within the warning days; the calendar file is brought up to date.

    A calendar that cannot be written is a line too: the warehouse is published all the same.
    """
    credentials = own_credentials(published)
    return tuple(_lines(settings, credentials, day, stamped_at))


def _lines(
    settings: Settings, credentials: tuple[OwnCredential, ...], day: date, stamped_at: datetime
) -> Iterator[str]:
    limits = settings.posture.expiring_days
    for item in expiring(credentials, day, limits):
        yield f"{item.text} {REMEDY}"
    path = settings.microsoft.expiry_calendar if settings.microsoft is not None else None
    if path is not None:
        try:
            write_expiry_calendar(path, expiry_calendar(credentials, limits, stamped_at))
        except OSError as error:
            yield (
                f"{path}: the calendar cannot be written ({error.strerror}). Correct [microsoft] expiry_calendar, or "
                "make its folder writable."
            )
