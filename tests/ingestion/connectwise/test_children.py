"""Additions by agreement and details by invoice."""

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from ingestion.legs import IngestionError, LegEnd, LegStatus
from tests.ingestion.connectwise.vendor import BASE, Vendor, legs_of, linked, refusal, rows
from tests.ingestion.readings import MemoryReading, leg_of
from tests.ingestion.transport import Answer

NOW = datetime(2026, 10, 20, 6, tzinfo=UTC)


def invoices(**stamps: datetime | None) -> pa.Table:
    ids = [name.removeprefix("i") for name in stamps]
    return pa.table(
        {"id": pa.array(ids, pa.string()), "info_last_updated": pa.array(stamps.values(), pa.timestamp("us", "UTC"))}
    )


def details(*ids: int) -> Answer:
    return Answer(
        body=json.dumps(
            {"invoice": {"id": 1}, "products": [{"id": number, "x": "SECRET"} for number in ids], "timeEntries": None}
        )
    )


def run(
    vendor: Vendor, table: str, others: dict, changed: dict | None = None, cursor: str | None = None, **values: object
) -> tuple[MemoryReading, LegEnd]:
    leg = leg_of(legs_of(vendor, **values), table)
    changed = changed or {name: rows_.slice(0, 0) for name, rows_ in others.items()}
    reading = MemoryReading(leg.key, others=others, changed=changed, cursors={"": cursor}, started_at=NOW)
    return reading, leg.read(reading)


def test_additions_are_read_of_every_agreement_and_page() -> None:
    agreements = pa.table({"id": ["7", "8"]})
    next_url = f"{BASE}/finance/agreements/8/additions?pageId=2"
    first, last = linked(next_url, {"id": 2, "agreementId": 8}), rows({"id": 3, "agreementId": 8})
    alone = rows({"id": 1, "agreementId": 7, "quantity": 2.5})
    vendor = Vendor({"/finance/agreements/7/additions": alone, "/finance/agreements/8/additions": [first, last]})
    reading, end = run(vendor, "agreement_additions", {"agreements": agreements})
    assert [(row["id"], row["agreement_id"]) for row in reading.table().to_pylist()] == [
        ("1", "7"),
        ("2", "8"),
        ("3", "8"),
    ]
    assert end.scopes["agreement_additions"][0].mode == "full"
    # Two pages of one list are held against the vendor's count; a single answer that says it is the last is not.
    assert reading.stats.request_count == 4 and reading.stats.rows_read == 3


def test_additions_one_agreement_that_fails_fails_the_leg() -> None:
    vendor = Vendor({"/finance/agreements/7/additions": rows(), "/finance/agreements/8/additions": refusal(404)})
    with pytest.raises(IngestionError):
        run(vendor, "agreement_additions", {"agreements": pa.table({"id": ["7", "8"]})})


def test_additions_follow_the_agreements() -> None:
    legs = legs_of(Vendor({}))
    assert leg_of(legs, "agreement_additions").needs == (leg_of(legs, "agreements").key,)
    assert leg_of(legs, "invoice_details").needs == (leg_of(legs, "invoices").key,)


def test_details_first_read_asks_for_every_invoice() -> None:
    vendor = Vendor({f"/finance/info/invoice/{number}": details(number * 10) for number in range(1, 7)})
    stamps = {f"i{number}": datetime(2026, 10, number, tzinfo=UTC) for number in range(1, 7)}
    reading, end = run(vendor, "invoice_details", {"invoices": invoices(**stamps)})
    found = {row["invoice_id"]: json.loads(row["products"]) for row in reading.table().to_pylist()}
    assert found == {str(number): [{"id": number * 10}] for number in range(1, 7)}
    scope = end.scopes["invoice_details"][0]
    assert scope.mode == "full"
    assert json.loads(scope.cursor or "")["seen"] == "2026-10-06T00:00:00+00:00"


def test_details_next_read_asks_for_changed_and_for_formerly_failed_invoices_only() -> None:
    cursor = json.dumps({"seen": "2026-10-02T00:00:00+00:00", "full_at": "2026-10-02T00:00:00+00:00"})
    stored = invoices(
        i1=datetime(2026, 10, 1, tzinfo=UTC),
        i2=datetime(2026, 10, 2, tzinfo=UTC),
        i3=datetime(2026, 10, 3, tzinfo=UTC),
        i4=None,
    )
    vendor = Vendor({"/finance/info/invoice/1": details(1), "/finance/info/invoice/3": details(3)})
    reading, end = run(vendor, "invoice_details", {"invoices": stored}, {"invoices": stored.slice(0, 1)}, cursor)
    assert sorted(reading.values("invoice_id")) == ["1", "3"]
    assert end.scopes["invoice_details"][0].mode == "upsert"


def test_details_nothing_changed_asks_nothing() -> None:
    cursor = json.dumps({"seen": "2026-10-02T00:00:00+00:00", "full_at": "2026-10-02T00:00:00+00:00"})
    reading, end = run(
        Vendor({}), "invoice_details", {"invoices": invoices(i1=datetime(2026, 10, 2, tzinfo=UTC))}, cursor=cursor
    )
    assert reading.stats.request_count == 0
    assert json.loads(end.scopes["invoice_details"][0].cursor or "") == json.loads(cursor)


def test_details_path_that_is_not_there_is_not_offered_after_few_requests() -> None:
    vendor = Vendor({f"/finance/info/invoice/{number}": refusal(404) for number in range(1, 10)})
    stamps = {f"i{number}": datetime(2026, 10, number, tzinfo=UTC) for number in range(1, 10)}
    with pytest.raises(IngestionError) as caught:
        run(vendor, "invoice_details", {"invoices": invoices(**stamps)})
    assert caught.value.status is LegStatus.NOT_OFFERED
    assert len(vendor.sent) == 3


def test_details_of_one_missing_invoice_is_a_problem_and_it_is_asked_for_again() -> None:
    vendor = Vendor({"/finance/info/invoice/1": details(1), "/finance/info/invoice/2": refusal(404)})
    stored = invoices(i1=datetime(2026, 10, 1, tzinfo=UTC), i2=datetime(2026, 10, 2, tzinfo=UTC))
    reading, end = run(vendor, "invoice_details", {"invoices": stored})
    scope = end.scopes["invoice_details"][0]
    assert (scope.mode, scope.cursor) == ("upsert", None)
    assert len(end.problems) == 1 and reading.values("invoice_id") == ["1"]


def test_details_path_is_a_setting() -> None:
    vendor = Vendor({"/finance/Info/Invoice/1": details(1)})
    stored = invoices(i1=datetime(2026, 10, 1, tzinfo=UTC))
    reading, _ = run(vendor, "invoice_details", {"invoices": stored}, invoice_detail_path="/finance/Info/Invoice/{id}")
    assert reading.values("invoice_id") == ["1"]
