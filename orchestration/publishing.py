"""`tenantry publish`: rebuild and publish without asking a vendor, now or as of an earlier observation.

Looking back works on a copy of the warehouse file, without the history models: it writes one file and changes nothing
else.
"""

import secrets
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.clock import refuse_future
from orchestration.config_files import read_config_files
from orchestration.config_tables import write_config
from orchestration.late_history import HISTORY_MODELS, build_history
from orchestration.observations import observation_dates
from orchestration.publish_request import PublishRequest
from orchestration.report import RunReport
from orchestration.run_request import FLAG, AsOfRefused, RunFailed
from orchestration.settings_schema import Settings
from orchestration.summary import print_summary

if TYPE_CHECKING:
    from ingestion.load import PastRun


def publish(settings: Settings, request: PublishRequest) -> RunReport:
    """Rebuild the marts at the last observation, or at `request.as_of`; print and return the report.

    They are published, or written to `request.to` where it is given.

    Errors: AsOfRefused for a date before the first observation or ahead of today; RunFailed where nothing was
    loaded yet or another process writes the warehouse.
    """
    from ingestion.load import Warehouse, WarehouseError, prepare, unbuilt_load
    from orchestration.certificates import certificate_facts
    from orchestration.vendor_legs import known_tenants

    warehouse = Warehouse(settings.warehouse.path)
    files = read_config_files(settings.config_folder)
    try:
        with warehouse.acquire():
            day = _day(settings.warehouse.path, request)
            prepare(warehouse)
            with warehouse.connect() as connection:
                unbuilt = unbuilt_load(connection)
                write_config(connection, settings, files, known_tenants(connection, settings), certificate_facts)
            if request.as_of is None:
                target = request.to or settings.warehouse.published
                report = _rebuild(settings, settings.warehouse.path, target, day, day, exclude=())
            else:
                report = _look_back(settings, request, day, unbuilt)
    except WarehouseError as error:
        raise RunFailed(str(error)) from error
    print_summary(report)
    return report


def _day(warehouse: Path, request: PublishRequest) -> date:
    dates = observation_dates(warehouse)
    if not dates:
        raise RunFailed(
            f"{warehouse}: nothing was loaded yet. Expected at least one observation. Run `tenantry run` first."
        )
    day = request.as_of or dates[-1]
    if request.as_of is not None:
        refuse_future(request.as_of, FLAG)
    if day < dates[0]:
        raise AsOfRefused(
            f"--as-of {day}: found a date before the first observation, expected {dates[0]} or later. "
            "History begins with the first load. Nothing was changed."
        )
    return day


def _look_back(settings: Settings, request: PublishRequest, day: date, unbuilt: "PastRun | None") -> RunReport:
    from ingestion.load import Warehouse

    target = request.to
    if target is None:
        raise AsOfRefused("--as-of needs --to FILE; the published copy always shows the last observation.")
    target.parent.mkdir(parents=True, exist_ok=True)
    # Where the next command that writes removes it, should this one be killed: the copy holds all that is stored.
    folder = Warehouse(settings.warehouse.path).run_folder(f"look-back-{secrets.token_hex(3)}")
    folder.mkdir(parents=True, mode=0o700)
    try:
        copy = folder / settings.warehouse.path.name
        shutil.copyfile(settings.warehouse.path, copy)
        if unbuilt is not None and unbuilt.as_of <= day:
            # Its loads count as good and fresh, so what they showed must not be missing from the history.
            build_history(settings, copy, unbuilt)
        return _rebuild(settings, copy, target, day, request.known_at or day, exclude=(HISTORY_MODELS,))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        Warehouse(settings.warehouse.path).remove_run_folder(folder.name)


def _rebuild(
    settings: Settings, warehouse: Path, target: Path, day: date, known_at: date, exclude: tuple[str, ...]
) -> RunReport:
    from ingestion.load import Warehouse, forbidden_columns
    from orchestration.dbt_runner import build, state_folder_of
    from orchestration.dbt_variables import dbt_variables
    from orchestration.expiry_notice import expiry_notice
    from orchestration.finding_totals import finding_totals
    from orchestration.published_audit import audit
    from orchestration.published_file import Placing, build_beside, put_into_place, remove_file

    started_at = datetime.now(UTC)
    run_id = f"{started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    result = build(
        warehouse,
        dbt_variables(settings, run_id, day, started_at, known_at),
        exclude=exclude,
        state_folder=state_folder_of(settings.warehouse.path),
        threads=2,
    )
    tests = [node for node in result.nodes if node.resource_type not in ("model", "seed")]
    blocking = [f"dbt {node.resource_type} {node.name}: {node.status}" for node in result.blocking[:5]]
    findings, totals, credentials, notes = None, (), (), ()
    if not blocking:
        beside, tables = build_beside(warehouse, target)

        def of_warehouse() -> list[str]:
            with Warehouse(warehouse).connect() as connection:
                return forbidden_columns(connection)

        # A file of another date tells nothing of how many customers this one should have.
        former = target if target == settings.warehouse.published else None
        outcome = audit(beside, former, tables, of_warehouse)
        blocking, totals = list(outcome.problems.values()), outcome.totals
        notes = outcome.warnings
        if blocking:
            remove_file(beside)
        else:
            findings = finding_totals(beside, settings.warehouse.reporting_currency)
            keeps = settings.warehouse
            is_stable = target == keeps.published
            put_into_place(
                beside, target, Placing(keeps.file_mode, run_id if is_stable else "", keeps.kept_publications)
            )
            if target == settings.warehouse.published:
                credentials = expiry_notice(settings, target, day, started_at)
    return RunReport(
        run_id=run_id,
        as_of=day,
        started_at=started_at,
        finished_at=datetime.now(UTC),
        is_published=not blocking,
        warehouse=settings.warehouse.path,
        published=target,
        blocking=tuple(blocking),
        warnings=(
            *notes,
            *(f"dbt {node.resource_type} {node.name}: {node.failures} rows" for node in result.warnings),
        ),
        checks_passed=sum(node.is_passed for node in tests) + sum(check.is_passed for check in totals),
        checks_total=len(tests) + len(totals),
        findings=findings,
        credentials=credentials,
    )
