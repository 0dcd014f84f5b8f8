"""What a killed run left behind, put right before the next one reads anything.

A complete dlt package is loaded, everything else is discarded: the cursors did not move, so nothing is lost.
run folders beside the warehouse → raw_<vendor>.*, ops.load_status; folders gone
"""

import json
import logging
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from ingestion.legs import IngestionError, LegKey, LegStats
from ingestion.load.context import LegResult, RunContext
from ingestion.load.ledger import PastRun, Stage, insert_load_status, unbuilt_run
from ingestion.load.package import finish_package
from ingestion.load.state import forget_digests
from ingestion.load.warehouse import Warehouse, create_tables, empty_dlt_staging

logger = logging.getLogger(__name__)
_NOTE = "legs.json"


@dataclass(frozen=True)
class Prepared:
    """The warehouse ready for a run.

    unbuilt: the run whose rows are not in the history yet; the caller builds it before the next load.
    finished: vendors whose package of a killed run was loaded now; dropped: those whose package dlt could not load.
    """

    unbuilt: PastRun | None
    finished: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def prepare(warehouse: Warehouse) -> Prepared:
    """Schemas and tables that exist, nothing left over of a killed run; the caller holds the lock."""
    finished: list[str] = []
    dropped: list[str] = []
    shutil.rmtree(warehouse.spill_folder, ignore_errors=True)
    with warehouse.connect() as connection:
        create_tables(connection)
        folders = sorted(warehouse.work_folder.iterdir()) if warehouse.work_folder.is_dir() else []
        for run_folder in folders:
            for folder in sorted(path for path in run_folder.iterdir() if path.is_dir()):
                shutil.rmtree(folder / "spool", ignore_errors=True)
                _finish_vendor(connection, folder, finished, dropped)
            shutil.rmtree(run_folder)
            warehouse.remove_run_folder(run_folder.name)
        broken = connection.execute(
            "select stage from ops.runs where stage not in (?, ?)", [Stage.PUBLISHED, Stage.FAILED]
        ).fetchall()
        if broken:
            connection.execute(
                "update ops.runs set stage = ? where stage not in (?, ?)",
                [Stage.FAILED, Stage.PUBLISHED, Stage.FAILED],
            )
        if (Stage.LOADING,) in broken:
            forget_digests(connection)
            empty_dlt_staging(connection)
        return Prepared(unbuilt_run(connection), tuple(finished), tuple(dropped))


def note_legs(folder: Path, run: RunContext, keys: Sequence[LegKey]) -> None:
    """Leaves beside the package whose legs it carries, for a run that has to drop it later."""
    note = {
        "run_id": run.run_id,
        "as_of": run.as_of.isoformat(),
        "started_at": run.started_at.isoformat(),
        "legs": [asdict(key) for key in keys],
    }
    (folder / _NOTE).write_text(json.dumps(note), encoding="utf-8")


def _finish_vendor(
    connection: duckdb.DuckDBPyConnection, folder: Path, finished: list[str], dropped: list[str]
) -> None:
    vendor = folder.name
    if not (folder / "dlt").is_dir():
        return
    try:
        if finish_package(vendor, connection, folder / "dlt"):
            logger.info("%s: finished the load package of a run that was killed", vendor)
            finished.append(vendor)
    except IngestionError as failure:
        logger.warning("%s: dropped the load package of a run that was killed: %s", vendor, failure)
        dropped.append(vendor)
        _record_dropped(connection, folder, failure)


def _record_dropped(connection: duckdb.DuckDBPyConnection, folder: Path, failure: IngestionError) -> None:
    try:
        note = json.loads((folder / _NOTE).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        # Killed while the note was written: no package was begun then, so there is no leg to record.
        return
    started_at = datetime.fromisoformat(note["started_at"])
    run = RunContext(note["run_id"], date.fromisoformat(note["as_of"]), started_at)
    results = [
        LegResult(
            LegKey(**key),
            failure.status,
            LegStats(),
            started_at,
            started_at,
            failure.error_class,
            failure.advice,
            str(failure),
        )
        for key in note["legs"]
    ]
    insert_load_status(connection, run, results)
