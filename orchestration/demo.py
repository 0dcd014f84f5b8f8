"""`tenantry demo`: the simulator's demo MSP, loaded at its observation dates over real HTTPS, built and published.

Everything lies under one folder, which is made anew each time: observation dates only go forward, so a second demo in
the same warehouse would be refused.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from orchestration.errors import OrchestrationError
from orchestration.report import RunReport
from orchestration.run_request import RunRequest
from orchestration.settings import environment, load_settings
from orchestration.settings_schema import Settings

MARKER = ".tenantry-demo"
SETTINGS_FILE = "tenantry.toml"
TRUTH_FILE = "truth.json"
DEMO_SEED = 7


def run_demo(folder: Path, size: str = "demo", seed: int = DEMO_SEED) -> RunReport:
    """Load, build and publish the demo MSP under `folder`, and write what the simulator planted as truth.json.

    Another seed gives other ids, amounts and days of the same situations.

    Errors: OrchestrationError when the folder holds something that is not a demo.
    """
    import json

    from ingestion.simulator.serve import start
    from ingestion.simulator.world import generate
    from orchestration.run_job import execute

    _empty(folder)
    world = generate(seed, size)
    report: RunReport | None = None
    with start(folder / "simulator", size=size, seed=seed, clock=world.observation_dates[0]) as simulator:
        (folder / SETTINGS_FILE).write_text(world.settings_toml(simulator.urls), encoding="utf-8")
        _write_files(folder / "config", world.config_files())
        truth = world.truth(world.observation_dates)
        (folder / TRUTH_FILE).write_text(json.dumps(truth, indent=1, ensure_ascii=False), encoding="utf-8")
        settings = demo_settings(folder, world.secret_environment())
        for number, day in enumerate(world.observation_dates, 1):
            print(f"\nObservation {number} of {len(world.observation_dates)}: {day}", flush=True)
            simulator.set_clock(day)
            report = execute(settings, RunRequest(as_of=day))
            if not report.is_published:
                break
    if report is None:
        raise OrchestrationError("the demo world has no observation date. Expected at least one. Please report this.")
    print(f"\nThe demo MSP: {settings.warehouse.published}\nWhat was planted in it: {folder / TRUTH_FILE}")
    print(
        f"Look: duckdb -readonly {settings.warehouse.published} "
        '"from marts.mart_customer_overview order by attention_rank"'
    )
    return report


def demo_settings(folder: Path, secrets: Mapping[str, str]) -> Settings:
    """The demo's settings, with the simulator's obviously false secrets beside the real environment."""
    return load_settings(folder / SETTINGS_FILE, {**environment(), **secrets})


def _empty(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise OrchestrationError(
            f"{folder}: is not empty and is no demo of ours (no {MARKER}). Expected a new folder or an earlier demo. "
            "Move it away, or run the command in another folder."
        )
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARKER).touch()


def _write_files(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
