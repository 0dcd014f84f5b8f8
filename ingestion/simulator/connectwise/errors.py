"""Error bodies of ConnectWise: code, message and a list of details."""

from ingestion.simulator.exchange import Response, json_response


class ConnectWiseError(Exception):
    """An answer other than the one asked for."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def error_response(error: ConnectWiseError) -> Response:
    """The error as ConnectWise's JSON body."""
    document = {"code": error.code, "message": error.message, "errors": []}
    return json_response(document, error.status, error.headers)


def not_authenticated() -> ConnectWiseError:
    """Keys or company are wrong, or the clientId header is missing."""
    return ConnectWiseError(401, "ConnectWiseApi", "UserNotAuthenticated")


def invalid(message: str) -> ConnectWiseError:
    """A request that can never succeed as it is."""
    return ConnectWiseError(400, "InvalidObject", message)


def not_found(what: str) -> ConnectWiseError:
    """No such record or path."""
    return ConnectWiseError(404, "NotFound", f"{what} not found")
