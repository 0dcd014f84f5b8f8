"""The guide to Microsoft 365 says what the endpoints need, and its commands are the ones that Exchange has."""

import json
import re

from ingestion.microsoft.endpoints import DIRECTORY_ENDPOINTS, PARTNER_ENDPOINTS, SECOND_ENDPOINTS
from orchestration import permissions_reference
from orchestration.permissions_reference import BEGIN, END, EXCHANGE_ROLES, WORTH, needed_in_entra
from tests.product import REPOSITORY

PAGE = permissions_reference.PAGE.read_text(encoding="utf-8")
GENERATED = PAGE[PAGE.index(BEGIN) : PAGE.index(END)]
# Source: reference microsoft-graph, section 16.
EXCHANGE_CMDLETS = (
    "New-ServicePrincipal -AppId", "New-ManagementScope -Name", "-RecipientRestrictionFilter", "-CustomResourceScope",
    "New-ManagementRoleAssignment", "Test-ServicePrincipalAuthorization -Identity", "Remove-ManagementRoleAssignment",
    "Remove-ServicePrincipal", "Remove-ManagementScope", "Remove-ApplicationAccessPolicy",
)  # fmt: skip


def test_permission_tables_are_what_the_endpoints_say() -> None:
    assert permissions_reference.replaced(PAGE) == PAGE, (
        "docs/connect-microsoft-365.md is stale: run python -m orchestration.permissions_reference"
    )


def test_every_needed_permission_is_explained_and_no_other() -> None:
    every, own = needed_in_entra()
    assert {item.permission for item in (*every, *own)} == set(WORTH)
    assert len({worth.role_id for worth in WORTH.values()}) == len(WORTH)
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", worth.role_id) for worth in WORTH.values())


def test_every_table_stands_beside_its_permission() -> None:
    for endpoint in (*DIRECTORY_ENDPOINTS, *PARTNER_ENDPOINTS, *SECOND_ENDPOINTS):
        for name in (endpoint.permissions[0], *endpoint.also_permissions):
            (row,) = re.findall(rf"^\| `{re.escape(name)}` \|.*\|.*\|.*`.*\|.*\|$", GENERATED, re.MULTILINE)
            assert f"`{endpoint.table}`" in row, endpoint.table


def test_no_permission_of_the_guide_can_write() -> None:
    assert not re.findall(r"ReadWrite|FullControl|\.Send|\.Manage\b|\.Invite", GENERATED)


def test_manifest_asks_of_customers_what_every_tenant_needs_and_not_more() -> None:
    text = GENERATED[GENERATED.index("```json") + len("```json") : GENERATED.rindex("```")]
    (resource,) = json.loads(text)
    every, own = needed_in_entra()
    ids = [entry["id"] for entry in resource["resourceAccess"]]
    assert ids == [WORTH[item.permission].role_id for item in every]
    assert {entry["type"] for entry in resource["resourceAccess"]} == {"Role"}
    assert [item.permission for item in own] == ["DelegatedAdminRelationship.Read.All"]


def test_mailboxes_are_granted_in_exchange_with_its_own_role_names() -> None:
    assert [role for role in EXCHANGE_ROLES.values() if f"`{role}`" not in GENERATED] == []
    assert [cmdlet for cmdlet in EXCHANGE_CMDLETS if cmdlet not in PAGE] == []


def test_guide_and_doctor_page_are_linked_from_the_readme() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert "(docs/connect-microsoft-365.md)" in readme and "(docs/doctor.md)" in readme


def test_links_inside_the_guide_lead_somewhere() -> None:
    titles = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}
    assert [link for link in re.findall(r"\]\(#([^)]+)\)", PAGE) if link not in anchors] == []
    for target in re.findall(r"\]\(([^)#:]+)\)", PAGE):
        assert (permissions_reference.PAGE.parent / target).exists(), target
