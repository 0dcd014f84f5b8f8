"""dlt shut off from the machine it runs on: no user config files, no DLT environment, no telemetry, no log lines.

dlt's own log and error texts may quote a row, so nothing of them may leave this package.
"""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# dlt keeps one run context per process; two vendors may not load at the same time.
_ONE_PIPELINE = threading.Lock()

_CONFIG: dict[str, Any] = {
    "runtime": {"dlthub_telemetry": False, "log_level": "CRITICAL", "intercept_signals": False},
    "providers": {"enable_airflow_secrets": False},
    "normalize": {"parquet_normalizer": {"add_dlt_load_id": True, "add_dlt_id": False}, "workers": 1},
    "load": {
        # Rows must not stay a second time in the file, least of all those that are deleted later.
        "truncate_staging_dataset": True,
        "raise_on_failed_jobs": True,
        "workers": 1,
    },
    "data_writer": {"compression": "none", "buffer_max_items": 10_000},
}


def import_dlt() -> None:
    """dlt imported without the warnings of its parts about themselves."""
    with warnings.catch_warnings():
        # sqlglot tells whoever imports it of a faster parser that dlt does not use.
        warnings.filterwarnings("ignore", module="sqlglot")
        import dlt  # noqa: F401


@contextmanager
def isolated_dlt(folder: Path) -> Iterator[None]:
    """dlt with our configuration only, its folders below `folder`, while the context lasts."""
    import_dlt()
    from dlt.common.configuration.providers import ConfigProvider
    from dlt.common.configuration.providers.dictionary import DictionaryProvider
    from dlt.common.runtime.run_context import RunContext, switched_run_context
    from dlt.common.runtime.telemetry import stop_telemetry

    class IsolatedContext(RunContext):
        @property
        def run_dir(self) -> str:
            return str(folder)

        @property
        def local_dir(self) -> str:
            return str(folder)

        @property
        def global_dir(self) -> str:
            return str(folder)

        @property
        def data_dir(self) -> str:
            return str(folder)

        def initial_providers(self) -> list[ConfigProvider]:
            provider = DictionaryProvider()
            provider._config_doc = _CONFIG
            return [provider]

    with _ONE_PIPELINE, switched_run_context(IsolatedContext(str(folder))), _copies_from_any_path():
        # dlt starts its telemetry before it has read the context's configuration, and then leaves it on.
        stop_telemetry()
        yield


@contextmanager
def _copies_from_any_path() -> Iterator[None]:
    """dlt's copy job with its file as a parameter, while the context lasts.

    dlt 1.31 writes the path into the SQL as it stands: an apostrophe in a folder's name ends the text, and `a=b` is
    read as a partition.
    """
    from dlt.destinations.impl.duckdb import duck

    class CopyJob(duck.DuckDbCopyJob):
        def run(self) -> None:
            client = self._job_client.sql_client
            table = client.make_qualified_table_name(self.load_table_name)
            client.execute_sql(
                f"insert into {table} by name "
                "select * from read_parquet(%s, union_by_name = true, hive_partitioning = false)",
                self._file_path,
            )

    before = duck.DuckDbCopyJob
    duck.DuckDbCopyJob = CopyJob
    try:
        yield
    finally:
        duck.DuckDbCopyJob = before
