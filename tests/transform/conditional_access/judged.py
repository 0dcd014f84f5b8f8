"""Conditional Access models on tenants given as Graph answers: what they say of each person and of each tenant.

A tenant is what Graph and the load would have left: policies and places as records (projected by their contracts), the
users with their groups, roles and methods, and the state of each leg. The models run by dbt, in a file of their own.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from data_contracts.contract import raw_contract
from ingestion.projection.page import project
from orchestration import dbt_runner

DAY = "2026-11-08"
MODELS = (
    "int_conditional_access_lists_unnested",
    "int_conditional_access_grants_classified",
    "int_conditional_access_policies_classified",
    "int_conditional_access_users_listed",
    "int_conditional_access_users_named",
    "int_conditional_access_outsiders_named",
    "int_conditional_access_scopes_assigned",
    "int_conditional_access_scopes_reached",
    "int_conditional_access_items_covered",
    "int_conditional_access_items_classed",
    "int_conditional_access_cells_covered",
    "int_conditional_access_cells_judged",
    "int_conditional_access_references_checked",
    "int_tenant_mfa_policies_aggregated",
    "int_mfa_enforcement_aggregated_to_user",
    "int_mfa_legs_joined_to_user",
    "int_mfa_verdicts_decided",
    "int_mfa_gap_shares_classified",
    "int_mfa_gaps_explained",
    "int_mfa_gaps_aggregated_to_tenant",
    "int_mfa_gaps_named",
)
# What the models read, as the models before them leave it.
INPUTS = {
    "hist.hist_microsoft__conditional_access_policies": "tenant_id varchar, policy_id varchar, policy_name varchar, "
    "policy_state varchar, conditions json, grant_controls json, valid_from_date date, valid_to_date date",
    "hist.hist_microsoft__named_locations": "tenant_id varchar, location_id varchar, location_name varchar, "
    "is_trusted boolean, valid_from_date date, valid_to_date date",
    "hist.hist_microsoft__security_defaults": "tenant_id varchar, is_enabled boolean, valid_from_date date, "
    "valid_to_date date",
    "hist.hist_microsoft__users": "tenant_id varchar, user_id varchar, user_principal_name varchar, "
    "valid_from_date date, valid_to_date date",
    "intermediate.int_users_classified": "tenant_id varchar, user_id varchar, user_principal_name varchar, "
    "display_name varchar, population varchar, external_type varchar, is_account_enabled boolean",
    "intermediate.int_group_members_classified": "tenant_id varchar, group_id varchar, member_id varchar, "
    "principal_type varchar, unknown_reason varchar",
    "intermediate.int_role_assignments_classified": "tenant_id varchar, principal_id varchar, "
    "role_template_id varchar, directory_scope varchar, principal_type varchar, unknown_reason varchar, "
    "is_active boolean, is_privileged boolean",
    "intermediate.int_mfa_methods_aggregated_to_user": "tenant_id varchar, user_id varchar, methods json, "
    "is_mfa_registered boolean, is_mfa_capable boolean, has_phishing_resistant_method boolean, "
    "has_only_weak_methods boolean, has_external_method boolean",
    "intermediate.int_tenant_legs_pivoted": "tenant_id varchar, users_state varchar, registration_state varchar, "
    "policies_state varchar, locations_state varchar, security_defaults_state varchar, roles_state varchar, "
    "group_list_state varchar, group_members_state varchar, has_never_had_p1 boolean, users_good_at timestamptz, "
    "registration_good_at timestamptz, policies_good_at timestamptz, security_defaults_good_at timestamptz, "
    "roles_good_at timestamptz, group_members_good_at timestamptz",
    "intermediate.int_license_exceptions": "customer_id varchar, tenant_id varchar, subject_id varchar, "
    "rule_or_kind varchar",
    "staging.stg_microsoft__groups": "tenant_id varchar, group_id varchar, group_name varchar, is_removed boolean",
    "staging.stg_microsoft__role_definitions": "tenant_id varchar, role_template_id varchar, role_name varchar, "
    "is_removed boolean",
    "staging.stg_microsoft__service_principals": "tenant_id varchar, app_id varchar, service_principal_name varchar, "
    "is_removed boolean",
    "marts.dim_tenants": "tenant_id varchar, customer_id varchar",
}
LEGS = ("users", "registration", "policies", "locations", "security_defaults", "roles", "group_list", "group_members")


@dataclass
class User:
    """A user as the directory, the registration report and the usage report show one; None = not in the report."""

    id: str
    population: str = "member"
    outsider: str | None = None
    groups: Sequence[str] = ()
    roles: Sequence[str] = ()
    is_capable: bool | None = True
    has_external_method: bool = False


@dataclass
class Tenant:
    """One tenant on one day. states: the legs that are not fresh, by name."""

    id: str
    policies: Sequence[Mapping[str, Any]]
    users: Sequence[User]
    places: Sequence[Mapping[str, Any]] = ()
    has_security_defaults: bool = False
    has_never_had_p1: bool = False
    states: Mapping[str, str] = field(default_factory=dict)
    accepted_gap_ids: Sequence[str] = ()


@dataclass(frozen=True)
class Judged:
    """Rows by (tenant, user): verdict, reason and enforced_by; and by tenant: (kind, subject, is_accepted)."""

    verdicts: dict[tuple[str, str], tuple[str, str, str]]
    gaps: dict[str, set[tuple[str, str, bool]]]


def judge(folder: Path, tenants: Sequence[Tenant]) -> Judged:
    """Run the models over all tenants at once."""
    warehouse = folder / "tenantry.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        for table, columns in INPUTS.items():
            connection.execute(f"create schema if not exists {table.split('.')[0]}")
            connection.execute(f"create table {table} ({columns})")
        for table, rows in _rows(tenants).items():
            _insert(connection, table, rows)
        _insert_policies(connection, tenants)
        _insert_places(connection, tenants)
    _run(warehouse, folder)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        verdicts = connection.execute(
            "select tenant_id, user_id, verdict, verdict_reason, enforced_by from intermediate.int_mfa_verdicts_decided"
        ).fetchall()
        gaps = connection.execute(
            "select tenant_id, gap_kind, gap_subject, is_accepted from intermediate.int_mfa_gaps_named"
        ).fetchall()
    found: dict[str, set[tuple[str, str, bool]]] = {tenant.id: set() for tenant in tenants}
    for tenant_id, kind, subject, is_accepted in gaps:
        found[tenant_id].add((kind, subject, is_accepted))
    return Judged({(row[0], row[1]): row[2:] for row in verdicts}, found)


def _run(warehouse: Path, folder: Path) -> None:
    from dbt.cli.main import dbtRunner

    dbt_runner.write_profile(warehouse, folder, threads=2)
    manifest = dbt_runner.parse(warehouse.stem)
    try:
        outcome = dbtRunner(manifest=manifest).invoke(
            [
                "run", "--project-dir", str(dbt_runner.PROJECT_FOLDER), "--profiles-dir", str(folder),
                "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"), "--quiet",
                "--no-version-check", "--vars", json.dumps({"as_of_date": DAY}), "--select", *MODELS,
            ]
        )  # fmt: skip
    finally:
        dbt_runner.close_connections()
    assert outcome.success, [str(result.message) for result in outcome.result or () if str(result.status) != "success"]


def _rows(tenants: Sequence[Tenant]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in INPUTS}
    for tenant in tenants:
        here = {"tenant_id": tenant.id}
        states = {f"{name}_state": tenant.states.get(name, "fresh") for name in LEGS}
        rows["intermediate.int_tenant_legs_pivoted"].append(
            {**here, **states, "has_never_had_p1": tenant.has_never_had_p1}
        )
        rows["marts.dim_tenants"].append({**here, "customer_id": "250"})
        rows["hist.hist_microsoft__security_defaults"].append(
            {**here, "is_enabled": tenant.has_security_defaults, "valid_from_date": DAY}
        )
        for gap_id in tenant.accepted_gap_ids:
            rows["intermediate.int_license_exceptions"].append(
                {**here, "customer_id": "*", "subject_id": gap_id, "rule_or_kind": "mfa_gap"}
            )
        for user in tenant.users:
            _add_user(rows, here, user)
    return rows


def _add_user(rows: dict[str, list[dict[str, Any]]], here: dict[str, str], user: User) -> None:
    name = {**here, "user_id": user.id}
    known = {**name, "user_principal_name": f"{user.id}@a.example"}
    rows["hist.hist_microsoft__users"].append({**known, "valid_from_date": DAY})
    rows["intermediate.int_users_classified"].append(
        {
            **known,
            "display_name": user.id,
            "population": user.population,
            "external_type": user.outsider,
            "is_account_enabled": user.population != "disabled",
        }
    )
    for group in user.groups:
        rows["intermediate.int_group_members_classified"].append(
            {**here, "group_id": group, "member_id": user.id, "principal_type": "user"}
        )
    for role in user.roles:
        rows["intermediate.int_role_assignments_classified"].append(
            {
                **here,
                "principal_id": user.id,
                "role_template_id": role,
                "directory_scope": "/",
                "principal_type": "user",
                "is_active": True,
                "is_privileged": True,
            }
        )
    if user.is_capable is not None:
        rows["intermediate.int_mfa_methods_aggregated_to_user"].append(
            {
                **name,
                "methods": "[]",
                "is_mfa_registered": user.is_capable,
                "is_mfa_capable": user.is_capable,
                "has_phishing_resistant_method": False,
                "has_only_weak_methods": False,
                "has_external_method": user.has_external_method,
            }
        )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        names = list(rows[0])
        given = pa.table({name: [row[name] for row in rows] for name in names})  # noqa: F841 read by DuckDB by its name
        connection.execute(f"insert into {table} by name select * from given")


def _insert_policies(connection: duckdb.DuckDBPyConnection, tenants: Sequence[Tenant]) -> None:
    given = _projected("conditional_access_policies", ((tenant.id, tenant.policies) for tenant in tenants))  # noqa: F841
    connection.execute(
        "insert into hist.hist_microsoft__conditional_access_policies by name select owner as tenant_id, "
        f"id as policy_id, display_name as policy_name, state as policy_state, conditions, grant_controls, "
        f"date '{DAY}' as valid_from_date from given"
    )


def _insert_places(connection: duckdb.DuckDBPyConnection, tenants: Sequence[Tenant]) -> None:
    given = _projected("named_locations", ((tenant.id, tenant.places) for tenant in tenants))  # noqa: F841
    connection.execute(
        "insert into hist.hist_microsoft__named_locations by name select owner as tenant_id, id as location_id, "
        f"display_name as location_name, is_trusted, date '{DAY}' as valid_from_date from given"
    )


def _projected(table: str, owned: Iterable[tuple[str, Sequence[Mapping[str, Any]]]]) -> pa.Table:
    """The records as their contract lets them land, with the tenant that each belongs to."""
    contract = raw_contract("microsoft", table)
    owners, records = [], []
    for owner, rows in owned:
        owners += [owner] * len(rows)
        records += rows
    page = json.dumps({"value": records}).encode()
    landed = project(page, contract, where=table).table
    return landed.append_column("owner", pa.array(owners, pa.string()))
