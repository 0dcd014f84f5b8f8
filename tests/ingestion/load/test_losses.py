"""What rows lost on their way is counted in the ledger: forbidden properties, digits, control characters, length."""

from ingestion.legs import Leg, LegEnd, LegReading, ScopeEnd
from ingestion.load import Warehouse
from tests.ingestion.load.fake_legs import ask, key_of, leg_of, load, projected

USERS = key_of("users")


def user(number: int) -> dict:
    return {"id": f"user-{number}", "display_name": "Dana Example"}


def test_what_rows_lost_on_their_way_is_recorded(warehouse: Warehouse) -> None:
    def read(reading: LegReading) -> LegEnd:
        reading.write(projected("microsoft", "users", [user(1)]))
        stats = reading.stats
        stats.forbidden_dropped, stats.decimals_rounded, stats.texts_stripped, stats.texts_cut = 1, 2, 3, 4
        return LegEnd({"users": [ScopeEnd("full")]})

    load(warehouse, 0, [Leg(USERS, read)])

    lost = "forbidden_dropped, decimals_rounded, texts_stripped, texts_cut"
    assert ask(warehouse, f"select {lost} from ops.load_status") == [(1, 2, 3, 4)]


def test_warehouse_of_before_gains_the_columns_of_what_was_lost(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1)]])])
    with warehouse.connect() as connection:
        for name in ("forbidden_dropped", "decimals_rounded", "texts_stripped", "texts_cut"):
            connection.execute(f"alter table ops.load_status drop column {name}")

    load(warehouse, 1, [leg_of(USERS, [[user(1)]])])

    assert ask(warehouse, "select run_id, texts_cut from ops.load_status order by run_id") == [
        ("run-0", None),
        ("run-1", 0),
    ]
