"""Settings and the run → the variables of the dbt project. Dates and thresholds are arguments there, never a clock."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from orchestration.settings_schema import Settings
from orchestration.settings_vendors import ConnectWiseSettings


def dbt_variables(
    settings: Settings, run_id: str, as_of: date, started_at: datetime, known_at: date | None = None
) -> Mapping[str, Any]:
    """Every variable that `transform/dbt_project.yml` declares; decimals as text so that no float touches them."""
    profitability, posture = settings.profitability, settings.posture
    cost = profitability.default_hourly_cost
    return {
        "as_of_date": as_of.isoformat(),
        "known_at_date": (known_at or as_of).isoformat(),
        "run_id": run_id,
        "run_started_at": started_at.astimezone(UTC).isoformat(),
        "is_as_of_today": as_of == started_at.astimezone(UTC).date(),
        "reporting_currency": settings.warehouse.reporting_currency,
        "default_hourly_cost": None if cost is None else str(cost),
        "minimum_margin_ratio": str(profitability.minimum_margin_ratio),
        "max_residual_ratio": str(profitability.max_residual_ratio),
        "max_uncosted_ratio": str(profitability.max_uncosted_ratio),
        "max_rate_age_days": profitability.max_rate_age_days,
        "leakage_observations": settings.leakage.observations,
        "inactive_days": settings.leakage.inactive_days,
        "stale_days": posture.stale_days,
        "coverage_target": str(posture.coverage_target_ratio),
        "coverage_drop": str(posture.coverage_drop_ratio),
        "coverage_drop_days": posture.coverage_drop_days,
        "global_admin_min": posture.global_admin_minimum,
        "global_admin_max": posture.global_admin_maximum,
        "connector_credential_days": posture.expiring_days[0],
        "credential_days": posture.credential_days,
        "new_privileged_days": posture.new_privileged_days,
        "break_glass_days": posture.break_glass_days,
        "guest_pending_days": posture.guest_pending_days,
        "secure_score_drop": str(posture.secure_score_drop_ratio),
        "secure_score_drop_days": posture.secure_score_drop_days,
        "posture_severities": dict(posture.severities),
        "psa_tenant_id_field": settings.psa.tenant_id_field if isinstance(settings.psa, ConnectWiseSettings) else "",
    }
