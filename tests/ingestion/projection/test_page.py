"""Pages to tables: envelopes, types, what is dropped, and what a broken page says."""

import json
import traceback
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from data_contracts.contract import Contract, raw_contract
from ingestion.projection.envelope import ARRAY, GRAPH, PAX8, SINGLE, Child
from ingestion.projection.errors import PageError
from ingestion.projection.page import next_link_of, project, project_pages
from tests.ingestion.projection.contracts import contract_of

COLUMNS = {
    "id": ("varchar", "id", "string"),
    "name": ("varchar", "displayName", "string"),
    "is_on": ("boolean", "isOn", "boolean"),
    "number": ("integer", "number", "integer"),
    "ref_id": ("varchar", "ref.id", "integer"),
    "amount": ("decimal(18,4)", "amount", "decimal"),
    "day": ("date", "day", "string"),
    "moment": ("timestamptz", "moment", "string"),
    "list": ("json", "list", "list<struct<a:string,b:boolean,c:integer,d:decimal,e:list<string>>>"),
}


@pytest.fixture(params=["fast", "slow"])
def contract(request: pytest.FixtureRequest, tmp_path: Path) -> Contract:
    """The same columns by both ways: a field of any type sends the page down the slow one."""
    columns = COLUMNS if request.param == "fast" else {**COLUMNS, "extra": ("json", "extra", "list<scalar>")}
    return contract_of(tmp_path, columns)


def graph(*rows: object, **around: object) -> bytes:
    return json.dumps({"@odata.context": "x", "value": rows, **around}).encode()


def rows_of(page: bytes, contract: Contract, **values: object) -> list[dict]:
    rows = project(page, contract, where="test", **values).table.to_pylist()
    return [{name: value for name, value in row.items() if name != "extra"} for row in rows]


def test_project_full_row_takes_contract_types(contract: Contract) -> None:
    page = (
        b'{"value":[{"id":"1","displayName":"\xc3\x84 \\"x\\"","isOn":true,"number":7,"ref":{"id":42,"name":"n"},'
        b'"amount":12.34565,"day":"2026-02-03T23:00:00-08:00","moment":"2026-02-03T23:00:00.1234567-08:00",'
        b'"list":[{"a":"q\\"\\\\\\n","b":false,"c":3,"d":1.50,"e":["x",null]},null,{"z":1}],"unknown":{"x":[1]}}]}'
    )
    found = project(page, contract, where="test")
    assert {name: value for name, value in found.table.to_pylist()[0].items() if name != "extra"} == {
        "id": "1",
        "name": 'Ä "x"',
        "is_on": True,
        "number": 7,
        "ref_id": "42",
        "amount": Decimal("12.3457"),
        "day": date(2026, 2, 3),
        "moment": datetime(2026, 2, 4, 7, 0, 0, 123456, tzinfo=UTC),
        "list": '[{"a":"q\\"\\\\ ","b":false,"c":3,"d":1.5,"e":["x",null]},null,'
        '{"a":null,"b":null,"c":null,"d":null,"e":null}]',
    }
    assert found.decimals_rounded == 1


def test_project_absent_and_null_fields_are_null(contract: Contract) -> None:
    nulls = {name: None for name in ("displayName", "isOn", "number", "ref", "amount", "day", "moment", "list")}
    absent, null = rows_of(graph({"id": "1"}, {"id": "2", **nulls}), contract)
    expected = dict.fromkeys(COLUMNS) | {"id": "1"}
    assert absent == expected
    assert null == expected | {"id": "2"}


def test_project_null_inside_reference_is_null(contract: Contract) -> None:
    assert rows_of(graph({"id": "1", "ref": {"id": None}}, {"id": "2", "ref": {}}), contract)[1]["ref_id"] is None


def test_project_empty_page_keeps_columns_and_link(contract: Contract) -> None:
    found = project(graph(**{"@odata.nextLink": "https://x/next"}), contract, where="test")
    assert found.table.num_rows == 0
    assert found.table.schema.field("amount").type == contract.column("amount").arrow_type
    assert found.next_link == "https://x/next"
    assert found.delta_link is None


def test_project_page_with_line_breaks_and_mark_is_read(contract: Contract) -> None:
    page = b"\xef\xbb\xbf" + json.dumps({"value": [{"id": "1"}, {"id": "2"}]}, indent=2).replace("\n", "\r\n").encode()
    assert [row["id"] for row in rows_of(page, contract)] == ["1", "2"]


@pytest.mark.parametrize(
    ("page", "error_class", "words"),
    [
        (b"", "not_json", "found nothing"),
        (b"<html>secret</html>", "not_json", "HTML or XML"),
        (b'{"value":[{"id":"secr\xe9t"}]}', "not_json", "do not parse"),
        (b'{"value":[{"id":"secret"}', "not_json", "do not parse"),
        (b'{"value":[]} {"value":[]}', "not_json", "do not parse"),
        (b'{"value":[{"id":NaN}]}', "not_json", "do not parse"),
        (b"{}", "no_value", "expected an array `value`"),
        (b'{"value":null}', "no_value", "expected an array `value`"),
        (b'{"value":{"id":"secret"}}', "no_value", "expected an array `value`"),
        (b'{"error":{"code":"secret"}}', "no_value", "an error object"),
        (b"[]", "no_value", "expected an object"),
        (b"null", "no_value", "expected an object"),
        (b"\xef\xbb\xbf null", "no_value", "expected an object"),
        (b'{"value":[7]}', "wrong_type", "row 0"),
        (b'{"value":[null]}', "wrong_type", "row 0"),
    ],
)
def test_project_broken_page_says_what_it_lacks(contract: Contract, page: bytes, error_class: str, words: str) -> None:
    with pytest.raises(PageError) as caught:
        project(page, contract, where="microsoft/things, tenant 8f3c")
    assert caught.value.error_class == error_class
    assert words in str(caught.value) and "microsoft/things, tenant 8f3c" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value", "found", "expected"),
    [
        ("displayName", 4711, "a number", "a text"),
        ("displayName", True, "a boolean", "a text"),
        ("isOn", "true", "a text", "true or false"),
        ("number", 1.5, "a number", "a whole number"),
        ("number", 3_000_000_000, "a number out of range", "fits integer"),
        ("ref", "secret", "a text", "an object"),
        ("amount", "secret", "a text", "a number"),
        ("amount", 10**30, "a number out of range", "a smaller number"),
        ("day", "secret", "text that is none", "YYYY-MM-DD"),
        ("moment", "2026-13-01T00:00:00Z", "text that is none", "ISO 8601"),
        ("list", {"a": "secret"}, "an object", "an array"),
        ("list", [{"a": 1}], "a number", "a text"),
    ],
)
def test_project_wrong_type_names_row_and_field_never_the_value(
    contract: Contract, field: str, value: object, found: str, expected: str
) -> None:
    with pytest.raises(PageError) as caught:
        project(graph({"id": "1"}, {"id": "2", field: value}), contract, where="test")
    text = str(caught.value)
    assert caught.value.error_class == "wrong_type"
    assert "row 1 of the page" in text and f"field {field}" in text
    assert found in text and expected in text
    told = "".join(traceback.format_exception(caught.value))
    assert "secret" not in told and "4711" not in told and "2026-13" not in told


def test_project_ids_sent_as_text_are_kept(contract: Contract) -> None:
    page = graph({"id": "1", "ref": {"id": "42"}}, {"id": "2", "ref": {"id": 7}})
    assert [row["ref_id"] for row in rows_of(page, contract)] == ["42", "7"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31T10:00:00.1234567", datetime(2026, 1, 31, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2026-01-31T10:00:00.9999999Z", datetime(2026, 1, 31, 10, 0, 0, 999999, tzinfo=UTC)),
        ("2026-01-31T10:00:00.000-0700", datetime(2026, 1, 31, 17, tzinfo=UTC)),
        ("2026-01-31T10:00:00+01:00", datetime(2026, 1, 31, 9, tzinfo=UTC)),
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("1601-01-01T00:00:00Z", None),
        ("", None),
    ],
)
def test_project_timestamp_spellings_become_utc(contract: Contract, text: str, expected: datetime | None) -> None:
    # Beside a plain value, so that one odd spelling does not change its neighbours.
    found = rows_of(graph({"id": "1", "moment": "2026-01-01T00:00:00Z"}, {"id": "2", "moment": text}), contract)
    assert [row["moment"] for row in found] == [datetime(2026, 1, 1, tzinfo=UTC), expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        ("2026-03-01T00:00:00Z", date(2026, 3, 1)),
        ("2026-03-01T23:59:59-0700", date(2026, 3, 1)),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
    ],
)
def test_project_date_is_never_shifted(contract: Contract, text: str, expected: date | None) -> None:
    assert rows_of(graph({"id": "1", "day": text}), contract)[0]["day"] == expected


def test_project_envelopes_of_other_vendors(contract: Contract) -> None:
    row = {"id": "1"}
    assert rows_of(json.dumps([row, row]).encode(), contract, envelope=ARRAY)[1]["id"] == "1"
    assert rows_of(json.dumps(row).encode(), contract, envelope=SINGLE)[0]["id"] == "1"
    page = {"content": [row], "page": {"number": 2, "totalPages": 5, "size": 200}}
    found = project(json.dumps(page).encode(), contract, where="test", envelope=PAX8)
    assert (found.table.num_rows, found.total_pages) == (1, 5)
    assert found.forbidden_dropped == 0


@pytest.mark.parametrize(("envelope", "page"), [(ARRAY, b'{"value":[]}'), (PAX8, b'{"value":[]}'), (SINGLE, b"[1]")])
def test_project_foreign_envelope_is_an_error(contract: Contract, envelope: object, page: bytes) -> None:
    with pytest.raises(PageError):
        project(page, contract, where="test", envelope=envelope)


def test_project_forbidden_fields_are_counted_and_gone(contract: Contract) -> None:
    rows = {
        "id": "1",
        "displayName": 'a "body": in text',
        "body": {"content": "CANARY"},
        "attachments": [{"x": "CANARY"}],
    }
    found = project(graph(rows), contract, where="test")
    assert found.forbidden_dropped == 3
    assert "CANARY" not in str(found.table.to_pylist())


def test_project_no_column_of_a_mail_holds_its_body() -> None:
    mail = {
        "id": "1",
        "receivedDateTime": "2026-01-01T00:00:00Z",
        "subject": "s",
        "body": {"content": "CANARY"},
        "uniqueBody": {"content": "CANARY"},
    }
    found = project(graph(mail), raw_contract("microsoft", "messages"), where="test")
    assert "CANARY" not in str(found.table.to_pylist())
    assert found.forbidden_dropped == 4


def test_project_delta_page_last_appearance_counts(tmp_path: Path) -> None:
    users = contract_of(tmp_path, {"id": ("varchar", "id", "string"), "name": ("varchar", "n", "string")}, mode="delta")
    gone = {"@removed": {"reason": "changed"}}
    page = graph(
        {"id": "a", "n": "1"}, {"id": "b", **gone}, {"id": "a", "n": "2"}, {"id": "c", "n": "3"},
        {"id": "c", **gone}, {"id": "b", "n": "4"},
        **{"@odata.deltaLink": "https://x/delta"},
    )  # fmt: skip
    found = project(page, users, where="test")
    assert found.table.to_pylist() == [{"id": "a", "name": "2"}, {"id": "b", "name": "4"}]
    assert found.removed_ids == ("c",)
    assert found.delta_link == "https://x/delta"


def test_project_empty_delta_is_alike_whether_short_or_long(tmp_path: Path) -> None:
    columns = {"id": ("varchar", "id", "string"), "day": ("date", "d", "string"), "list": ("json", "l", "list<string>")}
    users = contract_of(tmp_path, columns, mode="delta")
    states = contract_of(tmp_path, {"sku_id": ("varchar", "skuId", "string")}, table="states")
    child = Child("states", states, "user_id")
    around = {"@odata.deltaLink": "https://x/delta", "body": "CANARY"}
    short, long = (
        project(graph(**around, padding="x" * size), users, where="test", children=(child,)) for size in (1, 100_000)
    )
    assert short.table.schema == long.table.schema and short.table.num_rows == long.table.num_rows == 0
    assert short.children["states"].table.schema == long.children["states"].table.schema
    assert short.children["states"].parents == long.children["states"].parents
    for found in (short, long):
        assert (found.delta_link, found.next_link, found.forbidden_dropped) == ("https://x/delta", None, 1)


@pytest.mark.parametrize("size", [1, 100_000])
@pytest.mark.parametrize("row", [b"", b'{"id":"1","displayName":"a\nb","list":[]}'])
def test_project_line_break_in_a_text_is_a_space_on_any_page_with_an_empty_array(
    tmp_path: Path, row: bytes, size: int
) -> None:
    things = contract_of(tmp_path, COLUMNS)
    page = b'{"value":[' + row + b'],"about":"a\nb","padding":"' + b"x" * size + b'"}'
    names = [found["name"] for found in project(page, things, where="test").table.to_pylist()]
    assert names == (["a b"] if row else [])


@pytest.mark.parametrize(("identifier", "found"), [({"a": 1}, "an object"), (["a"], "an array")])
def test_project_delta_page_with_an_id_that_is_no_text_names_its_row(
    tmp_path: Path, identifier: object, found: str
) -> None:
    users = contract_of(tmp_path, {"id": ("varchar", "id", "string")}, mode="delta")
    with pytest.raises(PageError, match=f"row 1 .*id holds {found}, expected a text"):
        project(graph({"id": "a"}, {"id": identifier}), users, where="test")


def test_project_full_table_does_not_know_removals(tmp_path: Path) -> None:
    things = contract_of(tmp_path, {"id": ("varchar", "id", "string")})
    assert project(graph({"id": "a", "@removed": {}}), things, where="test").removed_ids == ()


def test_project_children_carry_parent_and_default(tmp_path: Path) -> None:
    parents = contract_of(tmp_path, {"id": ("varchar", "id", "string")}, table="parents", mode="delta")
    columns = {"sku_id": ("varchar", "skuId", "string"), "assigned_by_group": ("varchar", "assignedByGroup", "string")}
    child = Child(
        "states", contract_of(tmp_path, columns, table="states"), "user_id", (("assigned_by_group", "direct"),)
    )
    page = graph(
        {"id": "1", "states": [{"skuId": "x"}, {"skuId": "y", "assignedByGroup": "g"}]},
        {"id": "2"}, {"id": "3", "states": []}, {"id": "4", "states": None}, {"id": "5", "states": [{"skuId": "z"}]},
        {"id": "6", "@removed": {"reason": "deleted"}},
    )  # fmt: skip
    found = project(page, parents, where="test", children=(child,)).children["states"]
    assert found.table.to_pylist() == [
        {"sku_id": "x", "assigned_by_group": "direct", "user_id": "1"},
        {"sku_id": "y", "assigned_by_group": "g", "user_id": "1"},
        {"sku_id": "z", "assigned_by_group": "direct", "user_id": "5"},
    ]
    assert found.parents.to_pylist() == ["1", "3", "5"]


def test_project_dotted_annotation_is_one_name() -> None:
    row = {
        "id": "1",
        "principalId": "p",
        "roleDefinitionId": "r",
        "principal": {"@odata.type": "#microsoft.graph.group", "displayName": "G"},
    }
    found = project(graph(row), raw_contract("microsoft", "role_assignments"), where="test", envelope=GRAPH)
    assert found.table.column("principal_odata_type").to_pylist() == ["#microsoft.graph.group"]


def test_project_scalar_is_text_of_a_simple_value_and_null_of_any_other() -> None:
    values = ("t", 1, 2.50, True, None, [1, {"a": "x"}], {"value": "y"})
    fields = [{"id": 1, "caption": "c", "type": "Text", "value": value} for value in values]
    page = json.dumps([{"id": 7, "name": "N", "customFields": fields}]).replace("2.5", "2.50").encode()
    found = project(page, raw_contract("connectwise", "companies"), where="test", envelope=ARRAY).table
    kept = json.loads(found.column("custom_fields").to_pylist()[0])
    assert [item["value"] for item in kept] == ["t", "1", "2.50", "true", None, None, None]
    assert {tuple(item) for item in kept} == {("caption", "value")}
    assert found.column("id").to_pylist() == ["7"]


def test_project_pages_join_in_order_and_keep_the_last_links(tmp_path: Path) -> None:
    things = contract_of(tmp_path, COLUMNS)
    pages = [
        graph({"id": "1", "amount": 1.00005}, **{"@odata.nextLink": "https://x/2"}),
        graph(**{"@odata.nextLink": "https://x/3"}),
        graph({"id": "2", "body": {"x": 1}}, **{"@odata.deltaLink": "https://x/delta"}).replace(b"{", b"{\n"),
    ]
    (found,) = project_pages(pages, things, where="test")
    assert found.table.column("id").to_pylist() == ["1", "2"]
    assert (found.row_count, found.next_link, found.delta_link) == (2, None, "https://x/delta")
    assert (found.decimals_rounded, found.forbidden_dropped) == (1, 1)


def test_project_pages_last_appearance_counts_over_page_edges(tmp_path: Path) -> None:
    users = contract_of(tmp_path, {"id": ("varchar", "id", "string"), "name": ("varchar", "n", "string")}, mode="delta")
    gone = {"@removed": {"reason": "deleted"}}
    pages = [graph({"id": "a", "n": "1"}, {"id": "b", **gone}), graph({"id": "a", **gone}, {"id": "b", "n": "2"})]
    (found,) = project_pages(pages, users, where="test")
    assert found.table.to_pylist() == [{"id": "b", "name": "2"}]
    assert (found.removed_ids, found.row_count) == (("a",), 4)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (graph({"id": "9"}, {"id": 4711}), "row 1 of the page, field id"),
        (graph({"id": "9", "day": "secret"}), "row 0 of the page, field day"),
        (b'{"value":null}', "expected an array `value`"),
        (b"<html>", "not JSON"),
        (b'{"value":[]}{"value":[]}', "not JSON"),
    ],
)
def test_project_pages_broken_one_is_told_as_if_alone(tmp_path: Path, broken: bytes, words: str) -> None:
    things = contract_of(tmp_path, COLUMNS)
    with pytest.raises(PageError, match=words):
        project_pages([graph({"id": "1"}, {"id": "2"}), broken, graph({"id": "3"})], things, where="test")


def test_project_pages_one_that_needs_the_slow_way_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    things = contract_of(tmp_path, COLUMNS)
    pages = [graph({"id": "1", "ref": {"id": 7}}), graph({"id": "2", "ref": {"id": "x"}})]
    found = [row for result in project_pages(pages, things, where="test") for row in result.table.to_pylist()]
    assert [(row["id"], row["ref_id"]) for row in found] == [("1", "7"), ("2", "x")]


def test_project_wrong_type_behind_a_removal_names_the_row_that_came(tmp_path: Path) -> None:
    users = contract_of(tmp_path, {"id": ("varchar", "id", "string"), "day": ("date", "day", "string")}, mode="delta")
    page = graph(
        {"id": "a", "@removed": {"reason": "deleted"}}, {"id": "b", "day": "2026-01-01"}, {"id": "c", "day": "x"}
    )
    with pytest.raises(PageError, match="row 2 of the page"):
        project(page, users, where="test")


@pytest.mark.parametrize(
    ("page", "link"),
    [
        (
            b'{"@odata.nextLink" : "https://x/v1.0/users?$skiptoken=a\\u0026b\\"c","value":[]}',
            'https://x/v1.0/users?$skiptoken=a&b"c',
        ),
        (b'{"value":[{"n":"\\"@odata.nextLink\\":\\"no\\""}]}', None),
        (b'{"value":[{"members@odata.nextLink":"no"}]}', None),
        (b'{"value":[],"@odata.nextLink":null}', None),
        (b'{"value":[{"a":[1]}],"@odata.nextLink":"yes"}', "yes"),
        (b'{"value":[{"a":{"@odata.nextLink":"no"},"b":[]}]}', None),
        (b'{"value":[{"@odata.nextLink":"no","b":[]}],"@odata.nextLink":"yes"}', "yes"),
        (b'{"value":[{"@odata.nextLink":"no"', None),
        (b"", None),
    ],
)
def test_next_link_is_found_in_bytes(page: bytes, link: str | None) -> None:
    assert next_link_of(page) == link
