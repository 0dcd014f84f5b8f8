"""An erased person is in no byte and stays out; retention and settings reach raw and published data with each run."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion.simulator.graph.permissions import DIRECTORY_ROLES
from ingestion.simulator.serve import Simulator
from ingestion.simulator.world import World
from tests.orchestration.run.canaries import traces
from tests.orchestration.run.tenants import MSP, tenant_id
from tests.product import Product

DANA, LEE = "dana@harborvine.example", "lee@harborvine.example"
# At a customer's domain, but no user of its directory and no contact of the PSA.
PERSON = "Former.Person@alder.example"
MAIL, MEETING = "message-of-a-former-person", "meeting-of-a-former-person"


def person(address: str) -> dict[str, Any]:
    return {"emailAddress": {"name": "Somebody", "address": address}}


def add_items(simulator: Simulator, world: World, subject: str) -> None:
    """A mail and a meeting of the person in Dana's mailbox; again with another subject, they are changed."""
    day = world.observation_dates[0]
    tenant = tenant_id(world, MSP)
    box = world.at(day).tenants[tenant].mailboxes[DANA]
    mail = box.folders["inbox"][0] | {
        "id": MAIL, "subject": subject, "changeKey": subject, "from": person(PERSON), "sender": person(PERSON),
        "receivedDateTime": f"{day - timedelta(days=2)}T08:00:00Z",
        "bodyPreview": f"Write to <{PERSON.upper()}> again.",
    }  # fmt: skip
    meeting = next(row for row in box.events if row["sensitivity"] == "normal") | {
        "id": MEETING, "subject": subject, "changeKey": subject, "type": "singleInstance", "seriesMasterId": None,
        "organizer": person(DANA), "attendees": [{"type": "required", **person(PERSON)}],
        "start": {"dateTime": f"{day}T09:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": f"{day}T10:00:00.0000000", "timeZone": "UTC"},
    }  # fmt: skip
    simulator.edit("graph", "messages", MAIL, mail, tenant=tenant, mailbox=DANA, folder="inbox")
    simulator.edit("graph", "events", MEETING, meeting, tenant=tenant, mailbox=DANA)


def test_erased_person_is_in_no_byte_and_does_not_come_back(
    product: Product, simulator: Simulator, world: World, tmp_path: Path
) -> None:
    day = world.observation_dates[0]
    add_items(simulator, world, "first")
    ended = product.run(day)
    assert ended.exit_code == 0, ended.text
    mails, meetings = (
        "select count(*) from marts.mart_customer_mail",
        "select count(*) from marts.mart_customer_meetings",
    )
    before = product.ask(mails)[0][0], product.ask(meetings)[0][0]
    assert len(traces(product.folder, tmp_path, PERSON)) > 2

    told = product.tell("erase", "--person", PERSON)

    assert told.exit_code == 0, told.text
    assert traces(product.folder, tmp_path, PERSON) == []
    assert (product.ask(mails)[0][0], product.ask(meetings)[0][0]) == (before[0] - 1, before[1] - 1)
    file = next((product.warehouse.parent / "receipts").iterdir())
    receipt = json.loads(file.read_text("utf-8"))
    assert {(item["file"], item["table"]): item["count"] for item in receipt["removed"]} == {
        (f"warehouse/{name}.duckdb", table): 1
        for name, tables in {
            "tenantry": (
                "raw_microsoft.messages",
                "raw_microsoft.events",
                "marts.mart_customer_mail",
                "marts.mart_customer_meetings",
            ),
            "published": ("marts.mart_customer_mail", "marts.mart_customer_meetings"),
        }.items()
        for table in tables
    }
    assert receipt["out_of_scope"] == {"is_directory_user": False, "is_psa_contact": False, "tables": []}

    # Changed at the source, so that the delta sends it once more.
    add_items(simulator, world, "second")
    ended = product.run(day)

    assert ended.exit_code == 0, ended.text
    assert traces(product.folder, tmp_path, PERSON) == []
    assert (product.ask(mails)[0][0], product.ask(meetings)[0][0]) == (before[0] - 1, before[1] - 1)
    dropped = (
        "select table_name, rows_dropped > 0 from ops.load_status where table_name in ('messages', 'events') "
        "and run_id = (select max(run_id) from ops.runs) order by all"
    )
    assert product.ask(dropped, file=product.warehouse) == [("events", True), ("messages", True)]


@pytest.mark.parametrize(("text", "exit_code"), [("nobody", 64), ("two@at@alder.example", 64), (DANA, 64), ("", 64)])
def test_address_that_cannot_be_erased_ends_with_64_and_touches_nothing(
    product: Product, text: str, exit_code: int
) -> None:
    before = product.warehouse.read_bytes()
    told = product.tell("erase", "--person", text)
    assert told.exit_code == exit_code, told.text
    assert not text or text not in told.text
    assert product.warehouse.read_bytes() == before


@pytest.mark.soak
def test_settings_that_keep_less_reach_raw_and_published_data_with_the_next_run(
    product: Product, simulator: Simulator, world: World
) -> None:
    day = world.observation_dates[0]
    text = product.settings.read_text("utf-8")
    for old, new in (
        (f'"{LEE}"', ""),
        ("mail_days = 30", "mail_days = 7"),
        ("preview = true", "preview = false"),
        ('"sentitems"', ""),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    product.settings.write_text(text, encoding="utf-8")
    kept = f"mailbox = '{DANA}' and folder = 'inbox' and received_date_time >= date '{day - timedelta(days=7)}'"
    expected = product.ask(f"select id from raw_microsoft.messages where {kept} order by id", file=product.warehouse)
    assert 0 < len(expected) < product.ask("select count(*) from raw_microsoft.messages", file=product.warehouse)[0][0]
    msp = tenant_id(world, MSP)
    narrow = ["DelegatedAdminRelationship.Read.All", "Mail.ReadBasic.All", "Calendars.Read"]
    simulator.options(roles={msp: [*DIRECTORY_ROLES, *narrow]})

    try:
        ended = product.run(day)
    finally:
        simulator.options(roles={msp: None})

    assert ended.exit_code == 0, ended.text
    rows = product.ask("select id, mailbox, preview from raw_microsoft.messages order by id", file=product.warehouse)
    assert rows == [(item[0], DANA, None) for item in expected]
    assert product.ask("select distinct mailbox from raw_microsoft.events", file=product.warehouse) == [(DANA,)]
    scopes = (
        "select table_name, scope from ops.extraction_state where table_name in ('messages', 'events') order by all"
    )
    assert product.ask(scopes, file=product.warehouse) == [
        ("events", ""), ("messages", ""), ("messages", f"{DANA}/inbox")
    ]  # fmt: skip
    published = "select count(*), count(distinct mailbox), count(preview) from marts.mart_customer_mail"
    assert product.ask(published)[0][1:] == (1, 0)
    asked = [entry["query"] for entry in simulator.log() if "/messages" in entry["path"]]
    assert asked and not any("bodyPreview" in json.dumps(query) for query in asked)
    mailboxes = {entry["mailbox"] for entry in simulator.log()} - {None}
    assert mailboxes == {DANA}
