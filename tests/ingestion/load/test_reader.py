"""Legs side by side: order by need, bounded memory, circles refused."""

import threading
from pathlib import Path

import pytest

from ingestion.legs import IngestionError, Leg, LegEnd, LegReading, LegStatus, ScopeEnd
from ingestion.load import Warehouse, reader
from tests.ingestion.load.fake_legs import ask, failing_leg, key_of, leg_of, load

USERS, SKUS, DOMAINS = key_of("users"), key_of("subscribed_skus"), key_of("domains")


def test_rows_that_memory_may_not_hold_wait_in_files_and_land_the_same(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "KEPT_BYTES", 0)
    files: list[Path] = []

    def look(reading: LegReading) -> LegEnd:
        files.extend(path for path in warehouse.work_folder.rglob("users.parquet"))
        return LegEnd({"domains": [ScopeEnd("upsert")]})

    rows = [{"id": "user-1", "display_name": "Dana"}, {"id": "user-2"}]
    load(warehouse, 0, [leg_of(USERS, [rows]), Leg(DOMAINS, look, needs=(USERS,))])
    load(warehouse, 1, [leg_of(USERS, [[*rows[:1], {"id": "user-2", "display_name": "New"}]])])

    assert len(files) == 1
    assert ask(warehouse, "select id, display_name, _run_id from raw_microsoft.users order by id") == [
        ("user-1", "Dana", "run-0"),
        ("user-2", "New", "run-1"),
    ]


def test_leg_starts_after_those_it_needs_also_when_they_failed(warehouse: Warehouse) -> None:
    ended: list[str] = []

    def note(progress: object) -> None:
        if progress.event == "ended":  # type: ignore[attr-defined]
            ended.append(progress.key.table)  # type: ignore[attr-defined]

    legs = [
        leg_of(DOMAINS, [[{"id": "msp.example"}]], needs=(SKUS,)),
        leg_of(SKUS, [[{"id": "sku-1"}]], needs=(USERS,)),
        failing_leg(USERS),
    ]
    results = load(warehouse, 0, legs, on_progress=note)

    assert ended == ["users", "subscribed_skus", "domains"]
    assert [results[key].status for key in (USERS, SKUS, DOMAINS)] == [
        LegStatus.FAILED,
        LegStatus.LOADED,
        LegStatus.LOADED,
    ]


def test_legs_without_needs_run_side_by_side(warehouse: Warehouse) -> None:
    together = threading.Barrier(2, timeout=30)

    def meet(reading: LegReading) -> LegEnd:
        together.wait()
        return LegEnd({reading.key.table: [ScopeEnd("upsert")]})

    results = load(warehouse, 0, [Leg(USERS, meet), Leg(SKUS, meet)])

    assert {result.status for result in results.values()} == {LegStatus.UNCHANGED}


def test_two_legs_of_the_same_rows_are_refused_instead_of_waited_for(warehouse: Warehouse) -> None:
    with pytest.raises(IngestionError, match="same rows of users"):
        load(warehouse, 0, [leg_of(USERS, [[{"id": "user-1"}]]), leg_of(USERS, [[{"id": "user-1"}]])])


def test_need_that_is_not_part_of_the_run_does_not_block(warehouse: Warehouse) -> None:
    results = load(warehouse, 0, [leg_of(SKUS, [[{"id": "sku-1"}]], needs=(USERS,))])

    assert results[SKUS].status is LegStatus.LOADED


def test_needs_in_a_circle_are_refused(warehouse: Warehouse) -> None:
    legs = [leg_of(USERS, [], needs=(SKUS,)), leg_of(SKUS, [], needs=(USERS,))]

    with pytest.raises(IngestionError, match="subscribed_skus, users need each other in a circle"):
        load(warehouse, 0, legs)
