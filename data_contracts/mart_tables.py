"""The published tables as their contracts describe them: columns, key, meaning and allowed values.

`data_contracts/marts/*.odcs.yaml` → what the published file declares and what docs/marts.md shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "marts"
ALLOWED_VALUES = "allowedValues"


@dataclass(frozen=True)
class MartColumn:
    """One column. allowed_values: every value that it may hold; empty where any is allowed."""

    name: str
    physical_type: str
    is_required: bool
    meaning: str
    allowed_values: tuple[str, ...]

    @property
    def comment(self) -> str:
        """Meaning and allowed values in one line."""
        return f"{self.meaning} ({' | '.join(self.allowed_values)})" if self.allowed_values else self.meaning


@dataclass(frozen=True)
class MartTable:
    """One table. purpose: its grain and use. key: columns that together are unique and never null."""

    name: str
    purpose: str
    key: tuple[str, ...]
    columns: tuple[MartColumn, ...]


@cache
def mart_tables(folder: Path = FOLDER) -> Mapping[str, MartTable]:
    """Every published table by name."""
    documents = (yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader) for path in sorted(folder.glob("*.yaml")))
    return {document["name"]: _table(document) for document in documents}


def _table(document: Mapping[str, Any]) -> MartTable:
    properties = document["schema"][0]["properties"]
    key = sorted((item for item in properties if item.get("primaryKey")), key=lambda item: item["primaryKeyPosition"])
    return MartTable(
        name=document["name"],
        purpose=document["description"]["purpose"],
        key=tuple(item["name"] for item in key),
        columns=tuple(_column(item) for item in properties),
    )


def _column(item: Mapping[str, Any]) -> MartColumn:
    custom = {entry["property"]: entry["value"] for entry in item.get("customProperties", ())}
    allowed = custom.get(ALLOWED_VALUES, "")
    return MartColumn(
        name=item["name"],
        physical_type=item["physicalType"],
        is_required=item["required"],
        meaning=item["description"],
        allowed_values=tuple(allowed.split("|")) if allowed else (),
    )
