"""What a run costs beyond HTTP, load and SQL: a run without change, minus the seconds in which those were at work.

`python -m bench.overhead` is the measured run itself: the command, with the seconds of dbt's nodes noted.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
TIMEOUT_SECONDS = 900
SPANS_FILE = "spans.json"
Span = tuple[float, float]


def overhead_rows() -> list[dict[str, Any]]:
    """One row: the overhead of the third run of a small MSP, at which nothing changed any more."""
    from ingestion.simulator.serve import start
    from ingestion.simulator.world import generate

    world = generate(size="small")
    with tempfile.TemporaryDirectory(prefix="tenantry-bench-") as name:
        folder = Path(name)
        with start(folder / "sim", size="small") as vendors:
            (folder / "tenantry.toml").write_text(world.settings_toml(vendors.urls), encoding="utf-8")
            (folder / "config").mkdir()
            for file, text in world.config_files().items():
                (folder / "config" / file).write_text(text, encoding="utf-8")
            vendors.set_clock(world.observation_dates[0])
            arguments = ["run", "--settings", str(folder / "tenantry.toml"), "--as-of", str(world.observation_dates[0])]
            environment = os.environ | world.secret_environment() | {"DAGSTER_DISABLE_TELEMETRY": "yes"}
            for _ in range(2):
                _run(folder, arguments, environment)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            started = time.perf_counter()
            _run(folder, arguments, environment)
            wall = time.perf_counter() - started
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spans = [tuple(span) for span in json.loads((folder / SPANS_FILE).read_text(encoding="utf-8"))]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    cost = {"wall_s": round(wall - covered(spans), 3), "cpu_s": round(cpu, 3)}
    return [{"bench": "overhead", "case": "run without change", "contender": "ours", **cost}]


def covered(spans: Iterable[Span]) -> float:
    """Seconds that lie in at least one of the spans."""
    total, end = 0.0, float("-inf")
    for start, stop in sorted(spans):
        total += max(0.0, stop - max(start, end))
        end = max(end, stop)
    return total


def _run(folder: Path, arguments: list[str], environment: dict[str, str]) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "bench.overhead", str(folder / SPANS_FILE), *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )
    if done.returncode:
        raise SystemExit(f"bench: {' '.join(arguments[:1])} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def main(spans_file: str, *arguments: str) -> int:
    """Runs the command, and notes when legs were read and loaded and when dbt's nodes ran."""
    import ingestion.load
    from orchestration import dbt_runner
    from orchestration.cli import main as command

    spans: list[Span] = []
    build, run_legs = dbt_runner.build, ingestion.load.run_legs

    def noted_build(*values: Any, **options: Any) -> Any:
        return build(*values, **options | {"on_node": lambda node: spans.append(_ended_now(node.seconds))})

    def noted_load(*values: Any) -> Any:
        started = time.time()
        try:
            return run_legs(*values)
        finally:
            spans.append((started, time.time()))

    dbt_runner.build = noted_build
    ingestion.load.run_legs = noted_load
    code = command(list(arguments))
    Path(spans_file).write_text(json.dumps(spans), encoding="utf-8")
    return code


def _ended_now(seconds: float) -> Span:
    now = time.time()
    return now - seconds, now


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
