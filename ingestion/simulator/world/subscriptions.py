"""Licence subscriptions: what a tenant holds, what the distributor sells, and what each vendor says of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from ingestion.simulator.world.products import Product
from ingestion.simulator.world.shapes import NOTE_CANARY, Record
from ingestion.simulator.world.timeline import FIRST_DAY, Steps, last_change, midnight, stamp

ACTIVE = "Active"
CANCELLED = "Cancelled"
PENDING_CANCEL = "PendingCancel"
SEATED_STATUSES = (ACTIVE, PENDING_CANCEL)
MONTHLY = "Monthly"
ANNUAL = "Annual"
ONE_TIME = "One-Time"
# Terms in which seats are paid; a purchase that is billed once has none.
MONTHS_IN_TERM = {MONTHLY: 1, ANNUAL: 12}


@dataclass
class Subscription:
    """One commerce subscription; `account_id` is the distributor's company, None for a direct purchase.

    Shape: `cost` and `price` are per seat and billing term; `end` is the last known end of the subscription;
    `commitment_end` is the last day of the term.
    """

    id: str
    product: Product
    quantity: Steps[int]
    cost: Decimal
    price: Decimal
    account_id: str | None = None
    tenant_id: str | None = None
    vendor_id: str | None = None
    status: Steps[str] = field(default_factory=lambda: Steps(ACTIVE))
    end: Steps[date | None] = field(default_factory=lambda: Steps(None))
    start: date = FIRST_DAY
    billing_term: str = MONTHLY
    commitment: str | None = MONTHLY
    commitment_end: date | None = None
    is_trial: bool = False
    graph_status: str = "Enabled"
    has_inclusive_periods: bool = True

    def seats(self, day: date) -> int:
        """Seats on that day; none before the start, none after a cancellation, none of a purchase billed once."""
        if day < self.start or self.status.at(day) not in SEATED_STATUSES or self.billing_term not in MONTHS_IN_TERM:
            return 0
        return self.quantity.at(day)

    @property
    def monthly_cost(self) -> Decimal:
        """Cost of one seat per month, spread over the billing term."""
        return self.cost / MONTHS_IN_TERM[self.billing_term]

    @property
    def is_committed(self) -> bool:
        """True where a term of a year or more is agreed."""
        return self.commitment_end is not None

    @property
    def term_end(self) -> date | None:
        """The first day after the term."""
        return None if self.commitment_end is None else self.commitment_end + timedelta(days=1)


def distributor_record(subscription: Subscription, product_id: str, day: date) -> Record | None:
    """The Pax8 subscription on that day, None before it exists or where it was bought elsewhere."""
    if subscription.account_id is None or day < subscription.start:
        return None
    end = subscription.end.at(day)
    record: Record = {
        "id": subscription.id,
        "companyId": subscription.account_id,
        "productId": product_id,
        "productName": subscription.product.name,
        "quantity": Decimal(subscription.quantity.at(day)),
        "startDate": midnight(subscription.start),
        "createdDate": stamp(subscription.start, 9),
        "updatedDate": stamp(
            last_change(day, subscription.start, subscription.quantity, subscription.status, subscription.end), 9
        ),
        "billingStart": subscription.start.isoformat(),
        "status": "Trial" if subscription.is_trial else subscription.status.at(day),
        "price": subscription.price,
        "partnerCost": subscription.cost,
        "currencyCode": "USD",
        "billingTerm": "Trial" if subscription.is_trial else subscription.billing_term,
        "provisioningDetails": [{"key": "adminPassword", "label": "Password", "values": [NOTE_CANARY]}],
    }
    if end is not None:
        record["endDate"] = midnight(end)
    if subscription.vendor_id is not None:
        record["vendorSubscriptionId"] = subscription.vendor_id
    if subscription.commitment is not None:
        record["commitmentTerm"] = {"id": f"{subscription.id[:-4]}c0de", "term": subscription.commitment}
        if subscription.commitment_end is not None:
            record["commitmentTerm"]["endDate"] = subscription.commitment_end.isoformat()
    return record


def directory_records(subscriptions: Iterable[Subscription], day: date) -> list[Record]:
    """Graph company subscriptions of one tenant; a cancelled one stays for 30 days as suspended."""
    records = []
    for subscription in subscriptions:
        status = _graph_status(subscription, day)
        if status is None:
            continue
        records.append(
            {
                "id": f"{subscription.id[:-4]}d1c0",
                "commerceSubscriptionId": subscription.vendor_id or subscription.id,
                "createdDateTime": stamp(subscription.start),
                "nextLifecycleDateTime": midnight(subscription.commitment_end or date(2026, 12, 1)),
                "isTrial": subscription.is_trial,
                "status": status,
                "skuId": subscription.product.sku_id,
                "skuPartNumber": subscription.product.sku_part_number,
                "totalLicenses": subscription.quantity.at(day),
                "ownerId": None,
                "ownerType": None,
                "ownerTenantId": "00000000-feed-4000-8000-00000000d157" if subscription.account_id else None,
                "serviceStatus": [],
            }
        )
    return records


def sku_records(
    subscriptions: Iterable[Subscription], consumed: dict[str, int], tenant_id: str, day: date
) -> list[Record]:
    """Graph subscribed SKUs of one tenant: one row per product, units summed by the state of its subscriptions."""
    by_product: dict[str, list[Subscription]] = {}
    for subscription in subscriptions:
        if subscription.product.sku_id is not None and _graph_status(subscription, day) is not None:
            by_product.setdefault(subscription.product.key, []).append(subscription)
    return [_sku_record(rows, consumed.get(key, 0), tenant_id, day) for key, rows in by_product.items()]


def _sku_record(rows: list[Subscription], consumed: int, tenant_id: str, day: date) -> Record:
    units = {"Enabled": 0, "Warning": 0, "Suspended": 0}
    for subscription in rows:
        units[_graph_status(subscription, day) or "Suspended"] += subscription.quantity.at(day)
    product = rows[0].product
    is_enabled = units["Enabled"] > 0
    return {
        "id": f"{tenant_id}_{product.sku_id}",
        "skuId": product.sku_id,
        "skuPartNumber": product.sku_part_number,
        "accountId": tenant_id,
        "accountName": None,
        "appliesTo": "User",
        "capabilityStatus": "Enabled" if is_enabled else "Suspended",
        "consumedUnits": consumed,
        "prepaidUnits": {
            "enabled": units["Enabled"],
            "warning": units["Warning"],
            "suspended": units["Suspended"],
            "lockedOut": 0,
        },
        "servicePlans": [
            {
                "servicePlanId": plan_id,
                "servicePlanName": name,
                "provisioningStatus": "Success" if is_enabled else "Disabled",
                "appliesTo": "User",
            }
            for plan_id, name in product.plans
        ],
        "subscriptionIds": [f"{subscription.id[:-4]}d1c0" for subscription in rows],
    }


def _graph_status(subscription: Subscription, day: date) -> str | None:
    if day < subscription.start:
        return None
    if subscription.status.at(day) in SEATED_STATUSES:
        return subscription.graph_status
    end = subscription.end.at(day)
    return "Suspended" if end is not None and (day - end).days < 30 else None
