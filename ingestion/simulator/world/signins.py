"""When users signed in last, and what the mailbox usage report says about their mailboxes."""

from datetime import date, timedelta

from ingestion.simulator.world.identifiers import Identifiers
from ingestion.simulator.world.people import User, usable_plans
from ingestion.simulator.world.products import EXCHANGE_PLAN
from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.timeline import stamp

USUAL_GAP_DAYS = 5
BLOCKED_AFTER_DAYS = 45
REPORT_LAG_DAYS = 2
# Successes are kept since that day only; attempts are older:
# https://learn.microsoft.com/en-us/graph/api/resources/signinactivity
SUCCESS_KEPT_SINCE = date(2023, 12, 1)


def last_sign_in(ids: Identifiers, user: User, day: date) -> date | None:
    """The day of the user's newest sign-in: as planned, else one of the last few days while the account is enabled."""
    if user.signed_in is not None:
        return user.signed_in.at(day)
    if not user.enabled.at(day):
        return user.created + timedelta(days=BLOCKED_AFTER_DAYS)
    return max(user.created, day - timedelta(days=1 + ids.number(USUAL_GAP_DAYS, "sign-in", user.id)))


def recorded_success(ids: Identifiers, user: User, day: date) -> date | None:
    """The newest success that Microsoft kept; None where there was none since it keeps them."""
    last = last_sign_in(ids, user, day)
    return last if last is not None and last >= SUCCESS_KEPT_SINCE else None


def last_attempt(ids: Identifiers, user: User, day: date) -> date | None:
    """The day of the newest interactive attempt, whether it succeeded or not."""
    failed = user.failed_attempt.at(day) if user.failed_attempt is not None else None
    return max((one for one in (last_sign_in(ids, user, day), failed) if one is not None), default=None)


def activity_record(ids: Identifiers, user: User, day: date) -> Record | None:
    """The user's `signInActivity`, or None for one at whose door nobody ever knocked."""
    attempt = last_attempt(ids, user, day)
    if attempt is None:
        return None
    last = last_sign_in(ids, user, day)
    success = recorded_success(ids, user, day)
    return {
        "lastSignInDateTime": stamp(attempt, 9),
        "lastSignInRequestId": ids.guid("request", user.id, attempt),
        "lastNonInteractiveSignInDateTime": stamp(last, 7) if last else None,
        "lastNonInteractiveSignInRequestId": ids.guid("quiet-request", user.id, last) if last else None,
        "lastSuccessfulSignInDateTime": stamp(success, 9) if success else None,
        "lastSuccessfulSignInRequestId": ids.guid("request", user.id, success) if success else None,
    }


def usage_records(ids: Identifiers, users: list[User], day: date) -> list[Record]:
    """Rows of the mailbox usage report: users with a mailbox plan, shared mailboxes and rooms."""
    rows = []
    for user in users:
        kind = user.recipient_type
        if kind is None and EXCHANGE_PLAN in usable_plans(user, day):
            kind = "User"
        if kind is not None:
            rows.append(_usage(ids, user, kind, day))
    return rows


def _usage(ids: Identifiers, user: User, kind: str, day: date) -> Record:
    used = last_sign_in(ids, user, day)
    return {
        "id": user.id,
        "Report Refresh Date": (day - timedelta(days=REPORT_LAG_DAYS)).isoformat(),
        "User Principal Name": user.upn,
        "Display Name": user.display_name,
        "Is Deleted": "False",
        "Deleted Date": "",
        "Created Date": user.created.isoformat(),
        "Last Activity Date": used.isoformat() if used else "",
        "Item Count": ids.number(9_000, "items", user.id),
        "Storage Used (Byte)": ids.number(40_000_000_000, "bytes", user.id),
        "Issue Warning Quota (Byte)": 52_613_349_376,
        "Prohibit Send Quota (Byte)": 53_150_220_288,
        "Prohibit Send/Receive Quota (Byte)": 53_687_091_200,
        "Deleted Item Count": 0,
        "Deleted Item Size (Byte)": 0,
        "Deleted Item Quota (Byte)": 32_212_254_720,
        "Has Archive": "True" if kind == "User" and ids.number(4, "archive", user.id) == 0 else "False",
        "Recipient Type": kind,
    }
