"""Exchange rates and hourly costs that were valid on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ingestion.simulator.world.configuration import exchange_rates
from ingestion.simulator.world.labour import Member

REPORTING_CURRENCY = "USD"
MAX_RATE_AGE_DAYS = 35
DEFAULT_HOURLY_COST = Decimal("45.00")
AMOUNT = Decimal("0.0001")
UNIT = Decimal("0.000001")


def rounded(amount: Decimal, step: Decimal = AMOUNT) -> Decimal:
    """Rounded half up, to four decimals unless told otherwise."""
    return amount.quantize(step, ROUND_HALF_UP)


def rate_on(currency: str, day: date) -> Decimal | None:
    """Reporting currency per unit: the last rate up to that day that is not too old, None where there is none."""
    if currency == REPORTING_CURRENCY:
        return Decimal(1)
    known = [(rate_day, rate) for rate_day, code, rate in exchange_rates() if code == currency and rate_day <= day]
    if not known or (day - max(known)[0]).days > MAX_RATE_AGE_DAYS:
        return None
    return Decimal(max(known)[1])


def converted(amount: Decimal, currency: str, day: date) -> Decimal | None:
    """The amount in the reporting currency, four decimals, None where the rate is missing."""
    rate = rate_on(currency, day)
    return None if rate is None else rounded(amount * rate)


@dataclass(frozen=True)
class HourlyCost:
    """What an hour of a technician costs, and whether only the default is known."""

    amount: Decimal
    currency: str
    is_default: bool


def hourly_cost(member: Member, day: date, observation_dates: Sequence[date]) -> HourlyCost:
    """The rate of a work date: the reviewed file, then the PSA as it was observed, then the default."""
    for rate in member.rates:
        if rate.start <= day and (rate.end is None or day < rate.end):
            return HourlyCost(rate.hourly_cost, rate.currency, False)
    seen = [observed for observed in observation_dates if observed <= day] or [observation_dates[0]]
    amount = member.hourly_cost.at(seen[-1])
    if amount is None:
        return HourlyCost(DEFAULT_HOURLY_COST, REPORTING_CURRENCY, True)
    return HourlyCost(amount, REPORTING_CURRENCY, False)
