"""What a tenant does not give: each refusal is told by its own name, and what was read before stays."""

import pytest

from tests.ingestion.scenarios.scene import CUSTOMER, MSP, PLAIN, Scene, ends
from tests.ingestion.scenarios.truth import TABLES

REGISTRATION = "user_registration_details"


def test_consent_removed_between_two_runs_and_given_back(scene: Scene) -> None:
    assert ends(scene.load(MSP, CUSTOMER)) == {}
    before = {table: scene.rows(table, CUSTOMER) for table in TABLES}
    user = scene.tenant(CUSTOMER).collections["users"][0]["id"]
    scene.edit(CUSTOMER, "users", user, {"displayName": "Changed meanwhile"})
    scene.edit(CUSTOMER, "users", scene.tenant(CUSTOMER).collections["users"][1]["id"], None)
    withdrawn = scene.simulator.fault("consent_missing", vendor="microsoft", tenant=CUSTOMER)

    statuses = scene.load(MSP, CUSTOMER)
    assert ends(statuses) == {(CUSTOMER, table): ("not_permitted", "permission_missing") for table in TABLES}
    assert all(row.advice for key, row in statuses.items() if key[0] == CUSTOMER)
    assert {table: scene.rows(table, CUSTOMER) for table in TABLES} == before
    scene.assert_true(MSP, tables=TABLES)

    scene.simulator.clear_faults(withdrawn)
    statuses = scene.load(MSP, CUSTOMER)
    assert ends(statuses) == {}
    scene.assert_true(MSP, CUSTOMER, tables=TABLES)
    assert (statuses[CUSTOMER, "users"].rows_changed, statuses[CUSTOMER, "users"].rows_removed) == (1, 1)


def test_one_permission_removed_stops_its_tables_only(scene: Scene) -> None:
    scene.load(CUSTOMER)
    scene.simulator.fault("consent_missing", vendor="microsoft", tenant=CUSTOMER, roles=["Policy.Read.All"])
    assert ends(scene.load(CUSTOMER)) == {
        (CUSTOMER, "conditional_access_policies"): ("not_permitted", "permission_missing"),
        (CUSTOMER, "security_defaults"): ("not_permitted", "permission_missing"),
    }
    scene.assert_true(CUSTOMER, tables=TABLES)


def test_false_answer_of_no_premium_is_asked_again(scene: Scene) -> None:
    scene.fault("no_p1", path="/reports", tenant=CUSTOMER, times=3)
    statuses = scene.load(CUSTOMER, tables=["subscribed_skus", REGISTRATION])
    assert ends(statuses) == {}
    scene.assert_true(CUSTOMER, tables=[REGISTRATION])
    assert statuses[CUSTOMER, REGISTRATION].retry_count == 3


def test_false_answer_of_no_premium_that_stays_is_no_matter_of_licence(scene: Scene) -> None:
    tables = ["subscribed_skus", REGISTRATION]
    scene.load(CUSTOMER, tables=tables)
    scene.fault("no_p1", path="/reports", tenant=CUSTOMER)
    assert ends(scene.load(CUSTOMER, PLAIN, tables=tables)) == {
        (CUSTOMER, REGISTRATION): ("failed", "premium_refused"),
        (PLAIN, REGISTRATION): ("not_licensed", "not_licensed"),
    }
    scene.assert_true(CUSTOMER, tables=tables)


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
    scene.load(MSP, CUSTOMER)
    scene.simulator.clear_log()
    scene.simulator.fault(fault, vendor=vendor, tenant=CUSTOMER, **values)
    statuses = scene.load(MSP, CUSTOMER)
    assert ends(statuses) == {(CUSTOMER, table): ("failed", error_class) for table in TABLES}
    scene.assert_true(MSP, CUSTOMER, tables=TABLES)
    asked = [entry for entry in scene.simulator.log() if entry["tenant"] == CUSTOMER]
    assert [entry["vendor"] for entry in asked] == ["login"]
