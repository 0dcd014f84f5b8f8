"""The command line: exit codes, one-paragraph errors, nothing touched on a mistake."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from data_contracts.contract import ContractViolation
from orchestration.cli import main
from orchestration.publish_request import PublishRequest
from orchestration.run_request import CLOCK, RunRequest
from orchestration.settings import load_settings

ROOT = Path(__file__).parents[2]
WriteSettings = Callable[..., Path]


def files_below(folder: Path) -> set[Path]:
    """Every file below a folder."""
    return {path for path in folder.rglob("*") if path.is_file()}


def assert_refused(capsys: pytest.CaptureFixture[str], code: int, expected_code: int, *parts: str) -> None:
    """The command ended with this code and one paragraph that holds every part."""
    output = capsys.readouterr()
    assert code == expected_code
    assert "\n\n" not in output.err.strip()
    assert "Traceback" not in output.err
    for part in parts:
        assert part in output.err


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ([], ["tenantry: ", "COMMAND", "tenantry --help"]),
        (["runn"], ["tenantry: ", "'runn'", "tenantry --help"]),
        (["run", "--as-of", "8.11.2026"], ["tenantry run: ", "--as-of", "'8.11.2026'", "2026-11-08"]),
        (["run", "--only", ","], ["tenantry run: ", "--only", "found no name", "microsoft,psa"]),
        (["run", "--ful"], ["--ful", "unrecognized"]),
        (["contracts"], ["tenantry contracts: ", "ACTION"]),
    ],
)
def test_main_wrong_usage_exits_64(capsys: pytest.CaptureFixture[str], arguments: list[str], parts: list[str]) -> None:
    assert_refused(capsys, main(arguments), 64, *parts)


COMMANDS = ["init", "doctor", "run", "publish", "status", "undo-observation", "purge", "erase", "demo", "contracts"]


@pytest.mark.parametrize("command", COMMANDS)
def test_main_every_command_explains_itself(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main([command, "--help"]) == 0
    output = capsys.readouterr().out
    assert f"tenantry {command}" in output
    assert "--settings FILE" in output


@pytest.mark.parametrize(
    "arguments", [["run"], ["publish"], ["status"], ["purge"], ["erase", "--person", "kim@customer.example"]]
)
def test_main_without_settings_file_exits_64(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str]
) -> None:
    code = main([*arguments, "--settings", str(tmp_path / "absent.toml")])
    assert_refused(capsys, code, 64, f"tenantry {arguments[0]}: ", "absent.toml", "tenantry init")
    assert files_below(tmp_path) == set()


def test_main_settings_flag_may_stand_before_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code = main(["--settings", str(tmp_path / "absent.toml"), "status"])
    assert_refused(capsys, code, 64, "absent.toml")


def test_run_unknown_setting_exits_64_and_touches_nothing(
    capsys: pytest.CaptureFixture[str], write_settings: WriteSettings, secrets: dict[str, str], tmp_path: Path
) -> None:
    file = write_settings(("connections = 16", "conections = 16"))
    code = main(["run", "--settings", str(file)])
    assert_refused(capsys, code, 64, str(file), "http.conections", '"connections"', "docs/settings.md")
    assert files_below(tmp_path) == {file}


def test_run_missing_secret_exits_64_and_touches_nothing(
    capsys: pytest.CaptureFixture[str],
    write_settings: WriteSettings,
    secrets: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("CW_PRIVATE")
    file = write_settings()
    code = main(["run", "--settings", str(file)])
    assert_refused(capsys, code, 64, "psa.private_key", "environment variable CW_PRIVATE")
    assert files_below(tmp_path) == {file}


def test_run_secret_id_exits_64_before_any_call(
    capsys: pytest.CaptureFixture[str],
    write_settings: WriteSettings,
    secrets: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret_id = "9f2c0000-aaaa-bbbb-cccc-000000000001"
    monkeypatch.setenv("TENANTRY_GRAPH_SECRET", secret_id)
    code = main(["run", "--settings", str(write_settings())])
    output = capsys.readouterr().err
    assert code == 64
    assert "Secret ID" in output and "create a new client secret" in output
    assert secret_id not in output


def test_run_malformed_csv_exits_64_and_touches_nothing(
    capsys: pytest.CaptureFixture[str], write_settings: WriteSettings, secrets: dict[str, str], tmp_path: Path
) -> None:
    file = write_settings()
    rates = tmp_path / "config" / "fx_rates.csv"
    rates.parent.mkdir()
    rates.write_text("rate_date,from_currency,to_currency,rate,source\n2026-10-30,EUR,USD,x1,manual\n")
    code = main(["run", "--settings", str(file)])
    assert_refused(capsys, code, 64, "fx_rates.csv, line 2, column rate: found 'x1'", "expected a decimal number")
    assert files_below(tmp_path) == {file, rates}


def test_run_vendor_not_read_yet_exits_64(
    capsys: pytest.CaptureFixture[str], write_settings: WriteSettings, secrets: dict[str, str]
) -> None:
    file = write_settings(append='\n[[distributors]]\nvendor = "files"\nfolder = "exports"\n')
    assert_refused(capsys, main(["run", "--settings", str(file)]), 64, 'vendor = "files"', "it reads microsoft")


@pytest.mark.parametrize(
    ("flags", "parts"),
    [
        (["--as-of", "2026-10-31"], ["--as-of without --to"]),
        (["--known-at", "2026-10-31"], ["--known-at without --as-of"]),
    ],
)
def test_publish_looking_back_needs_its_own_file(
    capsys: pytest.CaptureFixture[str], write_settings: WriteSettings, flags: list[str], parts: list[str]
) -> None:
    assert_refused(capsys, main(["publish", "--settings", str(write_settings()), *flags]), 64, *parts)


def test_publish_before_the_first_load_publishes_nothing(
    capsys: pytest.CaptureFixture[str], write_settings: WriteSettings
) -> None:
    code = main(["publish", "--settings", str(write_settings())])
    assert_refused(capsys, code, 1, "nothing was loaded yet", "tenantry run")


def test_publish_onto_the_published_copy_is_refused(
    capsys: pytest.CaptureFixture[str], write_settings: WriteSettings, tmp_path: Path
) -> None:
    target = str(tmp_path / "warehouse" / "published.duckdb")
    code = main(["publish", "--settings", str(write_settings()), "--as-of", "2026-10-31", "--to", target])
    assert_refused(capsys, code, 64, "--to", "another file")


def test_init_writes_files_that_load(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "new" / "tenantry.toml"
    assert main(["init", "--settings", str(file)]) == 0
    assert load_settings(file, {}).msp.name == "Example MSP"
    assert len(list((tmp_path / "new" / "config").glob("*.csv"))) == 7
    assert "tenantry doctor" in capsys.readouterr().out


def test_init_keeps_what_is_there(tmp_path: Path, write_settings: WriteSettings) -> None:
    file = write_settings()
    file.write_text("# mine\n")
    assert main(["init", "--settings", str(file)]) == 0
    assert file.read_text() == "# mine\n"
    assert (tmp_path / "config" / "fx_rates.csv").is_file()


def test_init_in_an_unwritable_place_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    code = main(["init", "--settings", str(tmp_path / "taken" / "tenantry.toml")])
    assert_refused(capsys, code, 1, "cannot be written", "another folder")


def test_status_before_the_first_run_says_what_to_do(
    capsys: pytest.CaptureFixture[str], write_settings: WriteSettings
) -> None:
    code = main(["status", "--settings", str(write_settings())])
    assert_refused(capsys, code, 1, "published.duckdb", "nothing is published yet", "tenantry run")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Stands in for the job, publishing and the demo; holds what they were asked, and answers exit code 2."""
    requests: list[object] = []

    def answer(*arguments: object) -> SimpleNamespace:
        requests.append(arguments[-1])
        return SimpleNamespace(exit_code=2)

    for module, function in (("run_job", "execute"), ("publishing", "publish"), ("demo", "run_demo")):
        fake = ModuleType(f"orchestration.{module}")
        setattr(fake, function, answer)
        monkeypatch.setitem(sys.modules, fake.__name__, fake)
    return requests


def test_run_hands_every_flag_to_the_job(
    write_settings: WriteSettings, secrets: dict[str, str], asked: list[object]
) -> None:
    tenant, other = "00000000-0000-0000-0000-000000000002", "other.example"
    file = write_settings(append='\n[[microsoft.tenants]]\ntenant_id = "other.example"\n')
    flags = [
        "--tenant",
        tenant.upper(),
        "--tenant",
        other,
        "--tenant",
        tenant,
        "--only",
        "psa, microsoft",
        "--full-refresh",
        "--as-of",
        "2026-11-08",
    ]
    assert main(["run", "--settings", str(file), *flags]) == 2
    expected = RunRequest(date(2026, 11, 8), tenants=(tenant, other), only=("psa", "microsoft"), full_refresh=True)
    assert asked == [expected]


def test_run_without_flags_asks_for_everything_today(
    write_settings: WriteSettings, secrets: dict[str, str], asked: list[object]
) -> None:
    before = datetime.now(UTC).date()
    main(["run", "--settings", str(write_settings())])
    assert asked in ([RunRequest(day, said_by=CLOCK)] for day in (before, datetime.now(UTC).date()))


def test_publish_hands_its_dates_and_file_on(
    write_settings: WriteSettings, asked: list[object], tmp_path: Path
) -> None:
    flags = ["--as-of", "2026-10-31", "--known-at", "2026-11-02", "--to", str(tmp_path / "old.duckdb")]
    assert main(["publish", "--settings", str(write_settings()), *flags]) == 2
    assert asked == [PublishRequest(date(2026, 10, 31), date(2026, 11, 2), tmp_path / "old.duckdb")]


def test_demo_works_in_a_folder_of_the_working_directory(
    asked: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["demo"]) == 2
    assert asked == [tmp_path / "demo-msp"]


@pytest.mark.parametrize(
    ("problems", "code", "shown"),
    [
        ([], 0, "contracts: all valid, nothing forbidden."),
        (["messages.odcs.yaml, line 9: body is forbidden"], 1, "messages.odcs.yaml, line 9: body is forbidden"),
    ],
)
def test_contracts_check_prints_each_problem(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, problems: list[str], code: int, shown: str
) -> None:
    checked: list[Path] = []
    fake = ModuleType("data_contracts.check")
    fake.check = lambda root: checked.append(root) or problems  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, fake.__name__, fake)
    assert main(["contracts", "check"]) == code
    assert shown in capsys.readouterr().out
    assert (checked[0] / "raw" / "microsoft" / "users.odcs.yaml").is_file()


def test_main_contract_violation_is_told_in_its_own_words(
    capsys: pytest.CaptureFixture[str], write_settings: WriteSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ContractViolation("messages.odcs.yaml, line 9: body is forbidden.")

    monkeypatch.setattr("orchestration.commands.status._freshness", fail)
    code = main(["status", "--settings", str(write_settings())])
    assert_refused(capsys, code, 1, "messages.odcs.yaml, line 9: body is forbidden.")


def test_status_into_a_pipe_that_closes_early_ends_quietly(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom orchestration import cli\nfrom orchestration.commands import contracts\n"
        "contracts.run = lambda arguments: print('line\\n' * 200_000) or 0\n"
        "sys.exit(cli.main(['contracts', 'check']))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None and process.stdout.readline() == b"line\n"
    process.stdout.close()
    assert process.stderr is not None and process.stderr.read() == b""
    assert process.wait(timeout=60) == 141


def test_output_that_the_terminal_cannot_encode_does_not_fail(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom orchestration import cli\nfrom orchestration.commands import contracts\n"
        "contracts.run = lambda arguments: print('M\\u00fcller \\u2013') or 0\n"
        "sys.exit(cli.main(['contracts', 'check']))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    assert (ended.returncode, ended.stdout) == (0, b"M\\xfcller \\u2013\n")


def test_main_unexpected_error_keeps_its_message_back(
    capsys: pytest.CaptureFixture[str], write_settings: WriteSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("value of a row: dana@customer.example")

    monkeypatch.setattr("orchestration.commands.status._freshness", fail)
    code = main(["status", "--settings", str(write_settings())])
    output = capsys.readouterr().err
    assert code == 1
    assert "unexpected builtins.ValueError" in output
    assert "test_cli.py" in output
    assert "dana" not in output.split("tenantry status:")[1]


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["erase"], ["--person"]),
        (["erase", "--person", "kim at customer"], ["--person", "no mail address", "kim@customer.example"]),
        (["purge", "--as-of", "yesterday"], ["'yesterday'", "2026-11-08"]),
    ],
)
def test_removal_that_is_asked_for_wrongly_exits_64_and_touches_nothing(
    capsys: pytest.CaptureFixture[str],
    write_settings: WriteSettings,
    secrets: dict[str, str],
    tmp_path: Path,
    arguments: list[str],
    parts: list[str],
) -> None:
    file = write_settings()
    code = main([*arguments, "--settings", str(file)])
    assert_refused(capsys, code, 64, *parts)
    assert files_below(tmp_path) == {file}


def test_erase_takes_the_address_from_standard_input_and_does_not_print_it(
    capsys: pytest.CaptureFixture[str],
    write_settings: WriteSettings,
    secrets: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Kim@Customer.example\n"))
    assert main(["erase", "--person", "-", "--settings", str(write_settings())]) == 0
    output = capsys.readouterr().out
    assert "Nothing was there to remove" in output and "customer.example" not in output.lower()
