"""The same seed gives the same world; its snapshots have the vendors' shapes and change only as planned."""

import hashlib
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ingestion.simulator.world import World, generate

DATES = (date(2026, 10, 20), date(2026, 10, 27), date(2026, 11, 2), date(2026, 11, 8))


def digest(world: World) -> str:
    """A digest of everything that a world says."""
    text = repr([world.at(day) for day in DATES]) + repr(world.truth(DATES)) + repr(world.config_files())
    return hashlib.sha256(text.encode()).hexdigest()


def numbers_in(value: Any) -> list[Any]:
    """Every number inside nested records."""
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers_in(item)]
    if isinstance(value, list):
        return [number for item in value for number in numbers_in(item)]
    return [value] if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else []


def skus_of_states(user: dict[str, Any]) -> list[str]:
    """The SKU of every licence assignment state of a user."""
    return [row["skuId"] for row in user["licenseAssignmentStates"]]


@pytest.mark.parametrize("size", ["small", "demo"])
def test_generate_same_seed_gives_same_bytes(size: str) -> None:
    assert digest(generate(7, size)) == digest(generate(7, size))


def test_generate_other_seed_gives_other_ids(small: World) -> None:
    assert set(generate(8, "small").at(DATES[0]).tenants).isdisjoint(small.at(DATES[0]).tenants)


def test_every_address_of_the_world_is_at_a_reserved_domain(world: World) -> None:
    """RFC 2606: at any other domain live real people, who would get a mail that somebody sends by mistake."""
    text = repr([world.at(day) for day in DATES]) + repr(vars(world.plan)) + repr(world.config_files())
    domains = {found.lower() for found in re.findall(r"[\w.+-]+@((?!odata\.)[\w-]+(?:\.[\w-]+)+)", text)}
    assert len(domains) >= 10
    assert {name for name in domains if name.rpartition(".")[2] not in ("example", "test", "invalid")} == set()


def test_generate_unknown_size_names_the_valid_ones() -> None:
    with pytest.raises(ValueError, match="demo, small or load:<users>"):
        generate(7, "huge")


def test_demo_has_the_promised_size(demo: World) -> None:
    snapshot = demo.at(DATES[-1])
    clients = [row for row in snapshot.connectwise["companies"] if row["types"][0]["name"] == "Client"]
    users = sum(len(tenant.collections["users"]) for tenant in snapshot.tenants.values())

    assert len(clients) >= 12
    assert len(snapshot.tenants) >= 12
    assert 1400 <= users <= 1700
    assert sum(not tenant.has_p1 for tenant in snapshot.tenants.values()) == 3
    assert sum(tenant.has_p2 for tenant in snapshot.tenants.values()) >= 2


def test_small_has_the_promised_size(small: World) -> None:
    snapshot = small.at(DATES[-1])

    assert len(snapshot.connectwise["companies"]) == 4
    assert len(snapshot.tenants) == 3
    assert sum(not tenant.has_p1 for tenant in snapshot.tenants.values()) == 1
    assert sum(len(tenant.collections["users"]) for tenant in snapshot.tenants.values()) <= 64


def test_load_world_has_one_tenant_with_that_many_users() -> None:
    snapshot = generate(7, "load:500").at(DATES[0])
    (tenant,) = snapshot.tenants.values()

    assert len({user["id"] for user in tenant.collections["users"]}) == 500
    assert not snapshot.connectwise["invoices"]


def test_load_world_renames_a_hundredth_a_day_and_shares_the_rest() -> None:
    world = generate(7, "load:500")
    days = [DATES[0] + timedelta(days=count) for count in range(3)]
    users = [next(iter(world.at(day).tenants.values())).collections["users"] for day in days]

    for before, after in zip(users, users[1:], strict=False):
        changed = [index for index, (old, new) in enumerate(zip(before, after, strict=True)) if old is not new]
        assert len(changed) == 5
        assert all(after[index]["displayName"] != before[index]["displayName"] for index in changed)


def test_load_world_has_sign_ins_and_registrations() -> None:
    (tenant,) = generate(7, "load:500").at(DATES[0]).tenants.values()
    users = tenant.collections["users"]

    assert sum("signInActivity" in user for user in users) == 490
    assert len(tenant.collections["userRegistrationDetails"]) == sum(user["accountEnabled"] for user in users)


def test_many_world_has_so_many_tenants_with_users_of_their_own() -> None:
    snapshot = generate(7, "many:20:30").at(DATES[0])
    ids = {user["id"] for tenant in snapshot.tenants.values() for user in tenant.collections["users"]}

    assert (len(snapshot.tenants), len(ids)) == (20, 600)
    assert all(tenant.has_p1 for tenant in snapshot.tenants.values())


@pytest.mark.parametrize("size", ["small", "demo"])
def test_every_kind_of_governance_is_planned(size: str) -> None:
    world = generate(7, size)
    first, last = world.at(DATES[0]), world.at(DATES[-1])
    held = [tenant.collections for tenant in last.tenants.values()]

    assert any(group["isAssignableToRole"] for one in held for group in one["groups"])
    assert any("DynamicMembership" in group["groupTypes"] for one in held for group in one["groups"])
    kinds = {row["@odata.type"] for one in held for group in one["groups"] for row in group["members"]}
    assert kinds == {"#microsoft.graph.user", "#microsoft.graph.group"}
    with_p2 = [tenant.collections for tenant in last.tenants.values() if tenant.has_p2]
    types = {row["assignmentType"] for one in with_p2 for row in one["roleAssignmentScheduleInstances"]}
    assert types == {"Assigned", "Activated"}
    assert all(one["roleEligibilityScheduleInstances"] for one in with_p2)
    partners = [one for one in held if "delegatedAdminRelationships" in one]
    assert len(partners) == 1
    assert {"active", "expired", "approvalPending"} == {
        row["status"] for row in partners[0]["delegatedAdminRelationships"]
    }
    assert all(len(one["secureScores"]) > 90 for one in held)
    users = [user for one in held for user in one["users"]]
    assert any("signInActivity" not in user for user in users)
    assert any("🌻" in user["displayName"] for user in users)
    assert any(user["externalUserState"] == "PendingAcceptance" for user in users)
    assert first.tenants.keys() == last.tenants.keys()


def test_usage_report_tells_shared_mailboxes_and_rooms(demo: World) -> None:
    rows = [row for tenant in demo.at(DATES[-1]).tenants.values() for row in tenant.collections["mailboxUsage"]]

    assert {row["Recipient Type"] for row in rows} == {"User", "Shared", "Room"}


def test_p1_is_proven_by_an_enabled_service_plan_only(demo: World) -> None:
    for tenant in demo.at(DATES[-1]).tenants.values():
        plans = {
            plan["servicePlanName"]
            for sku in tenant.collections["subscribedSkus"]
            for plan in sku["servicePlans"]
            if plan["provisioningStatus"] == "Success"
        }
        assert tenant.has_p1 == bool(plans & {"AAD_PREMIUM", "AAD_PREMIUM_P2"})


def test_policies_outlive_their_licence_and_are_nowhere_without_one(demo: World) -> None:
    tenants = {tenant.key: tenant for tenant in demo.plan.tenants}
    held = demo.at(DATES[-1]).tenants

    assert not held[tenants["glacier"].id].has_p1
    assert held[tenants["glacier"].id].collections["conditionalAccessPolicies"]
    for key in ("cedarlab", "juniper"):
        assert not held[tenants[key].id].collections["conditionalAccessPolicies"]


def test_consumed_units_are_the_distinct_holders(demo: World) -> None:
    for tenant in demo.at(DATES[1]).tenants.values():
        for sku in tenant.collections["subscribedSkus"]:
            holders = [
                user
                for user in tenant.collections["users"]
                if sku["skuId"] in {row["skuId"] for row in user["assignedLicenses"]}
            ]
            assert sku["consumedUnits"] == len(holders)


def test_user_with_direct_and_group_assignment_holds_one_seat(demo: World) -> None:
    users = [user for tenant in demo.at(DATES[0]).tenants.values() for user in tenant.collections["users"]]
    twice = [user for user in users if len(skus_of_states(user)) > len(set(skus_of_states(user)))]

    assert twice
    assert all(len(user["assignedLicenses"]) == len(set(skus_of_states(user))) for user in twice)


def test_failed_group_assignment_gives_no_license(demo: World) -> None:
    failed = [
        user
        for tenant in demo.at(DATES[0]).tenants.values()
        for user in tenant.collections["users"]
        if any(row["state"] == "Error" for row in user["licenseAssignmentStates"])
    ]

    assert failed
    assert all(user["assignedLicenses"] == [] for user in failed)


def test_names_hold_letters_beyond_ascii_apostrophes_and_guests(demo: World) -> None:
    users = [user for tenant in demo.at(DATES[0]).tenants.values() for user in tenant.collections["users"]]

    assert any(not user["displayName"].isascii() for user in users)
    assert any("'" in user["userPrincipalName"] for user in users)
    assert any("#EXT#" in user["userPrincipalName"] and user["userType"] == "Guest" for user in users)


def test_money_is_decimal_never_float(demo: World) -> None:
    snapshot = demo.at(DATES[-1])

    assert not [number for number in numbers_in([snapshot.connectwise, snapshot.pax8]) if isinstance(number, float)]
    assert all(isinstance(row["subtotal"], Decimal) for row in snapshot.connectwise["invoices"])
    assert all(isinstance(row["costTotal"], Decimal) for row in snapshot.pax8["invoiceItems"])


def test_documents_after_the_day_do_not_exist_yet(demo: World) -> None:
    day = date(2026, 11, 2)
    snapshot = demo.at(day)

    assert max(row["date"][:10] for row in snapshot.connectwise["invoices"]) <= day.isoformat()
    assert max(row["timeStart"][:10] for row in snapshot.connectwise["timeEntries"]) <= day.isoformat()
    assert max(row["invoiceDate"] for row in snapshot.pax8["invoices"]) <= day.isoformat()


def test_invoice_details_hold_the_lines_that_point_at_the_invoice(demo: World) -> None:
    connectwise = demo.at(DATES[-1]).connectwise
    for kind, entries in (("products", connectwise["products"]), ("timeEntries", connectwise["timeEntries"])):
        pointing = [(row["invoice"]["id"], row["id"]) for row in entries if row["invoice"] is not None]
        listed = [(invoice, row["id"]) for invoice, info in connectwise["invoiceInfo"].items() for row in info[kind]]
        assert sorted(pointing) == sorted(listed)


def test_document_ids_grow_with_their_dates(demo: World) -> None:
    invoices = demo.at(DATES[-1]).connectwise["invoices"]

    assert [row["id"] for row in sorted(invoices, key=lambda row: row["id"])] == [row["id"] for row in invoices]
    assert [row["date"] for row in invoices] == sorted(row["date"] for row in invoices)


def test_changed_record_has_a_newer_last_updated(demo: World) -> None:
    before, after = demo.at(DATES[0]).connectwise, demo.at(DATES[-1]).connectwise
    for table in ("members", "additions", "invoices", "timeEntries"):
        old = {row["id"]: row for row in before[table]}
        changed = [row for row in after[table] if row["id"] in old and row != old[row["id"]]]
        assert changed, table
        assert all(row["_info"]["lastUpdated"] > old[row["id"]]["_info"]["lastUpdated"] for row in changed), table


def test_days_outside_the_world_give_its_ends(small: World) -> None:
    assert small.at(DATES[-1] + timedelta(days=30)) == small.at(DATES[-1])
    assert small.at(DATES[0] - timedelta(days=60)) == small.at(DATES[0] - timedelta(days=7))


def test_planned_changes_show_between_observations(demo: World) -> None:
    first, last = demo.at(DATES[0]), demo.at(DATES[-1])
    users = [
        {user["id"] for tenant in day.tenants.values() for user in tenant.collections["users"]} for day in (first, last)
    ]
    states = [
        {
            row["id"]: row["state"]
            for tenant in day.tenants.values()
            for row in tenant.collections["conditionalAccessPolicies"]
        }
        for day in (first, last)
    ]
    cancelled = [sum(row["status"] == "Cancelled" for row in day.pax8["subscriptions"]) for day in (first, last)]

    assert users[1] - users[0] and users[0] - users[1]
    assert any(
        states[0][key] == "enabled" and states[1][key] == "enabledForReportingButNotEnforced" for key in states[0]
    )
    assert cancelled[1] == cancelled[0] + 1


def test_graph_secret_does_not_look_like_a_secret_id(small: World) -> None:
    assert "~" in small.credentials["graph"]["client_secret"]
    assert set(small.secret_environment()) == {
        "TENANTRY_GRAPH_SECRET",
        "CW_PUBLIC",
        "CW_PRIVATE",
        "TENANTRY_PAX8_SECRET",
    }
