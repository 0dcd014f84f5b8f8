"""One simulator process over the scenarios' world, put back before each test, and a scene with a fresh warehouse."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from ingestion.http.backoff import RetryPolicy
from ingestion.load import Warehouse
from ingestion.simulator.serve import Simulator, start
from tests.ingestion.scenarios.scene import CUSTOMER, DAY, MSP, PLAIN, Scene
from tests.ingestion.scenarios.worlds import RICH

WORLD_FACTORY = "tests.ingestion.scenarios.worlds:generate"


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """The process that all scenarios share."""
    directory: Path = tmp_path_factory.mktemp("simulator")
    with start(directory, world=WORLD_FACTORY, clock=DAY) as simulator:
        yield simulator
    # A handler that broke answers 500 like a faulty vendor; only the log tells the two apart.
    assert "Traceback" not in (directory / "simulator.log").read_text()


@pytest.fixture(scope="session")
def first_load(running: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Gives the file of a warehouse after one good load; it is made at the first call."""

    @cache
    def made() -> Path:
        path = tmp_path_factory.mktemp("first") / "warehouse.duckdb"
        Scene(running, Warehouse(path), []).load(CUSTOMER, PLAIN, RICH)
        return path

    return made


@pytest.fixture
def scene(
    running: Simulator, first_load: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    """A scene; waits between tries are noted and not waited."""
    waits: list[float] = []
    asked = RetryPolicy.wait_seconds

    def wait_seconds(self: RetryPolicy, *values: object, **named: object) -> float:
        waits.append(asked(self, *values, **named))
        return 0.0

    monkeypatch.setattr(RetryPolicy, "wait_seconds", wait_seconds)
    yield Scene(running, Warehouse(tmp_path / "warehouse.duckdb"), waits, first_load=first_load)
    running.clear_faults()
    running.clear_edits()
    running.options(
        delta_page_rows=200,
        sign_in_page_rows=500,
        cloud="global",
        clock_skew_seconds=0,
        mailbox_scope={MSP: None},
        concealed_names={CUSTOMER: None},
    )
    running.set_clock(DAY)
    running.clear_log()
