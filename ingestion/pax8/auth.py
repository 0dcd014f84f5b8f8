"""The Pax8 token: asked for once, kept for the run (it lives a day), renewed once when it is refused."""

import json
import re
import threading
from collections.abc import Mapping

from ingestion.http.client import Call, HttpClient
from ingestion.http.errors import HttpError, again, answer_error
from ingestion.http.vendorjson import json_object
from ingestion.legs import IngestionError
from ingestion.pax8.connection import VENDOR, Pax8Connection

_TEMPLATE = "POST token endpoint"
# What a bearer token is made of: anything else cannot be sent in a header. Source: RFC 6750, section 2.1.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,16384}=*")
_REFUSED = frozenset({400, 401, 403})
_ADVICE = (
    "Check client_id and client_secret of this distributor in the settings; Pax8 shows them under Settings, "
    "Integrations, Credentials."
)


class Pax8Token:
    """Signs requests; safe for threads. A failure is remembered: a bad secret costs one request."""

    def __init__(self, connection: Pax8Connection, http: HttpClient) -> None:
        self._connection = connection
        self._http = http
        self._lock = threading.Lock()
        self._token = ""
        self._failure: IngestionError | None = None

    def headers(self) -> Mapping[str, str]:
        """The Authorization header; calls the token endpoint when there is no token.

        Errors: HttpError when no token is given.
        """
        with self._lock:
            if self._failure is not None:
                raise again(self._failure)
            if not self._token:
                try:
                    self._token = self._ask()
                except IngestionError as error:
                    self._failure = error
                    raise
            return {"Authorization": f"Bearer {self._token}"}

    def renew(self, refused: Mapping[str, str], challenge: str = "") -> bool:
        """Forget a refused token, unless another thread has renewed it already."""
        with self._lock:
            if refused.get("Authorization") == f"Bearer {self._token}":
                self._token = ""
        return True

    def _ask(self) -> str:
        connection = self._connection
        where = f"{VENDOR}, connection {connection.connection_id}"
        body = {
            "client_id": connection.client_id,
            "client_secret": connection.client_secret(),
            "audience": connection.audience,
            "grant_type": "client_credentials",
        }
        headers = {"Content-Type": "application/json"}
        call = Call("POST", connection.token_url, where, _TEMPLATE, headers=headers, body=json.dumps(body).encode())
        reply = self._http.send(call)
        if reply.status in _REFUSED:
            raise answer_error(where, _TEMPLATE, reply.status, advice=_ADVICE, error_class="secret_wrong")
        if not reply.is_success:
            raise answer_error(where, _TEMPLATE, reply.status)
        return _token_in(reply.content, where)


def _token_in(content: bytes, where: str) -> str:
    token = json_object(content).get("access_token")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise HttpError(
            f"{where}: {_TEMPLATE} answered without an access_token.",
            error_class="token_refused",
            advice="Check token_url of this distributor in the settings.",
        )
    return token
