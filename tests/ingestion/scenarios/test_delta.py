"""Delta rounds over a directory that changes: resets in the middle, both kinds of removal, replays, expired tokens."""

from datetime import timedelta
from typing import Any

import pytest

from tests.ingestion.scenarios.scene import CUSTOMER, DAY, Scene, ends
from tests.ingestion.scenarios.worlds import RICH

TABLES = ("users", "license_assignments")


def test_changes_of_every_kind_are_followed(scene: Scene) -> None:
    scene.take_first_load()
    users = [user["id"] for user in scene.tenant(CUSTOMER).collections["users"]]
    scene.edit(CUSTOMER, "users", users[0], {"displayName": "Renamed"})
    scene.edit(CUSTOMER, "users", users[1], {"usageLocation": None, "assignedLicenses": [], **NO_STATES})
    scene.edit(CUSTOMER, "users", users[2], None)
    scene.edit(CUSTOMER, "users", "00000000-0000-4000-8000-00000000feed", {**NEW_USER})
    statuses = scene.load(CUSTOMER, tables=TABLES)
    assert ends(statuses) == {}
    assert (statuses[CUSTOMER, "users"].rows_changed, statuses[CUSTOMER, "users"].rows_removed) == (3, 1)
    scene.assert_true(CUSTOMER, tables=TABLES)


def test_removed_user_that_is_purged_and_one_that_is_restored(scene: Scene) -> None:
    scene.take_first_load()
    users = scene.tenant(CUSTOMER).collections["users"]
    purged, restored = users[0], users[1]
    for user in (purged, restored):
        scene.edit(CUSTOMER, "users", user["id"], None)
    assert scene.load(CUSTOMER, tables=TABLES)[CUSTOMER, "users"].rows_removed == 2
    scene.assert_true(CUSTOMER, tables=TABLES)

    # The permanent deletion is told once more, with another reason, and changes nothing.
    scene.edit(CUSTOMER, "deletedUsers", purged["id"], None)
    scene.edit(CUSTOMER, "users", restored["id"], {name: value for name, value in restored.items() if name != "id"})
    again = scene.load(CUSTOMER, tables=TABLES)[CUSTOMER, "users"]
    assert (again.status, again.rows_changed, again.rows_removed) == ("loaded", 1, 0)
    scene.assert_true(CUSTOMER, tables=TABLES)
    removed = scene.ask("select id, is_removed, removed_at is not null from raw_microsoft.users where is_removed")
    assert removed == [(purged["id"], True, True)]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 410, "code": "syncStateNotFound", "location": True},
        {"status": 410, "code": "resyncRequired", "location": False},
        {"status": 400, "code": "syncStateInvalid", "location": False},
    ],
)
def test_gone_token_leads_to_a_full_round_with_inferred_deletions(scene: Scene, answer: dict[str, Any]) -> None:
    scene.take_first_load()
    _change_some(scene)
    scene.fault("delta_gone", path="/users/delta", times=1, **answer)
    _assert_full_round(scene)


def test_gone_in_the_middle_of_a_round_leads_to_a_full_round(scene: Scene) -> None:
    scene.take_first_load()
    _change_some(scene)
    for user in scene.tenant(CUSTOMER).collections["users"][8:14]:
        scene.edit(CUSTOMER, "users", user["id"], {"displayName": "Renamed too"})
    scene.simulator.options(delta_page_rows=3)
    # Some pages of the changes come, and then the token is refused.
    gone = scene.fault("delta_gone", path="/users/delta", times=1, after=1, pages=True)
    _assert_full_round(scene)
    assert [fault["hits"] for fault in scene.simulator.faults() if fault["number"] == gone] == [1]


def test_token_of_a_week_ago_is_not_sent_and_deletions_are_inferred(scene: Scene) -> None:
    scene.take_first_load()
    scene.move_to(DAY + timedelta(days=8))
    _change_some(scene)
    scene.simulator.clear_log()
    _assert_full_round(scene)
    # Only the round after the full one has a token to send.
    assert ["deltatoken=" in entry["query"] for entry in scene.simulator.log() if entry["vendor"] == "graph"][:-1] == [
        False
    ]


def test_round_without_change_is_one_request_and_writes_nothing(scene: Scene) -> None:
    scene.take_first_load()
    statuses = scene.load(RICH, CUSTOMER, tables=TABLES)
    assert {row.status for row in statuses.values()} == {"unchanged"}
    assert {tenant: statuses[tenant, "users"].request_count for tenant in (RICH, CUSTOMER)} == {RICH: 1, CUSTOMER: 1}
    assert scene.ask("select distinct _run_id from raw_microsoft.users") == [("run-1",)]


def test_token_that_expires_in_the_middle_of_a_tenant_is_renewed(scene: Scene) -> None:
    scene.simulator.options(delta_page_rows=4)
    scene.fault("token_expires", tenant=CUSTOMER, path="/users/delta", after=3, times=1)
    statuses = scene.load(CUSTOMER)
    assert ends(statuses) == scene.unlicensed(CUSTOMER)
    scene.assert_true(CUSTOMER)
    tokens = [entry for entry in scene.simulator.log() if entry["vendor"] == "login" and entry["method"] == "POST"]
    assert len(tokens) == 2


NO_STATES = {"licenseAssignmentStates": []}
NEW_USER = {
    "userPrincipalName": "new.user@alder.example",
    "displayName": "New User",
    "accountEnabled": True,
    "createdDateTime": "2026-10-21T08:00:00.1234567Z",
    "assignedLicenses": [],
    "licenseAssignmentStates": [],
}


def _change_some(scene: Scene) -> None:
    """One user renamed, two gone, one of them without a trace."""
    users = [user["id"] for user in scene.tenant(CUSTOMER).collections["users"]]
    scene.edit(CUSTOMER, "users", users[3], {"displayName": "Renamed"})
    scene.edit(CUSTOMER, "users", users[4], None)
    scene.edit(CUSTOMER, "users", users[5], None)
    scene.edit(CUSTOMER, "deletedUsers", users[5], None)


def _assert_full_round(scene: Scene) -> None:
    statuses = scene.load(CUSTOMER, tables=TABLES)
    assert ends(statuses) == {}
    users = scene.tenant(CUSTOMER).collections["users"]
    assert statuses[CUSTOMER, "users"].rows_read >= len(users)
    assert statuses[CUSTOMER, "users"].rows_removed == 2
    scene.assert_true(CUSTOMER, tables=TABLES)
    # The new token serves the next round.
    again = scene.load(CUSTOMER, tables=TABLES)[CUSTOMER, "users"]
    assert (again.status, again.rows_changed, again.request_count) == ("unchanged", 0, 1)
