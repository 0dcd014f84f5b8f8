"""Privileged Identity Management: who holds a role now, and who may activate one."""

from typing import Any

from ingestion.simulator.encoding import Row
from ingestion.simulator.graph import properties
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.directory import ROLE_PAGE_ROWS
from ingestion.simulator.graph.errors import no_governance
from ingestion.simulator.graph.filters import filtered


def assignment_instances(call: Call) -> dict[str, Any]:
    """`GET /roleManagement/directory/roleAssignmentScheduleInstances`."""
    return _instances(call, "roleAssignmentScheduleInstances", properties.ASSIGNMENT_INSTANCE)


def eligibility_instances(call: Call) -> dict[str, Any]:
    """`GET /roleManagement/directory/roleEligibilityScheduleInstances`."""
    return _instances(call, "roleEligibilityScheduleInstances", properties.ELIGIBILITY_INSTANCE)


def _instances(call: Call, collection: str, known: frozenset[str]) -> dict[str, Any]:
    if call.pim_refusal or not call.tenant.has_p2:
        raise no_governance(call.pim_refusal or "AadPremiumLicenseRequired")
    call.only("$select", "$filter", "$expand", "$top")
    names = call.selected(known, f"microsoft.graph.{collection.removesuffix('s')}")
    expanded = call.options.get("$expand", "").partition("(")[0].strip()
    rows = filtered(call.rows(collection), call.options.get("$filter"))

    def shape(row: Row) -> dict[str, Any]:
        shaped = {name: row.get(name) for name in (names or row) if name not in ("principal", "roleDefinition")}
        return {**shaped, "principal": row.get("principal")} if expanded == "principal" else shaped

    return call.page(rows, ROLE_PAGE_ROWS, shape, f"roleManagement/directory/{collection}")
