"""A published file is never changed: what readers leave, hold open or write reaches no later publication."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from orchestration.publications import publications, publications_folder
from orchestration.published_file import (
    Placing,
    PublishedFileChanged,
    build_beside,
    fingerprint,
    former_count,
    put_into_place,
)

NOBODY_UID = 65534
WRITE = "c.execute('update marts.mart_margin set amount = 1'); c.execute('create table marts.mine (n int)');"
OPENERS = {
    "writer that was killed": f"c = duckdb.connect(file); {WRITE} os._exit(9)",
    "writer that goes on": (
        f"c = duckdb.connect(file); {WRITE} print('ready', flush=True); sys.stdin.readline();"
        f"c.execute('checkpoint'); {WRITE.split(';')[0]}; print('ready', flush=True); sys.stdin.readline(); os._exit(9)"
    ),
    "reader": "c = duckdb.connect(file, read_only=True); print('ready', flush=True); sys.stdin.readline()",
}


def warehouse_with(folder: Path, amount: int, customers: int = 3) -> Path:
    """A warehouse file whose marts show one amount."""
    file = folder / "tenantry.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute(
            f"create or replace table marts.mart_margin as select n, {amount} as amount from range(50000) as t(n)"
        )
        connection.execute(
            "create or replace table marts.dim_customers as "
            f"select n::varchar as customer_id, true as is_active from range({customers}) as t(n)"
        )
    return file


def publish(folder: Path, amount: int, number: int, *, kept: int = 2, file_mode: int = 0o600) -> Path:
    """Publish a warehouse that shows an amount, as a run does."""
    published = folder / "published.duckdb"
    beside, _ = build_beside(warehouse_with(folder, amount), published)
    put_into_place(beside, published, Placing(file_mode, f"20261130T00000{number}Z-abcdef", kept))
    return published


def amounts(file: Path) -> list[tuple]:
    """The amounts that a reader sees."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute("select distinct amount from marts.mart_margin").fetchall()


@contextmanager
def opened(file: Path, code: str) -> Iterator[subprocess.Popen]:
    """A process that has the file open, or has been killed with it open."""
    script = f"import duckdb, os, sys; file = sys.argv[1]; {code}"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize("name", ["stable", "own"])
def test_what_somebody_left_at_the_former_publication_reaches_no_later_one(
    tmp_path: Path, opener: str, name: str
) -> None:
    published = publish(tmp_path, 10, 1)
    file = published if name == "stable" else publications(published)[0]
    with opened(file, OPENERS[opener]) as process:
        publish(tmp_path, 20, 2)
        assert amounts(published) == [(20,)]
        if process.poll() is None and process.stdin is not None and process.stdout is not None:
            # A writer that is still there writes on, after the swap.
            process.stdin.write("\n")
            process.stdin.flush()
            process.stdout.readline()
        assert amounts(published) == [(20,)]
        assert fingerprint(published) == fingerprint(tmp_path / "tenantry.duckdb")
        publish(tmp_path, 30, 3)

    assert amounts(published) == [(30,)]
    assert fingerprint(published) == fingerprint(tmp_path / "tenantry.duckdb")


def test_log_beside_a_plain_copy_of_an_earlier_release_is_never_read(tmp_path: Path) -> None:
    warehouse_with(tmp_path, 10).rename(tmp_path / "published.duckdb")
    with opened(tmp_path / "published.duckdb", OPENERS["writer that was killed"]):
        assert (tmp_path / "published.duckdb.wal").exists()

    published = publish(tmp_path, 20, 1)

    assert amounts(published) == [(20,)]
    assert not (tmp_path / "published.duckdb.wal").exists()


def test_log_beside_a_file_of_ones_own_is_never_read(tmp_path: Path) -> None:
    target = warehouse_with(tmp_path, 10).rename(tmp_path / "copy.duckdb")
    with opened(target, OPENERS["writer that was killed"]):
        assert (tmp_path / "copy.duckdb.wal").exists()

    beside, _ = build_beside(warehouse_with(tmp_path, 20), target)
    put_into_place(beside, target, Placing(0o600))

    assert amounts(target) == [(20,)] and not target.is_symlink()


def test_catalogue_keeps_the_stable_name_whatever_the_run_is_called(tmp_path: Path) -> None:
    published = publish(tmp_path, 10, 1)

    with duckdb.connect(str(published), read_only=True) as connection:
        assert connection.execute("select distinct amount from published.marts.mart_margin").fetchall() == [(10,)]


def test_second_good_copy_is_kept_and_no_more_than_so_many(tmp_path: Path) -> None:
    for number, amount in enumerate((10, 20, 30), start=1):
        published = publish(tmp_path, amount, number)

    assert [amounts(file) for file in publications(published)] == [[(30,)], [(20,)]]
    assert len(list(publications_folder(published).iterdir())) == 2


def test_log_beside_the_second_copy_goes_with_the_next_publication(tmp_path: Path) -> None:
    published = publish(tmp_path, 10, 1)
    with opened(published, OPENERS["writer that was killed"]):
        publish(tmp_path, 20, 2)

    assert amounts(publications(published)[1]) == [(10,)]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("name", ["stable", "own"])
def test_published_file_refuses_a_writer(name: str) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        published = publish(folder, 10, 1, file_mode=0o644)
        file = published if name == "stable" else publications(published)[0]
        code = (
            "import duckdb, os, sys; os.setuid(int(sys.argv[2]));"
            "print(duckdb.connect(sys.argv[1], read_only=True).execute('from marts.mart_margin').fetchone()[1]);"
            "duckdb.connect(sys.argv[1])"
        )
        ended = subprocess.run(
            [sys.executable, "-c", code, str(file), str(NOBODY_UID)], capture_output=True, text=True, check=False
        )

    assert ended.stdout.strip() == "10"
    assert "Permission denied" in ended.stderr


@pytest.mark.parametrize(("file_mode", "mode", "folder"), [(0o600, 0o400, 0o700), (0o640, 0o440, 0o750)])
def test_file_and_its_folders_have_the_mode_of_the_settings(
    tmp_path: Path, file_mode: int, mode: int, folder: int
) -> None:
    published = publish(tmp_path, 10, 1, file_mode=file_mode)

    file = publications(published)[0]
    assert file.stat().st_mode & 0o777 == mode
    assert {path.stat().st_mode & 0o777 for path in (file.parent, file.parent.parent)} == {folder}


def test_file_that_shows_other_rows_than_were_checked_does_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = publish(tmp_path, 10, 1)
    replace = os.replace

    def disturbed(source: Path, target: Path) -> None:
        """A rename after which another program writes."""
        replace(source, target)
        if target == published:
            file = published.resolve()
            file.chmod(0o600)
            with duckdb.connect(str(file)) as connection:
                connection.execute("update marts.mart_margin set amount = 1")

    monkeypatch.setattr(os, "replace", disturbed)
    with monkeypatch.context() as context:
        with pytest.raises(PublishedFileChanged, match="mart_margin"):
            publish(tmp_path, 20, 2)
        context.undo()

    assert "20261130T000001Z" in os.readlink(published)


def test_unreadable_copy_is_no_copy_and_the_one_before_it_counts(tmp_path: Path) -> None:
    published = publish(tmp_path, 10, 1)
    publish(tmp_path, 20, 2)
    damage(published)

    found = former_count(published)

    assert found.customers == 3
    assert "could not be read" in found.problem

    damage(publications(published)[1])
    assert former_count(published).customers is None
    publish(tmp_path, 30, 3)
    assert amounts(published) == [(30,)]


def damage(file: Path) -> None:
    """Overwrite what stands in a file."""
    file.chmod(0o600)
    file.write_bytes(b"\xff" * file.stat().st_size)


@pytest.mark.parametrize("run_id", ["", "20261130T000002Z-abcdef"])
def test_finished_file_itself_is_put_into_place_and_readers_keep_the_former_one(tmp_path: Path, run_id: str) -> None:
    target = tmp_path / "published.duckdb"
    if run_id:
        publish(tmp_path, 10, 1)
    else:
        warehouse_with(tmp_path, 10).rename(target)
    with target.open("rb") as reader:
        former = reader.read()
        beside, _ = build_beside(warehouse_with(tmp_path, 20), target)
        inode = beside.stat().st_ino

        put_into_place(beside, target, Placing(0o600, run_id, 2))

        # Copied bytes would have another inode, and half of them would be readable while they are copied.
        assert target.stat().st_ino == inode and not beside.exists()
        reader.seek(0)
        assert reader.read() == former != target.read_bytes()


@pytest.mark.parametrize("run_id", ["", "20261130T000002Z-abcdef"])
def test_kill_at_any_step_of_putting_into_place_leaves_a_whole_file(tmp_path: Path, run_id: str) -> None:
    """Killed at each of its calls in turn: the name shows the former rows or the new ones, and opens."""
    publish(tmp_path, 10, 1) if run_id else warehouse_with(tmp_path, 10).rename(tmp_path / "published.duckdb")
    beside, _ = build_beside(warehouse_with(tmp_path, 20), tmp_path / "published.duckdb")
    shown = []
    for step in range(1, 12):
        folder = tmp_path / f"killed-{step}"
        shutil.copytree(tmp_path, folder, symlinks=True, ignore=shutil.ignore_patterns("killed-*"))
        code = (
            "import os, sys; from pathlib import Path; from orchestration import publications, published_file as f\n"
            "left = [int(sys.argv[3])]\n"
            "def counted(call):\n"
            "    def wrapper(*a, **k):\n"
            "        left[0] -= 1\n"
            "        if left[0] == 0: os._exit(9)\n"
            "        return call(*a, **k)\n"
            "    return wrapper\n"
            "for name in ('replace', 'fsync', 'symlink', 'rename'): setattr(os, name, counted(getattr(os, name)))\n"
            "f.put_into_place(Path(sys.argv[1]), Path(sys.argv[2]), f.Placing(0o600, sys.argv[4], 2))\n"
        )
        target = folder / "published.duckdb"
        ended = subprocess.run(
            [sys.executable, "-c", code, str(folder / beside.name), str(target), str(step), run_id], check=False
        )
        shown += amounts(target)
        if ended.returncode == 0:
            break
        assert ended.returncode == 9

    assert ended.returncode == 0 and shown == sorted(shown) and set(shown) == {(10,), (20,)} and len(shown) >= 4
