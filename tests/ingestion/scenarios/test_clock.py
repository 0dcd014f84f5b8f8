"""Our clock and Graph's are five minutes apart: nothing depends on both saying the same."""

import pytest

from tests.ingestion.scenarios.scene import CUSTOMER, Scene, ends

SKEW_SECONDS = 300
ASKED_SECONDS = 20
TABLES = ("users", "license_assignments", "domains", "groups")


@pytest.mark.parametrize("skew", [SKEW_SECONDS, -SKEW_SECONDS])
def test_dates_of_retry_after_are_read_by_the_clock_that_wrote_them(scene: Scene, skew: int) -> None:
    scene.simulator.options(clock_skew_seconds=skew)
    hit = scene.fault("throttle", every=2, times=3, seconds=ASKED_SECONDS, form="date")
    statuses = scene.load(CUSTOMER, tables=TABLES)
    assert ends(statuses) == {}
    scene.assert_true(CUSTOMER, tables=TABLES)
    assert [fault["hits"] for fault in scene.simulator.faults() if fault["number"] == hit] == [len(scene.waits)] != [0]
    assert all(ASKED_SECONDS - 2 <= wait <= ASKED_SECONDS + 2 for wait in scene.waits)


@pytest.mark.parametrize("skew", [SKEW_SECONDS - 10, 10 - SKEW_SECONDS])
def test_delta_rounds_and_tokens_do_not_mind(scene: Scene, skew: int) -> None:
    scene.simulator.options(clock_skew_seconds=skew)
    scene.take_first_load()
    user = scene.tenant(CUSTOMER).collections["users"][0]["id"]
    scene.edit(CUSTOMER, "users", user, {"displayName": "Renamed"})
    assert scene.load(CUSTOMER, tables=TABLES)[CUSTOMER, "users"].rows_changed == 1
    scene.assert_true(CUSTOMER, tables=TABLES)
