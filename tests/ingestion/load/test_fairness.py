"""Legs that wait make room for others, and a run whose budget is spent ends cleanly and goes on where it stopped."""

import threading
from collections.abc import Callable

import pytest

from ingestion.http.turn import current_turn
from ingestion.legs import Leg, LegEnd, LegKey, LegReading, LegStatus, ScopeEnd
from ingestion.load import RunBudget, Warehouse, reader
from ingestion.load.legturn import LegTurn
from tests.ingestion.load.fake_legs import ask, key_of, load, projected

TABLES = ("subscribed_skus", "organization", "domains")


def turn_of() -> object:
    turn = current_turn()
    assert turn is not None, "a leg reads in a turn"
    return turn


def asking_leg(key: LegKey, row_id: str = "row-1", on_read: Callable[[], None] = lambda: None) -> Leg:
    """A leg that makes one request and writes one row."""

    def read(reading: LegReading) -> LegEnd:
        on_read()
        turn_of().spend_request()  # type: ignore[attr-defined]
        reading.write(projected(key.vendor, key.table, [{"id": row_id}]))
        return LegEnd({key.table: [ScopeEnd("full")]})

    return Leg(key, read)


def test_leg_that_waits_lets_another_one_work(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for one working leg per connection; four wait until a fifth has ended, which could not start otherwise."""
    monkeypatch.setattr(reader, "AWAKE_PER_CONNECTION", 1)
    fifth_ended = threading.Event()

    class Patient(threading.Event):
        """Waits for the fifth leg in place of the seconds."""

        def wait(self, timeout: float | None = None) -> bool:
            assert fifth_ended.wait(30), "the fifth leg never started"
            return self.is_set()

    monkeypatch.setattr(reader, "LegTurn", lambda budget, stopped, on_wait: LegTurn(budget, Patient(), on_wait))

    def throttled(reading: LegReading) -> LegEnd:
        turn_of().sleep(600)  # type: ignore[attr-defined]
        return LegEnd({reading.key.table: [ScopeEnd("upsert")]})

    legs = [Leg(key_of("domains", f"tenant-{number}"), throttled) for number in range(4)]
    legs.append(asking_leg(key_of("domains", "tenant-quick"), on_read=fifth_ended.set))
    results = load(warehouse, 0, legs)
    assert results[key_of("domains", "tenant-quick")].status is LegStatus.LOADED
    assert {results[leg.key].status for leg in legs[:4]} == {LegStatus.UNCHANGED}


def test_one_tenant_never_has_two_legs_open_while_another_waits(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "AWAKE_PER_CONNECTION", 0.25)
    begun: list[str] = []
    legs = [
        asking_leg(key_of(table, tenant), on_read=lambda name=tenant: begun.append(name))
        for tenant in ("large", "small-1", "small-2")
        for table in TABLES
    ]
    load(warehouse, 0, legs)
    # One leg at a time: each tenant has had its turn before any has its second.
    assert begun == ["large", "small-1", "small-2"] * 3


def test_run_that_has_spent_its_requests_loads_what_ended_and_skips_the_rest(warehouse: Warehouse) -> None:
    tenants = [f"tenant-{number}" for number in range(5)]
    legs = [asking_leg(key_of("domains", tenant)) for tenant in tenants]
    results = load(warehouse, 0, legs, budget=RunBudget(max_requests=2))
    statuses = [results[leg.key].status for leg in legs]
    assert sorted(statuses) == ["loaded", "loaded", "skipped", "skipped", "skipped"]
    skipped = next(result for result in results.values() if result.status is LegStatus.SKIPPED)
    assert skipped.error_class == "run_budget"
    assert "max_requests" in (skipped.advice or "")
    loaded = [leg.key.tenant_id for leg in legs if results[leg.key].status is LegStatus.LOADED]
    assert ask(warehouse, "select tenant_id from raw_microsoft.domains order by all") == [(name,) for name in loaded]
    digests = "select tenant_id from ops.extraction_state where digest is not null order by all"
    assert ask(warehouse, digests) == [(name,) for name in loaded]


def test_next_run_begins_with_the_tenants_that_were_left_out(warehouse: Warehouse) -> None:
    tenants = [f"tenant-{number}" for number in range(6)]
    loaded: list[set[str]] = []
    for number in range(3):
        legs = [asking_leg(key_of("domains", tenant), f"row-{number}") for tenant in tenants]
        results = load(warehouse, number, legs, budget=RunBudget(max_requests=2))
        loaded.append({key.tenant_id for key, result in results.items() if result.status is LegStatus.LOADED})
    assert [len(names) for names in loaded] == [2, 2, 2]
    assert set.union(*loaded) == set(tenants)


def test_leg_cut_in_its_middle_loads_nothing_and_keeps_its_last_rows(warehouse: Warehouse) -> None:
    key = key_of("domains")
    load(warehouse, 0, [asking_leg(key, "old")])

    def cut(reading: LegReading) -> LegEnd:
        reading.write(projected(key.vendor, key.table, [{"id": "new"}]))
        for _ in range(2):
            turn_of().spend_request()  # type: ignore[attr-defined]
        raise AssertionError("the second request was allowed")

    results = load(warehouse, 1, [Leg(key, cut)], budget=RunBudget(max_requests=1))
    assert results[key].status is LegStatus.SKIPPED
    assert ask(warehouse, "select id, is_removed from raw_microsoft.domains") == [("old", False)]
