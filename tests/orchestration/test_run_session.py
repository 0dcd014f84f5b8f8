"""Opening a run after one that was killed: its history is built first, with all that it reads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.load import PastRun, RunContext, Warehouse, begin_run, prepare
from orchestration import late_history
from orchestration.config_tables import TABLES
from orchestration.run_request import AsOfRefused, RunFailed, RunRequest
from orchestration.run_session import RunSession
from orchestration.settings import load_settings
from orchestration.settings_schema import Settings

# A row that was merged; the ops row of its leg was not written any more.
LANDED = (
    "insert into raw_pax8.companies by name "
    "select 'pax8' as _connection_id, 'c1' as id, 'run-1' as _run_id, date '2026-10-20' as _as_of_date, "
    "now() as _extracted_at, false as is_removed"
)
KILLED = PastRun("run-1", date(2026, 10, 20), datetime(2026, 10, 20, 6, tzinfo=UTC))


@pytest.fixture
def settings(write_settings: Callable[..., Path], secrets: dict[str, str]) -> Settings:
    """Settings of one tenant, whose secrets are set."""
    return load_settings(write_settings(), secrets)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[tuple[PastRun, set[str]]]:
    """The runs whose history was built late, each with the reviewed tables that were there then."""
    found: list[tuple[PastRun, set[str]]] = []

    def note(_: Settings, file: Path, run: PastRun) -> None:
        with duckdb.connect(str(file)) as connection:
            rows = connection.execute(
                "select table_name from information_schema.tables where table_schema = 'config'"
            ).fetchall()
        found.append((run, {name for (name,) in rows}))

    monkeypatch.setattr(late_history, "build_history", note)
    return found


def killed(settings: Settings, run: PastRun, *statements: str) -> None:
    """The warehouse after a run that was killed when it had written this."""
    warehouse = Warehouse(settings.warehouse.path)
    prepare(warehouse)
    with warehouse.connect() as connection:
        begin_run(connection, RunContext(run.run_id, run.as_of, run.started_at))
        for statement in statements:
            connection.execute(statement)


def unbuilt_runs(settings: Settings) -> list[str]:
    """The runs whose history is still to be built."""
    with duckdb.connect(str(settings.warehouse.path)) as connection:
        return [
            row[0] for row in connection.execute("select run_id from ops.runs where not is_history_built").fetchall()
        ]


def opened(settings: Settings, day: date) -> RunSession:
    """A run of that day that was opened and closed."""
    session = RunSession(settings, RunRequest(as_of=day))
    session.open()
    session.close()
    return session


def test_history_of_a_first_run_that_was_killed_finds_its_tables(
    settings: Settings, built: list[tuple[PastRun, set[str]]]
) -> None:
    killed(settings, KILLED, LANDED)

    session = opened(settings, date(2026, 10, 21))

    assert built == [(KILLED, set(TABLES))]
    assert unbuilt_runs(settings) == [session.run_id]


def test_run_that_was_broken_off_before_it_left_anything_gets_no_history(
    settings: Settings, built: list[tuple[PastRun, set[str]]]
) -> None:
    killed(settings, replace(KILLED, as_of=date(2062, 10, 20)))

    session = opened(settings, date(2026, 10, 21))

    assert built == []
    assert unbuilt_runs(settings) == [session.run_id]


def test_history_of_a_killed_run_survives_a_second_one_of_its_date_that_left_nothing(
    settings: Settings, built: list[tuple[PastRun, set[str]]]
) -> None:
    killed(settings, KILLED, LANDED)
    opened(settings, KILLED.as_of)

    opened(settings, date(2026, 10, 21))

    assert [run for run, _ in built] == [KILLED]


def test_date_before_rows_that_a_killed_run_left_is_refused(settings: Settings) -> None:
    killed(settings, KILLED, LANDED)

    with pytest.raises(AsOfRefused, match="expected 2026-10-20 or later"):
        opened(settings, date(2026, 10, 19))


def test_run_on_a_file_that_is_no_warehouse_says_so(settings: Settings) -> None:
    settings.warehouse.path.parent.mkdir(parents=True)
    settings.warehouse.path.write_bytes(b"no database " * 1000)

    with pytest.raises(RunFailed, match="DuckDB cannot open it"):
        RunSession(settings, RunRequest(as_of=date(2026, 10, 21))).open()
