"""msal's transport: our HTTP client in the place of its own, and what the login host's answers tell beside tokens.

msal → MsalWire → HttpClient (allow-list, retries, CA file) → token endpoint
msal is handed what we have read of an answer, never the answer: it logs whole ones that it does not understand.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from ingestion.http.backoff import RETRIED_STATUSES, http_date
from ingestion.http.client import Call, HttpClient, HttpReply
from ingestion.http.codes import UNLISTED, listed_code, shown_id
from ingestion.http.errors import answer_error
from ingestion.http.vendorjson import json_object
from ingestion.legs import IngestionError
from ingestion.microsoft.tokenerrors import error_codes

_FORM = "application/x-www-form-urlencoded"
# What a bearer token is made of. Source: RFC 6750, section 2.1.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,16384}=*")
# A token that lived longer would be none of Microsoft's; a day is its longest life.
_LONGEST_LIFE_SECONDS = 100_000
_SECONDS = re.compile(r"[0-9]{1,6}")


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
        """The error body of the last answer, where it was one; what of it may be known."""
        if self._last is None or self._last.is_success:
            return None
        body = json_object(self._last.content)
        return refusal_in(body) if "error" in body else None

    def _send(self, call: Call) -> "_MsalReply":
        self._last = self._http.send(call)
        self.clock_skew_seconds = _skew_seconds(self._last, self._now())
        if self._last.status in RETRIED_STATUSES:
            raise answer_error(call.where, call.template, self._last.status)
        body = json_object(self._last.content)
        if self._last.is_success:
            token = _token_in(body)
            if token is None:
                raise not_a_login(call.where)
            return _MsalReply(HttpReply(200, {}, json.dumps(token).encode()))
        if "error" not in body:
            raise not_a_login(call.where)
        return _MsalReply(HttpReply(self._last.status, {}, json.dumps(refusal_in(body)).encode()))


def refusal_in(body: Mapping[str, Any]) -> dict[str, Any]:
    """What an error body of the login host may tell: its kind where it is listed, numbers, ids. Never its words."""
    kind = listed_code(body["error"]) if isinstance(body.get("error"), str) else ""
    found: dict[str, Any] = {"error": kind or UNLISTED}
    found["error_codes"] = list(error_codes(body))
    for name in ("correlation_id", "trace_id"):
        if shown_id(body.get(name)):
            found[name] = shown_id(body.get(name))
    return found


def not_a_login(where: str) -> IngestionError:
    """The login host answers something that no token endpoint says."""
    return IngestionError(
        f"{where}: the login host did not answer as Microsoft's token endpoint does.",
        error_class="login_unusable",
        advice="Check [microsoft] login_url and cloud; a proxy may answer in the vendor's place.",
    )


def _token_in(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The token and its life, and nothing else that the answer holds; None where it holds no token."""
    token, life = body.get("access_token"), str(body.get("expires_in", "0"))
    if not isinstance(token, str) or not _TOKEN.fullmatch(token) or not _SECONDS.fullmatch(life):
        return None
    return {"token_type": "Bearer", "access_token": token, "expires_in": min(int(life), _LONGEST_LIFE_SECONDS)}


class _MsalReply:
    """The parts of an answer that msal looks at."""

    def __init__(self, reply: HttpReply) -> None:
        self.status_code = reply.status
        self.headers = reply.headers
        self.text = bytes(reply.content).decode("utf-8", "replace")

    def raise_for_status(self) -> None:
        """Raise where the answer is an error."""
        if self.status_code >= 400:
            raise RuntimeError(f"the login host answered {self.status_code}")


def _skew_seconds(reply: HttpReply, now: datetime) -> float | None:
    told = http_date(reply.headers.get("Date"))
    return None if told is None else (now - told).total_seconds()
