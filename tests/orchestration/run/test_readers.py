"""Readers of the published copy see the last run or this one, never half of either, and never an error."""

from ingestion.simulator.world import World
from tests.orchestration.run.endless_reader import WatchedRun


def test_reader_beside_a_whole_run_sees_no_error_and_no_mixture(watched_run: WatchedRun, world: World) -> None:
    before, after = (day.isoformat() for day in world.observation_dates[:2])
    *seen, summary = watched_run.readings

    assert (watched_run.exit_code, watched_run.problems) == (0, "")
    assert summary["count"] > 50
    assert [reading["mfa"] for reading in seen] == [[before], [after]]
    for reading, day in zip(seen, (before, after), strict=True):
        assert reading["coverage"] == [day] and reading["loads"] == [day]
        assert reading["freshness"] == ["true"]
    assert seen[0]["run"] != seen[1]["run"] and seen[0]["tables"] == seen[1]["tables"]


def test_connection_from_before_the_run_keeps_its_file(watched_run: WatchedRun, world: World) -> None:
    assert watched_run.kept == [world.observation_dates[0].isoformat()]
