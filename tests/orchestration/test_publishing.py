"""Publishing without a load: which date dbt is asked for, what is left out, and on which file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.load import RunContext, Stage, Warehouse, advance_run, begin_run, prepare
from orchestration import dbt_runner
from orchestration.dbt_runner import DbtResult, NodeResult
from orchestration.late_history import HISTORY_MODELS
from orchestration.publish_request import PublishRequest
from orchestration.publishing import publish
from orchestration.run_request import AsOfRefused, RunFailed
from orchestration.settings import load_settings
from orchestration.settings_schema import Settings

FIRST, LAST = date(2026, 10, 20), date(2026, 10, 27)


@dataclass
class Asked:
    """What dbt was asked to build; it answers that one node failed, so nothing is published."""

    warehouses: list[Path] = field(default_factory=list)
    variables: list[Mapping[str, Any]] = field(default_factory=list)
    excluded: list[tuple[str, ...]] = field(default_factory=list)

    def build(self, warehouse: Path, variables: Mapping[str, Any], *, exclude: tuple[str, ...], **_: Any) -> DbtResult:
        """Stand for dbt_runner.build."""
        self.warehouses.append(warehouse)
        self.variables.append(variables)
        self.excluded.append(exclude)
        return DbtResult((NodeResult("model.tenantry.x", "x", "model", "error", "", "", 0, 0.0),))

    @property
    def dates(self) -> tuple[Any, ...]:
        """Closing date and known date of the only build."""
        [found] = self.variables
        return found["as_of_date"], found["known_at_date"], found["is_as_of_today"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """No dbt."""
    found = Asked()
    monkeypatch.setattr(dbt_runner, "build", found.build)
    return found


@pytest.fixture
def settings(write_settings: Callable[..., Path], secrets: dict[str, str]) -> Settings:
    """Settings whose warehouse has two observations."""
    settings = load_settings(write_settings(), secrets)
    warehouse = Warehouse(settings.warehouse.path)
    prepare(warehouse)
    with warehouse.connect() as connection:
        for day in (FIRST, LAST):
            run = RunContext(f"run-{day}", day, datetime(day.year, day.month, day.day, 6, tzinfo=UTC))
            begin_run(connection, run)
            connection.execute(
                "insert into ops.load_status by name select ? as run_id, 'pax8' as vendor, 'pax8' as connection_id, "
                "'' as tenant_id, 'companies' as table_name, 'loaded' as status, ? as as_of_date, now() as started_at",
                [run.run_id, day],
            )
            advance_run(connection, run.run_id, Stage.PUBLISHED, is_history_built=True)
    return settings


@pytest.mark.parametrize(
    ("known_at", "expected"), [(None, "2026-10-20"), (date(2026, 11, 3), "2026-11-03"), (FIRST, "2026-10-20")]
)
def test_looking_back_takes_the_state_of_its_date_and_the_documents_of_the_known_one(
    settings: Settings, asked: Asked, tmp_path: Path, known_at: date | None, expected: str
) -> None:
    report = publish(settings, PublishRequest(as_of=FIRST, known_at=known_at, to=tmp_path / "back.duckdb"))

    assert asked.dates == ("2026-10-20", expected, False)
    assert (report.as_of, report.exit_code) == (FIRST, 1)


def test_looking_back_builds_a_copy_without_history_and_removes_it(
    settings: Settings, asked: Asked, tmp_path: Path
) -> None:
    before = settings.warehouse.path.read_bytes()

    publish(settings, PublishRequest(as_of=FIRST, to=tmp_path / "back.duckdb"))

    [copy] = asked.warehouses
    assert copy != settings.warehouse.path and copy.name == settings.warehouse.path.name and not copy.exists()
    assert asked.excluded == [(HISTORY_MODELS,)]
    assert len(settings.warehouse.path.read_bytes()) >= len(before)


def test_publishing_takes_the_last_observation_with_its_history(settings: Settings, asked: Asked) -> None:
    publish(settings, PublishRequest())

    assert asked.dates == ("2026-10-27", "2026-10-27", False)
    assert (asked.warehouses, asked.excluded) == ([settings.warehouse.path], [()])


def test_publishing_an_observation_of_today_says_so(settings: Settings, asked: Asked) -> None:
    today = datetime.now(UTC).date()
    with Warehouse(settings.warehouse.path).connect() as connection:
        connection.execute("update ops.load_status set as_of_date = ? where as_of_date = ?", [today, LAST])

    report = publish(settings, PublishRequest())

    # Midnight may pass in between.
    assert asked.dates[2] is (report.started_at.date() == today)


@pytest.mark.parametrize(
    ("day", "is_refused"), [(date(2026, 10, 19), True), (FIRST, False), (date(2026, 10, 23), False)]
)
def test_date_before_the_first_observation_is_refused(
    settings: Settings, asked: Asked, tmp_path: Path, day: date, is_refused: bool
) -> None:
    request = PublishRequest(as_of=day, to=tmp_path / "back.duckdb")
    if is_refused:
        with pytest.raises(AsOfRefused, match="expected 2026-10-20 or later"):
            publish(settings, request)
    else:
        publish(settings, request)
    assert len(asked.variables) == int(not is_refused)


def test_looking_back_without_a_file_of_its_own_is_refused(settings: Settings, asked: Asked) -> None:
    with pytest.raises(AsOfRefused, match="needs --to FILE"):
        publish(settings, PublishRequest(as_of=FIRST))
    assert asked.variables == []


def test_publishing_before_anything_was_loaded_says_so(
    write_settings: Callable[..., Path], secrets: dict[str, str], asked: Asked
) -> None:
    with pytest.raises(RunFailed, match="nothing was loaded yet"):
        publish(load_settings(write_settings(), secrets), PublishRequest())
