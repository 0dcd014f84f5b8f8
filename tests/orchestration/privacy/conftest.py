"""A small warehouse as a run leaves it, with a published copy, an export and working files, for one listed mailbox."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.load import Warehouse, prepare
from orchestration.settings import load_settings
from orchestration.settings_schema import Settings

TENANT = "00000000-0000-0000-0000-000000000002"
DANA, LEE = "dana@msp.example", "lee@msp.example"
KIM, EX = "kim@customer.example", "ex.person@other.example"
TODAY = date(2026, 10, 20)
MAILBOXES = f"""
[microsoft.mailboxes]
tenant_id = "{TENANT}"
allow = ["{DANA}", "{LEE}"]
"""
STAMPS = ("microsoft", "run-1", TODAY, datetime(2026, 10, 20, tzinfo=UTC))


@pytest.fixture
def settings(write_settings: Callable[..., Path], secrets: dict[str, str]) -> Settings:
    """Settings that list two mailboxes."""
    return load_settings(write_settings(append=MAILBOXES))


def recipients(*addresses: str) -> str:
    """A recipients column."""
    return json.dumps([{"emailAddress": {"address": address}} for address in addresses])


def add_message(connection: duckdb.DuckDBPyConnection, number: int, **values: object) -> None:
    """A message of Dana's inbox from Kim, unless told otherwise; its mart row as well."""
    row = {
        "tenant_id": TENANT, "mailbox": DANA, "folder": "inbox", "id": f"m{number}", "subject": f"Subject {number}",
        "from_address": KIM, "sender_address": KIM, "to_recipients": recipients(DANA), "cc_recipients": "[]",
        "bcc_recipients": "[]", "received_date_time": datetime(2026, 10, 19, tzinfo=UTC), "preview": "a preview",
    } | values  # fmt: skip
    _add(connection, "messages", row)
    mart = {
        "customer_id": "1", "mailbox": row["mailbox"], "message_id": row["id"], "from_address": row["from_address"],
        "participant_addresses": json.dumps([row["from_address"]]), "subject": row["subject"],
        "preview": row["preview"],
    }  # fmt: skip
    connection.execute("insert into marts.mart_customer_mail values (?, ?, ?, ?, ?, ?, ?)", list(mart.values()))


def add_event(connection: duckdb.DuckDBPyConnection, number: int, **values: object) -> None:
    """A meeting of Dana's on the day of the load, unless told otherwise; its mart row as well."""
    row = {
        "tenant_id": TENANT, "mailbox": DANA, "id": f"e{number}", "subject": "Meeting", "organizer_address": KIM,
        "start_date_time": datetime(2026, 10, 20, 9, tzinfo=UTC),
        "end_date_time": datetime(2026, 10, 20, 10, tzinfo=UTC), "attendees": recipients(DANA),
    } | values  # fmt: skip
    _add(connection, "events", row)
    connection.execute(
        "insert into marts.mart_customer_meetings values ('1', ?, ?, ?)",
        [row["mailbox"], row["id"], row["organizer_address"]],
    )


def _add(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, object]) -> None:
    names = [*row, "_connection_id", "_run_id", "_as_of_date", "_extracted_at"]
    marks = ", ".join("?" for _ in names)
    connection.execute(
        f"insert into raw_microsoft.{table} ({', '.join(names)}) values ({marks})", [*row.values(), *STAMPS]
    )


def add_state(connection: duckdb.DuckDBPyConnection, tenant: str, table: str, scope: str) -> None:
    """A stored cursor with a fingerprint."""
    connection.execute(
        "insert into ops.extraction_state values "
        "('microsoft', 'microsoft', ?, ?, ?, 'link', 'fingerprint', 'run-1', now())",
        [tenant, table, scope],
    )


@pytest.fixture
def warehouse(settings: Settings) -> Warehouse:
    """A warehouse with every raw table and two marts, empty."""
    found = Warehouse(settings.warehouse.path)
    prepare(found)
    with found.connect() as connection:
        connection.execute(
            "create table marts.mart_customer_mail (customer_id varchar not null, mailbox varchar, "
            "message_id varchar, from_address varchar, participant_addresses json, subject varchar, preview varchar)"
        )
        connection.execute(
            "create table marts.mart_customer_meetings (customer_id varchar, mailbox varchar, event_id varchar, "
            "organizer_address varchar)"
        )
        connection.execute("create view staging.stg_mails as select mailbox, subject from raw_microsoft.messages")
    return found


def publish(settings: Settings) -> None:
    """The published copy and an export of the mail mart, as they are made of the warehouse now."""
    published = settings.warehouse.published
    published.unlink(missing_ok=True)
    with duckdb.connect(str(settings.warehouse.path)) as connection:
        connection.execute(f"attach '{published}' as published")
        connection.execute("create schema published.marts")
        for table in ("mart_customer_mail", "mart_customer_meetings"):
            connection.execute(f"create table published.marts.{table} as from marts.{table}")
        rows: pa.Table = connection.execute("select * from marts.mart_customer_mail").to_arrow_table()
    folder = published.with_suffix("") / "parquet"
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, folder / "mart_customer_mail.parquet")


def ids(file: Path, sql: str) -> list[str]:
    """One column of a query's rows."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return [row[0] for row in connection.execute(sql).fetchall()]
