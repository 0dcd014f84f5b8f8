"""What raw tables must hold, worked out from the world's own objects, and what they do hold.

Written without the product's projection: contract column + vendor object → value, by the plainest rules.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
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
    "role_assignment_schedule_instances": "roleAssignmentScheduleInstances",
    "role_eligibility_schedule_instances": "roleEligibilityScheduleInstances",
    "conditional_access_policies": "conditionalAccessPolicies",
    "authentication_methods_policy": "authenticationMethodsPolicy",
    "groups": "groups",
    "applications": "applications",
    "service_principals": "servicePrincipals",
    "named_locations": "namedLocations",
    "secure_scores": "secureScores",
    "secure_score_profiles": "secureScoreControlProfiles",
    "delegated_admin_relationships": "delegatedAdminRelationships",
    "delegated_admin_customers": "delegatedAdminCustomers",
    "sign_in_activity": "users",
    "mailbox_usage": "mailboxUsage",
}
PARTNER_TABLES = ("delegated_admin_relationships", "delegated_admin_customers")
# Every table of a tenant that is no partner, mail and calendar apart.
TABLES = tuple(table for table in COLLECTIONS if table not in PARTNER_TABLES) + (
    "license_assignments", "security_defaults", "group_members", "credentials",
)  # fmt: skip
# One of each way in which tables are read: for faults that do not ask which table they hit.
SOME_TABLES = (
    "users", "license_assignments", "groups", "domains", "subscribed_skus", "user_registration_details",
    "role_assignments", "applications", "secure_scores", "mailbox_usage",
)  # fmt: skip
P1_TABLES = ("user_registration_details", "sign_in_activity")
P2_TABLES = ("role_assignment_schedule_instances", "role_eligibility_schedule_instances")
_NEVER_YEARS = (1, 1601)
_DIRECTION_MARKS = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))


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
    collections = tenant.collections
    if table == "security_defaults":
        yield tenant.security_defaults, {}
    elif table == "license_assignments":
        for user in collections["users"]:
            for state in user.get("licenseAssignmentStates") or []:
                yield state, {"user_id": user["id"], "assigned_by_group": state["assignedByGroup"] or "direct"}
    elif table == "user_registration_details":
        blocked = {user["id"] for user in collections["users"] if user["accountEnabled"] is False}
        yield from ((row, {}) for row in collections[COLLECTIONS[table]] if row["id"] not in blocked)
    elif table == "group_members":
        for group in sorted(_groups_that_matter(tenant)):
            for member in _members(collections["groups"], group).values():
                yield member, {"group_id": group}
    elif table == "credentials":
        for collection, owner_kind in (("applications", "application"), ("servicePrincipals", "service_principal")):
            for owner in collections.get(collection, []):
                for name, kind in (("passwordCredentials", "secret"), ("keyCredentials", "certificate")):
                    around = {"owner_kind": owner_kind, "owner_id": owner["id"], "credential_kind": kind}
                    yield from ((key, around) for key in owner.get(name) or [])
    elif table == "mailbox_usage":
        for row in collections.get("mailboxUsage", []):
            yield row, {"user_principal_name": row["User Principal Name"].lower()}
    else:
        yield from ((row, {}) for row in collections.get(COLLECTIONS[table], []))


def _groups_that_matter(tenant: TenantSnapshot) -> set[str]:
    """Ids of the groups that hold a role, actively or eligibly, or that a policy names, as far as they exist."""
    collections = tenant.collections
    named = {
        row["principalId"]
        for table in ("role_assignments", *P2_TABLES)
        for row in collections.get(COLLECTIONS[table], [])
    }
    for policy in collections["conditionalAccessPolicies"]:
        named.update(policy["conditions"]["users"].get("includeGroups") or [])
        named.update(policy["conditions"]["users"].get("excludeGroups") or [])
    return named & {group["id"] for group in collections.get("groups", [])}


def _members(groups: list[Row], group_id: str) -> dict[str, Row]:
    """Members of a group by id: those of nested groups and these groups themselves, but never the group itself."""
    direct = {group["id"]: group.get("members") or [] for group in groups}
    found: dict[str, Row] = {}
    waiting = list(direct.get(group_id, []))
    while waiting:
        member = waiting.pop()
        if member["id"] not in found:
            found[member["id"]] = member
            waiting += direct.get(member["id"], [])
    found.pop(group_id, None)
    return found


def _content(contract: Contract) -> list[Column]:
    named = {"tenant_id", "is_removed", "removed_at"}
    return [column for column in contract.columns if column.name not in named and not column.name.startswith("_")]


def landed_text(value: str) -> str:
    """A text as it may land: line breaks and tabs are a space, other control and direction marks are gone."""
    one_line = re.sub("[\\t\\n\\v\\f\\r\\x85\\u2028\\u2029]+", " ", value)
    return "".join(
        letter
        for letter in one_line
        if unicodedata.category(letter) != "Cc"
        and unicodedata.bidirectional(letter) not in _DIRECTION_MARKS
        and letter not in "\u200e\u200f\u061c"
    )


def _value(column: Column, item: Row) -> Any:
    if column.source_field is None or column.source_shape is None:
        return None
    value: Any = item
    for name in _path(column.source_field, item):
        value = value.get(name.replace("\0", ".")) if isinstance(value, dict) else None
    if value is None:
        return None
    if value == "" and column.name.endswith("_date"):
        return None
    if column.physical_type == "timestamptz":
        return instant(value)
    if column.physical_type == "date":
        return date.fromisoformat(value)
    if column.physical_type == "boolean" and isinstance(value, str):
        return {"true": True, "false": False}[value.lower()]
    if column.physical_type == "json":
        return _cut(value, column.source_shape)
    if column.physical_type.startswith("decimal"):
        return Decimal(str(value)).quantize(Decimal(1).scaleb(-int(column.physical_type[:-1].split(",")[1])))
    return landed_text(value) if isinstance(value, str) else value


def _path(source_field: str, item: Row) -> list[str]:
    # `@odata.type` is one name, though it has a dot.
    return [source_field] if source_field in item else source_field.replace(".@odata.", ".@odata\0").split(".")


def _stored(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.physical_type == "timestamptz":
        return value.astimezone(UTC)
    if column.physical_type == "json" and column.source_shape is not None:
        return _cut(json.loads(value), column.source_shape)
    return value


def instant(text: str) -> datetime | None:
    """The instant of a vendor timestamp, cut to microseconds; None for the years that mean never."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    moment = datetime.fromisoformat(f"{whole}.{fraction[:6]:0<6}").replace(tzinfo=UTC)
    return None if moment.year in _NEVER_YEARS else moment


def _cut(value: Any, shape: Shape) -> Any:
    """The value as far as the contract's shape goes; a field without a value is left out."""
    if shape.item is not None and isinstance(value, list):
        return [_cut(item, shape.item) for item in value]
    if shape.kind == "struct" and isinstance(value, dict):
        cut = {name: _cut(value.get(name), inner) for name, inner in shape.fields}
        if any(inner.kind == "unlisted" for _, inner in shape.fields):
            rest = [item for name, item in value.items() if name not in dict(shape.fields) and "@" not in name]
            cut["unlisted"] = value.get("unlisted", any(item not in (None, "", [], {}) for item in rest))
        return {name: item for name, item in cut.items() if item is not None}
    return value


def _keys(rows: Iterable[Row], key: list[str]) -> list[tuple]:
    return [tuple(row[name] for name in key) for row in rows]
