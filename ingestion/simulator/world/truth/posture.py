"""All posture rules: failing subjects, or the state of the tenant where none fails."""

from datetime import timedelta
from typing import Any

from ingestion.simulator.world.configuration import credentials
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.truth.credentials import expiry_rows
from ingestion.simulator.world.truth.findings import FAIL, PASS, row, whole
from ingestion.simulator.world.truth.observed import Observed
from ingestion.simulator.world.truth.posture_rights import right_rows
from ingestion.simulator.world.truth.posture_users import user_rows

CREDENTIAL_DAYS = 60


def posture_rows(plan: Plan, observed: list[Observed]) -> list[dict[str, Any]]:
    """Unresolved rows of every rule at the last observation; the connector's credential belongs to no tenant."""
    rows = [found for now in observed for found in _tenant_rows(now)]
    expires = plan.secret_expires_on <= observed[0].day + timedelta(days=CREDENTIAL_DAYS)
    connector = credentials(plan)["graph"]["client_id"]
    return [*rows, row("connector_credential_expiring", "", connector, FAIL if expires else PASS)]


def _tenant_rows(now: Observed) -> list[dict[str, Any]]:
    return [
        *user_rows(now),
        *right_rows(now),
        *expiry_rows(now.tenant, now.day),
        *whole("secure_score_dropped", now.tenant.id, now.has_lost_score),
    ]
