"""`make bench`: every case with every contender, one after the other, as a table and as `.bench/results.json`.

Ratios compare contenders of one run on one machine; seconds of different machines say nothing.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.fleetcases import LONG, QUICK
from bench.measure import measure
from bench.overhead import overhead_rows
from bench.startup import startup_rows
from bench.target import running_target

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / ".bench" / "results.json"
FIELDS = ("bench", "case", "contender", "wall_s", "cpu_s", "peak_mb", "requests", "floor_cpu_ratio", "floor_wall_ratio")


@dataclass(frozen=True)
class Contender:
    """A way to load the users: a function of a module, and the largest case that it can bear."""

    name: str
    module: str
    function: str
    max_users: int | None = None


CONTENDERS = (
    Contender("floor", "bench.floor", "load"),
    Contender("ours", "bench.ours", "load"),
    Contender("rest_api_tuned", "bench.rest_api", "load_tuned"),
    # Needs 9.7 GB at 100k users.
    Contender("rest_api_default", "bench.rest_api", "load_default", max_users=20_000),
)
CASES = {"20k": 20_000, "100k": 100_000}
# Minutes and gigabytes: only with --all, or when asked for by name.
LONG_CASES = {"1m": 1_000_000}
# What beside our load is measured there; the others take half an hour.
LONG_CONTENDERS = ("floor", "ours")
OTHERS = {"startup": startup_rows, "overhead": overhead_rows, **QUICK}


def load_rows(case: str, users: int, contenders: Sequence[Contender]) -> list[dict[str, Any]]:
    """One row per contender that can bear the case, with its ratios to the floor of this run."""
    rows: list[dict[str, Any]] = []
    with (
        tempfile.TemporaryDirectory(prefix="tenantry-bench-") as folder,
        running_target(users, Path(folder)) as (target, request_count),
    ):
        for contender in contenders:
            if contender.max_users is not None and users > contender.max_users:
                continue
            before = request_count()
            with tempfile.TemporaryDirectory(prefix="tenantry-bench-") as own:
                cost = measure(contender.module, contender.function, target, Path(own))
            requests = request_count() - before
            rows.append({"bench": "full_load", "case": case, "contender": contender.name, **cost, "requests": requests})
            show(rows[-1])
    floor = next((row for row in rows if row["contender"] == "floor"), None)
    for row in rows:
        row["floor_cpu_ratio"] = round(row["cpu_s"] / floor["cpu_s"], 2) if floor else None
        row["floor_wall_ratio"] = round(row["wall_s"] / floor["wall_s"], 2) if floor else None
    return rows


def show(row: dict[str, Any]) -> None:
    """One line on the terminal as soon as a contender has ended."""
    sys.stderr.write(f"  {row['case']:>12} {row['contender']:<18} {row['wall_s']:>8} s\n")


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as aligned text."""
    cells = [list(FIELDS), *[["-" if row.get(name) is None else str(row[name]) for name in FIELDS] for row in rows]]
    widths = [max(len(line[place]) for line in cells) for place in range(len(FIELDS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells)


def main() -> None:
    """Runs the cases that were asked for (all but the long ones), prints the table and writes the results."""
    parser = argparse.ArgumentParser(description="Measure the load path against a floor and dlt's own source.")
    every = [*CASES, *LONG_CASES, *OTHERS, *LONG]
    parser.add_argument("--case", action="append", choices=every, help="only this case; may be repeated")
    parser.add_argument("--contender", action="append", choices=[c.name for c in CONTENDERS], help="only this one")
    parser.add_argument("--all", action="store_true", help=f"the long cases too: {', '.join([*LONG_CASES, *LONG])}")
    chosen = parser.parse_args()
    asked = chosen.case or [name for name in every if chosen.all or name not in (*LONG_CASES, *LONG)]
    contenders = [c for c in CONTENDERS if not chosen.contender or c.name in chosen.contender]
    rows: list[dict[str, Any]] = []
    for case, users in (CASES | LONG_CASES).items():
        if case in asked:
            rows += load_rows(case, users, [c for c in contenders if case in CASES or c.name in LONG_CONTENDERS])
    for case, rows_of in (OTHERS | LONG).items():
        if case in asked:
            rows += rows_of()
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(
        json.dumps([{name: row.get(name) for name in FIELDS} for row in rows], indent=2) + "\n", encoding="utf-8"
    )
    sys.stdout.write(table(rows) + "\n")


if __name__ == "__main__":
    main()
