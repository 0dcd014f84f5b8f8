"""Groups and service principals by delta: the rounds that all delta tables share, and resets in their midst."""

from datetime import UTC, datetime, timedelta

import pytest

from ingestion.legs import IngestionError, LegEnd
from ingestion.microsoft.delta import MAX_ROUNDS
from tests.ingestion.microsoft.vendor import API, Vendor, error, legs_of, page
from tests.ingestion.readings import MemoryReading, leg_of
from tests.ingestion.transport import Answer

PATHS = {"groups": "/groups/delta", "service_principals": "/servicePrincipals/delta", "users": "/users/delta"}
NOW = datetime(2026, 10, 20, 6, tzinfo=UTC)
GONE = error(410, "syncStateNotFound")


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is taken before the next one is asked for, as with pages of real size."""
    monkeypatch.setattr("ingestion.microsoft.client.HELD_BYTES", 0)


def links(table: str) -> tuple[str, str]:
    """A next link and a delta link of a table."""
    root = f"{API}{PATHS[table]}"
    return f"{root}?$skiptoken=a", f"{root}?$deltatoken=b"


def run(vendor: Vendor, table: str, cursor: str | None = None, **values: object) -> tuple[MemoryReading, LegEnd]:
    leg = leg_of(legs_of(vendor), table)
    reading = MemoryReading(leg.key, cursors={"": cursor}, **{"started_at": NOW, **values})
    return reading, leg.read(reading)


def first_cursor(table: str) -> str:
    _, end = run(Vendor({PATHS[table]: page({"id": "old"}, delta=links(table)[1])}), table)
    cursor = end.scopes[table][0].cursor
    assert cursor is not None
    return cursor


def removed(number: str, reason: str) -> dict:
    return {"id": number, "@removed": {"reason": reason}}


@pytest.mark.parametrize("table", ["groups", "service_principals"])
def test_first_round_is_whole_and_the_next_tells_changes_and_both_removals(table: str) -> None:
    path, (_, delta) = PATHS[table], links(table)
    vendor = Vendor({path: page({"id": "a", "displayName": "A"}, {"id": "b"}, delta=delta)})
    reading, end = run(vendor, table)
    assert reading.values("id") == ["a", "b"]
    assert end.scopes[table][0].mode == "full"
    assert set(vendor.queries()[-1]) == {"$select"} and "displayName" in vendor.queries()[-1]["$select"]

    changes = Vendor({path: page({"id": "c"}, removed("a", "changed"), removed("b", "deleted"), delta=delta)})
    reading, end = run(changes, table, end.scopes[table][0].cursor)
    assert [request.url for request in changes.graph_requests()] == [delta]
    assert (end.scopes[table][0].mode, reading.values("id")) == ("delta", ["c"])
    assert end.scopes[table][0].removed_keys.to_pydict() == {"id": ["a", "b"]}


@pytest.mark.usefixtures("one_by_one")
@pytest.mark.parametrize("table", PATHS)
def test_last_appearance_of_an_id_counts_over_the_pages_of_a_round(table: str) -> None:
    path, (next_link, delta) = PATHS[table], links(table)
    pages = [
        page(removed("back", "changed"), {"id": "gone"}, removed("twice", "changed"), link=next_link),
        page({"id": "back"}, removed("gone", "deleted"), removed("twice", "deleted"), delta=delta),
    ]
    _, end = run(Vendor({path: pages}), table, first_cursor(table))
    assert end.scopes[table][0].mode == "delta"
    assert end.scopes[table][0].removed_keys.to_pydict() == {"id": ["gone", "twice"]}


@pytest.mark.parametrize("table", ["groups", "service_principals"])
def test_round_without_change_is_one_request_and_the_same_cursor(table: str) -> None:
    cursor = first_cursor(table)
    reading, end = run(Vendor({PATHS[table]: page(delta=links(table)[1])}), table, cursor)
    assert reading.stats.request_count == 1
    assert end.scopes[table][0].cursor == cursor


@pytest.mark.parametrize("table", ["groups", "service_principals"])
@pytest.mark.parametrize(("days", "mode"), [(5, "delta"), (6, "full")])
def test_link_older_than_six_days_is_not_used(table: str, days: int, mode: str) -> None:
    vendor = Vendor({PATHS[table]: page(delta=links(table)[1])})
    _, end = run(vendor, table, first_cursor(table), started_at=NOW + timedelta(days=days))
    assert end.scopes[table][0].mode == mode


@pytest.mark.usefixtures("one_by_one")
@pytest.mark.parametrize("table", PATHS)
@pytest.mark.parametrize("reset", [GONE, Answer(410, b"", {"Location": f"{API}/groups/delta?$deltatoken="})])
def test_reset_in_the_midst_of_changes_leaves_out_what_the_whole_round_does_not_show(table: str, reset: Answer) -> None:
    path, (next_link, delta) = PATHS[table], links(table)
    changes = page({"id": "gone"}, {"id": "stays"}, link=next_link)
    vendor = Vendor({path: [changes, reset, page({"id": "stays"}, {"id": "new"}, delta=delta)]})
    reading, end = run(vendor, table, first_cursor(table))
    assert end.scopes[table][0].mode == "full"
    assert reading.values("id") == ["stays", "new"]
    assert "$select" in vendor.queries()[-1]
    assert reading.stats.rows_read == 2


@pytest.mark.usefixtures("one_by_one")
@pytest.mark.parametrize("table", PATHS)
def test_reset_in_the_midst_of_a_whole_round_begins_it_anew(table: str) -> None:
    path, (next_link, delta) = PATHS[table], links(table)
    vendor = Vendor({path: [page({"id": "gone"}, link=next_link), GONE, page({"id": "stays"}, delta=delta)]})
    reading, end = run(vendor, table)
    assert end.scopes[table][0].mode == "full"
    assert reading.values("id") == ["stays"]


def test_round_that_is_reset_again_and_again_ends_loudly() -> None:
    vendor = Vendor({"/groups/delta": GONE})
    with pytest.raises(IngestionError, match="410") as caught:
        run(vendor, "groups")
    assert caught.value.error_class == "gone"
    assert len(vendor.graph_requests()) == MAX_ROUNDS


@pytest.mark.parametrize("table", PATHS)
@pytest.mark.parametrize("refusal", [error(400, "Request_BadRequest"), error(404, "Request_ResourceNotFound")])
def test_stored_link_that_graph_calls_malformed_begins_a_whole_round(table: str, refusal: Answer) -> None:
    vendor = Vendor({PATHS[table]: [refusal, page({"id": "a"}, delta=links(table)[1])]})
    reading, end = run(vendor, table, first_cursor(table))
    assert end.scopes[table][0].mode == "full" and reading.values("id") == ["a"]


def test_refused_link_ends_the_leg_and_the_next_run_uses_it_again() -> None:
    cursor = first_cursor("groups")
    with pytest.raises(IngestionError) as caught:
        run(Vendor({"/groups/delta": error(403, "Authorization_RequestDenied")}), "groups", cursor)
    assert caught.value.status == "not_permitted"
    # Consent came back: the same stored link tells what changed meanwhile.
    vendor = Vendor({"/groups/delta": page({"id": "x"}, delta=links("groups")[1])})
    _, end = run(vendor, "groups", cursor, started_at=NOW + timedelta(days=1))
    assert end.scopes["groups"][0].mode == "delta"
    assert [request.url for request in vendor.graph_requests()] == [links("groups")[1]]
