"""A child of the product runs the product's modules, whatever lies in the folder where the user stands."""

import ast
import subprocess
import sys
from pathlib import Path

from ingestion.child_process import ROOT, python_module

PLANTED = "open('ran', 'w').close()\n"


def test_files_of_the_working_folder_are_not_run(tmp_path: Path) -> None:
    (tmp_path / "ingestion").mkdir()
    for name in ("ingestion/__init__.py", "runpy.py", "pathlib.py"):
        (tmp_path / name).write_text(PLANTED, encoding="utf-8")

    # What `python -m` does by itself: the test would see it.
    subprocess.run([sys.executable, "-m", "ingestion.child_process"], cwd=tmp_path, check=False, capture_output=True)
    assert (tmp_path / "ran").exists()
    (tmp_path / "ran").unlink()

    subprocess.run(python_module("ingestion.child_process"), cwd=tmp_path, check=True, capture_output=True)
    assert not (tmp_path / "ran").exists()


def test_nothing_else_starts_python() -> None:
    places = [
        str(file.relative_to(ROOT))
        for package in ("data_contracts", "ingestion", "orchestration")
        for file in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("executable", "orig_argv")
    ]
    # The simulator imports nothing of ours and starts in the folder of the product.
    assert places == ["ingestion/child_process.py", "ingestion/simulator/serve.py"]
