"""Secure scores, newest first, and the controls that they are made of."""

from typing import Any

from ingestion.simulator.graph import properties
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.directory import plain
from ingestion.simulator.graph.filters import filtered

DEFAULT_PAGE_ROWS = 50
MAXIMUM_PAGE_ROWS = 1_000
OPTIONS = ("$select", "$top", "$skip", "$filter", "$count")


def scores(call: Call) -> dict[str, Any]:
    """`GET /security/secureScores`."""
    call.only(*OPTIONS)
    names = call.selected(properties.SECURE_SCORE, "microsoft.graph.secureScore")
    rows = filtered(call.rows("secureScores"), call.options.get("$filter"))
    rows = sorted(rows, key=lambda row: row["createdDateTime"], reverse=True)
    size = call.top(DEFAULT_PAGE_ROWS, MAXIMUM_PAGE_ROWS, refuse_above=False)
    return call.counted(call.page(rows, size, plain(names), "security/secureScores"), rows)


def profiles(call: Call) -> dict[str, Any]:
    """`GET /security/secureScoreControlProfiles`."""
    call.only(*OPTIONS)
    names = call.selected(properties.SCORE_PROFILE, "microsoft.graph.secureScoreControlProfile")
    rows = filtered(call.rows("secureScoreControlProfiles"), call.options.get("$filter"))
    size = call.top(DEFAULT_PAGE_ROWS, MAXIMUM_PAGE_ROWS, refuse_above=False)
    return call.counted(call.page(rows, size, plain(names), "security/secureScoreControlProfiles"), rows)
