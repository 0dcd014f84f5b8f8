"""`[posture]`: what the settings say reaches the dbt project, and nothing else is accepted."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from orchestration.dbt_variables import dbt_variables
from orchestration.errors import SettingsError
from orchestration.settings import load_settings
from orchestration.settings_schema import Settings

PROJECT = Path(__file__).parents[2] / "transform" / "dbt_project.yml"
LEAST = '[msp]\nname = "Example MSP"\ndomains = ["msp.example"]\n[[distributors]]\nvendor = "files"\nfolder = "."\n'
DAY = date(2026, 11, 8)


def settings_of(tmp_path: Path, posture: str) -> Settings:
    """Settings with one `[posture]` table."""
    file = tmp_path / "tenantry.toml"
    file.write_text(LEAST + "[posture]\n" + posture, encoding="utf-8")
    return load_settings(file, {})


def test_severities_reach_the_dbt_project_as_names_and_words(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, 'severities = { account_stale = "high", break_glass_missing = "low" }')
    variables = dbt_variables(settings, "run", DAY, datetime(2026, 11, 8, tzinfo=UTC))
    assert variables["posture_severities"] == {"account_stale": "high", "break_glass_missing": "low"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('severities = { account_stael = "high" }', "account_stale"),
        ('severities = { account_stale = "urgent" }', "one of critical, high, medium, low, info"),
        ('severities = "high"', "a table: posture rule ids"),
    ],
    ids=["rule", "severity", "kind"],
)
def test_severities_that_mean_nothing_are_refused(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        settings_of(tmp_path, line)


def test_defaults_of_the_settings_are_those_of_the_dbt_project(tmp_path: Path) -> None:
    variables = dbt_variables(settings_of(tmp_path, ""), "run", DAY, datetime(2026, 11, 8, tzinfo=UTC))
    of_project = yaml.safe_load(PROJECT.read_text(encoding="utf-8"))["vars"]
    posture = [name for name in of_project if name.startswith(("coverage", "global_admin", "secure", "posture"))]
    posture += ["stale_days", "credential_days", "new_privileged_days", "break_glass_days", "guest_pending_days"]
    assert len(posture) == 13
    assert {name: variables[name] for name in posture} == {name: of_project[name] for name in posture}
