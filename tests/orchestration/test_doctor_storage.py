"""The doctor's rows about disk and files, against real folders and real damage."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration import doctor_storage
from orchestration.doctor_check import Check, State
from orchestration.doctor_storage import FIRST_RUN_BYTES, storage_checks
from orchestration.settings import load_settings
from orchestration.settings_schema import Settings

WriteSettings = Callable[..., Path]


@pytest.fixture
def settings(write_settings: WriteSettings) -> Settings:
    """Valid settings in an empty folder."""
    return load_settings(write_settings())


def rows(settings: Settings) -> dict[str, Check]:
    """The last row of each check, by name."""
    return {check.check: check for check in storage_checks(settings)}


def make(file: Path, growth: int | None = None) -> None:
    """A DuckDB file with a table of some blocks and the size before the last run."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table numbers as select hash(range) as number from range(300000)")
        connection.execute("create schema ops")
        connection.execute("create table ops.runs (started_at timestamptz, warehouse_bytes bigint)")
        connection.execute("checkpoint")
    if growth is not None:
        before = file.stat().st_size - growth
        with duckdb.connect(str(file)) as connection:
            connection.execute("insert into ops.runs values (now(), ?)", [before])


def damage(file: Path) -> None:
    """Overwrite the second half of a file, where the rows are."""
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle:] = bytes(len(content) - middle)
    file.write_bytes(content)


def test_empty_folder_is_fine_and_says_what_does_not_exist_yet(settings: Settings) -> None:
    found = rows(settings)
    assert {name: check.state for name, check in found.items()} == {
        "folder": State.OK,
        "disk": State.OK,
        "warehouse": State.NOTE,
        "published": State.NOTE,
    }
    assert found["disk"].details["needed_bytes"] == FIRST_RUN_BYTES


def test_sound_files_are_read_whole(settings: Settings) -> None:
    make(settings.warehouse.path, growth=0)
    make(settings.warehouse.published)
    found = rows(settings)
    assert (found["warehouse"].state, found["published"].state) == (State.OK, State.OK)


@pytest.mark.parametrize(("name", "remedy"), [("warehouse", "backup"), ("published", "tenantry publish")])
def test_damaged_file_is_an_error_with_its_remedy(settings: Settings, name: str, remedy: str) -> None:
    files = {"warehouse": settings.warehouse.path, "published": settings.warehouse.published}
    for file in files.values():
        make(file, growth=0)
    damage(files[name])
    found = rows(settings)
    assert found[name].state is State.ERROR and remedy in found[name].remedy
    assert found[({*files} - {name}).pop()].state is State.OK


def test_warehouse_that_a_run_writes_is_a_note(settings: Settings, tmp_path: Path) -> None:
    import subprocess
    import sys

    make(settings.warehouse.path)
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(settings.warehouse.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdin is not None and holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"open\n"
        assert rows(settings)["warehouse"].state is State.NOTE
    finally:
        holder.stdin.close()
        holder.wait(timeout=30)
        holder.stdout.close()


@pytest.mark.parametrize(
    ("free_runs", "state"), [(0.5, State.ERROR), (1.5, State.WARNING), (2.9, State.WARNING), (3.5, State.OK)]
)
def test_disk_is_held_against_the_growth_of_the_last_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, free_runs: float, state: State
) -> None:
    make(settings.warehouse.path, growth=1_000_000)
    make(settings.warehouse.published)
    needed = 1_000_000 + settings.warehouse.published.stat().st_size

    class Usage:
        free = int(needed * free_runs)

    monkeypatch.setattr(doctor_storage.shutil, "disk_usage", lambda folder: Usage)
    disk = rows(settings)["disk"]
    assert disk.state is state
    assert disk.details["free_bytes"] == Usage.free
    assert abs(disk.details["needed_bytes"] - needed) < 20_000_000


def test_folder_on_a_read_only_disk_is_an_error(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Flags:
        f_flag = doctor_storage.os.ST_RDONLY
        f_bavail = f_blocks = f_bfree = 1
        f_frsize = 1

    monkeypatch.setattr(doctor_storage.os, "statvfs", lambda folder: Flags)
    found = [check for check in storage_checks(settings) if check.check == "folder"]
    assert found and all(check.state is State.ERROR and "read-only" in check.found for check in found)


def test_folder_that_is_a_file_is_an_error(settings: Settings) -> None:
    settings.warehouse.path.parent.write_text("no folder")
    found = [check for check in storage_checks(settings) if check.check == "folder"]
    assert any(check.state is State.ERROR and check.found == "is no folder" for check in found)
