"""Vendor tables as Dagster assets: one subsettable multi-asset per vendor, one contract check per table.

Wiring only: the session loads, these bodies turn its results into materializations with counts and checks that name the
tenants which failed.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    FreshnessPolicy,
    MaterializeResult,
    multi_asset,
)

from data_contracts.contract import Contract, raw_contracts
from orchestration.report import COMPLETE_STATUSES, LegLine
from orchestration.run_resource import RunResource
from orchestration.settings_schema import FreshnessSettings
from orchestration.step_errors import storable_errors

CHECK_NAME = "contract"
MAIL_TABLES = ("messages", "events")
# Mail is matched against what the PSA and the tenants' domains say, so these load first.
MATCH_SET = (
    AssetKey(["raw", "connectwise", "companies"]),
    AssetKey(["raw", "connectwise", "contacts"]),
)


def vendor_assets() -> list[AssetsDefinition]:
    """One multi-asset per vendor that has contracts."""
    by_vendor: dict[str, list[Contract]] = {}
    for contract in raw_contracts():
        by_vendor.setdefault(contract.vendor, []).append(contract)
    return [_vendor_asset(vendor, contracts) for vendor, contracts in by_vendor.items()]


def raw_key(vendor: str, table: str) -> AssetKey:
    """The asset key of a vendor table."""
    return AssetKey(["raw", vendor, table])


def _vendor_asset(vendor: str, contracts: Sequence[Contract]) -> AssetsDefinition:
    specs = [
        AssetSpec(
            key=raw_key(vendor, contract.table),
            deps=list(MATCH_SET) if vendor == "microsoft" and contract.table in MAIL_TABLES else [],
            description=contract.description,
            group_name=vendor,
            kinds={"dlt", "duckdb"},
            freshness_policy=FreshnessPolicy.time_window(fail_window=timedelta(hours=_stale_after_hours(contract))),
        )
        for contract in contracts
    ]
    checks = [
        AssetCheckSpec(
            name=CHECK_NAME,
            asset=spec.key,
            description="The rows of this load hold what the data contract says, and no tenant's load failed.",
        )
        for spec in specs
    ]

    @multi_asset(name=f"load_{vendor}", specs=specs, check_specs=checks, can_subset=True)
    def load(context: AssetExecutionContext, run: RunResource) -> Iterator[MaterializeResult]:
        """Load the selected tables of one vendor for every tenant or connection of the run."""
        selected = [key.path[-1] for key in context.selected_asset_keys]
        tables = [contract.table for contract in contracts if contract.table in selected]
        with storable_errors(f"load {vendor}"):
            lines = run.session.load(vendor, tables)
            outcomes = {outcome.table: outcome for outcome in run.session.check_load(vendor, tables)}
        for table in tables:
            of_table = [line for line in lines if line.table_name == table]
            failed = [line for line in of_table if line.status not in COMPLETE_STATUSES]
            outcome = outcomes[table]
            yield MaterializeResult(
                asset_key=raw_key(vendor, table),
                metadata={
                    "rows": sum(line.rows_read for line in of_table),
                    "changed": sum(line.rows_changed for line in of_table),
                    "tenants": len(of_table),
                    "failed": len(failed),
                    "requests": sum(line.request_count for line in of_table),
                    "throttled": sum(line.throttled_count for line in of_table),
                    "seconds": round(sum(line.seconds for line in of_table), 3),
                },
                check_results=[
                    AssetCheckResult(
                        asset_key=raw_key(vendor, table),
                        passed=outcome.is_passed and not failed,
                        check_name=CHECK_NAME,
                        severity=AssetCheckSeverity.WARN,
                        metadata={
                            "rows checked": outcome.checked_rows,
                            "rules broken": ", ".join(outcome.broken_rules) or "none",
                            "failed": ", ".join(_failure(line) for line in failed) or "none",
                        },
                    )
                ],
            )

    return load


def _stale_after_hours(contract: Contract) -> int:
    # Definitions load without settings, so these are the hours of [freshness] where nothing is set; the tables
    # ops_freshness and ops_load_status go by the settings, and by how each tenant's load ended.
    hours = FreshnessSettings()
    if contract.vendor != "microsoft":
        return hours.money_hours
    return hours.mail_hours if contract.table in MAIL_TABLES else hours.directory_hours


def _failure(line: LegLine) -> str:
    return f"{line.tenant_id or line.connection_id}: {line.status}"
