"""Users by delta: rounds, resets, removals, and licence assignments beside them."""

from datetime import UTC, datetime, timedelta

import pytest

from ingestion.legs import IngestionError, LegEnd
from tests.ingestion.microsoft.vendor import API, Vendor, error, legs_of, page
from tests.ingestion.readings import MemoryReading, leg_of
from tests.ingestion.transport import Answer

DELTA = "/users/delta"
LINK = f"{API}/users/delta?$deltatoken=one"
NEXT_LINK = f"{API}/users/delta?$deltatoken=two"
NOW = datetime(2026, 10, 20, 6, tzinfo=UTC)


def user(number: int, *skus: str, states: bool = True) -> dict:
    row: dict = {
        "id": f"u{number}",
        "displayName": f"User {number}",
        "assignedLicenses": [{"skuId": sku} for sku in skus],
    }
    if skus and states:
        row["licenseAssignmentStates"] = [{"skuId": sku, "state": "Active"} for sku in skus]
    return row


def gone(number: int) -> dict:
    return {"id": f"u{number}", "@removed": {"reason": "changed"}}


def run(vendor: Vendor, cursor: str | None = None, **values: object) -> tuple[MemoryReading, LegEnd]:
    leg = leg_of(legs_of(vendor), "users")
    reading = MemoryReading(leg.key, cursors={"": cursor}, **{"started_at": NOW, **values})
    return reading, leg.read(reading)


def first_cursor(delta: str = LINK) -> str:
    _, end = run(Vendor({DELTA: page(user(1, "a"), delta=delta)}))
    cursor = end.scopes["users"][0].cursor
    assert cursor is not None
    return cursor


def test_first_round_reads_all_with_states_and_ends_full() -> None:
    link = f"{API}/users/delta?$skiptoken=1"
    vendor = Vendor(
        {DELTA: [page(user(1, "a", "b"), link=link), page(gone(9), link=link + "2"), page(user(2), delta=LINK)]}
    )
    reading, end = run(vendor)
    assert reading.values("id") == ["u1", "u2"]
    assert reading.values("user_id", "license_assignments") == ["u1", "u1"]
    assert reading.values("sku_id", "license_assignments") == ["a", "b"]
    assert reading.values("assigned_by_group", "license_assignments") == ["direct", "direct"]
    assert [scope.mode for scope in (*end.scopes["users"], *end.scopes["license_assignments"])] == ["full", "full"]
    assert end.scopes["users"][0].removed_keys.to_pydict() == {"id": ["u9"]}
    query = vendor.queries()[-3]
    assert list(query) == ["$select"] and "licenseAssignmentStates" in query["$select"]
    assert "signInActivity" not in query["$select"]


def test_next_round_starts_at_the_link_and_reports_changes_only() -> None:
    vendor = Vendor({DELTA: page(user(2, "c"), gone(1), delta=NEXT_LINK)})
    reading, end = run(vendor, first_cursor())
    assert [request.url for request in vendor.graph_requests()] == [LINK]
    users, assignments = end.scopes["users"][0], end.scopes["license_assignments"][0]
    assert (users.mode, users.removed_keys.to_pydict()) == ("delta", {"id": ["u1"]})
    assert NEXT_LINK in users.cursor
    assert assignments.mode == "delta" and assignments.parent_column == "user_id"
    assert sorted(assignments.replaced_parents.to_pylist()) == ["u1", "u2"]
    assert reading.values("sku_id", "license_assignments") == ["c"]


def test_next_round_without_changes_is_one_request_and_the_same_cursor_link() -> None:
    vendor = Vendor({DELTA: page(delta=LINK)})
    reading, end = run(vendor, first_cursor())
    assert reading.stats.request_count == 1
    assert end.scopes["users"][0].cursor == first_cursor()


def test_object_that_comes_again_counts_by_its_last_appearance() -> None:
    link = f"{API}/users/delta?$skiptoken=1"
    pages = [
        page(user(1, "old", "kept"), gone(2), user(3, "x"), link=link),
        page(user(1, "kept"), user(2, "y"), gone(3), delta=LINK),
    ]
    reading, end = run(Vendor({DELTA: pages}), first_cursor())
    rows = reading.table("license_assignments").to_pylist()
    assert sorted((row["user_id"], row["sku_id"]) for row in rows) == [("u1", "kept"), ("u2", "y")]
    assert end.scopes["users"][0].removed_keys.to_pydict() == {"id": ["u3"]}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(410, b"", {"Location": LINK}),
        error(410, "syncStateNotFound"),
        error(400, "BadRequest", inner="resyncRequired"),
        error(404, "SyncStateInvalid"),
    ],
)
def test_expired_link_starts_a_full_round(answer: Answer) -> None:
    vendor = Vendor({DELTA: [answer, page(user(5), delta=NEXT_LINK)]})
    reading, end = run(vendor, first_cursor())
    assert end.scopes["users"][0].mode == "full"
    assert NEXT_LINK in end.scopes["users"][0].cursor
    assert "$select" in vendor.queries()[-1]
    assert reading.values("id") == ["u5"]


@pytest.mark.parametrize(("age", "mode"), [(timedelta(days=5), "delta"), (timedelta(days=6), "full")])
def test_link_older_than_six_days_is_not_used(age: timedelta, mode: str) -> None:
    vendor = Vendor({DELTA: page(delta=NEXT_LINK)})
    _, end = run(vendor, first_cursor(), started_at=NOW + age)
    assert end.scopes["users"][0].mode == mode


def test_complete_round_comes_after_a_week_of_changes() -> None:
    cursor = first_cursor()
    for day in range(1, 8):
        _, end = run(Vendor({DELTA: page(delta=LINK)}), cursor, started_at=NOW + timedelta(days=day))
        cursor = end.scopes["users"][0].cursor
        assert end.scopes["users"][0].mode == ("full" if day == 7 else "delta")


@pytest.mark.parametrize("cursor", ["", "{}", "not json", '{"link": 1}'])
def test_cursor_of_another_form_starts_a_full_round(cursor: str) -> None:
    _, end = run(Vendor({DELTA: page(delta=LINK)}), cursor)
    assert end.scopes["users"][0].mode == "full"


def test_cursor_of_another_select_starts_a_full_round() -> None:
    cursor = first_cursor().replace('"basis": "', '"basis": "0')
    _, end = run(Vendor({DELTA: page(delta=LINK)}), cursor)
    assert end.scopes["users"][0].mode == "full"


def test_link_of_another_root_starts_a_full_round() -> None:
    cursor = (first_cursor() or "").replace("https://graph.example/", "https://graph.example:8443/")
    assert ":8443/" in cursor
    _, end = run(Vendor({DELTA: page(delta=LINK)}), cursor)
    assert end.scopes["users"][0].mode == "full"


def test_full_refresh_ignores_the_link() -> None:
    _, end = run(Vendor({DELTA: page(delta=LINK)}), first_cursor(), full_refresh=True)
    assert end.scopes["users"][0].mode == "full"


@pytest.mark.parametrize("status", [400, 501])
def test_states_not_taken_by_delta_are_read_by_list(status: int) -> None:
    listed = {"id": "u1", "licenseAssignmentStates": [{"skuId": "a", "assignedByGroup": "g"}, {"skuId": "a"}]}
    vendor = Vendor(
        {DELTA: [error(status, "NotImplemented"), page(user(1, "a", states=False), delta=LINK)], "/users": page(listed)}
    )
    reading, end = run(vendor)
    rows = reading.table("license_assignments").to_pylist()
    assert [(row["user_id"], row["assigned_by_group"]) for row in rows] == [("u1", "g"), ("u1", "direct")]
    assert end.scopes["license_assignments"][0].mode == "full"
    assert "licenseAssignmentStates" not in vendor.queries()[-2]["$select"]
    assert vendor.queries()[-1] == {"$select": "id,licenseAssignmentStates", "$top": "999"}


def test_states_silently_left_out_by_delta_are_read_by_list() -> None:
    vendor = Vendor({DELTA: page(user(1, "a", states=False), delta=LINK), "/users": page(user(1, "a"))})
    reading, _ = run(vendor)
    assert reading.values("sku_id", "license_assignments") == ["a"]


def test_user_without_licences_has_no_assignments_and_no_list_is_read() -> None:
    reading, end = run(Vendor({DELTA: page(user(1), {"id": "u2"}, delta=LINK)}))
    assert reading.table("license_assignments").num_rows == 0
    assert end.scopes["license_assignments"][0].mode == "full"


def test_round_that_fails_on_a_later_page_ends_the_leg() -> None:
    vendor = Vendor({DELTA: [page(user(1), link=f"{API}/users/delta?$skiptoken=1"), error(500, "generalException")]})
    with pytest.raises(IngestionError):
        run(vendor)


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is taken before the next one is asked for, as with pages of real size."""
    monkeypatch.setattr("ingestion.microsoft.client.HELD_BYTES", 0)


def assigned(reading: MemoryReading) -> list[tuple[str, str]]:
    """Assignments that were written and not dropped again, sorted."""
    rows = reading.table("license_assignments").to_pylist()
    return sorted((row["user_id"], row["sku_id"]) for row in rows)


@pytest.mark.usefixtures("one_by_one")
@pytest.mark.parametrize("again", [user(1, "kept"), gone(1)], ids=["changed", "removed"])
def test_user_that_comes_again_in_a_complete_round_has_the_assignments_of_the_list(again: dict) -> None:
    link = f"{API}/users/delta?$skiptoken=1"
    listed = [] if "@removed" in again else [again]
    vendor = Vendor(
        {
            DELTA: [page(user(1, "old", "kept"), user(2, "x"), link=link), page(again, delta=LINK)],
            "/users": page(*listed, user(2, "x")),
        }
    )
    reading, end = run(vendor)
    assert assigned(reading) == [*(("u1", "kept") for _ in listed), ("u2", "x")]
    assert end.scopes["license_assignments"][0].mode == "full"


@pytest.mark.usefixtures("one_by_one")
def test_reset_within_a_complete_round_forgets_assignments_that_the_next_one_does_not_show() -> None:
    link = f"{API}/users/delta?$skiptoken=1"
    answers = [
        page(user(1, "old"), user(2, "x"), link=link),
        error(410, "syncStateNotFound"),
        page(user(1, "new"), delta=LINK),
    ]
    vendor = Vendor({DELTA: answers})
    reading, _ = run(vendor)
    assert assigned(reading) == [("u1", "new")]
    assert reading.values("id") == ["u1"]
    assert "/v1.0/users" not in vendor.paths()


@pytest.mark.usefixtures("one_by_one")
def test_complete_round_with_removals_of_users_that_never_came_asks_no_list() -> None:
    link = f"{API}/users/delta?$skiptoken=1"
    vendor = Vendor({DELTA: [page(user(1, "a"), link=link), page(gone(8), user(3), delta=LINK)]})
    reading, _ = run(vendor)
    assert assigned(reading) == [("u1", "a")]
    assert "/v1.0/users" not in vendor.paths()
