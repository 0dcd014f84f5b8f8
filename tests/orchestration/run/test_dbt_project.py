"""Every dbt test of the project on loaded data, those that a run leaves out among them, and every unit test."""

import json
from pathlib import Path

import pytest

from orchestration.dbt_runner import PROJECT_FOLDER, close_connections, write_profile
from orchestration.dbt_variables import dbt_variables
from orchestration.settings import environment, load_settings
from tests.product import Product


@pytest.mark.timeout(600)
def test_dbt_build_of_everything_passes_without_a_warning(product: Product, tmp_path: Path) -> None:
    from dbt.cli.main import dbtRunner

    settings = load_settings(product.settings, {**environment(), **product.world.secret_environment()})
    day, started_at = product.ask("select as_of_date, max(started_at) from marts.ops_load_status group by all")[0]
    write_profile(product.warehouse, tmp_path, threads=2)
    try:
        outcome = dbtRunner().invoke(
            [
                "build", "--project-dir", str(PROJECT_FOLDER), "--profiles-dir", str(tmp_path),
                "--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs"), "--quiet",
                "--no-version-check", "--vars", json.dumps(dict(dbt_variables(settings, "test", day, started_at))),
            ]
        )  # fmt: skip
    finally:
        close_connections()
    assert outcome.exception is None, outcome.exception
    results = {str(result.node.unique_id): str(result.status) for result in outcome.result.results}
    assert [name for name, status in results.items() if status not in ("success", "pass", "no-op")] == []
    assert sum(name.startswith("unit_test.") for name in results) >= 90
    assert sum(name.startswith("test.") for name in results) >= 500
