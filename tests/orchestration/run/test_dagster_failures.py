"""What the Dagster UI shows of a run in which every tenant failed: red, with cause, advice and customer."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from dagster import (
    AssetCheckSeverity,
    AssetKey,
    DagsterEventType,
    DagsterInstance,
    DagsterRunStatus,
)

from ingestion.simulator.serve import Simulator
from ingestion.simulator.world import World
from orchestration.unjudged_findings import unjudged_findings
from tests.product import Product
from tests.warm_process import Ended

USERS = AssetKey(["raw", "microsoft", "users"])


@dataclass(frozen=True)
class Failed:
    """A run in which no tenant's secret was good, after a good one."""

    product: Product
    ended: Ended


@pytest.fixture(scope="module")
def failed(
    loaded_once: Product, running_simulator: Simulator, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Failed]:
    """Every tenant's secret expired at the second observation."""
    product = loaded_once.copy_to(tmp_path_factory.mktemp("all-failed") / "product")
    running_simulator.clear_edits()
    running_simulator.fault("secret_expired", vendor="login")
    ended = product.run(world.observation_dates[1])
    running_simulator.clear_faults()
    yield Failed(product, ended)
    shutil.rmtree(product.folder, ignore_errors=True)


@pytest.fixture(scope="module")
def instance(failed: Failed) -> Iterator[DagsterInstance]:
    """The Dagster instance next to the settings."""
    with DagsterInstance.from_config(str(failed.product.folder / ".dagster")) as found:
        yield found


def test_run_ends_failed_after_publishing_what_is_good(failed: Failed, instance: DagsterInstance, world: World) -> None:
    assert failed.ended.exit_code == 2, failed.ended.text
    newest, first = instance.get_runs()
    assert (newest.status, first.status) == (DagsterRunStatus.FAILURE, DagsterRunStatus.SUCCESS)
    published = instance.get_latest_materialization_event(AssetKey(["published", "marts", "published_duckdb"]))
    assert published is not None and published.run_id == newest.run_id
    day = world.observation_dates[1]
    assert failed.product.ask("select max(as_of_date) from marts.ops_load_status") == [(day,)]


def test_table_that_no_tenant_loaded_is_not_materialized_and_others_are(instance: DagsterInstance) -> None:
    newest, first = instance.get_runs()
    users = instance.get_latest_materialization_event(USERS)
    companies = instance.get_latest_materialization_event(AssetKey(["raw", "connectwise", "companies"]))
    assert users is not None and users.run_id == first.run_id
    assert companies is not None and companies.run_id == newest.run_id


def test_checks_carry_error_class_advice_and_customer(failed: Failed, instance: DagsterInstance) -> None:
    newest = instance.get_runs()[0]
    entries = instance.all_logs(newest.run_id, of_type=DagsterEventType.ASSET_CHECK_EVALUATION)
    events = [entry.dagster_event for entry in entries if entry.dagster_event is not None]
    evaluations = [event.asset_check_evaluation_data for event in events]
    (check,) = [evaluation for evaluation in evaluations if evaluation.asset_key == USERS]
    assert (check.passed, check.severity) == (False, AssetCheckSeverity.ERROR)
    shown = {row.data["tenant"]: row.data for row in check.metadata["failures"].records}
    customers = dict(failed.product.ask("select tenant_id, customer_name from marts.dim_tenants"))
    assert {tenant: row["customer"] for tenant, row in shown.items()} == {key: customers[key] for key in shown}
    assert len(shown) == len(customers)
    assert all(row["class"] and "secret" in row["what to do"] for row in shown.values())


def test_log_warns_once_per_cause(instance: DagsterInstance) -> None:
    newest = instance.get_runs()[0]
    warnings = [
        entry.user_message
        for entry in instance.all_logs(newest.run_id)
        if entry.level == 30 and "secret" in entry.user_message
    ]
    assert len(warnings) == 1 and warnings[0].startswith("microsoft, ")


def test_summary_has_one_line_for_one_cause(failed: Failed) -> None:
    told = [line for line in failed.ended.output.splitlines() if line.startswith("microsoft, ") and "secret" in line]
    assert len(told) == 1 and "tenants (" in told[0]


def test_summary_says_what_could_not_be_judged(failed: Failed, loaded_once: Product) -> None:
    failures = "select count(*) from marts.mart_posture_findings where status = 'fail'"
    ((before,),) = loaded_once.ask(failures)
    ((shown,),) = failed.product.ask(failures)
    lines = failed.ended.output.splitlines()
    assert before > shown
    assert [line for line in lines if line.startswith(f"Not judged: {before - shown} earlier failures;")] != []


def test_good_run_has_nothing_unjudged(loaded_once: Product) -> None:
    assert unjudged_findings(loaded_once.warehouse).lines == []
