"""Compares published marts with the truth that the simulator's generator wrote: precision and recall per kind.

published DuckDB file + truth.json → `.bench/score.json`, a list of {"kind", "precision", "recall", "planted", "found"}.
A row counts as right only when its key and every compared column agree; differences are told by ids and column names.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.agreement import Query, Row, Score, Side, compare, exact
from bench.mart_scores import derived_scores
from bench.score_money import money_scores, word_scores

DIFFERENCES_SHOWN = 5
LEAKAGE_KINDS = (
    "uncontracted",
    "overbilled",
    "billed_after_cancel",
    "assigned_to_disabled",
    "shelfware",
    "unknown_source",
    "unmapped",
)
POSITION_COLUMNS = (
    "tenant_enabled_seats",
    "tenant_consumed_seats",
    "assigned_disabled_seats",
    "assigned_inactive_seats",
    "contracted_seats",
    "distributor_seats",
    "billed_seats",
    "reducible_seats",
    "committed_seats",
    "commitment_term",
    "term_end_date",
    "verdict",
    "verdict_reason",
)
SUBSCRIPTION_COLUMNS = (
    "customer_id",
    "status",
    "seats",
    "billing_term",
    "commitment_term",
    "term_end_date",
    "renews_on_date",
    "decide_by_date",
    "reducible_seats",
    "monthly_cost_amount",
)
POSTURE_RULES = (
    "mfa_user_not_capable",
    "mfa_user_exposed",
    "mfa_weak_methods_only",
    "mfa_privileged_not_capable",
    "mfa_privileged_not_phishing_resistant",
    "mfa_coverage_below_target",
    "mfa_coverage_dropped",
    "role_global_admin_too_few",
    "role_global_admin_too_many",
    "role_guest_privileged",
    "role_synced_privileged",
    "role_disabled_privileged",
    "role_service_principal_privileged",
    "role_permanent_where_pim",
    "role_new_privileged",
    "role_privileged_with_license",
    "ca_no_mfa_for_all",
    "ca_mfa_report_only",
    "ca_mfa_exclusions",
    "ca_legacy_auth_allowed",
    "ca_mfa_gap",
    "ca_dead_reference",
    "security_defaults_off_without_policy",
    "break_glass_missing",
    "break_glass_used",
    "break_glass_attempted",
    "account_stale",
    "guest_stale",
    "account_disabled_licensed",
    "credential_expiring",
    "credential_expired",
    "connector_credential_expiring",
    "secure_score_dropped",
)
DRIFT_KINDS = (
    "coverage_dropped",
    "privileged_added",
    "privileged_removed",
    "method_removed",
    "policy_disabled",
    "policy_weakened",
    "secure_score_dropped",
    "user_exposed",
)
# Rules with one row per tenant: passing again after a failure is its resolved row.
TENANT_RULES = (
    "mfa_coverage_below_target",
    "mfa_coverage_dropped",
    "role_global_admin_too_few",
    "role_global_admin_too_many",
    "ca_no_mfa_for_all",
    "ca_legacy_auth_allowed",
    "security_defaults_off_without_policy",
    "break_glass_missing",
    "secure_score_dropped",
)
# Our own connector's credential belongs to no tenant in particular.
TENANTLESS_RULE = "connector_credential_expiring"


class ScoreError(Exception):
    """The inputs cannot be compared; the message says what to do."""


def finding_id(kind: str, customer_id: str, subject: str) -> str:
    """The published id of a leak: the first 16 hex digits of the hash of its identity."""
    return hashlib.sha256(f"{kind}|{customer_id}|{subject}".encode()).hexdigest()[:16]


def leakage_scores(truth: Row, query: Query) -> list[Score]:
    """One score per kind of leak, compared by finding id."""
    planted_rows = [
        {**row, "finding_id": finding_id(row["kind"], row["customer_id"], _subject(row))} for row in truth["leakage"]
    ]
    found_rows = query("select * from marts.mart_license_leakage")
    kinds = list(LEAKAGE_KINDS) + sorted({row["kind"] for row in found_rows} - set(LEAKAGE_KINDS))
    return [
        compare(
            kind,
            Side.of((row for row in planted_rows if row["kind"] == kind), ("finding_id",)),
            Side.of((row for row in found_rows if row["kind"] == kind), ("finding_id",)),
            _leakage_columns,
        )
        for kind in kinds
    ]


def _subject(row: Row) -> str:
    return row["product_id"] or row["subscription_id"] or row["external"]


def _leakage_columns(row: Row) -> tuple[str, ...]:
    columns = ["customer_id", "status", "first_seen_date", "resolved_date"]
    if row["status"] != "resolved":
        columns += ["monthly_amount", "annual_amount", "recoverable", "recoverable_on_date"]
        columns += ["unit_amount", "paid_monthly_amount", "recoverable_now_seats", "recoverable_now_amount"]
        columns += ["recoverable_later_amount", "sunk_amount"]
        columns += ["seats"] if row["kind"] != "unmapped" else []
    if row["status"] == "open":
        columns.append("opened_date")
    return tuple(columns)


def position_score(truth: Row, query: Query) -> Score:
    """Seats of every side, what is committed, and the verdict; unmapped sources are findings and no positions."""
    found = query(
        "select * from marts.mart_license_position where is_current and customer_id <> 'unassigned' "
        "and verdict_reason is distinct from 'unmapped_product'"
    )
    return exact(
        "license_position", truth["license_positions"], found, ("customer_id", "product_id"), *POSITION_COLUMNS
    )


def subscription_score(truth: Row, query: Query) -> Score:
    """State, term, renewal and cost of every subscription; of living ones the tenant, of mapped ones the product."""

    def columns(row: Row) -> tuple[str, ...]:
        optional = (
            *(("tenant_id",) if row["status"] in ("active", "cancel_pending") else ()),
            *(("product_id",) if row["product_id"] else ()),
        )
        return (*SUBSCRIPTION_COLUMNS, *optional)

    found = query("select * from marts.mart_subscriptions")
    keys = ("subscription_key",)
    return compare("subscriptions", Side.of(truth["subscriptions"], keys), Side.of(found, keys), columns)


def mfa_score(truth: Row, query: Query) -> Score:
    """Population, verdict and reason of every user; who enforces, where the verdict rests on it."""

    def columns(row: Row) -> tuple[str, ...]:
        named = ("population", "verdict", "verdict_reason")
        return (*named, "enforced_by") if row["verdict_reason"] in ("enforced", "no_enforcement") else named

    keys = ("tenant_id", "user_id")
    found = query("select * from marts.mart_user_mfa")
    return compare("mfa_verdict", Side.of(truth["mfa"], keys), Side.of(found, keys), columns)


def gap_score(truth: Row, query: Query) -> Score:
    """What the policies leave out, whom it lets in, since when, and whether somebody accepted it."""
    return exact(
        "mfa_gaps",
        truth["mfa_gaps"],
        query("select * from marts.mart_mfa_gaps"),
        ("tenant_id", "gap_id"),
        "gap_kind",
        "gap_subject",
        "affected_user_count",
        "is_accepted",
        "first_seen_date",
    )


def posture_scores(truth: Row, query: Query) -> list[Score]:
    """One score per rule over unresolved rows, and over the state of tenants, which is one row resolved or not."""
    found = [
        row
        for row in query("select * from marts.mart_posture_findings")
        if row["resolved_date"] is None or row["rule_id"] in TENANT_RULES
    ]
    scores = []
    for rule in POSTURE_RULES:
        keys = ("subject_id", "status") if rule == TENANTLESS_RULE else ("tenant_id", "subject_id", "status")
        planted_rows = [row for row in truth["posture"] if row["rule_id"] == rule]
        found_rows = [row for row in found if row["rule_id"] == rule]
        if rule == TENANTLESS_RULE:
            # A tenant without our app has a not_applicable row of its own; the truth speaks of the connector only.
            judged = (row for row in found_rows if row["status"] != "not_applicable")
            found_rows = list({(row["subject_id"], row["status"]): row for row in judged}.values())
        scores.append(compare(rule, Side.of(planted_rows, keys), Side.of(found_rows, keys), lambda row: ()))
    return scores


def drift_scores(truth: Row, query: Query) -> list[Score]:
    """One score per kind of event, by tenant, day and subject."""
    found = query("select * from marts.mart_posture_drift")
    keys = ("tenant_id", "occurred_date", "subject_id")
    kinds = list(DRIFT_KINDS) + sorted({row["kind"] for row in found} - set(DRIFT_KINDS))
    return [
        compare(
            f"drift_{kind}",
            Side.of((row for row in truth["drift"] if row["kind"] == kind), keys),
            Side.of((row for row in found if row["kind"] == kind), keys),
            lambda row: (),
        )
        for kind in kinds
    ]


def all_scores(truth: Row, query: Query) -> list[Score]:
    """Every kind, leaks first."""
    privileged = ("tenant_id", "principal_id", "role_template_id", "directory_scope", "path", "via_group_id")
    return [
        *leakage_scores(truth, query),
        position_score(truth, query),
        subscription_score(truth, query),
        mfa_score(truth, query),
        gap_score(truth, query),
        exact(
            "privileged",
            truth["privileged"],
            query("select * from marts.mart_privileged_accounts"),
            privileged,
            "principal_type",
        ),
        *posture_scores(truth, query),
        *drift_scores(truth, query),
        exact(
            "mails",
            truth["mails"],
            query("select * from marts.mart_customer_mail"),
            ("customer_id", "mailbox", "message_id"),
            "match_rule",
        ),
        exact(
            "meetings",
            truth["meetings"],
            query("select * from marts.mart_customer_meetings"),
            ("customer_id", "mailbox", "event_id"),
            "match_rule",
            "is_private",
        ),
        *money_scores(truth, query),
        *derived_scores(truth, query),
        *word_scores(truth, query),
    ]


def score_file(published: Path, truth_path: Path) -> list[Score]:
    """Scores of a published file against a truth file.

    Errors: ScoreError where a file is missing or a mart is not in it.
    """
    import duckdb

    for path in (published, truth_path):
        if not path.is_file():
            raise ScoreError(
                f"score: {path} does not exist. Run `make demo`, which writes both files, then score again."
            )
    truth = json.loads(truth_path.read_text(encoding="utf-8"))

    def query(statement: str) -> list[dict[str, Any]]:
        cursor = connection.execute(statement)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    with duckdb.connect(str(published), read_only=True) as connection:
        try:
            return all_scores(truth, query)
        except (duckdb.CatalogException, KeyError) as error:
            raise ScoreError(
                f"score: {published} lacks a mart or a column that is compared ({str(error).splitlines()[0]}). "
                "Expected the tables of interface/marts.csv in schema marts; publish again with this version."
            ) from error


def table_text(scores: Iterable[Score]) -> str:
    """The scores as a table, below it the first differences of every imperfect kind."""
    lines = [f"{'kind':32}{'precision':>10}{'recall':>9}{'planted':>9}{'found':>8}"]
    details = []
    for score in scores:
        lines.append(f"{score.kind:32}{score.precision:10.4f}{score.recall:9.4f}{score.planted:9}{score.found:8}")
        if not score.is_perfect:
            details += [f"{score.kind}: {difference}" for difference in score.differences[:DIFFERENCES_SHOWN]]
            more = len(score.differences) - DIFFERENCES_SHOWN
            details += [f"{score.kind}: {more} more"] if more > 0 else []
    return "\n".join([*lines, *details])


def main(arguments: list[str] | None = None) -> int:
    """Prints the table, writes the JSON; 0 when every kind is perfect, 1 when not, 2 when nothing could be compared."""
    parser = argparse.ArgumentParser(description="Compare published marts with the simulator's truth.")
    parser.add_argument("--published", type=Path, required=True, help="published DuckDB file")
    parser.add_argument("--truth", type=Path, required=True, help="truth.json of the generated world")
    parser.add_argument("--out", type=Path, default=Path(".bench/score.json"), help="where the scores go")
    options = parser.parse_args(arguments)
    try:
        scores = score_file(options.published, options.truth)
    except ScoreError as error:
        print(error, file=sys.stderr)
        return 2
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps([score.as_record() for score in scores], indent=2) + "\n", encoding="utf-8")
    print(table_text(scores))
    return 0 if all(score.is_perfect for score in scores) else 1


if __name__ == "__main__":
    sys.exit(main())
