"""What Dagster users see: definitions without settings, and the runs of `tenantry run` in the instance."""

import os
import subprocess
import sys
from pathlib import Path

from dagster import AssetKey, DagsterEventType, DagsterInstance, DagsterRunStatus, EventRecordsFilter

from orchestration.definitions import definitions
from tests.product import REPOSITORY, Product

HEAVY = ("dbt.cli", "great_expectations", "polars")
LOOK = f"""
import sys
from orchestration.definitions import definitions
graph = definitions.resolve_asset_graph()
print(len(graph.get_all_asset_keys()), [name for name in {HEAVY!r} if name in sys.modules])
"""


def test_definitions_load_without_settings_and_heavy_imports(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "TENANTRY_SETTINGS"}
    outcome = subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    count, heavy = outcome.stdout.strip().split(" ", 1)
    assert int(count) > 100 and heavy == "[]"
    assert list(tmp_path.iterdir()) == []


def test_vendor_tables_say_after_how_many_hours_they_are_stale() -> None:
    graph = definitions.resolve_asset_graph()

    def hours(vendor: str, table: str) -> float:
        policy = graph.get(AssetKey(["raw", vendor, table])).freshness_policy
        assert policy is not None
        return policy.fail_window.to_timedelta().total_seconds() / 3600

    assert hours("microsoft", "messages") == 6
    assert hours("microsoft", "users") == 36
    assert hours("pax8", "invoices") == 72


def test_run_is_in_the_dagster_instance_with_assets_and_checks(loaded_once: Product, tmp_path: Path) -> None:
    # A copy: opening an instance writes into it.
    copied = loaded_once.copy_to(tmp_path / "looked-at")
    with DagsterInstance.from_config(str(copied.folder / ".dagster")) as instance:
        runs = instance.get_runs()
        assert [run.status for run in runs] == [DagsterRunStatus.SUCCESS]
        run_id = copied.ask("select run_id from ops.runs", file=copied.warehouse)[0][0]
        assert runs[0].tags["tenantry/run_id"] == run_id
        for key in (
            ["raw", "microsoft", "users"],
            ["raw", "pax8", "invoice_items"],
            ["published", "marts", "published_duckdb"],
        ):
            event = instance.get_latest_materialization_event(AssetKey(key))
            assert event is not None and event.run_id == runs[0].run_id
        records = instance.get_event_records(EventRecordsFilter(DagsterEventType.ASSET_CHECK_EVALUATION), limit=2000)
        checks = [record.event_log_entry.dagster_event.asset_check_evaluation_data for record in records]
        assert len(checks) > 150 and [check.check_name for check in checks if not check.passed] == []
