"""Every time zone that Windows, the zone database or a confirmed PSA label names is known, and nothing else."""

import csv
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import duckdb
import pytest
from babel.core import get_global
from tzlocal.windows_tz import win_tz

SEEDS = Path(__file__).parents[2] / "transform" / "seeds"
# Of one machine, and no zone of the world.
LOCAL_NAMES = {"localtime", "Factory", "posixrules"}
CONNECTWISE_LABELS = {
    "GMT-5/Eastern Time: US & Canada": "America/New_York",
    "US Eastern": "America/New_York",
    "US Pacific": "America/Los_Angeles",
    "GMT+1/Amsterdam, Berlin, Bern": "Europe/Berlin",
    "GMT-8/Pacific Time: US & Canada (UTC-07)": "America/Los_Angeles",
}


def seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed."""
    with open(SEEDS / f"{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def engine_zones() -> set[str]:
    """What DuckDB can shift a timestamp to."""
    with duckdb.connect() as connection:
        return {name for (name,) in connection.execute("select name from pg_timezone_names()").fetchall()}


def test_every_iana_zone_is_known_to_the_engine(engine_zones: set[str]) -> None:
    assert available_timezones() - LOCAL_NAMES - engine_zones == set()
    assert len(engine_zones) > 500


def test_every_windows_zone_is_known_with_the_zone_of_cldr(engine_zones: set[str]) -> None:
    known = {row["zone_name"]: row["iana_zone"] for row in seed("time_zones") if row["source"] == "windows"}
    assert known == dict(win_tz)
    assert set(get_global("windows_zone_mapping")) <= set(known)
    assert set(known.values()) <= engine_zones


def test_confirmed_connectwise_labels_and_no_other_are_known() -> None:
    known = {row["zone_name"]: row["iana_zone"] for row in seed("time_zones") if row["source"] == "connectwise"}
    assert known == CONNECTWISE_LABELS


def test_no_name_of_a_list_is_another_zone_of_the_database(engine_zones: set[str]) -> None:
    by_name = {name.lower(): name for name in engine_zones}
    shadowed = [
        row["zone_name"]
        for row in seed("time_zones")
        if by_name.get(row["zone_name"].lower(), row["iana_zone"]) != row["iana_zone"]
    ]
    # CLDR says Etc/UTC where the database has its synonym.
    assert shadowed == ["UTC"] or shadowed == []


def test_connectwise_ids_propose_zones_with_the_standard_time_of_their_label() -> None:
    rows = seed("connectwise_time_zones")
    assert [int(row["time_zone_id"]) for row in rows] == list(range(1, 95))
    for row in rows:
        assert ZoneInfo(row["iana_zone"])
        assert row["label_prefix"].startswith("gmt") and row["label_prefix"].endswith("/")
