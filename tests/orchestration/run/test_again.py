"""Run again: nothing changed at the vendors, nothing changes here; ten changes there are ten changes here."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from ingestion.simulator.serve import Simulator
from ingestion.simulator.world import World
from tests.orchestration.run.tenants import ALDER, BJORK, tenant_id
from tests.product import Product, contents, differences

DERIVED = ("hist.hist_license__", "hist.hist_posture__")
RAW = ("raw_microsoft", "raw_connectwise", "raw_pax8")


def test_second_run_without_a_change_adds_nothing(product: Product, loaded_once: Product, world: World) -> None:
    ended = product.run(world.observation_dates[0])

    assert ended.exit_code == 0, ended.text
    # Raw tables, dlt's own among them, to the last column: no row was written again.
    assert differences(contents(product.warehouse, RAW, ()), contents(loaded_once.warehouse, RAW, ())) == {}
    assert differences(contents(product.warehouse), contents(loaded_once.warehouse)) == {}
    assert differences(contents(product.published), contents(loaded_once.published)) == {}
    assert {status for status, _ in product.last_legs().values()} == {"unchanged", "not_licensed"}
    changed = (
        "select sum(rows_changed), sum(rows_removed) from ops.load_status "
        "where run_id = (select max(run_id) from ops.runs)"
    )
    assert product.ask(changed, file=product.warehouse) == [(0, 0)]

    asked = Counter(
        (entry["tenant"], entry["path"])
        for entry in product.simulator.log()
        if entry["vendor"] == "graph" and "delta" in entry["path"]
    )
    tenants = len(world.at(world.observation_dates[0]).tenants)
    assert set(asked.values()) == {1}
    assert len([path for _, path in asked if "messages" in path]) == 4  # two mailboxes, two folders each
    directory = Counter(path.split("/")[2] for _, path in asked if "messages" not in path)
    assert directory == dict.fromkeys(("users", "groups", "servicePrincipals"), tenants)


@dataclass(frozen=True)
class Change:
    """One edit at a vendor, and the row of which history it must be found in."""

    vendor: str
    collection: str
    row_id: str
    values: dict[str, Any] | None
    where: dict[str, str]
    table: str

    @property
    def raw_vendor(self) -> str:
        """The vendor's name in the warehouse."""
        return self.vendor.replace("graph", "microsoft")


def ten_changes(world: World) -> list[Change]:
    """Ten edits of ten rows in eight tables of all three vendors."""
    snapshot = world.at(world.observation_dates[0])
    alder, bjork = (tenant_id(world, name) for name in (ALDER, BJORK))
    collections = snapshot.tenants[alder].collections
    enabled = [row for row in collections["users"] if row["accountEnabled"] and row.get("userType") == "Member"]
    registered = [row for row in collections["userRegistrationDetails"] if row["isMfaCapable"]]
    # Without licence, registration and role: its removal is one change in one table.
    known = {row["id"] for row in collections["userRegistrationDetails"]}
    known |= {row["principalId"] for row in collections["roleAssignments"]}
    removed = next(row for row in collections["users"] if row["id"] not in known and not row["assignedLicenses"])
    sku = next(row for row in collections["subscribedSkus"] if row["consumedUnits"])
    policy = collections["conditionalAccessPolicies"][0]
    # In a tenant without P2: elsewhere the schedule instances still show the role.
    people = {row["id"] for row in collections["users"]}
    admin = next(row for row in collections["roleAssignments"] if row["principalId"] in people)
    # In a tenant without P1: elsewhere a disabled user leaves the registration report too, an eleventh change.
    person = snapshot.tenants[bjork].collections["users"][0]
    addition = next(row for row in snapshot.connectwise["additions"] if row["billCustomer"] == "Billable")
    subscription = next(row for row in snapshot.pax8["subscriptions"] if row["status"] == "Active")
    units = {**sku["prepaidUnits"], "enabled": sku["prepaidUnits"]["enabled"] + 1}
    return [
        Change("graph", "users", person["id"], {"accountEnabled": False}, {"tenant": bjork}, "users"),
        Change("graph", "users", enabled[1]["id"], {"displayName": "Renamed Person"}, {"tenant": alder}, "users"),
        Change("graph", "users", removed["id"], None, {"tenant": alder}, "users"),
        Change("graph", "users", enabled[0]["id"], {"displayName": "Moved Person"}, {"tenant": alder}, "users"),
        Change(
            "graph",
            "userRegistrationDetails",
            registered[2]["id"],
            {"isMfaCapable": False, "isMfaRegistered": False, "methodsRegistered": []},
            {"tenant": alder},
            "user_registration_details",
        ),
        Change("graph", "subscribedSkus", sku["id"], {"prepaidUnits": units}, {"tenant": alder}, "subscribed_skus"),
        Change(
            "graph", "conditionalAccessPolicies", policy["id"], {"state": "disabled"}, {"tenant": alder},
            "conditional_access_policies",
        ),
        Change("graph", "roleAssignments", admin["id"], None, {"tenant": alder}, "role_assignments"),
        Change(
            "connectwise", "additions", addition["id"], {"quantity": Decimal(addition["quantity"]) + 1}, {},
            "agreement_additions",
        ),
        Change(
            "pax8", "subscriptions", subscription["id"], {"quantity": subscription["quantity"] + 1}, {}, "subscriptions"
        ),
    ]  # fmt: skip


def test_ten_changes_are_found_and_no_other(
    product: Product, loaded_once: Product, simulator: Simulator, world: World
) -> None:
    changes = ten_changes(world)
    for change in changes:
        simulator.edit(change.vendor, change.collection, change.row_id, change.values, **change.where)
    day = world.observation_dates[0] + timedelta(days=1)

    # The clock stays, so that the world's own plan adds nothing.
    ended = product.tell("run", "--as-of", day.isoformat())

    assert ended.exit_code == 0, ended.text
    counted = product.ask(
        "select vendor, tenant_id, table_name, rows_changed, rows_removed from ops.load_status "
        "where run_id = (select max(run_id) from ops.runs) and rows_changed + rows_removed > 0 "
        # A day later some meetings have left the window; that is no change at the vendor.
        "and table_name <> 'events'",
        file=product.warehouse,
    )
    expected = Counter(
        (
            change.raw_vendor,
            change.where.get("tenant", ""),
            change.table,
            change.values is None,
        )
        for change in changes
    )
    # Who leaves the directory leaves the pass over its sign-ins too.
    expected["microsoft", tenant_id(world, ALDER), "sign_in_activity", True] = 1
    found = Counter()
    for vendor, tenant, table, changed, removed in counted:
        found.update({(vendor, tenant, table, False): changed, (vendor, tenant, table, True): removed})
    assert +found == expected

    new = contents(product.warehouse, ("hist",))
    old = contents(loaded_once.warehouse, ("hist",))
    grown = {name: (rows - old[name]).total() for name, rows in new.items() if rows != old[name]}
    # A changed row closes its interval and opens another, a removed one only closes: both count on the new side.
    history = Counter()
    for change in changes:
        history[f"hist.hist_{change.raw_vendor}__{change.table}"] += 1 if change.values is None else 2
    # Findings and verdicts have histories too; what follows from the ten is compared in the marts.
    assert {name: count for name, count in grown.items() if not name.startswith(DERIVED)} == history
    _assert_marts_show(product, loaded_once, changes)


def _assert_marts_show(product: Product, before: Product, changes: list[Change]) -> None:
    disabled, renamed, removed, _, unregistered, sku, _, admin, addition, subscription = changes
    people = "select {} from marts.mart_user_mfa where user_id = ?"
    assert product.ask(people.format("population, is_account_enabled"), [disabled.row_id]) == [("disabled", False)]
    assert product.ask(people.format("display_name"), [renamed.row_id]) == [("Renamed Person",)]
    assert product.ask(people.format("user_id"), [removed.row_id]) == []
    assert before.ask(people.format("user_id"), [removed.row_id]) == [(removed.row_id,)]
    assert product.ask(people.format("is_mfa_capable"), [unregistered.row_id]) == [(False,)]
    # The tenant's only policy was disabled: nobody there is protected any more.
    alder = sku.where["tenant"]
    protected = "select count(*) from marts.mart_user_mfa where tenant_id = ? and verdict = 'protected'"
    assert product.ask(protected, [alder]) == [(0,)] != before.ask(protected, [alder])
    privileged = "select count(*) from marts.mart_privileged_accounts where tenant_id = ?"
    admins = [side.ask(privileged, [admin.where["tenant"]])[0][0] for side in (product, before)]
    assert admins[0] == admins[1] - 1
    seats = (
        "select sum(tenant_enabled_seats), sum(contracted_seats), sum(distributor_seats) "
        "from marts.mart_license_position where valid_to_date is null"
    )
    more = [new - old for new, old in zip(product.ask(seats)[0], before.ask(seats)[0], strict=True)]
    assert more[0] == 1 and more[2] == 1 and more[1] in (0, 1)
    assert sku.values and addition.values and subscription.values
