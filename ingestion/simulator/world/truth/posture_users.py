"""Rules about multifactor authentication and about accounts."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ingestion.simulator.world.people import PASSKEY, PHONE, User, held_products
from ingestion.simulator.world.signins import last_attempt, recorded_success
from ingestion.simulator.world.truth.findings import NOT_APPLICABLE, NOT_CHECKED, PASS, subjects, whole
from ingestion.simulator.world.truth.idleness import is_idle
from ingestion.simulator.world.truth.observed import Observed

COVERAGE_TARGET = Decimal("0.98")
STALE_DAYS = 90
PENDING_DAYS = 30
EMERGENCY_DAYS = 7
PENDING = "PendingAcceptance"


def user_rows(now: Observed) -> list[dict[str, Any]]:
    """All rules whose subject is how people sign in, on one day."""
    return [*_registration_rows(now), *_coverage_rows(now), *_account_rows(now)]


def _registration_rows(now: Observed) -> list[dict[str, Any]]:
    tenant, day = now.tenant, now.day
    readable = _readable(tenant.has_p1(day))
    unknown = any(row.verdict == "unknown" for row in now.verdicts)
    capable = {row.user.id: row.is_capable for row in now.verdicts}
    incapable = [user_id for user_id, known in capable.items() if known is False]
    exposed = [row.user.id for row in now.verdicts if row.verdict == "exposed"]
    phone_only = [row.user.id for row in now.verdicts if row.is_capable and _methods(row.user, day) == {PHONE}]
    weak_holders = [user.id for user in now.privileged_users if capable[user.id] is False]
    phishable = [
        user.id
        for user in now.privileged_users
        if readable == PASS and user.enabled.at(day) and PASSKEY not in _methods(user, day)
    ]
    return [
        *subjects("mfa_user_not_capable", tenant.id, incapable, readable),
        *subjects("mfa_user_exposed", tenant.id, exposed, NOT_CHECKED if unknown else readable),
        *subjects("mfa_weak_methods_only", tenant.id, phone_only, readable),
        *subjects("mfa_privileged_not_capable", tenant.id, weak_holders, readable),
        *subjects("mfa_privileged_not_phishing_resistant", tenant.id, phishable, readable),
    ]


def _methods(user: User, day: date) -> set[str]:
    registration = user.registration.at(day)
    return set(registration.methods) if registration else set()


def _coverage_rows(now: Observed) -> list[dict[str, Any]]:
    below = None if now.coverage is None else now.coverage < COVERAGE_TARGET
    return [
        *whole("mfa_coverage_below_target", now.tenant.id, below),
        *whole("mfa_coverage_dropped", now.tenant.id, now.has_lost_coverage),
    ]


def _account_rows(now: Observed) -> list[dict[str, Any]]:
    tenant, day = now.tenant, now.day
    has_p1 = tenant.has_p1(day)
    by_population = {name: [row.user for row in now.verdicts if row.population == name] for name in ("member", "guest")}
    stale = [user.id for user in by_population["member"] if has_p1 and _is_idle(now, user)]
    guests = [
        user.id for user in by_population["guest"] if (has_p1 and _is_idle(now, user)) or _is_left_pending(user, day)
    ]
    is_unclear = {name: any(_is_idle(now, user) is None for user in users) for name, users in by_population.items()}
    disabled = [
        user.id
        for user in now.users.values()
        if not user.enabled.at(day) and any(not product.is_free for product in held_products(user, day))
    ]
    return [
        *subjects("account_stale", tenant.id, stale, _readable(has_p1 and not is_unclear["member"])),
        *subjects(
            "guest_stale",
            tenant.id,
            guests,
            _readable(has_p1 and not is_unclear["guest"]) if by_population["guest"] else NOT_APPLICABLE,
        ),
        *subjects("account_disabled_licensed", tenant.id, disabled),
        *_emergency_rows(now),
    ]


def _readable(is_licensed: bool) -> str:
    return PASS if is_licensed else NOT_CHECKED


def _is_idle(now: Observed, user: User) -> bool | None:
    return is_idle(now.ids, user, now.day, STALE_DAYS)


def _is_left_pending(user: User, day: date) -> bool:
    return user.external_state == PENDING and (day - user.created).days >= PENDING_DAYS


def _emergency_rows(now: Observed) -> list[dict[str, Any]]:
    tenant = now.tenant
    registered = [user for user in now.users.values() if user.id in now.break_glass_ids]
    since = now.day - timedelta(days=EMERGENCY_DAYS)
    used = [user.id for user in registered if (recorded_success(now.ids, user, now.day) or date.min) >= since]
    attempted = [
        user.id
        for user in registered
        if (last_attempt(now.ids, user, now.day) or date.min) >= since and user.id not in used
    ]
    readable = _readable(tenant.has_p1(now.day))
    return [
        *whole("break_glass_missing", tenant.id, not tenant.break_glass_upns),
        *subjects("break_glass_used", tenant.id, used, readable if registered else NOT_APPLICABLE),
        *subjects("break_glass_attempted", tenant.id, attempted, readable if registered else NOT_APPLICABLE),
    ]
