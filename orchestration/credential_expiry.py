"""Our own credentials that end soon: read from a published file, held against the warning days of the settings.

marts.ops_credentials → OwnCredential → Expiring (for the run's summary, the sensor and the calendar)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

REMEDY = "Renew it: docs/connect-microsoft-365.md#renew-a-secret-or-certificate"
QUERY = """
    select vendor, connection_id, credential_kind, credential_id, label, expires_date, evidence
    from marts.ops_credentials
    order by expires_date nulls last, vendor, connection_id, credential_kind, credential_id
"""


@dataclass(frozen=True)
class OwnCredential:
    """One credential of our own connections; expires_date is its last valid day, None where nobody knows."""

    vendor: str
    connection_id: str
    credential_kind: str
    credential_id: str
    label: str
    expires_date: date | None
    evidence: str

    @property
    def key(self) -> str:
        """What tells it from every other one; the same from run to run."""
        return "|".join((self.vendor, self.connection_id, self.credential_kind, self.credential_id))

    @property
    def name(self) -> str:
        """What people read: the label, and the public id where there is one."""
        words = f"{self.label}, {self.credential_kind.replace('_', ' ')}"
        return f"{words} {self.credential_id}" if self.credential_id else words


@dataclass(frozen=True)
class Expiring:
    """A credential that has reached a warning limit.

    Units: days_left is 0 on the last valid day and negative after it; limit_days is the smallest limit reached, -1
    once it has expired.
    """

    credential: OwnCredential
    days_left: int
    limit_days: int

    @property
    def text(self) -> str:
        """One line for a person, without remedy."""
        day = self.credential.expires_date
        if self.days_left < 0:
            return f"{self.credential.name}: expired on {day}."
        return f"{self.credential.name}: expires on {day}, in {self.days_left} days (within {self.limit_days})."


def own_credentials(file: Path) -> tuple[OwnCredential, ...]:
    """The credentials of a published file, the next to expire first; none where nothing was published yet."""
    if not file.exists():
        return ()
    with duckdb.connect(str(file), read_only=True) as connection:
        return tuple(OwnCredential(*row) for row in connection.execute(QUERY).fetchall())


def expiring(credentials: Iterable[OwnCredential], day: date, limits: Sequence[int]) -> tuple[Expiring, ...]:
    """Those whose days left on `day` have reached one of the limits, in the order given."""
    found = []
    for credential in credentials:
        if credential.expires_date is not None:
            days_left = (credential.expires_date - day).days
            limit = reached_limit(days_left, limits)
            if limit is not None:
                found.append(Expiring(credential, days_left, limit))
    return tuple(found)


def reached_limit(days_left: int, limits: Sequence[int]) -> int | None:
    """The smallest limit that is reached, -1 after the last valid day, None while it is far."""
    if days_left < 0:
        return -1
    return min((limit for limit in limits if days_left <= limit), default=None)
