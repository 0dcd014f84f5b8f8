"""Answers that are broken: errors of the leg for every Graph table, never the end of a list or a row without a name."""

import json

import pytest

from ingestion.legs import IngestionError, Leg
from ingestion.microsoft.endpoints import DIRECTORY_ENDPOINTS, EVENTS, MESSAGES, PARTNER_ENDPOINTS
from ingestion.microsoft.matching import MatchSet
from tests.ingestion.microsoft.vendor import GRAPH, Vendor, connection_of, legs_of, mail_settings, page
from tests.ingestion.readings import MemoryReading, leg_of
from tests.ingestion.transport import Answer

MAILBOX = "dana@msp.example"
ENDPOINTS = {endpoint.table: endpoint for endpoint in (*DIRECTORY_ENDPOINTS, *PARTNER_ENDPOINTS, MESSAGES, EVENTS)}
REPORT = "mailbox_usage"
GROUP_TABLE = "group_members"
TABLES = sorted(ENDPOINTS.keys() - {REPORT, GROUP_TABLE})
SINGLETONS = sorted(table for table in TABLES if ENDPOINTS[table].is_singleton)
LISTS = sorted(set(TABLES) - set(SINGLETONS))
DELTAS = sorted(table for table in LISTS if ENDPOINTS[table].path.endswith("/delta"))
ROW = {"id": "a"}


def path_of(table: str) -> str:
    return ENDPOINTS[table].path.format(mailbox=MAILBOX, folder="inbox")


def leg(answer: Answer, table: str) -> Leg:
    vendor = Vendor({path_of(table): answer, "/servicePrincipals": page()})
    connection = connection_of(mail=mail_settings(MAILBOX), is_msp=True)
    return leg_of(legs_of(vendor, connection, MatchSet({}, frozenset({"customer.example"}))), table)


def refusal(answer: Answer, table: str) -> IngestionError:
    """What the leg's read ends with."""
    with pytest.raises(IngestionError) as caught:
        found = leg(answer, table)
        found.read(MemoryReading(found.key))
    return caught.value


def body_of(table: str, **values: object) -> str:
    """A page that ends its list, with these values beside or in place of its own."""
    ending = {"@odata.deltaLink": f"{GRAPH}/v1.0{path_of(table)}?$deltatoken=a"} if table in DELTAS else {}
    return json.dumps({"value": [ROW], **ending, **values})


@pytest.mark.parametrize("table", LISTS)
@pytest.mark.parametrize("link", [5, True, ["x"], {"href": "x"}])
def test_next_link_that_is_no_text_is_no_end(table: str, link: object) -> None:
    found = refusal(Answer(body=body_of(table, **{"@odata.nextLink": link})), table)
    assert found.error_class == "no_value" and "@odata.nextLink" in str(found)


@pytest.mark.parametrize("table", LISTS)
@pytest.mark.parametrize("rows", [[], [ROW]])
@pytest.mark.parametrize("error", [{"code": "UnknownError"}, {}, "failed", ["failed"]])
def test_error_beside_rows_is_no_list(table: str, rows: list, error: object) -> None:
    found = refusal(Answer(body=body_of(table, value=rows, error=error)), table)
    assert found.error_class == "no_value" and "an error object" in str(found)


@pytest.mark.parametrize("table", LISTS)
@pytest.mark.parametrize("value", [None, {}, "rows", 5, ROW])
def test_value_that_is_no_array_is_no_empty_list(table: str, value: object) -> None:
    assert refusal(Answer(body=body_of(table, value=value)), table).error_class == "no_value"


@pytest.mark.parametrize("table", LISTS)
@pytest.mark.parametrize("row", [{"id": ""}, {"id": "  "}, {"id": None}, {"displayName": "Dana Example"}])
def test_row_without_an_id_is_no_row(table: str, row: dict) -> None:
    found = refusal(Answer(body=body_of(table, value=[ROW, row])), table)
    assert found.error_class == "wrong_type" and "Dana" not in str(found)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("status", [203, 206])
def test_part_of_an_answer_is_no_answer(table: str, status: int) -> None:
    body = json.dumps(ROW) if table in SINGLETONS else body_of(table)
    assert str(status) in str(refusal(Answer(status, body), table))


@pytest.mark.parametrize("status", [203, 206])
def test_part_of_a_report_is_no_report(status: int) -> None:
    path = ENDPOINTS[REPORT].path
    for answer, file in (
        (Answer(status, b"Report Refresh Date\n"), None),
        (
            Answer(302, b"", {"Location": "https://files.reports.example/file"}),
            Answer(status, b"Report Refresh Date\n"),
        ),
    ):
        found = leg_of(legs_of(Vendor({path: answer}, files=file)), REPORT)
        with pytest.raises(IngestionError):
            found.read(MemoryReading(found.key))


@pytest.mark.parametrize("table", SINGLETONS)
@pytest.mark.parametrize("body", [{"error": {"code": "UnknownError"}}, {"id": "a", "error": {}}, {"id": ""}, {}])
def test_singleton_that_tells_an_error_or_no_id_is_no_row(table: str, body: dict) -> None:
    assert refusal(Answer(body=json.dumps(body)), table).error_class in ("no_value", "wrong_type")


@pytest.mark.parametrize("table", DELTAS)
@pytest.mark.parametrize("rows", [[], [ROW]])
def test_changes_that_end_without_a_link_are_no_round(table: str, rows: list) -> None:
    assert refusal(Answer(body=json.dumps({"value": rows})), table).error_class == "no_delta_link"


@pytest.mark.parametrize("table", DELTAS)
@pytest.mark.parametrize("identifier", ["", " ", None, 5, True])
def test_removal_that_does_not_say_of_what_is_no_removal(table: str, identifier: object) -> None:
    removal = {"id": identifier, "@removed": {"reason": "deleted"}}
    assert refusal(Answer(body=body_of(table, value=[removal])), table).error_class == "wrong_type"
