"""What a person waits for before any work: the command's help, and Dagster's definitions."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
TIMEOUT_SECONDS = 120
COMMANDS = {
    "tenantry --help": ("-m", "orchestration.cli", "--help"),
    "definitions load": ("-c", "import orchestration.definitions"),
}


def startup_rows() -> list[dict[str, Any]]:
    """One row per command, each in a fresh process with warm file caches: the better of two."""
    return [
        {"bench": "startup", "case": case, "contender": "ours", **min(_measure(command), _measure(command), key=_wall)}
        for case, command in COMMANDS.items()
    ]


def _wall(cost: dict[str, Any]) -> float:
    return cost["wall_s"]


def _measure(command: tuple[str, ...]) -> dict[str, Any]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    environment = os.environ | {"DAGSTER_DISABLE_TELEMETRY": "yes"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False,
    )  # fmt: skip
    wall = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"bench: {' '.join(command)} failed:\n{done.stderr[-3000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall_s": round(wall, 3), "cpu_s": round(cpu, 3)}
