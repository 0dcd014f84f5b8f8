"""Only the allowlist makes mailboxes, and no other one can be asked for."""

from dataclasses import replace

import pytest

from ingestion.http.client import Call
from ingestion.legs import IngestionError
from ingestion.microsoft.client import allowed_requests
from ingestion.microsoft.endpoints import EVENTS, MESSAGES
from ingestion.microsoft.mailboxes import AllowedMailbox, MailboxAllowlist
from tests.ingestion.microsoft.vendor import API, client_of, connection_of, http_of, mail_settings
from tests.ingestion.transport import NoTransport

LISTED, OTHER = "dana@msp.example", "ceo@msp.example"


def test_allowlist_listed_address_in_any_case_is_found() -> None:
    assert MailboxAllowlist(["Dana@MSP.example"]).mailbox("dana@msp.EXAMPLE").address == LISTED


@pytest.mark.parametrize(
    "make", [lambda: MailboxAllowlist([LISTED]).mailbox(OTHER), lambda: AllowedMailbox(OTHER, object())]
)
def test_mailbox_not_listed_is_refused_without_naming_it(make: object) -> None:
    with pytest.raises(IngestionError) as caught:
        make()  # type: ignore[operator]
    assert caught.value.error_class == "refused"
    assert OTHER not in str(caught.value)


def test_mailbox_repr_hides_the_address() -> None:
    assert "dana" not in repr(MailboxAllowlist([LISTED]).mailbox(LISTED))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/users/{OTHER}/mailFolders/inbox/messages"),
        ("GET", f"/users/{OTHER}/calendarView"),
        ("GET", f"/users('{OTHER}')/mailFolders('inbox')/messages/delta"),
        ("GET", f"/users/{LISTED}/mailFolders/inbox/messages/AAMk/attachments"),
        ("GET", f"/users/{LISTED}/messages"),
        ("GET", f"/users/{LISTED}/mailFolders/inbox/../../../{OTHER}/calendarView"),
        ("GET", f"/users/{LISTED}%2f..%2f{OTHER}/calendarView"),
        ("POST", f"/users/{LISTED}/mailFolders/inbox/messages"),
        ("DELETE", f"/users/{LISTED}/mailFolders/inbox/messages"),
        ("POST", f"/users/{LISTED}/sendMail"),
    ],
)
def test_client_unlisted_mailbox_or_write_is_refused_before_a_socket(
    method: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a socket was opened"))
    transport = NoTransport()
    http = http_of(transport, connection_of(mail=mail_settings(LISTED)))  # type: ignore[arg-type]
    with pytest.raises(IngestionError, match="was refused before a connection was opened") as caught:
        http.send(Call(method, API + path, "test", "test"))
    assert OTHER not in str(caught.value)
    assert transport.sent == []


@pytest.mark.parametrize(
    "path",
    [
        f"/users/{LISTED}/mailFolders/inbox/messages/delta",
        f"/users('{LISTED.replace('@', '%40')}')/mailFolders('AAMk=')/messages/delta()",
        f"/users/{LISTED.upper()}/mailfolders/inbox/messages",
        f"/users/{LISTED}/calendarView",
    ],
)
def test_client_listed_mailbox_in_any_spelling_of_graph_is_asked(path: str) -> None:
    transport = NoTransport()
    http = http_of(transport, connection_of(mail=mail_settings(LISTED)))  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="a request was sent"):
        http.send(Call("GET", API + path, "test", "test"))


def test_client_url_of_mailbox_is_built_from_the_allowed_value() -> None:
    mailbox = MailboxAllowlist(["o'neil+x@msp.example"]).mailbox("o'neil+x@msp.example")
    client = client_of(NoTransport())  # type: ignore[arg-type]
    assert client.url(EVENTS, {}, mailbox) == f"{API}/users/o%27neil%2Bx@msp.example/calendarView"
    assert client.url(MESSAGES, {"$top": "1"}, mailbox, "inbox").endswith("/mailFolders/inbox/messages/delta?$top=1")


def test_gateway_below_a_path_is_asked_below_that_path_only() -> None:
    root = "https://gateway.example/graph"
    allowed = allowed_requests(replace(connection_of(mail=mail_settings(LISTED)), graph_url=root))
    for path in ("/organization", f"/users/{LISTED}/calendarView"):
        allowed.check("GET", f"{root}/v1.0{path}", "test")
        with pytest.raises(IngestionError, match="not listed"):
            allowed.check("GET", f"https://gateway.example/v1.0{path}", "test")


@pytest.mark.parametrize("spelling", ["/sean.o%27hara@msp.example", "('sean.o''hara@msp.example')"])
def test_listed_mailbox_with_an_apostrophe_is_allowed_as_graph_spells_it(spelling: str) -> None:
    allowed = allowed_requests(connection_of(mail=mail_settings("sean.o'hara@msp.example")))
    allowed.check("GET", f"{API}/users{spelling}/mailFolders('inbox')/messages/delta", "test")
    with pytest.raises(IngestionError, match="refused"):
        allowed.check("GET", f"{API}/users('sean.o''''hara@msp.example')/calendarView", "test")
