"""One run from lock to published file: the steps that Dagster's assets call, in order, on one warehouse.

open → load (per vendor) → build → publish → close. Dagster wires these; nothing here knows Dagster. A step that fails
leaves what the steps before it committed, and the next run takes up from there.
"""

import functools
import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.clock import is_clock_confirmed, refuse_future
from orchestration.config_files import ConfigFiles, read_config_files
from orchestration.dbt_runner import DbtResult
from orchestration.failure_causes import failure_causes
from orchestration.load_checks import CheckOutcome
from orchestration.published_audit import AuditOutcome
from orchestration.report import FindingTotals, LegLine, RunReport
from orchestration.run_progress import RunProgress
from orchestration.run_request import AsOfRefused, RunFailed, RunRequest
from orchestration.settings_schema import Settings
from orchestration.unjudged_findings import Unjudged, unjudged_findings
from orchestration.vendor_selection import Selection, require_secrets, select

if TYPE_CHECKING:
    from dagster import AssetKey, Definitions

    from ingestion.load import LegResult, RunContext, Warehouse
    from orchestration.vendor_legs import VendorLegs

logger = logging.getLogger(__name__)

# A step's failure is one text; the contract checks of the tables list everything.
MOST_CAUSES = 5


@dataclass
class _Progress:
    """What the steps have found so far, for the report."""

    legs: list[LegLine] = field(default_factory=list)
    checks: list[CheckOutcome] = field(default_factory=list)
    built: DbtResult | None = None
    audit: AuditOutcome | None = None
    findings: FindingTotals | None = None
    unjudged: Unjudged = Unjudged()
    credentials: tuple[str, ...] = ()
    failures: list[str] = field(default_factory=list)
    is_published: bool = False
    is_clock_confirmed: bool = False
    finished_at: datetime | None = None


class RunSession:
    """The state of one run; made for one process and one run."""

    def __init__(self, settings: Settings, request: RunRequest, shown: RunProgress | None = None) -> None:
        self._settings = settings
        self._shown = shown or RunProgress()
        self._request = request
        self._started_at = datetime.now(UTC)
        self.run_id = f"{self._started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        self._stack = ExitStack()
        self._held = ExitStack()
        self._progress = _Progress()
        self._files: ConfigFiles | None = None
        self._legs: VendorLegs | None = None

    @property
    def folder(self) -> Path:
        """Where the warehouse file lies."""
        return self._settings.warehouse.path.parent

    @property
    def selection(self) -> Selection:
        """The vendors and tenants of this run."""
        return select(self._settings, self._request.only, *self._request.tenants)

    def open(self) -> None:
        """Take the lock, finish what a killed run left, refuse a date that went back, write what the settings say.

        Errors: RunFailed when another process writes; AsOfRefused for a date before the last observation; SettingsError
        for settings, secrets or reviewed files that cannot be used.
        """
        from data_contracts.contract import raw_contracts
        from ingestion.load import WarehouseError, begin_run, note_history_built, prepare, unbuilt_load
        from orchestration.late_history import build_history
        from orchestration.load_checks import warm_up
        from orchestration.observations import last_observation

        require_secrets(self.selection)
        refuse_future(self._request.as_of, self._request.said_by)
        self._files = read_config_files(self._settings.config_folder)
        try:
            self._stack.enter_context(self._warehouse.acquire(self._request.lock_wait_seconds))
            # The date is asked of the ledger before anything is prepared, so that a refused run touches nothing.
            self._refuse_date_before(last_observation(self._settings.warehouse.path))
            # A contract that lists what must never land is refused before any vendor is asked for anything.
            raw_contracts()
            self._progress.is_clock_confirmed = is_clock_confirmed(self._settings, self.selection)
            warm_up()
            self._hold_open()
            prepare(self._warehouse)
            with self._warehouse.connect() as connection:
                unbuilt = unbuilt_load(connection)
            # A killed run's package may have landed just now, the first that is seen of its date.
            self._refuse_date_before(unbuilt.as_of if unbuilt is not None else None)
            # Before any run is on record: a history that is built late reads these tables, also of a first run that
            # was killed at once.
            self._write_config()
            # A run of the same date replaces that date's history; built now, it would hold a half-loaded date.
            if unbuilt is not None and unbuilt.as_of != self._request.as_of:
                logger.warning("run %s ended before its history was built; building it now", unbuilt.run_id)
                # dbt opens the file with settings of its own.
                self._held.close()
                build_history(self._settings, self._settings.warehouse.path, unbuilt)
                self._hold_open()
                with self._warehouse.connect() as connection:
                    note_history_built(connection)
            with self._warehouse.connect() as connection:
                begin_run(
                    connection,
                    self._context,
                    tenant_filter=",".join(self._request.tenants) or None,
                    only_filter=",".join(self._request.only) or None,
                    warehouse_bytes=self._settings.warehouse.path.stat().st_size,
                )
            self._apply_retention()
        except WarehouseError as error:
            self._let_go()
            raise RunFailed(str(error)) from error
        except BaseException:
            self._let_go()
            raise

    def load(self, vendor: str, tables: Sequence[str]) -> list[LegLine]:
        """Load tables of one vendor for every tenant or connection of the run."""
        from ingestion.load import run_legs

        results: list[LegResult] = []
        for phase in self._vendor_legs.phases(vendor, tables):
            legs = self._vendor_legs.legs(vendor, phase)
            if legs:
                self._shown.reading(vendor, len(legs))
                results += run_legs(vendor, legs, self._context, self._warehouse)
        lines = [_line(result) for result in results if result.key.table in tables]
        self._progress.legs += lines
        return lines

    def check_load(self, vendor: str, tables: Sequence[str]) -> list[CheckOutcome]:
        """Hold the rows of this load against their contracts with Great Expectations."""
        from orchestration.load_checks import check_load

        pairs = [(vendor, table) for table in tables]
        outcomes = list(check_load(self._settings.warehouse.path, self.run_id, self._request.as_of, pairs))
        self._progress.checks += outcomes
        return outcomes

    def build(self) -> DbtResult:
        """Build and test every model at the run's date."""
        from ingestion.load import Stage, advance_run, note_history_built
        from orchestration.dbt_runner import build, state_folder_of
        from orchestration.dbt_variables import dbt_variables

        with self._warehouse.connect() as connection:
            advance_run(connection, self.run_id, Stage.LOADED)
        self._held.close()
        self._shown.building()
        result = build(
            self._settings.warehouse.path,
            dbt_variables(self._settings, self.run_id, self._request.as_of, self._started_at),
            state_folder=state_folder_of(self._settings.warehouse.path),
            threads=2,
            on_node=self._shown.node,
        )
        self._progress.built = result
        is_history_built = all(
            node.is_passed for node in result.nodes if ".hist_" in node.unique_id and _is_model(node)
        )
        with self._warehouse.connect() as connection:
            advance_run(connection, self.run_id, Stage.BUILT)
            if is_history_built:
                note_history_built(connection)
        if result.blocking:
            self._progress.failures.append(result.blocking_text)
        return result

    def customer_names(self) -> dict[str, str]:
        """Customers by tenant id, as last published; empty before the first run."""
        from orchestration.customer_names import customer_names

        return customer_names(self._settings.warehouse.published)

    @property
    def failed_tables(self) -> str | None:
        """What was not read in this run, by cause; None where everything was."""
        causes = failure_causes(self._progress.legs)
        if not causes:
            return None
        return "Published with what could be read. " + " ".join(cause.text for cause in causes[:MOST_CAUSES])

    def note_failure(self, text: str) -> None:
        """Add a step's failure to the report, unless the report has it already or shows it as failed tables."""
        if not self._progress.failures and not self._progress.is_published:
            self._progress.failures.append(text)

    def publish(self) -> AuditOutcome:
        """Write the new file, audit it, and put it into place when nothing blocks."""
        from ingestion.load import Stage, advance_run, forbidden_columns
        from orchestration.expiry_notice import expiry_notice
        from orchestration.finding_totals import finding_totals
        from orchestration.published_audit import audit
        from orchestration.published_file import Placing, build_beside, put_into_place, remove_file

        self._shown.publishing()
        published = self._settings.warehouse.published
        beside, tables = build_beside(self._settings.warehouse.path, published)

        def of_warehouse() -> list[str]:
            with self._warehouse.connect() as connection:
                return forbidden_columns(connection)

        outcome = audit(beside, published, tables, of_warehouse)
        self._progress.audit = outcome
        if outcome.problems:
            remove_file(beside)
            self._progress.failures += outcome.problems.values()
            return outcome
        self._progress.findings = finding_totals(beside, self._settings.warehouse.reporting_currency)
        self._progress.unjudged = unjudged_findings(self._settings.warehouse.path)
        with self._warehouse.connect() as connection:
            advance_run(connection, self.run_id, Stage.CHECKED)
        warehouse = self._settings.warehouse
        put_into_place(beside, published, Placing(warehouse.file_mode, self.run_id, warehouse.kept_publications))
        self._progress.is_published = True
        self._progress.credentials = expiry_notice(self._settings, published, self._request.as_of, self._started_at)
        return outcome

    def close(self) -> None:
        """Write the run's end and let the lock go; safe after any step, also after a failed open."""
        from ingestion.load import Stage, advance_run

        self._progress.finished_at = datetime.now(UTC)
        try:
            with self._warehouse.connect() as connection:
                stage = Stage.PUBLISHED if self._progress.is_published else Stage.FAILED
                advance_run(connection, self.run_id, stage, finished_at=self._progress.finished_at)
        finally:
            self._let_go()

    def report(self) -> RunReport:
        """How the run ended."""
        progress = self._progress
        built = progress.built.nodes if progress.built else ()
        tests = [node for node in built if not _is_model(node)]
        audit = progress.audit
        totals = audit.totals if audit else ()
        checks = [*progress.checks, *totals]
        blocking = tuple(progress.failures)
        if not progress.is_published and not blocking:
            blocking = ("a step of the run failed; the Dagster UI shows it under this run",)
        return RunReport(
            run_id=self.run_id,
            as_of=self._request.as_of,
            started_at=self._started_at,
            finished_at=progress.finished_at or datetime.now(UTC),
            is_published=progress.is_published,
            warehouse=self._settings.warehouse.path,
            published=self._settings.warehouse.published,
            legs=tuple(progress.legs),
            blocking=blocking,
            warnings=tuple(self._warnings()),
            checks_passed=sum(node.is_passed for node in tests) + sum(check.is_passed for check in checks),
            checks_total=len(tests) + len(checks),
            findings=progress.findings,
            unjudged=progress.unjudged,
            credentials=progress.credentials,
        )

    @property
    def _warehouse(self) -> "Warehouse":
        from ingestion.load import Warehouse

        return Warehouse(self._settings.warehouse.path)

    @functools.cached_property
    def _context(self) -> "RunContext":
        """The run as the load path sees it; one object, because its budget counts over all vendors."""
        from ingestion.load import FallBound, RunBudget, RunContext

        return RunContext(
            run_id=self.run_id,
            as_of=self._request.as_of,
            started_at=self._started_at,
            full_refresh=self._request.full_refresh,
            connections=self._settings.http.connections,
            fall=FallBound(self._settings.completeness.fall_rows, float(self._settings.completeness.fall_ratio)),
            budget=RunBudget(self._settings.http.max_requests, self._settings.http.max_minutes),
            on_progress=self._shown.leg,
        )

    @property
    def _vendor_legs(self) -> "VendorLegs":
        from orchestration.vendor_legs import VendorLegs

        if self._legs is None:
            self._legs = VendorLegs(self._settings, self.selection, self._context, self._warehouse)
        return self._legs

    def asset_selection(self, definitions: "Definitions") -> "list[AssetKey]":
        """The assets of this run: the tables of the selected vendors, every model and the published file."""
        graph = definitions.resolve_asset_graph()
        left_out = {
            (layer, vendor)
            for layer in ("raw", "ops")
            for vendor in ("microsoft", "connectwise", "pax8")
            if vendor not in self.selection.vendors
        }
        return [key for key in graph.executable_asset_keys if tuple(key.path[:2]) not in left_out]

    def _hold_open(self) -> None:
        # Opening a file reads its whole catalogue, a tenth of a second each time; while one connection is open, further
        # ones of this process are free. dbt opens the file with settings of its own, so it must be closed before.
        self._held.enter_context(self._warehouse.connect())

    def _let_go(self) -> None:
        self._held.close()
        self._stack.close()

    def _refuse_date_before(self, last: date | None) -> None:
        if last is not None and self._request.as_of < last:
            raise AsOfRefused(
                f"{self._request.said_by} {self._request.as_of}: found a date before the last observation, expected "
                f"{last} or later. Loading cannot go back: history would be rewritten. To look back, use "
                f"`tenantry publish --as-of {self._request.as_of} --to FILE`. If {last} was a false date, take it back "
                f"with `tenantry undo-observation {last}`. Nothing was changed."
            )

    def _write_config(self) -> None:
        from orchestration.certificates import certificate_facts
        from orchestration.config_tables import write_config

        with self._warehouse.connect() as connection:
            write_config(connection, self._settings, self._files, self._vendor_legs.resolved, certificate_facts)

    def _apply_retention(self) -> None:
        from orchestration.privacy.retention import drop_outside, mail_window

        if not self._progress.is_clock_confirmed:
            # What is deleted by a false date is gone; what stays a day too long goes with the next run.
            return
        window = mail_window(self._settings, self._vendor_legs.resolved, self._request.as_of)
        with self._warehouse.connect() as connection:
            for place, rows in drop_outside(connection, window).items():
                logger.info("retention: %d rows of %s", rows, place)

    def _warnings(self) -> Iterator[str]:
        if not self._progress.is_clock_confirmed:
            yield "no vendor told the time: this machine's clock is not confirmed, and retention removed nothing"
        for outcome in self._progress.checks:
            if not outcome.is_passed:
                rules, places = ", ".join(outcome.broken_rules), ", ".join(outcome.partitions)
                yield f"{outcome.vendor}.{outcome.table}: {rules} in {places}"
        if self._progress.audit is not None:
            yield from self._progress.audit.warnings
        if self._progress.built is not None:
            for node in self._progress.built.warnings:
                yield f"dbt {node.resource_type} {node.name}: {node.failures} rows"


def _is_model(node: Any) -> bool:
    return node.resource_type in ("model", "seed")


def _line(result: "LegResult") -> LegLine:
    key, stats = result.key, result.stats
    return LegLine(
        vendor=key.vendor,
        connection_id=key.connection_id,
        tenant_id=key.tenant_id,
        table_name=key.table,
        status=result.status.value,
        rows_read=stats.rows_read,
        rows_changed=stats.rows_changed,
        request_count=stats.request_count,
        throttled_count=stats.throttled_count,
        seconds=(result.finished_at - result.started_at).total_seconds(),
        error_class=result.error_class,
        advice=result.advice,
    )
