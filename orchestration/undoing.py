"""`tenantry undo-observation`: the way back from a run with a false date.

lock → backup of the warehouse beside it → the date out of raw rows, history and ledger. Killed at any instant, the
warehouse is as before or without the date; the backup is whole before anything changes.
"""

import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.observations import observation_dates
from orchestration.publications import sync
from orchestration.run_request import AsOfRefused, RunFailed
from orchestration.settings_schema import Settings

if TYPE_CHECKING:
    from ingestion.load import Warehouse

BACKUP = ".before-undo-"


def undo(settings: Settings, day: date) -> Path:
    """Take back the last observation; print what went, and return the backup.

    Errors: AsOfRefused for another date than the last; RunFailed where another process writes or no warehouse is.
    """
    from ingestion.load import Warehouse, WarehouseError, prepare, undo_observation

    file = settings.warehouse.path
    if not file.exists():
        raise RunFailed(f"{file}: found no warehouse, expected one with at least one observation. Nothing was changed.")
    warehouse = Warehouse(file)
    try:
        with warehouse.acquire():
            # What a killed run of that date had ready would land with the next run.
            prepare(warehouse)
            dates = observation_dates(file)
            if not dates or dates[-1] != day:
                last = f"the last one, {dates[-1]}" if dates else "one, and there is none"
                raise AsOfRefused(
                    f"undo-observation {day}: found no last observation of that date, expected {last}. Observations "
                    "are taken back from the last one on. Nothing was changed."
                )
            backup = _backup(warehouse, day)
            with warehouse.connect() as connection:
                undone = undo_observation(connection, day, dates[-2] if len(dates) > 1 else None)
    except WarehouseError as error:
        raise RunFailed(str(error)) from error
    rows = sum(undone.rows.values())
    print(f"Took back {undone.runs} {'run' if undone.runs == 1 else 'runs'} of {day}: {rows:,} rows of "
          f"{len(undone.rows)} tables.")  # fmt: skip
    print(f"Before it: {backup}. It holds everything, mail too: remove it when the next run was right.")
    print("The published copy shows that date until then. Next: `tenantry run`.")
    return backup


def _backup(warehouse: "Warehouse", day: date) -> Path:
    """A whole copy of the closed file beside it, on disk, readable by its owner only."""
    with warehouse.connect() as connection:
        connection.execute("checkpoint")
    file = warehouse.path.resolve()
    target = file.with_name(f"{file.stem}{BACKUP}{day}-{datetime.now(UTC):%Y%m%dT%H%M%S}{file.suffix}")
    beside = file.with_name(f".{target.name}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream, file.open("rb") as source:
        shutil.copyfileobj(source, stream, 1 << 20)
    sync(beside)
    os.replace(beside, target)
    sync(target.parent)
    return target
