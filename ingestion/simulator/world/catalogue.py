"""What the invented MSP sells: Microsoft licences, third-party subscriptions and its own services.

SKU GUIDs, part numbers and service plans of Microsoft products are the published ones; prices are invented.
"""

from decimal import Decimal

from ingestion.simulator.world.products import (
    ENTRA_P1_PLAN,
    ENTRA_P2_PLAN,
    EXCHANGE_PLAN,
    FLOW_PLAN,
    OFFICE_PLANS,
    Product,
)


def _microsoft(
    key: str,
    name: str,
    sku_id: str,
    sku_part_number: str,
    part_number: str | None,
    cost: str,
    price: str,
    psa_id: int,
    psa_code: str,
    distributor_sku: str | None,
    plans: tuple[tuple[str, str], ...],
    psa_part_number: str | None = None,
) -> Product:
    return Product(
        key,
        name,
        "Microsoft",
        Decimal(cost),
        Decimal(price),
        psa_id,
        psa_code,
        sku_id,
        sku_part_number,
        part_number,
        distributor_sku,
        distributor_sku is not None,
        plans,
        psa_part_number=psa_part_number,
    )


P1_SUITE = (*OFFICE_PLANS, ENTRA_P1_PLAN)
P2_SUITE = (*OFFICE_PLANS, ENTRA_P1_PLAN, ENTRA_P2_PLAN)

BASIC = _microsoft(
    "basic",
    "Microsoft 365 Business Basic",
    "3b555118-da6a-4418-894f-7df1e2096870",
    "O365_BUSINESS_ESSENTIALS",
    "CFQ7TTC0LH18:0001",
    "5.10",
    "7.20",
    101,
    "M365-BB",
    "CFQ7TTC0LH18:0001:Commercial",
    OFFICE_PLANS,
    psa_part_number="CFQ7TTC0LH18:0001",
)
# Microsoft's part number says PREMIUM, the product is Business Standard and holds no Entra ID P1.
STANDARD = _microsoft(
    "standard",
    "Microsoft 365 Business Standard",
    "f245ecc8-75af-4f8e-b61f-27d8114de5f3",
    "O365_BUSINESS_PREMIUM",
    "CFQ7TTC0LDPB:0001",
    "10.625",
    "15.00",
    102,
    "M365-BS",
    "CFQ7TTC0LDPB-0001-P1Y-12M",
    OFFICE_PLANS,
    psa_part_number="CFQ7TTC0LDPB:0001",
)
PREMIUM = _microsoft(
    "premium",
    "Microsoft 365 Business Premium",
    "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
    "SPB",
    "CFQ7TTC0LCHC:0002",
    "18.70",
    "26.40",
    103,
    "M365-BP",
    "P1Y:CFQ7TTC0LCHC:0002:1:",
    P1_SUITE,
    psa_part_number="CFQ7TTC0LCHC:0002",
)
PREMIUM_DONATED = _microsoft(
    "premium-donated",
    "Microsoft 365 Business Premium Donation",
    "24c35284-d768-4e53-84d9-b7ae73dddf69",
    "Microsoft_365_Business_Premium_Donation_(Non_Profit_Pricing)",
    None,
    "4.68",
    "6.00",
    104,
    "M365-BP-NP",
    "NPO-BUSPREM-STAFF",
    P1_SUITE,
)
EXCHANGE = _microsoft(
    "exchange",
    "Exchange Online (Plan 1)",
    "4b9405b0-7788-4568-add1-99614e613b69",
    "EXCHANGESTANDARD",
    "CFQ7TTC0LH16:0001",
    "3.40",
    "4.80",
    105,
    "EXO-P1",
    "CFQ7TTC0LH16:0001:Commercial",
    (EXCHANGE_PLAN,),
    psa_part_number="CFQ7TTC0LH16:0001",
)
APPS = _microsoft(
    "apps",
    "Microsoft 365 Apps for Business",
    "cdd28e44-67e3-425e-be4c-737fab2899d3",
    "O365_BUSINESS",
    "CFQ7TTC0LH1G:0001",
    "7.01",
    "9.90",
    106,
    "M365-APPS",
    "CFQ7TTC0LH1G:0001:Commercial",
    (),
    psa_part_number="CFQ7TTC0LH1G:0001",
)
ENTRA_P2 = _microsoft(
    "entra-p2",
    "Microsoft Entra ID P2",
    "84a661c4-e949-4bd2-a560-ed7766fcaf2b",
    "AAD_PREMIUM_P2",
    "CFQ7TTC0LFK5:0001",
    "7.65",
    "10.80",
    107,
    "ENTRA-P2",
    "CFQ7TTC0LFK5:0001:Commercial",
    (ENTRA_P1_PLAN, ENTRA_P2_PLAN),
    psa_part_number="CFQ7TTC0LFK5:0001",
)
E3 = _microsoft(
    "e3",
    "Microsoft 365 E3",
    "05e9a617-0261-4cee-bb44-138d3ef5d965",
    "SPE_E3",
    "CFQ7TTC0LFLX:0001",
    "30.60",
    "43.20",
    108,
    "M365-E3",
    "CFQ7TTC0LFLX:0001:Commercial",
    P1_SUITE,
    psa_part_number="CFQ7TTC0LFLX:0001",
)
E5 = _microsoft(
    "e5",
    "Microsoft 365 E5",
    "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
    "SPE_E5",
    None,
    "48.45",
    "68.40",
    109,
    "M365-E5",
    "MS365-E5-NCE",
    P2_SUITE,
)
F3 = _microsoft(
    "f3",
    "Microsoft 365 F3",
    "66b55226-6b4f-492c-910c-a3b7a3c9d993",
    "SPE_F1",
    "CFQ7TTC0LH05:0001",
    "6.80",
    "9.60",
    110,
    "M365-F3",
    "CFQ7TTC0LH05:0001:Commercial",
    P1_SUITE,
    psa_part_number="CFQ7TTC0LH05:0001",
)
# Sold without a catalogue item of the PSA: an uncontracted seat of it has no price.
COPILOT = Product(
    "copilot",
    "Copilot for Microsoft 365",
    "Microsoft",
    Decimal("25.50"),
    Decimal("36.00"),
    sku_id="639dec6b-bb19-468b-871c-c5c441c4b0cb",
    sku_part_number="Microsoft_365_Copilot",
    distributor_sku="MS-COPILOT-NCE",
    in_distributor=True,
)
MOBILITY = Product(
    "mobility",
    "Enterprise Mobility + Security E3",
    "Microsoft",
    Decimal("8.00"),
    Decimal("11.00"),
    sku_id="efccb6f7-5641-4e0e-bd10-b4976e1bf68e",
    sku_part_number="EMS",
    plans=(ENTRA_P1_PLAN,),
)
FLOW_FREE = Product(
    "flow-free",
    "Microsoft Power Automate Free",
    "Microsoft",
    Decimal(0),
    Decimal(0),
    sku_id="f30db892-07e9-47e9-837c-80727f46fd3d",
    sku_part_number="FLOW_FREE",
    plans=(FLOW_PLAN,),
    is_free=True,
)
FABRIC_FREE = Product(
    "fabric-free",
    "Microsoft Fabric (Free)",
    "Microsoft",
    Decimal(0),
    Decimal(0),
    sku_id="a403ebcc-fae0-4ca2-8c8c-7a907fd6c235",
    sku_part_number="POWER_BI_STANDARD",
    is_free=True,
)
POWER_APPS_VIRAL = Product(
    "power-apps-viral",
    "Microsoft Power Apps Plan 2 Trial",
    "Microsoft",
    Decimal(0),
    Decimal(0),
    sku_id="dcb1a3ae-b33f-4487-846a-a640262fadf4",
    sku_part_number="POWERAPPS_VIRAL",
    is_free=True,
)
# One PSA piece holds five Business Premium licences.
PREMIUM_BUNDLE = Product(
    "premium-bundle",
    "Workplace bundle of five",
    "Microsoft",
    Decimal("93.50"),
    Decimal("132.00"),
    111,
    "BUNDLE-BP-5",
    units_per_item=5,
)
BACKUP = Product(
    "backup",
    "Cedarvault Backup",
    "Cedarvault",
    Decimal("2.25"),
    Decimal("4.50"),
    201,
    "CV-BACKUP",
    distributor_sku="CV-BCK-M",
    in_distributor=True,
)
ENDPOINT = Product(
    "endpoint",
    "Lanternfish Endpoint",
    "Lanternfish",
    Decimal("3.1415"),
    Decimal("5.75"),
    202,
    "LF-EDR",
    distributor_sku="LF-EDR-STD",
    in_distributor=True,
)
ARCHIVE_UNMAPPED = Product(
    "archive",
    "Mistral Archive",
    "Mistral",
    Decimal("1.80"),
    Decimal("3.00"),
    distributor_sku="MIS-ARC-1",
    in_distributor=True,
)
LEGACY_LICENSE = Product(
    "legacy",
    "Legacy licence pack",
    "Microsoft",
    Decimal("0"),
    Decimal("12.00"),
    203,
    "LEGACY-PACK",
    psa_part_number="CFQ7TTC0ZZZ9:0009",
)
USER_SUPPORT = Product("user", "Managed user", "MSP", Decimal(0), Decimal("38.00"), 301, "MSP-USER")
SERVER_SUPPORT = Product("server", "Managed server", "MSP", Decimal("12.50"), Decimal("95.00"), 302, "MSP-SERVER")
LAPTOP = Product(
    "laptop",
    "Business laptop",
    "Fauxtronics",
    Decimal("812.40"),
    Decimal("980.00"),
    303,
    "HW-LAPTOP",
    product_class="Inventory",
)
DOMAIN_SERVICE = Product("dns", "Domain and DNS service", "MSP", Decimal("3.00"), Decimal("10.00"), 304, "DNS-YEAR")

PRODUCTS = (
    BASIC,
    STANDARD,
    PREMIUM,
    PREMIUM_DONATED,
    EXCHANGE,
    APPS,
    ENTRA_P2,
    E3,
    E5,
    F3,
    COPILOT,
    MOBILITY,
    FLOW_FREE,
    FABRIC_FREE,
    POWER_APPS_VIRAL,
    PREMIUM_BUNDLE,
    BACKUP,
    ENDPOINT,
    ARCHIVE_UNMAPPED,
    LEGACY_LICENSE,
    USER_SUPPORT,
    SERVER_SUPPORT,
    LAPTOP,
    DOMAIN_SERVICE,
)
