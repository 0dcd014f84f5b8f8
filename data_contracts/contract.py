"""Typed raw contracts: the columns of every raw table, read once from `raw/<vendor>/<table>.odcs.yaml`.

The request's `$select`, the projection, the load, the dbt source and the checks derive from these values.
It must not know how a vendor is called or where a row is stored: contract file → Contract.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import yaml

from data_contracts.forbidden import forbidden_part, is_forbidden_column
from data_contracts.shape import Shape, ShapeError, parse_shape

RAW_FOLDER = Path(__file__).parent / "raw"
READ_MODES = ("full", "delta", "incremental")
REMOVALS = ("mark", "delete")
# Of a text whose contract names no length: more than any vendor documents for what is read.
DEFAULT_MAX_LENGTH = 4_096
LOGICAL_TYPES = ("string", "boolean", "integer", "number", "date", "timestamp", "array", "object")
_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")
_PHYSICAL: dict[str, pa.DataType] = {
    "varchar": pa.string(),
    "json": pa.string(),
    "boolean": pa.bool_(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "date": pa.date32(),
    "timestamptz": pa.timestamp("us", tz="UTC"),
}


class ContractViolation(Exception):
    """A contract, or data held against one, breaks a rule; the message names file, line or row and what to do."""


@dataclass(frozen=True)
class Column:
    """One column of a raw table.

    max_length: characters that a text of it may have, in JSON each of its texts; what is longer is cut and counted.
    """

    name: str
    physical_type: str
    logical_type: str
    required: bool
    key_position: int | None
    classification: str
    description: str
    source_field: str | None
    source_shape: Shape | None
    is_volatile: bool
    max_length: int = DEFAULT_MAX_LENGTH

    @property
    def arrow_type(self) -> pa.DataType:
        """The column's type in the warehouse; `json` is text holding JSON."""
        return physical_arrow_type(self.physical_type)


@dataclass(frozen=True)
class Contract:
    """One raw table: its columns in order, its key, and how it is read and forgotten."""

    vendor: str
    table: str
    version: str
    description: str
    columns: tuple[Column, ...]
    read_mode: str
    removal: str
    may_become_empty: bool
    path: Path

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns, in key order."""
        keyed = [column for column in self.columns if column.key_position is not None]
        return tuple(column.name for column in sorted(keyed, key=lambda column: column.key_position or 0))

    @property
    def partition(self) -> str:
        """The first key column: `tenant_id` for Microsoft, `_connection_id` elsewhere."""
        return self.key[0]

    @property
    def source_columns(self) -> tuple[Column, ...]:
        """Columns that come from a field of the vendor's answer."""
        return tuple(column for column in self.columns if column.source_field is not None)

    @property
    def select(self) -> tuple[str, ...]:
        """Top-level vendor properties to ask for, in order, each once; annotations come unasked."""
        names = dict.fromkeys((column.source_field or "").split(".")[0] for column in self.source_columns)
        return tuple(name for name in names if not name.startswith("@"))

    @property
    def content_columns(self) -> tuple[str, ...]:
        """Columns whose change is a change of the row: no load metadata, no refresh stamps."""
        return tuple(
            column.name
            for column in self.columns
            if not column.name.startswith("_") and column.name != "removed_at" and not column.is_volatile
        )

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where the contract has none."""
        return next(column for column in self.columns if column.name == name)

    def arrow_schema(self) -> pa.Schema:
        """The whole table as it lands, `_dlt_load_id` aside."""
        return pa.schema([pa.field(column.name, column.arrow_type) for column in self.columns])


def physical_arrow_type(physical_type: str) -> pa.DataType:
    """Arrow type of a contract's physicalType; ContractViolation for one that is not in use."""
    found = _DECIMAL.fullmatch(physical_type)
    if found:
        return pa.decimal128(int(found[1]), int(found[2]))
    if physical_type not in _PHYSICAL:
        raise ContractViolation(
            f"physicalType {physical_type!r} is not in use; expected one of {', '.join(_PHYSICAL)} or decimal(p,s)"
        )
    return _PHYSICAL[physical_type]


def parse_contract(path: Path) -> Contract:
    """The contract in one file.

    Errors: ContractViolation naming file and line for a forbidden name, an unknown type, a missing key or property.
    """
    text = path.read_text(encoding="utf-8")
    try:
        document = yaml.load(text, Loader=yaml.CSafeLoader)
        schema = document["schema"][0]
        _refuse_forbidden(schema["properties"], document["domain"], schema["name"], path, text)
        columns = tuple(_column(entry, path, text) for entry in schema["properties"])
        table_properties = _custom(schema)
        contract = Contract(
            vendor=document["domain"],
            table=schema["name"],
            version=document["version"],
            description=document["description"]["purpose"],
            columns=columns,
            read_mode=table_properties["readMode"],
            removal=table_properties["removal"],
            may_become_empty=table_properties["emptyAfterRows"] == "allowed",
            path=path,
        )
    except yaml.YAMLError as error:
        raise ContractViolation(f"{path}: is not YAML: {error}. Mend the file.") from error
    except (AttributeError, KeyError, IndexError, TypeError) as error:
        raise ContractViolation(
            f"{path}: lacks {error}; expected an ODCS v3 contract with one schema, its properties, readMode, removal "
            "and emptyAfterRows. Compare it with a neighbouring contract."
        ) from error
    _check(contract, text)
    return contract


@functools.cache
def raw_contract(vendor: str, table: str) -> Contract:
    """The contract of raw_<vendor>.<table>; ContractViolation where there is none."""
    path = RAW_FOLDER / vendor / f"{table}.odcs.yaml"
    if not path.is_file():
        raise ContractViolation(
            f"raw_{vendor}.{table} has no contract; expected {path.name} in data_contracts/raw/{vendor}"
        )
    return parse_contract(path)


def raw_contracts(folder: Path = RAW_FOLDER) -> tuple[Contract, ...]:
    """Every raw contract, by vendor and table."""
    return tuple(parse_contract(path) for path in sorted(folder.rglob("*.odcs.yaml")))


def line_of(text: str, needle: str) -> int:
    """Line number, from 1, of the first line that holds the needle; 1 where none does."""
    return next((number for number, line in enumerate(text.splitlines(), 1) if needle in line), 1)


def _column_line(text: str, name: str) -> int:
    """The line on which a column of the first schema says its name, however the file is laid out."""
    schema = _value(yaml.compose(text, Loader=yaml.CSafeLoader), "schema").value[0]
    named = [node for node in _name_nodes(_value(schema, "properties")) if node.value == name]
    # Of two columns of one name the later is the one too many.
    return named[-1].start_mark.line + 1


def _value(mapping: yaml.MappingNode, key: str) -> yaml.Node:
    return next(value for name, value in mapping.value if name.value == key)


def _name_nodes(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """Every value of a key `name` at or below a node, in the order of the file."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _name_nodes(item)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "name" and isinstance(value, yaml.ScalarNode):
                yield value
            yield from _name_nodes(value)


def _custom(entry: dict) -> dict:
    return {item["property"]: item["value"] for item in entry.get("customProperties", ())}


def _column(entry: dict, path: Path, text: str) -> Column:
    custom = _custom(entry)
    shape_text = custom.get("sourceType")
    try:
        physical_arrow_type(entry["physicalType"])
        shape = parse_shape(shape_text) if shape_text else None
    except (ShapeError, ContractViolation) as error:
        line = _column_line(text, entry["name"])
        raise ContractViolation(f"{path}:{line}: column {entry['name']}: {error}") from error
    return Column(
        name=entry["name"],
        physical_type=entry["physicalType"],
        logical_type=entry["logicalType"],
        required=entry["required"],
        key_position=entry.get("primaryKeyPosition"),
        classification=entry["classification"],
        description=entry["description"],
        source_field=custom.get("sourceField"),
        source_shape=shape,
        is_volatile=custom.get("volatile", False),
        max_length=_max_length(entry, path, text),
    )


def _max_length(entry: dict, path: Path, text: str) -> int:
    length = (entry.get("logicalTypeOptions") or {}).get("maxLength", DEFAULT_MAX_LENGTH)
    if type(length) is not int or not 0 < length <= DEFAULT_MAX_LENGTH:
        raise ContractViolation(
            f"{path}:{_column_line(text, entry['name'])}: column {entry['name']} has maxLength {length!r}; expected a "
            f"whole number from 1 to {DEFAULT_MAX_LENGTH}."
        )
    return length


def _refuse_forbidden(entries: Sequence[dict], vendor: str, table: str, path: Path, text: str) -> None:
    """Refuse content by name and by source before anything else about a column is judged, also in nested properties.

    Errors: ContractViolation naming file and line.
    """
    for entry in entries:
        name, custom = entry["name"], _custom(entry)
        if is_forbidden_column(name):
            raise ContractViolation(
                f"{path}:{_column_line(text, name)}: column {name} could hold message or event content, which no "
                "contract may list. Remove it."
            )
        field, shape_text = custom.get("sourceField"), custom.get("sourceType")
        try:
            shape = parse_shape(shape_text) if shape_text else None
        except ShapeError:
            shape = None  # told with the column's other mistakes
        for source in () if not field else shape.paths(field) if shape else (field,):
            part = forbidden_part(vendor, table, source)
            if part:
                raise ContractViolation(
                    f"{path}:{_column_line(text, name)}: column {name} reads {part}, which data_contracts/forbidden.py "
                    "forbids. Remove the column or the field from its sourceType."
                )
        _refuse_forbidden(entry.get("properties") or (), vendor, table, path, text)


def _check(contract: Contract, text: str) -> None:
    names = [column.name for column in contract.columns]
    for name in names:
        if names.count(name) > 1:
            raise ContractViolation(
                f"{contract.path}:{_column_line(text, name)}: column {name} is listed twice. Remove one of the two."
            )
    if contract.table != contract.path.name.removesuffix(".odcs.yaml") or contract.vendor != contract.path.parent.name:
        raise ContractViolation(
            f"{contract.path}: says raw_{contract.vendor}.{contract.table}; expected the names of file and folder"
        )
    if contract.read_mode not in READ_MODES or contract.removal not in REMOVALS or not contract.key:
        raise ContractViolation(
            f"{contract.path}: expected readMode of {READ_MODES}, removal of {REMOVALS} and at least one primary "
            "key column"
        )
