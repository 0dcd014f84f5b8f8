"""Error bodies of Graph, by service: directory, reports, Conditional Access and Exchange word theirs differently."""

import base64
from datetime import UTC, datetime
from uuid import uuid4

from ingestion.simulator.encoding import encode
from ingestion.simulator.exchange import Request, Response, json_response


class GraphError(Exception):
    """An answer other than the one asked for, as status, code and message."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: dict[str, str] | None = None,
        inner_code: str | None = None,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        self.inner_code = inner_code


def error_response(request: Request, error: GraphError) -> Response:
    """The error as Graph's JSON body, with the ids that its headers repeat."""
    request_id = str(uuid4())
    inner = {
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": request.headers.get("client-request-id", request_id),
    }
    if error.inner_code:
        inner = {"code": error.inner_code, **inner}
    document = {"error": {"code": error.code, "message": error.message, "innerError": inner}}
    return json_response(document, error.status, {"request-id": request_id, **error.headers})


def bad_request(message: str, code: str = "Request_BadRequest") -> GraphError:
    """A request that can never succeed as it is."""
    return GraphError(400, code, message)


def not_found(path: str) -> GraphError:
    """A path that Graph does not have."""
    segment = path.rstrip("/").rsplit("/", 1)[-1]
    return GraphError(404, "Request_ResourceNotFound", f"Resource not found for the segment '{segment}'.")


def denied(path: str) -> GraphError:
    """A missing permission, in the words of the service behind the path."""
    if any(word in path for word in ("/mailFolders", "/calendarView", "/messages", "/events")):
        return GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    if "/reports/authenticationMethods" in path:
        text = "Calling principal does not have required MSGraph permissions AuditLog.Read.All"
        return GraphError(403, "Authentication_MSGraphPermissionMissing", text)
    if "/tenantRelationships/" in path or "/security/" in path:
        return GraphError(403, "accessDenied", "The caller does not have permission to perform the action.")
    if "/reports/get" in path or path.endswith("/admin/reportSettings"):
        return GraphError(403, "UnknownError", "")
    if "/identity/conditionalAccess" in path or "/policies/" in path:
        nested = {"errorCode": "accessDenied", "message": "Required scopes are missing in the token."}
        return GraphError(403, "AccessDenied", encode(nested).decode())
    return GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def no_premium() -> GraphError:
    """A report that needs Entra ID P1, in a tenant that has none."""
    return GraphError(
        403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "Neither tenant is B2C or tenant doesn't have premium license",
    )


def no_governance(code: str = "AadPremiumLicenseRequired") -> GraphError:
    """Privileged Identity Management in a tenant without P2 or Governance."""
    return GraphError(400, code, "The tenant needs Microsoft Entra ID P2 or Microsoft Entra ID Governance.")


def unknown_segment(path: str) -> GraphError:
    """A path whose type this cloud's schema does not have."""
    segment = path.rstrip("/").rsplit("/", 1)[-1].partition("(")[0]
    return GraphError(400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def no_object(object_id: str) -> GraphError:
    """An id that the directory does not hold."""
    text = f"Resource '{object_id}' does not exist or one of its queried reference-property objects are not present."
    return GraphError(404, "Request_ResourceNotFound", text)


def throttled(path: str, headers: dict[str, str]) -> GraphError:
    """Too many requests; Exchange has its own code."""
    code = "ApplicationThrottled" if "/mailFolders" in path or "/calendarView" in path else "TooManyRequests"
    return GraphError(429, code, "Too many requests.", headers)


def token_rejected(inner_code: str, message: str, claims: str | None = None) -> GraphError:
    """401 with the challenge that Graph sends; `claims` are those of continuous access evaluation."""
    challenge = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
    if claims is not None:
        packed = base64.b64encode(claims.encode()).decode()
        challenge += f', error="insufficient_claims", claims="{packed}"'
    return GraphError(401, "InvalidAuthenticationToken", message, {"www-authenticate": challenge}, inner_code)
