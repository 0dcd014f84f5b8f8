"""Signing in with a certificate, against a login host that verifies signatures."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ingestion.simulator.serve import Simulator, start
from ingestion.simulator.world import World, generate
from orchestration.certificates import certificate_facts
from orchestration.config_credentials import credential_rows
from orchestration.doctor import Examination, examine
from orchestration.doctor_check import Check, State
from orchestration.doctor_probes import VendorProbes
from orchestration.settings import load_settings
from orchestration.vendor_selection import select
from tests.ingestion.microsoft.certificates import AppKey, app_key, written
from tests.orchestration.doctor_fakes import named

TODAY = date(2026, 10, 20)


@dataclass(frozen=True)
class Login:
    """A login host that knows one certificate, and a folder for files."""

    simulator: Simulator
    world: World
    key: AppKey
    folder: Path

    def examined(self, certificate: str) -> list[Check]:
        """The Microsoft rows with a `certificate` in place of the secret."""
        lines = self.world.settings_toml(self.simulator.urls).splitlines()
        lines = [line for line in lines if not line.startswith("secret_expires_on")]
        place = next(n for n, line in enumerate(lines) if line.startswith("client_secret"))
        lines[place] = f"certificate = {certificate}"
        file = written(self.folder / "tenantry.toml", "\n".join(lines).encode())
        settings = load_settings(file, {"PASS": "pass"})
        selection = select(settings, ("microsoft",))
        rows = credential_rows(settings, certificate_facts)
        with VendorProbes(settings, selection, TODAY) as probes:
            return list(examine(Examination(selection, rows, (60, 30, 7), TODAY), probes))


@pytest.fixture(scope="module")
def login(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Login]:
    """The small world behind a login host that takes one certificate."""
    folder: Path = tmp_path_factory.mktemp("certificate")
    key = app_key(ends=datetime(2999, 1, 1, tzinfo=UTC))
    known = written(folder / "known.pem", key.certificate_pem())
    with start(folder, size="small", clock=TODAY, certificate=known) as simulator:
        yield Login(simulator, generate(seed=7, size="small"), key, folder)


@pytest.mark.parametrize("form", ["pem", "pfx", "bare key"])
def test_every_tenant_takes_the_apps_certificate(form: str, login: Login) -> None:
    path, more = login.key.pem(login.folder, "pass"), ', passphrase = "env:PASS"'
    if form == "pfx":
        path = login.key.pfx(login.folder, "pass")
    if form == "bare key":
        path, more = written(login.folder / "key.pem", login.key.key_pem()), f', thumbprint = "{login.key.thumbprint}"'
    checks = login.examined(f'{{ path = "{path.name}"{more} }}')
    assert {check.state for check in named(checks, "certificate") + named(checks, "token")} == {State.OK}
    assert len(named(checks, "token")) == len(login.world.at(TODAY).tenants)
    if form != "bare key":
        assert named(checks, "expiry")[0].details["evidence"] == "certificate"


def test_certificate_that_the_app_does_not_have_is_told_after_a_few_tries(login: Login) -> None:
    path = app_key().pem(login.folder)
    login.simulator.clear_log()
    checks = named(login.examined(f'{{ path = "{path.name}" }}'), "token")
    assert {check.state for check in checks} == {State.ERROR}
    assert {check.details["error_class"] for check in checks} == {"certificate_refused"}
    assert all("700027" in check.found and "thumbprint" in check.remedy for check in checks)
    asked = [entry for entry in login.simulator.log() if entry["path"].endswith("/token")]
    assert len(asked) == 3 * len(checks)
