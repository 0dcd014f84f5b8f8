"""Resolves configured domains to tenant GUIDs through the login host's OpenID metadata."""

import json
from dataclasses import replace

from ingestion.http.client import Call, HttpClient
from ingestion.http.errors import answer_error
from ingestion.legs import IngestionError
from ingestion.microsoft.client import graph_http
from ingestion.microsoft.connection import GUID, MicrosoftConnection, Tenant
from ingestion.microsoft.tokenerrors import token_error


def resolve_tenants(connection: MicrosoftConnection, http: HttpClient | None = None) -> MicrosoftConnection:
    """The connection with every tenant under its GUID; one that cannot be resolved carries its problem.

    Shape: tenants in their order. A tenant configured as a GUID costs no request. The mailboxes' tenant follows.
    """
    tenants = tuple(
        replace(tenant, configured_id=tenant.configured_id or tenant.tenant_id) for tenant in connection.tenants
    )
    if not all(tenant.is_resolved for tenant in tenants):
        client = http or graph_http(connection)
        tenants = tuple(_resolved(tenant, connection.login_url, client) for tenant in tenants)
    # GUIDs are keys: one spelling.
    tenants = tuple(replace(tenant, tenant_id=tenant.tenant_id.lower()) for tenant in tenants)
    mail = connection.mail
    if mail is not None:
        named = {tenant.configured_id.lower(): tenant.tenant_id for tenant in tenants}
        mail = replace(mail, tenant_id=named.get(mail.tenant_id.lower(), mail.tenant_id.lower()))
    return replace(connection, tenants=tenants, mail=mail)


def _resolved(tenant: Tenant, login_url: str, http: HttpClient) -> Tenant:
    if tenant.is_resolved:
        return tenant
    try:
        return replace(tenant, tenant_id=_tenant_id(tenant.tenant_id, login_url, http))
    except IngestionError as error:
        return replace(tenant, problem=error)


def _tenant_id(domain: str, login_url: str, http: HttpClient) -> str:
    """The GUID in the issuer that a domain's metadata names."""
    where = f"microsoft, tenant {domain}"
    url = f"{login_url}/{domain}/v2.0/.well-known/openid-configuration"
    reply = http.send(Call("GET", url, where, "GET OpenID metadata"))
    try:
        body = json.loads(reply.content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        body = {}
    if not reply.is_success:
        if "error" in body:
            raise token_error(where, login_url, domain, body)
        raise answer_error(where, "GET OpenID metadata", reply.status)
    for name in ("issuer", "token_endpoint"):
        found = GUID.search(body[name]) if isinstance(body.get(name), str) else None
        if found is not None:
            return found[0].lower()
    raise IngestionError(
        f"{where}: the OpenID metadata names no tenant GUID in issuer or token_endpoint.",
        error_class="tenant_not_found",
        advice="Put the tenant's GUID into tenant_id of [[microsoft.tenants]] instead of the domain.",
    )
