"""The doctor's checks against vendors that answer as each test needs."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ingestion.http.turn import current_turn
from orchestration.certificates import certificate_facts
from orchestration.cli import main
from orchestration.config_credentials import credential_rows
from orchestration.doctor import Examination, examine
from orchestration.doctor_bounds import MOST_SILENT
from orchestration.doctor_check import GUIDE, SECTIONS, SETTINGS_GUIDE, Check, State, document
from orchestration.doctor_expiry import AppKey
from orchestration.settings import load_settings
from orchestration.settings_schema import Settings
from orchestration.vendor_selection import select
from tests.ingestion.microsoft.certificates import app_key
from tests.orchestration.doctor_fakes import FakeProbes, FakeTenant, named, refused
from tests.product import REPOSITORY

WriteSettings = Callable[..., Path]
TODAY = date(2026, 11, 8)
TENANT = "00000000-0000-0000-0000-000000000002"
APP = "00000000-0000-0000-0000-000000000001"
SECRET = 'client_secret = "env:TENANTRY_GRAPH_SECRET"'
DATED = ("# secret_expires_on = 2028-05-01 ", "secret_expires_on = 2028-05-01 ")


def tenants_text(count: int) -> str:
    """Further tenants of the settings."""
    return "".join(
        f'\n[[microsoft.tenants]]\ntenant_id = "00000000-0000-0000-0001-{number:012d}"\n' for number in range(count)
    )


def examination_of(settings: Settings, connections: int = 4) -> Examination:
    """What the command examines."""
    rows = credential_rows(settings, certificate_facts)
    return Examination(select(settings), rows, (60, 30, 7), TODAY, connections)


def checks_of(settings: Settings, probes: FakeProbes, connections: int = 4) -> list[Check]:
    """Every check of the settings."""
    return list(examine(examination_of(settings, connections), probes))


@pytest.fixture
def settings(write_settings: WriteSettings, secrets: dict[str, str]) -> Settings:
    """One tenant without mailboxes, ConnectWise and Pax8, every secret set and its end known."""
    return load_settings(write_settings(DATED), secrets)


def test_examine_everything_well_is_ok_throughout(settings: Settings) -> None:
    probes = FakeProbes()
    checks = checks_of(settings, probes)
    assert {check.state for check in checks} == {State.OK}
    assert [check.check for check in checks] == [
        *["secret"] * 4, "token", "permissions", "licences", "clock", "expiry", "connectwise", "pax8",
    ]  # fmt: skip
    assert probes.asked == [TENANT, "connectwise", "pax8"]
    assert not [check for check in checks if check.section]


def test_examine_opaque_token_misses_nothing_and_says_that_permissions_are_unknown(settings: Settings) -> None:
    (check,) = named(checks_of(settings, FakeProbes(FakeTenant(roles=None))), "permissions")
    assert check.state is State.NOTE and "not compared" in check.found


@pytest.mark.parametrize(
    ("plans", "words", "tables"),
    [
        (frozenset(), "no Entra ID P1 or P2", {"user_registration_details", "role_eligibility_schedule_instances"}),
        (frozenset({"P1"}), "Entra ID P1, not P2", {"role_eligibility_schedule_instances"}),
    ],
)
def test_examine_tenant_without_a_plan_notes_the_tables_that_stay_unknown(
    settings: Settings, plans: frozenset[str], words: str, tables: set[str]
) -> None:
    (check,) = named(checks_of(settings, FakeProbes(FakeTenant(plans=plans))), "licences")
    assert check.state is State.NOTE and check.found.startswith(words)
    assert tables <= set(check.details["tables"])
    assert ("user_registration_details" in check.details["tables"]) == ("P1" not in plans)


@pytest.mark.parametrize(("question", "check"), [("token", "token"), ("plans", "licences"), ("keys", "expiry")])
def test_examine_refused_question_is_told_with_the_vendors_advice(
    settings: Settings, question: str, check: str
) -> None:
    probes = FakeProbes(FakeTenant(failure={question: refused()}))
    found = named(checks_of(settings, probes), check)[0]
    assert found.state is (State.WARNING if question == "keys" else State.ERROR)
    assert (found.found, found.remedy, found.details) == ("refused", "Renew it.", {"error_class": "unauthorized"})


@pytest.mark.parametrize("connection", [TENANT, "connectwise", "pax8"])
def test_examine_one_failure_does_not_stop_the_others(settings: Settings, connection: str) -> None:
    probes = FakeProbes(failure={connection: refused()})
    checks = checks_of(settings, probes)
    assert [check.found for check in checks if check.state is State.ERROR] == ["refused"]
    assert probes.asked == [TENANT, "connectwise", "pax8"]


def test_examine_secret_id_is_caught_before_any_call(write_settings: WriteSettings, secrets: dict[str, str]) -> None:
    secrets["TENANTRY_GRAPH_SECRET"] = "9f2c0000-aaaa-bbbb-cccc-000000000001"
    probes = FakeProbes()
    checks = checks_of(load_settings(write_settings(), secrets), probes)
    (check,) = [check for check in checks if check.state is State.ERROR]
    assert (check.check, check.subject) == ("secret", "microsoft.client_secret")
    assert "Secret ID" in check.found and "create a new client secret" in check.remedy
    assert check.section == f"{GUIDE}#value-not-secret-id"
    assert secrets["TENANTRY_GRAPH_SECRET"] not in str(checks)
    assert probes.asked == ["connectwise", "pax8"]
    assert named(checks, "token")[0].state is State.NOTE


@pytest.mark.parametrize(("name", "asked"), [("CW_PUBLIC", "connectwise"), ("TENANTRY_PAX8_SECRET", "pax8")])
def test_examine_connection_without_its_secret_is_not_asked(
    write_settings: WriteSettings, secrets: dict[str, str], name: str, asked: str
) -> None:
    del secrets[name]
    probes = FakeProbes()
    checks = checks_of(load_settings(write_settings(), secrets), probes)
    assert asked not in probes.asked
    assert f"environment variable {name}" in next(check.found for check in checks if check.state is State.ERROR)


@pytest.mark.parametrize(
    ("skew", "state", "words"),
    [
        (0.4, State.OK, "agrees"),
        (59.9, State.OK, "agrees"),
        (60.0, State.WARNING, "60 s ahead of"),
        (-299.0, State.WARNING, "299 s behind"),
        (300.0, State.ERROR, "300 s ahead of"),
        (-300.0, State.ERROR, "300 s behind"),
    ],
)
def test_examine_clock_is_held_against_the_login_host(
    settings: Settings, skew: float, state: State, words: str
) -> None:
    (check,) = named(checks_of(settings, FakeProbes(FakeTenant(skew=skew))), "clock")
    assert check.state is state and words in check.found


def test_examine_clock_is_told_even_where_the_token_was_refused(settings: Settings) -> None:
    probes = FakeProbes(FakeTenant(skew=660.0, failure={"token": refused("clock_skew")}))
    (check,) = named(checks_of(settings, probes), "clock")
    assert check.state is State.ERROR


def test_examine_slow_answer_of_one_tenant_is_no_clock_skew(
    write_settings: WriteSettings, secrets: dict[str, str]
) -> None:
    settings = load_settings(write_settings(append=tenants_text(1)), secrets)
    probes = FakeProbes(tenants={TENANT: FakeTenant(skew=90.0)})
    (check,) = named(checks_of(settings, probes), "clock")
    assert check.state is State.OK


def test_examine_clock_without_a_told_time_is_no_row(settings: Settings) -> None:
    assert named(checks_of(settings, FakeProbes(FakeTenant(skew=None))), "clock") == []


@pytest.mark.parametrize(
    ("days", "state", "words"),
    [
        (-1, State.ERROR, "expired on"),
        (0, State.WARNING, "in 0 days (within 7;"),
        (7, State.WARNING, "in 7 days (within 7;"),
        (8, State.WARNING, "in 8 days (within 30;"),
        (60, State.WARNING, "in 60 days (within 60;"),
        (61, State.OK, "in 61 days"),
    ],
)
def test_examine_expiry_is_told_at_its_limits(
    write_settings: WriteSettings, secrets: dict[str, str], days: int, state: State, words: str
) -> None:
    ends_on = TODAY + timedelta(days=days)
    file = write_settings((DATED[0], f"secret_expires_on = {ends_on} "))
    (check,) = named(checks_of(load_settings(file, secrets), FakeProbes()), "expiry")
    assert check.state is state and words in check.found
    assert check.details == {"expires_on": ends_on.isoformat(), "days_left": days, "evidence": "settings"}


def test_examine_expiry_in_graph_wins_over_the_settings(settings: Settings) -> None:
    keys = [AppKey("client_secret", "key", "", TODAY + timedelta(days=5))]
    (check,) = named(checks_of(settings, FakeProbes(FakeTenant(keys=keys))), "expiry")
    assert (check.state, check.details["evidence"], check.details["days_left"]) == (State.WARNING, "graph", 5)


def test_examine_unknown_expiry_is_a_note(write_settings: WriteSettings, secrets: dict[str, str]) -> None:
    (check,) = named(checks_of(load_settings(write_settings(), secrets), FakeProbes()), "expiry")
    assert check.state is State.NOTE
    assert "secret_expires_on" in check.remedy


def test_examine_certificate_tells_its_own_end(
    write_settings: WriteSettings, secrets: dict[str, str], tmp_path: Path
) -> None:
    path = app_key().pem(tmp_path)
    file = write_settings((SECRET, f'certificate = {{ path = "{path.name}" }}'))
    checks = checks_of(load_settings(file, secrets), FakeProbes())
    assert named(checks, "certificate")[0].state is State.OK
    assert "expires on 2026-11-28, in 20 days (within 30; known from certificate)" in named(checks, "expiry")[0].found


def test_examine_certificate_that_cannot_sign_is_told_once_and_its_tenants_are_not_asked(
    write_settings: WriteSettings, secrets: dict[str, str], tmp_path: Path
) -> None:
    path = app_key().pfx(tmp_path, "pass")
    certificate = f'certificate = {{ path = "{path.name}", passphrase = "env:CERTIFICATE_PASS" }}'
    file = write_settings((SECRET, certificate), append=tenants_text(3))
    probes = FakeProbes()
    checks = checks_of(load_settings(file, {**secrets, "CERTIFICATE_PASS": "wrong"}), probes)
    assert [check.check for check in checks if check.state is State.ERROR] == ["certificate"]
    assert [check.state for check in named(checks, "token")] == [State.NOTE] * 4
    assert probes.asked == ["connectwise", "pax8"]
    assert "wrong" not in str(named(checks, "certificate"))


def test_examine_many_tenants_keeps_their_order_and_asks_them_side_by_side(
    write_settings: WriteSettings, secrets: dict[str, str]
) -> None:
    settings = load_settings(write_settings(append=tenants_text(40)), secrets)
    together = threading.Barrier(8, timeout=30)

    class Meeting(FakeTenant):
        def token_roles(self) -> frozenset[str] | None:
            # Passed only if eight tenants are asked at the same time; 41 tenants leave one over.
            if self.name != "last":
                together.wait()
            return super().token_roles()

    tenants = select(settings).tenants
    probes = FakeProbes(tenant=Meeting(), tenants={tenants[-1].tenant_id: Meeting("last")})
    checks = checks_of(settings, probes, connections=8)
    assert [check.subject for check in named(checks, "token")] == [tenant.tenant_id for tenant in tenants]


def test_examine_silent_host_does_not_cost_every_tenant_its_time_outs(
    write_settings: WriteSettings, secrets: dict[str, str]
) -> None:
    settings = load_settings(write_settings(append=tenants_text(299)), secrets)
    silent = FakeTenant(failure={"token": refused("timeout")}, skew=None)
    checks = named(checks_of(settings, FakeProbes(silent), connections=4), "token")
    assert len(checks) == 300 and {check.state for check in checks} == {State.ERROR}
    # Those in flight when the third fell silent are asked to their end.
    assert MOST_SILENT <= len(silent.asked) <= MOST_SILENT + 3
    assert sum("not asked" in check.found for check in checks) == 300 - len(silent.asked)


def test_examine_host_that_answers_in_between_is_not_silent(
    write_settings: WriteSettings, secrets: dict[str, str]
) -> None:
    settings = load_settings(write_settings(append=tenants_text(30)), secrets)
    tenants = [tenant.tenant_id for tenant in select(settings).tenants]
    quiet = FakeTenant(failure={"token": refused("timeout")})
    probes = FakeProbes(tenants={tenant_id: quiet for tenant_id in tenants if tenants.index(tenant_id) % 3})
    checks_of(settings, probes, connections=1)
    assert len(probes.asked) == len(tenants) + 2


def test_examine_bounds_every_tenants_time(settings: Settings) -> None:
    seen: list[float | None] = []

    class Timed(FakeTenant):
        def token_roles(self) -> frozenset[str] | None:
            turn = current_turn()
            seen.append(turn.seconds_left() if turn is not None else None)
            return super().token_roles()

    checks_of(settings, FakeProbes(Timed()))
    assert seen[0] is not None and 0 < seen[0] <= 90
    assert current_turn() is None


def test_document_has_the_described_shape() -> None:
    checks = [
        Check(State.OK, "token", "t", "issued\n  so"),
        Check(State.ERROR, "permission_missing", "t", "x is missing", "Add x.", {"permission": "x", "tables": ["y"]}),
    ]
    told = document(checks, "tenantry.toml", datetime(2026, 11, 8, 12, tzinfo=UTC))
    assert json.loads(json.dumps(told)) == {
        "version": 1,
        "checked_at": "2026-11-08T12:00:00Z",
        "settings_file": "tenantry.toml",
        "exit_code": 1,
        "counts": {"ok": 1, "note": 0, "warning": 0, "error": 1},
        "checks": [
            {
                "state": "ok", "check": "token", "subject": "t", "found": "issued so", "remedy": "", "section": "",
                "details": {},
            },
            {
                "state": "error", "check": "permission_missing", "subject": "t", "found": "x is missing",
                "remedy": "Add x.", "section": f"{GUIDE}#permissions",
                "details": {"permission": "x", "tables": ["y"]},
            },
        ],
    }  # fmt: skip


def test_every_check_is_described_and_its_section_exists() -> None:
    described = (REPOSITORY / "docs" / "doctor.md").read_text(encoding="utf-8")
    assert [name for name in SECTIONS if f"| `{name}` |" not in described] == []
    assert described.count("| `") == len(SECTIONS) + 10
    for section in SECTIONS.values():
        page, _, anchor = section.partition("#")
        text = (REPOSITORY / page).read_text(encoding="utf-8")
        titles = [line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#")]
        anchors = {"".join(c for c in title.lower() if c.isalnum() or c in " -").replace(" ", "-") for title in titles}
        assert page == SETTINGS_GUIDE or anchor in anchors, section


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
    assert output.count(f"-> Correct {file}. [docs/settings.md]") == 2
    assert "2 checks: 0 ok, 0 note, 0 warning, 2 error." in output


def test_doctor_as_json_is_one_document_with_the_same_rows(
    capsys: pytest.CaptureFixture[str], write_settings: WriteSettings
) -> None:
    file = write_settings(("connections = 16", "conections = 16"))
    assert main(["doctor", "--json", "--settings", str(file)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["exit_code"], told["counts"]["error"], told["settings_file"]) == (1, 1, "tenantry.toml")
    assert told["checks"][0]["subject"] == "http.conections"


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


def test_own_app_of_a_tenant_is_a_credential_of_its_own(write_settings: WriteSettings, secrets: dict[str, str]) -> None:
    other = "00000000-0000-0000-0000-000000000003"
    own = f'\n[[microsoft.tenants]]\ntenant_id = "{other}"\nclient_id = "{other}"\nclient_secret = "env:CW_PUBLIC"\n'
    settings = load_settings(write_settings(append=own), secrets)
    keys = [AppKey("client_secret", "key", "", date(2028, 1, 1))]
    probes = FakeProbes(tenants={other: replace(FakeTenant(), keys=keys)})
    found = {check.subject: check.details["evidence"] for check in named(checks_of(settings, probes), "expiry")}
    assert found == {APP: "none", other: "graph"}
