"""Dates of the invented world: its first and last day, month arithmetic, values that change, vendor date spellings."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

FIRST_DAY = date(2025, 8, 1)
LAST_DAY = date(2026, 11, 8)
OBSERVATION_DATES = (date(2026, 10, 20), date(2026, 10, 27), date(2026, 11, 2), date(2026, 11, 8))
EARLIEST_SNAPSHOT = OBSERVATION_DATES[0] - timedelta(days=7)

Value = TypeVar("Value")


@dataclass
class Steps(Generic[Value]):
    """A value with the days on which it changes; before the first change it has its first value."""

    first: Value
    changes: list[tuple[date, Value]] = field(default_factory=list)

    def then(self, day: date, value: Value) -> "Steps[Value]":
        """The same object with one more change; days must be given in ascending order."""
        if self.changes and day < self.changes[-1][0]:
            raise ValueError(f"a change of {day} follows one of {self.changes[-1][0]}: give changes in ascending order")
        self.changes.append((day, value))
        return self

    def at(self, day: date) -> Value:
        """The value on that day, the day of a change included."""
        current = self.first
        for changed_on, value in self.changes:
            if changed_on > day:
                break
            current = value
        return current


def last_change(day: date, created: date, *steps: Steps) -> date:
    """The newest day up to `day` on which the record came to be or one of its values changed."""
    days = [changed_on for step in steps for changed_on, _ in step.changes if changed_on <= day]
    return max([created, *days])


def month_start(day: date) -> date:
    """The first day of the month that holds the day."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first day of the following month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_end(day: date) -> date:
    """The last day of the month that holds the day."""
    return next_month(day) - timedelta(days=1)


def add_months(day: date, count: int) -> date:
    """The first day of the month that lies `count` months away."""
    index = day.year * 12 + day.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def months_between(first: date, last: date) -> Iterator[date]:
    """First days of all months from the month of `first` to the month of `last`."""
    month = month_start(first)
    while month <= last:
        yield month
        month = next_month(month)


def workdays(month: date, last: date) -> list[date]:
    """Mondays to Fridays of a month, none after `last`."""
    days = [month + timedelta(days=offset) for offset in range((next_month(month) - month).days)]
    return [day for day in days if day.weekday() < 5 and day <= last]


def midnight(day: date | None) -> str | None:
    """A date as the vendors spell a date-only value inside a timestamp."""
    return None if day is None else f"{day.isoformat()}T00:00:00Z"


def stamp(day: date, hour: int = 8, minute: int = 0) -> str:
    """A UTC timestamp on that day in ISO 8601 with `Z`."""
    return instant(datetime(day.year, day.month, day.day, hour, minute))


def instant(moment: datetime) -> str:
    """A UTC moment in ISO 8601 with `Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
