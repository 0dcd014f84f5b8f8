"""What a leg holds while it reads: rows that it takes back never land; an answer that is known is not read again."""

from collections.abc import Sequence

import pyarrow as pa
import pytest
from duckdb import DuckDBPyConnection

from ingestion.legs import Leg, LegEnd, LegKey, LegReading, LegStatus, ScopeEnd
from ingestion.load import LegProgress, Warehouse, overlay, spool
from ingestion.load.state import forget_digests
from tests.ingestion.load.fake_legs import ask, key_of, leg_of, load, projected

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


DOMAINS = key_of("domains")


class Answered:
    """A leg whose vendor gives answers of bytes, one id each; `read_count` says how often they were read."""

    def __init__(self, *ids: str, children: tuple[str, ...] = ()) -> None:
        self.ids = ids
        self.children = children
        self.read_count = 0

    def leg(self) -> Leg:
        """The leg, ready to be read."""
        return Leg(DOMAINS, self._read, children=self.children)

    def _read(self, reading: LegReading) -> LegEnd:
        if not reading.recognises("/domains", [name.encode() for name in self.ids]):
            self.read_count += 1
            reading.stats.rows_read += len(self.ids) + 1
            reading.stats.rows_dropped += 1
            reading.write(projected("microsoft", "domains", [{"id": name} for name in self.ids]))
        return LegEnd({table: [ScopeEnd("full")] for table in ("domains", *self.children)})


def test_answer_of_the_stored_rows_is_not_read_again_and_its_rows_are_counted(warehouse: Warehouse) -> None:
    vendor = Answered("a.example", "b.example")
    load(warehouse, 0, [vendor.leg()])

    results = [load(warehouse, number, [vendor.leg()])[DOMAINS] for number in (1, 2)]

    counts = [(found.status, found.stats.rows_read, found.stats.rows_dropped) for found in results]
    assert counts == [(LegStatus.UNCHANGED, 3, 1)] * 2
    assert vendor.read_count == 1
    assert ask(warehouse, "select id, is_removed from raw_microsoft.domains order by id") == [
        ("a.example", False), ("b.example", False),
    ]  # fmt: skip


def test_rows_of_an_answer_that_is_known_are_told_while_the_run_goes_on(warehouse: Warehouse) -> None:
    vendor = Answered("a.example", "b.example")
    told: list[LegProgress] = []

    for number in range(2):
        load(warehouse, number, [vendor.leg()], on_progress=told.append)

    assert [event.rows for event in told if event.event == "ended"] == [2, 2]
    assert vendor.read_count == 1


def test_follower_gets_the_rows_of_a_leg_whose_answer_is_known(warehouse: Warehouse) -> None:
    vendor = Answered("a.example")
    load(warehouse, 0, [vendor.leg()])
    seen: list[str] = []

    def follow(reading: LegReading) -> LegEnd:
        seen.extend(reading.rows(DOMAINS, ["id"]).column("id").to_pylist())
        return LegEnd({"users": [ScopeEnd("full")]})

    load(warehouse, 1, [vendor.leg(), Leg(USERS, follow, needs=(DOMAINS,))])

    assert seen == ["a.example"] and vendor.read_count == 1


@pytest.mark.parametrize("small", [0, 100])
def test_follower_gets_the_living_rows_of_its_own_tenant_alone(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr(overlay, "SMALL_TABLE_ROWS", small)
    names = {"tenant-b": ["b1", "b2"], "tenant-a": ["a1", "gone"], "tenant-c": []}
    domains = {tenant: key_of("domains", tenant) for tenant in names}
    load(warehouse, 0, [leg_of(domains[tenant], [[{"id": name} for name in ids]]) for tenant, ids in names.items()])
    load(warehouse, 1, [leg_of(domains["tenant-a"], [[{"id": "a1"}]])])
    seen: dict[str, list[str]] = {}

    def follow(reading: LegReading) -> LegEnd:
        rows = reading.rows(domains[reading.key.tenant_id], ["id"])
        assert rows.schema.names == ["id"]
        seen[reading.key.tenant_id] = sorted(rows.column("id").to_pylist())
        return LegEnd({"users": [ScopeEnd("full")]})

    load(warehouse, 2, [Leg(key_of("users", tenant), follow) for tenant in names])

    assert seen == {"tenant-a": ["a1"], "tenant-b": ["b1", "b2"], "tenant-c": []}


@pytest.mark.parametrize(("size", "asked"), [(10, []), (100, [DOMAINS])])
def test_rows_of_much_text_are_asked_for_leg_by_leg(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, size: int, asked: list[LegKey]
) -> None:
    monkeypatch.setattr(overlay, "SMALL_TABLE_BYTES", 99)
    load(warehouse, 0, [leg_of(DOMAINS, [[{"id": "x" * size}]])])
    own_questions: list[LegKey] = []
    ask_for_one = overlay.stored_rows

    def noted(connection: DuckDBPyConnection, key: LegKey, columns: Sequence[str]) -> pa.Table:
        own_questions.append(key)
        return ask_for_one(connection, key, columns)

    monkeypatch.setattr(overlay, "stored_rows", noted)
    rows: list[int] = []

    def follow(reading: LegReading) -> LegEnd:
        rows.append(reading.rows(DOMAINS, ["id"]).num_rows)
        return LegEnd({"users": [ScopeEnd("full")]})

    load(warehouse, 1, [Leg(USERS, follow)])

    assert own_questions == asked and rows == [1]


def test_other_answer_is_read_and_one_that_comes_back_too(warehouse: Warehouse) -> None:
    for number, ids in enumerate([("a.example",), ("b.example",), ("a.example",)]):
        vendor = Answered(*ids)
        result = load(warehouse, number, [vendor.leg()])[DOMAINS]
        assert (vendor.read_count, result.status) == (1, LegStatus.LOADED)

    living = "select id from raw_microsoft.domains where not is_removed"
    assert ask(warehouse, living) == [("a.example",)]


def test_full_refresh_recognises_nothing(warehouse: Warehouse) -> None:
    vendor = Answered("a.example")
    load(warehouse, 0, [vendor.leg()])

    load(warehouse, 1, [vendor.leg()], full_refresh=True)

    assert vendor.read_count == 2


def test_answer_is_read_where_its_fingerprint_was_forgotten(warehouse: Warehouse) -> None:
    vendor = Answered("a.example")
    load(warehouse, 0, [vendor.leg()])
    with warehouse.acquire(), warehouse.connect() as connection:
        forget_digests(connection)

    load(warehouse, 1, [vendor.leg()])

    assert vendor.read_count == 2


def test_leg_with_child_tables_is_always_read(warehouse: Warehouse) -> None:
    vendor = Answered("a.example", children=("license_assignments",))
    for number in range(2):
        load(warehouse, number, [vendor.leg()])

    assert vendor.read_count == 2
