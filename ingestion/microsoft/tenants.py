"""Resolves configured domains to tenant GUIDs through the login host's OpenID metadata."""

from collections.abc import Sequence
from dataclasses import replace

from ingestion.http.client import Call, HttpClient
from ingestion.http.errors import answer_error
from ingestion.http.vendorjson import json_object
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
    holds_mail = mail.tenant_id.lower() if mail is not None else ""
    if mail is not None:
        named = {tenant.configured_id.lower(): tenant.tenant_id for tenant in tenants}
        mail = replace(mail, tenant_id=named.get(holds_mail, holds_mail))
    return replace(connection, tenants=_each_once(tenants, holds_mail), mail=mail)


def _each_once(tenants: Sequence[Tenant], holds_mail: str) -> tuple[Tenant, ...]:
    """The tenants; of two entries that turned out to be one tenant, one counts and the other has that as its problem.

    It is the one with the GUID, else the one that the mailboxes' settings name (holds_mail), else the first.
    """

    def rank(tenant: Tenant) -> tuple[bool, bool]:
        name = tenant.configured_id.lower()
        return name != tenant.tenant_id, name != holds_mail

    counted: dict[str, Tenant] = {}
    for tenant in sorted((tenant for tenant in tenants if tenant.is_resolved), key=rank):
        counted.setdefault(tenant.tenant_id, tenant)
    return tuple(
        tenant
        if counted.get(tenant.tenant_id, tenant) is tenant
        else _same_as(tenant, counted[tenant.tenant_id].configured_id)
        for tenant in tenants
    )


def _same_as(tenant: Tenant, counted: str) -> Tenant:
    """The tenant under its configured name again: two legs of one tenant and table would be one and the same."""
    problem = IngestionError(
        f"microsoft, tenant {tenant.configured_id}: it is the tenant {tenant.tenant_id}, which the settings list as "
        f"{counted} too. It is read once, under that entry.",
        error_class="tenant_twice",
        advice=f"Take one of the two from [[microsoft.tenants]]; {counted} is the one that counts now.",
    )
    return replace(tenant, tenant_id=tenant.configured_id.lower(), problem=problem)


def _resolved(tenant: Tenant, login_url: str, http: HttpClient) -> Tenant:
    if tenant.is_resolved or tenant.problem is not None:
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
    body = json_object(reply.content)
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
