"""A copy of the contracts that a test may spoil."""

import shutil
from pathlib import Path

import pytest

from data_contracts.contract import RAW_FOLDER


@pytest.fixture
def contracts_folder(tmp_path: Path) -> Path:
    """A repository's `data_contracts` folder with a few raw contracts, and nothing derived beside it."""
    folder = tmp_path / "data_contracts"
    for vendor, table in (("microsoft", "messages"), ("microsoft", "events"), ("pax8", "companies")):
        (folder / "raw" / vendor).mkdir(parents=True, exist_ok=True)
        name = f"{table}.odcs.yaml"
        shutil.copy(RAW_FOLDER / vendor / name, folder / "raw" / vendor / name)
    return folder


def spoil(path: Path, old: str, new: str) -> None:
    """Replaces a text that must occur in the file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
