"""Secure scores of a tenant over the last months, and the controls that Microsoft counts."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ingestion.simulator.world.identifiers import Identifiers
from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.timeline import midnight

HISTORY_DAYS = 92
MAXIMUM = Decimal("278.00")
USUAL_SHARE = Decimal("0.61")
DROP_SHARE = Decimal("0.08")
CENT = Decimal("0.01")
# Control name, title, points, service.
CONTROLS = (
    ("MFARegistrationV2", "Ensure multifactor authentication is enabled for all users", "9.00", "AzureAD"),
    ("AdminMFAV2", "Ensure multifactor authentication is enabled for administrators", "10.00", "AzureAD"),
    ("BlockLegacyAuthentication", "Block sign-ins of old protocols", "8.00", "AzureAD"),
    ("OneAdmin", "Designate more than one global administrator", "1.00", "AzureAD"),
    ("mdo_safelinksforemail", "Check links in mail", "9.00", "MDO"),
)


@dataclass
class ScorePlan:
    """How a tenant's score runs; it falls for good on one day, or never."""

    falls_on: date | None = None

    def share(self, ids: Identifiers, tenant_id: str, day: date) -> Decimal:
        """Current score over its maximum on that day, to the cent of a point."""
        wobble = Decimal(ids.number(100, "score", tenant_id, day)) / 10_000
        share = USUAL_SHARE + wobble
        if self.falls_on is not None and day >= self.falls_on:
            share -= DROP_SHARE
        return (share * MAXIMUM).quantize(CENT) / MAXIMUM


def score_records(ids: Identifiers, plan: ScorePlan, tenant_id: str, day: date, users: int) -> list[Record]:
    """One row per day of the last months, newest first."""
    days = [day - timedelta(days=back) for back in range(HISTORY_DAYS)]
    return [
        {
            "id": f"{tenant_id}_{one.isoformat()}",
            "azureTenantId": tenant_id,
            "createdDateTime": midnight(one),
            "currentScore": (plan.share(ids, tenant_id, one) * MAXIMUM).quantize(CENT),
            "maxScore": MAXIMUM,
            "activeUserCount": users,
            "licensedUserCount": users,
            "enabledServices": ["HasEXOP1", "HasAADP1"],
            "averageComparativeScores": [{"basis": "AllTenants", "averageScore": Decimal("41.50")}],
            "controlScores": [
                {"controlCategory": "Identity", "controlName": name, "description": title, "score": Decimal(points)}
                for name, title, points, _ in CONTROLS
            ],
            "vendorInformation": {"provider": "SecureScore", "vendor": "Microsoft"},
        }
        for one in days
    ]


def profile_records(tenant_id: str) -> list[Record]:
    """The controls, one of them no longer counted."""
    return [
        {
            "id": name,
            "azureTenantId": tenant_id,
            "title": title,
            "maxScore": Decimal(points),
            "rank": rank,
            "service": service,
            "tier": "Core",
            "userImpact": "Moderate",
            "implementationCost": "Low",
            "deprecated": name == "mdo_safelinksforemail",
            "controlStateUpdates": [],
        }
        for rank, (name, title, points, service) in enumerate(CONTROLS, start=1)
    ]
