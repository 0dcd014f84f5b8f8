"""Vendor tables as Dagster assets: one subsettable multi-asset per vendor, one contract check per table.

Wiring only: the session loads, these bodies turn its results into materializations with counts and checks that name the
tenants which failed. A table that no tenant loaded is not materialized, so its freshness comes from good loads only.
What runs after the loads waits for the vendor's load status, which every load writes, and is not skipped with a table.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

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
    MetadataValue,
    TableRecord,
    multi_asset,
)

from data_contracts.contract import Contract, raw_contracts
from orchestration.failure_causes import failure_causes
from orchestration.load_checks import CheckOutcome
from orchestration.report import GOOD_STATUSES, LegLine
from orchestration.run_resource import RunResource
from orchestration.settings_schema import FreshnessSettings
from orchestration.step_errors import storable_errors

CHECK_NAME = "contract"
MAIL_TABLES = ("messages", "events")
LOAD_STATUS_TEXT = "How each table of this vendor ended in its last load; written also where every table failed."


def load_status_key(vendor: str) -> AssetKey:
    """The asset key of a vendor's rows of ops.load_status."""
    return AssetKey(["ops", vendor, "load_status"])


# Mail is matched against what the PSA and the tenants' domains say, so these load first.
MATCH_SET = (load_status_key("connectwise"),)


def vendors() -> list[str]:
    """The vendors that have contracts."""
    return list(dict.fromkeys(contract.vendor for contract in raw_contracts()))


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
            skippable=True,
        )
        for contract in contracts
    ]
    status = AssetSpec(
        key=load_status_key(vendor), group_name=vendor, kinds={"duckdb"}, description=LOAD_STATUS_TEXT, skippable=True
    )
    checks = [
        AssetCheckSpec(
            name=CHECK_NAME,
            asset=spec.key,
            description="The rows of this load hold what the data contract says, and no tenant's load failed.",
        )
        for spec in specs
    ]

    @multi_asset(name=f"load_{vendor}", specs=[*specs, status], check_specs=checks, can_subset=True)
    def load(context: AssetExecutionContext, run: RunResource) -> Iterator[MaterializeResult | AssetCheckResult]:
        """Load the selected tables of one vendor for every tenant or connection of the run."""
        selected = [key.path[-1] for key in context.selected_asset_keys if key != status.key]
        tables = [contract.table for contract in contracts if contract.table in selected]
        with storable_errors(f"load {vendor}", run.session.folder):
            lines = run.session.load(vendor, tables)
            outcomes = {outcome.table: outcome for outcome in run.session.check_load(vendor, tables)}
            customers = run.session.customer_names()
        for cause in failure_causes(lines):
            context.log.warning(cause.text)
        for table in tables:
            of_table = [line for line in lines if line.table_name == table]
            check = _contract_check(vendor, outcomes[table], of_table, customers)
            if of_table and not any(line.status in GOOD_STATUSES for line in of_table):
                yield check
                continue
            yield MaterializeResult(asset_key=raw_key(vendor, table), metadata=_counts(of_table), check_results=[check])
        if status.key in context.selected_asset_keys:
            yield MaterializeResult(asset_key=status.key, metadata=_counts(lines))

    return load


def _counts(lines: Sequence[LegLine]) -> dict[str, int | float]:
    return {
        "rows": sum(line.rows_read for line in lines),
        "changed": sum(line.rows_changed for line in lines),
        "tenants": len({line.subject for line in lines}),
        "failed": len({line.subject for line in lines if line.is_failed}),
        "requests": sum(line.request_count for line in lines),
        "throttled": sum(line.throttled_count for line in lines),
        "seconds": round(sum(line.seconds for line in lines), 3),
    }


def _contract_check(
    vendor: str, outcome: CheckOutcome, lines: Sequence[LegLine], customers: Mapping[str, str]
) -> AssetCheckResult:
    failed = [line for line in lines if line.is_failed]
    metadata: dict[str, Any] = {
        "rows checked": outcome.checked_rows,
        "rules broken": ", ".join(outcome.broken_rules) or "none",
        "failed": len(failed),
    }
    if failed:
        metadata["failures"] = MetadataValue.table([TableRecord(_failure(line, customers)) for line in failed])
    return AssetCheckResult(
        asset_key=raw_key(vendor, outcome.table),
        passed=outcome.is_passed and not failed,
        check_name=CHECK_NAME,
        severity=AssetCheckSeverity.ERROR,
        metadata=metadata,
    )


def _failure(line: LegLine, customers: Mapping[str, str]) -> dict[str, str]:
    return {
        "tenant": line.subject,
        "customer": customers.get(line.tenant_id, ""),
        "status": line.status,
        "class": line.error_class or "",
        "what to do": line.advice or "",
    }


def _stale_after_hours(contract: Contract) -> int:
    # Definitions load without settings, so these are the hours of [freshness] where nothing is set; the tables
    # ops_freshness and ops_load_status go by the settings, and by how each tenant's load ended.
    hours = FreshnessSettings()
    if contract.vendor != "microsoft":
        return hours.money_hours
    return hours.mail_hours if contract.table in MAIL_TABLES else hours.directory_hours
