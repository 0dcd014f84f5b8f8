"""dbt's manifest for Dagster: read from `transform/target/`, made again when the project is newer.

It is made in a child process: importing dbt's command line here would cost the definitions four of their eight seconds.
"""

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from ingestion.child_process import python_module
from orchestration.dbt_runner import PROJECT_FOLDER
from orchestration.errors import OrchestrationError

MANIFEST_FILE = PROJECT_FOLDER / "target" / "manifest.json"
SOURCE_SUFFIXES = (".sql", ".yml", ".yaml", ".csv")
PARSE_SECONDS = 180


@cache
def manifest() -> dict[str, Any]:
    """The manifest as dbt wrote it; parses the project first where there is none or a file is newer.

    Errors: OrchestrationError with dbt's own last line when the project cannot be parsed.
    """
    if not MANIFEST_FILE.is_file() or MANIFEST_FILE.stat().st_mtime < _newest_source():
        write_manifest()
    return json.loads(MANIFEST_FILE.read_text(encoding="utf-8"))


def write_manifest() -> None:
    """Parse the project in a child process and put its manifest into place in one step."""
    MANIFEST_FILE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="manifest-", dir=MANIFEST_FILE.parent) as folder:
        outcome = subprocess.run(
            python_module("orchestration.manifest", folder),
            capture_output=True, text=True, timeout=PARSE_SECONDS, check=False,
        )  # fmt: skip
        made = Path(folder) / MANIFEST_FILE.name
        if outcome.returncode != 0 or not made.is_file():
            last = (outcome.stderr or outcome.stdout).strip().splitlines()[-1:] or ["no output"]
            raise OrchestrationError(
                f"{PROJECT_FOLDER.name}/: dbt cannot parse the project: {last[0]} Expected models, macros and "
                "properties that dbt accepts. Mend the place it names and try again."
            )
        os.replace(made, MANIFEST_FILE)


def _newest_source() -> float:
    return max(
        (
            path.stat().st_mtime
            for path in PROJECT_FOLDER.rglob("*")
            if path.suffix in SOURCE_SUFFIXES and "target" not in path.relative_to(PROJECT_FOLDER).parts
        ),
        default=0.0,
    )


def _parse_into(folder: Path) -> int:
    from orchestration.dbt_runner import DbtFailed, parse

    try:
        parse().write(str(folder / MANIFEST_FILE.name))
    except DbtFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_parse_into(Path(sys.argv[1])))
