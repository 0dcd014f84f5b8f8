"""What a leg holds while it reads: rows that it takes back never land."""

import pytest

from ingestion.legs import Leg, LegEnd, LegReading, ScopeEnd
from ingestion.load import Warehouse, spool
from tests.ingestion.load.fake_legs import ask, key_of, load, projected

USERS = key_of("users")


@pytest.mark.parametrize("in_files", [True, False])
@pytest.mark.parametrize("table", [None, "users"])
def test_rows_that_are_forgotten_do_not_land_and_others_of_the_leg_do(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, table: str | None, in_files: bool
) -> None:
    monkeypatch.setattr(spool, "MEMORY_ROWS", 0 if in_files else 100)

    def read(reading: LegReading) -> LegEnd:
        reading.write(projected("microsoft", "users", [{"id": "user-1"}, {"id": "user-2"}]))
        states = [{"user_id": "user-1", "sku_id": "sku-1", "assigned_by_group": "direct"}]
        reading.write(projected("microsoft", "license_assignments", states), "license_assignments")
        reading.forget(table)
        reading.write(projected("microsoft", "users", [{"id": "user-3"}]))
        return LegEnd({"users": [ScopeEnd("full")], "license_assignments": [ScopeEnd("full")]})

    results = load(warehouse, 0, [Leg(USERS, read, children=("license_assignments",))])

    assert ask(warehouse, "select id from raw_microsoft.users") == [("user-3",)]
    kept = [("user-1",)] if table else []
    assert ask(warehouse, "select user_id from raw_microsoft.license_assignments") == kept
    assert results[USERS].stats.rows_changed == 1
