"""What the last release promised: columns and types of every contract, and what breaks that promise.

`python -m data_contracts.release` writes `data_contracts/released.json` when a release is made; `tenantry contracts
check` holds the contracts of today against it.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

RELEASED_FILE = "released.json"


@dataclass(frozen=True)
class Promise:
    """Version and columns (name → physical type) of one table."""

    version: str
    columns: Mapping[str, str]


def promises(folder: Path) -> dict[str, Promise]:
    """The promise of every contract file under `raw/` and `marts/`, by `schema.table`."""
    found = {}
    for path in sorted([*folder.glob("raw/*/*.odcs.yaml"), *folder.glob("marts/*.odcs.yaml")]):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        schema = document["schema"][0]
        columns = {column["name"]: column["physicalType"] for column in schema["properties"]}
        found[schema["physicalName"]] = Promise(str(document["version"]), columns)
    return found


def released(folder: Path) -> dict[str, Promise]:
    """What the last release promised; empty before the first one."""
    file = folder / RELEASED_FILE
    if not file.is_file():
        return {}
    stored: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return {name: Promise(item["version"], item["columns"]) for name, item in stored.items()}


def broken_promises(before: Mapping[str, Promise], now: Mapping[str, Promise]) -> Iterator[tuple[str, str]]:
    """Each table that changed more than its version says, with what changed and which version is expected."""
    for name, promise in before.items():
        current = now.get(name)
        if current is None:
            yield name, "the table was released and is gone; expected it to stay, or a new major release without it"
            continue
        gone = [column for column in promise.columns if column not in current.columns]
        retyped = [
            f"{column} from {kind} to {current.columns[column]}"
            for column, kind in promise.columns.items()
            if column in current.columns and current.columns[column] != kind
        ]
        added = [column for column in current.columns if column not in promise.columns]
        old, new = _parts(promise.version), _parts(current.version)
        if (gone or retyped) and new[0] <= old[0]:
            what = "; ".join(
                [f"removed {', '.join(gone)}"] * bool(gone) + [f"retyped {', '.join(retyped)}"] * bool(retyped)
            )
            yield name, f"{what}; found version {current.version}, expected {old[0] + 1}.0.0 or later"
        elif added and new[:2] <= old[:2]:
            yield (
                name,
                (
                    f"added {', '.join(added)}; found version {current.version}, "
                    f"expected {old[0]}.{old[1] + 1}.0 or later"
                ),
            )


def write_released(folder: Path) -> None:
    """Store the contracts of today as what is released."""
    stored = {name: {"version": item.version, "columns": dict(item.columns)} for name, item in promises(folder).items()}
    (folder / RELEASED_FILE).write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


if __name__ == "__main__":
    write_released(Path(__file__).parent)
    sys.exit(0)
