"""The mailbox usage report: a redirect, a file without a credential, hidden names."""

from datetime import date

import pytest

from ingestion.legs import IngestionError, LegEnd, LegStatus
from tests.ingestion.microsoft.vendor import FILES, Vendor, connection_of, error, legs_of
from tests.ingestion.readings import MemoryReading, leg_of, read
from tests.ingestion.transport import Answer

REPORT = "/reports/getMailboxUsageDetail(period='D30')"
PLACE = f"{FILES}/data/download?sig=canary-signature"
MARK = "\ufeff"
HEAD = "Report Refresh Date,User Principal Name,Display Name,Is Deleted,Created Date,Last Activity Date,Has Archive,Recipient Type,Report Period"  # noqa: E501


def redirect(place: str = PLACE) -> Answer:
    return Answer(302, b"", {"Location": place})


def file(*lines: str, head: str = HEAD) -> Answer:
    return Answer(200, MARK + "\r\n".join([head, *lines]) + "\r\n", {"Content-Type": "text/csv"})


def line(name: str, kind: str = "User", deleted: str = "False") -> str:
    return f'2026-10-18,{name},"Doe, ""Jo""",{deleted},2024-01-02,,True,{kind},30'


def run(vendor: Vendor, **values: object) -> tuple[MemoryReading, LegEnd]:
    return read(leg_of(legs_of(vendor, connection_of(**values)), "mailbox_usage"))


def test_report_is_read_by_its_headers_and_names_are_lower_case() -> None:
    vendor = Vendor(
        {REPORT: redirect()}, files=file(line("Info@Customer.example", "Shared"), line("jo@customer.example"))
    )
    reading, end = run(vendor)
    assert sorted(reading.table().to_pylist(), key=lambda row: row["user_principal_name"])[0] == {
        "user_principal_name": "info@customer.example", "recipient_type": "Shared", "is_deleted": False,
        "created_date": date(2024, 1, 2), "last_activity_date": None, "has_archive": True,
        "report_refresh_date": date(2026, 10, 18),
    }  # fmt: skip
    assert [scope.mode for scope in end.scopes["mailbox_usage"]] == ["full"]
    assert reading.stats.rows_read == 2


def test_file_is_asked_for_without_any_credential() -> None:
    vendor = Vendor({REPORT: redirect()}, files=file(line("a@customer.example")))
    run(vendor)
    asked = vendor.sent[-1]
    assert asked.url == PLACE
    assert "Authorization" not in asked.headers and "client-request-id" not in asked.headers


@pytest.mark.parametrize(
    "place",
    [
        "https://elsewhere.example/file?sig=canary-signature",
        "http://files.reports.example/file?sig=canary-signature",
        "https://files.reports.example:8443/file?sig=canary-signature",
        "https://files.reports.example.evil.example/file?sig=canary-signature",
    ],
)
def test_file_on_a_host_that_is_not_listed_is_not_asked_for(place: str) -> None:
    vendor = Vendor({REPORT: redirect(place)})
    with pytest.raises(IngestionError, match="report_hosts") as caught:
        run(vendor)
    assert caught.value.error_class == "report_host"
    assert "canary" not in str(caught.value) + caught.value.advice
    assert len(vendor.sent) == 2


def test_host_with_a_port_is_listed_with_its_port() -> None:
    place = "https://files.reports.example:8443/file"
    vendor = Vendor({REPORT: redirect(place)}, files=file(line("a@customer.example")))
    assert run(vendor, report_hosts=("files.reports.example:8443",))[0].values("recipient_type") == ["User"]


def test_signed_requests_never_pass_as_downloads() -> None:
    vendor = Vendor({"/domains": Answer(302, b"", {"Location": f"{FILES}/v1.0/domains"})})
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs_of(vendor), "domains"))
    assert caught.value.error_class == "redirect"
    assert not any((request.url or "").startswith(FILES) for request in vendor.sent)


def test_address_that_has_expired_is_asked_for_again_once() -> None:
    vendor = Vendor({REPORT: redirect()}, files=[Answer(403, "<Error/>"), file(line("a@customer.example"))])
    assert run(vendor)[0].values("user_principal_name") == ["a@customer.example"]
    assert len(vendor.graph_requests()) == 2


def test_file_that_is_refused_is_a_failure_and_no_missing_permission() -> None:
    with pytest.raises(IngestionError) as caught:
        run(Vendor({REPORT: redirect()}, files=Answer(403, "<Error/>")))
    assert (caught.value.status, caught.value.error_class) == (LegStatus.FAILED, "report_download")
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (error(403, "Authorization_RequestDenied"), LegStatus.NOT_PERMITTED),
        (error(404, "ResourceNotFound"), LegStatus.NOT_OFFERED),
        (error(500, "generalException"), LegStatus.FAILED),
    ],
)
def test_report_that_graph_refuses_ends_the_leg_by_its_kind(answer: Answer, status: LegStatus) -> None:
    with pytest.raises(IngestionError) as caught:
        run(Vendor({REPORT: answer}))
    assert caught.value.status is status


def test_hidden_names_are_no_rows_but_an_outcome() -> None:
    hidden = file(line("9F86D081884C7D659A2FEAA0C55AD015"), line("60303AE22B998861BCE3B28F33EEC1BE", "Shared"))
    with pytest.raises(IngestionError) as caught:
        run(Vendor({REPORT: redirect()}, files=hidden))
    assert (caught.value.status, caught.value.error_class) == (LegStatus.NOT_OFFERED, "names_concealed")
    assert "shared_mailboxes" in caught.value.advice and "9F86" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", MARK.encode(), MARK.encode() + HEAD.encode() + b"\r\n"])
def test_report_without_rows_is_a_good_read_of_none(content: bytes) -> None:
    reading, end = run(Vendor({REPORT: redirect()}, files=Answer(200, content)))
    assert reading.table().num_rows == 0 and end.scopes["mailbox_usage"][0].mode == "full"


def test_report_of_the_stored_rows_is_not_read_again() -> None:
    answer = file(line("a@customer.example"))
    vendor = Vendor({REPORT: redirect()}, files=answer)
    leg = leg_of(legs_of(vendor, connection_of()), "mailbox_usage")
    reading, end = read(leg, known_answer=[str(answer.body).encode()])
    assert not reading.written and end.scopes["mailbox_usage"][0].mode == "full"


def test_living_mailbox_wins_over_a_deleted_one_of_its_name() -> None:
    lines = [line("a@customer.example"), line("A@customer.example", "Shared", deleted="True")]
    reading, _ = run(Vendor({REPORT: redirect()}, files=file(*lines)))
    assert reading.values("recipient_type") == ["Shared", "User"]


def test_row_without_a_name_is_dropped_and_counted() -> None:
    reading, _ = run(Vendor({REPORT: redirect()}, files=file(line("a@customer.example"), line(""))))
    assert reading.values("user_principal_name") == ["a@customer.example"]
    assert reading.stats.rows_dropped == 1


def test_sovereign_cloud_has_no_report_and_nothing_is_asked() -> None:
    vendor = Vendor()
    with pytest.raises(IngestionError) as caught:
        run(vendor, cloud="us_gov")
    assert caught.value.status is LegStatus.NOT_OFFERED
    assert vendor.sent == []
