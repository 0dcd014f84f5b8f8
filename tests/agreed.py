"""The agreed marts of docs/interface/marts.csv, without what is agreed and not built yet."""

import collections
import csv
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Agreed and not built yet: whole tables, and columns of tables that exist. Each leaves this list with the model that
# brings it.
LATER = {
    "dim_agents",
    "dim_agreements",
    "dim_dates",
    "dim_fx_rates",
    "fct_invoices",
    "mart_actions",
    "mart_agreement_months",
    "mart_changes",
    "mart_control_days",
    "mart_control_evidence",
    "mart_leakage_daily",
    "mart_license_holders",
    "mart_margin_bridge",
    "mart_restatements",
    "mart_secure_score_daily",
    "ops_publication",
    "ops_runs",
}
LATER_COLUMNS = {
    "mart_customer_overview": {"action_count"},
    "mart_mfa_coverage_daily": {"days_since_previous"},
    "mart_posture_findings": {"severity_rank"},
}


def agreed_tables() -> dict[str, list[dict[str, str]]]:
    """Rows of docs/interface/marts.csv by table, without LATER and LATER_COLUMNS."""
    tables: dict[str, list[dict[str, str]]] = collections.defaultdict(list)
    with open(ROOT / "docs" / "interface" / "marts.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["table"] not in LATER and row["column"] not in LATER_COLUMNS.get(row["table"], ()):
                tables[row["table"]].append(row)
    return tables
