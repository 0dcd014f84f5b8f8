"""One large tenant for benchmarks: many users, no money."""

from datetime import date

from ingestion.simulator.world.builder import Builder
from ingestion.simulator.world.catalogue import PREMIUM
from ingestion.simulator.world.names import FAMILY_NAMES, GIVEN_NAMES
from ingestion.simulator.world.people import registration_record, user_record
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.shapes import Record, Snapshot
from ingestion.simulator.world.snapshots import snapshot as plan_snapshot
from ingestion.simulator.world.timeline import LAST_DAY, Steps

# Every n-th user of a large tenant is blocked.
BLOCKED_EVERY = 20


def plan(seed: int) -> Plan:
    """The MSP with one customer and one tenant; the users are added to its snapshot."""
    b = Builder(seed)
    own = b.customer(2, "Harbor & Vine IT", None, kind="Owner")
    tenant = b.tenant("load", "Load Test", own, is_msp=True)
    b.staff(tenant, 1)
    b.subscribe(own, tenant, PREMIUM, Steps(1), False)
    b.policy(tenant, "Require MFA for everyone")
    return b.plan


def snapshot(plan: Plan, users: int) -> Snapshot:
    """The plan's snapshot with that many users; rows share what is equal, so that a million fit into memory."""
    answer = plan_snapshot(plan, LAST_DAY)
    tenant = plan.msp_tenant
    template = user_record(tenant.users[0], LAST_DAY)
    template["assignedLicenses"] = [{"skuId": PREMIUM.sku_id, "disabledPlans": []}]
    template["licenseAssignmentStates"] = [
        {
            "skuId": PREMIUM.sku_id,
            "assignedByGroup": None,
            "disabledPlans": [],
            "state": "Active",
            "error": "None",
            "lastUpdatedDateTime": template["createdDateTime"],
        }
    ]
    row = registration_record(tenant.users[0], LAST_DAY, False) or {}
    collections = answer.tenants[tenant.id].collections
    collections["users"] = [_user(plan, template, index) for index in range(users)]
    collections["userRegistrationDetails"] = [
        {
            **row,
            "id": user["id"],
            "userPrincipalName": user["userPrincipalName"],
            "userDisplayName": user["displayName"],
        }
        for user in collections["users"]
        if user["accountEnabled"]
    ]
    collections["subscribedSkus"][0]["consumedUnits"] = users
    collections["subscribedSkus"][0]["prepaidUnits"]["enabled"] = users
    return answer


def _user(plan: Plan, template: Record, index: int) -> Record:
    given, family = GIVEN_NAMES[index % len(GIVEN_NAMES)], FAMILY_NAMES[index % len(FAMILY_NAMES)]
    upn = f"user{index}@load.example"
    return {
        **template,
        "id": plan.ids.guid("load-user", index),
        "userPrincipalName": upn,
        "displayName": f"{given} {family} {index}",
        "givenName": given,
        "surname": family,
        "mail": upn,
        "accountEnabled": index % BLOCKED_EVERY != BLOCKED_EVERY - 1,
        "createdDateTime": f"{date(2024, 1 + index % 12, 1 + index % 28).isoformat()}T08:00:00Z",
    }
