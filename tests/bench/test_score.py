"""The scorer finds what is missing, wrong or too much, and says so by ids only."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from bench.agreement import Side, compare
from bench.score import (
    POSITION_COLUMNS,
    SUBSCRIPTION_COLUMNS,
    drift_scores,
    finding_id,
    leakage_scores,
    main,
    money_scores,
    position_score,
    posture_scores,
    subscription_score,
)

LEAK = {
    "kind": "uncontracted",
    "customer_id": "250",
    "product_id": "ms:a",
    "subscription_id": None,
    "external": None,
    "seats": 4,
    "monthly_amount": "105.6000",
    "annual_amount": "1267.2000",
    "unit_amount": "26.400000",
    "paid_monthly_amount": "74.8000",
    "recoverable_now_seats": None,
    "recoverable_now_amount": None,
    "recoverable_later_amount": None,
    "sunk_amount": None,
    "status": "open",
    "recoverable": "now",
    "recoverable_on_date": None,
    "first_seen_date": "2026-10-20",
    "opened_date": "2026-11-02",
    "resolved_date": None,
}
MONTH = {
    "customer_id": "250",
    "month": "2026-10-01",
    "is_closed": True,
    "revenue_amount": "100.0050",
    "license_cost_amount": "10.0000",
    "labor_cost_amount": "20.0000",
    "other_cost_amount": "0.0000",
    "invoiced_revenue_amount": "100.0000",
    "invoiced_cost_amount": "30.0000",
    "worked_hours": "4.0000",
    "billed_hours": "1.0000",
}


def published_leak(**changes: Any) -> dict[str, Any]:
    """The mart's row of the planted leak."""
    row: dict[str, Any] = {
        **LEAK,
        "finding_id": finding_id("uncontracted", "250", "ms:a"),
        "monthly_amount": Decimal("105.6000"),
        "annual_amount": Decimal("1267.2000"),
        "unit_amount": Decimal("26.400000"),
        "paid_monthly_amount": Decimal("74.8000"),
        "first_seen_date": date(2026, 10, 20),
        "opened_date": date(2026, 11, 2),
    }
    return {**row, **changes}


def uncontracted_score(*found: dict[str, Any]) -> Any:
    """The score of the one planted leak against the mart's rows."""
    return leakage_scores({"leakage": [LEAK]}, lambda statement: list(found))[0]


def test_leakage_equal_rows_score_one() -> None:
    score = uncontracted_score(published_leak())

    assert (score.precision, score.recall, score.is_perfect) == (1.0, 1.0, True)


def test_leakage_amount_off_by_a_cent_counts_as_wrong() -> None:
    score = uncontracted_score(published_leak(monthly_amount=Decimal("105.6100")))

    assert (score.precision, score.recall) == (0.0, 0.0)
    assert score.differences == (f"differs {finding_id('uncontracted', '250', 'ms:a')}: monthly_amount",)


def test_leakage_null_amount_where_money_is_planted_counts_as_wrong() -> None:
    assert uncontracted_score(published_leak(annual_amount=None)).recall == 0.0


def test_leakage_recoverable_seats_that_differ_count_as_wrong() -> None:
    assert uncontracted_score(published_leak(recoverable_now_seats=2)).recall == 0.0


def test_position_of_another_verdict_counts_as_wrong() -> None:
    position: dict[str, Any] = {column: None for column in POSITION_COLUMNS}
    planted = {**position, "customer_id": "250", "product_id": "ms:a", "verdict": "match"}
    truth = {"license_positions": [planted]}

    assert position_score(truth, lambda statement: [planted]).is_perfect
    assert position_score(truth, lambda statement: [{**planted, "verdict": "mismatch"}]).recall == 0.0
    assert position_score(truth, lambda statement: [{**planted, "tenant_enabled_seats": 0}]).recall == 0.0


def test_subscription_is_compared_by_product_and_tenant_only_where_they_are_known() -> None:
    columns: dict[str, Any] = {column: None for column in SUBSCRIPTION_COLUMNS}
    planted = {**columns, "subscription_key": "pax8:s", "status": "active", "product_id": "ms:a", "tenant_id": "t"}
    truth = {"subscriptions": [planted]}

    assert subscription_score(truth, lambda statement: [planted]).is_perfect
    assert subscription_score(truth, lambda statement: [{**planted, "tenant_id": None}]).recall == 0.0
    unmapped = {"subscriptions": [{**planted, "product_id": None, "status": "cancelled"}]}
    found = {**planted, "status": "cancelled", "product_id": "pax8:x", "tenant_id": None}
    assert subscription_score(unmapped, lambda statement: [found]).is_perfect


def test_leakage_finding_that_was_not_planted_lowers_precision_only() -> None:
    score = uncontracted_score(published_leak(), published_leak(finding_id="0000000000000000"))

    assert (score.precision, score.recall) == (0.5, 1.0)


def test_leakage_kind_beyond_the_listed_ones_is_scored_too() -> None:
    scores = leakage_scores({"leakage": []}, lambda statement: [published_leak(kind="below_margin")])

    assert [(score.kind, score.precision) for score in scores if not score.is_perfect] == [("below_margin", 0.0)]


def test_compare_key_twice_is_not_perfect() -> None:
    row = {"id": "x"}
    score = compare("any", Side.of([row], ("id",)), Side.of([row, row], ("id",)), lambda planted: ())

    assert (score.precision, score.recall, score.is_perfect) == (0.5, 1.0, False)


@pytest.mark.parametrize(("amount", "is_right"), [("100.0050", True), ("100.0049", False), ("100.0051", False)])
def test_money_month_agrees_to_the_last_digit(amount: str, is_right: bool) -> None:
    found = {
        column: Decimal(value) if column.endswith(("amount", "hours")) else value for column, value in MONTH.items()
    }
    found |= {"month": date(2026, 10, 1), "revenue_amount": Decimal(amount)}
    truth = {"profitability_monthly": [MONTH], "profitability_ttm": []}

    score = money_scores(truth, lambda statement: [found] if "monthly" in statement else [])[0]

    assert score.is_perfect is is_right


def test_posture_connector_credential_ignores_the_tenant() -> None:
    truth = {
        "posture": [
            {"rule_id": "connector_credential_expiring", "tenant_id": "", "subject_id": "app", "status": "fail"}
        ]
    }
    found = [{**truth["posture"][0], "tenant_id": tenant, "resolved_date": None} for tenant in ("t1", "t2")]

    assert all(score.is_perfect for score in posture_scores(truth, lambda statement: found))


def test_posture_wrong_status_is_missing_and_too_much() -> None:
    row = {"rule_id": "ca_no_mfa_for_all", "tenant_id": "t", "subject_id": "t", "status": "fail"}
    scores = posture_scores({"posture": [row]}, lambda statement: [{**row, "status": "pass", "resolved_date": None}])

    assert next(score for score in scores if score.kind == "ca_no_mfa_for_all").differences == (
        "missing t/t/fail",
        "not planted t/t/pass",
    )


@pytest.mark.parametrize(("rule", "is_right"), [("secure_score_dropped", True), ("role_guest_privileged", False)])
def test_posture_resolved_row_is_the_state_of_a_tenant_and_no_subject(rule: str, is_right: bool) -> None:
    row = {"rule_id": rule, "tenant_id": "t", "subject_id": "t", "status": "pass"}
    found = {**row, "resolved_date": date(2026, 11, 2)}
    scores = posture_scores({"posture": [row]}, lambda statement: [found])

    assert next(score for score in scores if score.kind == rule).is_perfect is is_right


def test_drift_on_another_day_is_missing_and_too_much() -> None:
    event = {"tenant_id": "t", "occurred_date": "2026-11-02", "kind": "policy_disabled", "subject_id": "p"}
    found = {**event, "occurred_date": date(2026, 11, 8)}
    scores = {score.kind: score for score in drift_scores({"drift": [event]}, lambda statement: [found])}

    assert scores["drift_policy_disabled"].differences == ("missing t/2026-11-02/p", "not planted t/2026-11-08/p")
    assert scores["drift_user_exposed"].is_perfect


def write_published(path: Path, mails: int) -> None:
    """A published file with empty marts but for mails."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.mart_license_leakage (kind varchar, finding_id varchar)")
        connection.execute(
            "create table marts.mart_license_position "
            "(customer_id varchar, product_id varchar, is_current boolean, verdict_reason varchar)"
        )
        connection.execute("create table marts.mart_subscriptions (subscription_key varchar)")
        connection.execute("create table marts.mart_user_mfa (tenant_id varchar, user_id varchar)")
        connection.execute("create table marts.mart_mfa_gaps (tenant_id varchar, gap_id varchar)")
        connection.execute(
            "create table marts.mart_privileged_accounts (tenant_id varchar, principal_id varchar, "
            "role_template_id varchar, directory_scope varchar, path varchar, via_group_id varchar)"
        )
        connection.execute("create table marts.mart_posture_findings (rule_id varchar, resolved_date date)")
        connection.execute(
            "create table marts.mart_posture_drift "
            "(tenant_id varchar, occurred_date date, kind varchar, subject_id varchar)"
        )
        connection.execute(
            "create table marts.mart_customer_mail as select '250' as customer_id, 'a@b.example' as mailbox, "
            f"'m' || i as message_id, 'domain' as match_rule, 'secret subject' as subject from range({mails}) as t (i)"
        )
        connection.execute(
            "create table marts.mart_customer_meetings (customer_id varchar, mailbox varchar, event_id varchar)"
        )
        connection.execute(
            "create table marts.mart_customer_profitability_monthly "
            "(customer_id varchar, month date, is_closed boolean)"
        )
        connection.execute(
            "create table marts.mart_customer_profitability_ttm "
            "(customer_id varchar, closing_month date, month_count int)"
        )
        connection.execute("create table marts.mart_mfa_coverage_daily (tenant_id varchar, coverage_date date)")
        connection.execute("create table marts.dim_tenants (tenant_id varchar)")
        connection.execute("create table marts.dim_customers (customer_id varchar)")
        connection.execute(
            "create table marts.ops_freshness (tenant_id varchar, table_name varchar, last_status varchar)"
        )
        connection.execute("create table marts.fct_revenue_lines as select 0.0000 as reporting_amount")
        connection.execute(
            "create table marts.fct_cost_lines as "
            "select 'psa' as cost_source, false as is_provisional, 0.0000 as reporting_amount"
        )
        connection.execute(
            "create table marts.fct_recognition (side varchar, is_superseded boolean, reporting_amount decimal(18, 4))"
        )
        connection.execute("create table marts.fct_time_entries (time_entry_id varchar)")
        connection.execute("create table marts.ops_mapping_review (namespace varchar, external_id varchar)")


def write_truth(path: Path, mails: int) -> None:
    """A truth file that knows only mails."""
    names = (
        "leakage",
        "license_positions",
        "subscriptions",
        "mfa",
        "mfa_gaps",
        "privileged",
        "posture",
        "drift",
        "meetings",
        "profitability_monthly",
        "profitability_ttm",
        "coverage",
        "tenants",
        "customers",
        "unlicensed_legs",
        "time_entries",
        "open_words",
    )
    truth: dict[str, Any] = {name: [] for name in names}
    truth["document_totals"] = {"revenue_amount": "0.0000", "psa_product_superseded_amount": "0", "fx_missing_count": 0}
    truth["mails"] = [
        {"customer_id": "250", "mailbox": "a@b.example", "message_id": f"m{number}", "match_rule": "domain"}
        for number in range(mails)
    ]
    path.write_text(json.dumps(truth))


def run(folder: Path, published_mails: int, planted_mails: int) -> int:
    """The command's exit code on two small files."""
    write_published(folder / "published.duckdb", published_mails)
    write_truth(folder / "truth.json", planted_mails)
    return main(
        [
            "--published",
            str(folder / "published.duckdb"),
            "--truth",
            str(folder / "truth.json"),
            "--out",
            str(folder / "out" / "score.json"),
        ]
    )


def test_command_equal_files_writes_scores_and_exits_0(tmp_path: Path) -> None:
    assert run(tmp_path, 3, 3) == 0

    records = json.loads((tmp_path / "out" / "score.json").read_text())
    assert {"kind": "mails", "precision": 1.0, "recall": 1.0, "planted": 3, "found": 3} in records


def test_command_missing_mail_exits_1_and_prints_ids_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, 3, 4) == 1

    printed = capsys.readouterr().out
    assert "mails: missing 250/m3" in printed
    assert "secret subject" not in printed


def test_command_missing_file_exits_2_and_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--published", str(tmp_path / "no.duckdb"), "--truth", str(tmp_path / "no.json")])

    assert code == 2
    assert "make demo" in capsys.readouterr().err
