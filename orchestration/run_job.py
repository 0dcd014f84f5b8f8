"""`tenantry run`: open the session, execute Dagster's job in this process, report.

The job is the one that the UI shows, recorded in the instance beside the settings. What can be refused (a held lock, a
date that went back) is refused before Dagster starts.
"""

import atexit
import functools
import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingestion.machine_problem import machine_problem
from orchestration.errors import OrchestrationError
from orchestration.report import RunReport
from orchestration.run_progress import progress_on
from orchestration.run_request import RunRequest
from orchestration.run_session import RunSession
from orchestration.settings_schema import Settings
from orchestration.summary import print_summary

MARK = "# Written by Tenantry at each run; take this line away to keep your own changes.\n"
DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
event_log_storage:
  module: orchestration.event_storage
  class: KeptOpenEventStorage
  config:
    base_dir: {base_dir}
"""
# What Dagster, dbt and the manifest hold lasts as long as the run; Python would look through all of it after every few
# hundred new objects, a tenth of an idle run.
OBJECTS_PER_COLLECTION = 100_000
# Every event of a run is in the instance; the console would repeat them all on standard error.
QUIET_CONSOLE = {"console": {"config": {"log_level": "CRITICAL"}}}


def execute(settings: Settings, request: RunRequest) -> RunReport:
    """Load, build, check and publish; the summary is printed whatever happened.

    Errors: OrchestrationError when the lock is held or the date is refused; nothing was touched then.
    """
    gc.set_threshold(OBJECTS_PER_COLLECTION)
    # Nor has it to look through all of that once more when the process ends: two seconds.
    atexit.register(gc.freeze)
    with progress_on(sys.stdout) as shown:
        session = RunSession(settings, request, shown)
        session.open()
        noted = functools.partial(_machine_problems_noted, session, (session.folder, settings.dagster_home))
        try:
            with noted():
                _execute_job(settings, request, session)
        finally:
            with noted():
                session.close()
    report = session.report()
    print_summary(report)
    return report


@contextmanager
def _machine_problems_noted(session: RunSession, folders: Sequence[Path]) -> Iterator[None]:
    """Note a full disk and the like in the report, which then still says what was loaded; let other errors pass."""
    try:
        yield
    except OrchestrationError:
        raise
    except Exception as error:
        problem = machine_problem(error, *folders)
        if problem is None:
            raise
        session.note_failure(f"{problem.text}. {problem.advice}")


def _execute_job(settings: Settings, request: RunRequest, session: RunSession) -> None:
    from dagster import DagsterInstance

    from orchestration.definitions import JOB_NAME, definitions
    from orchestration.run_resource import LENT

    job = definitions.resolve_job_def(JOB_NAME)
    selection = session.asset_selection(definitions)
    config = {
        "as_of": request.as_of.isoformat(),
        "tenants": list(request.tenants),
        "full_refresh": request.full_refresh,
    }
    lent = LENT.set(session)
    try:
        with DagsterInstance.from_config(str(prepare_instance(settings.dagster_home))) as instance:
            result = job.execute_in_process(
                instance=instance,
                run_config={"resources": {"run": {"config": config}}, "loggers": QUIET_CONSOLE},
                asset_selection=selection,
                tags={"tenantry/run_id": session.run_id},
                # A failed step is in the report; an exception here would hide the summary of the rest.
                raise_on_error=False,
            )
            for event in result.get_step_failure_events():
                session.note_failure(_first_cause(event.step_failure_data.error))
    finally:
        LENT.reset(lent)


def _first_cause(error: Any) -> str:
    """The text of the error that a step raised, without Dagster's own around it."""
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip().split(": ", 1)[-1] if error is not None else "a step failed without saying why"


def prepare_instance(home: Path) -> Path:
    """The Dagster home, with telemetry off and its event log beside it; a file of the user's own stays as it is."""
    import json

    home.mkdir(parents=True, exist_ok=True)
    file = home / "dagster.yaml"
    if not file.exists() or file.read_text(encoding="utf-8").startswith(MARK):
        base_dir = json.dumps(str(home / "history" / "runs"))
        file.write_text(MARK + DAGSTER_YAML.format(base_dir=base_dir), encoding="utf-8")
    return home
