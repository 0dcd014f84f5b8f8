"""The demo's folder: an earlier demo is replaced, anything else is left alone."""

from pathlib import Path

import pytest

from orchestration.demo import MARKER, _empty
from orchestration.errors import OrchestrationError


def test_empty_earlier_demo_is_replaced(tmp_path: Path) -> None:
    (tmp_path / MARKER).touch()
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "warehouse" / "tenantry.duckdb").write_bytes(b"old")
    _empty(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [MARKER]


def test_empty_foreign_folder_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(OrchestrationError, match="is not empty and is no demo of ours"):
        _empty(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"
