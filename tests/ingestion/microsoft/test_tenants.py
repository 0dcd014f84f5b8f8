"""Domains among the tenants become GUIDs, or say why not."""

import json

import pytest

from ingestion.legs import IngestionError, LegStatus
from ingestion.microsoft.connection import AppCredential, MailSettings, Tenant
from ingestion.microsoft.mailboxes import MailboxAllowlist
from ingestion.microsoft.tenants import resolve_tenants
from tests.ingestion.microsoft.vendor import OTHER, TENANT, Vendor, connection_of, http_of, legs_of
from tests.ingestion.readings import read
from tests.ingestion.transport import Answer

CREDENTIAL = AppCredential("app", secret=lambda: "not~a~real~secret")
UNKNOWN = Answer(400, json.dumps({"error": "invalid_tenant", "error_codes": [90002], "trace_id": "t"}))


def test_resolve_domain_takes_the_guid_of_the_issuer() -> None:
    mail = MailSettings("Customer.example", MailboxAllowlist(["dana@msp.example"]))
    connection = connection_of(Tenant(OTHER.upper(), CREDENTIAL), Tenant("Customer.example", CREDENTIAL), mail=mail)
    vendor = Vendor()
    found = resolve_tenants(connection, http_of(vendor, connection))
    assert [(tenant.tenant_id, tenant.configured_id) for tenant in found.tenants] == [
        (OTHER, OTHER.upper()), (TENANT, "Customer.example"),
    ]  # fmt: skip
    assert found.mail is not None and found.mail.tenant_id == TENANT
    assert vendor.paths() == ["/Customer.example/v2.0/.well-known/openid-configuration"]


def test_resolve_guids_only_asks_nobody() -> None:
    connection = connection_of(Tenant(OTHER, CREDENTIAL))
    assert resolve_tenants(connection).tenants[0].tenant_id == OTHER


@pytest.mark.parametrize(
    ("answer", "error_class"),
    [(UNKNOWN, "tenant_not_found"), (Answer(404, "<html>"), "not_found"), (Answer(body="{}"), "tenant_not_found")],
)
def test_resolve_unknown_domain_fails_its_own_legs_only(answer: Answer, error_class: str) -> None:
    connection = connection_of(Tenant("nowhere.example", CREDENTIAL), Tenant(OTHER, CREDENTIAL))
    vendor = Vendor({"openid": answer})
    legs = legs_of(vendor, connection)
    failing = [leg for leg in legs if leg.key.tenant_id == "nowhere.example"]
    assert len(failing) * 2 == len(legs)
    for leg in failing:
        with pytest.raises(IngestionError) as caught:
            read(leg)
        assert caught.value.error_class == error_class
        assert "nowhere.example" in str(caught.value)
    assert len(vendor.sent) == 1


def test_resolve_twice_keeps_what_was_configured() -> None:
    connection = connection_of(Tenant("customer.example", CREDENTIAL))
    once = resolve_tenants(connection, http_of(Vendor(), connection))
    assert resolve_tenants(once) == once


@pytest.mark.parametrize(
    ("names", "counted"),
    [
        (("first.example", "second.example"), "first.example"),
        (("first.example", TENANT.upper()), TENANT.upper()),
        (("first.example", "msp.example"), "msp.example"),
        (("first.example", "msp.example", TENANT), TENANT),
    ],
)
def test_tenant_under_two_names_is_read_once_and_the_other_entries_fail(names: tuple[str, ...], counted: str) -> None:
    mail = MailSettings("msp.example", MailboxAllowlist(["dana@msp.example"]))
    connection = connection_of(*(Tenant(name, CREDENTIAL) for name in names), mail=mail)
    vendor = Vendor()
    found = resolve_tenants(connection, http_of(vendor, connection))
    assert [tenant.configured_id for tenant in found.tenants if tenant.tenant_id == TENANT] == [counted]
    others = [tenant for tenant in found.tenants if tenant.tenant_id != TENANT]
    for other in others:
        assert other.problem is not None and other.problem.error_class == "tenant_twice"
        assert counted in other.problem.advice and other.problem.status is LegStatus.FAILED
    assert found.mail is not None and (found.mail.tenant_id == TENANT) is ("msp.example" in names)
    legs = legs_of(vendor, found)
    assert len({leg.key for leg in legs}) == len(legs)
    assert resolve_tenants(found) == found
