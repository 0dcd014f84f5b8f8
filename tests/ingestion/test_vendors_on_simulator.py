"""The vendor legs against the simulator, over real HTTPS: what a run reads, and what faults do to it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from data_contracts.contract import raw_contract
from ingestion.connectwise.client import allowed_requests as connectwise_requests
from ingestion.connectwise.connection import ConnectWiseConnection
from ingestion.connectwise.source import connectwise_legs
from ingestion.http.client import HttpClient
from ingestion.legs import IngestionError, Leg, LegStatus
from ingestion.microsoft.client import allowed_requests as graph_requests
from ingestion.microsoft.connection import AppCredential, MailSettings, MicrosoftConnection, Tenant
from ingestion.microsoft.mailboxes import MailboxAllowlist
from ingestion.microsoft.matching import MatchSet
from ingestion.microsoft.source import microsoft_legs
from ingestion.pax8.client import allowed_requests as pax8_requests
from ingestion.pax8.connection import Pax8Connection
from ingestion.pax8.source import pax8_legs
from ingestion.simulator.serve import start
from ingestion.simulator.world import generate
from tests.ingestion.readings import MemoryReading, leg_of, read

WORLD = generate(7, "small")
DAY = WORLD.observation_dates[0]
SNAPSHOT = WORLD.at(DAY)
MSP = next(tenant for tenant, found in SNAPSHOT.tenants.items() if found.mailboxes)
WITHOUT_P1 = next(tenant for tenant, found in SNAPSHOT.tenants.items() if not found.has_p1)
MAILBOXES = [address for address in SNAPSHOT.tenants[MSP].mailboxes if address.startswith(("dana@", "lee@"))]
DOMAINS = frozenset(domain for tenant, found in SNAPSHOT.tenants.items() if tenant != MSP for domain in found.domains)


P1_TABLES = ("user_registration_details", "sign_in_activity")
P2_TABLES = ("role_assignment_schedule_instances", "role_eligibility_schedule_instances")
# Tables whose rows are the rows of a collection, by id.
LISTS = {
    "groups": "groups",
    "applications": "applications",
    "service_principals": "servicePrincipals",
    "named_locations": "namedLocations",
    "secure_scores": "secureScores",
    "secure_score_profiles": "secureScoreControlProfiles",
    "role_assignment_schedule_instances": "roleAssignmentScheduleInstances",
    "role_eligibility_schedule_instances": "roleEligibilityScheduleInstances",
    "sign_in_activity": "users",
    "delegated_admin_relationships": "delegatedAdminRelationships",
    "delegated_admin_customers": "delegatedAdminCustomers",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    with start(tmp_path_factory.mktemp("simulator"), size="small", clock=DAY) as simulator:
        yield simulator


@pytest.fixture
def simulator(running: object) -> Iterator[object]:
    running.clear_faults()
    running.clear_log()
    yield running
    running.clear_faults()
    running.clear_edits()
    running.set_clock(DAY)


def graph_connection(simulator: object, secret: str = "") -> MicrosoftConnection:
    known = WORLD.credentials["graph"]
    credential = AppCredential(known["client_id"], secret=lambda: secret or known["client_secret"])
    urls = simulator.urls
    return MicrosoftConnection(
        urls["login_url"],
        urls["graph_url"],
        "https://graph.microsoft.com/.default",
        tuple(Tenant(tenant, credential, is_msp=tenant == MSP) for tenant in SNAPSHOT.tenants),
        MailSettings(MSP, MailboxAllowlist(MAILBOXES)),
        ca_bundle=Path(urls["ca_bundle"]),
        report_hosts=(urls["report_host"],),
    )


def graph_legs(simulator: object) -> list[Leg]:
    connection = graph_connection(simulator)
    http = HttpClient(graph_requests(connection), ca_bundle=connection.ca_bundle, sleep=lambda seconds: None)
    return microsoft_legs(connection, MatchSet({}, DOMAINS), http)


def psa_legs(simulator: object) -> list[Leg]:
    known = WORLD.credentials["connectwise"]
    connection = ConnectWiseConnection(
        base_url=simulator.urls["connectwise_url"],
        company_id=known["company_id"],
        public_key=lambda: known["public_key"],
        private_key=lambda: known["private_key"],
        client_id=known["client_id"],
        ca_bundle=Path(simulator.urls["ca_bundle"]),
    )
    http = HttpClient(connectwise_requests(connection), ca_bundle=connection.ca_bundle, sleep=lambda seconds: None)
    return connectwise_legs(connection, http)


def distributor_legs(simulator: object) -> list[Leg]:
    known = WORLD.credentials["pax8"]
    urls = simulator.urls
    connection = Pax8Connection(
        urls["pax8_url"],
        urls["pax8_token_url"],
        known["client_id"],
        lambda: known["client_secret"],
        ca_bundle=Path(urls["ca_bundle"]),
    )
    http = HttpClient(pax8_requests(connection), ca_bundle=connection.ca_bundle, sleep=lambda seconds: None)
    return pax8_legs(connection, http)


def read_all(legs: list[Leg]) -> tuple[dict[tuple[str, str], MemoryReading], dict[tuple[str, str], IngestionError]]:
    """Every leg in its order; those that fail apart."""
    done: dict[tuple[str, str], MemoryReading] = {}
    failed: dict[tuple[str, str], IngestionError] = {}
    rows: dict[str, dict[str, pa.Table]] = defaultdict(dict)
    for leg in sorted(legs, key=lambda leg: len(leg.needs)):
        tenant, table = leg.key.tenant_id, leg.key.table
        failures = {name: error for (owner, name), error in failed.items() if owner == tenant}
        reading = MemoryReading(leg.key, as_of=DAY, others=rows[tenant], changed=rows[tenant], failures=failures)
        try:
            leg.read(reading)
        except IngestionError as error:
            failed[tenant, table] = error
            continue
        done[tenant, table] = reading
        rows[tenant][table] = (
            reading.table() if reading.written else raw_contract(leg.key.vendor, table).arrow_schema().empty_table()
        )
    return done, failed


def test_run_reads_every_leg_and_only_what_it_may(simulator) -> None:  # noqa: ANN001
    done, failed = read_all(graph_legs(simulator))
    others, others_failed = read_all(psa_legs(simulator))
    pax8, pax8_failed = read_all(distributor_legs(simulator))
    unlicensed = {
        (tenant, table) for tenant, found in SNAPSHOT.tenants.items() if not found.has_p1 for table in P1_TABLES
    }
    unlicensed |= {
        (tenant, table) for tenant, found in SNAPSHOT.tenants.items() if not found.has_p2 for table in P2_TABLES
    }
    assert {key: error.status for key, error in failed.items()} == dict.fromkeys(unlicensed, LegStatus.NOT_LICENSED)
    assert others_failed == pax8_failed == {}
    without_group = {tenant for tenant, found in SNAPSHOT.tenants.items() if not found.collections["groups"]}
    asked = {key for key in done if key[1] != "group_members" or key[0] not in without_group}
    readings = [*(done[key] for key in asked), *others.values(), *pax8.values()]
    assert all(reading.stats.request_count > 0 for reading in readings)

    text = "".join(
        str(table.to_pylist())
        for reading in [*done.values(), *others.values(), *pax8.values()]
        for tables in reading.written.values()
        for table in tables
    )
    assert not [canary for canary in ("CANARY-BODY", "CANARY-PRIVATE", "CANARY-UNMATCHED") if canary in text]
    assert done[MSP, "messages"].stats.forbidden_dropped > 0

    for entry in simulator.log():
        is_token = entry["vendor"] == "login" or entry["path"].endswith("/token")
        assert entry["method"] == "GET" or (entry["method"] == "POST" and is_token), entry
        assert entry["has_authorization"] or not entry["path"].startswith("/v1.0"), entry
        assert not entry["has_authorization"] or entry["vendor"] != "storage", entry
        assert entry["mailbox"] in {None, "", *MAILBOXES}, entry


def test_run_reads_what_the_world_holds(simulator) -> None:  # noqa: ANN001
    done, _ = read_all(graph_legs(simulator))
    for tenant, found in SNAPSHOT.tenants.items():
        assert sorted(done[tenant, "users"].values("id")) == sorted(user["id"] for user in found.collections["users"])
        states = [state for user in found.collections["users"] for state in user.get("licenseAssignmentStates") or []]
        assert done[tenant, "users"].table("license_assignments").num_rows == len(states)
        assert done[tenant, "security_defaults"].values("is_enabled") == [found.security_defaults["isEnabled"]]
        for table, collection in LISTS.items():
            ids = sorted(row["id"] for row in found.collections.get(collection, ()))
            rows = done.get((tenant, table))
            assert rows is None or sorted(rows.values("id") if rows.written else []) == ids, (tenant, table)
        kept = [row for row in found.collections["mailboxUsage"] if row["User Principal Name"]]
        recipients = {row["User Principal Name"].lower(): row["Recipient Type"] for row in kept}
        usage = done[tenant, "mailbox_usage"].table()
        assert recipients == dict(
            zip(*(usage.column(name).to_pylist() for name in ("user_principal_name", "recipient_type")), strict=True)
        )
        keys = [
            (kind, owner["id"], key["keyId"])
            for kind, collection in (("application", "applications"), ("service_principal", "servicePrincipals"))
            for owner in found.collections[collection]
            for key in (*owner["passwordCredentials"], *owner["keyCredentials"])
        ]
        stored = done[tenant, "credentials"].table().select(["owner_kind", "owner_id", "key_id"]).to_pylist()
        assert sorted(tuple(row.values()) for row in stored) == sorted(keys)
    psa, _ = read_all(psa_legs(simulator))
    totals = {str(invoice["id"]): invoice["total"] for invoice in SNAPSHOT.connectwise["invoices"]}
    assert dict(zip(psa["", "invoices"].values("id"), psa["", "invoices"].values("total"), strict=True)) == totals
    pax8, _ = read_all(distributor_legs(simulator))
    assert sum(pax8["", "invoice_items"].values("cost_total")) == sum(
        item["costTotal"] for item in SNAPSHOT.pax8["invoiceItems"]
    )


def test_second_round_without_change_is_one_request_per_delta_table(simulator) -> None:  # noqa: ANN001
    legs = graph_legs(simulator)
    for table, scopes in (("users", 1), ("groups", 1), ("service_principals", 1), ("messages", len(MAILBOXES))):
        leg = leg_of(legs, table, MSP)
        _, end = read(leg, as_of=DAY)
        cursors = {"/".join(scope.where.values()): scope.cursor for scope in end.scopes[table]}
        reading, again = read(leg, as_of=DAY, cursors=cursors)
        assert reading.stats.request_count == len(cursors) >= scopes
        assert {scope.mode for scope in again.scopes[table]} == {"delta"}
        assert {"/".join(scope.where.values()): scope.cursor for scope in again.scopes[table]} == cursors
        assert not any(written.num_rows for written in reading.written[table])


def test_changes_between_rounds_are_exactly_what_is_read(simulator) -> None:  # noqa: ANN001
    leg = leg_of(graph_legs(simulator), "users", WITHOUT_P1)
    first, end = read(leg, as_of=DAY)
    renamed, removed = first.values("id")[:2]
    simulator.edit("graph", "users", renamed, {"displayName": "New Name"}, tenant=WITHOUT_P1)
    simulator.edit("graph", "users", removed, None, tenant=WITHOUT_P1)
    reading, again = read(leg, as_of=DAY, cursors={"": end.scopes["users"][0].cursor})
    assert [(row["id"], row["display_name"]) for row in reading.table().to_pylist()] == [(renamed, "New Name")]
    assert again.scopes["users"][0].removed_keys.to_pydict() == {"id": [removed]}


def test_expired_delta_link_is_followed_by_a_full_round(simulator) -> None:  # noqa: ANN001
    leg = leg_of(graph_legs(simulator), "users", MSP)
    first, end = read(leg, as_of=DAY)
    simulator.fault("delta_gone", vendor="graph", path="/users/delta", times=1)
    reading, again = read(leg, as_of=DAY, cursors={"": end.scopes["users"][0].cursor})
    assert again.scopes["users"][0].mode == "full"
    assert sorted(reading.values("id")) == sorted(first.values("id"))


@pytest.mark.parametrize("fault", ["nextlink_other_host", "redirect_other_host"])
def test_other_host_gets_no_request_and_no_token(simulator, fault: str) -> None:  # noqa: ANN001
    simulator.fault(fault, vendor="graph", path="/users/delta")
    with pytest.raises(IngestionError) as caught:
        read(leg_of(graph_legs(simulator), "users", MSP), as_of=DAY)
    assert caught.value.error_class in {"foreign_link", "redirect"}
    assert [entry for entry in simulator.log() if entry["host"].startswith("localhost")] == []


@pytest.mark.parametrize(
    ("fault", "values"),
    [
        ("throttle", {"seconds": 0, "form": "seconds"}),
        ("throttle", {"seconds": 0, "form": "date"}),
        ("throttle", {"form": "none"}),
        ("unavailable", {}),
        ("truncated", {}),
        ("connection_reset", {}),
        ("server_error", {}),
        ("token_expires", {}),
        ("empty_page_with_next", {}),
        ("duplicate_rows", {}),
    ],
)
def test_passing_fault_leaves_the_same_rows(simulator, fault: str, values: dict) -> None:  # noqa: ANN001
    simulator.fault(fault, vendor="graph", path="/users/delta", times=1, **values)
    reading, _ = read(leg_of(graph_legs(simulator), "users", MSP), as_of=DAY)
    assert set(reading.values("id")) == {user["id"] for user in SNAPSHOT.tenants[MSP].collections["users"]}


@pytest.mark.parametrize(
    ("fault", "status", "error_class"),
    [
        ("not_json", LegStatus.FAILED, "not_json"),
        ("no_value", LegStatus.FAILED, "no_value"),
        ("number_for_text", LegStatus.FAILED, "wrong_type"),
        ("server_error", LegStatus.FAILED, "server_error"),
        ("forbidden", LegStatus.NOT_PERMITTED, "permission_missing"),
    ],
)
@pytest.mark.parametrize("vendor", ["graph", "connectwise", "pax8"])
def test_lasting_fault_ends_its_leg_and_no_other(  # noqa: ANN201
    simulator,
    vendor: str,
    fault: str,
    status: LegStatus,
    error_class: str,  # noqa: ANN001
):
    path = {"graph": "/domains", "connectwise": "/company/companies", "pax8": "/companies"}[vendor]
    make = {"graph": graph_legs, "connectwise": psa_legs, "pax8": distributor_legs}[vendor]
    simulator.fault(fault, vendor=vendor, path=path)
    legs = make(simulator)
    table = "domains" if vendor == "graph" else "companies"
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs, table), as_of=DAY)
    assert (caught.value.status, caught.value.error_class) == (status, error_class)
    assert caught.value.advice
    read(leg_of(legs, "organization" if vendor == "graph" else "products"), as_of=DAY)


def test_expired_secret_fails_its_tenant_with_one_token_request(simulator) -> None:  # noqa: ANN001
    simulator.fault("secret_expired", vendor="login", tenant=MSP)
    done, failed = read_all(graph_legs(simulator))
    assert {tenant for tenant, table in failed if table == "users"} == {MSP}
    assert {error.error_class for (tenant, _), error in failed.items() if tenant == MSP} == {"secret_expired"}
    assert (WITHOUT_P1, "users") in done
    tokens = [entry for entry in simulator.log() if entry["path"].endswith("/oauth2/v2.0/token")]
    assert len([entry for entry in tokens if entry["tenant"] == MSP]) == 1


def test_domain_is_resolved_through_the_metadata(simulator) -> None:  # noqa: ANN001
    connection = graph_connection(simulator)
    domain = SNAPSHOT.tenants[MSP].domains[0]
    by_domain = replace(
        connection,
        tenants=(
            replace(connection.tenants[0], tenant_id=domain),
            replace(connection.tenants[0], tenant_id="nowhere.example"),
        ),
        mail=None,
    )
    legs = microsoft_legs(by_domain, None)
    assert {leg.key.tenant_id for leg in legs} == {MSP, "nowhere.example"}
    assert read(leg_of(legs, "organization", MSP), as_of=DAY)[0].values("id") == [MSP]
    with pytest.raises(IngestionError) as caught:
        read(leg_of(legs, "organization", "nowhere.example"), as_of=DAY)
    assert caught.value.error_class == "tenant_not_found"


def test_wrong_certificate_authority_is_told(simulator) -> None:  # noqa: ANN001
    connection = replace(graph_connection(simulator), ca_bundle=None)
    with pytest.raises(IngestionError) as caught:
        read(leg_of(microsoft_legs(connection, None), "organization"), as_of=DAY)
    assert caught.value.error_class == "tls"
    assert "ca_bundle" in caught.value.advice


def test_incremental_psa_read_asks_for_changes_only(simulator) -> None:  # noqa: ANN001
    leg = leg_of(psa_legs(simulator), "time_entries")
    first, end = read(leg, as_of=DAY)
    later = DAY + timedelta(days=1)
    reading, again = read(leg, as_of=later, cursors={"": end.scopes["time_entries"][0].cursor})
    assert again.scopes["time_entries"][0].mode == "upsert"
    assert reading.stats.rows_read < first.stats.rows_read
    assert "lastUpdated" in simulator.log()[-1]["query"]


def test_members_are_those_that_the_groups_hold_through_any_depth(simulator) -> None:  # noqa: ANN001
    done, _ = read_all(graph_legs(simulator))
    reading = done[MSP, "group_members"]
    named = {row["principal_id"] for row in done[MSP, "role_assignments"].table().to_pylist()}
    groups = {group["id"] for group in SNAPSHOT.tenants[MSP].collections["groups"]}
    assert set(reading.values("group_id")) >= named & groups
    users = {user["id"] for user in SNAPSHOT.tenants[MSP].collections["users"]}
    assert set(reading.values("id")) & users
    assert set(reading.values("odata_type")) <= {"#microsoft.graph.user", "#microsoft.graph.group"}


def test_usage_report_with_hidden_names_is_an_outcome_of_its_own(simulator) -> None:  # noqa: ANN001
    simulator.options(concealed_names={MSP: True})
    try:
        with pytest.raises(IngestionError) as caught:
            read(leg_of(graph_legs(simulator), "mailbox_usage", MSP), as_of=DAY)
    finally:
        simulator.options(concealed_names={MSP: False})
    assert (caught.value.status, caught.value.error_class) == (LegStatus.NOT_OFFERED, "names_concealed")


def test_consent_that_goes_and_comes_is_right_on_the_next_run(simulator) -> None:  # noqa: ANN001
    first, end = read(leg_of(graph_legs(simulator), "groups", MSP), as_of=DAY)
    cursors = {"": end.scopes["groups"][0].cursor}
    simulator.fault("consent_missing", vendor="graph", tenant=MSP, path="/groups")
    with pytest.raises(IngestionError) as caught:
        read(leg_of(graph_legs(simulator), "groups", MSP), as_of=DAY, cursors=cursors)
    assert caught.value.status is LegStatus.NOT_PERMITTED
    simulator.clear_faults()
    gone = first.values("id")[0]
    simulator.edit("graph", "groups", gone, None, tenant=MSP)
    _, again = read(leg_of(graph_legs(simulator), "groups", MSP), as_of=DAY, cursors=cursors)
    assert again.scopes["groups"][0].mode == "delta"
    assert again.scopes["groups"][0].removed_keys.to_pydict() == {"id": [gone]}
