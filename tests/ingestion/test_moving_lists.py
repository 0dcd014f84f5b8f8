"""Rows that move, vanish, double and appear between the pages of a list: no living row is lost or marked removed."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.connectwise.endpoints import LIST_ENDPOINTS
from ingestion.legs import Leg
from ingestion.load import Warehouse, prepare
from tests.ingestion.connectwise import vendor as connectwise
from tests.ingestion.moving_lists import (
    MovingList,
    Outcome,
    connectwise_answers,
    outcome_of,
    pax8_answers,
    store,
)
from tests.ingestion.pax8 import test_pax8 as pax8
from tests.ingestion.readings import leg_of

CHANGES = st.lists(
    st.lists(st.tuples(st.sampled_from(["drop", "add", "move", "double"]), st.integers(0, 20)), max_size=2), max_size=9
)
SIZES = st.integers(2, 4)
ROWS = st.integers(0, 11)
STORED = st.sampled_from(["none", "all", "some"])
PAX8_LISTS = ("companies", "subscriptions", "products", "invoices")
CONNECTWISE_LISTS = (
    "companies",
    "agreements",
    "members",
    "time_entries",
    "expenses",
    "invoices",
    "agreement_additions",
)
BOUNDED = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse whose raw tables exist, for all examples of the module."""
    warehouse = Warehouse(tmp_path_factory.mktemp("moving") / "warehouse.duckdb")
    with warehouse.acquire():
        prepare(warehouse)
        with warehouse.connect() as held:
            yield held


def _stored(moving: MovingList, kind: str) -> set[int]:
    return {"none": set(), "all": set(moving.rows), "some": set(moving.rows[::2])}[kind]


def _hold(moving: MovingList, before: list[int], outcome: Outcome) -> None:
    living_now = {str(row) for row in moving.rows}
    assert not outcome.removed & living_now, "a living row would be marked removed"
    if outcome.status == "loaded":
        # A row that came only while the list was read is the next run's; one that was there all the time is not.
        always = {str(row) for row in before} & living_now - {str(row) for row in moving.ever_missing}
        assert always <= outcome.living, "a row would be lost"


def run_moving(
    connection: duckdb.DuckDBPyConnection, leg: Leg, moving: MovingList, kind: str, extra: dict | None = None,
    column: str = "id",
) -> None:  # fmt: skip
    """Read the leg once, some of its rows stored, and hold what comes of it."""
    before = list(moving.rows)
    stored = _stored(moving, kind)
    store(connection, leg.key, column, [{column: str(row), **(extra or {})} for row in sorted(stored)])
    with tempfile.TemporaryDirectory() as folder:
        outcome = outcome_of(connection, leg, column, {str(row) for row in stored}, Path(folder))
    _hold(moving, before, outcome)


@pytest.mark.parametrize("table", PAX8_LISTS)
@BOUNDED
@given(rows=ROWS, changes=CHANGES, size=SIZES, kind=STORED)
def test_pax8_list_that_moves(
    connection: duckdb.DuckDBPyConnection, table: str, rows: int, changes: list, size: int, kind: str
) -> None:
    moving = MovingList(list(range(rows)), changes)
    vendor = pax8.Vendor({f"/{table}": pax8_answers(moving, size, lambda row: {"id": str(row)})})
    run_moving(connection, leg_of(pax8.legs_of(vendor), table), moving, kind)


@pytest.mark.parametrize("table", CONNECTWISE_LISTS)
@BOUNDED
@given(rows=ROWS, changes=CHANGES, size=SIZES, kind=STORED, mode=st.sampled_from(["forward", "linked", "silent"]))
def test_connectwise_list_that_moves(
    connection: duckdb.DuckDBPyConnection, table: str, rows: int, changes: list, size: int, kind: str, mode: str
) -> None:
    moving = MovingList(list(range(rows)), changes)
    answers = connectwise_answers(moving, size, lambda row: {"id": row, "agreementId": 7}, mode)
    if table == "agreement_additions":
        path = "/finance/agreements/7/additions"
        agreements = leg_of(connectwise.legs_of(connectwise.Vendor({})), "agreements").key
        store(connection, agreements, "id", [{"id": "7"}])
    else:
        path = next(endpoint.path for endpoint in LIST_ENDPOINTS if endpoint.table == table)
    vendor = connectwise.Vendor({path: answers["list"], f"{path}/count": answers["count"]})
    extra = {"agreement_id": "7"} if table == "agreement_additions" else {}
    run_moving(connection, leg_of(connectwise.legs_of(vendor), table), moving, kind, extra)
