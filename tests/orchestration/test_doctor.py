"""The doctor's checks against vendors that answer as each test needs."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ingestion.legs import IngestionError
from orchestration.cli import main
from orchestration.doctor import Check, Examination, NeededRole, State, examine
from orchestration.settings import load_settings
from orchestration.settings_vendors import (
    CertificateSettings,
    MicrosoftSettings,
    TenantSettings,
)
from orchestration.vendor_selection import Selection, select

WriteSettings = Callable[..., Path]
TODAY = date(2026, 11, 8)
TENANT = "00000000-0000-0000-0000-000000000002"
DIRECTORY_ROLES = (
    NeededRole("User.Read.All", "users", ("Directory.Read.All",)),
    NeededRole("Policy.Read.All", "policies"),
)
MAILBOX_ROLES = (NeededRole("Mail.Read", "mail of the listed mailboxes"),)
GRANTED = frozenset({"User.Read.All", "Policy.Read.All"})
MAILBOXES = f'\n[microsoft.mailboxes]\ntenant_id = "{TENANT}"\nallow = ["dana@msp.example"]\n'


@dataclass
class FakeProbes:
    """Vendors that answer what the test says, and remember who was asked."""

    roles: frozenset[str] | None = GRANTED
    plans: frozenset[str] = frozenset({"P1"})
    failure: dict[str, IngestionError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def _ask(self, question: str) -> None:
        self.asked.append(question)
        if question in self.failure:
            raise self.failure[question]

    def token_roles(self, tenant: TenantSettings) -> frozenset[str] | None:
        self._ask(f"token {tenant.tenant_id}")
        return self.roles

    def premium_plans(self, tenant: TenantSettings) -> frozenset[str]:
        self._ask(f"plans {tenant.tenant_id}")
        return self.plans

    def read_connectwise(self) -> None:
        self._ask("connectwise")

    def read_pax8(self, connection_id: str) -> None:
        self._ask(connection_id)


def failing(question: str) -> FakeProbes:
    """Vendors of which one question fails."""
    return FakeProbes(failure={question: IngestionError("refused", error_class="unauthorized", advice="Renew it.")})


def checks_of(selection: Selection, probes: FakeProbes) -> list[Check]:
    """Every check of a selection."""
    examination = Examination(selection, DIRECTORY_ROLES, MAILBOX_ROLES, (60, 30, 7), TODAY)
    return list(examine(examination, probes))


def of_area(checks: list[Check], area: str) -> list[Check]:
    """The checks of one area."""
    return [check for check in checks if check.area == area]


@pytest.fixture
def selection(write_settings: WriteSettings, secrets: dict[str, str]) -> Selection:
    """One tenant without mailboxes, ConnectWise and Pax8, every secret set."""
    return select(load_settings(write_settings(), secrets))


def microsoft_with(selection: Selection, **changes: object) -> Selection:
    """The selection with other Microsoft settings."""
    assert isinstance(selection.microsoft, MicrosoftSettings)
    return replace(selection, microsoft=replace(selection.microsoft, **changes))


def test_examine_everything_well_has_no_warning(selection: Selection) -> None:
    selection = microsoft_with(selection, secret_expires_on=date(2028, 1, 1))
    probes = FakeProbes()
    assert {check.state for check in checks_of(selection, probes)} == {State.OK}
    assert probes.asked == [f"token {TENANT}", f"plans {TENANT}", "connectwise", "pax8"]


def test_examine_missing_role_is_an_error_with_consent_as_remedy(selection: Selection) -> None:
    (check,) = of_area(checks_of(selection, FakeProbes(roles=frozenset({"User.Read.All"}))), "roles")
    assert check.state is State.ERROR
    assert check.found == "Policy.Read.All is missing (policies)"
    assert "admin consent" in check.remedy


def test_examine_broader_role_replaces_the_least_one(selection: Selection) -> None:
    probes = FakeProbes(roles=frozenset({"Directory.Read.All", "Policy.Read.All"}))
    assert of_area(checks_of(selection, probes), "roles") == []


def test_examine_broader_role_beside_the_least_one_is_beyond_need(selection: Selection) -> None:
    (check,) = of_area(checks_of(selection, FakeProbes(roles=GRANTED | {"Directory.Read.All"})), "roles")
    assert (check.state, check.found) == (State.WARNING, "Directory.Read.All: more than needed")


@pytest.mark.parametrize(
    "role", ["User.ReadWrite.All", "Mail.Send", "Sites.FullControl.All", "Sites.Manage.All", "full_access_as_app"]
)
def test_examine_role_that_can_write_is_warned_of(selection: Selection, role: str) -> None:
    (check,) = of_area(checks_of(selection, FakeProbes(roles=GRANTED | {role})), "roles")
    assert check.state is State.WARNING
    assert check.found.startswith(f"{role}: allows more than reading")
    assert role in check.remedy


@pytest.mark.parametrize("role", ["Group.Read.All", "RoleManagement.Read.Directory", "User.ReadBasic.All"])
def test_examine_reading_role_beyond_need_is_warned_of(selection: Selection, role: str) -> None:
    (check,) = of_area(checks_of(selection, FakeProbes(roles=GRANTED | {role})), "roles")
    assert (check.state, check.found) == (State.WARNING, f"{role}: more than needed")


def test_examine_mail_role_without_mailboxes_is_beyond_need(selection: Selection) -> None:
    (check,) = of_area(checks_of(selection, FakeProbes(roles=GRANTED | {"Mail.Read"})), "roles")
    assert check.found == "Mail.Read: more than needed"


def test_examine_absent_mail_role_is_a_note_because_exchange_may_grant_it(
    write_settings: WriteSettings, secrets: dict[str, str]
) -> None:
    selection = select(load_settings(write_settings(append=MAILBOXES), secrets))
    (check,) = of_area(checks_of(selection, FakeProbes()), "roles")
    assert check.state is State.NOTE
    assert "RBAC for Applications" in check.remedy


def test_examine_token_that_carries_no_role_lists_all_as_missing(selection: Selection) -> None:
    checks = of_area(checks_of(selection, FakeProbes(roles=frozenset())), "roles")
    assert [check.state for check in checks] == [State.ERROR, State.ERROR]


def test_examine_opaque_token_misses_nothing_and_says_that_roles_are_unknown(selection: Selection) -> None:
    checks = [check for check in checks_of(selection, FakeProbes(roles=None)) if check.area == "roles"]
    assert checks and all(check.state is State.NOTE for check in checks)
    assert all("not compared" in check.found for check in checks)


def test_examine_tenant_without_premium_is_a_note(selection: Selection) -> None:
    (check,) = of_area(checks_of(selection, FakeProbes(plans=frozenset())), "licences")
    assert check.state is State.NOTE
    assert "stays unknown" in check.found


@pytest.mark.parametrize(
    ("question", "area"),
    [
        (f"token {TENANT}", "token"),
        (f"plans {TENANT}", "licences"),
        ("connectwise", "connectwise"),
        ("pax8", "pax8"),
    ],
)
def test_examine_refused_read_is_an_error_with_the_vendors_advice(
    selection: Selection, question: str, area: str
) -> None:
    (check,) = of_area(checks_of(selection, failing(question)), area)
    assert (check.state, check.found, check.remedy) == (State.ERROR, "refused", "Renew it.")


def test_examine_one_failure_does_not_stop_the_others(selection: Selection) -> None:
    probes = failing(f"token {TENANT}")
    checks_of(selection, probes)
    assert probes.asked == [f"token {TENANT}", "connectwise", "pax8"]


def test_examine_secret_id_is_caught_before_any_call(write_settings: WriteSettings, secrets: dict[str, str]) -> None:
    secrets["TENANTRY_GRAPH_SECRET"] = "9f2c0000-aaaa-bbbb-cccc-000000000001"
    probes = FakeProbes()
    checks = checks_of(select(load_settings(write_settings(), secrets)), probes)
    check = next(check for check in checks if check.state is State.ERROR)
    assert check.subject == "microsoft.client_secret"
    assert "Secret ID" in check.found and "create a new client secret" in check.remedy
    assert secrets["TENANTRY_GRAPH_SECRET"] not in str(checks)
    assert probes.asked == ["connectwise", "pax8"]


@pytest.mark.parametrize(("name", "asked"), [("CW_PUBLIC", "connectwise"), ("TENANTRY_PAX8_SECRET", "pax8")])
def test_examine_connection_without_its_secret_is_not_asked(
    write_settings: WriteSettings, secrets: dict[str, str], name: str, asked: str
) -> None:
    del secrets[name]
    probes = FakeProbes()
    checks = checks_of(select(load_settings(write_settings(), secrets)), probes)
    assert asked not in probes.asked
    assert f"environment variable {name}" in next(check.found for check in checks if check.state is State.ERROR)


@pytest.mark.parametrize(
    ("days", "state", "found"),
    [
        (-1, State.ERROR, "expired on"),
        (0, State.WARNING, "in 0 days (within 7)"),
        (7, State.WARNING, "in 7 days (within 7)"),
        (8, State.WARNING, "in 8 days (within 30)"),
        (60, State.WARNING, "in 60 days (within 60)"),
        (61, State.OK, "in 61 days"),
    ],
)
def test_examine_expiry_is_told_at_its_limits(selection: Selection, days: int, state: State, found: str) -> None:
    selection = microsoft_with(selection, secret_expires_on=TODAY + timedelta(days=days))
    (check,) = of_area(checks_of(selection, FakeProbes()), "expiry")
    assert check.state is state
    assert found in check.found


def test_examine_unknown_expiry_is_a_note(selection: Selection) -> None:
    (check,) = of_area(checks_of(selection, FakeProbes()), "expiry")
    assert check.state is State.NOTE
    assert "secret_expires_on" in check.remedy


@dataclass(frozen=True)
class Pem:
    """A throw-away certificate file and its thumbprint."""

    path: Path
    thumbprint: str


@pytest.fixture
def pem(tmp_path: Path) -> Pem:
    """A certificate that ends 20 days after TODAY."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app.example")])
    ends = datetime(2026, 11, 28, 12, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, ends - timedelta(days=30), ends)
    certificate = builder.sign(key, hashes.SHA256())
    path = tmp_path / "app.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return Pem(path, certificate.fingerprint(hashes.SHA1()).hex())


def with_certificate(selection: Selection, path: Path, thumbprint: str) -> Selection:
    """The selection with a certificate instead of the secret."""
    certificate = CertificateSettings(path=path, thumbprint=thumbprint)
    return microsoft_with(selection, client_secret=None, certificate=certificate)


def test_examine_certificate_tells_its_own_end(selection: Selection, pem: Pem) -> None:
    checks = checks_of(with_certificate(selection, pem.path, pem.thumbprint), FakeProbes())
    (check,) = of_area(checks, "expiry")
    assert check.found == "expires on 2026-11-28, in 20 days (within 30)"


def test_examine_certificate_with_another_thumbprint_is_an_error(selection: Selection, pem: Pem) -> None:
    checks = checks_of(with_certificate(selection, pem.path, "A" * 40), FakeProbes())
    (check,) = of_area(checks, "expiry")
    assert check.state is State.ERROR and "thumbprint" in check.remedy


def test_examine_broken_certificate_is_an_error(selection: Selection, tmp_path: Path) -> None:
    path = tmp_path / "app.pem"
    path.write_text("-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----\n")
    (check,) = of_area(checks_of(with_certificate(selection, path, "A" * 40), FakeProbes()), "expiry")
    assert check.state is State.ERROR and "Export it again" in check.found


def test_doctor_without_settings_file_exits_1_with_a_row(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["doctor", "--settings", str(tmp_path / "absent.toml")]) == 1
    output = capsys.readouterr().out
    assert "error  settings  absent.toml" in output
    assert "tenantry init" in output


def test_doctor_shows_each_settings_problem_with_a_remedy(
    capsys: pytest.CaptureFixture[str], write_settings: WriteSettings
) -> None:
    file = write_settings(("connections = 16", "conections = 16"), ("mail_hours = 6", 'mail_hours = "6"'))
    assert main(["doctor", "--settings", str(file)]) == 1
    output = capsys.readouterr().out
    assert "http.conections" in output and "freshness.mail_hours" in output
    assert output.count(f"-> Correct {file}") == 2
    assert "2 checks: 0 ok, 0 note, 0 warning, 2 error." in output


def test_doctor_names_a_vendor_that_this_release_cannot_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "tenantry.toml"
    file.write_text('[msp]\nname = "Example"\ndomains = []\n[psa]\nvendor = "files"\nfolder = "exports"\n')
    assert main(["doctor", "--settings", str(file)]) == 1
    output = capsys.readouterr().out
    assert "this release does not read files" in output
    assert "-> Keep to microsoft, connectwise, pax8 for now." in output


def test_doctor_shows_each_bad_cell_of_a_reviewed_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "tenantry.toml"
    file.write_text('[msp]\nname = "Example"\ndomains = []\n[psa]\nvendor = "files"\nfolder = "exports"\n')
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "fx_rates.csv").write_text("rate_date,from_currency,to_currency,rate,source\n1,EUR,USD,1,\n")
    assert main(["doctor", "--settings", str(file)]) == 1
    assert "fx_rates.csv, line 2, column rate_date" in capsys.readouterr().out
