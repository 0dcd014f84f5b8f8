"""What a command writes is its user's alone, whatever the umask of the shell."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestration import cli
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
