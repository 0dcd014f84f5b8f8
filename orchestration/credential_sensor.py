"""The Dagster sensor that tells of credentials about to expire: each once per warning day, as an event of its asset.

It reads the published copy, asks no vendor and starts no run.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from dagster import (
    AssetKey,
    AssetObservation,
    DefaultSensorStatus,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
)

from orchestration.credential_expiry import REMEDY, Expiring, expiring, own_credentials
from orchestration.errors import SettingsError
from orchestration.settings import load_settings

NAME = "credentials_expiring"
ASSET = AssetKey(["marts", "ops", "ops_credentials"])
SECONDS_BETWEEN = 6 * 3600


def credential_sensor() -> SensorDefinition:
    """The sensor; it runs as soon as Dagster's daemon does, for a warning that must be switched on warns nobody."""
    return SensorDefinition(
        name=NAME,
        evaluation_fn=evaluate,
        minimum_interval_seconds=SECONDS_BETWEEN,
        description="Tells of our own credentials that reach a warning day of [posture] expiring_days.",
        default_status=DefaultSensorStatus.RUNNING,
    )


def evaluate(context: SensorEvaluationContext) -> SensorResult | SkipReason:
    """One tick: an observation per credential that reached a limit that was not told yet; the cursor holds what was."""
    try:
        settings = load_settings(None)
    except SettingsError as error:
        return SkipReason(f"no settings to go by: {error}")
    limits = settings.posture.expiring_days
    found = expiring(own_credentials(settings.warehouse.published), today(), limits)
    if not found:
        return SensorResult(skip_reason=f"no known credential ends within {limits[0]} days", cursor="{}")
    told = json.loads(context.cursor or "{}")
    new = not_told(found, told)
    for item in new:
        context.log.warning("%s %s", item.text, REMEDY)
    cursor = json.dumps({item.credential.key: item.limit_days for item in found}, sort_keys=True)
    if not new:
        return SensorResult(skip_reason=f"{len(found)} credentials end soon, all told before", cursor=cursor)
    return SensorResult(asset_events=[_observation(item) for item in new], cursor=cursor)


def not_told(found: Sequence[Expiring], told: Mapping[str, int]) -> list[Expiring]:
    """Those that reached a nearer limit than the one they were told for."""
    return [item for item in found if item.limit_days < told.get(item.credential.key, item.limit_days + 1)]


def today() -> date:
    """The day that a tick goes by, UTC."""
    return datetime.now(UTC).date()


def _observation(item: Expiring) -> AssetObservation:
    return AssetObservation(
        asset_key=ASSET,
        description=item.text,
        metadata={
            "credential": item.credential.name,
            "expires_on": item.credential.expires_date.isoformat() if item.credential.expires_date else "",
            "days_left": item.days_left,
            "evidence": item.credential.evidence,
            "remedy": REMEDY,
        },
    )
