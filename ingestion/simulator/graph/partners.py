"""Granular delegated admin privileges: a partner's relationships and customers, in the partner's own tenant."""

from typing import Any

from ingestion.simulator.encoding import Row
from ingestion.simulator.graph import properties
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.errors import denied
from ingestion.simulator.graph.filters import filtered
from ingestion.simulator.graph.permissions import PARTNER_COLLECTION

DEFAULT_PAGE_ROWS = 100
MAXIMUM_PAGE_ROWS = 300
RELATIONSHIP_TYPE = "#microsoft.graph.delegatedAdminRelationship"
TAGS = ("@odata.type", "@odata.etag")


def relationships(call: Call) -> dict[str, Any]:
    """`GET /tenantRelationships/delegatedAdminRelationships`."""
    return _listed(call, PARTNER_COLLECTION, properties.PARTNER_RELATIONSHIP, "delegatedAdminRelationship")


def customers(call: Call) -> dict[str, Any]:
    """`GET /tenantRelationships/delegatedAdminCustomers`."""
    return _listed(call, "delegatedAdminCustomers", properties.PARTNER_CUSTOMER, "delegatedAdminCustomer")


def _listed(call: Call, collection: str, known: frozenset[str], type_name: str) -> dict[str, Any]:
    if PARTNER_COLLECTION not in call.tenant.collections:
        raise denied(call.request.path)
    call.only("$select", "$filter", "$top", "$orderby", "$count")
    names = call.selected(known, f"microsoft.graph.{type_name}")
    rows = filtered(call.rows(collection), call.options.get("$filter"))
    size = call.top(DEFAULT_PAGE_ROWS, MAXIMUM_PAGE_ROWS, refuse_above=False)

    def shape(row: Row) -> dict[str, Any]:
        tags = {name: row[name] for name in TAGS if name in row}
        return {**tags, **({name: row.get(name) for name in names} if names is not None else row)}

    return call.counted(call.page(rows, size, shape, f"tenantRelationships/{collection}"), rows)
