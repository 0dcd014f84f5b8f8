"""One dlt package per vendor and run: changed rows as Arrow → dlt → merge into raw_<vendor>.<table>.

It must not decide what changed, and nothing that dlt says about a row may leave it.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from data_contracts.contract import Contract
from ingestion.legs import IngestionError
from ingestion.load.isolation import import_dlt, isolated_dlt
from ingestion.machine_problem import machine_problem

if TYPE_CHECKING:
    import dlt

_DLT_TYPES = {
    "varchar": {"data_type": "text"},
    "json": {"data_type": "json"},
    "boolean": {"data_type": "bool"},
    "integer": {"data_type": "bigint", "precision": 32},
    "bigint": {"data_type": "bigint"},
    "date": {"data_type": "date"},
    "timestamptz": {"data_type": "timestamp", "timezone": True, "precision": 6},
}
RowSource = Callable[[], Iterator[pa.Table]]


def load_package(
    vendor: str,
    rows: Mapping[str, RowSource],
    contracts: Mapping[str, Contract],
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    on_stage: Callable[[str], None],
) -> str:
    """The id of the package that merged these rows into raw_<vendor>.

    Shape: each source yields tables in the contract's columns, keys unique over the whole package.
    Errors: IngestionError `load_failed` without dlt's words; the folder is gone then, and nothing of a row stays in it.
    """
    _refuse_a_clock_that_went_back(vendor, connection)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _failures_without_words(vendor, folder), isolated_dlt(folder):
        pipeline = _pipeline(vendor, connection, folder, on_stage)
        pipeline.extract(_source(vendor, rows, contracts), loader_file_format="parquet", workers=1)
        pipeline.normalize(workers=1)
        on_stage("before_load_commit")
        info = pipeline.load(workers=1)
        pipeline.deactivate()
    on_stage("after_load_commit")
    return info.loads_ids[0]


def finish_package(vendor: str, connection: duckdb.DuckDBPyConnection, folder: Path) -> bool:
    """True when a complete package of a killed run lay in the folder and is loaded now; the folder is gone either way.

    Errors: IngestionError `load_failed` when dlt cannot load it.
    """
    with _failures_without_words(vendor, folder), isolated_dlt(folder):
        try:
            pipeline = _pipeline(vendor, connection, folder, lambda stage: None)
            is_pending = pipeline.has_pending_data
        except (OSError, ValueError):
            # The kill hit dlt while it made its folders or wrote its state: no package can be read from them.
            return False
        if is_pending:
            pipeline.normalize(workers=1)
            pipeline.load(workers=1)
        pipeline.deactivate()
    return is_pending


def _refuse_a_clock_that_went_back(vendor: str, connection: duckdb.DuckDBPyConnection) -> None:
    """Package ids are instants, and the history takes what is newer than it has: an older id would never reach it."""
    if not connection.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = '_dlt_loads'",
        [f"raw_{vendor}"],
    ).fetchone():
        return
    newest = connection.execute(f"select max(load_id::double) from raw_{vendor}._dlt_loads").fetchone()
    if newest and newest[0] is not None and newest[0] >= time.time():
        found = datetime.fromtimestamp(newest[0], UTC).isoformat(timespec="seconds")
        raise IngestionError(
            f"{vendor}: the last package was loaded at {found}, which this machine's clock has not reached. Expected "
            "a clock that only goes forward; the rows of the last good load are kept.",
            error_class="clock_behind",
            advice="Set the machine's clock, then run again.",
        )


@contextmanager
def _failures_without_words(vendor: str, folder: Path) -> Iterator[None]:
    """dlt's failure as our own error without its text, which may quote a row; the folder is gone afterwards."""
    import_dlt()
    from dlt.common.exceptions import DltException

    try:
        yield
        return
    except DltException as failure:
        cause = getattr(failure, "exception", None) or failure
        reason = type(cause).__name__
        problem = machine_problem(failure, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if problem is not None:
        raise IngestionError(
            f"{vendor}: the package of this run could not be loaded: {problem.text}. "
            "The rows of the last good load are kept.",
            error_class="machine",
            advice=problem.advice,
        )
    raise IngestionError(
        f"{vendor}: dlt could not load the package of this run ({reason}). Expected every table to merge into "
        f"raw_{vendor}; the rows of the last good load are kept.",
        error_class="load_failed",
        advice="Check that no other program holds the warehouse file, then run again.",
    )


def _pipeline(
    vendor: str, connection: duckdb.DuckDBPyConnection, folder: Path, on_stage: Callable[[str], None]
) -> "dlt.Pipeline":
    import dlt
    from dlt.common.runtime.collector import Collector

    class Stages(Collector):
        """Tells the caller when a job of the load has ended: the instant between two tables."""

        def update(
            self,
            name: str,
            inc: int = 1,
            total: int | None = None,
            inc_total: int | None = None,
            message: str | None = None,
            label: str = "",
        ) -> None:
            if self.step.startswith("Load") and name == "Jobs" and inc and total is None:
                on_stage("mid_merge")

        def _start(self, step: str) -> None:
            self.step = step

        def _stop(self) -> None:
            self.step = ""

    return dlt.pipeline(
        pipeline_name=f"tenantry_{vendor}",
        pipelines_dir=str(folder),
        pipeline_salt="tenantry",
        destination=dlt.destinations.duckdb(connection),
        dataset_name=f"raw_{vendor}",
        progress=Stages(),
        restore_from_destination=False,
        enable_runtime_trace=False,
    )


def _source(vendor: str, rows: Mapping[str, RowSource], contracts: Mapping[str, Contract]) -> Any:
    import dlt
    from dlt.extract import DltSource

    resources = []
    for table, source in rows.items():
        contract = contracts[table]
        resource = dlt.resource(
            source,
            name=table,
            table_name=table,
            # Keys are unique over the package, but dlt's search for duplicates must stay on: a kill between a copy
            # job's commit and the note of it lets dlt copy the same file into its staging table again.
            write_disposition={"disposition": "merge", "strategy": "delete-insert"},
            primary_key=contract.key,
            columns=_hints(contract),
            schema_contract={"tables": "evolve", "columns": "freeze", "data_type": "freeze"},
        )
        resources.append(resource)
    return DltSource(dlt.Schema(f"tenantry_{vendor}"), vendor, resources)


def _hints(contract: Contract) -> dict[str, dict[str, Any]]:
    hints = {}
    for column in contract.columns:
        kind = _DLT_TYPES.get(column.physical_type)
        if kind is None:
            decimal = column.arrow_type
            kind = {"data_type": "decimal", "precision": decimal.precision, "scale": decimal.scale}
        hints[column.name] = {"name": column.name, "nullable": not column.required, **kind}
    return hints
