"""Pages that are empty, short, repeated or refused: whatever way a list comes, it lands whole and once."""

import pytest

from tests.ingestion.scenarios.planted import PILOT
from tests.ingestion.scenarios.scene import CUSTOMER, MSP, PLAIN, Scene, ends
from tests.ingestion.scenarios.truth import SOME_TABLES
from tests.ingestion.scenarios.worlds import RICH


def test_first_load_holds_what_the_world_holds(scene: Scene) -> None:
    statuses = scene.load(MSP, CUSTOMER, PLAIN, RICH)
    assert ends(statuses) == scene.unlicensed(CUSTOMER, PLAIN)
    scene.assert_true(MSP, CUSTOMER, PLAIN, RICH)
    for tenant in (MSP, CUSTOMER, PLAIN, RICH):
        users = scene.tenant(tenant).collections["users"]
        assert statuses[tenant, "users"].rows_read == statuses[tenant, "users"].rows_changed == len(users)
    assert sum(row.retry_count for row in statuses.values()) == 0


def test_empty_pages_with_a_next_link_end_no_list(scene: Scene) -> None:
    scene.fault("empty_page_with_next", every=2)
    statuses = scene.load(RICH, tables=SOME_TABLES)
    assert ends(statuses) == {}
    scene.assert_true(RICH, tables=SOME_TABLES)
    assert sum(row.request_count for row in statuses.values()) > 1.3 * len(statuses)


def test_delta_pages_of_two_rows_land_whole(scene: Scene) -> None:
    scene.simulator.options(delta_page_rows=2)
    statuses = scene.load(CUSTOMER, tables=["users"])
    users = scene.tenant(CUSTOMER).collections["users"]
    assert statuses[CUSTOMER, "users"].request_count == (len(users) + 1) // 2
    scene.assert_true(CUSTOMER, tables=["users", "license_assignments"])


def test_rows_that_come_twice_land_once(scene: Scene) -> None:
    scene.fault("duplicate_rows")
    for _ in range(2):
        assert ends(scene.load(RICH)) == {}
        scene.assert_true(RICH)


@pytest.mark.parametrize(
    ("fault", "values"),
    [
        ("short_page", {"rows": 2}),
        ("duplicate_page", {"every": 2}),
        ("reversed_pages", {}),
        ("stale_first", {}),
    ],
)
def test_pages_in_any_form_and_order_land_whole(scene: Scene, fault: str, values: dict[str, int]) -> None:
    scene.simulator.options(delta_page_rows=5)
    scene.fault(fault, **values)
    assert ends(scene.load(RICH, tables=SOME_TABLES)) == {}
    scene.assert_true(RICH, tables=SOME_TABLES)


def test_delta_round_with_replays_keeps_the_last_word(scene: Scene) -> None:
    tables = ["users", "license_assignments", "groups", "service_principals"]
    scene.take_first_load()
    for user in scene.tenant(RICH).collections["users"][:5]:
        scene.edit(RICH, "users", user["id"], {"displayName": "Renamed"})
    scene.edit(RICH, "users", scene.tenant(RICH).collections["users"][5]["id"], None)
    scene.edit(RICH, "groups", PILOT, {"displayName": "Renamed"})
    scene.simulator.options(delta_page_rows=2)
    scene.fault("stale_first")
    scene.fault("duplicate_page", every=2)
    statuses = scene.load(RICH, tables=tables)
    assert ends(statuses) == {}
    scene.assert_true(RICH, tables=tables)
    assert (statuses[RICH, "users"].rows_changed, statuses[RICH, "users"].rows_removed) == (5, 1)
    assert statuses[RICH, "groups"].rows_changed == 1


def test_page_size_that_graph_refuses_is_asked_smaller(scene: Scene) -> None:
    scene.fault("top_refused", maximum=3)
    assert ends(scene.load(RICH, tables=SOME_TABLES)) == {}
    scene.assert_true(RICH, tables=SOME_TABLES)
    asked = [entry["query"] for entry in scene.simulator.log() if "/applications" in entry["path"]]
    assert any("$top=999" in query for query in asked) and any("$top=3" in query for query in asked)


def test_page_size_of_sign_in_activity_falls_back_to_the_older_limit(scene: Scene) -> None:
    scene.simulator.options(sign_in_page_rows=120)
    assert ends(scene.load(CUSTOMER, tables=["subscribed_skus", "sign_in_activity"])) == {}
    scene.assert_true(CUSTOMER, tables=["sign_in_activity"])
    asked = [entry["query"] for entry in scene.simulator.log() if "signInActivity" in entry["query"]]
    assert ["$top=500" in query for query in asked] == [True, False] and "$top=120" in asked[1]
