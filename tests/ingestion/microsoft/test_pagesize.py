"""Page sizes that Graph cannot serve: the maximum that it names, half of ours after a time-out."""

from pathlib import Path

import pytest
import requests

from ingestion.legs import IngestionError
from ingestion.load import Warehouse
from ingestion.microsoft.matching import MatchSet
from tests.ingestion.load.fake_legs import ask, load
from tests.ingestion.microsoft.vendor import API, Vendor, connection_of, error, legs_of, mail_settings, page
from tests.ingestion.readings import leg_of, read
from tests.ingestion.transport import Answer

APPLICATIONS = "/applications"
TOO_LARGE = error(400, "Request_BadRequest", "Invalid page size specified: '999'. Must be between 1 and 200 inclusive.")
TOO_MANY = error(400, "BadRequest", "Cannot query data for more than 120 users at a time")


def tops(vendor: Vendor) -> list[str]:
    """Page sizes asked for, repeats of the same request left out."""
    asked = [query["$top"] for query in vendor.queries() if "$top" in query]
    return list(dict.fromkeys(asked))


def test_maximum_that_the_error_names_is_asked_for() -> None:
    vendor = Vendor({APPLICATIONS: [TOO_LARGE, page({"id": "a", "appId": "x"})]})
    reading, _ = read(leg_of(legs_of(vendor), "applications"))
    assert tops(vendor) == ["999", "200"]
    assert reading.values("id") == ["a"]


@pytest.mark.parametrize("refusal", [TOO_MANY, error(400, "BadRequest", "told in words")])
def test_sign_in_activity_falls_back_to_the_smaller_page(refusal: Answer) -> None:
    row = {"id": "u1", "signInActivity": {"lastSignInDateTime": "2026-10-01T01:02:03Z"}}
    vendor = Vendor({"/users": [refusal, page(row, {"id": "u2"})]})
    reading, _ = read(leg_of(legs_of(vendor), "sign_in_activity"))
    assert tops(vendor) == ["500", "120"]
    assert reading.values("id") == ["u1", "u2"]
    assert [value is None for value in reading.values("last_sign_in_date_time")] == [False, True]
    assert vendor.queries()[-1]["$select"] == "id,signInActivity"


def test_page_size_that_is_refused_at_its_smallest_ends_the_leg() -> None:
    vendor = Vendor({"/users": TOO_MANY})
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs_of(vendor), "sign_in_activity"))
    assert caught.value.error_class == "bad_request"
    assert tops(vendor) == ["500", "120"]


@pytest.mark.parametrize(
    "answer",
    [error(504, "gatewayTimeout"), error(500, "UnknownError", inner="BackendTimeout")],
    ids=["gateway", "server"],
)
def test_time_out_halves_the_page_and_begins_anew(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.microsoft.client.HELD_BYTES", 0)
    rows = [{"id": "a", "appId": "x"}, {"id": "b", "appId": "x"}]

    def answered(request: requests.PreparedRequest) -> Answer:
        url = request.url or ""
        if "skiptoken" in url:
            return answer
        return page(*rows) if "top=499" in url else page(rows[0], link=f"{API}{APPLICATIONS}?$skiptoken=1")

    vendor = Vendor({APPLICATIONS: answered})
    reading, _ = read(leg_of(legs_of(vendor), "applications"))
    assert tops(vendor) == ["999", "499"]
    # The first page comes again; a row's last appearance counts.
    assert reading.values("id") == ["a", "a", "b"] and reading.stats.rows_read == 2


def test_row_that_went_while_the_list_began_anew_goes_with_the_next_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Too little for the first page of a list, which is written before the second one times out.
    monkeypatch.setattr("ingestion.microsoft.client.HELD_BYTES", 1)
    warehouse = Warehouse(tmp_path / "tenantry.duckdb")
    for number, first in enumerate(("gone", "kept")):
        pages = {
            "skiptoken": error(504, "gatewayTimeout"),
            "top=999": page({"id": first, "appId": "x"}, link=f"{API}{APPLICATIONS}?$skiptoken=1"),
            "top=499": page({"id": "kept", "appId": "x"}),
        }

        def answered(request: requests.PreparedRequest, pages: dict[str, Answer] = pages) -> Answer:
            return next(answer for sign, answer in pages.items() if sign in (request.url or ""))

        load(warehouse, number, [leg_of(legs_of(Vendor({APPLICATIONS: answered})), "applications")])
    assert ask(warehouse, "select id from raw_microsoft.applications where not is_removed") == [("kept",)]


def test_lasting_time_out_ends_the_leg_after_few_halvings() -> None:
    vendor = Vendor({APPLICATIONS: error(504, "gatewayTimeout")})
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs_of(vendor), "applications"))
    assert caught.value.error_class == "server_error"
    assert tops(vendor) == ["999", "499", "249", "124"]


def test_other_errors_and_lists_without_our_page_size_are_not_asked_again() -> None:
    for path, table, answer in (
        (APPLICATIONS, "applications", error(500, "generalException")),
        ("/domains", "domains", error(504, "gatewayTimeout")),
    ):
        vendor = Vendor({path: answer})
        with pytest.raises(IngestionError):
            read(leg_of(legs_of(vendor), table))
        assert len({request.url for request in vendor.graph_requests()}) == 1


def test_time_out_halves_the_page_that_a_message_delta_prefers() -> None:
    sizes: list[str] = []

    def answered(request: requests.PreparedRequest) -> Answer:
        sizes.append(request.headers["Prefer"].partition("maxpagesize=")[2])
        return page(delta=f"{request.url}&$deltatoken=x") if sizes[-1] == "125" else error(504, "gatewayTimeout")

    vendor = Vendor({"/users/dana@msp.example/mailFolders/inbox/messages/delta": answered})
    connection = connection_of(mail=mail_settings("dana@msp.example"))
    _, end = read(leg_of(legs_of(vendor, connection, MatchSet({}, frozenset())), "messages"))
    assert list(dict.fromkeys(sizes)) == ["250", "125"]
    assert end.scopes["messages"][0].mode == "full"
