"""The dbt tests that a run leaves out or only warns of, on the data that it built, and every unit test."""

import json
from pathlib import Path

import pytest

from orchestration import dbt_runner
from orchestration.dbt_variables import dbt_variables
from orchestration.settings import environment, load_settings
from tests.product import Product

# Whatever reads nothing but these; with the unit tests that is more than a run leaves out, never less.
LEFT_OUT = ("test_type:unit", "path:models/staging", "path:models/intermediate", "path:models/history", "path:seeds")
# As many as there were when this was written: to lose one is a decision, not an accident.
LEAST_UNIT_TESTS = 221
# A run goes on past most of these, so that no test of a run would see one fail.
WARNED_OF = ("test_type:singular",)


@pytest.mark.timeout(600)
def test_tests_that_no_run_fails_by_pass_without_a_warning(product: Product, tmp_path: Path) -> None:
    from dbt.cli.main import dbtRunner

    settings = load_settings(product.settings, {**environment(), **product.world.secret_environment()})
    day, started_at = product.ask("select as_of_date, max(started_at) from marts.ops_load_status group by all")[0]
    dbt_runner.write_profile(product.warehouse, tmp_path, threads=2)
    manifest = dbt_runner.parse(product.warehouse.stem)
    expected = {
        unique_id
        for unique_id, node in manifest.nodes.items()
        if node.resource_type == "test"
        and (not dbt_runner.is_run_test(node.to_dict()) or node.config.severity.lower() == "warn")
    }
    try:
        outcome = dbtRunner(manifest=manifest).invoke(
            [
                "test", "--project-dir", str(dbt_runner.PROJECT_FOLDER), "--profiles-dir", str(tmp_path),
                "--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs"), "--quiet",
                "--no-version-check", "--vars", json.dumps(dict(dbt_variables(settings, "test", day, started_at))),
                "--select", *LEFT_OUT, *WARNED_OF, "--indirect-selection", "cautious",
            ]
        )  # fmt: skip
    finally:
        dbt_runner.close_connections()
    assert outcome.exception is None, outcome.exception
    results = {str(result.node.unique_id): str(result.status) for result in outcome.result.results}
    assert [name for name, status in results.items() if status != "pass"] == []
    assert expected - results.keys() == set() and len(expected) >= 400
    assert set(manifest.unit_tests) - results.keys() == set() and len(manifest.unit_tests) >= LEAST_UNIT_TESTS
