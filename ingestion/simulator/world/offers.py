"""Products as the vendors list them, and the ids by which a warehouse knows them."""

from ingestion.simulator.world.catalogue import ARCHIVE_UNMAPPED, LEGACY_LICENSE, PREMIUM, PREMIUM_BUNDLE, PRODUCTS
from ingestion.simulator.world.identifiers import Identifiers
from ingestion.simulator.world.products import Product
from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.timeline import FIRST_DAY, stamp


def distributor_product_id(ids: Identifiers, product: Product) -> str:
    """The distributor's id of a product."""
    return ids.guid("pax8-product", product.key)


def canonical_product_id(ids: Identifiers, product: Product) -> str | None:
    """The warehouse's product id of a product, None where nothing maps it on purpose."""
    if product is PREMIUM_BUNDLE:
        return f"ms:{PREMIUM.sku_id}"
    if product.sku_id is not None:
        return f"ms:{product.sku_id}"
    if product in (ARCHIVE_UNMAPPED, LEGACY_LICENSE):
        return None
    if product.in_distributor:
        return f"pax8:{distributor_product_id(ids, product)}"
    return f"psa:{product.psa_id}"


def catalog_records() -> list[Record]:
    """ConnectWise catalogue items of everything that has a PSA item."""
    return [
        {
            "id": product.psa_id,
            "identifier": product.psa_code,
            "description": product.name,
            "customerDescription": product.name,
            "productClass": product.product_class,
            "category": {"id": 1, "name": "Subscriptions" if product.in_distributor else "Services"},
            "price": product.price,
            "cost": product.cost,
            "inactiveFlag": False,
            "taxableFlag": True,
            "manufacturer": {"id": 7, "name": product.vendor},
            "manufacturerPartNumber": product.psa_part_number,
            "vendor": None,
            "vendorSku": product.psa_part_number,
            "integrationXRef": None,
            "recurringFlag": product.product_class == "Agreement",
            "_info": {"lastUpdated": stamp(FIRST_DAY), "dateEntered": stamp(FIRST_DAY)},
        }
        for product in PRODUCTS
        if product.psa_id is not None
    ]


def distributor_product_records(ids: Identifiers) -> list[Record]:
    """Pax8 products of everything the distributor sells."""
    return [
        {
            "id": distributor_product_id(ids, product),
            "name": f"{product.name} [New Commerce Experience]" if product.vendor == "Microsoft" else product.name,
            "vendorName": product.vendor,
            "sku": f"P8-{product.key.upper()}",
            "vendorSku": product.distributor_sku,
            "shortDescription": "An invented offer",
            "requiresCommitment": product.vendor == "Microsoft",
        }
        for product in PRODUCTS
        if product.in_distributor
    ]
