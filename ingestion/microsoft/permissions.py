"""Which application permissions a tenant is asked for: the union over the endpoints that are read in it, nothing else.

The consent list, the doctor and the docs derive from here. Endpoints, connection → needed permissions.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ingestion.microsoft.connection import MicrosoftConnection, Tenant
from ingestion.microsoft.endpoint import Endpoint
from ingestion.microsoft.endpoints import (
    DIRECTORY_ENDPOINTS,
    MAILBOX_ENDPOINTS,
    MESSAGE_LIST,
    MESSAGES,
    PARTNER_ENDPOINTS,
    PREVIEW_PERMISSIONS,
    SECOND_ENDPOINTS,
)


@dataclass(frozen=True)
class NeededPermission:
    """One application permission to consent to.

    tables: what it is for. instead: broader permissions, each of which does for all of these tables.
    """

    permission: str
    tables: tuple[str, ...]
    instead: tuple[str, ...]


def enabled_endpoints(connection: MicrosoftConnection, tenant: Tenant) -> tuple[Endpoint, ...]:
    """The endpoints that are read in a tenant: what its cloud has, the partner's in the MSP's own, listed mailboxes."""
    endpoints = [*DIRECTORY_ENDPOINTS, *SECOND_ENDPOINTS]
    if tenant.is_msp:
        endpoints += PARTNER_ENDPOINTS
    mail = connection.mail
    if mail is not None and mail.tenant_id == tenant.tenant_id and len(mail.allowlist):
        endpoints += MAILBOX_ENDPOINTS
    return tuple(endpoint for endpoint in endpoints if connection.cloud in endpoint.clouds)


def needed_permissions(connection: MicrosoftConnection, tenant: Tenant) -> tuple[NeededPermission, ...]:
    """What a tenant must consent to, each permission once, in the order of the endpoints."""
    has_preview = connection.mail is not None and connection.mail.has_preview
    return _union((endpoint, _permissions(endpoint, has_preview)) for endpoint in enabled_endpoints(connection, tenant))


def _permissions(endpoint: Endpoint, has_preview: bool) -> tuple[str, ...]:
    if endpoint in (MESSAGES, MESSAGE_LIST) and has_preview:
        return PREVIEW_PERMISSIONS
    return endpoint.permissions


def _union(reads: Iterable[tuple[Endpoint, tuple[str, ...]]]) -> tuple[NeededPermission, ...]:
    tables: dict[str, dict[str, None]] = {}
    instead: dict[str, tuple[str, ...]] = {}
    for endpoint, (first, *broader) in reads:
        for permission in (first, *endpoint.also_permissions):
            tables.setdefault(permission, {})[endpoint.table] = None
        instead[first] = tuple(name for name in instead.get(first, tuple(broader)) if name in broader)
    return tuple(NeededPermission(name, tuple(found), instead.get(name, ())) for name, found in tables.items())
