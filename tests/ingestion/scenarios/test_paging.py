"""Pages that are empty, short, repeated or refused: whatever way a list comes, it lands whole and once."""

from tests.ingestion.scenarios.scene import CUSTOMER, MSP, PLAIN, Scene, ends
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
    statuses = scene.load(MSP, RICH)
    assert ends(statuses) == {}
    scene.assert_true(MSP, RICH)
    assert sum(row.request_count for row in statuses.values()) > 1.3 * len(statuses)


def test_delta_pages_of_two_rows_land_whole(scene: Scene) -> None:
    scene.simulator.options(delta_page_rows=2)
    statuses = scene.load(CUSTOMER, tables=["users"])
    users = scene.tenant(CUSTOMER).collections["users"]
    assert statuses[CUSTOMER, "users"].request_count == (len(users) + 1) // 2
    scene.assert_true(CUSTOMER, tables=["users", "license_assignments"])


def test_rows_that_come_twice_land_once(scene: Scene) -> None:
    scene.fault("duplicate_rows")
    assert ends(scene.load(MSP, RICH)) == {}
    scene.assert_true(MSP, RICH)
    assert ends(scene.load(MSP, RICH)) == {}
    scene.assert_true(MSP, RICH)
