"""What a tenant is asked to consent to is the union over the endpoints that are read in it, and nothing else."""

from dataclasses import replace

import pytest

from ingestion.microsoft.connection import MicrosoftConnection
from ingestion.microsoft.endpoint import ALL_CLOUDS
from ingestion.microsoft.endpoints import DIRECTORY_ENDPOINTS, PARTNER_ENDPOINTS
from ingestion.microsoft.permissions import enabled_endpoints, needed_permissions
from tests.ingestion.microsoft.vendor import OTHER, Vendor, connection_of, legs_of, mail_settings

DIRECTORY = {
    "LicenseAssignment.Read.All", "Organization.Read.All", "Domain.Read.All", "User.Read.All", "AuditLog.Read.All",
    "RoleManagement.Read.Directory", "Policy.Read.All", "GroupMember.Read.All", "Application.Read.All",
    "SecurityEvents.Read.All", "Reports.Read.All",
}  # fmt: skip


def asked(connection: MicrosoftConnection) -> set[str]:
    return {needed.permission for needed in needed_permissions(connection, connection.tenants[0])}


def test_customer_tenant_is_asked_for_its_directory_and_no_more() -> None:
    assert asked(connection_of()) == DIRECTORY


def test_union_is_that_of_the_enabled_endpoints() -> None:
    connection = connection_of(is_msp=True, mail=mail_settings("dana@msp.example"))
    endpoints = enabled_endpoints(connection, connection.tenants[0])
    first = {endpoint.permissions[0] for endpoint in endpoints if endpoint.table != "messages"}
    also = {permission for endpoint in endpoints for permission in endpoint.also_permissions}
    assert asked(connection) == first | also | {"Mail.Read"}


@pytest.mark.parametrize(("has_preview", "mail"), [(True, "Mail.Read"), (False, "Mail.ReadBasic.All")])
def test_mailbox_tenant_is_asked_for_mail_by_whether_previews_are_kept(has_preview: bool, mail: str) -> None:
    connection = connection_of(mail=mail_settings("dana@msp.example", has_preview=has_preview))
    assert asked(connection) - DIRECTORY == {mail, "Calendars.ReadBasic.All"}


def test_mailboxes_of_another_tenant_ask_nothing_here() -> None:
    mail = replace(mail_settings("dana@msp.example"), tenant_id=OTHER)
    assert asked(connection_of(mail=mail)) == DIRECTORY


def test_partner_permission_is_for_the_partner_tenant_in_the_global_cloud() -> None:
    assert asked(connection_of(is_msp=True)) - DIRECTORY == {"DelegatedAdminRelationship.Read.All"}
    assert "DelegatedAdminRelationship.Read.All" not in asked(connection_of(is_msp=True, cloud="us_gov"))


@pytest.mark.parametrize(
    ("cloud", "absent"),
    [("us_gov", {"Reports.Read.All"}), ("china", {"Reports.Read.All", "SecurityEvents.Read.All"})],
)
def test_sovereign_cloud_is_not_asked_for_what_it_does_not_offer(cloud: str, absent: set[str]) -> None:
    assert DIRECTORY - asked(connection_of(cloud=cloud)) == absent


def test_broader_permission_stands_in_only_where_it_does_for_every_table() -> None:
    connection = connection_of()
    needed = {item.permission: item for item in needed_permissions(connection, connection.tenants[0])}
    assert needed["Organization.Read.All"].instead == ("Directory.Read.All",)
    assert needed["RoleManagement.Read.Directory"].instead == ()
    assert needed["Policy.Read.All"].instead == ()
    assert set(needed["RoleManagement.Read.Directory"].tables) == {
        "role_definitions", "role_assignments", "role_assignment_schedule_instances",
        "role_eligibility_schedule_instances",
    }  # fmt: skip
    assert set(needed["User.Read.All"].tables) == {"users", "license_assignments", "sign_in_activity"}


@pytest.mark.parametrize("is_msp", [True, False])
@pytest.mark.parametrize("cloud", ALL_CLOUDS)
def test_legs_are_those_of_the_endpoints(is_msp: bool, cloud: str) -> None:
    legs = legs_of(Vendor(), connection_of(is_msp=is_msp, cloud=cloud))
    expected = [*DIRECTORY_ENDPOINTS, *(PARTNER_ENDPOINTS if is_msp else ())]
    assert [leg.key.table for leg in legs] == [endpoint.table for endpoint in expected]
