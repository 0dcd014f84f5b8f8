"""Answers that break off or are not what they say: tried again where that helps, else told, with the old rows kept."""

import pytest

from tests.ingestion.scenarios.scene import CUSTOMER, Scene, ends
from tests.ingestion.scenarios.truth import COLLECTIONS, SOME_TABLES
from tests.ingestion.scenarios.worlds import RICH

# What changes at the vendor while its answers are unusable, by collection.
CHANGES = {
    "domains": {"authenticationType": "Federated"},
    "organization": {"displayName": "Changed"},
    "subscribedSkus": {"consumedUnits": 4711},
    "directorySubscriptions": {"totalLicenses": 4711},
    "roleDefinitions": {"displayName": "Changed"},
    "conditionalAccessPolicies": {"state": "disabled"},
    "roleAssignments": {"directoryScopeId": "/administrativeUnits/changed"},
}


# Which requests of the run break off; so far apart that no request meets all of them.
BREAKS = (0, 2, 5, 9)


@pytest.mark.parametrize(
    ("fault", "values"),
    [("connection_reset", {}), ("truncated", {"resets": False}), ("truncated", {"resets": True}), ("half_json", {})],
)
def test_answers_that_break_off_now_and_then_lose_nothing(scene: Scene, fault: str, values: dict[str, bool]) -> None:
    for after in BREAKS:
        scene.fault(fault, after=after, times=1, **values)
    statuses = scene.load(RICH, tables=SOME_TABLES)
    assert ends(statuses) == {}
    scene.assert_true(RICH, tables=SOME_TABLES)
    # An answer without a body cannot break off in its body.
    assert sum(row.retry_count for row in statuses.values()) >= len(BREAKS) - 1


# Each fault at a table of its own, all in one run.
UNUSABLE = {
    "domains": ("not_json", "/domains", "not_json"),
    "organization": ("no_value", "/organization", "no_value"),
    "subscribed_skus": ("number_for_text", "/subscribedSkus", "wrong_type"),
    "directory_subscriptions": ("truncated", "/directory/subscriptions", "unreachable"),
    "role_definitions": ("connection_reset", "/roleManagement/directory/roleDefinitions", "unreachable"),
    "conditional_access_policies": ("server_error", "/identity/conditionalAccess/policies", "server_error"),
    "role_assignments": ("nextlink_other_host", "/roleManagement/directory/roleAssignments", "foreign_link"),
    "security_defaults": ("redirect_other_host", "/policies/identitySecurityDefaults", "redirect"),
}


def test_unusable_answers_keep_the_last_good_rows(scene: Scene) -> None:
    scene.take_first_load()
    before = scene.held(RICH, UNUSABLE)
    collections = {table: COLLECTIONS[table] for table in UNUSABLE if table in COLLECTIONS}
    for collection in collections.values():
        first = scene.tenant(RICH).collections[collection][0]["id"]
        scene.edit(RICH, collection, first, CHANGES[collection])
    scene.edit(RICH, "securityDefaults", "", {"displayName": "Changed"})
    for fault, path, _ in UNUSABLE.values():
        scene.fault(fault, path=path)

    statuses = scene.load(RICH)
    assert ends(statuses) == {(RICH, table): ("failed", error_class) for table, (_, _, error_class) in UNUSABLE.items()}
    assert all(statuses[RICH, table].advice for table in UNUSABLE)
    assert scene.held(RICH, UNUSABLE) == before

    scene.simulator.clear_faults()
    statuses = scene.load(RICH)
    assert ends(statuses) == {}
    assert {table: statuses[RICH, table].rows_changed for table in UNUSABLE} == dict.fromkeys(UNUSABLE, 1)
    scene.assert_true(RICH)


def test_delta_round_that_breaks_in_its_middle_is_read_again_from_its_beginning(scene: Scene) -> None:
    scene.take_first_load()
    users = scene.tenant(CUSTOMER).collections["users"]
    for user in users[:6]:
        scene.edit(CUSTOMER, "users", user["id"], {"displayName": "Renamed", "licenseAssignmentStates": []})
    scene.edit(CUSTOMER, "users", users[6]["id"], None)
    scene.simulator.options(delta_page_rows=2)
    before = scene.rows("users", CUSTOMER)
    scene.fault("server_error", path="/users/delta", after=2)
    assert ends(scene.load(CUSTOMER, tables=["users"]))[CUSTOMER, "users"] == ("failed", "server_error")
    assert scene.rows("users", CUSTOMER) == before
    scene.simulator.clear_faults()
    statuses = scene.load(CUSTOMER, tables=["users"])
    assert (statuses[CUSTOMER, "users"].rows_changed, statuses[CUSTOMER, "users"].rows_removed) == (6, 1)
    scene.assert_true(CUSTOMER, tables=["users", "license_assignments"])
