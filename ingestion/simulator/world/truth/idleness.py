"""Whether an account was unused, as somebody decides who reads Microsoft's description of signInActivity.

A success is what counts; Microsoft keeps them since December 2023, and the other times move with failed attempts too:
https://learn.microsoft.com/en-us/graph/api/resources/signinactivity
"""

from datetime import date, timedelta

from ingestion.simulator.world.identifiers import Identifiers
from ingestion.simulator.world.people import User
from ingestion.simulator.world.signins import SUCCESS_KEPT_SINCE, last_attempt, recorded_success


def is_idle(ids: Identifiers, user: User, day: date, limit_days: int) -> bool | None:
    """No success within the limit; None where an attempt may have been one that nobody kept."""
    limit = day - timedelta(days=limit_days)
    success = recorded_success(ids, user, day)
    if success is not None or user.created >= SUCCESS_KEPT_SINCE:
        return max(success or date.min, user.created) <= limit
    attempt = last_attempt(ids, user, day)
    return True if attempt is None or attempt <= limit else None
