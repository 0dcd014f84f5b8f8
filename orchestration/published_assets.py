"""The published file as a Dagster asset, with the checks that may keep the last good copy in place."""

from collections.abc import Iterator, Mapping
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Failure,
    MaterializeResult,
    multi_asset,
)

from orchestration.dbt_translator import WarehouseTranslator
from orchestration.run_resource import RunResource
from orchestration.step_errors import storable_errors

PUBLISHED_KEY = AssetKey(["published", "marts", "published_duckdb"])
CHECKS = {
    "no_forbidden_column": "No schema of the warehouse and no published table has a column for message content.",
    "customers_did_not_vanish": "The customer set did not shrink by more than half since the last published copy.",
    "mart_totals": "Customer months add up to the facts they come from.",
}


def published_assets(manifest: Mapping[str, Any]) -> AssetsDefinition:
    """One asset that depends on every mart: the file that dashboards, BI and MCP read."""
    translator = WarehouseTranslator()
    marts = [
        translator.get_asset_key(node)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["fqn"][1] == "marts"
    ]

    @multi_asset(
        name="publish",
        specs=[
            AssetSpec(
                PUBLISHED_KEY,
                deps=marts,
                group_name="published",
                kinds={"duckdb"},
                description="The published warehouse.",
            )
        ],
        check_specs=[
            AssetCheckSpec(name=name, asset=PUBLISHED_KEY, description=text, blocking=True)
            for name, text in CHECKS.items()
        ],
    )
    def publish(context: AssetExecutionContext, run: RunResource) -> Iterator[MaterializeResult | AssetCheckResult]:
        """Write the new file beside the old one, audit it, and put it into place only when nothing blocks."""
        with storable_errors("publish", run.session.folder):
            outcome = run.session.publish()
        for name in CHECKS:
            yield AssetCheckResult(
                asset_key=PUBLISHED_KEY,
                check_name=name,
                passed=name not in outcome.problems,
                metadata={"found": outcome.problems.get(name, "nothing")},
            )
        if outcome.problems:
            raise Failure(description="; ".join(outcome.problems.values()), allow_retries=False)
        yield MaterializeResult(
            asset_key=PUBLISHED_KEY,
            metadata={"tables": len(outcome.tables), "rows": sum(table.row_count for table in outcome.tables)},
        )
        # Published first: one tenant's failure keeps nobody's good rows back, and no run with a failure is green.
        failed = run.session.failed_tables
        if failed is not None:
            raise Failure(description=failed, allow_retries=False)

    return publish
