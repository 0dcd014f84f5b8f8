"""Tenants of unusual size and people of unusual names."""

import pytest

from tests.ingestion.scenarios.scene import PLAIN, Scene, ends
from tests.ingestion.scenarios.truth import landed_text
from tests.ingestion.scenarios.worlds import EMPTY, LARGE, LARGE_USER_COUNT, STRANGE, STRANGE_NAMES

USER_TABLES = ("users", "license_assignments", "user_registration_details", "sign_in_activity")


def test_tenant_without_users_loads_well_and_its_neighbour_too(scene: Scene) -> None:
    statuses = scene.load(EMPTY, PLAIN)
    assert ends(statuses) == scene.unlicensed(EMPTY, PLAIN)
    scene.assert_true(EMPTY, PLAIN)
    assert all(statuses[EMPTY, table].rows_read == 0 for table in USER_TABLES)


def test_tenant_that_answers_no_user_where_some_are_stored_keeps_them(scene: Scene) -> None:
    scene.take_first_load()
    before = scene.rows("users", PLAIN)
    for user in scene.tenant(PLAIN).collections["users"]:
        scene.edit(PLAIN, "users", user["id"], None)
        scene.edit(PLAIN, "deletedUsers", user["id"], None)
    statuses = scene.load(PLAIN, tables=["users"], full_refresh=True)
    assert ends(statuses)[PLAIN, "users"] == ("failed", "empty_answer")
    assert scene.rows("users", PLAIN) == before


@pytest.mark.parametrize("way", ["first", "changed"])
def test_strange_names_land_but_for_what_steers_a_terminal(scene: Scene, way: str) -> None:
    if way == "changed":
        users = scene.tenant(STRANGE).collections["users"]
        for user in users[: len(STRANGE_NAMES)]:
            scene.edit(STRANGE, "users", user["id"], {"userPrincipalName": "plain@strange.example"})
        scene.load(STRANGE, tables=USER_TABLES)
        for user, name in zip(users, STRANGE_NAMES, strict=False):
            scene.edit(STRANGE, "users", user["id"], {"userPrincipalName": name})
    assert ends(scene.load(STRANGE)) == scene.unlicensed(STRANGE)
    scene.assert_true(STRANGE)
    stored = {row["user_principal_name"] for row in scene.rows("users", STRANGE)}
    assert {landed_text(name) for name in STRANGE_NAMES} <= stored


def test_tenant_of_sixty_thousand_is_read_whole_and_then_by_its_changes(scene: Scene) -> None:
    scene.simulator.options(delta_page_rows=999)
    tables = ["subscribed_skus", *USER_TABLES]
    statuses = scene.load(LARGE, tables=tables)
    assert ends(statuses) == {}
    users = scene.tenant(LARGE).collections["users"]
    assert _users_of(scene) == {(user["id"], user["userPrincipalName"], user["accountEnabled"]) for user in users}
    enabled = [user for user in users if user["accountEnabled"]]
    assert statuses[LARGE, "users"].rows_read == LARGE_USER_COUNT
    assert statuses[LARGE, "license_assignments"].rows_read == LARGE_USER_COUNT
    assert statuses[LARGE, "user_registration_details"].rows_changed == len(enabled)
    assert scene.ask("select count(*), count(distinct id) from raw_microsoft.user_registration_details") == [
        (len(enabled), len(enabled))
    ]

    scene.edit(LARGE, "users", users[7]["id"], {"userPrincipalName": "moved@load.example"})
    scene.edit(LARGE, "users", users[8]["id"], None)
    again = scene.load(LARGE, tables=["users"])[LARGE, "users"]
    assert (again.rows_read, again.rows_changed, again.rows_removed, again.request_count) == (1, 1, 1, 1)
    users = scene.tenant(LARGE).collections["users"]
    assert _users_of(scene) == {(user["id"], user["userPrincipalName"], user["accountEnabled"]) for user in users}


def _users_of(scene: Scene) -> set[tuple]:
    rows = scene.ask("select id, user_principal_name, account_enabled from raw_microsoft.users where not is_removed")
    found = set(rows)
    assert len(found) == len(rows), "a user is stored twice"
    return found
