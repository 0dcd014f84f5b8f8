"""Which day it is: no date ahead of today, and no clock that every vendor contradicts, is worked by."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from ingestion.load import Warehouse, prepare
from orchestration import clock
from orchestration.clock import is_clock_confirmed, refuse_future, today
from orchestration.privacy.purge import purge
from orchestration.publish_request import PublishRequest
from orchestration.publishing import publish
from orchestration.run_request import CLOCK, FLAG, AsOfRefused, RunRequest
from orchestration.run_resource import RunResource
from orchestration.run_session import RunSession
from orchestration.settings import load_settings
from orchestration.settings_schema import Settings
from orchestration.vendor_selection import select

TOMORROW = date.today() + timedelta(days=2)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def settings(write_settings: Callable[..., Path], secrets: dict[str, str]) -> Settings:
    """Settings of every vendor, whose secrets are set."""
    return load_settings(write_settings(), secrets)


def observed(settings: Settings, day: date) -> None:
    """The warehouse after an observation of that day."""
    warehouse = Warehouse(settings.warehouse.path)
    prepare(warehouse)
    with warehouse.connect() as connection:
        connection.execute("insert into ops.load_status (run_id, as_of_date) values ('run-1', ?)", [day])


def from_the_launchpad(settings: Settings, day: date) -> None:
    RunResource(as_of=day.isoformat()).setup_for_execution(SimpleNamespace())


@pytest.mark.parametrize(
    "ask",
    [
        lambda settings, day: RunSession(settings, RunRequest(day)).open(),
        lambda settings, day: purge(settings, day),
        lambda settings, day: publish(settings, PublishRequest(day, to=settings.folder / "past.duckdb")),
        from_the_launchpad,
    ],
    ids=["run", "purge", "publish", "dagster"],
)
def test_date_ahead_is_refused_everywhere(
    settings: Settings, ask: Callable[[Settings, date], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENANTRY_SETTINGS", str(settings.file))
    observed(settings, today())
    before = settings.warehouse.path.read_bytes()
    with pytest.raises(Exception, match=str(TOMORROW)) as caught:
        ask(settings, TOMORROW)
    assert "Nothing was changed" in str(caught.value)
    assert settings.warehouse.path.read_bytes() == before


def test_today_is_no_date_ahead() -> None:
    refuse_future(today(), FLAG)


@pytest.mark.parametrize(
    ("skews", "is_confirmed"),
    [
        ([], False),
        ([HOUR - MINUTE], True),
        ([MINUTE - HOUR], True),
        # One that agrees is enough, whichever it is.
        ([timedelta(days=400), timedelta()], True),
    ],
)
def test_clock_is_confirmed_by_any_vendor(
    settings: Settings, vendors_clock: list[datetime], skews: list[timedelta], is_confirmed: bool
) -> None:
    vendors_clock[:] = [datetime.now(UTC) + skew for skew in skews]
    assert is_clock_confirmed(settings, select(settings)) is is_confirmed


@pytest.mark.parametrize(
    ("skew", "words"), [(HOUR + MINUTE, "61 minutes behind"), (-HOUR - MINUTE, "61 minutes ahead")]
)
def test_wrong_clock_is_named(settings: Settings, vendors_clock: list[datetime], skew: timedelta, words: str) -> None:
    vendors_clock[:] = [datetime.now(UTC) + skew, datetime.now(UTC) + 9 * skew]
    with pytest.raises(AsOfRefused, match=words) as caught:
        RunSession(settings, RunRequest(today(), said_by=CLOCK)).open()
    assert str(caught.value).startswith(CLOCK) and "--as-of" not in str(caught.value)
    assert not settings.warehouse.path.exists()
    vendors_clock[:] = vendors_clock[1:]
    with pytest.raises(AsOfRefused, match="clock_tolerance_minutes"):
        observed(settings, today())
        purge(settings, today())


def test_date_of_the_clock_before_the_last_observation_names_the_clock_and_the_way_back(settings: Settings) -> None:
    observed(settings, TOMORROW)
    with pytest.raises(AsOfRefused, match=f"tenantry undo-observation {TOMORROW}") as caught:
        RunSession(settings, RunRequest(today(), said_by=CLOCK)).open()
    assert str(caught.value).startswith(CLOCK) and f"{today()}: found a date before" in str(caught.value)


def test_purge_without_a_vendor_goes_no_further_than_the_last_observation(
    settings: Settings, vendors_clock: list[datetime]
) -> None:
    vendors_clock.clear()
    last = today() - timedelta(days=3)
    observed(settings, last)
    with pytest.raises(AsOfRefused, match=f"--as-of {last}"):
        purge(settings, last + timedelta(days=1))
    assert purge(settings, last).removed == ()


def test_vendors_are_asked_what_a_run_may_ask(settings: Settings) -> None:
    asked = [(vendor, url) for vendor, allowed, url in clock._questions(settings, select(settings))
             if allowed.check("GET", url, vendor, is_signed=False)]  # fmt: skip
    assert [vendor for vendor, _ in asked] == ["microsoft", "connectwise", "pax8"]
