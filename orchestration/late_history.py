"""The history of a run that ended before it was built: built from the rows that it loaded, at its own date.

It must come before the next load, which would overwrite these rows, and before any look back over them.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.run_request import RunFailed
from orchestration.settings_schema import Settings

if TYPE_CHECKING:
    from ingestion.load import PastRun

HISTORY_MODELS = "path:models/history"


def build_history(settings: Settings, warehouse: Path, run: "PastRun") -> None:
    """Build the history models of one warehouse file at the date of a former run.

    Errors: RunFailed naming the models that cannot be built.
    """
    from orchestration.dbt_runner import build, state_folder_of
    from orchestration.dbt_variables import dbt_variables

    result = build(
        warehouse,
        dbt_variables(settings, run.run_id, run.as_of, run.started_at),
        select=(f"+{HISTORY_MODELS}",),
        state_folder=state_folder_of(settings.warehouse.path),
        threads=2,
    )
    failed = [
        node.name
        for node in result.nodes
        if ".hist_" in node.unique_id and node.resource_type == "model" and not node.is_passed
    ]
    if failed:
        raise RunFailed(
            f"run {run.run_id} of {run.as_of} loaded rows whose history cannot be built ({', '.join(failed[:5])}). "
            "Expected every history model to build before the next load, which would overwrite these rows. Nothing "
            "was loaded. Please report this."
        )
