"""Small contracts for projection tests, written as files so that the loader makes them."""

from pathlib import Path

from data_contracts.contract import Contract, parse_contract

_HEAD = """apiVersion: v3.1.0
kind: DataContract
id: test-{table}
name: {table}
version: 1.0.0
status: active
domain: microsoft
description: {{purpose: "One row per thing."}}
schema:
  - name: {table}
    customProperties:
      - {{property: readMode, value: {mode}}}
      - {{property: removal, value: mark}}
      - {{property: emptyAfterRows, value: allowed}}
    properties:
"""
_COLUMN = """      - name: {name}
        logicalType: string
        physicalType: {physical}
        required: false
        {key}classification: internal
        description: "test"
        customProperties:
          - {{property: sourceField, value: "{field}"}}
          - {{property: sourceType, value: "{shape}"}}
"""


def contract_of(
    folder: Path, columns: dict[str, tuple[str, str, str]], *, table: str = "things", mode: str = "full"
) -> Contract:
    """A contract with columns name → (physical type, source field, shape); the first one is the key."""
    text = _HEAD.format(table=table, mode=mode)
    for number, (name, (physical, field, shape)) in enumerate(columns.items()):
        key = "primaryKey: true\n        primaryKeyPosition: 1\n        " if number == 0 else ""
        text += _COLUMN.format(name=name, physical=physical, field=field, shape=shape, key=key)
    path = folder / "microsoft" / f"{table}.odcs.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return parse_contract(path)
