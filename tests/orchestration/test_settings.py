"""`tenantry.toml` → Settings: every key typed, every mistake named."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.clouds import CLOUDS
from orchestration.errors import SettingsError, SettingsFileError
from orchestration.settings import load_settings, settings_file
from orchestration.settings_vendors import AutotaskSettings, HaloPsaSettings, SherwebSettings

WriteSettings = Callable[..., Path]

MAILBOXES = """
[microsoft.mailboxes]
tenant_id = "00000000-0000-0000-0000-000000000002"
allow = ["Dana@MSP.example"]
"""
AUTOTASK = """vendor = "autotask"
zone_url = "https://webservices1.autotask.net/atservicesrest/v1.0"
username = "env:AT_USER"
secret = "env:AT_SECRET"
integration_code = "env:AT_CODE"
"""
HALOPSA = """vendor = "halopsa"
base_url = "https://msp.halopsa.example/api"
token_url = "https://msp.halopsa.example/auth/token"
client_id = "example"
client_secret = "env:HALO_SECRET"
tenant = "msp"
"""
FILES = 'vendor = "files"\nfolder = "exports"\n'
SHERWEB = """
[[distributors]]
vendor = "sherweb"
client_id = "example"
client_secret = "env:SW_SECRET"
subscription_key = "env:SW_KEY"
"""


def problems_of(file: Path) -> list[str]:
    """The problems that loading a file tells, as text."""
    with pytest.raises(SettingsFileError) as raised:
        load_settings(file, {})
    assert raised.value.exit_code == 64
    assert str(file) in str(raised.value)
    assert "docs/settings.md" in str(raised.value)
    return [str(problem) for problem in raised.value.problems]


def psa_table(keys: str) -> tuple[str, str]:
    """A replacement that puts another PSA into the starting settings."""
    old = """vendor = "connectwise"                    # this release reads connectwise
base_url = "https://api-na.myconnectwise.net/v4_6_release/apis/3.0"
company_id = "example"
public_key = "env:CW_PUBLIC"
private_key = "env:CW_PRIVATE"
client_id = "00000000-0000-0000-0000-000000000004"
"""
    return old, keys


def test_load_starting_file_types_every_value(write_settings: WriteSettings) -> None:
    settings = load_settings(write_settings(), {})
    assert settings.profitability.minimum_margin_ratio == Decimal("0.20")
    assert settings.profitability.tiers == (Decimal("0.60"), Decimal("0.40"), Decimal("0.20"))
    assert settings.posture.expiring_days == (60, 30, 7)
    assert settings.freshness.money_hours == 72
    assert settings.microsoft is not None and settings.microsoft.tenants[0].tenant_id.endswith("2")


def test_load_relative_paths_start_at_the_file(write_settings: WriteSettings, tmp_path: Path) -> None:
    settings = load_settings(write_settings(), {})
    assert settings.warehouse.path == tmp_path / "warehouse" / "tenantry.duckdb"
    assert settings.config_folder == tmp_path / "config"


def test_load_without_warehouse_table_uses_default_paths_beside_the_file(
    write_settings: WriteSettings, tmp_path: Path
) -> None:
    file = write_settings()
    file.write_text('[msp]\nname = "A"\ndomains = []\n[psa]\n' + FILES)
    assert load_settings(file, {}).warehouse.published == tmp_path / "warehouse" / "published.duckdb"


@pytest.mark.parametrize("name", CLOUDS)
def test_load_cloud_sets_hosts_and_scope(write_settings: WriteSettings, name: str) -> None:
    microsoft = load_settings(write_settings(('cloud = "global"', f'cloud = "{name}"')), {}).microsoft
    assert microsoft is not None
    assert (microsoft.login_url, microsoft.graph_url, microsoft.graph_scope) == (
        CLOUDS[name].login_url,
        CLOUDS[name].graph_url,
        CLOUDS[name].graph_scope,
    )
    assert not microsoft.login_is_overridden


def test_load_own_graph_url_keeps_the_clouds_scope(write_settings: WriteSettings) -> None:
    file = write_settings(
        ('cloud = "global"', 'login_url = "https://localhost:8443/"\ngraph_url = "https://localhost:9"')
    )
    microsoft = load_settings(file, {}).microsoft
    assert microsoft is not None
    assert microsoft.login_url == "https://localhost:8443"
    assert microsoft.login_is_overridden
    assert microsoft.graph_scope == "https://graph.microsoft.com/.default"


def test_load_graph_url_of_a_gateway_keeps_its_path(write_settings: WriteSettings) -> None:
    file = write_settings(('cloud = "global"', 'graph_url = "https://gateway.example/graph/"'))
    microsoft = load_settings(file, {}).microsoft
    assert microsoft is not None and microsoft.graph_url == "https://gateway.example/graph"


def test_load_mailbox_addresses_become_lower_case(write_settings: WriteSettings) -> None:
    microsoft = load_settings(write_settings(append=MAILBOXES), {}).microsoft
    assert microsoft is not None and microsoft.mailboxes is not None
    assert microsoft.mailboxes.allow == ("dana@msp.example",)


def test_load_defaults_that_follow_other_keys(write_settings: WriteSettings) -> None:
    settings = load_settings(write_settings(('reporting_currency = "USD"', 'reporting_currency = "EUR"')), {})
    assert settings.psa is not None and settings.psa.base_currency == "EUR"
    assert settings.distributors[0].connection_id == "pax8"


@pytest.mark.parametrize(
    ("keys", "expected"), [(AUTOTASK, AutotaskSettings), (HALOPSA, HaloPsaSettings)], ids=["autotask", "halopsa"]
)
def test_load_accepts_a_psa_that_is_not_read_yet(write_settings: WriteSettings, keys: str, expected: type) -> None:
    assert isinstance(load_settings(write_settings(psa_table(keys)), {}).psa, expected)


def test_load_accepts_a_distributor_that_is_not_read_yet(write_settings: WriteSettings) -> None:
    settings = load_settings(write_settings(append=SHERWEB), {})
    assert isinstance(settings.distributors[1], SherwebSettings)


def test_load_secret_expiry_is_a_date(write_settings: WriteSettings) -> None:
    microsoft = load_settings(write_settings(("# secret_expires_on", "secret_expires_on")), {}).microsoft
    assert microsoft is not None and microsoft.secret_expires_on == date(2028, 5, 1)


def test_load_tenant_with_its_own_app_reads_with_it(write_settings: WriteSettings) -> None:
    app = 'client_id = "00000000-0000-0000-0000-000000000003"\nclient_secret = "env:TENANTRY_OTHER_SECRET"'
    own = ('# customer = "250"                        #', f"{app}  #")
    microsoft = load_settings(write_settings(own), {}).microsoft
    assert microsoft is not None
    credential = microsoft.credential_for(microsoft.tenants[0])
    assert credential.client_id.endswith("3")
    assert credential.client_secret is not None and credential.client_secret.target == "TENANTRY_OTHER_SECRET"


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("connections = 16", "conections = 16", ["http.conections", "an unknown key", '"connections"', "ca_bundle"]),
        ("[leakage]", "[leakages]", ["leakages", "an unknown key", '"leakage"', "posture"]),
        ("connections = 16", 'connections = "16"', ["http.connections", "a text", "whole number from 1 to 64"]),
        ("connections = 16", "connections = true", ["http.connections", "the flag true", "whole number"]),
        ("connections = 16", "connections = 65", ["http.connections", "the number 65", "1 to 64"]),
        ('minimum_margin_ratio = "0.20"', "minimum_margin_ratio = 0.20", ["0.2 without quotes", "quoted decimal"]),
        ('minimum_margin_ratio = "0.20"', 'minimum_margin_ratio = "1.2"', ["'1.2'", "from 0 to 1"]),
        ('minimum_margin_ratio = "0.20"', 'minimum_margin_ratio = "20 %"', ["a text of 4", "quoted decimal"]),
        ('["0.60", "0.40", "0.20"]', '["0.60", "0.40"]', ["profitability.tiers", "a list of 2", "exactly 3"]),
        ('["0.60", "0.40", "0.20"]', '["0.20", "0.40", "0.60"]', ["profitability.tiers", "the highest first"]),
        ("[60, 30, 7]", "[7, 30, 60]", ["posture.expiring_days", "the longest first"]),
        ("[60, 30, 7]", "[60, 30, 30]", ["posture.expiring_days[3]", "the same value", "once"]),
        ('reporting_currency = "USD"', 'reporting_currency = "usd"', ["warehouse.reporting_currency", "ISO 4217"]),
        ("# secret_expires_on = 2028-05-01", 'secret_expires_on = "2028-05-01"', ["expires_on", "without quotes"]),
        ('cloud = "global"', 'cloud = "gov"', ["microsoft.cloud", "'gov'", "us_gov_dod"]),
        ('cloud = "global"', 'graph_url = "https://x.example/v1.0"', ["graph_url", "ends in /v1.0", "without /v1.0"]),
        ('cloud = "global"', 'graph_url = "http://x.example"', ["microsoft.graph_url", "begins with http://", "https"]),
        ('domains = ["msp.example"]', 'domains = ["msp example"]', ["msp.domains[1]", "a domain such as"]),
        ('domains = ["msp.example"]', "", ["msp.domains", "found nothing", "a list"]),
        ('vendor = "pax8"', 'vendor = "pax"', ["distributors[1].vendor", "sherweb, files", 'mean "pax8"']),
        ('vendor = "connectwise"', 'name = "connectwise"', ["psa.vendor", "nothing", "one of connectwise, autotask"]),
        ('client_secret = "env:TENANTRY_GRAPH_SECRET"', "", ["microsoft.tenants[1].client_secret", "certificate"]),
        ('"warehouse/tenantry.duckdb"', '"warehouse/published.duckdb"', ["published", "another file"]),
        ('# ca_bundle = "ca.pem"', 'ca_bundle = "ca.pem"', ["http.ca_bundle", "no file at", "that exists"]),
    ],
)  # fmt: skip
def test_load_one_mistake_names_key_found_and_expected(
    write_settings: WriteSettings, old: str, new: str, parts: list[str]
) -> None:
    problems = problems_of(write_settings((old, new)))
    assert len(problems) == 1
    for part in parts:
        assert part in problems[0]


def test_load_several_mistakes_are_told_at_once(write_settings: WriteSettings) -> None:
    file = write_settings(("connections = 16", "conections = 16"), ("mail_hours = 6", 'mail_hours = "6"'))
    assert [problem.split(":")[0] for problem in problems_of(file)] == ["http.conections", "freshness.mail_hours"]


@pytest.mark.parametrize(
    ("append", "parts"),
    [
        (
            '\n[[microsoft.tenants]]\ntenant_id = "00000000-0000-0000-0000-000000000002"\n',
            ["microsoft.tenants[2].tenant_id", "the same tenant as microsoft.tenants[1]", "once"],
        ),
        (
            '\n[[microsoft.tenants]]\ntenant_id = "a.example"\nclient_id = "00000000-0000-0000-0000-000000000009"\n',
            ["microsoft.tenants[2]", "without a secret", "certificate too"],
        ),
        (
            MAILBOXES.replace("0002", "0009"),
            ["microsoft.mailboxes.tenant_id", "not listed", "[[microsoft.tenants]]"],
        ),
        (
            MAILBOXES.replace('["Dana@MSP.example"]', '["dana@msp.example", "DANA@msp.example"]'),
            ["microsoft.mailboxes.allow[2]", "the same value as microsoft.mailboxes.allow[1]", "once"],
        ),
        (
            MAILBOXES + 'canary = "dana@msp.example"\n',
            ["microsoft.mailboxes.canary", "also allowed", "outside"],
        ),
        (MAILBOXES + 'folders = ["in"]\n', ["microsoft.mailboxes.folders[1]", "'in'", "inbox, sentitems"]),
        (
            '\n[[distributors]]\nvendor = "files"\nname = "pax8"\nfolder = "x"\n',
            ["distributors[2].name", "'pax8' of distributors[1]", "a name of its own"],
        ),
    ],
)
def test_load_tables_that_contradict_each_other_are_refused(
    write_settings: WriteSettings, append: str, parts: list[str]
) -> None:
    problems = problems_of(write_settings(append=append))
    assert len(problems) == 1
    for part in parts:
        assert part in problems[0]


@pytest.mark.parametrize("pasted", ["abc~QUITE-SECRET-value", "9f2c0000-aaaa-bbbb-cccc-000000000001"])
def test_load_pasted_secret_is_refused_and_not_shown(write_settings: WriteSettings, pasted: str) -> None:
    file = write_settings(('client_secret = "env:TENANTRY_GRAPH_SECRET"', f'client_secret = "{pasted}"'))
    problems = problems_of(file)
    assert "microsoft.client_secret" in problems[0]
    assert "env:NAME, file:/path or keyring:service/name" in problems[0]
    assert pasted not in problems[0]


def test_load_pasted_secret_id_is_called_so(write_settings: WriteSettings) -> None:
    pasted = 'client_secret = "9f2c0000-aaaa-bbbb-cccc-000000000001"'
    file = write_settings(('client_secret = "env:TENANTRY_GRAPH_SECRET"', pasted))
    assert "Secret ID" in problems_of(file)[0]


def test_load_secret_pasted_as_client_id_is_not_shown(write_settings: WriteSettings) -> None:
    file = write_settings(('client_id = "00000000-0000-0000-0000-000000000001"', 'client_id = "abc~QUITE-SECRET"'))
    assert "abc~" not in "".join(problems_of(file))


def test_load_nothing_to_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tenantry.toml"
    file.write_text('[msp]\nname = "Example"\ndomains = []\n')
    assert "at least one of [microsoft], [psa] and [[distributors]]" in problems_of(file)[0]


def test_load_missing_file_names_the_places_searched(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"Searched: --settings\. .*tenantry init"):
        load_settings(tmp_path / "absent.toml", {})


def test_load_broken_toml_names_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "tenantry.toml"
    file.write_text("[http]\nconnections = = 16\n")
    with pytest.raises(SettingsError, match=r"not valid TOML: .*line 2, column 15"):
        load_settings(file, {})


def test_load_other_encoding_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "tenantry.toml"
    file.write_bytes(b'[msp]\nname = "M\xfcller"\n')
    with pytest.raises(SettingsError, match=r"line 2: a byte that is not UTF-8"):
        load_settings(file, {})


def test_load_file_of_a_windows_editor_is_read(write_settings: WriteSettings) -> None:
    file = write_settings()
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert load_settings(file, {}).msp.name == "Example MSP"


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 3000 + "]" * 3000])
def test_load_value_beyond_the_parser_is_a_settings_error(tmp_path: Path, value: str) -> None:
    file = tmp_path / "tenantry.toml"
    file.write_text(f"[http]\nconnections = {value}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="cannot be read") as raised:
        load_settings(file, {})
    assert str(file) in str(raised.value) and raised.value.exit_code == 64


def test_load_huge_hexadecimal_number_is_told_by_its_size(write_settings: WriteSettings) -> None:
    file = write_settings(("connections = 16", f"connections = 0x{'f' * 4000}"))
    assert problems_of(file) == [
        "http.connections: found a number of more than 20 digits, expected a whole number from 1 to 64"
    ]


def test_load_unknown_key_in_capitals_names_the_nearest(write_settings: WriteSettings) -> None:
    problem = problems_of(write_settings(("connections = 16", "CONNECTIONS = 16")))[0]
    assert problem.startswith('http.CONNECTIONS: found an unknown key, expected "connections"')


@pytest.mark.parametrize("key", ["path", "published"])
def test_load_warehouse_that_is_a_folder_is_refused(write_settings: WriteSettings, tmp_path: Path, key: str) -> None:
    file = write_settings()
    (tmp_path / "data").mkdir()
    text = file.read_text(encoding="utf-8")
    name = {"path": "tenantry", "published": "published"}[key]
    file.write_text(text.replace(f'{key} = "warehouse/{name}.duckdb"', f'{key} = "data"', 1), encoding="utf-8")
    assert [problem for problem in problems_of(file) if problem.startswith(f"warehouse.{key}: found a folder")]


@pytest.mark.parametrize("mark", ["%", "?"])
def test_load_warehouse_in_a_folder_that_cannot_hold_it_is_refused(write_settings: WriteSettings, mark: str) -> None:
    file = write_settings(('path = "warehouse/', f'path = "ware{mark}house/'))
    assert problems_of(file)[0].startswith("warehouse.path: found a path with % or ? (")


def test_load_path_with_a_null_character_is_refused(write_settings: WriteSettings) -> None:
    file = write_settings(('path = "warehouse/', 'path = "ware\\u0000house/'))
    assert problems_of(file)[0].startswith("warehouse.path: found a path with a null character")


def test_load_file_that_cannot_be_looked_at_is_a_problem(
    write_settings: WriteSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_settings(('# ca_bundle = "ca.pem"', 'ca_bundle = "closed/ca.pem"'))

    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", refuse)
    assert problems_of(file)[0].startswith("http.ca_bundle: found a path that cannot be looked at (Permission denied)")


def test_settings_file_flag_wins_over_the_variable(tmp_path: Path) -> None:
    assert settings_file(tmp_path / "a.toml", {"TENANTRY_SETTINGS": "/b.toml"}) == tmp_path / "a.toml"


def test_settings_file_variable_wins_over_the_default() -> None:
    assert settings_file(None, {"TENANTRY_SETTINGS": "/b.toml"}) == Path("/b.toml")


def test_settings_file_default_lies_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings_file(None, {}) == tmp_path / "tenantry.toml"
