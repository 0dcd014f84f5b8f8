"""Graph refuses for a while: it is asked again, no sooner than it said, and the tables are as without it."""

import pytest

from ingestion.http.backoff import RetryPolicy
from tests.ingestion.scenarios.scene import CUSTOMER, MSP, Scene, ends
from tests.ingestion.scenarios.truth import SOME_TABLES
from tests.ingestion.scenarios.worlds import RICH

ASKED_SECONDS = 7


@pytest.mark.parametrize("form", ["seconds", "date", "none"])
def test_storm_of_one_in_five_loses_nothing(scene: Scene, form: str) -> None:
    storm = scene.fault("throttle", every=5, seconds=ASKED_SECONDS, form=form)
    statuses = scene.load(MSP, RICH, tables=SOME_TABLES)
    assert ends(statuses) == {}
    scene.assert_true(MSP, RICH, tables=SOME_TABLES)

    hits = next(fault["hits"] for fault in scene.simulator.faults() if fault["number"] == storm)
    assert hits >= 4
    assert sum(row.throttled_count for row in statuses.values()) == hits
    assert sum(row.retry_count for row in statuses.values()) == hits == len(scene.waits)
    # A date is told in whole seconds and some time passes on the way.
    shortest = {"seconds": ASKED_SECONDS, "date": ASKED_SECONDS - 4, "none": 0}[form]
    # Where nothing is asked, a request that is refused for the third time may wait longer than the others.
    longest = RetryPolicy().cap_seconds if form == "none" else ASKED_SECONDS
    assert all(shortest <= wait <= longest for wait in scene.waits)
    assert form != "none" or len(set(scene.waits)) > 1, "without Retry-After the waits must be spread"


def test_storm_without_end_fails_its_leg_and_keeps_the_old_rows(scene: Scene) -> None:
    scene.take_first_load()
    scene.edit(CUSTOMER, "users", scene.tenant(CUSTOMER).collections["users"][0]["id"], {"displayName": "Changed"})
    before = scene.rows("users", CUSTOMER)
    scene.fault("throttle", path="/users/delta", form="none")
    statuses = scene.load(CUSTOMER, tables=["users", "domains"])
    assert ends(statuses) == {
        (CUSTOMER, "users"): ("failed", "throttled"),
        (CUSTOMER, "license_assignments"): ("failed", "throttled"),
    }
    assert statuses[CUSTOMER, "users"].throttled_count == statuses[CUSTOMER, "users"].request_count > 1
    assert scene.rows("users", CUSTOMER) == before
    scene.simulator.clear_faults()
    assert ends(scene.load(CUSTOMER, tables=["users"])) == {}
    scene.assert_true(CUSTOMER, tables=["users", "license_assignments"])


@pytest.mark.parametrize(("fault", "retry_after"), [("unavailable", 3), ("gateway_timeout", None)])
def test_burst_of_503_and_504_is_waited_out(scene: Scene, fault: str, retry_after: int | None) -> None:
    scene.fault(fault, after=2, times=4, retry_after=retry_after)
    statuses = scene.load(RICH, tables=SOME_TABLES)
    assert ends(statuses) == {}
    scene.assert_true(RICH, tables=SOME_TABLES)
    assert sum(row.retry_count for row in statuses.values()) == 4
    assert sum(row.throttled_count for row in statuses.values()) == 0
    assert retry_after is None or scene.waits == [retry_after] * 4


def test_throttled_token_endpoint_costs_no_tenant(scene: Scene) -> None:
    scene.fault("throttle", vendor="login", path="/", every=2, form="seconds")
    assert ends(scene.load(MSP, CUSTOMER, tables=["organization"])) == {}
    scene.assert_true(MSP, CUSTOMER, tables=["organization"])
