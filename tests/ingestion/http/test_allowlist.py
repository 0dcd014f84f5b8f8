"""What may be asked, and that everything else is refused before anything is sent."""

import re

import pytest

from ingestion.http.allowlist import Allowed, AllowedDownload, AllowList, check_next_link, origin_of
from ingestion.http.errors import HttpError

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


@pytest.mark.parametrize("link", [f"{ROOT}/v1.0/users?$skiptoken=x", f"{ROOT}:443/v1.0/other"])
def test_check_next_link_same_origin_passes(link: str) -> None:
    check_next_link(link, ROOT, "test")


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/v1.0/users", "http://graph.example/v1.0/users", "https://graph.example:444/v1.0/users"],
)
def test_check_next_link_other_origin_is_refused(link: str) -> None:
    with pytest.raises(HttpError, match="was not followed") as caught:
        check_next_link(link, ROOT, "test")
    assert caught.value.error_class == "foreign_link"


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
