"""Who the customers are, whose each tenant is, and what each is licensed for."""

from datetime import date
from typing import Any

from ingestion.simulator.world.customers import UNASSIGNED
from ingestion.simulator.world.plan import Plan

# What Graph hands out only to tenants with the Entra ID plan.
P1_TABLES = ("user_registration_details", "sign_in_activity")
P2_TABLES = ("role_assignment_schedule_instances", "role_eligibility_schedule_instances")


def customer_rows(plan: Plan) -> list[dict[str, Any]]:
    """Every company of the PSA, and the one that stands for none."""
    rows = [
        {
            "customer_id": customer.key,
            "customer_name": customer.name,
            "parent_customer_id": None if customer.parent_id is None else str(customer.parent_id),
            "is_billable": customer.is_billable,
            "currency_code": customer.currency,
        }
        for customer in plan.customers
    ]
    nobody = {"customer_id": UNASSIGNED, "customer_name": "Unassigned", "parent_customer_id": None}
    return [*rows, {**nobody, "is_billable": False, "currency_code": None}]


def tenant_rows(plan: Plan, day: date) -> list[dict[str, Any]]:
    """Every tenant: whose it is, and the plans that its enabled subscriptions carry."""
    return [
        {
            "tenant_id": tenant.id,
            "customer_id": tenant.customer_id or UNASSIGNED,
            "tenant_name": tenant.name,
            "has_entra_p1": tenant.has_p1(day),
            "has_entra_p2": tenant.has_p2(day),
            "mapping_status": "accepted" if tenant.customer_id else "unmapped",
            "is_msp_tenant": tenant.is_msp,
        }
        for tenant in plan.tenants
    ]


def unlicensed_rows(plan: Plan, day: date) -> list[dict[str, Any]]:
    """The tables that a tenant has no licence for."""
    return [
        {"tenant_id": tenant.id, "table_name": table}
        for tenant in plan.tenants
        for is_licensed, tables in ((tenant.has_p1(day), P1_TABLES), (tenant.has_p2(day), P2_TABLES))
        for table in (() if is_licensed else tables)
    ]
