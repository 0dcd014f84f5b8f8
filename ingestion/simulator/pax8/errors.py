"""Error bodies of Pax8: type, message, instance, status and details; its token errors have a form of their own."""

from ingestion.simulator.exchange import Response, json_response

TYPES = {
    400: "invalid_parameters",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    429: "too_many_requests",
    500: "internal_error",
    503: "service_unavailable",
}


class Pax8Error(Exception):
    """An answer other than the one asked for."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.message = message
        self.headers = headers or {}


def error_response(error: Pax8Error, path: str) -> Response:
    """The error as Pax8's JSON body."""
    if error.status == 401:
        return json_response({"error": "access_denied", "error_description": error.message}, 401, error.headers)
    document = {
        "type": TYPES[error.status],
        "message": error.message,
        "instance": path,
        "status": error.status,
        "details": [],
    }
    return json_response(document, error.status, error.headers)
