"""The whole product against a simulator in a child process: settings, runs as a user starts them, and what came out.

Runs are processes of their own, so that a killed one is really killed and nothing is shared but files.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ingestion.simulator.serve import Simulator
from ingestion.simulator.world import World
from tests.warm_process import Ended, RunningCommand, WarmProcess

REPOSITORY = Path(__file__).parents[1]
RUN_SECONDS = 240
CALENDAR_DAYS = "calendar_future_days = 14"
# What differs between two runs of the same world: who ran, when, and how long it took.
VOLATILE = frozenset(
    {"_run_id", "_dlt_load_id", "_extracted_at", "extracted_at", "removed_at", "run_id", "started_at", "finished_at",
     "evidence_at", "legs_as_of", "last_good_at", "last_attempt_at", "oldest_leg_at", "updated_at"}
)  # fmt: skip
UNCOMPARED = frozenset({"ops_load_status", "ops_freshness", "hist_ops__legs"})


@dataclass
class Product:
    """One folder with settings, reviewed files and a warehouse, and the simulator that its settings point to."""

    folder: Path
    world: World
    simulator: Simulator
    warm: WarmProcess

    def write_settings(self) -> None:
        """Write tenantry.toml and config/ for the simulator's addresses."""
        self.folder.mkdir(parents=True, exist_ok=True)
        text = self.world.settings_toml(self.simulator.urls)
        # The world's private events lie three weeks after the first observation; they must be in its window.
        assert CALENDAR_DAYS in text
        text = text.replace(CALENDAR_DAYS, "calendar_future_days = 30")
        self.settings.write_text(text, encoding="utf-8")
        (self.folder / "config").mkdir(exist_ok=True)
        for name, text in self.world.config_files().items():
            (self.folder / "config" / name).write_text(text, encoding="utf-8")

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.folder / "tenantry.toml"

    @property
    def warehouse(self) -> Path:
        """The writer's file."""
        return self.folder / "warehouse" / "tenantry.duckdb"

    @property
    def published(self) -> Path:
        """The published copy."""
        return self.folder / "warehouse" / "published.duckdb"

    def copy_to(self, folder: Path) -> "Product":
        """The same product in another folder, at the same simulator."""
        shutil.copytree(self.folder, folder)
        return Product(folder, self.world, self.simulator, self.warm)

    def command(self, *arguments: str) -> Ended:
        """A command as a user starts it, imports and all."""
        outcome = subprocess.run(
            [sys.executable, "-m", "orchestration.cli", *arguments, "--settings", str(self.settings)],
            cwd=REPOSITORY,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        return Ended(outcome.returncode, outcome.stdout, outcome.stderr)

    def start(self, *arguments: str, kill_at: tuple[str, int] | None = None) -> RunningCommand:
        """Start a command in a warm process; its end is to be waited for."""
        return self.warm.start([*arguments, "--settings", str(self.settings)], self.environment, kill_at)

    def tell(self, *arguments: str) -> Ended:
        """A command in a warm process, to its end."""
        return self.start(*arguments).wait()

    def start_run(self, day: date, *arguments: str, kill_at: tuple[str, int] | None = None) -> RunningCommand:
        """Start `tenantry run` at an observation date, with the vendors' clock set to it."""
        self.simulator.set_clock(day)
        return self.start("run", "--as-of", day.isoformat(), *arguments, kill_at=kill_at)

    def run(self, day: date, *arguments: str, kill_at: tuple[str, int] | None = None) -> Ended:
        """`tenantry run` at an observation date, to its end."""
        return self.start_run(day, *arguments, kill_at=kill_at).wait()

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a run: the simulator's false secrets, and temporary files in the product's own folder."""
        temporary = self.folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        return {**os.environ, **self.world.secret_environment(), "TMPDIR": str(temporary)}

    def ask(self, sql: str, parameters: Sequence[Any] = (), file: Path | None = None) -> list[tuple[Any, ...]]:
        """Rows of a query against the published copy, or another file."""
        with duckdb.connect(str(file or self.published), read_only=True) as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def last_legs(self) -> dict[tuple[str, str, str], tuple[str, str | None]]:
        """How the legs of the last run ended: (vendor, tenant, table) → (status, error class)."""
        rows = self.ask(
            "select vendor, tenant_id, table_name, status, error_class from ops.load_status "
            "where run_id = (select run_id from ops.runs order by started_at desc limit 1)",
            file=self.warehouse,
        )
        return {(vendor, tenant, table): (status, kind) for vendor, tenant, table, status, kind in rows}


def contents(
    file: Path, schemas: Sequence[str] = ("marts", "hist"), volatile: Iterable[str] = VOLATILE
) -> dict[str, Counter]:
    """Rows of every table of these schemas, without the columns that name a run or a moment."""
    found: dict[str, Counter] = {}
    left_out = set(volatile)
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        columns: dict[tuple[str, str], list[str]] = {}
        for schema, table, column in connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns order by all"
        ).fetchall():
            if schema in schemas and table not in UNCOMPARED and column not in left_out:
                columns.setdefault((schema, table), []).append(f'"{column}"')
        for (schema, table), names in columns.items():
            rows = connection.execute(f'select {", ".join(names)} from {schema}."{table}"').fetchall()
            found[f"{schema}.{table}"] = Counter(rows)
    return found


def differences(left: dict[str, Counter], right: dict[str, Counter]) -> dict[str, tuple[int, int]]:
    """Tables that differ: name → rows that only the left, only the right side has."""
    found = {}
    for name in sorted(set(left) | set(right)):
        one, other = left.get(name, Counter()), right.get(name, Counter())
        if one != other:
            found[name] = ((one - other).total(), (other - one).total())
    return found
