"""The Microsoft legs: which table of which tenant is read by which function, and in what order."""

from collections.abc import Callable
from functools import partial

import msal

from ingestion.http.client import HttpClient
from ingestion.http.errors import again
from ingestion.legs import IngestionError, Leg, LegEnd, LegKey, LegReading
from ingestion.microsoft.assignments import ASSIGNMENTS
from ingestion.microsoft.auth import TenantTokens
from ingestion.microsoft.budgets import AppBudgets, TenantBudgets
from ingestion.microsoft.calendar import read_events
from ingestion.microsoft.client import GraphClient, graph_http
from ingestion.microsoft.connection import VENDOR, MicrosoftConnection, Tenant
from ingestion.microsoft.credentials import read_credentials
from ingestion.microsoft.delta import read_delta_list
from ingestion.microsoft.directory import not_in_cloud, read_list, read_skus
from ingestion.microsoft.endpoint import Endpoint
from ingestion.microsoft.endpoints import (
    APPLICATION_CREDENTIALS,
    CONDITIONAL_ACCESS_POLICIES,
    DIRECTORY_ENDPOINTS,
    EVENTS,
    GROUP_MEMBERS,
    GROUPS,
    MAILBOX_USAGE,
    MESSAGES,
    NAMED_LOCATIONS,
    PARTNER_ENDPOINTS,
    SECURE_SCORES,
    SERVICE_PRINCIPALS,
    SUBSCRIBED_SKUS,
    USERS,
)
from ingestion.microsoft.groups import NEEDED_TABLES, read_group_members
from ingestion.microsoft.licensed import read_licensed, read_policies
from ingestion.microsoft.mail import read_messages
from ingestion.microsoft.matching import MatchSet
from ingestion.microsoft.premium import PremiumFacts
from ingestion.microsoft.scores import read_secure_scores
from ingestion.microsoft.tenants import resolve_tenants
from ingestion.microsoft.usage import read_mailbox_usage
from ingestion.microsoft.users import read_users

Read = Callable[[LegReading], LegEnd]


def microsoft_legs(
    connection: MicrosoftConnection, match: MatchSet | None, http: HttpClient | None = None
) -> list[Leg]:
    """Every leg that the connection asks for, by tenant; those of an unresolved tenant fail with its reason.

    match: None leaves mail and calendar out.
    Shape: one leg per tenant and table; `license_assignments` comes with `users`. Domains among the tenants are
    resolved here, which asks the login host; resolve them before (`resolve_tenants`) to avoid that.
    """
    connection = resolve_tenants(connection, http)
    # Made after the domains are resolved: the allow-list names the tenants.
    http = http or graph_http(connection)
    cache = msal.TokenCache()
    apps: dict[str, AppBudgets] = {}
    legs: list[Leg] = []
    for tenant in connection.tenants:
        app = apps.setdefault(tenant.credential.client_id, AppBudgets())
        client = graph_client(connection, tenant, http, cache, app)
        legs += _directory_legs(connection, tenant, client)
        mail = connection.mail
        if mail is not None and match is not None and mail.tenant_id == tenant.tenant_id and len(mail.allowlist):
            reads: dict[str, Read] = {
                MESSAGES.table: partial(read_messages, client, mail, match),
                EVENTS.table: partial(read_events, client, mail, match),
            }
            legs += [Leg(_key(connection, tenant, table), _or_problem(tenant, read)) for table, read in reads.items()]
    return legs


def graph_client(
    connection: MicrosoftConnection, tenant: Tenant, http: HttpClient, cache: msal.TokenCache | None = None,
    app: AppBudgets | None = None,
) -> GraphClient:  # fmt: skip
    """The client that reads one tenant; tokens are asked for at its first request. app: shared by its tenants."""
    tokens = tenant_tokens(connection, tenant, http, cache)
    return GraphClient(http, connection.graph_url, tenant.tenant_id, tokens, TenantBudgets(app))


def tenant_tokens(
    connection: MicrosoftConnection, tenant: Tenant, http: HttpClient, cache: msal.TokenCache | None = None
) -> TenantTokens:
    """The tokens of one tenant."""
    return TenantTokens(tenant, connection.login_url, connection.graph_scope, http, cache or msal.TokenCache())


def _directory_legs(connection: MicrosoftConnection, tenant: Tenant, client: GraphClient) -> list[Leg]:
    facts = PremiumFacts()
    endpoints = DIRECTORY_ENDPOINTS + (PARTNER_ENDPOINTS if tenant.is_msp else ())
    return [
        Leg(
            key=_key(connection, tenant, endpoint.table),
            read=_or_problem(tenant, _read_of(connection, client, endpoint, facts)),
            needs=tuple(_key(connection, tenant, table) for table in _needed_tables(endpoint)),
            children=(ASSIGNMENTS,) if endpoint is USERS else (),
        )
        for endpoint in endpoints
    ]


def _needed_tables(endpoint: Endpoint) -> tuple[str, ...]:
    """Tables whose rows or proofs a leg asks for; it waits for their ends."""
    if endpoint is GROUP_MEMBERS:
        return NEEDED_TABLES
    return (SUBSCRIBED_SKUS.table,) if endpoint.plan else ()


def _read_of(connection: MicrosoftConnection, client: GraphClient, endpoint: Endpoint, facts: PremiumFacts) -> Read:
    if connection.cloud not in endpoint.clouds:
        return partial(_refuse, not_in_cloud(client, endpoint, connection.cloud))
    if endpoint is SUBSCRIBED_SKUS:
        return lambda reading: read_skus(client, endpoint, reading, facts)
    if endpoint in (CONDITIONAL_ACCESS_POLICIES, NAMED_LOCATIONS):
        return lambda reading: read_policies(client, endpoint, reading, facts)
    if endpoint.plan:
        return lambda reading: read_licensed(client, endpoint, reading, facts)
    own_reads: dict[str, Read] = {
        USERS.table: partial(read_users, client),
        GROUPS.table: partial(read_delta_list, client, endpoint),
        SERVICE_PRINCIPALS.table: partial(read_delta_list, client, endpoint),
        GROUP_MEMBERS.table: partial(read_group_members, client),
        APPLICATION_CREDENTIALS.table: partial(read_credentials, client),
        SECURE_SCORES.table: partial(read_secure_scores, client),
        MAILBOX_USAGE.table: partial(read_mailbox_usage, client),
    }
    return own_reads.get(endpoint.table, partial(read_list, client, endpoint))


def _or_problem(tenant: Tenant, read: Read) -> Read:
    """The read itself, or the failure that resolving the tenant met."""
    return read if tenant.problem is None else partial(_refuse, tenant.problem)


def _refuse(problem: IngestionError, reading: LegReading) -> LegEnd:
    raise again(problem)


def _key(connection: MicrosoftConnection, tenant: Tenant, table: str) -> LegKey:
    return LegKey(VENDOR, connection.connection_id, tenant.tenant_id, table)
