"""`tenantry contracts check`: every kind of problem is found at its place, and the repository has none."""

import json
from pathlib import Path

from data_contracts.check import check
from data_contracts.release import breaks, promises, write_release
from data_contracts.sources import write_sources
from tests.data_contracts.conftest import spoil

ROOT = Path(__file__).parents[2]


def test_contracts_of_the_repository_have_no_problem() -> None:
    assert [str(problem) for problem in check(ROOT / "data_contracts")] == []


def test_forbidden_field_is_a_problem_with_file_and_line(contracts_folder: Path) -> None:
    path = contracts_folder / "raw" / "microsoft" / "messages.odcs.yaml"
    spoil(path, 'value: "subject"', 'value: "body"')

    problems = check(contracts_folder)

    assert [(problem.file, problem.line > 1) for problem in problems] == [(path, True)]
    assert "body" in problems[0].text


def test_breach_of_the_standard_is_a_problem(contracts_folder: Path) -> None:
    spoil(contracts_folder / "raw" / "pax8" / "companies.odcs.yaml", "kind: DataContract", "kind: [DataContract]")

    assert any("Open Data Contract Standard at kind" in problem.text for problem in check(contracts_folder))


def test_file_that_is_not_yaml_is_a_problem_with_its_line(contracts_folder: Path) -> None:
    path = contracts_folder / "raw" / "pax8" / "companies.odcs.yaml"
    spoil(path, "status: active", "status: {active")

    assert any(problem.file == path and problem.line > 1 for problem in check(contracts_folder))


def test_version_that_is_no_version_is_a_problem(contracts_folder: Path) -> None:
    spoil(contracts_folder / "raw" / "pax8" / "companies.odcs.yaml", "version: 1.0.0", "version: one")

    assert ["version is 'one'" in problem.text for problem in check(contracts_folder)] == [True]


def test_stale_source_file_is_a_problem_that_names_the_command(contracts_folder: Path) -> None:
    staging = contracts_folder.parent / "transform" / "models" / "staging"
    (staging / "pax8").mkdir(parents=True)
    source = staging / "pax8" / "_pax8__sources.yml"
    source.write_text("version: 2\n", encoding="utf-8")

    found = {problem.file.name: problem.advice for problem in check(contracts_folder)}

    assert "python -m data_contracts.sources" in found["_pax8__sources.yml"]


def test_raw_columns_listed_by_hand_are_a_problem(contracts_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "transform" / "models" / "staging" / "other"
    folder.mkdir(parents=True)
    (folder / "mine.yml").write_text("sources:\n  - name: raw_pax8\n    tables: []\n", encoding="utf-8")

    assert any(problem.file.name == "mine.yml" and problem.line == 2 for problem in check(contracts_folder))


def test_write_sources_makes_every_file_and_then_nothing(tmp_path: Path) -> None:
    assert len(write_sources(tmp_path)) == 3
    assert write_sources(tmp_path) == []


def test_first_release_breaks_nothing(contracts_folder: Path) -> None:
    assert breaks({}, promises(contracts_folder)) == []


def test_removed_and_retyped_columns_need_a_major_version(contracts_folder: Path) -> None:
    path = contracts_folder / "raw" / "pax8" / "companies.odcs.yaml"
    write_release(contracts_folder)
    spoil(path, "- name: website", "- name: web_site")

    texts = [problem.text for problem in check(contracts_folder)]
    spoil(path, "version: 1.0.0", "version: 2.0.0")

    assert [text.split(" since ")[0] for text in texts] == ["column web_site was added", "column website was removed"]
    assert check(contracts_folder) == []


def test_added_column_needs_a_minor_version_only(contracts_folder: Path) -> None:
    path = contracts_folder / "raw" / "pax8" / "companies.odcs.yaml"
    write_release(contracts_folder)
    released = contracts_folder / "released.json"
    promise = json.loads(released.read_text(encoding="utf-8"))
    del promise["raw/pax8/companies"]["columns"]["website"]
    released.write_text(json.dumps(promise), encoding="utf-8")

    before = [problem.text for problem in check(contracts_folder)]
    spoil(path, "version: 1.0.0", "version: 1.1.0")

    assert ["column website was added" in text for text in before] == [True]
    assert check(contracts_folder) == []


def test_released_contract_that_is_gone_is_a_problem(contracts_folder: Path) -> None:
    write_release(contracts_folder)
    (contracts_folder / "raw" / "pax8" / "companies.odcs.yaml").unlink()

    assert ["a released contract is gone" in problem.text for problem in check(contracts_folder)] == [True]
