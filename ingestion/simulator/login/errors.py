"""Token errors as the identity platform words them: an `error`, and an AADSTS code that decides."""

from datetime import UTC, datetime
from uuid import uuid4

from ingestion.simulator.exchange import Response, json_response

# code: (error, HTTP status, text). Texts are ours: clients must branch on the codes.
TOKEN_ERRORS: dict[int, tuple[str, int, str]] = {
    65001: ("invalid_grant", 400, "Nobody has consented to use this application."),
    70003: ("unsupported_grant_type", 400, "This grant type is not supported here."),
    70011: ("invalid_scope", 400, "The scope is malformed."),
    90002: ("invalid_request", 400, "The tenant was not found. Check the tenant id and the cloud."),
    90006: ("server_error", 500, "The request was not treated. Try again."),
    90033: ("temporarily_unavailable", 503, "The service is not available now. Try again."),
    90055: ("invalid_request", 429, "Too many requests."),
    500011: ("invalid_resource", 400, "The resource is not known in this tenant."),
    700016: ("unauthorized_client", 400, "The application was not found in this tenant."),
    700024: ("invalid_client", 401, "The assertion is not within its valid time range."),
    700025: ("invalid_client", 401, "The client is public; it may not send a secret."),
    700027: ("invalid_client", 401, "The assertion's signature does not verify."),
    900023: ("invalid_request", 400, "The tenant is neither a valid DNS name nor a valid id."),
    900144: ("invalid_request", 400, "The body lacks a required parameter."),
    1002012: ("invalid_scope", 400, "With client credentials the scope must end with /.default."),
    5000224: ("invalid_request", 400, "The tenant is not available."),
    7000112: ("unauthorized_client", 400, "The application is disabled."),
    7000215: ("invalid_client", 401, "The client secret is not valid. Send the secret's value, not its id."),
    7000216: ("invalid_client", 401, "A secret or an assertion is required."),
    7000222: ("invalid_client", 401, "The client secret has expired."),
    7000229: ("unauthorized_client", 400, "The application has no service principal in this tenant."),
    9001023: ("invalid_request", 400, "This grant is not possible on a common endpoint."),
}


def token_error(code: int, headers: dict[str, str] | None = None) -> Response:
    """The body and status of one AADSTS code."""
    error, status, text = TOKEN_ERRORS[code]
    return _error_body(error, status, [code], f"AADSTS{code}: {text}", headers)


def service_error(status: int, headers: dict[str, str] | None = None) -> Response:
    """A failure of the service itself, for the statuses 429 and 5xx."""
    code = {429: 90055, 500: 90006}.get(status, 90033)
    error, _, text = TOKEN_ERRORS[code]
    return _error_body(error, status, [code], f"AADSTS{code}: {text}", headers)


def unknown_tenant(code: int = 90002) -> Response:
    """The metadata endpoint's answer for a tenant that does not exist."""
    text = TOKEN_ERRORS[code][2]
    return _error_body("invalid_tenant", 400, [code], f"AADSTS{code}: {text}", None)


def _error_body(error: str, status: int, codes: list[int], text: str, headers: dict[str, str] | None) -> Response:
    trace, correlation = str(uuid4()), str(uuid4())
    stamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    document = {
        "error": error,
        "error_description": f"{text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}",
        "error_codes": codes,
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
    }
    return json_response(document, status, headers)
