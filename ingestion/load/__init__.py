"""The load path: legs of a vendor are read, compared, merged into raw_<vendor>.* by dlt, and recorded.

vendor pages → spool → changes → dlt → raw_<vendor>.* → ops.extraction_state, ops.load_status
"""

from ingestion.load.context import LegProgress, LegResult, RunContext
from ingestion.load.fall import FallBound
from ingestion.load.ledger import PastRun, Stage, advance_run, begin_run, note_history_built, unbuilt_load
from ingestion.load.recovery import Prepared, prepare
from ingestion.load.run import run_legs
from ingestion.load.runbudget import RunBudget
from ingestion.load.undo import Undone, undo_observation
from ingestion.load.warehouse import Warehouse, WarehouseError, WarehouseLocked, forbidden_columns

__all__ = [
    "LegProgress",
    "LegResult",
    "PastRun",
    "Prepared",
    "FallBound",
    "RunBudget",
    "RunContext",
    "Stage",
    "Undone",
    "Warehouse",
    "WarehouseError",
    "WarehouseLocked",
    "advance_run",
    "begin_run",
    "forbidden_columns",
    "note_history_built",
    "prepare",
    "run_legs",
    "unbuilt_load",
    "undo_observation",
]
