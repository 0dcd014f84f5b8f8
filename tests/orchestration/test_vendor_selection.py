"""Which vendors and tenants a command works on."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from orchestration.errors import SettingsError, UsageError
from orchestration.run_request import RunRequest
from orchestration.run_session import RunSession
from orchestration.settings import load_settings
from orchestration.settings_schema import Settings
from orchestration.vendor_selection import require_secrets, select

TENANT = "00000000-0000-0000-0000-000000000002"
SECOND_TENANT = '\n[[microsoft.tenants]]\ntenant_id = "other.example"\n'
UNREAD_DISTRIBUTOR = '\n[[distributors]]\nvendor = "files"\nfolder = "exports"\n'


@pytest.fixture
def settings(write_settings: Callable[..., Path], secrets: dict[str, str]) -> Settings:
    """Two tenants, ConnectWise and Pax8, with every secret set."""
    return load_settings(write_settings(append=SECOND_TENANT), secrets)


@pytest.mark.parametrize(
    ("only", "vendors"),
    [
        ((), ("microsoft", "connectwise", "pax8")),
        (("microsoft",), ("microsoft",)),
        (("psa",), ("connectwise",)),
        (("connectwise",), ("connectwise",)),
        (("distributors", "psa"), ("connectwise", "pax8")),
    ],
)
def test_select_only_narrows_by_group_or_vendor(
    settings: Settings, only: tuple[str, ...], vendors: tuple[str, ...]
) -> None:
    assert select(settings, only).vendors == vendors


def test_select_tenant_narrows_microsoft_alone(settings: Settings) -> None:
    selection = select(settings, (), "OTHER.example")
    assert [tenant.tenant_id for tenant in selection.tenants] == ["other.example"]
    assert selection.vendors == ("microsoft", "connectwise", "pax8")


def test_select_several_tenants_takes_each_of_them(settings: Settings) -> None:
    request = RunRequest(as_of=date(2026, 10, 20), tenants=("other.example", TENANT))
    for selection in (select(settings, (), *request.tenants), RunSession(settings, request).selection):
        assert [tenant.tenant_id for tenant in selection.tenants] == [TENANT, "other.example"]


def test_select_one_unknown_tenant_among_others_is_refused(settings: Settings) -> None:
    with pytest.raises(UsageError, match="found 'nobody.example'"):
        select(settings, (), TENANT, "nobody.example")


def test_select_unknown_vendor_lists_the_configured_ones(settings: Settings) -> None:
    with pytest.raises(
        UsageError, match=r"found 'pax', .*connectwise, distributors, microsoft, pax8, psa.*\"pax8\""
    ) as e:
        select(settings, ("pax",))
    assert e.value.exit_code == 64


def test_select_vendor_that_is_not_configured_is_refused(settings: Settings) -> None:
    with pytest.raises(UsageError, match="found 'sherweb'"):
        select(settings, ("sherweb",))


def test_select_unknown_tenant_is_refused(settings: Settings) -> None:
    with pytest.raises(UsageError, match=r"--tenant: found 'nobody.example'.*2 tenants are configured"):
        select(settings, (), "nobody.example")


def test_select_tenant_without_microsoft_is_refused(settings: Settings) -> None:
    with pytest.raises(UsageError, match="found no Microsoft to read"):
        select(settings, ("psa",), TENANT)


def test_select_vendor_this_release_cannot_read_says_what_it_reads(
    write_settings: Callable[..., Path], secrets: dict[str, str]
) -> None:
    settings = load_settings(write_settings(append=UNREAD_DISTRIBUTOR), secrets)
    with pytest.raises(
        SettingsError, match=r'vendor = "files".*it reads microsoft, connectwise, pax8\. Take'
    ) as raised:
        select(settings)
    assert raised.value.exit_code == 64


def test_select_leaving_out_the_unreadable_vendor_works(
    write_settings: Callable[..., Path], secrets: dict[str, str]
) -> None:
    settings = load_settings(write_settings(append=UNREAD_DISTRIBUTOR), secrets)
    assert select(settings, ("microsoft", "psa", "pax8")).vendors == ("microsoft", "connectwise", "pax8")


def test_require_secrets_all_there_passes(settings: Settings) -> None:
    assert require_secrets(select(settings)) is None


def test_require_secrets_names_every_missing_one(write_settings: Callable[..., Path], secrets: dict[str, str]) -> None:
    del secrets["CW_PRIVATE"], secrets["TENANTRY_PAX8_SECRET"]
    settings = load_settings(write_settings(), secrets)
    with pytest.raises(SettingsError) as raised:
        require_secrets(select(settings))
    assert "environment variable CW_PRIVATE" in str(raised.value)
    assert "environment variable TENANTRY_PAX8_SECRET" in str(raised.value)
    assert "CW_PUBLIC" not in str(raised.value)


def test_require_secrets_asks_only_for_what_is_selected(
    write_settings: Callable[..., Path], secrets: dict[str, str]
) -> None:
    del secrets["TENANTRY_PAX8_SECRET"]
    settings = load_settings(write_settings(), secrets)
    assert require_secrets(select(settings, ("microsoft", "psa"))) is None


def test_require_secrets_secret_id_in_the_environment_is_refused(
    write_settings: Callable[..., Path], secrets: dict[str, str]
) -> None:
    secrets["TENANTRY_GRAPH_SECRET"] = "9f2c0000-aaaa-bbbb-cccc-000000000001"
    settings = load_settings(write_settings(), secrets)
    with pytest.raises(SettingsError, match="microsoft.client_secret: .*Secret ID.*No request was sent"):
        require_secrets(select(settings))
