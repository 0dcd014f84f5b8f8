"""Microsoft's own Python SDK against the simulator: what our client likes, an independent client must like as well.

The SDK is imported inside the tests: it has thousands of modules, and only this file needs it.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.ingestion.scenarios.scene import CUSTOMER, DIRECTORY_SCOPE, MSP, PLAIN, WORLD, Scene
from tests.ingestion.scenarios.truth import instant

if TYPE_CHECKING:
    from msgraph import GraphServiceClient

# Its generated classes warn about one another.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
MAILBOX = next(address for address in WORLD.at(WORLD.observation_dates[0]).tenants[MSP].mailboxes)
PAGE_ROWS = 10
IMMUTABLE_IDS = ("Prefer", 'IdType="ImmutableId"')


class StaticCredential:
    """A token that was asked for once, in the shape that the SDK takes credentials in."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *scopes: str, **named: object) -> Any:
        """The token, whatever it is asked for."""
        from azure.core.credentials import AccessToken

        return AccessToken(self._token, int(datetime.now(UTC).timestamp()) + 3_600)


def test_sdk_reads_users_over_several_pages(scene: Scene) -> None:
    async def read(graph: "GraphServiceClient") -> list[Any]:
        from msgraph.generated.users.users_request_builder import UsersRequestBuilder

        names = ["id", "userPrincipalName", "displayName", "accountEnabled", "userType", "createdDateTime"]
        names += ["onPremisesSyncEnabled", "assignedLicenses", "licenseAssignmentStates"]
        asked = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=names, top=PAGE_ROWS)
        return await _all_pages(graph, graph.users, asked)

    users = scene.tenant(CUSTOMER).collections["users"]
    found = {user.id: user for user in _run(scene, CUSTOMER, read)}
    assert len(users) > PAGE_ROWS and set(found) == {user["id"] for user in users}
    for user in users:
        told = found[user["id"]]
        assert told.user_principal_name == user["userPrincipalName"]
        assert (told.display_name, told.account_enabled) == (user["displayName"], user["accountEnabled"])
        assert (told.user_type, told.on_premises_sync_enabled) == (user["userType"], user["onPremisesSyncEnabled"])
        assert told.created_date_time == instant(user["createdDateTime"])
        assert [str(held.sku_id) for held in told.assigned_licenses] == [
            held["skuId"] for held in user["assignedLicenses"]
        ]
        assert [(str(state.sku_id), state.state) for state in told.license_assignment_states] == [
            (state["skuId"], state["state"]) for state in user["licenseAssignmentStates"]
        ]


def test_sdk_follows_a_delta_round_and_its_removals(scene: Scene) -> None:
    async def read(graph: "GraphServiceClient") -> tuple[list[Any], list[Any]]:
        first = await graph.users.delta.get()
        scene.edit(CUSTOMER, "users", users[0]["id"], {"displayName": "Renamed"})
        scene.edit(CUSTOMER, "users", users[1]["id"], None)
        second = await graph.users.delta.with_url(first.odata_delta_link).get()
        return first.value, second.value

    users = scene.tenant(CUSTOMER).collections["users"]
    first, second = _run(scene, CUSTOMER, read)
    assert {user.id for user in first} == {user["id"] for user in users}
    told = {user.id: user for user in second}
    assert set(told) == {users[0]["id"], users[1]["id"]}
    assert told[users[0]["id"]].display_name == "Renamed"
    assert told[users[1]["id"]].additional_data["@removed"]["reason"] == "changed"


def test_sdk_reads_subscribed_skus(scene: Scene) -> None:
    async def read(graph: "GraphServiceClient") -> list[Any]:
        return (await graph.subscribed_skus.get()).value

    found = _run(scene, CUSTOMER, read)
    assert [
        (str(sku.sku_id), sku.sku_part_number, sku.capability_status, sku.consumed_units, sku.prepaid_units.enabled,
         [(str(plan.service_plan_id), plan.provisioning_status) for plan in sku.service_plans], sku.subscription_ids)
        for sku in found
    ] == [
        (sku["skuId"], sku["skuPartNumber"], sku["capabilityStatus"], sku["consumedUnits"],
         sku["prepaidUnits"]["enabled"],
         [(plan["servicePlanId"], plan["provisioningStatus"]) for plan in sku["servicePlans"]], sku["subscriptionIds"])
        for sku in scene.tenant(CUSTOMER).collections["subscribedSkus"]
    ]  # fmt: skip


def test_sdk_reads_registration_details(scene: Scene) -> None:
    async def read(graph: "GraphServiceClient") -> list[Any]:
        return (await graph.reports.authentication_methods.user_registration_details.get()).value

    collections = scene.tenant(CUSTOMER).collections
    blocked = {user["id"] for user in collections["users"] if not user["accountEnabled"]}
    expected = [row for row in collections["userRegistrationDetails"] if row["id"] not in blocked]
    assert [
        (row.id, row.user_principal_name, row.is_mfa_capable, row.is_admin, row.methods_registered,
         row.user_type.value, row.last_updated_date_time)
        for row in _run(scene, CUSTOMER, read)
    ] == [
        (row["id"], row["userPrincipalName"], row["isMfaCapable"], row["isAdmin"], row["methodsRegistered"],
         row["userType"], instant(row["lastUpdatedDateTime"]))
        for row in expected
    ]  # fmt: skip


def test_sdk_reads_messages_of_a_folder(scene: Scene) -> None:
    async def read(graph: "GraphServiceClient") -> list[Any]:
        from msgraph.generated.users.item.mail_folders.item.messages.messages_request_builder import (
            MessagesRequestBuilder,
        )

        asked = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters(
            select=["id", "subject", "from", "toRecipients", "receivedDateTime", "isRead", "internetMessageId"],
            top=PAGE_ROWS,
        )
        inbox = graph.users.by_user_id(MAILBOX).mail_folders.by_mail_folder_id("inbox")
        return await _all_pages(graph, inbox.messages, asked)

    messages = scene.tenant(MSP).mailboxes[MAILBOX].folders["inbox"]
    found = {message.id: message for message in _run(scene, MSP, read)}
    assert len(messages) > PAGE_ROWS and set(found) == {message["id"] for message in messages}
    for message in messages:
        told = found[message["id"]]
        assert (told.subject, told.internet_message_id) == (message["subject"], message["internetMessageId"])
        assert told.from_.email_address.address == message["from"]["emailAddress"]["address"]
        assert told.received_date_time == instant(message["receivedDateTime"])
        assert [person.email_address.address for person in told.to_recipients] == [
            person["emailAddress"]["address"] for person in message["toRecipients"]
        ]


def test_sdk_reads_events_of_a_calendar_view(scene: Scene) -> None:
    async def read(graph: "GraphServiceClient") -> list[Any]:
        from msgraph.generated.users.item.calendar_view.calendar_view_request_builder import (
            CalendarViewRequestBuilder,
        )

        asked = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters(
            start_date_time="2026-01-01T00:00:00Z", end_date_time="2027-01-01T00:00:00Z", top=PAGE_ROWS
        )
        return await _all_pages(graph, graph.users.by_user_id(MAILBOX).calendar_view, asked)

    events = scene.tenant(MSP).mailboxes[MAILBOX].events
    found = {event.id: event for event in _run(scene, MSP, read)}
    assert set(found) == {event["id"] for event in events} and events
    for event in events:
        told = found[event["id"]]
        assert (told.subject, told.start.date_time) == (event["subject"], event["start"]["dateTime"])
        assert (told.sensitivity.value, told.is_cancelled) == (event["sensitivity"], event["isCancelled"])
        assert [person.email_address.address for person in told.attendees] == [
            person["emailAddress"]["address"] for person in event["attendees"]
        ]


@pytest.mark.parametrize(
    ("tenant", "fault", "status", "code"),
    [
        (CUSTOMER, "consent_missing", 403, "Authorization_RequestDenied"),
        (CUSTOMER, "token_expires", 401, "InvalidAuthenticationToken"),
        (PLAIN, None, 403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"),
    ],
)
def test_sdk_understands_refusals(scene: Scene, tenant: str, fault: str | None, status: int, code: str) -> None:
    async def read(graph: "GraphServiceClient") -> Any:
        from msgraph.generated.models.o_data_errors.o_data_error import ODataError

        with pytest.raises(ODataError) as caught:
            if fault is None:
                await graph.reports.authentication_methods.user_registration_details.get()
            else:
                await graph.users.get()
        return caught.value

    if fault is not None:
        scene.fault(fault, path="/users")
    refusal = _run(scene, tenant, read)
    assert (refusal.response_status_code, refusal.error.code) == (status, code)
    assert refusal.error.inner_error.request_id


async def _all_pages(graph: "GraphServiceClient", builder: Any, asked: Any) -> list[Any]:
    """Every item of a list, page after page by the SDK's own iterator."""
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph_core.tasks.page_iterator import PageIterator

    found: list[Any] = []
    configuration = RequestConfiguration(query_parameters=asked)
    configuration.headers.add(*IMMUTABLE_IDS)
    pages = PageIterator(await builder.get(request_configuration=configuration), graph.request_adapter)
    pages.headers.add(*IMMUTABLE_IDS)
    await pages.iterate(lambda item: found.append(item) or True)
    return found


def _run(scene: Scene, tenant: str, read: Callable[["GraphServiceClient"], Awaitable[Any]]) -> Any:
    """What the reader returns, given the SDK's client for a tenant of the simulator."""
    import httpx
    from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
    from msgraph import GraphRequestAdapter, GraphServiceClient
    from msgraph_core import GraphClientFactory

    async def work() -> Any:
        urls = scene.simulator.urls
        root = f"{urls['graph_url']}/v1.0"
        trust = ssl.create_default_context(cafile=urls["ca_bundle"])
        # No proxy of the environment may come between: the simulator is on loopback.
        plain = httpx.AsyncClient(verify=trust, trust_env=False, base_url=root)
        async with GraphClientFactory.create_with_default_middleware(client=plain) as wire:
            provider = AzureIdentityAuthenticationProvider(
                StaticCredential(_token(scene, tenant)), scopes=[DIRECTORY_SCOPE], allowed_hosts=["127.0.0.1"]
            )
            adapter = GraphRequestAdapter(provider, wire)
            adapter.base_url = root
            return await read(GraphServiceClient(request_adapter=adapter))

    return asyncio.run(work())


def _token(scene: Scene, tenant: str) -> str:
    """An access token from the simulator's token endpoint."""
    known = WORLD.credentials["graph"]
    form = {"grant_type": "client_credentials", "scope": DIRECTORY_SCOPE, **known}
    with requests.Session() as session:
        session.trust_env = False
        url = f"{scene.simulator.urls['login_url']}/{tenant}/oauth2/v2.0/token"
        answer = session.post(url, data=form, verify=scene.simulator.urls["ca_bundle"])
    return answer.json()["access_token"]
