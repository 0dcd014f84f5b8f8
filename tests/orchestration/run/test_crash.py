"""Kill a run at a named point and run again: as if nothing had happened."""

import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingestion.simulator.world import World
from tests.orchestration.run.canaries import traces
from tests.product import Product, contents, differences

# Stage and occurrence, in the order in which a run reaches them, and the tables whose cursors must not have moved.
POINTS: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "mid-extract": ("connectwise:extracting", 5, ("time_entries", "users", "messages", "events")),
    "before the load commits": ("connectwise:before_load_commit", 1, ("time_entries", "users", "messages", "events")),
    "mid-merge": ("microsoft:mid_merge", 2, ("users", "messages", "events")),
    "after the load commits": ("microsoft:after_load_commit", 1, ("messages", "events")),
    "mid-dbt": ("mid_dbt", 5, ()),
    "before the rename": ("before_rename", 1, ()),
}
RAW = ("raw_microsoft", "raw_connectwise", "raw_pax8")
ALL_CURSORS = (
    "expenses",
    "invoice_details",
    "invoices",
    "products",
    "time_entries",
    "invoice_items",
    "messages",
    "users",
)
RANDOM_KILLS = 20
LONGEST_SECONDS = 60.0


def everything(product: Product) -> dict:
    """Rows of marts, history and raw tables, without what names a run or a moment."""
    found = contents(product.warehouse, ("marts", "hist", *RAW))
    published = contents(product.published)
    return {
        **{name: rows for name, rows in found.items() if "._dlt" not in name},
        **{f"published {name}": rows for name, rows in published.items()},
        # The simulator's delta tokens count what tests did to it; the links before them must agree.
        "cursors": Counter((*row[:-1], row[-1].split("deltatoken=")[0]) for row in cursors(product, ALL_CURSORS)),
    }


def cursors(product: Product, tables: Sequence[str]) -> list[tuple]:
    """Stored delta links and watermarks of these tables; looks into a copy, for opening a file may finish its log."""
    copied = product.folder / "tmp" / "looked-into.duckdb"
    for suffix in ("", ".wal"):
        file = Path(f"{product.warehouse}{suffix}")
        if file.exists():
            shutil.copyfile(file, f"{copied}{suffix}")
    with duckdb.connect(str(copied)) as connection:
        rows = connection.execute(
            # Delta links and watermarks; when they were issued differs between any two runs.
            "select tenant_id, table_name, scope, case when json_valid(cursor) then coalesce(cursor ->> '$.link', "
            "cursor ->> '$.seen') else cursor end from ops.extraction_state "
            "where cursor is not null and list_contains(?, table_name) order by all",
            [list(tables)],
        ).fetchall()
    copied.unlink()
    return rows


def kill_and_look(product: Product, loaded_once: Product, day: date, point: str, scratch: Path) -> None:
    """A run killed at the point, and what must hold before the next one begins."""
    stage, occurrence, tables = POINTS[point]

    killed = product.run(day, kill_at=(stage, occurrence))

    assert killed.exit_code == -signal.SIGKILL, f"{point}: {killed.text}"
    assert traces(product.folder, scratch) == []
    assert differences(contents(product.published), contents(loaded_once.published)) == {}
    assert cursors(product, tables) == cursors(loaded_once, tables)


def assert_undisturbed(product: Product, loaded_twice: Product) -> None:
    """Rows and files as after a run that nothing disturbed."""
    assert differences(everything(product), everything(loaded_twice)) == {}

    def files(of: Product) -> list[str]:
        return sorted(path.name for path in of.warehouse.parent.iterdir())

    assert files(product) == files(loaded_twice)


@pytest.mark.parametrize(
    "points",
    [
        # One in the load and one in the publication; the others of the load path are killed in tests/ingestion/load.
        pytest.param(("mid-merge", "before the rename"), id="two"),
        pytest.param(tuple(POINTS), id="all", marks=pytest.mark.soak),
    ],
)
def test_run_after_kills_in_a_row_equals_an_undisturbed_run(
    product: Product, loaded_once: Product, loaded_twice: Product, world: World, tmp_path: Path, points: tuple[str, ...]
) -> None:
    day = world.observation_dates[1]
    for point in points:
        kill_and_look(product, loaded_once, day, point, tmp_path)

    ended = product.run(day)

    assert ended.exit_code == 0, ended.text
    assert_undisturbed(product, loaded_twice)


@pytest.mark.soak
@pytest.mark.parametrize("point", POINTS)
def test_run_after_a_kill_at_one_point_equals_an_undisturbed_run(
    product: Product, loaded_once: Product, loaded_twice: Product, world: World, tmp_path: Path, point: str
) -> None:
    day = world.observation_dates[1]
    kill_and_look(product, loaded_once, day, point, tmp_path)

    ended = product.run(day)

    assert ended.exit_code == 0, ended.text
    assert_undisturbed(product, loaded_twice)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_kills_at_random_instants_change_nothing(
    product: Product, loaded_twice: Product, world: World, tmp_path: Path
) -> None:
    day = world.observation_dates[1]
    instants = random.Random(20)
    began = time.monotonic()
    undisturbed = loaded_twice.copy_to(tmp_path / "timed")
    assert undisturbed.run(day).exit_code == 0
    seconds = min(time.monotonic() - began, LONGEST_SECONDS)

    for _ in range(RANDOM_KILLS):
        running = product.start_run(day)
        time.sleep(instants.uniform(0.0, seconds))
        running.kill()
        assert running.wait().exit_code in (0, -signal.SIGKILL)
        assert product.ask("select count(distinct as_of_date) from marts.mart_user_mfa") == [(1,)]
    assert traces(product.folder, tmp_path) == []

    assert product.run(day).exit_code == 0
    assert_undisturbed(product, loaded_twice)
