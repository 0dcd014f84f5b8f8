"""Mistakes in Python: made in a copy of the tree, one file at a time, and judged by the test files that cover it.

Each is run in a forked child of a process that has imported the libraries and nothing of the product, so that a mistake
costs the tests and little more. A child that takes too long is killed; its mistake counts as noticed.
"""

import ast
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutant import ROOT, Mutant

SECONDS_PER_MUTANT = 240
COPIED = (
    "bench",
    "dashboards",
    "data_contracts",
    "docs",
    "ingestion",
    "orchestration",
    "scripts",
    "tests",
    "transform",
)
# Modules → the test files that cover them beside `test_<module>.py`, in the order in which they are asked.
LOAD_TESTS = tuple(
    f"tests/ingestion/load/test_{name}.py"
    for name in "digest changes doubt ledger legqueue reading reader run package warehouse".split()
)
PRIVACY_TESTS = tuple(f"tests/orchestration/privacy/test_{name}.py" for name in "key erase purge".split())
COVER: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "load path": (
        ("ingestion/load", LOAD_TESTS),
        ("ingestion/completeness.py", ("tests/ingestion",)),
        ("orchestration/load_checks.py", ("tests/orchestration/test_load_checks.py",)),
        ("ingestion/projection", ("tests/ingestion/projection",)),
    ),
    "http": (
        ("ingestion/http", ("tests/ingestion/http",)),
        ("ingestion/microsoft/links.py", ("tests/ingestion/http/test_allowlist.py", "tests/ingestion/microsoft")),
        ("ingestion/microsoft/delta.py", ("tests/ingestion/microsoft/test_delta.py", "tests/ingestion/microsoft")),
        ("ingestion/connectwise/client.py", ("tests/ingestion/connectwise",)),
        ("ingestion/pax8/lists.py", ("tests/ingestion/pax8",)),
    ),
    "privacy": (
        ("orchestration/privacy", PRIVACY_TESTS),
        ("orchestration/match_set.py", ("tests/orchestration/test_match_set.py",)),
        ("ingestion/microsoft/matching.py", ("tests/ingestion/microsoft/test_matching.py",)),
        ("ingestion/microsoft/erased.py", ("tests/ingestion/microsoft/test_erased.py",)),
        ("data_contracts/forbidden.py", ("tests/data_contracts",)),
        ("ingestion/projection/forbidden.py", ("tests/ingestion/projection", "tests/data_contracts")),
    ),
    "orchestration": (
        ("orchestration/dbt_runner.py", ("tests/orchestration/test_dbt_blocking.py",)),
        ("orchestration/published_audit.py", ("tests/orchestration/test_published_audit.py",)),
        ("orchestration/published_file.py", ("tests/orchestration/test_publications.py",
                                             "tests/orchestration/test_published_audit.py",
                                             "tests/orchestration/test_published_schema.py")),
        ("orchestration/publications.py", ("tests/orchestration/test_publications.py",)),
        ("orchestration/publishing.py", ("tests/orchestration/test_publishing.py",)),
        ("orchestration/credential_expiry.py", ("tests/orchestration/test_expiry_calendar.py",
                                                "tests/orchestration/test_doctor_expiry.py",
                                                "tests/orchestration/test_credential_sensor.py")),
        ("orchestration/secrets.py", ("tests/orchestration/test_secrets.py",)),
        ("orchestration/settings_kinds.py", ("tests/orchestration/test_settings.py",)),
        ("orchestration/settings_rules.py", ("tests/orchestration/test_settings.py",
                                             "tests/orchestration/test_posture_settings.py")),
        ("orchestration/config_rows.py", ("tests/orchestration/test_config_files.py",)),
        ("orchestration/config_files.py", ("tests/orchestration/test_config_files.py",)),
        ("orchestration/summary.py", ("tests/orchestration/test_summary.py",)),
        ("orchestration/report.py", ("tests/orchestration/test_summary.py", "tests/orchestration/test_publishing.py")),
        ("data_contracts/release.py", ("tests/data_contracts/test_check.py",)),
    ),
}  # fmt: skip


def python_mutants() -> list[Mutant]:
    """Every mistake in the modules of COVER."""
    found = []
    for area, covered in COVER.items():
        for name, tests in covered:
            path = ROOT / name
            for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
                relative = file.relative_to(ROOT).as_posix()
                found += _mutants_of(area, relative, file.read_text(encoding="utf-8"), _ordered(file, tests))
    return found


def _ordered(file: Path, tests: Sequence[str]) -> tuple[str, ...]:
    """The test file of the module's own name before the others."""
    folders = dict.fromkeys(name if (ROOT / name).is_dir() else str(Path(name).parent) for name in tests)
    own = [f"{folder}/test_{file.stem}.py" for folder in folders]
    return tuple(dict.fromkeys([*(name for name in own if (ROOT / name).is_file()), *tests]))


@dataclass(frozen=True)
class _Edit:
    """One replacement within the source, by line and columns in bytes."""

    rule: str
    line: int
    start: int
    end: int
    text: str


def _mutants_of(area: str, file: str, source: str, tests: tuple[str, ...]) -> Iterator[Mutant]:
    lines = source.splitlines()
    seen: Counter[tuple[str, str, str]] = Counter()
    for edit in _edits(ast.parse(source)):
        line = lines[edit.line - 1].encode()
        after = (line[: edit.start] + edit.text.encode() + line[edit.end :]).decode()
        before = lines[edit.line - 1]
        number = seen[before, after, edit.rule]
        seen[before, after, edit.rule] += 1
        yield Mutant(area, file, edit.line, before, after, edit.rule, number, tests)


_COMPARISONS: dict[type, tuple[str, str]] = {
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"), ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="), ast.Is: ("is", "is not"), ast.IsNot: ("is not", "is"), ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}


def _edits(tree: ast.Module) -> Iterator[_Edit]:
    skipped = _skipped(tree)
    for node in ast.walk(tree):
        if node in skipped or not hasattr(node, "lineno"):
            continue
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and _is_one_line(node):
            left, right = node.left, node.comparators[0]
            sign, other = _COMPARISONS[type(node.ops[0])]
            rule = "boundary" if sign[0] in "<>" else "operator"
            if left.end_lineno == right.lineno:
                yield _Edit(rule, left.end_lineno, left.end_col_offset or 0, right.col_offset, f" {other} ")
        elif isinstance(node, ast.BoolOp):
            for left, right in zip(node.values, node.values[1:], strict=False):
                if left.end_lineno == right.lineno and _is_one_line(left):
                    other = " or " if isinstance(node.op, ast.And) else " and "
                    yield _Edit("condition", right.lineno, left.end_col_offset or 0, right.col_offset, other)
                    yield _Edit("dropped condition", right.lineno, left.col_offset, right.col_offset, "")
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and _is_one_line(node):
            yield _Edit("operator", node.lineno, node.col_offset, node.operand.col_offset, "")
        elif isinstance(node, ast.If | ast.IfExp) and _is_one_line(node.test):
            for value in ("True", "False"):
                test = node.test
                yield _Edit("dropped condition", test.lineno, test.col_offset, test.end_col_offset or 0, value)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub) and _is_one_line(node):
            if not any(isinstance(part, ast.JoinedStr) for part in (node.left, node.right)):
                other = " - " if isinstance(node.op, ast.Add) else " + "
                yield _Edit("sign", node.lineno, node.left.end_col_offset or 0, node.right.col_offset, other)
        elif isinstance(node, ast.Constant) and type(node.value) in (int, bool):
            text = str(not node.value) if isinstance(node.value, bool) else str(node.value + 1)
            yield _Edit("constant", node.lineno, node.col_offset, node.end_col_offset or 0, text)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            yield _Edit("aggregate", node.lineno, node.col_offset, node.func.end_col_offset or 0, _CALLS[node.func.id])
        elif isinstance(node, ast.Raise) and _is_one_line(node):
            yield _Edit("dropped raise", node.lineno, node.col_offset, node.end_col_offset or 0, "pass")
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _is_one_line(node):
            yield _Edit("dropped call", node.lineno, node.col_offset, node.end_col_offset or 0, "pass")
        elif isinstance(node, ast.Return) and node.value is not None and _is_one_line(node):
            yield _Edit("dropped value", node.lineno, node.col_offset, node.end_col_offset or 0, "return None")


def _skipped(tree: ast.Module) -> set[ast.AST]:
    """What is no behaviour: annotations, type-checking blocks, texts, and sizes that only tune."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            parts = [node]
        elif isinstance(node, ast.AnnAssign):
            parts = [node.annotation]
        elif isinstance(node, ast.FunctionDef):
            arguments = [*node.args.args, *node.args.kwonlyargs]
            parts = [item.annotation for item in arguments if item.annotation] + [node.returns or ast.Pass()]
            parts += node.decorator_list
        elif isinstance(node, ast.ClassDef):
            parts = list(node.decorator_list)
        elif isinstance(node, ast.JoinedStr):
            parts = [node]
        elif isinstance(node, ast.Assign) and all(isinstance(t, ast.Name) and t.id.isupper() for t in node.targets):
            # A bound of pages, rows or seconds: one more of it changes no answer.
            parts = [node]
        for part in parts:
            skipped.update(ast.walk(part))
    return skipped


def _is_one_line(node: ast.AST) -> bool:
    return node.lineno == node.end_lineno  # type: ignore[attr-defined]


_LIBRARIES = "pytest, hypothesis, duckdb, pyarrow, pyarrow.parquet, pyarrow.compute, requests, yaml, jwt, msal, pandas"
# Reads one job per line: test paths. Answers one line: noticed, survived or late.
_PROCESS = f"""
import os, select, signal, sys, time
import {_LIBRARIES}
import pytest
for line in sys.stdin:
    limit, *tests = line.split()
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not soak", "--tb=no"]
        os._exit(int(pytest.main([*options, *tests])) % 256)
    end, status = time.monotonic() + float(limit), None
    while status is None and time.monotonic() < end:
        done, code = os.waitpid(child, os.WNOHANG)
        if done:
            status = os.waitstatus_to_exitcode(code)
        else:
            time.sleep(0.02)
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
    if status is None:
        os.waitpid(child, 0)
    print("late" if status is None else status, flush=True)
"""


class PythonJudge:
    """Runs tests over a copy of the tree in which one file at a time holds a mistake."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._passed: set[tuple[str, ...]] = set()
        for name in COPIED:
            ignored = shutil.ignore_patterns("__pycache__", "target", "logs", "*.duckdb")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored, dirs_exist_ok=True)
        shutil.copy(ROOT / "pyproject.toml", folder)
        environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROCESS], cwd=folder, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def passes(self, tests: Sequence[str]) -> bool:
        """Whether the tests pass over the copy as it is now."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(" ".join((str(SECONDS_PER_MUTANT), *tests)) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip() == "0"

    def is_noticed(self, mutant: Mutant) -> bool:
        """True where a test fails, or the tests take too long, with the mistake in the copy.

        Errors: AssertionError where they fail without it, too.
        """
        if mutant.tests not in self._passed:
            assert self.passes(mutant.tests), f"without a mistake these fail or take too long: {mutant.tests}"
            self._passed.add(mutant.tests)
        file = self.folder / mutant.file
        right = file.read_text(encoding="utf-8")
        lines = right.splitlines(keepends=True)
        lines[mutant.line - 1] = lines[mutant.line - 1].replace(mutant.before, mutant.after, 1)
        try:
            file.write_text("".join(lines), encoding="utf-8")
            return not self.passes(mutant.tests)
        finally:
            file.write_text(right, encoding="utf-8")

    def close(self) -> None:
        """End the process and what it started."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        time.sleep(0)
