"""Mail metadata: what is asked, kept, dropped and remembered."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from ingestion.legs import IngestionError, LegEnd, LegStatus
from ingestion.microsoft.connection import MailSettings
from ingestion.microsoft.endpoints import FILTERED_DELTA_LIMIT_ROWS
from ingestion.microsoft.erased import ErasedPeople, address_hash
from ingestion.microsoft.matching import MatchSet
from tests.ingestion.microsoft.vendor import API, Vendor, connection_of, error, legs_of, mail_settings, page
from tests.ingestion.readings import MemoryReading, leg_of
from tests.ingestion.transport import Answer

DANA, LEE = "dana@msp.example", "lee@msp.example"
INBOX = f"/users/{DANA}/mailFolders/inbox/messages"
DELTA = f"{INBOX}/delta"
LINK = f"{API}/users('{DANA}')/mailFolders('inbox')/messages/delta?$deltatoken=one"
MATCH = MatchSet({"kim@customer.example": ("4",)}, frozenset({"customer.example"}))
LEE_LINK, SENT_LINK = LINK.replace(DANA, LEE), LINK.replace("inbox", "sentitems")
FORBIDDEN = {"body", "uniqueBody", "attachments", "internetMessageHeaders", "extensions"}


def person(address: str | None) -> dict:
    return {"emailAddress": {"name": "A Name", "address": address}}


def mail(number: int, sender: str, *to: str, **values: object) -> dict:
    return {
        "id": f"m{number}",
        "subject": f"Subject {number}",
        "from": person(sender),
        "sender": person(sender),
        "toRecipients": [person(address) for address in to],
        "ccRecipients": [],
        "bccRecipients": [],
        "receivedDateTime": "2026-10-19T08:00:00Z",
        "bodyPreview": "p" * 300,
        "body": {"contentType": "html", "content": "CANARY-BODY"},
        **values,
    }


def run(
    vendor: Vendor, settings: MailSettings | None = None, match: MatchSet = MATCH, **values: object
) -> tuple[MemoryReading, LegEnd]:
    leg = leg_of(legs_of(vendor, connection_of(mail=settings or mail_settings(DANA)), match), "messages")
    reading = MemoryReading(leg.key, **values)
    return reading, leg.read(reading)


def cursors_of(end: LegEnd) -> dict[str, str | None]:
    return {"/".join(scope.where.values()): scope.cursor for scope in end.scopes["messages"]}


def stored() -> dict[str, str | None]:
    return cursors_of(run(Vendor({DELTA: page(delta=LINK)}))[1])


def test_first_round_asks_for_the_window_with_immutable_ids_and_no_body() -> None:
    vendor = Vendor({DELTA: page(delta=LINK)})
    run(vendor)
    query = vendor.queries()[-1]
    assert query["$filter"] == "receivedDateTime ge 2026-09-20T00:00:00Z"
    selected = set(query["$select"].split(","))
    assert not selected & FORBIDDEN and {"id", "subject", "bodyPreview"} <= selected
    assert set(query) == {"$select", "$filter"}
    assert 'IdType="ImmutableId"' in vendor.graph_requests()[0].headers["Prefer"]


def test_first_round_keeps_what_touches_a_customer_and_drops_the_rest() -> None:
    rows = [
        mail(1, "Kim@Customer.example", DANA),
        mail(2, DANA, "else@sub.customer.example"),
        mail(3, "friend@freemail.example", DANA, subject="CANARY-UNMATCHED"),
        mail(4, "x@notcustomer.example", DANA),
        mail(5, "x@other.example", DANA, bccRecipients=[person("kim@customer.example"), person(None)]),
        {"id": "m6", "receivedDateTime": "2026-10-19T08:00:00Z", "from": None, "toRecipients": None},
    ]
    reading, end = run(Vendor({DELTA: page(*rows, delta=LINK)}))
    table = reading.table()
    assert table.column("id").to_pylist() == ["m1", "m2", "m5"]
    assert [json.loads(text) for text in table.column("matched_contact_ids").to_pylist()] == [["4"], [], ["4"]]
    assert [json.loads(text) for text in table.column("matched_domains").to_pylist()] == [["customer.example"]] * 3
    assert set(table.column("mailbox").to_pylist()) == {DANA} and set(table.column("folder").to_pylist()) == {"inbox"}
    assert reading.stats.rows_dropped == 3
    text = str(table.to_pylist())
    assert "CANARY" not in text and "A Name" not in text
    assert reading.stats.forbidden_dropped == 10
    scope = end.scopes["messages"][0]
    assert (scope.mode, dict(scope.where)) == ("full", {"mailbox": DANA, "folder": "inbox"})
    assert (scope.keep_column, scope.keep_from) == ("received_date_time", datetime(2026, 9, 20, tzinfo=UTC))


def test_preview_is_cut_to_its_length() -> None:
    reading, _ = run(Vendor({DELTA: page(mail(1, "kim@customer.example", bodyPreview="ä" * 300), delta=LINK)}))
    assert reading.values("preview") == ["ä" * 255]


def test_preview_off_is_neither_asked_nor_kept() -> None:
    vendor = Vendor({DELTA: page(mail(1, "kim@customer.example"), delta=LINK)})
    reading, _ = run(vendor, mail_settings(DANA, has_preview=False))
    assert "bodyPreview" not in vendor.queries()[-1]["$select"]
    assert reading.values("preview") == [None]


def test_next_round_starts_at_the_link_and_removes_what_is_gone_or_touches_nobody() -> None:
    changes = [
        mail(1, "kim@customer.example"),
        mail(2, "friend@freemail.example"),
        {"id": "m3", "@removed": {"reason": "deleted"}},
    ]
    vendor = Vendor({f"/users('{DANA}')/mailFolders('inbox')/messages/delta": page(*changes, delta=LINK + "2")})
    reading, end = run(vendor, cursors=stored())
    assert [request.url for request in vendor.graph_requests()] == [LINK]
    assert 'IdType="ImmutableId"' in vendor.graph_requests()[0].headers["Prefer"]
    scope = end.scopes["messages"][0]
    assert scope.mode == "delta"
    assert scope.removed_keys.to_pylist() == [{"mailbox": DANA, "id": "m2"}, {"mailbox": DANA, "id": "m3"}]
    assert reading.values("id") == ["m1"]
    assert LINK + "2" in (scope.cursor or "")


def test_next_round_leaves_out_mail_older_than_the_window() -> None:
    old = mail(1, "kim@customer.example", receivedDateTime="2026-09-19T23:59:59Z")
    reading, _ = run(
        Vendor({f"/users('{DANA}')/mailFolders('inbox')/messages/delta": page(old, delta=LINK)}), cursors=stored()
    )
    assert reading.table().num_rows == 0 and reading.stats.rows_dropped == 1


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        (mail_settings(DANA), MatchSet(MATCH.contacts, MATCH.domains | {"new.example"})),
        (mail_settings(DANA, mail_days=60), MATCH),
        (mail_settings(DANA, has_preview=False), MATCH),
    ],
)
def test_changed_question_reads_the_window_again(settings: MailSettings, match: MatchSet) -> None:
    vendor = Vendor({DELTA: page(mail(1, "x@new.example"), delta=LINK)})
    _, end = run(vendor, settings, match, cursors=stored())
    assert end.scopes["messages"][0].mode == "full"


@pytest.mark.parametrize(
    "answer", [error(410, "syncStateNotFound"), error(404, "ErrorItemNotFound", inner="SyncStateNotFound")]
)
def test_expired_link_reads_the_window_again(answer: Answer) -> None:
    path = f"/users('{DANA}')/mailFolders('inbox')/messages/delta"
    _, end = run(Vendor({path: answer, DELTA: page(delta=LINK)}), cursors=stored())
    assert end.scopes["messages"][0].mode == "full"


def test_filtered_round_at_its_limit_is_completed_by_the_plain_list() -> None:
    rows = [mail(number, "friend@freemail.example") for number in range(FILTERED_DELTA_LIMIT_ROWS)]
    vendor = Vendor({DELTA: page(*rows, delta=LINK), INBOX: page(mail(9999, "kim@customer.example"))})
    reading, end = run(vendor)
    assert reading.values("id") == ["m9999"]
    query = vendor.queries()[-1]
    assert (query["$orderby"], query["$top"]) == ("receivedDateTime", "250")
    assert query["$filter"].startswith("receivedDateTime ge ")
    assert LINK in (end.scopes["messages"][0].cursor or "")


def test_one_mailbox_that_fails_is_a_problem_and_the_others_are_stored() -> None:
    vendor = Vendor(
        {
            DELTA: error(403, "ErrorAccessDenied"),
            f"/users/{LEE}/mailFolders/inbox/messages/delta": page(mail(1, "kim@customer.example"), delta=LEE_LINK),
        }
    )
    reading, end = run(vendor, mail_settings(DANA, LEE))
    assert reading.values("mailbox") == [LEE]
    assert [scope.where["mailbox"] for scope in end.scopes["messages"]] == [LEE]
    assert [problem.status for problem in end.problems] == [LegStatus.NOT_PERMITTED]
    assert DANA not in str(end.problems[0]) + end.problems[0].advice


def test_every_mailbox_out_of_scope_is_a_missing_permission() -> None:
    denied = error(403, "ErrorAccessDenied")
    vendor = Vendor({DELTA: denied, f"/users/{LEE}/mailFolders/inbox/messages/delta": denied})
    with pytest.raises(IngestionError, match="every listed mailbox") as caught:
        run(vendor, mail_settings(DANA, LEE))
    assert caught.value.status is LegStatus.NOT_PERMITTED
    assert DANA not in str(caught.value)


def test_mailbox_without_cloud_mailbox_is_failed_and_told() -> None:
    with pytest.raises(IngestionError) as caught:
        run(Vendor({DELTA: error(404, "MailboxNotEnabledForRESTAPI")}))
    assert (caught.value.status, caught.value.error_class) == (LegStatus.FAILED, "mailbox_not_found")
    assert "no cloud mailbox" in caught.value.advice


def test_number_where_text_is_expected_fails_that_folder_without_its_value() -> None:
    with pytest.raises(IngestionError, match="field subject") as caught:
        run(Vendor({DELTA: page(mail(1, "kim@customer.example", subject=4711), delta=LINK)}))
    assert "4711" not in str(caught.value)


def test_window_is_of_as_of_and_not_of_the_clock() -> None:
    vendor = Vendor({DELTA: page(delta=LINK)})
    run(vendor, as_of=date(2025, 3, 1))
    assert vendor.queries()[-1]["$filter"] == "receivedDateTime ge 2025-01-30T00:00:00Z"


def test_legs_without_match_set_read_no_mailbox() -> None:
    tables = {leg.key.table for leg in legs_of(Vendor(), connection_of(mail=mail_settings(DANA)))}
    assert not tables & {"messages", "events"}


KEY = b"0" * 32
PATH_OF_LINK = f"/users('{DANA}')/mailFolders('inbox')/messages/delta"


def without(*addresses: str) -> MatchSet:
    erased = ErasedPeople(frozenset(address_hash(KEY, address) for address in addresses), KEY)
    return MatchSet(MATCH.contacts, MATCH.domains, erased=erased)


@pytest.mark.parametrize(
    "values",
    [
        {"from": person("Ex@Other.example")},
        {"sender": person("ex@other.example")},
        {"toRecipients": [person("kim@customer.example"), person("ex@other.example")]},
        {"ccRecipients": [person("ex@other.example")]},
        {"bccRecipients": [person("ex@other.example")]},
        {"subject": "Fwd: ex@other.example wrote"},
        {"bodyPreview": "write to <ex@other.example>"},
    ],
)
def test_message_that_carries_an_erased_person_is_dropped(values: dict) -> None:
    rows = [
        mail(1, "kim@customer.example", DANA) | values,
        mail(2, "kim@customer.example", "dex@other.example"),
    ]
    reading, _ = run(Vendor({DELTA: page(*rows, delta=LINK)}), match=without("ex@other.example"))
    assert reading.values("id") == ["m2"] and reading.stats.rows_dropped == 1


def test_message_that_comes_to_carry_an_erased_person_counts_as_removed() -> None:
    changed = mail(1, "kim@customer.example", "ex@other.example")
    reading, end = run(
        Vendor({PATH_OF_LINK: page(changed, delta=LINK)}), match=without("ex@other.example"), cursors=stored()
    )
    assert reading.table().num_rows == 0
    assert end.scopes["messages"][0].mode == "delta"
    assert end.scopes["messages"][0].removed_keys.to_pylist() == [{"mailbox": DANA, "id": "m1"}]


def test_erased_people_without_their_key_stop_the_leg_before_a_request() -> None:
    vendor = Vendor({DELTA: page(delta=LINK)})
    with pytest.raises(IngestionError) as caught:
        run(vendor, match=MatchSet({}, frozenset(), erased=ErasedPeople(frozenset({"a"}))))
    assert caught.value.error_class == "erase_key_missing" and vendor.sent == []


def test_mailbox_that_is_added_is_read_from_its_window_on_and_the_other_by_its_link() -> None:
    lee = f"/users/{LEE}/mailFolders/inbox/messages/delta"
    vendor = Vendor({PATH_OF_LINK: page(delta=LINK), lee: page(mail(1, "kim@customer.example"), delta=LEE_LINK)})
    reading, end = run(vendor, mail_settings(DANA, LEE), cursors=stored())
    assert {scope.where["mailbox"]: scope.mode for scope in end.scopes["messages"]} == {DANA: "delta", LEE: "full"}
    assert reading.values("mailbox") == [LEE]


def test_message_of_a_customer_that_gains_a_domain_is_kept_when_the_window_is_read_again() -> None:
    vendor = Vendor({DELTA: page(mail(1, "x@new.example"), delta=LINK)})
    assert run(vendor)[0].table().num_rows == 0
    reading, _ = run(vendor, match=MatchSet(MATCH.contacts, MATCH.domains | {"new.example"}), cursors=stored())
    assert reading.values("id") == ["m1"]


def test_link_is_followed_for_a_week_and_then_the_window_is_read_again() -> None:
    started = datetime(2026, 10, 20, 6, tzinfo=UTC)
    vendor = Vendor({PATH_OF_LINK: page(delta=LINK), DELTA: page(delta=LINK)})
    modes = [
        run(vendor, cursors=stored(), started_at=started + age)[1].scopes["messages"][0].mode
        for age in (timedelta(days=7, seconds=-1), timedelta(days=7))
    ]
    assert modes == ["delta", "full"]


def test_link_that_expires_after_a_page_leaves_nothing_that_the_window_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.microsoft.client.HELD_BYTES", 1)
    first = page(mail(1, "kim@customer.example"), mail(2, "kim@customer.example"), link=LINK + "2")
    routes = {
        PATH_OF_LINK: [first, error(410, "syncStateNotFound")],
        DELTA: page(mail(2, "kim@customer.example"), delta=LINK),
    }
    _, end = run(Vendor(routes), cursors=stored())
    scope = end.scopes["messages"][0]
    assert scope.mode == "full" and scope.removed_keys.to_pylist() == [{"mailbox": DANA, "id": "m1"}]


def test_folders_of_a_mailbox_are_read_one_after_the_other_in_the_order_of_the_settings() -> None:
    sent = f"/users/{DANA}/mailFolders/sentitems/messages/delta"
    vendor = Vendor({DELTA: page(mail(1, "kim@customer.example"), delta=LINK),
                     sent: page(mail(1, "kim@customer.example"), delta=SENT_LINK)})  # fmt: skip
    reading, _ = run(vendor, mail_settings(DANA, folders=("inbox", "sentitems")))
    # The message moved between the two readings: the load keeps the last one written.
    assert reading.values("folder") == ["inbox", "sentitems"]


def test_counters_of_all_mailboxes_are_the_legs() -> None:
    lee = f"/users/{LEE}/mailFolders/inbox/messages/delta"
    rows = [mail(1, "kim@customer.example"), mail(2, "friend@freemail.example")]
    reading, _ = run(
        Vendor({DELTA: page(*rows, delta=LINK), lee: page(*rows, delta=LEE_LINK)}), mail_settings(DANA, LEE)
    )
    assert (reading.stats.rows_read, reading.stats.rows_dropped, reading.stats.request_count) == (4, 2, 2)


@pytest.mark.parametrize("answer", [error(400, "ErrorInvalidUrlQuery"), error(404, "ErrorItemNotFound")])
def test_link_that_is_not_understood_reads_the_window_again(answer: Answer) -> None:
    _, end = run(Vendor({PATH_OF_LINK: answer, DELTA: page(delta=LINK)}), cursors=stored())
    assert end.scopes["messages"][0].mode == "full"


def test_window_that_is_reset_in_its_midst_begins_anew_and_keeps_what_it_holds_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ingestion.microsoft.client.HELD_BYTES", 1)
    first = page(mail(1, "kim@customer.example"), mail(2, "kim@customer.example"), link=LINK)
    routes = {
        DELTA: [first, page(mail(2, "kim@customer.example"), delta=LINK)],
        PATH_OF_LINK: error(410, "syncStateNotFound"),
    }
    reading, end = run(Vendor(routes))
    scope = end.scopes["messages"][0]
    assert scope.mode == "full" and scope.removed_keys.to_pylist() == [{"mailbox": DANA, "id": "m1"}]
    assert reading.values("id") == ["m1", "m2", "m2"] and reading.stats.rows_read == 1


def test_window_that_is_reset_every_time_ends_the_folder() -> None:
    vendor = Vendor({DELTA: error(410, "syncStateNotFound")})
    with pytest.raises(IngestionError, match="410") as caught:
        run(vendor)
    assert "3 rounds in a row" in caught.value.advice and len(vendor.graph_requests()) == 3


def test_change_that_tells_little_but_an_id_leaves_the_message_as_it_is() -> None:
    changes = [{"id": "m1", "isRead": True}, mail(2, "friend@freemail.example")]
    reading, end = run(Vendor({PATH_OF_LINK: page(*changes, delta=LINK)}), cursors=stored())
    assert reading.table().num_rows == 0
    assert end.scopes["messages"][0].removed_keys.to_pylist() == [{"mailbox": DANA, "id": "m2"}]
