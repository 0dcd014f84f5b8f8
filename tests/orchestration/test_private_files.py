"""What a command writes is its user's alone, whatever the umask of the shell."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestration import cli, run_resource
from orchestration.published_file import _let_through, folder_mode


def test_command_writes_for_its_user_alone_and_leaves_the_umask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(parsed: object) -> int:
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "file").write_text("x")
        return 0

    monkeypatch.setattr(cli.importlib, "import_module", lambda name: SimpleNamespace(run=run))
    before = os.umask(0)
    try:
        assert cli.main(["status"]) == 0
        after = os.umask(0)
    finally:
        os.umask(before)

    modes = [path.stat().st_mode & 0o777 for path in (tmp_path / "folder", tmp_path / "folder" / "file")]
    assert modes == [0o700, 0o600] and after == 0


@pytest.mark.parametrize(("file_mode", "expected"), [(0o600, 0o700), (0o640, 0o710), (0o644, 0o711)])
def test_who_may_read_the_published_copy_may_pass_the_folder_above_it(
    tmp_path: Path, file_mode: int, expected: int
) -> None:
    folder = tmp_path / "warehouse"
    folder.mkdir(mode=0o700)
    _let_through(folder, folder_mode(file_mode))
    assert folder.stat().st_mode & 0o777 == expected


class _Session:
    """Stands for a session: it writes a file when it is opened, or fails."""

    def __init__(self, folder: Path, fails: bool) -> None:
        self._folder, self._fails = folder, fails

    def open(self) -> None:
        (self._folder / "warehouse").write_text("x")
        if self._fails:
            raise ValueError

    def close(self) -> None:
        (self._folder / "closed").write_text("x")


@pytest.mark.parametrize("fails", [False, True])
def test_run_of_dagster_writes_for_its_user_alone_and_leaves_the_umask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    monkeypatch.setattr(run_resource, "load_settings", lambda file: None)
    monkeypatch.setattr(run_resource, "RunSession", lambda settings, request: _Session(tmp_path, fails))
    resource = run_resource.RunResource()
    before = os.umask(0)
    try:
        try:
            resource.setup_for_execution(SimpleNamespace())
        except Exception:
            assert fails
        else:
            resource.teardown_after_execution(SimpleNamespace())
        after = os.umask(0)
    finally:
        os.umask(before)

    assert (tmp_path / "warehouse").stat().st_mode & 0o777 == 0o600 and after == 0
    assert (tmp_path / "closed").exists() is not fails
