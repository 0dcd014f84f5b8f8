"""One simulator and one loaded product for a test process; each test works on its own copy of the product."""

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.simulator.serve import URL_NAMES, Simulator, start
from ingestion.simulator.world import World, generate
from tests.orchestration.run.endless_reader import QUESTIONS, WatchedRun
from tests.product import REPOSITORY, Product
from tests.warm_process import WarmProcess


@pytest.fixture(scope="session")
def world() -> World:
    """The small world: every planted kind, few users."""
    return generate(size="small")


@pytest.fixture(scope="session")
def running_simulator(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """The small world's vendors, for the whole test process."""
    folder = tmp_path_factory.mktemp("simulator")
    with start(folder, size="small", clock=world.observation_dates[0]) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmProcess]:
    """The process that forks this test process's runs."""
    process = WarmProcess(tmp_path_factory.mktemp("warm"))
    yield process
    process.stop()


@pytest.fixture
def simulator(running_simulator: Simulator, world: World) -> Iterator[Simulator]:
    """The vendors without a fault or an edit, at the first observation date, with an empty log.

    Whatever a test did, its log must hold no write and no mailbox that is not listed.
    """
    running_simulator.clear_faults()
    running_simulator.clear_edits()
    running_simulator.set_clock(world.observation_dates[0])
    running_simulator.clear_log()
    yield running_simulator
    running_simulator.clear_faults()
    running_simulator.clear_edits()
    assert strange_requests(running_simulator.log(), world) == []


def strange_requests(log: list[dict[str, Any]], world: World) -> list[tuple[Any, ...]]:
    """Requests that are no read, or that name a mailbox which the settings do not list."""
    listed = set(tomllib.loads(world.settings_toml(dict.fromkeys(URL_NAMES, "x")))["microsoft"]["mailboxes"]["allow"])
    return [
        (entry["vendor"], entry["method"], entry["path"], entry["mailbox"])
        for entry in log
        if not (entry["method"] == "GET" or (entry["method"] == "POST" and entry["path"].endswith("/token")))
        or (entry["mailbox"] is not None and entry["mailbox"] not in listed)
    ]


@pytest.fixture(scope="session")
def first_run(
    running_simulator: Simulator, world: World, warm: WarmProcess, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Product, list[dict[str, Any]]]:
    """A product with the first observation loaded and published, and what the vendors were asked for it."""
    product = Product(tmp_path_factory.mktemp("loaded") / "product", world, running_simulator, warm)
    product.write_settings()
    running_simulator.clear_faults()
    running_simulator.clear_edits()
    running_simulator.clear_log()
    ended = product.run(world.observation_dates[0])
    assert ended.exit_code == 0, ended.text
    return product, running_simulator.log()


@pytest.fixture(scope="session")
def loaded_once(first_run: tuple[Product, list[dict[str, Any]]]) -> Product:
    """A product with the first observation loaded and published; nobody may change it."""
    return first_run[0]


@pytest.fixture(scope="session")
def first_log(first_run: tuple[Product, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What the vendors were asked by the first run."""
    return first_run[1]


@pytest.fixture
def product(loaded_once: Product, simulator: Simulator, tmp_path: Path) -> Iterator[Product]:
    """A copy of the loaded product; removed afterwards, for the copies are large."""
    copied = loaded_once.copy_to(tmp_path / "product")
    yield copied
    shutil.rmtree(copied.folder, ignore_errors=True)


@pytest.fixture
def new_product(simulator: Simulator, world: World, warm: WarmProcess, tmp_path: Path) -> Iterator[Product]:
    """A product with settings and nothing loaded."""
    product = Product(tmp_path / "product", world, simulator, warm)
    product.write_settings()
    yield product
    shutil.rmtree(product.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def watched_run(loaded_once: Product, world: World, tmp_path_factory: pytest.TempPathFactory) -> WatchedRun:
    """The run of the second observation date, with a reader beside it; nobody may change its product."""
    product = loaded_once.copy_to(tmp_path_factory.mktemp("twice") / "product")
    product.simulator.clear_faults()
    product.simulator.clear_edits()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.orchestration.run.endless_reader", str(product.published)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout is not None
        first = json.loads(reader.stdout.readline())
        with duckdb.connect(str(product.published), read_only=True) as before:
            ended = product.run(world.observation_dates[1])
            kept = [row[0] for row in before.execute(QUESTIONS["mfa"]).fetchall()]
        # The reader ends when its standard input does, after one more look.
        output, problems = reader.communicate(timeout=60)
    assert ended.exit_code == 0, ended.text
    return WatchedRun(product, [first, *map(json.loads, output.splitlines())], problems, reader.returncode, kept)


@pytest.fixture(scope="session")
def loaded_twice(watched_run: WatchedRun) -> Product:
    """A product with two observations, undisturbed; nobody may change it."""
    return watched_run.product
