"""One contender in a process of its own, with the surroundings that every contender gets."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).parent.parent
TIMEOUT_SECONDS = 1800


class Told(Protocol):
    """What a contender reads: its tenant or tenants, as text for the child process."""

    ca_bundle: str

    def to_json(self) -> str:
        """All of it as one argument."""


def measure(module: str, function: str, told: Told, folder: Path) -> dict[str, Any]:
    """Wall and CPU seconds and peak memory, as the contender's own process reports them."""
    environment = os.environ | {
        # dlt's client knows no CA setting of its own.
        "REQUESTS_CA_BUNDLE": told.ca_bundle,
        "NO_PROXY": "127.0.0.1,localhost",
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "DLT_DATA_DIR": str(folder),
        "DLT_PROJECT_DIR": str(folder),
    }
    command = [sys.executable, "-W", "ignore", "-m", "bench.contender", module, function, told.to_json(), str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )
    if done.returncode:
        raise SystemExit(f"bench: {module}.{function} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])
