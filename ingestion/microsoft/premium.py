"""Whether a tenant has Entra ID P1 and P2, as its own service plans prove; an error elsewhere proves nothing."""

import enum
import json
import threading

import pyarrow as pa

from ingestion.microsoft.endpoints import AAD_PREMIUM_P1, AAD_PREMIUM_P2

# Every service plan that carries what the named plan carries: P2 contains P1.
PLANS = {"P1": frozenset({AAD_PREMIUM_P1, AAD_PREMIUM_P2}), "P2": frozenset({AAD_PREMIUM_P2})}
_PLAN_NAMES = {AAD_PREMIUM_P1: "AAD_PREMIUM", AAD_PREMIUM_P2: "AAD_PREMIUM_P2"}
# A SKU in grace is still usable. Source: reference microsoft-graph, section 9.1.
_USABLE_STATUSES = frozenset({"Enabled", "Warning"})
PROVING_COLUMNS = ("capability_status", "service_plans")


class Premium(enum.Enum):
    """What the SKUs of a tenant say about a plan; the value completes a sentence with the plans' names."""

    UNKNOWN = "the SKUs were not read, so nothing is known of {plans}"
    PRESENT = "a usable SKU has the service plan {plans}"
    LAPSED = "only SKUs that are suspended, deleted or locked out have the service plan {plans}"
    ABSENT = "none of its SKUs has the service plan {plans}"


def premium_of(skus: pa.Table, plan: str) -> Premium:
    """What a complete list of `subscribedSkus` (PROVING_COLUMNS) proves about `P1` or `P2`."""
    found = Premium.ABSENT
    for status, plans in zip(
        skus.column("capability_status").to_pylist(), skus.column("service_plans").to_pylist(), strict=True
    ):
        if not _has_plan(plans, plan):
            continue
        if status is None or status in _USABLE_STATUSES:
            return Premium.PRESENT
        found = Premium.LAPSED
    return found


def _has_plan(service_plans: str | None, plan: str) -> bool:
    entries = json.loads(service_plans) if service_plans else []
    return any(
        entry and (entry["servicePlanId"] or "").lower() in PLANS[plan] and entry["provisioningStatus"] == "Success"
        for entry in entries
    )


class PremiumFacts:
    """What this run has learnt about one tenant; set by the SKU leg, read by the legs that need it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._premium = dict.fromkeys(PLANS, Premium.UNKNOWN)

    def learn(self, skus: pa.Table) -> None:
        """Keep what a finished read of the SKUs proves."""
        proven = {plan: premium_of(skus, plan) for plan in PLANS}
        with self._lock:
            self._premium = proven

    def of(self, plan: str) -> Premium:
        """What is known of a plan by now."""
        with self._lock:
            return self._premium[plan]

    def evidence(self, plan: str) -> str:
        """The sentence that tells why."""
        names = " or ".join(name for service_plan, name in _PLAN_NAMES.items() if service_plan in PLANS[plan])
        return self.of(plan).value.format(plans=names)
