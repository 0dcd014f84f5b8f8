"""Which rows the settings' credentials become: what is known of each end, and by what Graph finds the key in use."""

import base64
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from orchestration.certificates import certificate_facts
from orchestration.config_credentials import CredentialRow, credential_rows
from orchestration.errors import SettingsFileError
from orchestration.settings import load_settings
from tests.ingestion.microsoft.certificates import app_key

WriteSettings = Callable[..., Path]
APP = "00000000-0000-0000-0000-000000000001"
OTHER_APP = "00000000-0000-0000-0000-000000000003"
SECRET_ID = "00000000-0000-0000-0000-000000000005"
OTHER_TENANT = '\n[[microsoft.tenants]]\ntenant_id = "00000000-0000-0000-0000-000000000009"\n'


def rows(file: Path, variables: dict[str, str] | None = None) -> list[CredentialRow]:
    """The Microsoft rows of a settings file."""
    found = credential_rows(load_settings(file, variables or {}), certificate_facts)
    return [row for row in found if row.vendor == "microsoft"]


def test_every_connection_has_its_row(write_settings: WriteSettings) -> None:
    found = credential_rows(load_settings(write_settings(), {}), certificate_facts)
    assert [(row.vendor, row.credential_kind, row.evidence) for row in found] == [
        ("microsoft", "client_secret", "none"),
        ("connectwise", "api_key", "none"),
        ("pax8", "client_secret", "none"),
    ]


def test_secret_of_many_tenants_is_one_row_with_the_settings_date(write_settings: WriteSettings) -> None:
    file = write_settings(("# secret_expires_on = 2028-05-01 ", "secret_expires_on = 2028-05-01 "), append=OTHER_TENANT)
    (row,) = rows(file)
    assert (row.credential_id, row.client_id, row.secret_id) == (APP, APP, None)
    assert (row.expires_date, row.evidence) == (date(2028, 5, 1), "settings")


def test_secret_id_names_the_key_in_use(write_settings: WriteSettings) -> None:
    (row,) = rows(write_settings(("# secret_id = ", "secret_id = ")))
    assert (row.credential_id, row.secret_id) == (f"{APP} {SECRET_ID}", SECRET_ID)


def test_two_secrets_of_one_app_that_nothing_tells_apart_show_the_earlier_end(write_settings: WriteSettings) -> None:
    own = OTHER_TENANT + 'client_secret = "env:OTHER"\nsecret_expires_on = 2027-01-01\n'
    file = write_settings(("# secret_expires_on = 2028-05-01 ", "secret_expires_on = 2028-05-01 "), append=own)
    (row,) = rows(file)
    assert row.expires_date == date(2027, 1, 1)


def test_app_of_its_own_is_a_row_of_its_own(write_settings: WriteSettings) -> None:
    own = OTHER_TENANT + f'client_id = "{OTHER_APP}"\nclient_secret = "env:OTHER"\nsecret_expires_on = 2027-01-01\n'
    assert [(row.credential_id, row.expires_date) for row in rows(write_settings(append=own))] == [
        (APP, None),
        (OTHER_APP, date(2027, 1, 1)),
    ]


@pytest.mark.parametrize("form", ["pem", "pfx"])
def test_certificate_tells_its_own_end_and_thumbprint(form: str, write_settings: WriteSettings, tmp_path: Path) -> None:
    key = app_key()
    path = key.pem(tmp_path) if form == "pem" else key.pfx(tmp_path, "pass")
    passphrase = ', passphrase = "env:PASS"' if form == "pfx" else ""
    settings = write_settings(
        ('client_secret = "env:TENANTRY_GRAPH_SECRET"', f'certificate = {{ path = "{path.name}"{passphrase} }}')
    )
    (row,) = rows(settings, {"PASS": "pass"})
    assert (row.expires_date, row.evidence) == (date(2026, 11, 28), "certificate")
    assert (row.credential_kind, row.credential_id, row.thumbprint) == (
        "certificate",
        f"{APP} {key.thumbprint}",
        key.thumbprint,
    )
    assert base64.b64decode(row.thumbprint_base64 or "").hex().upper() == key.thumbprint


@pytest.mark.parametrize("is_named", [True, False])
def test_certificate_of_a_chain_is_the_one_with_the_thumbprint_or_that_of_the_key(
    is_named: bool, write_settings: WriteSettings, tmp_path: Path
) -> None:
    key, issuer = app_key(), app_key(ends=datetime(2036, 1, 1, tzinfo=UTC))
    (tmp_path / "app.pem").write_bytes(issuer.certificate_pem() + key.key_pem() + key.certificate_pem())
    named = f', thumbprint = "{key.thumbprint.lower()}"' if is_named else ""
    certificate = f'certificate = {{ path = "app.pem"{named} }}'
    (row,) = rows(write_settings(('client_secret = "env:TENANTRY_GRAPH_SECRET"', certificate)))
    assert (row.thumbprint, row.expires_date) == (key.thumbprint, date(2026, 11, 28))


def test_bare_key_has_the_end_of_the_settings(write_settings: WriteSettings, tmp_path: Path) -> None:
    (tmp_path / "app.pem").write_bytes(app_key().key_pem())
    certificate = f'certificate = {{ path = "app.pem", thumbprint = "{"AB" * 20}" }}\nsecret_expires_on = 2028-05-01'
    (row,) = rows(write_settings(('client_secret = "env:TENANTRY_GRAPH_SECRET"', certificate)))
    assert (row.thumbprint, row.expires_date, row.evidence) == ("AB" * 20, date(2028, 5, 1), "settings")


def test_certificate_that_cannot_be_read_leaves_its_end_unknown(write_settings: WriteSettings, tmp_path: Path) -> None:
    app_key().pfx(tmp_path, "pass")
    certificate = 'certificate = { path = "app.pfx", passphrase = "env:PASS" }'
    settings = write_settings(('client_secret = "env:TENANTRY_GRAPH_SECRET"', certificate))
    for variables in ({"PASS": "wrong"}, {}):
        (row,) = rows(settings, variables)
        assert (row.expires_date, row.evidence, row.thumbprint) == (None, "none", None)


def test_secret_and_certificate_of_one_app_that_nothing_else_tells_apart_have_ids_of_their_own(
    write_settings: WriteSettings, tmp_path: Path
) -> None:
    (tmp_path / "app.pem").write_bytes(app_key().key_pem())
    own = OTHER_TENANT + 'certificate = { path = "app.pem" }\n'
    assert {(row.credential_kind, row.credential_id) for row in rows(write_settings(append=own))} == {
        ("client_secret", APP),
        ("certificate", f"{APP} certificate"),
    }


@pytest.mark.parametrize("fact", ["secret_expires_on = 2027-01-01", f'secret_id = "{SECRET_ID}"'])
def test_fact_about_a_credential_that_a_tenant_does_not_have_is_refused(
    fact: str, write_settings: WriteSettings
) -> None:
    file = write_settings(append=OTHER_TENANT + fact + "\n")
    with pytest.raises(SettingsFileError) as caught:
        load_settings(file, {})
    assert [problem.where for problem in caught.value.problems] == [f"microsoft.tenants[2].{fact.split(' ')[0]}"]
