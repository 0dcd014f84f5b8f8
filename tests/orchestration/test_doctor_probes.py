"""The doctor against the simulator: real tokens, real reads, nothing written, no unlisted mailbox opened."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion.simulator.serve import Simulator, start
from ingestion.simulator.world import World, generate
from orchestration.certificates import certificate_facts
from orchestration.cli import main
from orchestration.config_credentials import credential_rows
from orchestration.doctor import Examination, examine
from orchestration.doctor_check import Check, State
from orchestration.doctor_probes import POLICY, VendorProbes
from orchestration.settings import load_settings
from orchestration.settings_schema import Settings
from orchestration.vendor_selection import select
from tests.orchestration.doctor_fakes import named

TODAY = date(2026, 10, 20)


@dataclass(frozen=True)
class Site:
    """A running simulator and the settings that lead to it."""

    simulator: Simulator
    settings: Settings
    world: World

    @property
    def tenant_ids(self) -> list[str]:
        """The configured tenants."""
        assert self.settings.microsoft is not None
        return [tenant.tenant_id for tenant in self.settings.microsoft.tenants]

    @property
    def msp(self) -> str:
        """The MSP's own tenant, which holds the listed mailboxes."""
        assert self.settings.microsoft is not None and self.settings.microsoft.mailboxes is not None
        return self.settings.microsoft.mailboxes.tenant_id

    def needed(self, tenant_id: str) -> list[str]:
        """What the settings need in a tenant."""
        selection = select(self.settings)
        with VendorProbes(self.settings, selection, TODAY) as probes:
            tenant = next(tenant for tenant in selection.tenants if tenant.tenant_id == tenant_id)
            return [item.permission for item in probes.open_tenant(tenant).needed_permissions()]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The small world, served for all tests of this module."""
    folder: Path = tmp_path_factory.mktemp("doctor")
    world = generate(seed=7, size="small")
    with start(folder, size="small", clock=TODAY) as simulator:
        file = folder / "tenantry.toml"
        # The command compares the expiry with the machine's own date, which this test does not choose.
        text = re.sub(r"secret_expires_on = \S+", "secret_expires_on = 2999-01-01", world.settings_toml(simulator.urls))
        file.write_text(text, encoding="utf-8")
        yield Site(simulator, load_settings(file, world.secret_environment()), world)


@pytest.fixture
def site(running: Site) -> Site:
    """The simulator with exactly what is needed granted, no body sent, no fault and an empty log."""
    running.simulator.clear_faults()
    running.simulator.clear_edits()
    running.simulator.options(
        roles={tenant_id: running.needed(tenant_id) for tenant_id in running.tenant_ids},
        mailbox_scope={running.msp: list(running.settings.microsoft.mailboxes.allow)},  # type: ignore[union-attr]
        sends_bodies=False,
        clock_skew_seconds=0,
    )
    running.simulator.clear_log()
    return running


def examined(site: Site, settings: Settings | None = None) -> list[Check]:
    """Every check against the simulator."""
    settings = settings or site.settings
    selection = select(settings)
    rows = credential_rows(settings, certificate_facts)
    examination = Examination(selection, rows, settings.posture.expiring_days, TODAY, settings.http.connections)
    with VendorProbes(settings, selection, TODAY) as probes:
        return list(examine(examination, probes))


def of(checks: list[Check], name: str, subject: str) -> list[Check]:
    """The rows of one check for one subject."""
    return [check for check in named(checks, name) if check.subject == subject]


def test_doctor_of_a_healthy_site_finds_no_error_and_every_permission_needed(site: Site) -> None:
    checks = examined(site)
    assert [check for check in checks if check.state is State.ERROR] == []
    assert [check.subject for check in named(checks, "permissions")] == site.tenant_ids
    assert named(checks, "permission_missing") == named(checks, "permission_unneeded") == []
    assert named(checks, "clock")[0].state is State.OK


def test_doctor_only_reads_and_asks_no_mailbox_but_the_listed_and_the_canary(site: Site) -> None:
    examined(site)
    log = site.simulator.log()
    assert {
        entry["path"] for entry in log if entry["method"] != "GET" and not entry["path"].endswith("/token")
    } == set()
    mailboxes = site.settings.microsoft.mailboxes  # type: ignore[union-attr]
    asked = {entry["mailbox"] for entry in log} - {None, ""}
    assert asked == {*mailboxes.allow, mailboxes.canary}  # type: ignore[union-attr]
    of_canary = [entry for entry in log if entry["mailbox"] == mailboxes.canary]  # type: ignore[union-attr]
    assert [(entry["path"].rsplit("/", 2)[1:], entry["status"]) for entry in of_canary] == [
        (["mailFolders", "inbox"], 403)
    ]


def test_doctor_asks_little(site: Site) -> None:
    examined(site)
    reads = [entry for entry in site.simulator.log() if entry["vendor"] == "graph" and not entry["mailbox"]]
    paths = [entry["path"].removeprefix("/v1.0") for entry in reads]
    assert paths.count("/subscribedSkus") == len(site.tenant_ids)
    assert sorted(set(paths)) == ["/applications", "/subscribedSkus"]
    assert paths.count("/applications") == 1


def test_doctor_tells_premium_licences_as_the_world_has_them(site: Site) -> None:
    checks = examined(site)
    for tenant_id, tenant in site.world.at(TODAY).tenants.items():
        (check,) = of(checks, "licences", tenant_id)
        plans = ["P1"] * (tenant.has_p1 or tenant.has_p2) + ["P2"] * tenant.has_p2
        assert check.details["plans"] == plans


def test_doctor_names_every_permission_that_one_tenant_lacks_or_has_too_many(site: Site) -> None:
    tenant_id, *others = [tenant_id for tenant_id in site.tenant_ids if tenant_id != site.msp]
    needed = site.needed(tenant_id)
    lacking = ("AuditLog.Read.All", "Application.Read.All")
    granted = [name for name in needed if name not in lacking] + ["Mail.ReadWrite", "Group.Read.All"]
    site.simulator.options(roles={tenant_id: granted})
    checks = examined(site)
    missing = of(checks, "permission_missing", tenant_id)
    assert {check.details["permission"] for check in missing} == set(lacking)
    tables = {check.details["permission"]: check.details["tables"] for check in missing}
    assert set(tables["AuditLog.Read.All"]) == {"user_registration_details", "sign_in_activity"}
    assert set(tables["Application.Read.All"]) == {"applications", "service_principals", "credentials"}
    assert [check.details["permission"] for check in of(checks, "permission_writes", tenant_id)] == ["Mail.ReadWrite"]
    assert [check.details["permission"] for check in of(checks, "permission_unneeded", tenant_id)] == ["Group.Read.All"]
    assert [of(checks, "permissions", other)[0].state for other in others] == [State.OK] * len(others)


def test_doctor_finds_nothing_consented(site: Site) -> None:
    tenant_id = next(tenant_id for tenant_id in site.tenant_ids if tenant_id != site.msp)
    site.simulator.options(roles={tenant_id: []})
    missing = of(examined(site), "permission_missing", tenant_id)
    assert {check.details["permission"] for check in missing} == set(site.needed(tenant_id))


def test_doctor_finds_a_grant_that_reaches_the_whole_tenant(site: Site) -> None:
    mailboxes = site.settings.microsoft.mailboxes  # type: ignore[union-attr]
    site.simulator.options(mailbox_scope={site.msp: [*mailboxes.allow, mailboxes.canary]})  # type: ignore[union-attr]
    checks = examined(site)
    assert named(checks, "mailbox_canary")[0].state is State.ERROR
    assert named(checks, "mailbox_consent")[0].state is State.ERROR


def test_doctor_finds_a_listed_mailbox_out_of_scope_by_its_place(site: Site) -> None:
    first, *others = site.settings.microsoft.mailboxes.allow  # type: ignore[union-attr]
    site.simulator.options(mailbox_scope={site.msp: others})
    checks = named(examined(site), "mailbox_answers")
    assert [check.state for check in checks] == [State.ERROR] + [State.OK] * len(others)
    assert first not in str(checks) and "listed mailbox 1 of" in checks[0].found


def test_doctor_finds_content_that_nobody_asked_for(site: Site) -> None:
    site.simulator.options(sends_bodies=True)
    found = named(examined(site), "mailbox_content")
    assert found and all(check.state is State.WARNING for check in found)
    assert "messages.body" in found[0].details["content"]


def test_doctor_reads_the_end_of_our_own_secret_from_the_home_tenant(site: Site) -> None:
    client_id = site.settings.microsoft.client_id  # type: ignore[union-attr]
    ends_on = TODAY + timedelta(days=6)
    app: dict[str, Any] = {
        "id": "00000000-0000-0000-0000-0000000000f1",
        "appId": client_id,
        "displayName": "Tenantry",
        "passwordCredentials": [
            {"keyId": "00000000-0000-0000-0000-0000000000f2", "endDateTime": f"{ends_on}T10:00:00.1234567Z"}
        ],
        "keyCredentials": [],
    }
    for row in site.world.at(TODAY).tenants[site.msp].collections.get("applications", []):
        if row["appId"] == client_id:
            app["id"] = row["id"]
    site.simulator.edit("graph", "applications", app["id"], app, tenant=site.msp)
    (check,) = named(examined(site), "expiry")
    assert (check.state, check.details["evidence"]) == (State.WARNING, "graph")
    assert check.details["days_left"] == 6


def test_doctor_tells_a_clock_that_is_wrong(site: Site) -> None:
    site.simulator.options(clock_skew_seconds=420)
    (check,) = named(examined(site), "clock")
    assert check.state is State.ERROR and abs(check.details["skew_seconds"]) in range(415, 426)


def test_doctor_tells_an_expired_secret_of_one_tenant_and_goes_on(site: Site) -> None:
    expired, *others = site.tenant_ids
    site.simulator.fault("secret_expired", tenant=expired)
    checks = examined(site)
    (check,) = of(checks, "token", expired)
    assert check.state is State.ERROR
    assert "7000222" in check.found and "new client secret" in check.remedy
    assert [of(checks, "token", other)[0].state for other in others] == [State.OK] * len(others)


def test_doctor_tells_a_wrong_tenant(site: Site) -> None:
    wrong = site.tenant_ids[0]
    site.simulator.fault("wrong_tenant", tenant=wrong)
    (check,) = of(examined(site), "token", wrong)
    assert check.state is State.ERROR and "tenant_id" in check.remedy


def test_doctor_examines_a_tenant_that_is_given_by_its_domain(site: Site) -> None:
    microsoft = site.settings.microsoft
    assert microsoft is not None
    tenant_id = next(tenant_id for tenant_id in site.tenant_ids if tenant_id != site.msp)
    domain = site.world.at(TODAY).tenants[tenant_id].domains[0]
    tenants = tuple(
        replace(tenant, tenant_id=domain if tenant.tenant_id == tenant_id else tenant.tenant_id)
        for tenant in microsoft.tenants
    )
    checks = examined(site, replace(site.settings, microsoft=replace(microsoft, tenants=tenants)))
    assert of(checks, "token", domain)[0].state is State.OK
    assert of(checks, "permissions", domain)[0].state is State.OK


@pytest.mark.parametrize("vendor", ["connectwise", "pax8"])
def test_doctor_tells_a_refused_connection(site: Site, vendor: str) -> None:
    site.simulator.fault("forbidden", vendor=vendor)
    (check,) = named(examined(site), vendor)
    assert check.state is State.ERROR and check.remedy


def test_doctor_command_prints_every_row_and_exits_0(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = site.world.secret_environment()
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    assert main(["doctor", "--settings", str(site.settings.file)]) == 0
    output = capsys.readouterr().out
    assert main(["doctor", "--json", "--settings", str(site.settings.file)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == 0 and told["counts"]["error"] == 0
    for tenant_id in site.tenant_ids:
        assert re.search(rf"token +{tenant_id}", output)
        assert [row for row in told["checks"] if row["check"] == "token" and row["subject"] == tenant_id]
    mailboxes = site.settings.microsoft.mailboxes  # type: ignore[union-attr]
    hidden = [*secrets.values(), *mailboxes.allow, mailboxes.canary]  # type: ignore[union-attr]
    assert not [value for value in hidden if value in output or value in json.dumps(told)]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_no_answer_is_worth_as_many_tries_as_in_a_run(status: int) -> None:
    assert POLICY.tries_for(status) <= 3
