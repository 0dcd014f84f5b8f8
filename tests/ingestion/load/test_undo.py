"""An observation that is taken back: the next read writes its rows again, or removes them, at its own date."""

import time
from datetime import timedelta

from ingestion.legs import LegStatus, ScopeEnd
from ingestion.load import Undone, Warehouse, undo_observation
from tests.ingestion.load.fake_legs import FIRST_DAY, ask, key_of, leg_of, load

USERS, MESSAGES = key_of("users"), key_of("messages")
ROWS = "select id, display_name, is_removed, removed_at is null, _as_of_date::text from raw_microsoft.users order by id"
SECOND_DAY = FIRST_DAY + timedelta(weeks=1)


def user(number: int, name: str = "Dana Example") -> dict:
    return {"id": f"user-{number}", "display_name": name}


def undo(warehouse: Warehouse, number: int) -> Undone:
    """Take back the run of the n-th week."""
    day = FIRST_DAY + timedelta(weeks=number)
    with warehouse.acquire(), warehouse.connect() as connection:
        return undo_observation(connection, day, day - timedelta(weeks=1) if number else None)


def test_rows_of_the_date_are_written_again_or_removed_at_the_next_one(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1), user(2), user(3), user(5)]])])
    # Changed, removed, and new; the fifth was never touched.
    load(warehouse, 1, [leg_of(USERS, [[user(1), user(2, "Dana False"), user(4), user(5)]])])

    undone = undo(warehouse, 1)

    assert undone.runs == 1 and undone.rows == {'"raw_microsoft"."users"': 3}
    first = FIRST_DAY.isoformat()
    assert {(row[2], row[3], row[4]) for row in ask(warehouse, ROWS)} == {(False, True, first)}
    assert ask(warehouse, "select count(*) from raw_microsoft.users where _dlt_load_id = ''") == [(3,)]

    # What the false date saw is still so (2), gone again (3 and 4): each is a change, though the rows say the same.
    results = load(warehouse, 2, [leg_of(USERS, [[user(1), user(2, "Dana False"), user(5)]])])

    assert (results[USERS].stats.rows_changed, results[USERS].stats.rows_removed) == (1, 2)
    third = (FIRST_DAY + timedelta(weeks=2)).isoformat()
    assert ask(warehouse, ROWS) == [
        ("user-1", "Dana Example", False, True, first),
        ("user-2", "Dana False", False, True, third),
        ("user-3", "Dana Example", True, False, third),
        ("user-4", "Dana Example", True, False, third),
        ("user-5", "Dana Example", False, True, first),
    ]
    assert ask(warehouse, "select count(*) from raw_microsoft.users where _dlt_load_id = ''") == [(0,)]


def test_cursors_and_digests_of_the_date_are_forgotten(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1)]], scopes=[ScopeEnd("full", cursor="link-0")])])
    load(warehouse, 1, [leg_of(USERS, [[user(2)]], scopes=[ScopeEnd("upsert", cursor="link-1")])])
    undo(warehouse, 1)
    assert ask(warehouse, "select * from ops.extraction_state") == []
    assert ask(warehouse, "select distinct as_of_date from ops.load_status") == [(FIRST_DAY,)]
    assert ask(warehouse, "select distinct as_of_date from ops.runs") == [(FIRST_DAY,)]


def test_first_observation_leaves_nothing(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1)]])])
    undo(warehouse, 0)
    for table in ("raw_microsoft.users", "ops.load_status", "ops.runs", "ops.extraction_state"):
        assert ask(warehouse, f"select count(*) from {table}") == [(0,)]


def test_loads_of_a_clock_that_ran_ahead_refuse_no_later_one(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1)]])])
    load(warehouse, 1, [leg_of(USERS, [[user(1), user(2)]])])
    with warehouse.connect() as connection:
        connection.execute(
            "update raw_microsoft._dlt_loads set load_id = ? where load_id = (select max(load_id) from "
            "raw_microsoft._dlt_loads)",
            [str(time.time() + 30 * 86_400)],
        )
    legs = [leg_of(USERS, [[user(1), user(3)]])]
    assert load(warehouse, 1, legs)[USERS].error_class == "clock_behind"
    undo(warehouse, 1)
    assert load(warehouse, 2, legs)[USERS].status is LegStatus.LOADED
