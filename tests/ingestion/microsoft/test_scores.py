"""Secure scores: all kept days at first, the newest ones later, and none forgotten."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from ingestion.legs import LegEnd
from ingestion.load import Warehouse
from tests.ingestion.load.fake_legs import ask, load
from tests.ingestion.microsoft.vendor import API, Vendor, error, legs_of, page
from tests.ingestion.readings import MemoryReading, leg_of, read

SCORES = "/security/secureScores"
NOW = datetime(2026, 10, 20, 6, tzinfo=UTC)


def score(day: str, points: str = "51.5") -> dict:
    return {"id": f"t_{day}", "createdDateTime": f"{day}T00:00:00Z", "currentScore": float(points), "maxScore": 80.0}


def run(vendor: Vendor, cursor: str | None = None, **values: object) -> tuple[MemoryReading, LegEnd]:
    leg = leg_of(legs_of(vendor), "secure_scores")
    return read(leg, cursors={"": cursor}, **{"started_at": NOW, **values})


def first_cursor() -> str:
    _, end = run(Vendor({SCORES: page(score("2026-10-19"), score("2026-10-18"))}))
    cursor = end.scopes["secure_scores"][0].cursor
    assert cursor is not None
    return cursor


def test_first_read_takes_every_page() -> None:
    link = f"{API}{SCORES}?$skip=1"
    vendor = Vendor({SCORES: [page(score("2026-10-19"), link=link), page(score("2026-07-22", "40.25"))]})
    reading, end = run(vendor)
    assert [str(value) for value in reading.values("current_score")] == ["51.5000", "40.2500"]
    (scope,) = end.scopes["secure_scores"]
    assert scope.mode == "upsert" and "2026-10-19" in scope.cursor
    assert vendor.queries()[1]["$top"] == "100" and "controlScores" not in vendor.queries()[1]["$select"]


def test_later_read_asks_for_the_newest_days_only() -> None:
    link = f"{API}{SCORES}?$skip=4"
    days = [score(f"2026-10-{day}") for day in (20, 19, 18, 17, 16)]
    vendor = Vendor({SCORES: page(*days, link=link)})
    reading, end = run(vendor, first_cursor(), started_at=NOW + timedelta(hours=6))
    assert len(vendor.graph_requests()) == 1
    assert vendor.queries()[-1]["$top"] == "5"
    assert len(reading.values("id")) == 5
    assert "2026-10-20" in end.scopes["secure_scores"][0].cursor


def test_clock_that_is_behind_asks_for_the_known_days_all_the_same() -> None:
    days = [score(f"2026-10-{day}") for day in (19, 18, 17, 16)]
    vendor = Vendor({SCORES: page(*days, link=f"{API}{SCORES}?$skip=4")})
    reading, _ = run(vendor, first_cursor(), started_at=NOW - timedelta(days=30))
    assert vendor.queries()[-1]["$top"] == "4" and len(reading.values("id")) == 4


def test_later_read_goes_on_until_the_known_days() -> None:
    link = f"{API}{SCORES}?$skip="
    pages = [page(score("2026-10-20"), link=link + "1"), page(score("2026-10-16"), link=link + "2"), page()]
    vendor = Vendor({SCORES: pages})
    reading, _ = run(vendor, first_cursor())
    assert len(vendor.graph_requests()) == 2 and len(reading.values("id")) == 2


def test_later_read_of_the_known_days_writes_nothing_and_asks_for_no_more() -> None:
    cursor = first_cursor()
    answer = page(score("2026-10-19"), score("2026-10-16"), link=f"{API}{SCORES}?$skip=2")
    vendor = Vendor({SCORES: answer})
    reading, end = run(vendor, cursor, known_answer=[str(answer.body).encode()])
    assert len(vendor.graph_requests()) == 1 and not reading.written
    assert [(scope.mode, scope.cursor) for scope in end.scopes["secure_scores"]] == [("upsert", cursor)]


def test_correction_on_a_later_page_is_read_though_the_first_one_is_known(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "tenantry.duckdb")
    counts = []
    # So long after the first read that each later one asks for as many days.
    for number, points in ((0, "1"), (20, "1"), (21, "1"), (22, "2")):
        first = page(score("2026-10-20"), link=f"{API}{SCORES}?$skip=1")
        # A list of several answers is read until two reads agree.
        vendor = Vendor({SCORES: [first, page(score("2026-10-17", points))] * 2})
        load(warehouse, number, [leg_of(legs_of(vendor), "secure_scores")])
        counts.append(len(vendor.graph_requests()))
    found = ask(warehouse, "select current_score from raw_microsoft.secure_scores where id = 't_2026-10-17'")
    assert found == [(Decimal("2.0000"),)] and counts == [4, 2, 2, 4]


def test_first_read_is_not_known_by_its_first_page() -> None:
    first = page(score("2026-10-19"), link=f"{API}{SCORES}?$skip=1")
    vendor = Vendor({SCORES: [first, page(score("2026-07-22"))]})
    reading, _ = run(vendor, known_answer=[str(first.body).encode()])
    assert len(reading.values("id")) == 2


def test_read_without_a_new_day_keeps_the_cursor() -> None:
    cursor = first_cursor()
    _, end = run(Vendor({SCORES: page(score("2026-10-19"), score("2026-10-16"))}), cursor)
    assert end.scopes["secure_scores"][0].cursor == cursor


def test_full_refresh_and_a_cursor_of_another_form_read_all() -> None:
    for cursor, values in ((first_cursor(), {"full_refresh": True}), ('{"newest": 1}', {}), ("x", {})):
        vendor = Vendor({SCORES: page(score("2026-10-19"))})
        run(vendor, cursor, **values)
        assert vendor.queries()[-1]["$top"] == "100"


def test_select_that_is_not_taken_is_left_out() -> None:
    vendor = Vendor({SCORES: [error(400, "BadRequest"), page(score("2026-10-19"))]})
    reading, _ = run(vendor)
    assert reading.values("id") == ["t_2026-10-19"]
    assert vendor.queries()[-1] == {"$top": "100"}


def test_tenant_without_scores_has_none_and_no_cursor() -> None:
    _, end = run(Vendor({SCORES: page()}))
    assert end.scopes["secure_scores"][0].cursor is None
