"""The sensor tells each credential once per warning day, from the published copy."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from dagster import AssetObservation, DagsterInstance, SensorResult, SkipReason, build_sensor_context

from orchestration import credential_sensor as module
from orchestration.credential_expiry import OwnCredential, expiring, own_credentials
from orchestration.credential_sensor import credential_sensor

WriteSettings = Callable[..., Path]
TODAY = date(2026, 11, 8)


@pytest.fixture
def publish(
    write_settings: WriteSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[dict[str, date | None]], None]:
    """Settings, a fixed day, and a way to publish credentials by id and end."""
    monkeypatch.setenv("TENANTRY_SETTINGS", str(write_settings()))
    monkeypatch.setattr(module, "today", lambda: TODAY)
    file = tmp_path / "warehouse" / "published.duckdb"

    def write(ends: dict[str, date | None]) -> None:
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        with duckdb.connect(str(file)) as connection:
            connection.execute("create schema marts")
            connection.execute(
                "create table marts.ops_credentials (vendor text, connection_id text, credential_kind text, "
                "credential_id text, label text, expires_date date, days_left integer, state text, evidence text)"
            )
            for name, day in ends.items():
                connection.execute(
                    "insert into marts.ops_credentials values ('microsoft', 'microsoft', 'client_secret', ?, "
                    "'Graph app registration', ?, 1, 'ok', 'graph')",
                    [name, day],
                )

    return write


def tick(cursor: str | None = None) -> SensorResult | SkipReason:
    """One evaluation as Dagster's daemon does it."""
    with DagsterInstance.ephemeral() as instance, build_sensor_context(instance=instance, cursor=cursor) as context:
        return credential_sensor()(context)  # type: ignore[return-value]


def told(result: SensorResult | SkipReason) -> list[str]:
    """What a tick said."""
    assert isinstance(result, SensorResult)
    assert all(isinstance(event, AssetObservation) for event in result.asset_events)
    return [event.description or "" for event in result.asset_events]


def after(days: int) -> date:
    return TODAY + timedelta(days=days)


def test_sensor_tells_what_ends_within_the_warning_days_once(publish: Callable[..., None]) -> None:
    publish({"far": after(61), "edge": after(60), "soon": after(7), "gone": after(-1), "unknown": None})
    first = tick()
    assert told(first) == [
        "Graph app registration, client secret gone: expired on 2026-11-07.",
        "Graph app registration, client secret soon: expires on 2026-11-15, in 7 days (within 7).",
        "Graph app registration, client secret edge: expires on 2027-01-07, in 60 days (within 60).",
    ]
    again = tick(first.cursor)
    assert told(again) == [] and "all told before" in str(again.skip_reason)
    assert again.cursor == first.cursor


def test_sensor_tells_again_at_a_nearer_limit_and_after_the_end(publish: Callable[..., None]) -> None:
    cursor = None
    for days, expected in ((60, 1), (31, 0), (30, 1), (8, 0), (7, 1), (0, 0), (-1, 1), (-2, 0)):
        publish({"key": after(days)})
        result = tick(cursor)
        assert len(told(result)) == expected, days
        cursor = result.cursor


def test_sensor_forgets_a_credential_that_was_renewed(publish: Callable[..., None]) -> None:
    publish({"key": after(7)})
    cursor = tick().cursor
    publish({"key": after(700)})
    renewed = tick(cursor)
    assert told(renewed) == [] and "no known credential ends within 60 days" in str(renewed.skip_reason)
    publish({"key": after(7)})
    assert len(told(tick(renewed.cursor))) == 1


def test_sensor_before_the_first_publication_skips(publish: Callable[..., None]) -> None:
    assert told(tick()) == []


def test_sensor_without_settings_skips_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TENANTRY_SETTINGS", str(tmp_path / "absent.toml"))
    result = tick()
    assert isinstance(result, SkipReason) and "tenantry init" in str(result.skip_message)


def test_sensor_is_in_the_definitions_and_names_an_asset_of_theirs() -> None:
    from orchestration.definitions import definitions

    sensor = definitions.resolve_sensor_def(module.NAME)
    assert sensor.default_status.value == "RUNNING"
    assert module.ASSET in definitions.resolve_asset_graph().get_all_asset_keys()


def test_expiring_goes_by_the_day_it_is_given() -> None:
    key = OwnCredential("pax8", "pax8", "client_secret", "", "API client", date(2027, 1, 7), "settings")
    assert [item.limit_days for item in expiring([key], TODAY, (60, 30, 7))] == [60]
    assert expiring([key], TODAY - timedelta(days=1), (60, 30, 7)) == ()
    assert expiring([key], date(2027, 1, 8), (60, 30, 7))[0].text == "API client, client secret: expired on 2027-01-07."


def test_own_credentials_of_no_file_are_none(tmp_path: Path) -> None:
    assert own_credentials(tmp_path / "absent.duckdb") == ()
