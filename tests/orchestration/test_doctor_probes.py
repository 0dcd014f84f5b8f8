"""The doctor against the simulator: real tokens, real reads, nothing written, no mailbox opened."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from ingestion.simulator.serve import Simulator, start
from ingestion.simulator.world import generate
from orchestration.cli import main
from orchestration.doctor import Check, Examination, State, examine
from orchestration.doctor_probes import VendorProbes, directory_roles, mailbox_roles
from orchestration.settings import load_settings
from orchestration.settings_schema import Settings
from orchestration.vendor_selection import select

TODAY = date(2026, 10, 20)


@dataclass(frozen=True)
class Site:
    """A running simulator and the settings that lead to it."""

    simulator: Simulator
    settings: Settings


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
        yield Site(simulator, load_settings(file, world.secret_environment()))


@pytest.fixture
def site(running: Site) -> Site:
    """The simulator as it was at first."""
    running.simulator.clear_faults()
    running.simulator.options(roles={tenant_id: None for tenant_id in tenant_ids(running)})
    running.simulator.clear_log()
    return running


def tenant_ids(site: Site) -> list[str]:
    """The configured tenants."""
    assert site.settings.microsoft is not None
    return [tenant.tenant_id for tenant in site.settings.microsoft.tenants]


def examined(site: Site) -> list[Check]:
    """Every check against the simulator."""
    settings = site.settings
    assert settings.microsoft is not None
    selection = select(settings)
    mail = mailbox_roles(settings.microsoft.mailboxes)
    examination = Examination(selection, directory_roles(), mail, settings.posture.expiring_days, TODAY)
    with VendorProbes(settings, selection) as probes:
        return list(examine(examination, probes))


def of(checks: list[Check], area: str, subject: str) -> list[Check]:
    """The checks of one area for one subject."""
    return [check for check in checks if (check.area, check.subject) == (area, subject)]


def test_doctor_of_a_healthy_site_finds_no_error_and_no_needless_role(site: Site) -> None:
    checks = examined(site)
    assert [check for check in checks if check.state is State.ERROR] == []
    assert [check for check in checks if check.area == "roles"] == []


def test_doctor_asks_little_writes_nothing_and_opens_no_mailbox(site: Site) -> None:
    examined(site)
    log = site.simulator.log()
    reads = [entry for entry in log if entry["vendor"] != "login" and entry["method"] == "GET"]
    assert {entry["method"] for entry in log if entry["vendor"] in ("graph", "connectwise")} == {"GET"}
    assert {entry["mailbox"] for entry in log} <= {None, ""}
    assert len(reads) == len(tenant_ids(site)) + 2


def test_doctor_tells_premium_licences_as_the_world_has_them(site: Site) -> None:
    checks = examined(site)
    for tenant_id, tenant in generate(seed=7, size="small").at(TODAY).tenants.items():
        (check,) = of(checks, "licences", tenant_id)
        assert check.state is (State.OK if tenant.has_p1 or tenant.has_p2 else State.NOTE)
        assert ("P2" in check.found.split("no Entra")[0]) == tenant.has_p2


def test_doctor_names_the_roles_that_a_tenant_never_consented_to(site: Site) -> None:
    tenant_id = tenant_ids(site)[1]
    granted = [item.role for item in directory_roles() if item.role != "AuditLog.Read.All"]
    site.simulator.options(roles={tenant_id: [*granted, "Mail.ReadWrite"]})
    found = {check.found.split(":")[0].split(" is")[0]: check.state for check in of(examined(site), "roles", tenant_id)}
    assert found == {"AuditLog.Read.All": State.ERROR, "Mail.ReadWrite": State.WARNING}


def test_doctor_tells_an_expired_secret_of_one_tenant_and_goes_on(site: Site) -> None:
    expired, *others = tenant_ids(site)
    site.simulator.fault("secret_expired", tenant=expired)
    checks = examined(site)
    (check,) = of(checks, "token", expired)
    assert check.state is State.ERROR
    assert "7000222" in check.found and "new client secret" in check.remedy
    assert [of(checks, "token", other)[0].state for other in others] == [State.OK] * len(others)


def test_doctor_tells_a_wrong_tenant(site: Site) -> None:
    wrong = tenant_ids(site)[0]
    site.simulator.fault("wrong_tenant", tenant=wrong)
    (check,) = of(examined(site), "token", wrong)
    assert check.state is State.ERROR and "tenant_id" in check.remedy


@pytest.mark.parametrize(("vendor", "area"), [("connectwise", "connectwise"), ("pax8", "pax8")])
def test_doctor_tells_a_refused_connection(site: Site, vendor: str, area: str) -> None:
    site.simulator.fault("forbidden", vendor=vendor)
    checks = examined(site)
    (check,) = [check for check in checks if check.area == area]
    assert check.state is State.ERROR and check.remedy


def test_doctor_command_prints_every_row_and_exits_0(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = generate(seed=7, size="small").secret_environment()
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    assert main(["doctor", "--settings", str(site.settings.file)]) == 0
    output = capsys.readouterr().out
    for tenant_id in tenant_ids(site):
        assert f"token        {tenant_id}" in output
    assert " 0 error." in output
    assert not [value for value in secrets.values() if value in output]
