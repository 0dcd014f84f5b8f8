"""The truth about a world: what a right warehouse holds, computed from the plan and never from our SQL."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.truth import (
    access,
    coverage,
    credentials,
    drift,
    identity,
    leakage,
    mailboxes,
    mfa_gaps,
    posture,
    privileges,
    profitability,
    seats,
    terms,
    vendor_words,
)
from ingestion.simulator.world.truth.observed import observe


def truth_of(plan: Plan, observation_dates: Sequence[date]) -> dict[str, Any]:
    """The content of `truth.json` as of the last observation date; amounts are text."""
    if not observation_dates or list(observation_dates) != sorted(observation_dates):
        raise ValueError("observation dates are needed in ascending order, at least one")
    as_of = observation_dates[-1]
    observed = observe(plan, observation_dates)
    money = profitability.Profitability(plan, tuple(observation_dates))
    return {
        "as_of": as_of.isoformat(),
        "profitability_monthly": money.monthly_rows(),
        "profitability_ttm": money.ttm_rows(),
        "document_totals": money.document_totals(),
        "leakage": leakage.leakage_rows(plan, tuple(observation_dates)),
        "license_positions": seats.position_rows(plan, as_of),
        "subscriptions": terms.subscription_rows(plan, as_of),
        "time_entries": vendor_words.time_entry_rows(plan, as_of),
        "open_words": vendor_words.open_word_rows(plan, as_of),
        "mfa": access.mfa_rows(plan, as_of),
        "mfa_gaps": mfa_gaps.gap_rows(plan, observation_dates),
        "privileged": privileges.privileged_rows(plan, as_of),
        "posture": posture.posture_rows(plan, observed),
        "drift": drift.drift_rows(observed),
        "coverage": coverage.coverage_rows(observed),
        "customers": identity.customer_rows(plan),
        "tenants": identity.tenant_rows(plan, as_of),
        "unlicensed_legs": identity.unlicensed_rows(plan, as_of),
        "credentials": credentials.credential_rows(plan),
        "mails": mailboxes.mail_rows(plan, as_of),
        "meetings": mailboxes.meeting_rows(plan, as_of),
    }
