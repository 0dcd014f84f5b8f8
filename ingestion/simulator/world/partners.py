"""Granular delegated admin privileges in the MSP's own tenant: relationships and the customers behind them."""

from datetime import date

from ingestion.simulator.world.identifiers import Identifiers
from ingestion.simulator.world.roles import HELPDESK_ADMINISTRATOR, SECURITY_READER
from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.tenants import Tenant
from ingestion.simulator.world.timeline import stamp

ROLES = (SECURITY_READER, HELPDESK_ADMINISTRATOR)
BEGUN, ENDS = date(2025, 3, 10), date(2027, 3, 10)


def relationship_records(ids: Identifiers, customers: list[Tenant]) -> list[Record]:
    """An active relationship per customer tenant, one that ended, and an invitation that nobody has approved."""
    rows = [
        _relationship(ids, tenant.name, "active", {"tenantId": tenant.id, "displayName": tenant.name})
        for tenant in customers
    ]
    if rows:
        rows[0]["@odata.type"] = "#microsoft.graph.resellerDelegatedAdminRelationship"
        rows[0]["isPartnerConsentPending"] = False
    ended = {"tenantId": ids.guid("tenant", "former"), "displayName": "Former customer"}
    return [*rows, _relationship(ids, "Former customer", "expired", ended), _relationship(ids, "Open invitation")]


def customer_records(customers: list[Tenant]) -> list[Record]:
    """The customers that delegated administration."""
    return [{"id": tenant.id, "tenantId": tenant.id, "displayName": tenant.name} for tenant in customers]


def _relationship(
    ids: Identifiers, name: str, status: str = "approvalPending", customer: Record | None = None
) -> Record:
    is_begun = customer is not None
    return {
        "@odata.type": "#microsoft.graph.delegatedAdminRelationship",
        "@odata.etag": 'W/"JyIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDEiJw=="',
        "id": f"{ids.guid('relationship', name)}-{ids.guid('partner', name)}",
        "displayName": f"Support {name}",
        "duration": "P730D",
        "autoExtendDuration": "P180D" if status == "active" else "PT0S",
        "status": status,
        "customer": customer,
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": role} for role in ROLES]},
        "createdDateTime": stamp(BEGUN),
        "lastModifiedDateTime": stamp(BEGUN, 9),
        "activatedDateTime": stamp(BEGUN, 10) if is_begun else None,
        "endDateTime": stamp(ENDS) if status == "active" else stamp(date(2026, 1, 15)) if is_begun else None,
    }
