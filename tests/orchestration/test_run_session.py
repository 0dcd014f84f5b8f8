"""Opening a run after one that was killed: its history is built first, with all that it reads."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.load import PastRun, RunContext, Warehouse, begin_run, prepare
from orchestration import late_history
from orchestration.config_tables import TABLES
from orchestration.run_request import RunFailed, RunRequest
from orchestration.run_session import RunSession
from orchestration.settings import load_settings
from orchestration.settings_schema import Settings

KILLED = PastRun("run-1", date(2026, 10, 20), datetime(2026, 10, 20, 6, tzinfo=UTC))


@pytest.fixture
def settings(write_settings: Callable[..., Path], secrets: dict[str, str]) -> Settings:
    """Settings of one tenant, whose secrets are set."""
    return load_settings(write_settings(), secrets)


def test_history_of_a_first_run_that_was_killed_at_once_finds_its_tables(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(settings.warehouse.path)
    prepare(warehouse)
    with warehouse.connect() as connection:
        begin_run(connection, RunContext(KILLED.run_id, KILLED.as_of, KILLED.started_at))
    built: list[tuple[PastRun, set[str]]] = []

    def note(_: Settings, file: Path, run: PastRun) -> None:
        with duckdb.connect(str(file)) as connection:
            rows = connection.execute(
                "select table_name from information_schema.tables where table_schema = 'config'"
            ).fetchall()
        built.append((run, {name for (name,) in rows}))

    monkeypatch.setattr(late_history, "build_history", note)
    session = RunSession(settings, RunRequest(as_of=date(2026, 10, 21)))

    session.open()
    session.close()

    assert built == [(KILLED, set(TABLES))]
    with warehouse.connect() as connection:
        unbuilt = connection.execute("select run_id from ops.runs where not is_history_built").fetchall()
    assert unbuilt == [(session.run_id,)]


def test_run_on_a_file_that_is_no_warehouse_says_so(settings: Settings) -> None:
    settings.warehouse.path.parent.mkdir(parents=True)
    settings.warehouse.path.write_bytes(b"no database " * 1000)

    with pytest.raises(RunFailed, match="DuckDB cannot open it"):
        RunSession(settings, RunRequest(as_of=date(2026, 10, 21))).open()
