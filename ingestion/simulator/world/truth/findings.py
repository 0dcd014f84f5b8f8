"""The shape of a posture row, and the states that a rule can have."""

from collections.abc import Iterable
from typing import Any

PASS, FAIL, NOT_CHECKED, NOT_APPLICABLE = "pass", "fail", "not_checked", "not_applicable"


def row(rule: str, tenant_id: str, subject: str, status: str) -> dict[str, Any]:
    """One row of a rule."""
    return {"rule_id": rule, "tenant_id": tenant_id, "subject_id": subject, "status": status}


def subjects(rule: str, tenant_id: str, failing: Iterable[str], otherwise: str = PASS) -> list[dict[str, Any]]:
    """A row per failing subject, or the tenant's one row where none fails."""
    rows = [row(rule, tenant_id, subject, FAIL) for subject in dict.fromkeys(failing)]
    return rows or [row(rule, tenant_id, tenant_id, otherwise)]


def whole(rule: str, tenant_id: str, fails: bool | None) -> list[dict[str, Any]]:
    """The tenant's one row; None means that nothing could be judged."""
    return [row(rule, tenant_id, tenant_id, NOT_CHECKED if fails is None else FAIL if fails else PASS)]
