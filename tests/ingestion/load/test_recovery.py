"""A killed run, and the run after it: no row lost, none twice, no cursor ahead of its rows, nothing left behind."""

import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from ingestion.load import Warehouse, prepare
from tests.ingestion.load.fake_legs import ask, load
from tests.ingestion.load.killed_run import CANARY, legs_of

ROOT = Path(__file__).parents[3]
TABLES = ("users", "subscribed_skus", "messages")
STAGES = [
    ("extracting", 3),
    ("before_load_commit", 1),
    ("mid_merge", 2),
    ("mid_merge", 4),
    ("after_load_commit", 1),
    ("state_committed", 1),
]
CURSORS = "select distinct cursor from ops.extraction_state where cursor is not null order by all"


def content(warehouse: Warehouse) -> dict[str, list[tuple]]:
    """Every row as a reader sees it; which run and package wrote it aside."""
    found = {
        table: ask(
            warehouse,
            f"select * exclude (_dlt_load_id, _run_id) from raw_microsoft.{table} order by tenant_id, id",
        )
        for table in TABLES
    }
    found["state"] = ask(
        warehouse, "select tenant_id, table_name, scope, cursor, digest from ops.extraction_state order by all"
    )
    return found


def child(warehouse: Warehouse, stage: str, occurrence: int) -> subprocess.Popen:
    """A process that loads world 1 and kills itself there."""
    command = [sys.executable, "-m", "tests.ingestion.load.killed_run", str(warehouse.path), stage, str(occurrence)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.fixture(scope="module")
def world_0(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file that holds the first load."""
    warehouse = Warehouse(tmp_path_factory.mktemp("world-0") / "tenantry.duckdb")
    load(warehouse, 0, legs_of(0))
    return warehouse.path


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, world_0: Path) -> dict[str, list[tuple]]:
    """What the warehouse holds when no run is killed."""
    warehouse = Warehouse(tmp_path_factory.mktemp("undisturbed") / "tenantry.duckdb")
    start_from(world_0, warehouse)
    load(warehouse, 1, legs_of(1))
    return content(warehouse)


def start_from(file: Path, warehouse: Warehouse) -> None:
    """The warehouse as that file."""
    warehouse.path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, warehouse.path)


@pytest.mark.parametrize(("stage", "occurrence"), STAGES)
def test_run_after_a_kill_equals_an_undisturbed_run(
    warehouse: Warehouse, world_0: Path, undisturbed: dict[str, list[tuple]], stage: str, occurrence: int
) -> None:
    start_from(world_0, warehouse)
    process = child(warehouse, stage, occurrence)
    process.communicate(timeout=120)
    cursors = ask(warehouse, CURSORS)
    with warehouse.acquire():
        prepared = prepare(warehouse)
    load(warehouse, 1, legs_of(1))

    assert process.returncode == -signal.SIGKILL
    world = 1 if stage == "state_committed" else 0
    assert cursors == [(f"mail-{world}",), (f"others-{world}",), (f"users-{world}",)]
    assert prepared.unbuilt is not None and prepared.unbuilt.as_of == date(2026, 10, 27)
    assert content(warehouse) == undisturbed
    assert sorted(path.name for path in warehouse.path.parent.iterdir()) == ["tenantry.duckdb", "tenantry.duckdb.lock"]


def test_rows_that_dlt_copied_twice_before_the_kill_are_merged_once(
    warehouse: Warehouse, world_0: Path, undisturbed: dict[str, list[tuple]]
) -> None:
    start_from(world_0, warehouse)
    child(warehouse, "mid_merge", 2).communicate(timeout=120)
    staged = [f"raw_microsoft_staging.{table}" for table in TABLES]
    copied = sum(ask(warehouse, f"insert into {table} select * from {table}")[0][0] for table in staged)

    load(warehouse, 1, legs_of(1))

    assert copied > 0
    assert content(warehouse) == undisturbed


def test_digests_are_forgotten_after_a_kill_so_that_a_reverted_vendor_is_seen(
    warehouse: Warehouse, world_0: Path
) -> None:
    start_from(world_0, warehouse)
    before = ask(warehouse, "select id, display_name from raw_microsoft.users where not is_removed order by all")
    child(warehouse, "after_load_commit", 1).communicate(timeout=120)

    load(warehouse, 1, legs_of(0))

    sql = (
        "select id, display_name from raw_microsoft.users where not is_removed and tenant_id = 'tenant-a' order by all"
    )
    assert ask(warehouse, sql) == before


def test_rows_that_a_killed_run_spooled_are_nowhere_after_prepare(warehouse: Warehouse, world_0: Path) -> None:
    start_from(world_0, warehouse)
    child(warehouse, "before_load_commit", 1).communicate(timeout=120)
    left = [path for path in warehouse.work_folder.rglob("*") if path.is_file()]
    held_rows = any(CANARY.encode() in path.read_bytes() for path in left)

    with warehouse.acquire():
        prepare(warehouse)

    assert held_rows and not warehouse.work_folder.exists()
    assert ask(warehouse, "select count(*) from raw_microsoft_staging.messages") == [(0,)]


@pytest.mark.soak
@pytest.mark.parametrize("attempt", range(20))
def test_run_after_a_kill_at_a_random_instant_equals_an_undisturbed_run(
    warehouse: Warehouse, world_0: Path, undisturbed: dict[str, list[tuple]], attempt: int
) -> None:
    start_from(world_0, warehouse)
    process = child(warehouse, "never", 1)
    deadline = time.monotonic() + 60
    while not warehouse.work_folder.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    # Imports are over, the run is at work; from here on it takes about two seconds.
    delay = random.uniform(0, 2.5)
    time.sleep(delay)
    process.kill()
    process.communicate(timeout=120)

    load(warehouse, 1, legs_of(1))

    assert content(warehouse) == undisturbed, f"killed {delay:.3f} s after the run had begun"
