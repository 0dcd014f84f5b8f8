"""Findings and money of a finished file, for the end of a run."""

from pathlib import Path

import duckdb

from orchestration.report import FindingTotals

QUERY = """
    with

    leakage as (

        select
            count(*) filter (where status = 'open') as open_count,
            count(*) filter (where status = 'resolved' and resolved_date = latest.as_of_date) as resolved_count,
            coalesce(sum(monthly_amount) filter (where status = 'open' and side = 'revenue'), 0) as bill_for,
            coalesce(sum(recoverable_now_amount) filter (where status = 'open' and side = 'cost'), 0) as stop_now,
            coalesce(sum(recoverable_later_amount) filter (where status = 'open' and side = 'cost'), 0) as stop_later,
            coalesce(sum(sunk_amount) filter (where status = 'open' and side = 'cost'), 0) as sunk,
            coalesce(sum(monthly_amount) filter (where status = 'open' and side = 'cost'), 0) as paid_for_nothing,
            count(*) filter (where status = 'open' and side = 'revenue' and monthly_amount is null) as no_price_count,
            count(*) filter (where status = 'open' and side = 'cost' and monthly_amount is null) as no_cost_count
        from marts.mart_license_leakage
        cross join (select max(as_of_date) as as_of_date from marts.ops_load_status) as latest

    ),

    posture as (

        select
            count(*) filter (where status = 'fail' and not is_excepted) as open_count,
            count(*) filter (where resolved_date = latest.as_of_date) as resolved_count
        from marts.mart_posture_findings
        cross join (select max(as_of_date) as as_of_date from marts.ops_load_status) as latest

    )

    select
        leakage.open_count + posture.open_count,
        leakage.resolved_count + posture.resolved_count,
        cast(cast(leakage.bill_for as decimal(18, 2)) as text),
        cast(cast(leakage.stop_now as decimal(18, 2)) as text),
        cast(cast(leakage.stop_later as decimal(18, 2)) as text),
        cast(cast(leakage.sunk as decimal(18, 2)) as text),
        cast(cast(
            leakage.paid_for_nothing - leakage.stop_now - leakage.stop_later - leakage.sunk as decimal(18, 2)
        ) as text),
        leakage.no_price_count,
        leakage.no_cost_count
    from leakage
    cross join posture
"""


def finding_totals(file: Path, currency: str) -> FindingTotals:
    """Open and resolved findings, and the headline amounts per month in the reporting currency."""
    with duckdb.connect(str(file), read_only=True) as connection:
        row = connection.execute(QUERY).fetchall()[0]
    return FindingTotals(*row, currency=currency)
