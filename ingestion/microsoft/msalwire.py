"""msal's transport: our HTTP client in the place of its own, and what the login host's answers tell beside tokens.

msal → MsalWire → HttpClient (allow-list, retries, CA file) → token endpoint
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from ingestion.http.backoff import RETRIED_STATUSES
from ingestion.http.client import Call, HttpClient, HttpReply
from ingestion.http.errors import answer_error

_FORM = "application/x-www-form-urlencoded"


class MsalWire:
    """msal's transport over our client: allow-listed, retried, with our CA file and time-outs."""

    def __init__(self, http: HttpClient, authority: str, where: str, now: Callable[[], datetime]) -> None:
        self._http = http
        self._authority = f"{authority}/oauth2/v2.0"
        self._now = now
        self.where = where
        self.clock_skew_seconds: float | None = None
        self._last: HttpReply | None = None

    @property
    def has_asked(self) -> bool:
        """Whether the token endpoint has answered anything."""
        return self._last is not None

    def get(self, url: str, params: Mapping | None = None, headers: Mapping | None = None, **_: object) -> "_MsalReply":
        """The tenant's OpenID metadata, which msal wants for the two endpoints that the vendor documents.

        Answered here: it saves a request per tenant, and no answer can send the secret to another host.
        """
        endpoints = {
            "authorization_endpoint": f"{self._authority}/authorize",
            "token_endpoint": f"{self._authority}/token",
        }
        return _MsalReply(HttpReply(200, {}, json.dumps(endpoints).encode()))

    def post(
        self, url: str, params: Mapping | None = None, data: Mapping | None = None,
        headers: Mapping | None = None, **_: object,
    ) -> "_MsalReply":  # fmt: skip
        """What msal posts: the token request."""
        url = f"{url}?{urlencode(params)}" if params else url
        body = urlencode(data or {}).encode()
        sent = {**(headers or {}), "Content-Type": _FORM}
        return self._send(Call("POST", url, self.where, "POST token endpoint", headers=sent, body=body))

    def close(self) -> None:
        """Nothing of its own to close."""

    def refusal(self) -> dict | None:
        """The error body of the last answer, where it was one."""
        if self._last is None or self._last.is_success:
            return None
        try:
            body = json.loads(self._last.content)
        except ValueError:
            return None
        return body if isinstance(body, dict) and "error" in body else None

    def _send(self, call: Call) -> "_MsalReply":
        self._last = self._http.send(call)
        self.clock_skew_seconds = _skew_seconds(self._last, self._now())
        if self._last.status in RETRIED_STATUSES:
            raise answer_error(call.where, call.template, self._last.status)
        return _MsalReply(self._last)


class _MsalReply:
    """The parts of an answer that msal looks at."""

    def __init__(self, reply: HttpReply) -> None:
        self.status_code = reply.status
        self.headers = reply.headers
        self.text = reply.content.decode("utf-8", "replace")

    def raise_for_status(self) -> None:
        """Raise where the answer is an error."""
        if self.status_code >= 400:
            raise RuntimeError(f"the login host answered {self.status_code}")


def _skew_seconds(reply: HttpReply, now: datetime) -> float | None:
    try:
        told = parsedate_to_datetime(reply.headers.get("Date", ""))
    except ValueError:
        return None
    return (now - (told if told.tzinfo else told.replace(tzinfo=UTC))).total_seconds()
