"""Whether a tenant has Entra ID P1, as its own service plans prove; an error of another endpoint proves nothing."""

import enum
import json
import threading

import pyarrow as pa

from ingestion.microsoft.endpoints import AAD_PREMIUM_P1, AAD_PREMIUM_P2

_PREMIUM_PLANS = frozenset({AAD_PREMIUM_P1, AAD_PREMIUM_P2})
# A SKU in grace is still usable. Source: reference microsoft-graph, section 9.1.
_USABLE_STATUSES = frozenset({"Enabled", "Warning"})


class Premium(enum.Enum):
    """What the SKUs of a tenant say about P1 (P2 contains it)."""

    UNKNOWN = "the SKUs were not read"
    PRESENT = "a usable SKU has the service plan AAD_PREMIUM or AAD_PREMIUM_P2"
    LAPSED = "only SKUs that are suspended, deleted or locked out have the service plan AAD_PREMIUM"
    ABSENT = "none of its SKUs has the service plan AAD_PREMIUM or AAD_PREMIUM_P2"


def premium_of(skus: pa.Table) -> Premium:
    """What a complete list of `subscribedSkus` (columns capability_status, service_plans) proves."""
    found = Premium.ABSENT
    for status, plans in zip(
        skus.column("capability_status").to_pylist(), skus.column("service_plans").to_pylist(), strict=True
    ):
        if not _has_premium(plans):
            continue
        if status is None or status in _USABLE_STATUSES:
            return Premium.PRESENT
        found = Premium.LAPSED
    return found


def _has_premium(service_plans: str | None) -> bool:
    plans = json.loads(service_plans) if service_plans else []
    return any(
        plan and (plan["servicePlanId"] or "").lower() in _PREMIUM_PLANS and plan["provisioningStatus"] == "Success"
        for plan in plans
    )


class PremiumFact:
    """What this run has learnt about one tenant; set by the SKU leg, read by the legs that need it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._premium = Premium.UNKNOWN

    def learn(self, premium: Premium) -> None:
        """Keep what a finished read of the SKUs proves."""
        with self._lock:
            self._premium = premium

    @property
    def premium(self) -> Premium:
        """What is known by now."""
        with self._lock:
            return self._premium
