"""When the secrets and certificates of applications end: the latest of a kind may end soon, any may have ended."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from ingestion.simulator.world.applications import CERTIFICATE, SECRET, Application, Credential
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.tenants import Tenant
from ingestion.simulator.world.truth.findings import NOT_APPLICABLE, PASS, subjects

EXPIRING_DAYS = 30


def latest_ends(app: Application) -> dict[tuple[str, str], date]:
    """The latest end by owner (application, service_principal) and kind; older keys are superseded.

    A signing certificate is several rows with one thumbprint: the password among them is no secret of its own.
    """
    ends: dict[tuple[str, str], date] = {}
    for owner, row in _own_credentials(app):
        ends[owner, row.kind] = max(row.ends, ends.get((owner, row.kind), row.ends))
    return ends


def has_expired(app: Application, day: date) -> bool:
    """Whether any secret or certificate that is still on it has ended, newer ones beside it or not."""
    return any(row.ends < day for _, row in _own_credentials(app))


def _own_credentials(app: Application) -> Iterator[tuple[str, Credential]]:
    if not app.is_judged:
        return
    for owner, credentials in (("application", app.credentials), ("service_principal", app.principal_credentials)):
        for row in credentials:
            if not _is_signing_half(row, credentials):
                yield owner, row


def _is_signing_half(row: Credential, credentials: list[Credential]) -> bool:
    thumbprints = {other.thumbprint for other in credentials if other.kind == CERTIFICATE and other.thumbprint}
    return row.kind == SECRET and row.thumbprint in thumbprints


def credential_rows(plan: Plan) -> list[dict[str, Any]]:
    """The latest end of every application, by tenant, owner and kind."""
    return [
        {
            "tenant_id": tenant.id,
            "app_id": app.app_id,
            "owner_kind": owner,
            "credential_kind": kind,
            "expires_date": ends.isoformat(),
        }
        for tenant in plan.tenants
        for app in tenant.applications
        for (owner, kind), ends in latest_ends(app).items()
    ]


def expiry_rows(tenant: Tenant, day: date) -> list[dict[str, Any]]:
    """The two rules about credentials, on one day."""
    known = {app.app_id: list(latest_ends(app).values()) for app in tenant.applications}
    soon = day + timedelta(days=EXPIRING_DAYS)
    expiring = [app_id for app_id, ends in known.items() if any(day <= end <= soon for end in ends)]
    expired = [app.app_id for app in tenant.applications if has_expired(app, day)]
    otherwise = PASS if any(known.values()) else NOT_APPLICABLE
    return [
        *subjects("credential_expiring", tenant.id, expiring, otherwise),
        *subjects("credential_expired", tenant.id, expired, otherwise),
    ]
