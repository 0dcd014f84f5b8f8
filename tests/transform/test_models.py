"""What the house style asks of every dbt file: a properties file beside it, a grain, a key test, described columns."""

from pathlib import Path
from typing import Any

import pytest
import yaml

TRANSFORM = Path(__file__).parents[2] / "transform"
MODELS = sorted((TRANSFORM / "models").rglob("*.sql"))
SINGULAR_TESTS = sorted((TRANSFORM / "tests").glob("*.sql"))


def name_of(path: Path) -> str:
    """The name under which pytest shows a file."""
    return path.stem


def properties_of(path: Path) -> dict[str, Any]:
    """The model's entry in the yml beside it."""
    document = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))
    [entry] = [model for model in document["models"] if model["name"] == path.stem]
    return entry


def has_key_test(entry: dict[str, Any]) -> bool:
    """True where a unique combination, or a unique column, is tested."""
    of_columns = [names_of(column.get("data_tests", [])) for column in entry.get("columns", [])]
    of_model = names_of(entry.get("data_tests", []))
    return "unique_combination" in of_model or any("unique" in names for names in of_columns)


def names_of(tests: list[Any]) -> set[str]:
    """The names of tests, written with or without arguments."""
    return {name for test in tests for name in (test if isinstance(test, dict) else {test: None})}


@pytest.mark.parametrize("path", MODELS, ids=name_of)
def test_model_states_its_grain_and_tests_its_key(path: Path) -> None:
    entry = properties_of(path)

    assert entry["description"].startswith("One row")
    assert has_key_test(entry)


@pytest.mark.parametrize("path", MODELS, ids=name_of)
def test_model_describes_every_listed_column(path: Path) -> None:
    columns = properties_of(path)["columns"]

    assert columns
    assert [column["name"] for column in columns if not column.get("description", "").strip()] == []


@pytest.mark.parametrize("path", MODELS, ids=name_of)
def test_model_lines_are_short_and_source_is_read_in_staging_only(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert [number for number, line in enumerate(text.splitlines(), 1) if len(line) > 100] == []
    assert ("source(" not in text.replace("source=", "")) or "staging" in path.parts


def test_every_mart_has_a_reader() -> None:
    marts = {path.stem for path in MODELS if "marts" in path.parts}
    document = yaml.safe_load((TRANSFORM / "models" / "marts" / "_exposures.yml").read_text(encoding="utf-8"))
    read = {reference for exposure in document["exposures"] for reference in exposure["depends_on"]}

    assert read == {f"ref('{mart}')" for mart in marts}


@pytest.mark.parametrize("path", SINGULAR_TESTS, ids=name_of)
def test_singular_test_says_when_it_fails(path: Path) -> None:
    assert path.stem.startswith("assert_")
    assert path.read_text(encoding="utf-8").startswith("-- Fails when ")
