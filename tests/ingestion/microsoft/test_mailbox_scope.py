"""The doctor's proof of the mailbox scope: what is asked, what may be asked, and what each answer means."""

from datetime import date

import pytest

from ingestion.http.client import Call, HttpClient
from ingestion.legs import IngestionError
from ingestion.microsoft.mailbox_scope import (
    ListedAnswer,
    Reach,
    canary_http,
    canary_reach,
    listed_answers,
    unscoped_roles,
)
from ingestion.microsoft.mailboxes import CanaryMailbox, MailboxAllowlist
from ingestion.microsoft.source import tenant_tokens
from tests.ingestion.microsoft.vendor import (
    API,
    TENANT,
    Vendor,
    client_of,
    connection_of,
    error,
    http_of,
    mail_settings,
    page,
)
from tests.ingestion.transport import Answer, NoTransport

LISTED, CEO = "dana@msp.example", "ceo+x@msp.example"
INBOX = f"/users/{CEO}/mailFolders/inbox"


def reach_of(answer: Answer) -> tuple[Reach, Vendor]:
    vendor = Vendor({INBOX: answer})
    connection = connection_of(mail=mail_settings(LISTED))
    canary = connection.mail.allowlist.canary(CEO)  # type: ignore[union-attr]
    tokens = tenant_tokens(connection, connection.tenants[0], http_of(vendor, connection))
    http = HttpClient(canary_http(connection, canary)._allowed, adapter=vendor, sleep=lambda seconds: None)
    return canary_reach(connection, TENANT, canary, tokens, http), vendor


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error(403, "ErrorAccessDenied"), Reach.REFUSED),
        (Answer(body='{"id": "x"}'), Reach.ANSWERED),
        (error(404, "ErrorInvalidUser"), Reach.NO_MAILBOX),
    ],
)
def test_canary_is_asked_for_its_inbox_id_alone(answer: Answer, expected: Reach) -> None:
    reach, vendor = reach_of(answer)
    assert reach is expected
    assert [request.url for request in vendor.graph_requests()] == [
        f"{API}/users/ceo%2Bx@msp.example/mailFolders/inbox?$select=id"
    ]


def test_canary_other_answer_is_an_error_without_the_address() -> None:
    with pytest.raises(IngestionError) as caught:
        reach_of(error(400, "BadRequest"))
    assert "400" in str(caught.value) and "ceo" not in str(caught.value)


@pytest.mark.parametrize(
    "path",
    [
        f"/users/{CEO}/mailFolders/inbox/messages",
        f"/users/{CEO}/mailFolders/sentitems",
        f"/users/{CEO}/calendarView",
        f"/users/{LISTED}/mailFolders/inbox",
        "/organization",
    ],
)
def test_canary_client_asks_for_nothing_else(path: str) -> None:
    connection = connection_of(mail=mail_settings(LISTED))
    http = canary_http(connection, MailboxAllowlist([LISTED]).canary(CEO))
    with pytest.raises(IngestionError, match="refused before a connection"):
        http.send(Call("GET", API + path, "test", "test"))


def test_run_client_does_not_know_the_canary() -> None:
    http = http_of(NoTransport(), connection_of(mail=mail_settings(LISTED)))  # type: ignore[arg-type]
    with pytest.raises(IngestionError, match="refused before a connection"):
        http.send(Call("GET", API + INBOX.replace("+", "%2B"), "test", "test"))


def test_canary_is_no_allowed_mailbox_and_a_listed_one_no_canary() -> None:
    canary = MailboxAllowlist([LISTED]).canary(CEO)
    assert not hasattr(canary, "address") and not hasattr(canary, "path_segment") and "ceo" not in repr(canary)
    with pytest.raises(IngestionError, match="on the allowlist"):
        MailboxAllowlist([LISTED]).canary(LISTED.upper())
    with pytest.raises(IngestionError, match="past the allowlist"):
        CanaryMailbox(CEO, object())


def answers(*rows: dict, has_preview: bool = True) -> tuple[list[ListedAnswer], Vendor]:
    vendor = Vendor(
        {f"/users/{LISTED}/mailFolders/inbox/messages": page(*rows), f"/users/{LISTED}/calendarView": page()}
    )
    settings = mail_settings(LISTED, has_preview=has_preview)
    client = client_of(vendor, connection_of(mail=settings))
    return list(listed_answers(client, settings, next(iter(settings.allowlist)), date(2026, 10, 20))), vendor


def test_listed_mailbox_is_asked_as_a_run_asks() -> None:
    found, vendor = answers({"id": "1", "subject": "s", "bodyPreview": "p"})
    assert found == [ListedAnswer("messages", 1, ()), ListedAnswer("events", 0, ())]
    mail, calendar = vendor.queries()[-2:]
    assert "bodyPreview" in mail["$select"] and "body" not in mail["$select"].split(",")
    assert (calendar["startDateTime"], calendar["endDateTime"]) == ("2026-10-13T00:00:00Z", "2026-11-04T00:00:00Z")
    assert mail["$top"] == calendar["$top"] == "1"


def test_listed_mailbox_that_sends_content_is_told_by_name() -> None:
    found, _ = answers({"id": "1", "body": {"content": "CANARY"}, "uniqueBody": None, "attachments": []})
    assert found[0].content == ("body",)


def test_preview_counts_as_content_where_it_is_off() -> None:
    found, vendor = answers({"id": "1", "bodyPreview": "p"}, has_preview=False)
    assert found[0].content == ("bodyPreview",)
    assert "bodyPreview" not in vendor.queries()[-2]["$select"]


def test_listed_mailbox_that_does_not_answer_is_an_error() -> None:
    vendor = Vendor({f"/users/{LISTED}/mailFolders/inbox/messages": error(403, "ErrorAccessDenied")})
    settings = mail_settings(LISTED)
    client = client_of(vendor, connection_of(mail=settings))
    with pytest.raises(IngestionError) as caught:
        list(listed_answers(client, settings, next(iter(settings.allowlist)), date(2026, 10, 20)))
    assert caught.value.error_class == "mailbox_out_of_scope"


def test_unscoped_roles_are_those_that_open_mailboxes() -> None:
    roles = ["User.Read.All", "Mail.Read", "Calendars.ReadBasic.All", "full_access_as_app", "MailboxSettings.Read"]
    assert unscoped_roles(roles) == (
        "Calendars.ReadBasic.All",
        "Mail.Read",
        "MailboxSettings.Read",
        "full_access_as_app",
    )
