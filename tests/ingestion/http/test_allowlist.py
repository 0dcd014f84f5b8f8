"""What may be asked, and that everything else is refused before anything is sent."""

import re
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.http.address import parse_address
from ingestion.http.allowlist import Allowed, AllowedDownload, AllowList, origin_of
from ingestion.http.errors import HttpError
from ingestion.http.links import next_in_header
from ingestion.microsoft.links import check_graph_link

ROOT = "https://graph.example"
LIST = AllowList([Allowed("GET", origin_of(ROOT, "test"), re.compile(r"/v1\.0/users"))])


@pytest.mark.parametrize(
    "url", [f"{ROOT}/v1.0/users", f"{ROOT}:443/v1.0/users?$select=id", "HTTPS://GRAPH.example/v1.0/users"]
)
def test_check_listed_request_passes(url: str) -> None:
    LIST.check("GET", url, "test")


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("POST", f"{ROOT}/v1.0/users"),
        ("DELETE", f"{ROOT}/v1.0/users"),
        ("GET", f"{ROOT}/v1.0/users/dana@msp.example/messages"),
        ("GET", f"{ROOT}/v1.0/users/"),
        ("GET", f"{ROOT}/v1.0/../v1.0/users"),
        ("GET", f"{ROOT}/v1.0/x/%2e%2e/users"),
        ("GET", f"{ROOT}/v1.0%2fusers"),
        ("GET", f"{ROOT}/v1.0/%2575sers"),
        ("GET", "https://graph.example.evil.example/v1.0/users"),
        ("GET", "https://evilgraph.example/v1.0/users"),
        ("GET", "https://evil.graph.example/v1.0/users"),
        ("GET", "https://graph.example:8443/v1.0/users"),
        ("GET", "http://graph.example/v1.0/users"),
        ("GET", "https://user@graph.example/v1.0/users"),
        ("GET", "https://graph.example:bad/v1.0/users"),
        ("GET", "/v1.0/users"),
    ],
)
def test_check_other_request_is_refused(method: str, url: str) -> None:
    with pytest.raises(HttpError) as caught:
        LIST.check(method, url, "test")
    assert caught.value.error_class == "refused"


def test_check_refusal_names_neither_path_nor_query() -> None:
    with pytest.raises(HttpError) as caught:
        LIST.check("GET", "https://evil.example/users/dana@msp.example?token=abc", "microsoft/users")
    assert "evil.example" in str(caught.value)
    assert "dana" not in str(caught.value) and "abc" not in str(caught.value)


# What one reader of addresses takes for one host and the next reader for another; and dots that move a path.
AMBIGUOUS = [
    "https://reports.evil.test\\.files.example/x",
    "https://evil.test\\@reports.files.example/x",
    "https://evil.test#@reports.files.example/x",
    "https://reports.files.example@evil.test/x",
    "https://reports.files.example%2eevil.test/x",
    "https://reports.files.example%00.evil.test/x",
    "https://reports.files.\texample/x",
    "https://reports.files.example\n/x",
    "https://reports。files.example/x",
    "https://rep\u043erts.files.example/x",
    "https://reports.files.example:443:80/x",
    "https://reports.files.example:99999/x",
    "https://reports.files.example:/x\x00",
    "https://[::1]reports.files.example/x",
    "https://[reports.files.example]/x",
    "https:\\\\reports.files.example/x",
    "https:///reports.files.example/x",
    "https:reports.files.example/x",
    "//reports.files.example/x",
    f"https://{'a' * 300}.files.example/x",
    "https://\x1b[31mreports.files.example/x",
]


@pytest.mark.parametrize("url", AMBIGUOUS)
def test_address_that_can_be_read_in_two_ways_is_no_address(url: str) -> None:
    assert parse_address(url) is None
    for is_signed in (True, False):
        with pytest.raises(HttpError) as caught:
            DOWNLOADS.check("GET", url, "test", is_signed=is_signed)
        assert caught.value.error_class == "refused"
        assert "\x1b" not in str(caught.value) and "evil" not in str(caught.value)


@given(st.text(min_size=1, max_size=40), st.sampled_from(["https://{}/x", "https://a.files.example{}/x", "{}"]))
@settings(max_examples=300, deadline=None)
def test_what_is_judged_is_what_requests_sends(text: str, form: str) -> None:
    url = form.format(text)
    address = parse_address(url)
    if address is None:
        return
    sent = requests.Request("GET", url).prepare().url or ""
    again = parse_address(sent)
    # The client refuses what its library would send elsewhere; the host at least must never differ.
    assert again is not None and again.origin == address.origin
    assert (urlsplit(sent).hostname or "").strip("[]") == address.origin.host.strip("[]")


LEG = f"{ROOT}/v1.0/users/dana@msp.example/mailFolders/inbox/messages/delta?$select=id,subject"


@pytest.mark.parametrize(
    "link",
    [
        f"{ROOT}:443/v1.0/users/dana@msp.example/mailFolders/inbox/messages/delta?$skiptoken=x",
        f"{ROOT}/v1.0/users('dana%40msp.example')/mailfolders('inbox')/messages/delta?$skiptoken=x",
        f"{ROOT}/v1.0/users('Dana@msp.example')/mailFolders('inbox')/messages/microsoft.graph.delta()?$deltatoken=x",
        f"{ROOT}/v1.0/users/dana@msp.example/mailFolders/inbox/messages/delta?$select=subject,id&$skip=2",
    ],
)
def test_link_that_goes_on_with_the_legs_question_passes(link: str) -> None:
    check_graph_link(link, LEG, "test")


@pytest.mark.parametrize(
    "path",
    [
        "users/dana@msp.example/mailFolders/deleteditems/messages/delta?$skiptoken=x",
        "users/dana@msp.example/mailFolders('deleteditems')/messages/delta",
        "users/lee@msp.example/mailFolders/inbox/messages/delta",
        "users/dana@m\u017fp.example/mailFolders/inbox/messages/delta",
        "users/dana@msp.example/mailFolders/inbox/messages",
        "users/dana@msp.example/messages/delta",
        "users/delta?$skiptoken=x",
        "users/dana@msp.example/mailFolders/inbox/messages/delta/../delta",
        "users/dana@msp.example/mailFolders/inbox%2fmessages/delta",
        "users/dana@msp.example/mailFolders/inbox/messages/delta?$select=id,subject,body",
        "users/dana@msp.example/mailFolders/inbox/messages/delta?%24select=body",
        "users/dana@msp.example/mailFolders/inbox/messages/delta?SELECT=body",
        "users/dana@msp.example/mailFolders/inbox/messages/delta?$expand=attachments",
        "users/dana@msp.example/mailFolders/inbox/messages/delta?$select=id,subject&$select=body",
    ],
)
def test_link_to_another_question_of_the_same_host_is_not_followed(path: str) -> None:
    with pytest.raises(HttpError, match="was not followed") as caught:
        check_graph_link(f"{ROOT}/v1.0/{path}", LEG, "test")
    assert caught.value.error_class == "foreign_link"
    assert "msp.example" not in str(caught.value) and "deleted" not in str(caught.value)


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/v1.0/users", "http://graph.example/v1.0/users", "https://graph.example:444/v1.0/users",
     "https://graph.example\\.evil.example/v1.0/users", ""],
)  # fmt: skip
def test_link_to_another_origin_is_not_followed(link: str) -> None:
    with pytest.raises(HttpError, match="was not followed") as caught:
        check_graph_link(link, f"{ROOT}/v1.0/users", "test")
    assert caught.value.error_class == "foreign_link"


def test_host_that_a_vendor_chose_is_shown_in_quotes_and_bounded() -> None:
    with pytest.raises(HttpError) as caught:
        check_graph_link(f"https://{'a' * 15}.{'b' * 16}.{'c.' * 60}example/x", f"{ROOT}/v1.0/users", "test")
    (shown, _) = re.findall(r"'(https://[^']*)'", str(caught.value))
    # What is as long as a secret may be one that the vendor echoes.
    assert shown.startswith(f"https://{'a' * 15}.….c.c.") and shown.endswith("…") and len(shown) == 101


DOWNLOADS = AllowList([], AllowedDownload(("reports*.files.example", "localhost:8443")))


@pytest.mark.parametrize("url", ["https://reportsweu.files.example/any/path?sig=x", "https://LOCALHOST:8443/x"])
def test_check_download_from_a_listed_host_passes_without_credential_only(url: str) -> None:
    DOWNLOADS.check("GET", url, "test", is_signed=False)
    with pytest.raises(HttpError):
        DOWNLOADS.check("GET", url, "test")


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("POST", "https://reports.files.example/x"),
        ("GET", "http://reports.files.example:443/x"),
        ("GET", "https://reports.files.example:8443/x"),
        ("GET", "https://reports.files.example.evil.example/x"),
        ("GET", "https://evil.example/reports.files.example"),
        ("GET", "https://localhost/x"),
    ],
)
def test_check_download_from_elsewhere_is_refused(method: str, url: str) -> None:
    with pytest.raises(HttpError) as caught:
        DOWNLOADS.check(method, url, "test", is_signed=False)
    assert caught.value.error_class == "refused"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", ""),
        ('<https://a.example/x?y=1,2;z>; rel="next"', "https://a.example/x?y=1,2;z"),
        (
            '<https://a.example/l>; rel="last", <https://a.example/n>; title="a, <b>; c"; REL=Next',
            "https://a.example/n",
        ),
        ('<https://a.example/p>; rel="prev next";', "https://a.example/p"),
        ("<https://a.example/1>;rel=next,<https://a.example/2>;rel=next", "https://a.example/1"),
        ('<https://a.example/f>; rel = "first" ; x', ""),
    ],
)
def test_next_link_of_a_header(header: str, found: str) -> None:
    assert next_in_header(header, "test") == found


@pytest.mark.parametrize(
    "header",
    ["<https://a.example/", "noise", "<a>; rel=next noise", pytest.param("<a>" + " ; x =" * 9_000 + '"', id="long")],
)
def test_header_of_links_that_cannot_be_read_is_no_end_of_a_list(header: str) -> None:
    with pytest.raises(HttpError) as caught:
        next_in_header(header, "test")
    assert caught.value.error_class == "odd_link" and "a.example" not in str(caught.value)


def test_file_lies_on_the_hosts_of_downloads_only() -> None:
    listed = AllowList(
        [Allowed("GET", origin_of(ROOT, "test"), re.compile(r"/v1\.0/users"))], AllowedDownload(("files.example",))
    )
    listed.check("GET", "https://files.example/x", "test", is_signed=False, is_file=True)
    with pytest.raises(HttpError):
        listed.check("GET", f"{ROOT}/v1.0/users", "test", is_signed=False, is_file=True)
