"""Mistakes in SQL: made in the compiled text of each dbt unit test, so that dbt parses and compiles only once.

A unit test of dbt is its model's text over rows that stand in the text; here each runs in DuckDB with and without the
mistake. The mistake is noticed where a column that the test compares comes out otherwise.
"""

import os
import re
import shutil
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests.mutants.mutant import ROOT, SQL_AREAS, Mutant

SECONDS_PER_QUERY = 10
FIXTURE = "__dbt__cte__"
MACROS = "transform/macros"
CONTEXT = 24
# Tests that are asked about a mistake in a macro, which may stand in a hundred models.
MOST_TESTS = 20
# What dbt writes around each row of a fixture; a mistake there would be one in the test.
_LITERAL = re.compile(r"'(?:[^']|'')*'")


@dataclass(frozen=True)
class UnitTest:
    """A unit test of one model: the rows that it is given, the model's text, the columns that it compares."""

    name: str
    model: str
    file: str
    given: str
    text: str
    columns: tuple[str, ...]

    def rows(self, connection: duckdb.DuckDBPyConnection, text: str) -> Counter[tuple[Any, ...]]:
        """Rows of the compared columns, for the model's text as it is or with a mistake."""
        columns = ", ".join(f'"{name}"' for name in self.columns)
        timer = threading.Timer(SECONDS_PER_QUERY, connection.interrupt)
        timer.start()
        try:
            return Counter(connection.execute(f"select {columns} from ({self.given}{text}) as model").fetchall())
        finally:
            timer.cancel()


def compiled_unit_tests() -> list[UnitTest]:
    """Every unit test as dbt compiles it, over an empty warehouse that has every relation."""
    from dbt.cli.main import dbtRunner
    from dbt.task.test import TestRunner

    from ingestion.load import Warehouse, prepare
    from orchestration import dbt_runner
    from orchestration.config_tables import TABLES

    found: list[UnitTest] = []
    execute = TestRunner.execute_unit_test

    def compiled(self: Any, definition: Any, manifest: Any) -> Any:
        node = self.compiler.compile_node(*_test_node(self, definition, manifest), {})
        found.append(_unit_test(definition, node, manifest))
        raise KeyError("compiled, and not run")

    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(folder) / "mutants.duckdb"
        # What dbt kept of an earlier parse can hold unit tests that have changed since.
        shutil.rmtree(dbt_runner.PARSE_FOLDER / warehouse.stem, ignore_errors=True)
        prepare(Warehouse(warehouse))
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("create schema if not exists config")
            for table, columns in TABLES.items():
                connection.execute(f"create or replace table config.{table} ({columns})")
        dbt_runner.write_profile(warehouse, Path(folder), threads=2)
        manifest = dbt_runner.parse(warehouse.stem)
        common = [
            "--project-dir", str(dbt_runner.PROJECT_FOLDER), "--profiles-dir", folder, "--no-write-json",
            "--target-path", f"{folder}/target", "--log-path", f"{folder}/logs", "--quiet", "--no-version-check",
        ]  # fmt: skip
        try:
            relations = ["--resource-type", "model", "--resource-type", "seed"]
            built = dbtRunner(manifest=manifest).invoke(["build", *relations, *common])
            assert built.success, "dbt cannot build the models over an empty warehouse"
            TestRunner.execute_unit_test = compiled
            dbtRunner(manifest=manifest).invoke(["test", "--select", "test_type:unit", "--log-level", "none", *common])
        finally:
            TestRunner.execute_unit_test = execute
            dbt_runner.close_connections()
    missing = sorted({item.name for item in manifest.unit_tests.values()} - {test.name for test in found})
    if missing:
        print(f"dbt did not compile {len(missing)} unit tests: {', '.join(missing)}", file=sys.stderr)
    return sorted(found, key=lambda test: (test.file, test.name))


def _test_node(runner: Any, definition: Any, manifest: Any) -> tuple[Any, Any]:
    of_test = runner.build_unit_test_manifest_from_test(definition, manifest)
    return of_test.nodes[definition.unique_id], of_test


def _unit_test(definition: Any, node: Any, manifest: Any) -> UnitTest:
    model = next(
        item for item in manifest.nodes.values() if item.name == definition.model and item.resource_type == "model"
    )
    columns = dict.fromkeys(name for row in definition.expect.rows for name in row)
    given, text = split_compiled(node.compiled_code)
    file = f"transform/{model.original_file_path}"
    return UnitTest(definition.name, definition.model, file, given, text, tuple(columns))


def split_compiled(code: str) -> tuple[str, str]:
    """The rows that a test is given, as CTEs, and the model's own text after them."""
    # The fixtures stand first; the model's own first CTE follows the last of them.
    last = max((found.end() for found in re.finditer(rf"{FIXTURE}\w+ as \(", code)), default=0)
    if not last:
        return "", code
    depth, index = 1, last
    while depth:
        if code[index] == "'":
            index = _LITERAL.match(code, index).end()  # type: ignore[union-attr]
            continue
        depth += {"(": 1, ")": -1}.get(code[index], 0)
        index += 1
    return code[:index], code[index:]


def mutants_of(tests: Sequence[UnitTest]) -> tuple[list[Mutant], Mapping[str, list[tuple[UnitTest, str]]]]:
    """Every mistake, and for each key the unit tests that hold it, with the model's mistaken text."""
    texts: dict[str, list[tuple[UnitTest, str]]] = {}
    mutants: dict[str, Mutant] = {}
    for test in tests:
        source = (ROOT / test.file).read_text(encoding="utf-8").splitlines()
        for mutant, text in _mistakes(test, source):
            mutants.setdefault(mutant.key, mutant)
            if len(texts.setdefault(mutant.key, [])) < MOST_TESTS:
                texts[mutant.key].append((test, text))
    return list(mutants.values()), texts


def _mistakes(test: UnitTest, source: list[str]) -> Iterator[tuple[Mutant, str]]:
    folder = test.file.split("/")[3]
    area = next((area for area, folders in SQL_AREAS.items() if folder in folders), list(SQL_AREAS)[-1])
    written = {line.strip(): number for number, line in enumerate(source, 1)}
    lines = test.text.split("\n")
    seen: Counter[tuple[str, str, str]] = Counter()
    for index, line in enumerate(lines):
        if line.strip().startswith("--"):
            continue
        for rule, changed in line_mistakes(line, lines[index - 1] if index else ""):
            text = "\n".join([*lines[:index], changed, *lines[index + 1 :]])
            before, after, file = _plain(line), _plain(changed), test.file
            if line.strip() not in written:
                # A macro wrote it, for many models: one mistake, whichever of their tests notices it.
                before, after, file = *_around(before, after), MACROS
            number = seen[before, after, rule] if file != MACROS else 0
            seen[before, after, rule] += 1
            yield Mutant(area, file, written.get(line.strip(), 0), before, after, rule, number, (test.model,)), text


def _around(before: str, after: str) -> tuple[str, str]:
    """What differs between two lines, with little around it and without the names of relations."""
    start = len(os.path.commonprefix([before, after]))
    end = len(os.path.commonprefix([before[start:][::-1], after[start:][::-1]]))
    sides = before[max(0, start - CONTEXT) : start], before[len(before) - end :][:CONTEXT]
    found = (f"{sides[0]}{text[start : len(text) - end]}{sides[1]}" for text in (before, after))
    return tuple(re.sub(r"\b\w+\.", "", text) for text in found)  # type: ignore[return-value]


def _plain(line: str) -> str:
    # Dates of the run differ between the tests of one model.
    return re.sub(r"'\d{4}-\d\d-\d\d[^']*'", "'DATE'", line)


RULES: tuple[tuple[str, str, str], ...] = (
    ("boundary", r"(?<![<>=!])<(?![>=])", "<="),
    ("boundary", r"<=", "<"),
    ("boundary", r"(?<![<>=!-])>(?!=)", ">="),
    ("boundary", r">=", ">"),
    ("operator", r"(?<![<>=!])=(?!=)", "<>"),
    ("operator", r"<>|!=", "="),
    ("operator", r"\bis not distinct from\b", "is distinct from"),
    ("operator", r"\bis distinct from\b", "is not distinct from"),
    ("operator", r"\bis not null\b", "is null"),
    ("operator", r"\bis null\b", "is not null"),
    ("operator", r"\bnot in\b", "in"),
    ("operator", r"(?<!not )\bin \(", "not in ("),
    ("operator", r"\bnot (?!in\b|null\b|like\b|distinct\b)", ""),
    ("operator", r"\bnot like\b", "like"),
    ("join", r"\bleft join\b", "inner join"),
    ("sign", r" \+ ", " - "),
    ("sign", r" - ", " + "),
    ("sign", r"(?<=[(\s])-(?=\d)", ""),
    ("constant", r"(?<![\w.':(-])(\d+)(?![\w.':-])", "+1"),
    ("condition", r"\band\b", "or"),
    ("condition", r"\bor\b", "and"),
    ("aggregate", r"\bmin\((?!case)", "max("),
    ("aggregate", r"\bmax\((?!case)", "min("),
    ("aggregate", r"\bsum\(", "max("),
    ("order", r" desc\b", ""),
    ("value", r"\btrue\b", "false"),
    ("value", r"\bfalse\b", "true"),
)


def line_mistakes(line: str, line_before: str) -> Iterator[tuple[str, str]]:
    """Each single mistake in one line of SQL, as rule and line."""
    literals = [found.span() for found in _LITERAL.finditer(line)]

    def is_code(at: int) -> bool:
        return not any(start <= at < end for start, end in literals)

    for rule, pattern, replacement in RULES:
        for found in re.finditer(pattern, line):
            if not is_code(found.start()) or "decimal(" in line[max(0, found.start() - 12) : found.start() + 1]:
                continue
            new = str(int(found[1]) + 1) if replacement == "+1" else replacement
            yield rule, line[: found.start()] + new + line[found.end() :]
    for found in re.finditer(r"\bcoalesce\(", line):
        dropped = _first_argument(line, found.end())
        if is_code(found.start()) and dropped is not None:
            yield "coalesce", line[: found.start()] + dropped[0] + line[dropped[1] :]
    for start, end in literals:
        is_compared = re.search(r"(=|<>|\bin \(|\bwhen|\bthen) ?$", line[:start])
        if is_compared and re.fullmatch(r"'[a-z_]+'", line[start:end]):
            yield "constant", f"{line[: end - 1]}_{line[end - 1 :]}"
    stripped = line.strip()
    if stripped.startswith(("and ", "or ")) and line.count("(") == line.count(")") and "between" not in line_before:
        yield "dropped condition", ""


def _first_argument(line: str, start: int) -> tuple[str, int] | None:
    """The first argument of a call that ends on its line, and where the call ends."""
    depth, first = 1, None
    for index in range(start, len(line)):
        depth += {"(": 1, ")": -1}.get(line[index], 0)
        if depth == 1 and line[index] == "," and first is None:
            first = line[start:index]
        if depth == 0:
            return (first, index + 1) if first is not None else None
    return None


class SqlJudge:
    """Whether the unit tests of a model notice a mistake in it."""

    def __init__(self, texts: Mapping[str, list[tuple[UnitTest, str]]]) -> None:
        self._texts = texts
        self._expected: dict[tuple[str, str], Counter[tuple[Any, ...]]] = {}
        self._connection = duckdb.connect()
        self._connection.execute("set timezone = 'UTC'")

    def is_noticed(self, mutant: Mutant) -> bool:
        """True where a query fails, takes too long or gives other rows for one of the tests."""
        for test, text in self._texts[mutant.key]:
            try:
                if test.rows(self._connection, text) != self._expected_rows(test):
                    return True
            except duckdb.Error:
                return True
        return False

    def _expected_rows(self, test: UnitTest) -> Counter[tuple[Any, ...]]:
        name = test.model, test.name
        if name not in self._expected:
            try:
                self._expected[name] = test.rows(self._connection, test.text)
            except duckdb.Error as error:
                raise AssertionError(f"unit test {test.name} fails without a mistake: {error}") from error
        return self._expected[name]
