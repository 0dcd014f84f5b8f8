"""Mart contracts generated from dbt's properties files: there mart columns are written, here they become ODCS v3.

It must not invent a column: `transform/models/marts/**/*.yml` → `data_contracts/marts/<table>.odcs.yaml`.
Write them with `python -m data_contracts.marts`; a test and `tenantry contracts check` fail when they are stale.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from data_contracts.mart_tables import ALLOWED_VALUES

MODELS_FOLDER = Path("transform") / "models" / "marts"
CONTRACTS_FOLDER = Path("data_contracts") / "marts"
FIRST_VERSION = "1.0.0"
_HEADER = (
    "# Generated from dbt's properties by `python -m data_contracts.marts`; do not edit, change the model's yml.\n"
)
_LOGICAL_TYPES = {
    "varchar": "string",
    "json": "object",
    "boolean": "boolean",
    "integer": "integer",
    "bigint": "integer",
    "date": "date",
    "timestamptz": "timestamp",
    "timestamp with time zone": "timestamp",
}


def mart_models(root: Path) -> Iterator[tuple[Mapping[str, Any], Path]]:
    """Every model described under the marts folder, with its properties file, by name."""
    found: dict[str, tuple[Mapping[str, Any], Path]] = {}
    for path in (root / MODELS_FOLDER).rglob("*.yml"):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        found.update({model["name"]: (model, path) for model in document.get("models", ())})
    yield from (found[name] for name in sorted(found))


def contract_text(model: Mapping[str, Any]) -> str:
    """The contract of one mart as YAML text."""
    key = _key(model)
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": f"tenantry-marts-{model['name'].replace('_', '-')}",
        "name": model["name"],
        "version": model.get("config", {}).get("meta", {}).get("contract_version", FIRST_VERSION),
        "status": "active",
        "domain": "marts",
        "dataProduct": "tenantry",
        "description": {"purpose": model["description"]},
        "schema": [
            {
                "name": model["name"],
                "physicalName": f"marts.{model['name']}",
                "physicalType": "table",
                "properties": [_property(column, key) for column in model["columns"]],
            }
        ],
    }
    return _HEADER + yaml.safe_dump(document, sort_keys=False, width=110, allow_unicode=True)


def contract_files(root: Path) -> Mapping[Path, str]:
    """Relative path → text of every mart contract that the models imply."""
    return {CONTRACTS_FOLDER / f"{model['name']}.odcs.yaml": contract_text(model) for model, _path in mart_models(root)}


def write_contracts(root: Path) -> list[Path]:
    """The mart contracts that were missing or stale under the repository root, now written; leftovers are removed."""
    files = contract_files(root)
    written = []
    for relative, text in files.items():
        path = root / relative
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(relative)
    for path in (root / CONTRACTS_FOLDER).glob("*.odcs.yaml"):
        if path.relative_to(root) not in files:
            path.unlink()
    return written


def _key(model: Mapping[str, Any]) -> list[str]:
    for test in model.get("data_tests", ()):
        if isinstance(test, dict) and "unique_combination" in test:
            return list(test["unique_combination"]["arguments"]["columns"])
    return [
        column["name"]
        for column in model["columns"]
        if any(_test_name(test) == "unique" for test in column.get("data_tests", ()))
    ]


def _test_name(test: Any) -> str:
    return next(iter(test)) if isinstance(test, dict) else str(test)


def _property(column: Mapping[str, Any], key: list[str]) -> dict[str, Any]:
    kind = column["data_type"].lower()
    required = any(item.get("type") == "not_null" for item in column.get("constraints", ()))
    found = {
        "name": column["name"],
        "logicalType": "number" if kind.startswith("decimal") else _LOGICAL_TYPES[kind],
        "physicalType": kind,
        "required": required,
        "description": column["description"],
    }
    allowed = _allowed_values(column)
    if allowed:
        found["customProperties"] = [{"property": ALLOWED_VALUES, "value": "|".join(allowed)}]
    if column["name"] in key:
        found |= {"primaryKey": True, "primaryKeyPosition": key.index(column["name"]) + 1}
    return found


def _allowed_values(column: Mapping[str, Any]) -> list[str]:
    for test in column.get("data_tests", ()):
        if isinstance(test, dict) and "accepted_values" in test:
            return [str(value) for value in test["accepted_values"]["arguments"]["values"]]
    return []


if __name__ == "__main__":
    for changed in write_contracts(Path(__file__).parents[1]):
        print(changed)
    sys.exit(0)
