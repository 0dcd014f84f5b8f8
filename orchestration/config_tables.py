"""Settings and reviewed files → schema `config` of the warehouse, where the dbt models read them.

The tables are replaced as a whole in one transaction: they hold what the settings say now, never a mixture of two
readings. No secret is ever written: credentials are known here by id, label and expiry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import Any

import duckdb

from data_contracts.contract import raw_contracts
from orchestration.config_credentials import COLUMNS as CREDENTIAL_COLUMNS
from orchestration.config_credentials import ReadFacts, credential_rows
from orchestration.config_files import ConfigFiles
from orchestration.config_rows import ROW_CLASSES
from orchestration.settings_schema import Settings
from orchestration.settings_vendors import MicrosoftSettings

MAIL_TABLES = ("messages", "events")
# What only the partner, the MSP itself, has: its delegated relationships with customers.
PARTNER_TABLES = ("delegated_admin_relationships", "delegated_admin_customers")
TIER_NAMES = ("a", "b", "c", "d")

TABLES: dict[str, str] = {
    "customer_map": "namespace text, external_id text, customer_id text, decision text, decided_by text, "
    "decided_on date, note text",
    "product_map": "namespace text, code text, product_id text, units_per_item decimal(19,6), decision text, "
    "decided_by text, decided_on date, note text",
    "exceptions": "rule_or_kind text, customer_id text, tenant_id text, subject_id text, reason text, owner text, "
    "expires_on date",
    "agent_cost_rates": "agent_id text, valid_from date, valid_to date, hourly_cost decimal(19,6), currency_code text",
    "fx_rates": "rate_date date, from_currency text, to_currency text, rate decimal(19,9), source text",
    "break_glass": "tenant_id text, user_ref text, owner text, note text",
    "vendor_terms": "namespace text, code text, value text, decision text, decided_by text, decided_on date, note text",
    "tenants": "tenant_id text, configured_id text, customer_id text, is_msp boolean, cloud text, client_id text",
    "connections": "vendor text, connection_id text, kind text, is_configured boolean, base_currency text",
    "mailboxes": "tenant_id text, mailbox text, preview boolean",
    "msp": "name text, psa_customer_id text",
    "msp_domains": "domain text",
    "account_patterns": "kind text, pattern text",
    "credentials": CREDENTIAL_COLUMNS,
    "void_statuses": "status text",
    "tiers": "tier text, minimum_ratio decimal(9,6)",
    "expected_legs": "vendor text, connection_id text, tenant_id text, table_name text, stale_after_hours integer",
}


def write_config(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    files: ConfigFiles,
    resolved: Mapping[str, str],
    facts: ReadFacts,
) -> None:
    """Replace every table of schema `config`.

    `resolved` maps a configured tenant id to its GUID; a tenant that is missing there was never resolved and gets no
    row. `facts` reads what a certificate's file says about itself.
    """
    rows = _rows(settings, files, resolved, facts)
    connection.execute("begin")
    connection.execute("create schema if not exists config")
    for table, columns in TABLES.items():
        connection.execute(f"create or replace table config.{table} ({columns})")
        if rows[table]:
            marks = ", ".join("?" for _ in rows[table][0])
            connection.executemany(f"insert into config.{table} values ({marks})", rows[table])
    connection.execute("commit")


def _rows(
    settings: Settings,
    files: ConfigFiles,
    resolved: Mapping[str, str],
    facts: ReadFacts,
) -> dict[str, list[tuple[Any, ...]]]:
    profitability, posture = settings.profitability, settings.posture
    rows: dict[str, list[tuple[Any, ...]]] = {
        name: [astuple(row) for row in getattr(files, name)]
        for name in (row_class.file_name.removesuffix(".csv") for row_class in ROW_CLASSES)
    }
    rows["msp"] = [(settings.msp.name, settings.msp.psa_customer or None)]
    rows["msp_domains"] = [(domain,) for domain in settings.msp.domains]
    rows["account_patterns"] = [
        (kind, pattern)
        for kind, patterns in (
            ("service", posture.service_accounts),
            ("shared", posture.shared_mailboxes),
            ("room", posture.rooms),
        )
        for pattern in patterns
    ]
    rows["tiers"] = list(zip(TIER_NAMES, (*profitability.tiers, None), strict=True))
    rows["connections"] = _connections(settings)
    rows["void_statuses"] = [(status,) for status in getattr(settings.psa, "void_statuses", ())]
    rows["credentials"] = [astuple(row) for row in credential_rows(settings, facts)]
    rows["tenants"], rows["mailboxes"] = [], []
    if settings.microsoft is not None:
        rows["tenants"] = _tenants(settings.microsoft, resolved)
        rows["mailboxes"] = _mailboxes(settings.microsoft, resolved)
    rows["expected_legs"] = expected_legs(settings, resolved)
    return rows


def _connections(settings: Settings) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    if settings.microsoft is not None:
        rows.append(("microsoft", "microsoft", "microsoft", True, None))
    if settings.psa is not None:
        rows.append((settings.psa.vendor, settings.psa.connection_id, "psa", True, settings.psa.base_currency))
    rows.extend((item.vendor, item.connection_id, "distributor", True, None) for item in settings.distributors)
    return rows


def _tenants(microsoft: MicrosoftSettings, resolved: Mapping[str, str]) -> list[tuple[Any, ...]]:
    return [
        (
            resolved[tenant.tenant_id],
            tenant.tenant_id,
            tenant.customer or None,
            tenant.is_msp,
            microsoft.cloud,
            microsoft.credential_for(tenant).client_id,
        )
        for tenant in microsoft.tenants
        if tenant.tenant_id in resolved
    ]


def _mailboxes(microsoft: MicrosoftSettings, resolved: Mapping[str, str]) -> list[tuple[Any, ...]]:
    mailboxes = microsoft.mailboxes
    if mailboxes is None:
        return []
    tenant_id = resolved.get(mailboxes.tenant_id, mailboxes.tenant_id)
    return [(tenant_id, address, mailboxes.preview) for address in mailboxes.allow]


def expected_legs(settings: Settings, resolved: Mapping[str, str]) -> list[tuple[str, str, str, str, int]]:
    """Every leg that the settings ask for, with the hours after which it is stale.

    Shape: (vendor, connection_id, tenant_id, table_name, stale_after_hours). A tenant whose configured domain was never
    resolved stands under that domain.
    """
    freshness = settings.freshness
    tables: dict[str, list[str]] = {}
    for contract in raw_contracts():
        tables.setdefault(contract.vendor, []).append(contract.table)
    legs: list[tuple[str, str, str, str, int]] = []
    microsoft = settings.microsoft
    for tenant in microsoft.tenants if microsoft else ():
        tenant_id = resolved.get(tenant.tenant_id, tenant.tenant_id)
        legs.extend(
            ("microsoft", "microsoft", tenant_id, table, freshness.directory_hours)
            for table in tables["microsoft"]
            if table not in MAIL_TABLES and (tenant.is_msp or table not in PARTNER_TABLES)
        )
    if microsoft is not None and microsoft.mailboxes is not None:
        tenant_id = resolved.get(microsoft.mailboxes.tenant_id, microsoft.mailboxes.tenant_id)
        legs.extend(("microsoft", "microsoft", tenant_id, table, freshness.mail_hours) for table in MAIL_TABLES)
    sources: Sequence[Any] = [item for item in (settings.psa, *settings.distributors) if item is not None]
    for source in sources:
        legs.extend(
            (source.vendor, source.connection_id, "", table, freshness.money_hours)
            for table in tables.get(source.vendor, [])
        )
    return legs
