"""The Microsoft legs: which table of which tenant is read by which function, and in what order."""

from collections.abc import Callable
from functools import partial

import msal

from ingestion.http.client import HttpClient
from ingestion.http.errors import again
from ingestion.legs import Leg, LegEnd, LegKey, LegReading
from ingestion.microsoft.auth import TenantTokens
from ingestion.microsoft.budgets import AppBudgets, TenantBudgets
from ingestion.microsoft.calendar import read_events
from ingestion.microsoft.client import GraphClient, graph_http
from ingestion.microsoft.connection import VENDOR, MicrosoftConnection, Tenant
from ingestion.microsoft.directory import read_list, read_policies, read_registration, read_skus
from ingestion.microsoft.endpoints import (
    CONDITIONAL_ACCESS_POLICIES,
    DIRECTORY_ENDPOINTS,
    EVENTS,
    MESSAGES,
    SUBSCRIBED_SKUS,
    USER_REGISTRATION_DETAILS,
    USERS,
    Endpoint,
)
from ingestion.microsoft.mail import read_messages
from ingestion.microsoft.matching import MatchSet
from ingestion.microsoft.premium import PremiumFact
from ingestion.microsoft.tenants import resolve_tenants
from ingestion.microsoft.users import ASSIGNMENTS, read_users

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
    fact = PremiumFact()
    skus = _key(connection, tenant, SUBSCRIBED_SKUS.table)
    legs = []
    for endpoint in DIRECTORY_ENDPOINTS:
        needs_skus = endpoint in (USER_REGISTRATION_DETAILS, CONDITIONAL_ACCESS_POLICIES)
        legs.append(
            Leg(
                key=_key(connection, tenant, endpoint.table),
                read=_or_problem(tenant, _read_of(client, endpoint, fact)),
                needs=(skus,) if needs_skus else (),
                children=(ASSIGNMENTS,) if endpoint is USERS else (),
            )
        )
    return legs


def _read_of(client: GraphClient, endpoint: Endpoint, fact: PremiumFact) -> Read:
    if endpoint is USERS:
        return partial(read_users, client)
    if endpoint is SUBSCRIBED_SKUS:
        return lambda reading: read_skus(client, endpoint, reading, fact)
    if endpoint is USER_REGISTRATION_DETAILS:
        return lambda reading: read_registration(client, endpoint, reading, fact)
    if endpoint is CONDITIONAL_ACCESS_POLICIES:
        return lambda reading: read_policies(client, endpoint, reading, fact)
    return partial(read_list, client, endpoint)


def _or_problem(tenant: Tenant, read: Read) -> Read:
    """The read itself, or the failure that resolving the tenant met."""
    problem = tenant.problem
    if problem is None:
        return read

    def fail(reading: LegReading) -> LegEnd:
        raise again(problem)

    return fail


def _key(connection: MicrosoftConnection, tenant: Tenant, table: str) -> LegKey:
    return LegKey(VENDOR, connection.connection_id, tenant.tenant_id, table)
