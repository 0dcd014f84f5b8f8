"""`tenantry demo` as a newcomer runs it: what is published is what the simulator planted, in the agreed shape."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from bench.score import main as score
from orchestration.marts_reference import examples
from tests.agreed import agreed_tables

REPOSITORY = Path(__file__).parents[3]
DEMO_SECONDS = 900
SPELLINGS = {"text": {"varchar"}, "json": {"varchar", "json"}, "timestamptz": {"timestamp with time zone"}}

pytestmark = pytest.mark.timeout(DEMO_SECONDS + 60)


@dataclass(frozen=True)
class Demo:
    """A finished demo: its folder and what it printed."""

    folder: Path
    exit_code: int
    output: str

    @property
    def published(self) -> Path:
        return self.folder / "warehouse" / "published.duckdb"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo, run once in an empty folder."""
    folder = tmp_path_factory.mktemp("newcomer")
    outcome = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "demo"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=DEMO_SECONDS,
        check=False,
    )
    return Demo(folder / "demo-msp", outcome.returncode, outcome.stdout + outcome.stderr)


def test_demo_ends_well_and_says_where_the_warehouse_lies(demo: Demo) -> None:
    assert demo.exit_code == 0, demo.output
    assert demo.output.count("Observation ") == 4
    assert f"Published copy: {demo.published} (published now)" in demo.output


def test_demo_marts_equal_the_planted_truth(demo: Demo, tmp_path: Path) -> None:
    out = tmp_path / "score.json"
    code = score(["--published", str(demo.published), "--truth", str(demo.folder / "truth.json"), "--out", str(out)])
    scores = json.loads(out.read_text(encoding="utf-8"))
    wrong = [item for item in scores if (item["precision"], item["recall"]) != (1.0, 1.0)]
    assert (code, wrong) == (0, [])
    assert len(scores) >= 50 and all(item["planted"] for item in scores)


def test_demo_published_file_has_the_agreed_shape(demo: Demo) -> None:
    found: list[str] = []
    with duckdb.connect(str(demo.published), read_only=True) as connection:
        schemas = connection.execute("select distinct table_schema from information_schema.tables").fetchall()
        for table, columns in sorted(agreed_tables().items()):
            found += _deviations(connection, table, columns)
    assert (schemas, found) == ([("marts",)], [])


def test_demo_published_file_explains_itself(demo: Demo) -> None:
    with duckdb.connect(str(demo.published), read_only=True) as connection:
        silent = connection.execute(
            "select table_name from duckdb_tables() where comment is null "
            "union all select table_name || '.' || column_name from duckdb_columns() "
            "where not internal and comment is null"
        ).fetchall()
        keys = connection.execute(
            "select distinct table_name from duckdb_constraints() where constraint_type = 'PRIMARY KEY'"
        ).fetchall()
        required = connection.execute(
            "select table_name, column_name from duckdb_columns() where not internal and not is_nullable"
        ).fetchall()
    agreed = agreed_tables()
    assert (silent, {table for (table,) in keys}) == ([], set(agreed))
    assert set(required) >= {
        (table, row["column"]) for table, rows in agreed.items() for row in rows if row["nullable"] == "no"
    }


@pytest.mark.parametrize("table", sorted(examples()))
def test_example_query_of_the_reference_answers(demo: Demo, table: str) -> None:
    with duckdb.connect(str(demo.published), read_only=True) as connection:
        assert connection.execute(examples()[table]).fetchall() != []


def _deviations(connection: duckdb.DuckDBPyConnection, table: str, columns: list[dict[str, str]]) -> list[str]:
    kinds = dict(
        connection.execute(
            "select column_name, lower(data_type) from information_schema.columns where table_name = ?", [table]
        ).fetchall()
    )
    found = []
    if not connection.execute(f"select count(*) from marts.{table}").fetchall()[0][0]:
        found.append(f"{table}: no rows")
    for row in columns:
        name = row["column"]
        if kinds.get(name) not in SPELLINGS.get(row["type"], {row["type"]}):
            found.append(f"{table}.{name}: {kinds.get(name)}")
            continue
        if row["nullable"] == "no" and _count(connection, f'select count(*) from marts.{table} where "{name}" is null'):
            found.append(f"{table}.{name}: nulls")
        if "|" in row["values_or_unit"]:
            allowed = ", ".join(f"'{value}'" for value in row["values_or_unit"].split("|"))
            if _count(connection, f'select count(*) from marts.{table} where "{name}" not in ({allowed})'):
                found.append(f"{table}.{name}: a value that is not agreed")
    key = ", ".join(f'"{row["column"]}"' for row in columns if row["key"])
    if _count(connection, f"select count(*) from (from marts.{table} select {key} group by all having count(*) > 1)"):
        found.append(f"{table}: key not unique")
    return found


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return connection.execute(query).fetchall()[0][0]
