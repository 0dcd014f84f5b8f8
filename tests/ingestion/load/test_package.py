"""A package that dlt cannot load: its legs fail, the others stand, and nothing of a row is said or kept."""

import logging

import duckdb
import pytest

from ingestion.legs import LegStatus
from ingestion.load import Warehouse, prepare, run
from ingestion.load.ledger import Stage
from ingestion.load.package import finish_package
from tests.ingestion.load.fake_legs import ask, key_of, leg_of, load

USERS, SKUS = key_of("users"), key_of("subscribed_skus")


def break_table(warehouse: Warehouse) -> None:
    """Makes the merge into raw_microsoft.users fail as a full disk would: after the package is complete."""
    with warehouse.connect() as connection:
        connection.execute("alter table raw_microsoft.users add constraint nobody primary key (_connection_id)")


def test_package_that_cannot_be_loaded_fails_its_legs_and_leaves_nothing(
    warehouse: Warehouse, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    load(warehouse, 0, [leg_of(USERS, [[{"id": "user-1"}]]), leg_of(SKUS, [[{"id": "sku-1"}]])])
    break_table(warehouse)
    page = [{"id": "user-1"}, {"id": "user-2", "display_name": "CANARY-ROW"}]

    with caplog.at_level(logging.DEBUG):
        results = load(warehouse, 1, [leg_of(USERS, [page]), leg_of(SKUS, [[{"id": "sku-1"}]])])

    assert (results[USERS].status, results[USERS].error_class) == (LegStatus.FAILED, "load_failed")
    assert results[SKUS].status is LegStatus.UNCHANGED
    assert ask(warehouse, "select id from raw_microsoft.users") == [("user-1",)]
    assert not warehouse.work_folder.exists()
    assert "CANARY-ROW" not in f"{caplog.text}{capfd.readouterr()}{results[USERS].message}"
    assert ask(warehouse, "select stage from ops.runs order by run_id") == [(Stage.PUBLISHED,)] * 2


def test_vendor_that_goes_back_after_a_load_that_broke_off_is_seen(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = [leg_of(USERS, [[{"id": "user-1", "display_name": "Former"}]])]
    load(warehouse, 0, former)
    with monkeypatch.context() as patched, pytest.raises(duckdb.IOException):
        patched.setattr(run, "commit", disk_is_full)
        load(warehouse, 1, [leg_of(USERS, [[{"id": "user-1", "display_name": "New"}]])])
    with warehouse.connect() as connection:
        # As the session's end leaves it: nothing was killed.
        connection.execute("update ops.runs set stage = ?", [Stage.FAILED])
    merged = ask(warehouse, "select display_name from raw_microsoft.users")

    results = load(warehouse, 2, former)

    assert merged == [("New",)]
    assert results[USERS].status is LegStatus.LOADED
    assert ask(warehouse, "select display_name from raw_microsoft.users") == [("Former",)]


def disk_is_full(*_: object) -> None:
    """The end of a load that cannot be written."""
    raise duckdb.IOException("no space left on device")


def test_clock_that_went_back_is_refused_before_a_package_is_made(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[{"id": "user-1"}]])])
    with warehouse.connect() as connection:
        connection.execute("update raw_microsoft._dlt_loads set load_id = '4102444800.5'")

    results = load(warehouse, 1, [leg_of(USERS, [[{"id": "user-2"}]])])

    assert (results[USERS].status, results[USERS].error_class) == (LegStatus.FAILED, "clock_behind")
    assert "2100-01-01T00:00:00" in (results[USERS].message or "")
    assert ask(warehouse, "select id from raw_microsoft.users") == [("user-1",)]


@pytest.mark.parametrize("content", ["", '{"_state_ver'])
def test_folder_that_a_kill_left_half_made_is_discarded(warehouse: Warehouse, content: str) -> None:
    folder = warehouse.path.parent / "dlt"
    with warehouse.acquire():
        prepare(warehouse)
        with warehouse.connect() as connection:
            (folder / "tenantry_microsoft" / "schemas").mkdir(parents=True)
            (folder / "tenantry_microsoft" / "state.json").write_text(content, encoding="utf-8")

            assert not finish_package("microsoft", connection, folder)

    assert not folder.exists()
