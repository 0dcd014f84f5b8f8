"""`check` finds forbidden names, stale derivations and broken promises; and our own contracts are clean."""

import shutil
from pathlib import Path

import pytest
import yaml

from data_contracts.check import check
from data_contracts.contract import RAW_FOLDER, ContractViolation, parse_contract, raw_contracts
from data_contracts.release import RELEASED_FILE, Promise, broken_promises, promises, released, write_released
from data_contracts.sources import source_files

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The contracts with what they derive from and what derives from them, in a folder of their own."""
    shutil.copytree(ROOT / "data_contracts" / "raw", tmp_path / "data_contracts" / "raw")
    shutil.copytree(ROOT / "data_contracts" / "marts", tmp_path / "data_contracts" / "marts")
    for folder in ("staging", "marts"):
        for path in (ROOT / "transform" / "models" / folder).rglob("*.yml"):
            target = tmp_path / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return tmp_path / "data_contracts"


def add_column(folder: Path, table: str, name: str, field: str, shape: str = "string") -> Path:
    """Append a column to a Microsoft contract."""
    path = folder / "raw" / "microsoft" / f"{table}.odcs.yaml"
    path.write_text(
        path.read_text(encoding="utf-8")
        + f"      - name: {name}\n        logicalType: string\n        physicalType: varchar\n        required: false\n"
        "        classification: personal\n        description: added\n        customProperties:\n"
        f'          - {{property: sourceField, value: "{field}"}}\n'
        f'          - {{property: sourceType, value: "{shape}"}}\n',
        encoding="utf-8",
    )
    return path


def test_check_our_contracts_finds_nothing() -> None:
    assert [str(problem) for problem in check(ROOT / "data_contracts")] == []


@pytest.mark.parametrize(
    ("name", "field", "shape"),
    [
        ("body", "body.content", "string"),
        ("text", "body.content", "string"),
        ("unique_body", "subject", "string"),
        ("files", "attachments", "list<struct<contentBytes:string>>"),
        ("room", "onlineMeeting.joinUrl", "string"),
        ("header", "internetMessageHeaders", "list<struct<name:string,value:string>>"),
    ],
)
def test_check_contract_with_forbidden_field_names_file_and_line(
    copied: Path, name: str, field: str, shape: str
) -> None:
    path = add_column(copied, "messages", name, field, shape)
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if text.strip() == f"- name: {name}")
    found = [str(problem) for problem in check(copied)]
    assert any(f"data_contracts/raw/microsoft/messages.odcs.yaml:{line}: column {name}" in text for text in found), (
        found
    )


def test_check_forbidden_field_without_a_shape_names_file_and_line(copied: Path) -> None:
    path = add_column(copied, "messages", "text", "body")
    path.write_text(path.read_text().replace('          - {property: sourceType, value: "string"}\n', "", -1))
    assert any("column text reads body" in str(problem) for problem in check(copied))


@pytest.mark.parametrize("field", ["Body", "UNIQUEBODY", "body/content", "Attachments"])
def test_check_forbidden_field_in_another_spelling_is_refused(copied: Path, field: str) -> None:
    add_column(copied, "messages", "text", field)
    assert any("column text reads" in str(problem) for problem in check(copied))


def test_check_forbidden_column_without_its_other_properties_is_told_as_forbidden(copied: Path) -> None:
    path = copied / "raw" / "microsoft" / "messages.odcs.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "      - name: body\n        logicalType: string\n")
    line = len(path.read_text(encoding="utf-8").splitlines()) - 1
    assert any(f"messages.odcs.yaml:{line}: column body could hold" in str(problem) for problem in check(copied))


def test_check_forbidden_column_in_a_file_laid_out_anew_names_its_line(copied: Path) -> None:
    path = add_column(copied, "messages", "body", "body.content")
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text(encoding="utf-8"))), encoding="utf-8")
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if text.strip() == "name: body")
    assert any(f"messages.odcs.yaml:{line}: column body" in str(problem) for problem in check(copied))


def test_check_forbidden_name_in_a_nested_property_is_refused(copied: Path) -> None:
    path = add_column(copied, "messages", "item", "from")
    path.write_text(path.read_text() + "        properties:\n          - {name: bodyContent, logicalType: string}\n")
    assert any("column bodyContent could hold" in str(problem) for problem in check(copied))


def test_parse_contract_with_body_is_refused_with_file_and_line(copied: Path) -> None:
    path = add_column(copied, "messages", "body", "body.content")
    with pytest.raises(ContractViolation, match=rf"{path}:\d+: column body"):
        parse_contract(path)


def test_check_contract_that_is_no_yaml_is_a_problem(copied: Path) -> None:
    (copied / "raw" / "pax8" / "products.odcs.yaml").write_text("schema: [", encoding="utf-8")
    assert any("products.odcs.yaml" in str(problem) for problem in check(copied))


def test_check_added_column_makes_the_dbt_source_stale(copied: Path) -> None:
    assert check(copied) == []
    add_column(copied, "users", "department", "department")
    assert [str(problem) for problem in check(copied)] == [
        "transform/models/staging/microsoft/_microsoft__sources.yml:1: is missing or stale. "
        "Write it again with `python -m data_contracts.sources`."
    ]


def test_check_changed_mart_makes_its_contract_stale(copied: Path) -> None:
    path = copied.parent / "transform" / "models" / "marts" / "core" / "dim_tenants.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("description:", "description: changed", 1))
    assert ["dim_tenants.odcs.yaml" in str(problem) for problem in check(copied)] == [True]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (Promise("1.0.0", {"a": "date", "b": "varchar"}), "retyped a from varchar to date"),
        (Promise("1.9.0", {"a": "varchar"}), "removed b; found version 1.9.0, expected 2.0.0 or later"),
        (Promise("2.0.0", {"a": "date"}), None),
        (Promise("1.0.1", {"a": "varchar", "b": "varchar", "c": "date"}), "expected 1.1.0 or later"),
        (Promise("1.1.0", {"a": "varchar", "b": "varchar", "c": "date"}), None),
        (Promise("1.0.0", {"a": "varchar", "b": "varchar"}), None),
    ],
)
def test_broken_promises_follow_the_version(now: Promise, expected: str | None) -> None:
    found = list(broken_promises({"t": Promise("1.0.0", {"a": "varchar", "b": "varchar"})}, {"t": now}))
    assert [expected is not None and expected in text for _name, text in found] == ([True] if expected else [])


def test_check_table_gone_since_the_release_is_a_problem(copied: Path) -> None:
    write_released(copied)
    (copied / "raw" / "pax8" / "products.odcs.yaml").unlink()
    (copied.parent / "transform" / "models" / "staging" / "pax8" / "_pax8__sources.yml").write_text(
        source_files([item for item in raw_contracts() if item.table != "products" or item.vendor != "pax8"])[
            Path("transform/models/staging/pax8/_pax8__sources.yml")
        ],
        encoding="utf-8",
    )
    found = [str(problem) for problem in check(copied)]
    assert len(found) == 1 and "raw_pax8.products" in found[0] and "is gone" in found[0]


def test_every_contract_column_is_a_dbt_source_column_and_nothing_else_is() -> None:
    for text in source_files(raw_contracts()).values():
        source = yaml.safe_load(text)["sources"][0]
        for table in source["tables"]:
            contract = next(c for c in raw_contracts() if (c.vendor, c.table) == (source["name"], table["name"]))
            listed = [column["name"] for column in table["columns"]]
            assert listed == [*(column.name for column in contract.columns), "_dlt_load_id"]


def test_every_raw_contract_is_asked_for_by_its_folder_and_name() -> None:
    paths = {path.relative_to(RAW_FOLDER).as_posix() for path in RAW_FOLDER.rglob("*.odcs.yaml")}
    assert paths == {f"{contract.vendor}/{contract.table}.odcs.yaml" for contract in raw_contracts()}


def test_released_contracts_are_those_of_every_table() -> None:
    promised, now = released(ROOT / "data_contracts"), promises(ROOT / "data_contracts")
    # A table that came since may be missing there; one that was released is never.
    assert promised.keys() <= now.keys() and len(promised) >= 70
    assert {name.partition(".")[0] for name in promised} == {name.partition(".")[0] for name in now}


@pytest.mark.parametrize("place", ["raw", "marts"])
def test_column_that_a_released_table_loses_is_a_problem(copied: Path, place: str) -> None:
    shutil.copy(ROOT / "data_contracts" / RELEASED_FILE, copied)
    path = next(file for file in sorted((copied / place).rglob("*.odcs.yaml")))
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    table = document["schema"][0]
    lost = next(item for item in reversed(table["properties"]) if not item.get("primaryKey"))["name"]
    table["properties"] = [item for item in table["properties"] if item["name"] != lost]
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")

    found = [str(problem) for problem in check(copied)]

    assert any(f"removed {lost}" in text and "or later" in text for text in found), found
