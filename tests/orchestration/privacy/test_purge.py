"""Retention: what is out of the window or of a mailbox that is not listed leaves every table and every file."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from ingestion.load import Warehouse
from orchestration.privacy.purge import purge
from orchestration.privacy.retention import MailWindow, drop_outside, mail_window
from orchestration.run_request import RunFailed
from orchestration.settings import load_settings
from orchestration.settings_schema import Settings
from tests.orchestration.privacy.conftest import (
    DANA,
    LEE,
    MAILBOXES,
    TENANT,
    TODAY,
    add_event,
    add_message,
    add_state,
    ids,
    publish,
)

EDGE = datetime(2026, 9, 20, tzinfo=UTC)
FIRST, LAST = datetime(2026, 10, 13, tzinfo=UTC), datetime(2026, 11, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MESSAGES, EVENTS = (
    "select id from raw_microsoft.messages order by id",
    "select id from raw_microsoft.events order by id",
)
SCOPES = "select table_name || ':' || scope from ops.extraction_state order by all"


def window(settings: Settings) -> MailWindow:
    return mail_window(settings, {TENANT: TENANT}, TODAY)


def drop(warehouse: Warehouse, kept: MailWindow) -> dict[str, int]:
    with warehouse.connect() as connection:
        return drop_outside(connection, kept)


def test_messages_leave_at_the_edge_of_the_window(settings: Settings, warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        add_message(connection, 1, received_date_time=EDGE)
        add_message(connection, 2, received_date_time=EDGE - SECOND)
    assert drop(warehouse, window(settings)) == {"raw_microsoft.messages": 1}
    assert ids(warehouse.path, MESSAGES) == ["m1"]


def test_events_leave_when_no_part_of_them_is_in_the_window(settings: Settings, warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        add_event(connection, 1, start_date_time=FIRST - SECOND, end_date_time=FIRST)
        add_event(connection, 2, start_date_time=FIRST - 2 * SECOND, end_date_time=FIRST - SECOND)
        add_event(connection, 3, start_date_time=LAST - SECOND, end_date_time=LAST + SECOND)
        add_event(connection, 4, start_date_time=LAST, end_date_time=LAST + SECOND)
    assert drop(warehouse, window(settings)) == {"raw_microsoft.events": 2}
    assert ids(warehouse.path, EVENTS) == ["e1", "e3"]


def test_mailbox_folder_or_tenant_that_is_not_listed_leaves_with_its_cursors(
    settings: Settings, warehouse: Warehouse
) -> None:
    with warehouse.connect() as connection:
        add_message(connection, 1)
        add_message(connection, 2, mailbox="former@msp.example")
        add_message(connection, 3, folder="archive")
        add_message(connection, 4, tenant_id="another")
        add_event(connection, 1, mailbox=LEE)
        add_event(connection, 2, mailbox="former@msp.example")
        for tenant, table, scope in (
            (TENANT, "messages", f"{DANA}/inbox"),
            (TENANT, "messages", f"{DANA}/archive"),
            (TENANT, "messages", "former@msp.example/inbox"),
            (TENANT, "messages", ""),
            ("another", "messages", f"{DANA}/inbox"),
            ("another", "messages", ""),
            (TENANT, "events", LEE),
            (TENANT, "events", "former@msp.example"),
            (TENANT, "users", "anything"),
        ):
            add_state(connection, tenant, table, scope)
    assert drop(warehouse, window(settings)) == {"raw_microsoft.messages": 3, "raw_microsoft.events": 1}
    assert ids(warehouse.path, MESSAGES) == ["m1"] and ids(warehouse.path, EVENTS) == ["e1"]
    assert ids(warehouse.path, SCOPES) == [f"events:{LEE}", "messages:", f"messages:{DANA}/inbox", "users:anything"]
    with_digest = "select table_name from ops.extraction_state where digest is not null"
    assert ids(warehouse.path, with_digest) == ["users"]


def test_nothing_out_of_the_window_changes_nothing(settings: Settings, warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        add_message(connection, 1)
        add_event(connection, 1)
        add_state(connection, TENANT, "messages", "")
    assert drop(warehouse, window(settings)) == {}
    assert ids(warehouse.path, "select digest from ops.extraction_state") == ["fingerprint"]


def test_without_the_mailboxes_table_no_mail_stays(
    write_settings: Callable[..., Path], secrets: dict[str, str], warehouse: Warehouse
) -> None:
    with warehouse.connect() as connection:
        add_message(connection, 1)
        add_event(connection, 1)
    assert drop(warehouse, mail_window(load_settings(write_settings()), {}, TODAY)) == {
        "raw_microsoft.messages": 1,
        "raw_microsoft.events": 1,
    }


def test_tenant_that_is_not_resolved_condemns_no_listed_mailbox(settings: Settings, warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        add_message(connection, 1)
        add_message(connection, 2, mailbox="former@msp.example")
    assert drop(warehouse, mail_window(settings, {}, TODAY)) == {"raw_microsoft.messages": 1}
    assert ids(warehouse.path, MESSAGES) == ["m1"]


def test_preview_switched_off_leaves_the_rows_without_their_previews(
    write_settings: Callable[..., Path], secrets: dict[str, str], warehouse: Warehouse
) -> None:
    with warehouse.connect() as connection:
        add_message(connection, 1)
        add_message(connection, 2, preview=None)
    kept = window(load_settings(write_settings(append=MAILBOXES + "preview = false\n")))
    assert drop(warehouse, kept) == {"raw_microsoft.messages (previews)": 1}
    assert ids(warehouse.path, "select preview from raw_microsoft.messages") == [None, None]


@pytest.fixture
def filled(settings: Settings, warehouse: Warehouse) -> Warehouse:
    with warehouse.connect() as connection:
        connection.execute("pragma force_compression = 'uncompressed'")
        add_message(connection, 1)
        add_message(connection, 2, received_date_time=EDGE - SECOND, subject="OLD-MESSAGE")
        add_message(connection, 3, mailbox="former@msp.example", subject="UNLISTED-MESSAGE")
        add_event(connection, 1)
        add_event(connection, 2, mailbox="former@msp.example")
        connection.execute("checkpoint")
    publish(settings)
    return warehouse


def test_purge_reaches_warehouse_marts_published_copy_and_export(settings: Settings, filled: Warehouse) -> None:
    assert b"OLD-MESSAGE" in filled.path.read_bytes()
    receipt = purge(settings, TODAY)

    published = settings.warehouse.published
    export = published.with_suffix("") / "parquet" / "mart_customer_mail.parquet"
    for file in (filled.path, published):
        assert ids(file, "select message_id from marts.mart_customer_mail") == ["m1"]
        assert ids(file, "select event_id from marts.mart_customer_meetings") == ["e1"]
    assert pq.read_table(export).column("message_id").to_pylist() == ["m1"]
    for file in (filled.path, published, export):
        assert b"OLD-MESSAGE" not in file.read_bytes() and b"UNLISTED" not in file.read_bytes()
    assert {(item.file, item.table): item.rows for item in receipt.removed} == {
        ("warehouse/tenantry.duckdb", "raw_microsoft.messages"): 2,
        ("warehouse/tenantry.duckdb", "raw_microsoft.events"): 1,
        ("warehouse/tenantry.duckdb", "marts.mart_customer_mail"): 2,
        ("warehouse/tenantry.duckdb", "marts.mart_customer_meetings"): 1,
        ("warehouse/published.duckdb", "marts.mart_customer_mail"): 2,
        ("warehouse/published.duckdb", "marts.mart_customer_meetings"): 1,
        ("warehouse/published/parquet/mart_customer_mail.parquet", ""): 2,
    }
    kept = json.loads(next((filled.path.parent / "receipts").iterdir()).read_text("utf-8"))
    assert kept["command"] == "purge" and "address_hash" not in kept


def test_purge_of_previews_reaches_the_published_copy_and_the_export(
    write_settings: Callable[..., Path], secrets: dict[str, str], filled: Warehouse
) -> None:
    settings = load_settings(write_settings(append=MAILBOXES + "preview = false\n"))
    purge(settings, TODAY)
    published = settings.warehouse.published
    export = published.with_suffix("") / "parquet" / "mart_customer_mail.parquet"
    for file in (filled.path, published):
        assert ids(file, "select preview from marts.mart_customer_mail") == [None]
        assert ids(file, "select subject from marts.mart_customer_mail") == ["Subject 1"]
    assert pq.read_table(export).column("preview").to_pylist() == [None]
    for file in (filled.path, published, export):
        assert b"a preview" not in file.read_bytes()


def test_purge_again_removes_nothing_and_leaves_the_published_copy_alone(settings: Settings, filled: Warehouse) -> None:
    purge(settings, TODAY)
    published = settings.warehouse.published.stat().st_ino
    receipt = purge(settings, TODAY)
    assert receipt.removed == () and receipt.rewritten == ("warehouse/tenantry.duckdb",)
    assert settings.warehouse.published.stat().st_ino == published


def test_purge_leaves_another_warehouse_of_the_same_folder_alone(settings: Settings, filled: Warehouse) -> None:
    other = filled.path.with_name("china.duckdb")
    with duckdb.connect(str(other)) as connection:
        connection.execute("create schema raw_microsoft; create schema ops")
        connection.execute("create table raw_microsoft.messages (mailbox text, id text, subject text)")
        connection.execute("insert into raw_microsoft.messages values ('wei@msp.example', 'w1', 'theirs')")
        connection.execute("create table ops.extraction_state (scope text, cursor text)")
    spill = filled.path.with_name("china.duckdb.tmp")
    spill.mkdir()
    unrelated = filled.path.with_name(".notes.new")
    unrelated.write_text("another program's")
    before = other.read_bytes()
    receipt = purge(settings, TODAY)
    assert other.read_bytes() == before and spill.is_dir() and unrelated.exists()
    assert not any("china" in name for name in receipt.rewritten)


def test_purge_forgets_a_mailbox_that_is_not_listed_any_more(settings: Settings, filled: Warehouse) -> None:
    with filled.connect() as connection:
        connection.execute("create table config.mailboxes (tenant_id text, mailbox text, preview boolean)")
        rows = [(TENANT, DANA, True), (TENANT, "former@msp.example", True)]
        connection.executemany("insert into config.mailboxes values (?, ?, ?)", rows)
    purge(settings, TODAY)
    assert ids(filled.path, "select mailbox from config.mailboxes") == [DANA]
    assert b"former@msp.example" not in filled.path.read_bytes()


def test_held_lock_stops_a_purge(settings: Settings, filled: Warehouse) -> None:
    with filled.acquire(), pytest.raises(RunFailed, match="being written by process"):
        purge(settings, TODAY)
    assert ids(filled.path, MESSAGES) == ["m1", "m2", "m3"]
