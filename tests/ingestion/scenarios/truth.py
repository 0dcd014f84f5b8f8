"""What raw tables must hold, worked out from the world's own objects, and what they do hold.

Written without the product's projection: contract column + vendor object → value, by the plainest rules.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import duckdb

from data_contracts.contract import Column, Contract, raw_contract
from data_contracts.shape import Shape
from ingestion.simulator.world import TenantSnapshot

Row = dict[str, Any]

# Table → collection of the world that it is a copy of.
COLLECTIONS = {
    "organization": "organization",
    "domains": "domains",
    "users": "users",
    "subscribed_skus": "subscribedSkus",
    "directory_subscriptions": "directorySubscriptions",
    "user_registration_details": "userRegistrationDetails",
    "role_definitions": "roleDefinitions",
    "role_assignments": "roleAssignments",
    "conditional_access_policies": "conditionalAccessPolicies",
}
TABLES = (*COLLECTIONS, "license_assignments", "security_defaults")
_NEVER_YEARS = (1, 1601)


def true_rows(table: str, tenant: TenantSnapshot) -> list[Row]:
    """The rows of a raw table as the world has them: content columns by name."""
    contract = raw_contract("microsoft", table)
    return [
        {column.name: own.get(column.name, _value(column, item)) for column in _content(contract)}
        for item, own in _objects(table, tenant)
    ]


def stored_rows(connection: duckdb.DuckDBPyConnection, table: str, tenant_id: str) -> list[Row]:
    """The rows of one tenant that a raw table holds now."""
    contract = raw_contract("microsoft", table)
    columns = _content(contract)
    alive = " and not is_removed" if contract.removal == "mark" else ""
    names = ", ".join(f'"{column.name}"' for column in columns)
    found = connection.execute(f"select {names} from raw_microsoft.{table} where tenant_id = ?{alive}", [tenant_id])
    return [
        {column.name: _stored(column, value) for column, value in zip(columns, row, strict=True)}
        for row in found.fetchall()
    ]


def assert_equal(table: str, found: list[Row], expected: list[Row]) -> None:
    """Fail with what is lost, twice, invented or different; nothing may be."""
    key = [name for name in raw_contract("microsoft", table).key if name != "tenant_id"]
    found_keys, expected_keys = _keys(found, key), _keys(expected, key)
    assert len(set(expected_keys)) == len(expected_keys), f"{table}: the world itself has a key twice"
    assert sorted(set(expected_keys) - set(found_keys)) == [], f"{table}: lost"
    assert sorted(set(found_keys) - set(expected_keys)) == [], f"{table}: not in the world"
    assert len(found_keys) == len(expected_keys), f"{table}: rows come twice"
    by_key = dict(zip(found_keys, found, strict=True))
    for name, row in zip(expected_keys, expected, strict=True):
        assert by_key[name] == row, f"{table}: row {name}"


def _objects(table: str, tenant: TenantSnapshot) -> Iterator[tuple[Row, Row]]:
    """The vendor's objects of a table, each with the values that come from around it."""
    if table == "security_defaults":
        yield tenant.security_defaults, {}
    elif table == "license_assignments":
        for user in tenant.collections["users"]:
            for state in user.get("licenseAssignmentStates") or []:
                yield (
                    state,
                    {"user_id": user["id"], "assigned_by_group": state["assignedByGroup"] or "direct"},
                )
    elif table == "user_registration_details":
        blocked = {user["id"] for user in tenant.collections["users"] if user["accountEnabled"] is False}
        yield from ((row, {}) for row in tenant.collections[COLLECTIONS[table]] if row["id"] not in blocked)
    else:
        yield from ((row, {}) for row in tenant.collections[COLLECTIONS[table]])


def _content(contract: Contract) -> list[Column]:
    named = {"tenant_id", "is_removed", "removed_at"}
    return [column for column in contract.columns if column.name not in named and not column.name.startswith("_")]


def _value(column: Column, item: Row) -> Any:
    if column.source_field is None or column.source_shape is None:
        return None
    value: Any = item
    for name in _path(column.source_field):
        value = value.get(name) if isinstance(value, dict) else None
    if value is None:
        return None
    if column.physical_type == "timestamptz":
        return _instant(value)
    if column.physical_type == "json":
        return _cut(value, column.source_shape)
    if column.physical_type.startswith("decimal"):
        return Decimal(str(value)).quantize(Decimal(1).scaleb(-int(column.physical_type[:-1].split(",")[1])))
    return value


def _path(source_field: str) -> list[str]:
    # `@odata.type` is one name, though it has a dot.
    return source_field.replace("@odata.type", "@odata|type").replace(".", "\0").replace("|", ".").split("\0")


def _stored(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.physical_type == "timestamptz":
        return value.astimezone(UTC)
    if column.physical_type == "json" and column.source_shape is not None:
        return _cut(json.loads(value), column.source_shape)
    return value


def _instant(text: str) -> datetime | None:
    whole, _, fraction = text.rstrip("Z").partition(".")
    moment = datetime.fromisoformat(f"{whole}.{fraction[:6]:0<6}").replace(tzinfo=UTC)
    return None if moment.year in _NEVER_YEARS else moment


def _cut(value: Any, shape: Shape) -> Any:
    """The value as far as the contract's shape goes; a field without a value is left out."""
    if shape.item is not None and isinstance(value, list):
        return [_cut(item, shape.item) for item in value]
    if shape.kind == "struct" and isinstance(value, dict):
        cut = {name: _cut(value.get(name), inner) for name, inner in shape.fields}
        return {name: item for name, item in cut.items() if item is not None}
    return value


def _keys(rows: Iterable[Row], key: list[str]) -> list[tuple]:
    return [tuple(row[name] for name in key) for row in rows]
