"""Pages that are empty, short, repeated or refused: whatever way a list comes, it lands whole and once."""

import pytest

from tests.ingestion.scenarios.scene import CUSTOMER, MSP, PLAIN, Scene, ends
from tests.ingestion.scenarios.truth import COLLECTIONS

TABLES = (*COLLECTIONS, "license_assignments", "security_defaults")


def test_first_load_holds_what_the_world_holds(scene: Scene) -> None:
    statuses = scene.load(MSP, CUSTOMER, PLAIN)
    assert ends(statuses) == {(PLAIN, "user_registration_details"): ("not_licensed", "not_licensed")}
    scene.assert_true(MSP, CUSTOMER, tables=TABLES)
    scene.assert_true(PLAIN, tables=[table for table in TABLES if table != "user_registration_details"])
    for tenant in (MSP, CUSTOMER, PLAIN):
        users = scene.tenant(tenant).collections["users"]
        assert statuses[tenant, "users"].rows_read == statuses[tenant, "users"].rows_changed == len(users)
    assert sum(row.retry_count for row in statuses.values()) == 0
