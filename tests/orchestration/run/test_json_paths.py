"""What SQL reads out of a JSON column, and what unit tests put into one, is in the contract that the column comes from.

A field that no contract lists never lands: SQL that reads it sees null for ever, and a fixture that holds it proves
what cannot happen.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from data_contracts.contract import ContractViolation, raw_contract
from data_contracts.shape import Shape
from orchestration import dbt_runner
from tests.product import Product

# As dbt compiled them for DuckDB, loops and macros resolved.
READ = re.compile(r"json_extract(?:_string)?\(\s*(?:\w+\.)?(\w+)\s*,\s*'\$\.([\w.@]+)'")
READ_OF_ITEM = re.compile(r"json_extract(?:_string)?\(\s*(\w+)\.value\s*,\s*'\$\.([\w.@]+)'")
UNNESTED = re.compile(r"unnest\(\s*cast\(\s*(?:\w+\.)?(\w+) as json\[\]\)\) as (\w+)")
INPUT = re.compile(r"(?:ref|source)\(.*'(\w+)'\s*\)")
# JSON that our own SQL writes.
OWN = frozenset({"evidence"})
LEAST_READS = 60
LEAST_FIXTURES = 60


def shapes_above(manifest: Any, unique_id: str) -> dict[str, list[Shape]]:
    """Shapes of the JSON columns of every raw table that a node is built from, by column name."""
    waiting, seen = [unique_id], set()
    shapes: dict[str, list[Shape]] = {}
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in manifest.sources:
            for column, shape in json_columns(manifest.sources[name]):
                shapes.setdefault(column, []).append(shape)
        elif name in manifest.nodes:
            waiting += manifest.nodes[name].depends_on_nodes
    return shapes


def json_columns(source: Any) -> Iterator[tuple[str, Shape]]:
    """The columns of a source whose contract gives a list or an object; some sources have no contract."""
    try:
        contract = raw_contract(source.source_name, source.name)
    except ContractViolation:
        return
    for column in contract.columns:
        if column.source_shape is not None and (column.source_shape.item or column.source_shape.fields):
            yield column.name, column.source_shape


def at(shape: Shape | None, path: str) -> Shape | None:
    """The shape at a dotted path of objects; None where there is no such field."""
    for name in path.split("."):
        shape = dict(shape.fields).get(name) if shape is not None else None
    return shape


def reads_of(sql: str) -> Iterator[tuple[str, str, bool]]:
    """Column, path, and whether the path lies in an item of the column's list."""
    columns = {alias: column for column, alias in UNNESTED.findall(sql)}
    for alias, path in READ_OF_ITEM.findall(sql):
        yield columns.get(alias, alias), path, True
    for column, path in READ.findall(sql):
        if column != "value":
            yield column, path, False


def strange_keys(value: Any, shape: Shape | None, path: str) -> Iterator[str]:
    """Keys of a JSON value that its shape does not have."""
    if isinstance(value, list):
        for item in value:
            yield from strange_keys(item, shape.item if shape is not None else None, path)
    elif isinstance(value, Mapping):
        fields = dict(shape.fields) if shape is not None else {}
        for key, inner in value.items():
            if key not in fields:
                yield f"{path}.{key}"
            else:
                yield from strange_keys(inner, fields[key], f"{path}.{key}")


def as_json(value: Any) -> Any:
    """The list or object that a fixture's text holds; None for anything else."""
    if not isinstance(value, str) or value[:1] not in ("[", "{"):
        return None
    return json.loads(value)


def test_every_json_path_of_a_model_is_in_its_contract(loaded_once: Product) -> None:
    manifest = dbt_runner.parse(loaded_once.warehouse.stem)
    compiled = dbt_runner.state_folder_of(loaded_once.warehouse) / "target" / "compiled" / "tenantry"
    models = {name: node for name, node in manifest.nodes.items() if node.resource_type == "model"}
    read, wrong = 0, []
    for name, node in models.items():
        sql = (compiled / node.original_file_path).read_text(encoding="utf-8")
        shapes = shapes_above(manifest, name)
        for column, path, is_item in reads_of(sql):
            read += 1
            known = [shape.item if is_item else shape for shape in shapes.get(column, ())]
            if column not in OWN and all(at(shape, path) is None for shape in known):
                wrong.append(f"{node.name}: {column}: {path}")

    assert wrong == []
    assert read >= LEAST_READS


def test_every_key_of_a_json_fixture_is_in_its_contract(loaded_once: Product) -> None:
    manifest = dbt_runner.parse(loaded_once.warehouse.stem)
    by_name = {node.name: name for name, node in (*manifest.nodes.items(), *manifest.sources.items())}
    read, wrong = 0, []
    for test in manifest.unit_tests.values():
        for given in test.given:
            found = INPUT.search(given.input)
            shapes = shapes_above(manifest, by_name[found.group(1)]) if found else {}
            for row in given.rows if isinstance(given.rows, list) else ():
                for column, text in row.items():
                    value = as_json(text)
                    if value is None or column not in shapes:
                        continue
                    read += 1
                    strange = [set(strange_keys(value, shape, column)) for shape in shapes[column]]
                    if all(strange):
                        wrong.append(f"{test.name}: {given.input}: {', '.join(sorted(min(strange, key=len)))}")

    assert sorted(set(wrong)) == []
    assert read >= LEAST_FIXTURES
