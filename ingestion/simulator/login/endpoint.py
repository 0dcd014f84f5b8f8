"""The token endpoint for client credentials, and the OpenID metadata that resolves a domain to its tenant."""

import base64
import binascii
import re
from urllib.parse import parse_qsl, unquote_plus
from uuid import UUID

from ingestion.simulator.exchange import Request, Response, json_response, text_response
from ingestion.simulator.faultcatalog import Stage
from ingestion.simulator.faults import Fault
from ingestion.simulator.graph.clouds import RESOURCES
from ingestion.simulator.graph.permissions import granted_roles, honoured_roles
from ingestion.simulator.login.assertion import assertion_error
from ingestion.simulator.login.errors import token_error, unknown_tenant
from ingestion.simulator.site import Site

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
COMMON_TENANTS = ("common", "organizations", "consumers")
DNS_NAME = re.compile(r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", re.IGNORECASE)
METADATA_PATH = re.compile(r"^/([^/]+)/v2\.0/\.well-known/openid-configuration$")
TOKEN_PATH = re.compile(r"^/([^/]+)/oauth2/v2\.0/token$")


def tenant_of(request: Request, site: Site) -> str | None:
    """The tenant GUID that the path names, also through a verified domain; None where there is none."""
    return _resolve(request.path.split("/")[1], site)


def answer(request: Request, site: Site, faults: list[Fault], graph_url: str) -> Response:
    """The identity platform's answer."""
    metadata, token = METADATA_PATH.match(request.path), TOKEN_PATH.match(request.path)
    if metadata and request.method == "GET":
        return _metadata(metadata.group(1), request, site)
    if token and request.method == "POST":
        return _token(token.group(1), request, site, faults, graph_url)
    if metadata or token:
        return json_response({"error": "method_not_allowed"}, 405, {"allow": "POST" if token else "GET"})
    return text_response(404, "<html><body>Page not found</body></html>")


def _resolve(name: str, site: Site) -> str | None:
    tenants = site.snapshot().tenants
    if name.lower() in tenants:
        return name.lower()
    for tenant_id, tenant in tenants.items():
        if name.lower() in (domain.lower() for domain in tenant.domains):
            return tenant_id
    return None


def _name_error(name: str) -> int:
    if name.lower() in COMMON_TENANTS:
        return 9001023
    try:
        UUID(name)
    except ValueError:
        return 90002 if DNS_NAME.match(name) else 900023
    return 90002


def _metadata(name: str, request: Request, site: Site) -> Response:
    tenant = _resolve(name, site)
    if tenant is None:
        return unknown_tenant(_name_error(name))
    root = f"{request.base}/{tenant}"
    document = {
        "token_endpoint": f"{root}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{root}/discovery/v2.0/keys",
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{root}/v2.0",
        "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
        "tenant_region_scope": "NA",
    }
    return json_response(document)


def _token(name: str, request: Request, site: Site, faults: list[Fault], graph_url: str) -> Response:
    for fault in faults:
        if fault.kind.stage is Stage.ANSWER and "code" in fault.parameters:
            return token_error(fault.parameters["code"])
    tenant = _resolve(name, site)
    if tenant is None:
        return token_error(_name_error(name))
    form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    resource, problem = _resource(form, (RESOURCES[site.cloud], graph_url))
    problem = problem or _client_error(form, request, site)
    if problem:
        return token_error(problem)
    client_id = site.world.credentials["graph"]["client_id"]
    roles = honoured_roles(granted_roles(tenant, site), faults)
    token = site.tokens.issue_graph(tenant, client_id, resource, roles)
    seconds = site.tokens.life_seconds
    return json_response(
        {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token},
        headers={"cache-control": "no-store", "pragma": "no-cache"},
    )


def _resource(form: dict[str, str], known: tuple[str, ...]) -> tuple[str, int | None]:
    if "grant_type" not in form or "scope" not in form:
        return "", 900144
    if form["grant_type"] != "client_credentials":
        return "", 70003
    scope = form["scope"].strip()
    if " " in scope:
        return "", 70011
    resource, dot, rest = scope.rpartition("/.default")
    if not dot or rest:
        return "", 1002012
    return resource, None if resource.rstrip("/") in known else 500011


def _client_error(form: dict[str, str], request: Request, site: Site) -> int | None:
    expected = site.world.credentials["graph"]
    basic_id, basic_secret = _basic(request.headers.get("authorization", ""))
    client_id = form.get("client_id", basic_id)
    if client_id is None:
        return 900144
    if client_id != expected["client_id"]:
        return 700016
    if "client_assertion" in form:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            return 900144
        audience = request.url
        return assertion_error(form["client_assertion"], site.certificate, client_id, audience, site.now())
    secret = form.get("client_secret", basic_secret)
    if secret is None:
        return 7000216
    return None if secret == expected["client_secret"] else 7000215


def _basic(authorization: str) -> tuple[str | None, str | None]:
    scheme, _, content = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None, None
    try:
        name, _, secret = base64.b64decode(content, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    return unquote_plus(name), unquote_plus(secret)
