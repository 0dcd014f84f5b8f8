"""The posture rules that people read about, the seed, the settings and the agreed interface say the same."""

import csv
from pathlib import Path

import pytest
import yaml

from ingestion.microsoft.endpoints import DIRECTORY_ENDPOINTS, SECOND_ENDPOINTS
from orchestration import posture_reference
from orchestration.finding_names import POSTURE_RULES
from orchestration.settings_schema import PostureSettings
from orchestration.settings_tables import setting_fields

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "transform" / "models" / "intermediate" / "posture"


def agreed_rules() -> dict[str, tuple[str, str, str]]:
    """Level, kind of subject and severity of each rule of the interface."""
    with (ROOT / "docs" / "interface" / "posture-rules.csv").open(encoding="utf-8", newline="") as file:
        return {row["rule_id"]: (row["level"], row["subject_type"], row["severity"]) for row in csv.DictReader(file)}


def test_posture_page_is_what_the_seeds_say() -> None:
    assert posture_reference.PAGE.read_text(encoding="utf-8") == posture_reference.posture_reference(), (
        "docs/posture-rules.md is stale: run python -m orchestration.posture_reference"
    )


def test_seed_holds_the_agreed_rules_with_their_level_subject_and_severity() -> None:
    found = {rule["rule_id"]: (rule["level"], rule["subject_type"], rule["severity"]) for rule in _rules()}
    assert len(found) == 33
    assert found == agreed_rules()


def test_every_rule_has_a_model_a_unit_test_and_a_name_for_exceptions() -> None:
    wanted = {rule["rule_id"] for rule in _rules()}
    assert wanted == set(POSTURE_RULES)
    assert wanted == {path.stem.removeprefix("rule_") for path in MODELS.glob("rule_*.sql")}
    without_test = [
        path.stem for path in MODELS.glob("rule_*.yml") if not yaml.safe_load(path.read_text("utf-8")).get("unit_tests")
    ]
    assert without_test == []


def test_every_permission_of_a_rule_is_one_that_some_endpoint_asks_for() -> None:
    least = [endpoint.permissions[0] for endpoint in (*DIRECTORY_ENDPOINTS, *SECOND_ENDPOINTS)]
    assert {name for rule in _rules() for name in rule["required_permission"].split()} <= set(least)


@pytest.mark.parametrize("rule", posture_reference.rules(), ids=lambda rule: rule["rule_id"])
def test_threshold_of_a_rule_is_the_default_of_its_setting(rule: dict[str, str]) -> None:
    keys = posture_reference.SETTINGS.get(rule["rule_id"], ())
    fields = setting_fields(PostureSettings)
    defaults = [fields[key].default for key in keys]
    first = defaults[0] if defaults else ""
    assert rule["threshold"] == str(first[0] if isinstance(first, tuple) else first)


def _rules() -> list[dict[str, str]]:
    return posture_reference.rules()
