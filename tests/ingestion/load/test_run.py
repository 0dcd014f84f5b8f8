"""run_legs: what lands, what is kept, and how each leg is recorded."""

import logging
from decimal import Decimal

import pyarrow as pa
import pytest

from ingestion.legs import IngestionError, Leg, LegEnd, LegReading, LegStatus, ScopeEnd
from ingestion.load import Warehouse
from tests.ingestion.load.fake_legs import NOON, ask, failing_leg, key_of, leg_of, load, projected

USERS = key_of("users")
OTHER = key_of("users", "tenant-b")
MESSAGES = key_of("messages")
USER_ROWS = "select tenant_id, id, display_name, is_removed, _run_id from raw_microsoft.users order by all"


def user(number: int, name: str = "Dana Example", **values: object) -> dict:
    return {"id": f"user-{number}", "display_name": name, **values}


def message(number: int, folder: str, subject: str = "Offer") -> dict:
    return {"id": f"message-{number}", "mailbox": "tech@msp.example", "folder": folder, "subject": subject}


def test_first_load_stamps_rows_and_records_the_leg(warehouse: Warehouse) -> None:
    results = load(warehouse, 0, [leg_of(USERS, [[user(1)], [user(2)]])])

    assert results[USERS].status is LegStatus.LOADED
    assert ask(
        warehouse,
        "select tenant_id, id, _connection_id, _run_id, _as_of_date::text, _extracted_at::text, is_removed, removed_at,"
        " _dlt_load_id = (select load_id from raw_microsoft._dlt_loads) from raw_microsoft.users order by id",
    ) == [
        ("tenant-a", f"user-{n}", "microsoft", "run-0", "2026-10-20", "2026-10-20 06:00:00+00", False, None, True)
        for n in (1, 2)
    ]
    assert ask(warehouse, "select table_name, status, rows_read, rows_changed, rows_removed from ops.load_status") == [
        ("users", "loaded", 2, 2, 0)
    ]


def test_second_load_without_change_makes_no_package_and_no_rows(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1), user(2)]])])
    before = ask(warehouse, "select * from raw_microsoft.users order by id")

    results = load(warehouse, 1, [leg_of(USERS, [[user(2)], [user(1)]])])

    assert results[USERS].status is LegStatus.UNCHANGED
    assert ask(warehouse, "select * from raw_microsoft.users order by id") == before
    assert ask(warehouse, "select count(*) from raw_microsoft._dlt_loads") == [(1,)]


def test_full_refresh_mends_rows_that_are_not_what_the_vendor_said(warehouse: Warehouse) -> None:
    legs = [leg_of(USERS, [[user(1), user(2)]])]
    load(warehouse, 0, legs)
    with warehouse.connect() as connection:
        connection.execute("delete from raw_microsoft.users where id = 'user-2'")

    unchanged = load(warehouse, 1, legs)
    refreshed = load(warehouse, 2, legs, full_refresh=True)
    again = load(warehouse, 3, legs, full_refresh=True)

    statuses = [results[USERS].status for results in (unchanged, refreshed, again)]
    assert statuses == [LegStatus.UNCHANGED, LegStatus.LOADED, LegStatus.UNCHANGED]
    assert [row[1] for row in ask(warehouse, USER_ROWS)] == ["user-1", "user-2"]


def test_only_new_changed_and_removed_rows_are_written(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1), user(2), user(3)]])])

    results = load(warehouse, 1, [leg_of(USERS, [[user(1), user(2, "Dana Renamed"), user(4)]])])

    assert (results[USERS].stats.rows_changed, results[USERS].stats.rows_removed) == (2, 1)
    assert ask(warehouse, USER_ROWS) == [
        ("tenant-a", "user-1", "Dana Example", False, "run-0"),
        ("tenant-a", "user-2", "Dana Renamed", False, "run-1"),
        ("tenant-a", "user-3", "Dana Example", True, "run-1"),
        ("tenant-a", "user-4", "Dana Example", False, "run-1"),
    ]


def test_null_against_value_is_a_change_both_ways(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1, mail=None), user(2, mail="two@customer.example")]])])

    results = load(warehouse, 1, [leg_of(USERS, [[user(1, mail="one@customer.example"), user(2, mail=None)]])])

    assert results[USERS].stats.rows_changed == 2


def test_removed_row_that_returns_is_current_again(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1), user(2)]])])
    load(warehouse, 1, [leg_of(USERS, [[user(1)]])])

    results = load(warehouse, 2, [leg_of(USERS, [[user(1), user(2)]])])

    assert results[USERS].stats.rows_changed == 1
    assert ask(warehouse, "select id, removed_at from raw_microsoft.users where is_removed") == []


def test_removed_row_stays_removed_without_new_tombstones(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1), user(2)]])])
    load(warehouse, 1, [leg_of(USERS, [[user(1)]])])

    results = load(warehouse, 2, [leg_of(USERS, [[user(1, "Dana Renamed")]])])

    assert results[USERS].stats.rows_removed == 0
    assert ask(warehouse, "select id, _run_id from raw_microsoft.users where is_removed") == [("user-2", "run-1")]


def test_repeated_rows_across_pages_last_one_wins(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1, "Old")], [user(2), user(1, "New")]])])

    assert ask(warehouse, "select id, display_name from raw_microsoft.users order by id") == [
        ("user-1", "New"),
        ("user-2", "Dana Example"),
    ]


def test_failed_leg_keeps_its_rows_and_the_others_load(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1)]]), leg_of(OTHER, [[user(1)]])])

    results = load(warehouse, 1, [failing_leg(USERS, [[user(9)]]), leg_of(OTHER, [[user(1, "Dana Renamed")]])])

    assert (results[USERS].status, results[USERS].error_class) == (LegStatus.FAILED, "http_500")
    assert results[OTHER].status is LegStatus.LOADED
    assert ask(warehouse, USER_ROWS) == [
        ("tenant-a", "user-1", "Dana Example", False, "run-0"),
        ("tenant-b", "user-1", "Dana Renamed", False, "run-1"),
    ]


def test_tables_that_fail_alike_are_told_in_one_warning_per_tenant(
    warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    legs = [failing_leg(USERS), failing_leg(key_of("subscribed_skus")), failing_leg(OTHER), leg_of(MESSAGES, [[]])]

    with caplog.at_level(logging.WARNING):
        load(warehouse, 0, legs)

    assert sorted(record.getMessage() for record in caplog.records) == [
        "the vendor answered 500",
        "the vendor answered 500 The same: users.",
    ]


def test_defect_in_a_leg_fails_that_leg_without_quoting_it(
    warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    def read(reading: LegReading) -> LegEnd:
        raise KeyError("dana@customer.example")

    with caplog.at_level(logging.DEBUG):
        results = load(warehouse, 0, [Leg(USERS, read), leg_of(OTHER, [[user(1)]])])

    assert (results[USERS].error_class, results[OTHER].status) == ("internal_error", LegStatus.LOADED)
    assert "KeyError at reader.py" in (results[USERS].message or "")
    assert "dana@customer.example" not in f"{results[USERS].message}{caplog.text}"


def test_empty_answer_where_rows_were_keeps_them_and_fails(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1)]])])

    results = load(warehouse, 1, [leg_of(USERS, [])])

    assert (results[USERS].status, results[USERS].error_class) == (LegStatus.FAILED, "empty_answer")
    assert ask(warehouse, USER_ROWS) == [("tenant-a", "user-1", "Dana Example", False, "run-0")]


@pytest.mark.parametrize(("vendor", "table"), [("pax8", "companies"), ("connectwise", "agreements")])
def test_empty_answer_of_a_money_list_is_no_mass_removal(warehouse: Warehouse, vendor: str, table: str) -> None:
    key = key_of(table, vendor=vendor)
    load(warehouse, 0, [leg_of(key, [[{"id": "1"}]])])

    results = load(warehouse, 1, [leg_of(key, [])])

    assert (results[key].status, results[key].error_class) == (LegStatus.FAILED, "empty_answer")
    assert ask(warehouse, f"select count(*) from raw_{vendor}.{table} where not is_removed") == [(1,)]


def test_empty_answer_of_a_table_that_may_become_empty_removes_the_rows(warehouse: Warehouse) -> None:
    policies = key_of("conditional_access_policies")
    load(warehouse, 0, [leg_of(policies, [[{"id": "policy-1", "display_name": "Require MFA", "state": "enabled"}]])])

    results = load(warehouse, 1, [leg_of(policies, [])])

    assert (results[policies].status, results[policies].stats.rows_removed) == (LegStatus.LOADED, 1)


def test_null_in_a_required_column_is_a_breach_of_that_leg_only(warehouse: Warehouse) -> None:
    results = load(warehouse, 0, [leg_of(USERS, [[{"display_name": "No id"}]]), leg_of(OTHER, [[user(1)]])])

    assert (results[USERS].status, results[USERS].error_class) == (LegStatus.FAILED, "contract_breach")
    assert "no id" in (results[USERS].message or "")
    assert ask(warehouse, "select tenant_id from raw_microsoft.users") == [("tenant-b",)]


def test_value_that_does_not_fit_is_a_breach_that_never_quotes_it(warehouse: Warehouse) -> None:
    key = key_of("invoices", vendor="pax8")
    page = projected("pax8", "invoices", [{"id": "invoice-1"}])
    amount = next(name for name in page.column_names if pa.types.is_decimal(page.schema.field(name).type))
    wide = pa.array([Decimal("12345678901234567890.5")], pa.decimal128(38, 15))
    page = page.set_column(page.column_names.index(amount), amount, wide)

    def read(reading: LegReading) -> LegEnd:
        reading.write(page)
        return LegEnd({"invoices": [ScopeEnd("full")]})

    results = load(warehouse, 0, [Leg(key, read)])

    assert results[key].error_class == "contract_breach"
    assert amount in (results[key].message or "") and "1234567890" not in (results[key].message or "")


@pytest.mark.parametrize("change", ["absent", "unknown"])
def test_column_that_the_contract_does_not_expect_is_a_breach(warehouse: Warehouse, change: str) -> None:
    page = projected("microsoft", "users", [user(1)])
    page = page.drop_columns(["mail"]) if change == "absent" else page.append_column("body", pa.array(["text"]))

    def read(reading: LegReading) -> LegEnd:
        reading.write(page)
        return LegEnd({"users": [ScopeEnd("full")]})

    assert load(warehouse, 0, [Leg(USERS, read)])[USERS].error_class == "contract_breach"


def test_delta_removes_only_what_it_names_and_stores_its_cursor(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1), user(2)]], scopes=[ScopeEnd("full", cursor="link-0")])])
    seen: list[str | None] = []

    def read(reading: LegReading) -> LegEnd:
        seen.append(reading.cursor())
        reading.write(projected("microsoft", "users", [user(3)]))
        return LegEnd({"users": [ScopeEnd("delta", removed_keys=pa.table({"id": ["user-1"]}), cursor="link-1")]})

    results = load(warehouse, 1, [Leg(USERS, read)])

    assert (results[USERS].stats.rows_changed, results[USERS].stats.rows_removed, seen) == (1, 1, ["link-0"])
    assert ask(warehouse, "select id from raw_microsoft.users where is_removed") == [("user-1",)]
    assert ask(warehouse, "select cursor from ops.extraction_state") == [("link-1",)]


def test_delta_without_rows_is_unchanged_and_keeps_the_digest(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1)]], scopes=[ScopeEnd("full", cursor="link-0")])])
    digest = ask(warehouse, "select digest from ops.extraction_state")

    results = load(warehouse, 1, [leg_of(USERS, [], scopes=[ScopeEnd("delta", cursor="link-0")])])

    assert results[USERS].status is LegStatus.UNCHANGED
    assert ask(warehouse, "select digest, run_id from ops.extraction_state") == [(*digest[0], "run-0")]


def test_full_refresh_hides_the_cursor(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1)]], scopes=[ScopeEnd("full", cursor="link-0")])])
    seen: list[str | None] = []

    def read(reading: LegReading) -> LegEnd:
        seen.append(reading.cursor())
        reading.write(projected("microsoft", "users", [user(1)]))
        return LegEnd({"users": [ScopeEnd("full", cursor="link-1")]})

    results = load(warehouse, 1, [Leg(USERS, read)], full_refresh=True)

    assert (seen, results[USERS].status) == ([None], LegStatus.UNCHANGED)


def test_row_written_and_then_removed_in_one_round_is_removed(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1)]])])
    gone = ScopeEnd("delta", removed_keys=pa.table({"id": ["user-1", "user-2"]}))

    load(warehouse, 1, [leg_of(USERS, [[user(1, "Renamed"), user(2)]], scopes=[gone])])

    assert ask(warehouse, "select id, display_name, is_removed from raw_microsoft.users") == [
        ("user-1", "Dana Example", True)
    ]


def test_upsert_removes_nothing(warehouse: Warehouse) -> None:
    key = key_of("time_entries", vendor="connectwise")
    load(warehouse, 0, [leg_of(key, [[{"id": "1"}, {"id": "2"}]])])

    results = load(warehouse, 1, [leg_of(key, [[{"id": "2", "notes": None}]], scopes=[ScopeEnd("upsert")])])

    assert results[key].status is LegStatus.UNCHANGED
    assert ask(warehouse, "select count(*) from raw_connectwise.time_entries where not is_removed") == [(2,)]


def test_volatile_column_alone_is_no_change(warehouse: Warehouse) -> None:
    key = key_of("user_registration_details")
    stamps = [pa.scalar(day * 86_400_000_000, pa.timestamp("us", "UTC")).as_py() for day in (1, 2)]
    load(warehouse, 0, [leg_of(key, [[{"id": "user-1", "last_updated_date_time": stamps[0]}]])])

    results = load(warehouse, 1, [leg_of(key, [[{"id": "user-1", "last_updated_date_time": stamps[1]}]])])

    assert results[key].status is LegStatus.UNCHANGED


def test_messages_are_deleted_by_folder_and_by_window(warehouse: Warehouse) -> None:
    inbox = {"mailbox": "tech@msp.example", "folder": "inbox"}
    sent = {"mailbox": "tech@msp.example", "folder": "sentitems"}
    stamp = pa.scalar(1_700_000_000_000_000, pa.timestamp("us", "UTC")).as_py()
    rows = [message(1, "inbox"), message(2, "inbox"), message(3, "sentitems") | {"received_date_time": stamp}]
    load(warehouse, 0, [leg_of(MESSAGES, [rows], scopes=[ScopeEnd("full", inbox), ScopeEnd("full", sent)])])

    results = load(
        warehouse,
        1,
        [
            leg_of(
                MESSAGES,
                [[message(1, "sentitems")]],
                scopes=[
                    ScopeEnd("delta", inbox, pa.table({"id": ["message-1", "message-2"]}), cursor="inbox-1"),
                    ScopeEnd("delta", sent, keep_column="received_date_time", keep_from=NOON, cursor="sent-1"),
                ],
            )
        ],
    )

    assert (results[MESSAGES].stats.rows_changed, results[MESSAGES].stats.rows_removed) == (1, 2)
    assert ask(warehouse, "select id, folder from raw_microsoft.messages") == [("message-1", "sentitems")]
    assert ask(warehouse, "select scope, cursor from ops.extraction_state order by scope") == [
        ("", None),
        ("tech@msp.example/inbox", "inbox-1"),
        ("tech@msp.example/sentitems", "sent-1"),
    ]


def test_partial_leg_stores_only_the_scopes_that_ended(warehouse: Warehouse) -> None:
    problem = IngestionError("one mailbox answered 403", error_class="mailbox_denied", advice="Check the policy.")
    inbox = {"mailbox": "tech@msp.example", "folder": "inbox"}

    results = load(
        warehouse,
        0,
        [
            leg_of(
                MESSAGES,
                [[message(1, "inbox"), message(2, "sentitems")]],
                scopes=[ScopeEnd("full", inbox, cursor="inbox-0")],
                problems=(problem,),
            )
        ],
    )

    assert (results[MESSAGES].status, results[MESSAGES].error_class) == (LegStatus.PARTIAL, "mailbox_denied")
    assert ask(warehouse, "select id from raw_microsoft.messages") == [("message-1",)]
    assert ask(warehouse, "select scope, cursor, digest from ops.extraction_state") == [
        ("tech@msp.example/inbox", "inbox-0", None)
    ]


def test_child_rows_follow_their_parents(warehouse: Warehouse) -> None:
    assignments = key_of("license_assignments")

    def read_with(users: list[dict], states: list[dict], scopes: dict) -> Leg:
        def read(reading: LegReading) -> LegEnd:
            reading.write(projected("microsoft", "users", users))
            reading.write(projected("microsoft", "license_assignments", states), "license_assignments")
            return LegEnd(scopes)

        return Leg(USERS, read, children=("license_assignments",))

    def state(number: int, sku: str) -> dict:
        return {"user_id": f"user-{number}", "sku_id": sku, "assigned_by_group": "direct"}

    whole = {"users": [ScopeEnd("full")], "license_assignments": [ScopeEnd("full")]}
    states = [state(1, "sku-a"), state(1, "sku-b"), state(2, "sku-a")]
    load(warehouse, 0, [read_with([user(1), user(2)], states, whole)])
    parents = ScopeEnd("delta", parent_column="user_id", replaced_parents=pa.array(["user-1"]))

    results = load(
        warehouse,
        1,
        [read_with([user(1)], [state(1, "sku-b")], {"users": [ScopeEnd("delta")], "license_assignments": [parents]})],
    )

    assert results[USERS].status is LegStatus.UNCHANGED
    assert (results[assignments].status, results[assignments].stats.rows_removed) == (LegStatus.LOADED, 1)
    assert ask(warehouse, "select user_id, sku_id from raw_microsoft.license_assignments where is_removed") == [
        ("user-1", "sku-a")
    ]


def test_needed_leg_ends_first_and_shows_its_rows(warehouse: Warehouse) -> None:
    invoices = key_of("invoices", vendor="connectwise")
    details = key_of("invoice_details", vendor="connectwise")
    seen: dict[str, list[str]] = {}

    def read(reading: LegReading) -> LegEnd:
        seen["current"] = sorted(reading.rows(invoices, ["id"]).column("id").to_pylist())
        seen["changed"] = sorted(reading.changed_rows(invoices, ["id"]).column("id").to_pylist())
        return LegEnd({"invoice_details": [ScopeEnd("upsert")]})

    load(warehouse, 0, [Leg(details, read, needs=(invoices,)), leg_of(invoices, [[{"id": "1"}, {"id": "2"}]])])
    first = dict(seen)
    page = [{"id": "2"}, {"id": "3"}]
    load(
        warehouse,
        1,
        [Leg(details, read, needs=(invoices,)), leg_of(invoices, [page], scopes=[ScopeEnd("upsert")])],
    )

    assert first == {"current": ["1", "2"], "changed": ["1", "2"]}
    assert seen == {"current": ["1", "2", "3"], "changed": ["3"]}


def test_rows_of_a_failed_needed_leg_are_the_last_good_ones(warehouse: Warehouse) -> None:
    skus, details = key_of("subscribed_skus"), key_of("user_registration_details")
    load(warehouse, 0, [leg_of(skus, [[{"id": "sku-1"}]])])
    seen: list[str] = []

    def read(reading: LegReading) -> LegEnd:
        seen.extend(reading.rows(skus, ["id"]).column("id").to_pylist())
        return LegEnd({"user_registration_details": [ScopeEnd("full")]})

    load(warehouse, 1, [Leg(details, read, needs=(skus,)), failing_leg(skus, [[{"id": "sku-9"}]])])

    assert seen == ["sku-1"]


def test_follower_of_a_failed_leg_without_stored_rows_fails_too(warehouse: Warehouse) -> None:
    invoices, items = key_of("invoices", vendor="pax8"), key_of("invoice_items", vendor="pax8")

    def read(reading: LegReading) -> LegEnd:
        assert not reading.rows(invoices, ["id"]).num_rows
        return LegEnd({"invoice_items": []})

    results = load(warehouse, 0, [failing_leg(invoices), Leg(items, read, needs=(invoices,))])

    assert (results[items].status, results[items].error_class) == (LegStatus.FAILED, results[invoices].error_class)
    assert results[items].advice == results[invoices].advice


def test_large_leg_goes_through_files_with_the_same_result(warehouse: Warehouse) -> None:
    pages = [[user(n) for n in range(start, start + 900)] for start in range(0, 27_000, 900)]
    load(warehouse, 0, [leg_of(USERS, pages)])
    again = [*pages[5:], *pages[:5], [user(3, "Changed"), user(3, "Changed last")]]

    results = load(warehouse, 1, [leg_of(USERS, again)])

    assert results[USERS].stats.rows_changed == 1
    assert ask(warehouse, "select count(*), count(*) filter (_run_id = 'run-1') from raw_microsoft.users") == [
        (27_000, 1)
    ]
    assert ask(warehouse, "select display_name from raw_microsoft.users where id = 'user-3'") == [("Changed last",)]
    assert load(warehouse, 2, [leg_of(USERS, list(reversed(again[:-1])) + [[user(3, "Changed last")]])])[
        USERS
    ].status is (LegStatus.UNCHANGED)


def test_run_leaves_nothing_beside_the_warehouse(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(USERS, [[user(1)]]), failing_leg(OTHER, [[user(1)]])])

    assert sorted(path.name for path in warehouse.path.parent.rglob("*")) == [
        "tenantry.duckdb",
        "tenantry.duckdb.lock",
    ]


def test_staging_of_dlt_is_empty_after_a_load(warehouse: Warehouse) -> None:
    load(warehouse, 0, [leg_of(MESSAGES, [[message(1, "inbox")]])])

    assert ask(warehouse, "select count(*) from raw_microsoft.messages") == [(1,)]
    assert ask(warehouse, "select count(*) from raw_microsoft_staging.messages") == [(0,)]


def test_progress_names_start_rows_and_end_of_each_leg(warehouse: Warehouse) -> None:
    events: list[tuple[str, int]] = []

    def note(progress: object) -> None:
        events.append((progress.event, progress.rows))  # type: ignore[attr-defined]

    load(warehouse, 0, [leg_of(USERS, [[user(1)], [user(2)]])], on_progress=note)

    assert events == [("started", 0), ("rows", 1), ("rows", 2), ("ended", 2)]
