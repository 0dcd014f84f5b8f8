"""Texts: control characters go, lengths are the contract's, what was lost is counted; no key ever changes."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.contract import DEFAULT_MAX_LENGTH, Contract, ContractViolation, parse_contract, raw_contracts
from ingestion.projection.csvfile import project_csv
from ingestion.projection.envelope import ARRAY
from ingestion.projection.errors import PageError
from ingestion.projection.page import project
from ingestion.projection.text import TextCounts, may_hold_controls
from tests.ingestion.projection.contracts import contract_of

TYPES = {
    "id": ("varchar", "id", "string"),
    "name": ("varchar", "name", "string"),
    "tags": ("json", "tags", "list<struct<t:string,n:integer>>"),
}
# NUL, BEL, ESC, DEL, C1, and the marks that turn the direction of a text.
CONTROLS = [
    chr(code) for code in (0, 7, 0x1B, 0x7F, 0x80, 0x9B, 0x9F, 0x61C, 0x200E, 0x200F, 0x202A, 0x202E, 0x2066, 0x2069)
]
BREAKS = ["\t", "\n", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"]


@pytest.fixture(params=["fast", "slow"])
def contract(request: pytest.FixtureRequest, tmp_path: Path) -> Contract:
    """The same columns read either way: a column without a fixed type forces the slow one."""
    return contract_of(
        tmp_path, TYPES if request.param == "fast" else {**TYPES, "extra": ("json", "x", "list<scalar>")}
    )


@pytest.mark.parametrize("ensure_ascii", [True, False], ids=["escaped", "raw"])
@pytest.mark.parametrize("control", CONTROLS, ids=lambda text: f"U+{ord(text):04X}")
def test_control_characters_go_and_are_counted(contract: Contract, control: str, ensure_ascii: bool) -> None:
    row = {"id": "1", "name": f"Ann{control}a", "tags": [{"t": f"{control}x", "n": 1}, {"t": "y"}, None]}
    page = json.dumps([row, {"id": "2", "name": "Bo\u00e9"}], ensure_ascii=ensure_ascii).encode()
    found = project(page, contract, where="test", envelope=ARRAY)
    first, second = found.table.to_pylist()
    assert first["name"] == "Anna" and second["name"] == "Bo\u00e9"
    assert json.loads(first["tags"])[0] == {"t": "x", "n": 1}
    assert (found.texts_stripped, found.texts_cut) == (2, 0)


@pytest.mark.parametrize("ensure_ascii", [True, False], ids=["escaped", "raw"])
@pytest.mark.parametrize("text", BREAKS, ids=repr)
def test_line_breaks_become_a_space_uncounted(contract: Contract, text: str, ensure_ascii: bool) -> None:
    page = json.dumps([{"id": "1", "name": f"one{text}two"}], ensure_ascii=ensure_ascii).encode()
    found = project(page, contract, where="test", envelope=ARRAY)
    assert found.table.column("name").to_pylist() == ["one two"]
    assert found.texts_stripped == 0


@given(st.text(max_size=20))
def test_a_page_that_holds_a_control_character_is_never_taken_for_one_that_does_not(text: str) -> None:
    is_held = any(mark in text for mark in [*CONTROLS, *"\t\n\r\x0b\x0c\x85\u2028\u2029"])
    for ensure_ascii in (True, False):
        page = json.dumps({"name": text}, ensure_ascii=ensure_ascii).encode("utf-8", "surrogatepass")
        assert may_hold_controls([b"{}", page]) or not is_held
    assert not may_hold_controls([b'{"name": "plain \xc3\xa9 text"}'])


def test_long_texts_are_cut_at_the_contract_and_counted(contract: Contract) -> None:
    long = "\u00e9" * (DEFAULT_MAX_LENGTH + 1)
    rows = [{"id": "1", "name": long, "tags": [{"t": long}]}, {"id": "2", "name": long[1:]}]
    found = project(json.dumps(rows).encode(), contract, where="test", envelope=ARRAY)
    first, second = found.table.to_pylist()
    assert first["name"] == second["name"] == long[1:]
    assert json.loads(first["tags"])[0]["t"] == long[1:]
    assert found.texts_cut == 2


@pytest.mark.parametrize(
    ("odd", "found"), [("b\u0000", "control characters"), ("c" * (DEFAULT_MAX_LENGTH + 1), "more than 4096 characters")]
)
def test_a_key_is_never_changed_and_its_row_is_named(contract: Contract, odd: str, found: str) -> None:
    page = json.dumps([{"id": "1"}, {"id": odd}]).encode()
    with pytest.raises(PageError, match=f"row 1 of the page, field id holds a text .*{found}") as caught:
        project(page, contract, where="test", envelope=ARRAY)
    assert odd not in str(caught.value)


def test_a_report_loses_control_characters_too(tmp_path: Path) -> None:
    counts = TextCounts()
    contract = contract_of(tmp_path, {"id": ("varchar", "Id", "string"), "name": ("varchar", "Name", "string")})
    rows = project_csv("Id,Name\n1,A\u001b[31mB\n".encode(), contract, where="test", counts=counts)
    assert rows.column("name").to_pylist() == ["A[31mB"] and counts.stripped == 1


def test_every_text_of_every_contract_has_a_bound() -> None:
    for contract in raw_contracts():
        assert all(0 < column.max_length <= DEFAULT_MAX_LENGTH for column in contract.columns), contract.path
    lengths = {
        (contract.table, column.name): column.max_length
        for contract in raw_contracts()
        for column in contract.columns
        if contract.table in ("events", "messages") and column.physical_type == "varchar" and column.source_field
    }
    personal = {"subject", "location", "organizer_address", "from_address", "sender_address", "preview"}
    assert {name for (_, name), length in lengths.items() if length < DEFAULT_MAX_LENGTH} == personal


@pytest.mark.parametrize("length", ["0", "-1", "5000", "true", '"9"'])
def test_a_bound_that_is_none_is_refused_with_file_and_line(tmp_path: Path, length: str) -> None:
    path = contract_of(tmp_path, TYPES).path
    text = path.read_text("utf-8")
    spoiled = text.replace(
        "logicalType: string", f"logicalType: string\n        logicalTypeOptions: {{maxLength: {length}}}", 1
    )
    path.write_text(spoiled, "utf-8")
    with pytest.raises(ContractViolation, match=r"things.odcs.yaml:\d+: column id has maxLength"):
        parse_contract(path)
