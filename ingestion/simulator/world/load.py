"""Large worlds for benchmarks: one tenant with many users, or many tenants, without money."""

from dataclasses import replace
from datetime import date

from ingestion.simulator.world.builder import Builder
from ingestion.simulator.world.catalogue import PREMIUM
from ingestion.simulator.world.identifiers import Identifiers
from ingestion.simulator.world.names import FAMILY_NAMES, GIVEN_NAMES
from ingestion.simulator.world.people import registration_record, user_record
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.shapes import Record, Snapshot
from ingestion.simulator.world.snapshots import snapshot as plan_snapshot
from ingestion.simulator.world.tenants import Tenant
from ingestion.simulator.world.timeline import LAST_DAY, Steps, stamp

# Every n-th user of a large tenant is blocked, every n-th has never signed in.
BLOCKED_EVERY = 20
NEVER_EVERY = 50
SIGN_IN_DAYS = 28
# Each day renames every n-th user.
CHANGED_EVERY = 100


def plan(seed: int, tenants: int = 1) -> Plan:
    """The MSP with its tenants; the users are added to their snapshots."""
    b = Builder(seed)
    own = b.customer(2, "Harbor & Vine IT", None, kind="Owner")
    for number in range(tenants):
        key = "load" if number == 0 else f"load{number}"
        tenant = b.tenant(key, "Load Test" if number == 0 else f"Load Test {number}", own, is_msp=number == 0)
        b.staff(tenant, 1)
        b.subscribe(own, tenant, PREMIUM, Steps(1), False)
        b.policy(tenant, "Require MFA for everyone")
    return b.plan


def snapshot(plan: Plan, users: int) -> Snapshot:
    """The plan's snapshot with that many users in each tenant; rows share what is equal, so that a million fit."""
    answer = plan_snapshot(plan, LAST_DAY)
    activities = [_activity(plan.ids, days) for days in range(SIGN_IN_DAYS)]
    for tenant in plan.tenants:
        _fill(plan, tenant, users, answer.tenants[tenant.id].collections, activities)
    return answer


def changed(base: Snapshot, rounds: range) -> Snapshot:
    """The snapshot after those further days; each renames another hundredth of the users, all other rows are shared."""
    tenants = {
        tenant_id: replace(
            tenant,
            collections={**tenant.collections, "users": _renamed(tenant.collections["users"], rounds)},
        )
        for tenant_id, tenant in base.tenants.items()
    }
    return replace(base, tenants=tenants)


def _renamed(users: list[Record], rounds: range) -> list[Record]:
    rows = list(users)
    for count in rounds:
        for index in range(count % CHANGED_EVERY, len(rows), CHANGED_EVERY):
            rows[index] = {**rows[index], "displayName": f"{rows[index]['displayName']} renamed"}
    return rows


def _fill(
    plan: Plan, tenant: Tenant, users: int, collections: dict[str, list[Record]], activities: list[Record]
) -> None:
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
    rows = [_user(plan, tenant, template, index) for index in range(users)]
    for index, user in enumerate(rows):
        if index % NEVER_EVERY:
            user["signInActivity"] = activities[index % SIGN_IN_DAYS]
    collections["users"] = rows
    collections["userRegistrationDetails"] = [
        {
            **row,
            "id": user["id"],
            "userPrincipalName": user["userPrincipalName"],
            "userDisplayName": user["displayName"],
        }
        for user in rows
        if user["accountEnabled"]
    ]
    collections["mailboxUsage"] = []
    collections["subscribedSkus"][0]["consumedUnits"] = users
    collections["subscribedSkus"][0]["prepaidUnits"]["enabled"] = users


def _user(plan: Plan, tenant: Tenant, template: Record, index: int) -> Record:
    given, family = GIVEN_NAMES[index % len(GIVEN_NAMES)], FAMILY_NAMES[index % len(FAMILY_NAMES)]
    upn = f"user{index}@{tenant.domains[0][0]}"
    # The first tenant's users keep the ids that benchmarks have always had.
    words = ("load-user", index) if tenant.is_msp else ("load-user", tenant.key, index)
    return {
        **template,
        "id": plan.ids.guid(*words),
        "userPrincipalName": upn,
        "displayName": f"{given} {family} {index}",
        "givenName": given,
        "surname": family,
        "mail": upn,
        "accountEnabled": index % BLOCKED_EVERY != BLOCKED_EVERY - 1,
        "createdDateTime": f"{date(2024, 1 + index % 12, 1 + index % 28).isoformat()}T08:00:00Z",
    }


def _activity(ids: Identifiers, days: int) -> Record:
    moment = stamp(LAST_DAY.replace(day=1 + days % LAST_DAY.day), 9)
    return {
        "lastSignInDateTime": moment,
        "lastSignInRequestId": ids.guid("request", days),
        "lastNonInteractiveSignInDateTime": moment,
        "lastNonInteractiveSignInRequestId": ids.guid("quiet-request", days),
        "lastSuccessfulSignInDateTime": moment,
        "lastSuccessfulSignInRequestId": ids.guid("request", days),
    }
