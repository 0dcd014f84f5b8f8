"""dbt models and tests as Dagster assets and asset checks; the body builds them in this process.

dagster-dbt gives specs, lineage and check specs from the manifest; only the execution is ours, because its subprocess
costs twelve seconds more and cannot share the warehouse file.

Staging models are views: they hold no rows and are not built in a run that changed none of them. They are in the
lineage as assets that nothing materializes, so a vendor table that no tenant loaded does not keep dbt from running:
dbt waits for the vendors' load status instead.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Failure,
    MaterializeResult,
    multi_asset,
)

from orchestration.dbt_runner import NodeResult, is_run_test
from orchestration.dbt_translator import WarehouseTranslator
from orchestration.run_resource import RunResource
from orchestration.step_errors import storable_errors

ASSET_TYPES = ("model", "seed")
# The table that shows how each load ended; its lineage begins at the loads, which ties the build to their end.
LOAD_STATUS_MODEL = "model.tenantry.ops_load_status"


def staging_assets(manifest: Mapping[str, Any]) -> list[AssetSpec]:
    """The staging views: part of the lineage, materialized by nothing."""
    translator = WarehouseTranslator()
    return [
        translator.get_asset_spec(manifest, unique_id, None)
        for unique_id, node in _built_nodes(manifest)
        if _is_staging(node)
    ]


def dbt_assets(manifest: Mapping[str, Any], load_statuses: Sequence[AssetKey]) -> AssetsDefinition:
    """One multi-asset with every model and seed but staging, and a check per dbt test that names one asset.

    load_statuses: what must be there before the build, so that it runs after the loads.
    """
    translator = WarehouseTranslator()
    specs = _asset_specs(manifest, translator, load_statuses)
    checks = _check_specs(manifest, translator, specs)

    @multi_asset(
        name="dbt_build",
        specs=list(specs.values()),
        check_specs=list(checks.values()),
        can_subset=False,
        allow_arbitrary_check_specs=True,
    )
    def dbt_build(context: AssetExecutionContext, run: RunResource) -> Iterator[MaterializeResult | AssetCheckResult]:
        """Build every model in process, then report models as materializations and tests as checks."""
        with storable_errors("dbt build", run.session.folder):
            outcome = run.session.build()
        by_id = {node.unique_id: node for node in outcome.nodes}
        for unique_id, check in checks.items():
            yield _check_result(check, by_id.get(unique_id))
        # In the order of their end: Dagster refuses an asset that comes before one it depends on.
        for node in outcome.nodes:
            if node.unique_id in specs and node.is_passed and not node.is_unchanged:
                yield MaterializeResult(
                    asset_key=specs[node.unique_id].key, metadata={"seconds": round(node.seconds, 3)}
                )
        if outcome.blocking:
            raise Failure(
                description=f"{outcome.blocking_text}. The last good copy stays published.", allow_retries=False
            )

    return dbt_build


def _built_nodes(manifest: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [
        (unique_id, node)
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ASSET_TYPES and node["config"].get("materialized") != "ephemeral"
    ]


def _is_staging(node: Mapping[str, Any]) -> bool:
    return node["fqn"][1] == "staging"


def _asset_specs(
    manifest: Mapping[str, Any], translator: WarehouseTranslator, load_statuses: Sequence[AssetKey]
) -> dict[str, AssetSpec]:
    specs = {}
    for unique_id, node in _built_nodes(manifest):
        if _is_staging(node):
            continue
        # A view or a seed that nothing changed is not built again, and what was not built is not reported as built.
        spec = translator.get_asset_spec(manifest, unique_id, None).replace_attributes(
            skippable=node["config"].get("materialized") in ("view", "seed")
        )
        if unique_id == LOAD_STATUS_MODEL:
            spec = spec.merge_attributes(deps=list(load_statuses))
        specs[unique_id] = spec
    return specs


def _check_specs(
    manifest: Mapping[str, Any], translator: WarehouseTranslator, specs: Mapping[str, AssetSpec]
) -> dict[str, AssetCheckSpec]:
    checks: dict[str, AssetCheckSpec] = {}
    for unique_id, node in manifest["nodes"].items():
        if not is_run_test(node):
            continue
        # A singular test that reads several models belongs to the first of them; dbt attaches generic ones itself.
        owner = node.get("attached_node") or next((name for name in node["depends_on"]["nodes"] if name in specs), None)
        if owner in specs:
            checks[unique_id] = AssetCheckSpec(
                name=node["name"], asset=specs[owner].key, description=node.get("description") or None
            )
    return checks


def _check_result(check: AssetCheckSpec, node: NodeResult | None) -> AssetCheckResult:
    if node is None:
        return AssetCheckResult(
            passed=False, asset_key=_key(check), check_name=check.name, metadata={"status": "did not run"}
        )
    severity = AssetCheckSeverity.ERROR if node.is_blocking else AssetCheckSeverity.WARN
    return AssetCheckResult(
        passed=node.is_passed,
        asset_key=_key(check),
        check_name=check.name,
        severity=severity,
        metadata={"status": node.status, "failing rows": node.failures, "seconds": round(node.seconds, 3)},
    )


def _key(check: AssetCheckSpec) -> AssetKey:
    return check.asset_key
