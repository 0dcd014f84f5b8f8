"""What a tenant does not give: each refusal is told by its own name, and what was read before stays."""

import pytest

from tests.ingestion.scenarios.planted import UNNAMED
from tests.ingestion.scenarios.scene import CUSTOMER, PLAIN, Scene, ends
from tests.ingestion.scenarios.truth import TABLES
from tests.ingestion.scenarios.worlds import RICH

REGISTRATION = "user_registration_details"


def test_consent_removed_between_two_runs_and_given_back(scene: Scene) -> None:
    scene.take_first_load()
    before = scene.held(RICH, TABLES)
    user = scene.tenant(RICH).collections["users"][0]["id"]
    scene.edit(RICH, "users", user, {"displayName": "Changed meanwhile"})
    scene.edit(RICH, "users", scene.tenant(RICH).collections["users"][6]["id"], None)
    scene.edit(RICH, "groups", UNNAMED, None)
    withdrawn = scene.simulator.fault("consent_missing", vendor="microsoft", tenant=RICH)

    statuses = scene.load(PLAIN, RICH)
    refused = {(RICH, table): ("not_permitted", "permission_missing") for table in TABLES}
    assert ends(statuses) == scene.unlicensed(PLAIN) | refused
    assert all(row.advice for key, row in statuses.items() if key[0] == RICH)
    assert scene.held(RICH, TABLES) == before
    scene.assert_true(PLAIN)

    scene.simulator.clear_faults(withdrawn)
    statuses = scene.load(PLAIN, RICH)
    assert ends(statuses) == scene.unlicensed(PLAIN)
    scene.assert_true(PLAIN, RICH)
    assert (statuses[RICH, "users"].rows_changed, statuses[RICH, "users"].rows_removed) == (1, 1)
    assert (statuses[RICH, "groups"].rows_changed, statuses[RICH, "groups"].rows_removed) == (0, 1)


def test_one_permission_removed_stops_its_tables_only(scene: Scene) -> None:
    scene.take_first_load()
    scene.simulator.fault("consent_missing", vendor="microsoft", tenant=RICH, roles=["Policy.Read.All"])
    assert ends(scene.load(RICH)) == {
        (RICH, table): ("not_permitted", "permission_missing")
        for table in (
            "conditional_access_policies",
            "named_locations",
            "security_defaults",
            "authentication_methods_policy",
        )
    }
    scene.assert_true(RICH)


def test_false_answer_of_no_premium_is_asked_again(scene: Scene) -> None:
    scene.fault("no_p1", path="/reports", tenant=CUSTOMER, times=3)
    statuses = scene.load(CUSTOMER, tables=["subscribed_skus", REGISTRATION])
    assert ends(statuses) == {}
    scene.assert_true(CUSTOMER, tables=[REGISTRATION])
    assert statuses[CUSTOMER, REGISTRATION].retry_count == 3


def test_false_answer_of_no_premium_that_stays_is_no_matter_of_licence(scene: Scene) -> None:
    tables = ["subscribed_skus", REGISTRATION]
    scene.take_first_load()
    scene.fault("no_p1", path="/reports", tenant=CUSTOMER)
    assert ends(scene.load(CUSTOMER, PLAIN, tables=tables)) == {
        (CUSTOMER, REGISTRATION): ("failed", "premium_refused"),
        (PLAIN, REGISTRATION): ("not_licensed", "not_licensed"),
    }
    scene.assert_true(CUSTOMER, tables=tables)


def test_false_answers_of_no_p2_are_no_matter_of_licence(scene: Scene) -> None:
    tables = ["subscribed_skus", "role_eligibility_schedule_instances", "role_assignment_schedule_instances"]
    scene.take_first_load()
    scene.fault("no_p2", path="/roleManagement/directory/roleEligibilityScheduleInstances", times=2)
    lasting = scene.fault("no_p2", path="/roleManagement/directory/roleAssignmentScheduleInstances")
    assert ends(scene.load(RICH, CUSTOMER, tables=tables)) == scene.unlicensed(CUSTOMER, tables=tables) | {
        (RICH, "role_assignment_schedule_instances"): ("failed", "premium_refused")
    }
    scene.simulator.clear_faults(lasting)
    assert ends(scene.load(RICH, tables=tables)) == {}
    scene.assert_true(RICH, tables=tables)


@pytest.mark.parametrize(
    ("fault", "vendor", "values", "error_class"),
    [
        ("secret_expired", "login", {}, "secret_expired"),
        ("secret_expired", "login", {"code": 7000215}, "secret_wrong"),
        ("wrong_tenant", "login", {}, "tenant_not_found"),
        ("wrong_tenant", "login", {"code": 700016}, "app_not_in_tenant"),
    ],
)
def test_refused_sign_in_fails_every_table_of_its_tenant_once(
    scene: Scene, fault: str, vendor: str, values: dict[str, int], error_class: str
) -> None:
    tables = ["organization", "users", "license_assignments", "groups", "security_defaults"]
    scene.take_first_load()
    scene.simulator.clear_log()
    scene.simulator.fault(fault, vendor=vendor, tenant=CUSTOMER, **values)
    statuses = scene.load(RICH, CUSTOMER, tables=tables)
    assert ends(statuses) == {(CUSTOMER, table): ("failed", error_class) for table in tables}
    scene.assert_true(RICH, CUSTOMER, tables=tables)
    asked = [entry for entry in scene.simulator.log() if entry["tenant"] == CUSTOMER]
    assert [entry["vendor"] for entry in asked] == ["login"]
