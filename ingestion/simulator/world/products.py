"""The shape of a product in each vendor's terms, and Microsoft's service plans inside suites."""

from dataclasses import dataclass
from decimal import Decimal

ENTRA_P1_PLAN = ("41781fb2-bc02-4b7c-bd55-b576c07bb09d", "AAD_PREMIUM")
ENTRA_P2_PLAN = ("eec0eb4f-6444-4f95-aba0-50c24d67f998", "AAD_PREMIUM_P2")
EXCHANGE_PLAN = ("9aaf7827-d63c-4b61-89c3-182f06f82e5c", "EXCHANGE_S_STANDARD")
TEAMS_PLAN = ("57ff2da0-773e-42df-b2af-ffb7a2317929", "TEAMS1")
FLOW_PLAN = ("50e68c76-46c6-4674-81f9-75456511b170", "FLOW_P2_VIRAL")
OFFICE_PLANS = (EXCHANGE_PLAN, TEAMS_PLAN)


@dataclass(frozen=True)
class Product:
    """One thing that is sold, in each vendor's terms; cost and price are per seat and month, or per piece."""

    key: str
    name: str
    vendor: str
    cost: Decimal
    price: Decimal
    psa_id: int | None = None
    psa_code: str | None = None
    sku_id: str | None = None
    sku_part_number: str | None = None
    part_number: str | None = None
    distributor_sku: str | None = None
    in_distributor: bool = False
    plans: tuple[tuple[str, str], ...] = ()
    is_free: bool = False
    psa_part_number: str | None = None
    units_per_item: int = 1
    product_class: str = "Agreement"

    @property
    def has_p1(self) -> bool:
        """True when a service plan proves Entra ID P1; P2 contains it."""
        return ENTRA_P1_PLAN in self.plans or ENTRA_P2_PLAN in self.plans

    @property
    def has_p2(self) -> bool:
        """True when a service plan proves Entra ID P2."""
        return ENTRA_P2_PLAN in self.plans
