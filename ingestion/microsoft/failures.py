"""Graph's error answers → what they mean for a leg. Source: reference microsoft-graph, section 4.

Codes decide, the most specific known first; messages never do, except where Graph has no code: for a missing segment
and for the largest page.
"""

import re

from ingestion.http.client import HttpReply
from ingestion.http.errors import HttpError, answer_error
from ingestion.http.vendorjson import json_object
from ingestion.legs import IngestionError, LegStatus
from ingestion.microsoft.endpoint import Endpoint

NO_PREMIUM = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
# Errors lie within one another as deep as a server likes.
MAX_CODES = 10
PREMIUM_REFUSED = "premium_refused"
_RESYNC = frozenset({"syncstatenotfound", "resyncrequired", "syncstateinvalid"})
_PREMIUM_MISSING = frozenset({NO_PREMIUM.lower(), "aadpremiumlicenserequired", "pimlicenserequired"})
_NAMED_MAXIMUM = re.compile(r"(?:between 1 and|more than|maximum (?:of|is)) ([0-9]{1,9})\b")
_NO_SEGMENT = "resource not found for the segment"
_NO_MAILBOX = frozenset({"mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi", "errorinvaliduser"})
_SOLD_WITH = {"P1": " (it is part of Microsoft 365 Business Premium)"}
_CONFLICT_OR_LOCKED = frozenset({409, 423})
_GENERAL = frozenset({"", "unknownerror", "badrequest", "forbidden"})


class ResyncNeeded(Exception):
    """The stored delta token is not accepted any more; a full round is due."""


class PageTooLarge(HttpError):
    """Graph takes no page of the size that was asked for; `maximum` is what it takes."""

    def __init__(self, error: HttpError, maximum: int) -> None:
        super().__init__(
            str(error), error_class=error.error_class, advice=error.advice, http_status=error.http_status,
            code=error.code,
        )  # fmt: skip
        self.maximum = maximum


def graph_failure(reply: HttpReply, endpoint: Endpoint, where: str, *, is_delta: bool = False) -> IngestionError:
    """The error for an answer that is not a success.

    Errors: raises ResyncNeeded itself where a delta token has expired.
    """
    codes, message, request_id = read_error(reply)
    lowered = {code.lower() for code in codes}
    if is_delta and (reply.status == 410 or (400 <= reply.status < 500 and lowered & _RESYNC)):
        raise ResyncNeeded(where)
    code = next((code for code in reversed(codes) if code.lower() not in _GENERAL), codes[0] if codes else "")
    advice, status, error_class = _meaning(reply.status, lowered, message, endpoint)
    error = answer_error(
        where, endpoint.template, reply.status, code=code, request_id=request_id,
        advice=advice, status=status, error_class=error_class,
    )  # fmt: skip
    # No code tells of the page size: only the number in the message does.
    maximum = _NAMED_MAXIMUM.search(message) if reply.status == 400 else None
    return PageTooLarge(error, int(maximum[1])) if maximum else error


def is_no_premium(error: IngestionError) -> bool:
    """Whether Graph says that the tenant has no premium licence; it also says so wrongly at times."""
    return error.error_class == PREMIUM_REFUSED


def not_licensed(where: str, endpoint: Endpoint, evidence: str) -> IngestionError:
    """The tenant has no licence that carries this feature, as its own service plans prove."""
    return IngestionError(
        f"{where}: the tenant has no {endpoint.license}: {evidence}.",
        error_class="not_licensed",
        advice=f"{endpoint.license} gives this data{_SOLD_WITH.get(endpoint.plan, '')}. Nothing to mend here.",
        status=LegStatus.NOT_LICENSED,
    )


def read_error(reply: HttpReply) -> tuple[list[str], str, str]:
    """Codes from outermost to innermost, the message, and the request id of an error answer; blank where absent."""
    node = json_object(reply.content).get("error")
    codes: list[str] = []
    message = ""
    request_id = reply.headers.get("request-id", "")
    if isinstance(node, dict) and isinstance(node.get("message"), str):
        message = node["message"]
    nested = _nested_code(message)
    while isinstance(node, dict) and len(codes) < MAX_CODES:
        if isinstance(node.get("code"), str):
            codes.append(node["code"])
        else:
            codes.append("")
        inner_id = node.get("request-id")
        request_id = request_id or (inner_id if isinstance(inner_id, str) else "")
        node = next((node[key] for key in ("innerError", "innererror") if key in node), None)
    return codes + nested, message, request_id


def _nested_code(message: str) -> list[str]:
    """The code of an error that role management or Conditional Access hands on as JSON within the message."""
    if not message.lstrip().startswith("{"):
        return []
    inner = json_object(message)
    return [inner[name] for name in ("errorCode", "code") if isinstance(inner.get(name), str)]


def _meaning(http_status: int, codes: set[str], message: str, endpoint: Endpoint) -> tuple[str, LegStatus, str]:
    """Advice, leg status and error class; blank advice and class leave the general ones."""
    if codes & _PREMIUM_MISSING:
        advice = (
            f"Graph says that the tenant lacks {endpoint.license or 'a premium licence'}, but its service plans do not "
            "prove that. Run again later; grant Directory.Read.All if it stays."
        )
        return advice, LegStatus.FAILED, PREMIUM_REFUSED
    if http_status == 403:
        return _forbidden(endpoint)
    if http_status == 404 and endpoint.family == "outlook":
        reason = "has no cloud mailbox" if codes & _NO_MAILBOX else "or this folder of it was not found"
        advice = f"The listed mailbox {reason}. Correct [microsoft.mailboxes] allow and folders."
        return advice, LegStatus.FAILED, "mailbox_not_found"
    absent = http_status in (404, 501) or (http_status == 400 and _NO_SEGMENT in message.lower())
    if absent and not endpoint.is_core:
        advice = "This cloud or edition does not have the endpoint. Nothing to mend here."
        return advice, LegStatus.NOT_OFFERED, "not_offered"
    if http_status == 404:
        return "Check [microsoft] graph_url and cloud; every cloud has this endpoint.", LegStatus.FAILED, ""
    if http_status in _CONFLICT_OR_LOCKED:
        return "The vendor was busy with this object. Run again.", LegStatus.FAILED, "busy"
    return "", LegStatus.FAILED, ""


def _forbidden(endpoint: Endpoint) -> tuple[str, LegStatus, str]:
    permission = " or ".join(endpoint.permissions)
    if endpoint.also_permissions:
        permission += " together with " + " and ".join(endpoint.also_permissions)
    if endpoint.family == "outlook":
        advice = (
            f"The mailbox is out of the app's scope, or {permission} is not granted. Add it to the app's scope "
            "in Exchange (RBAC for Applications), or take it from [microsoft.mailboxes] allow."
        )
        return advice, LegStatus.NOT_PERMITTED, "mailbox_out_of_scope"
    advice = (
        f"The app lacks {permission} in this tenant. Grant it (application permission, admin consent), then run "
        "`tenantry run --only microsoft` again."
    )
    return advice, LegStatus.NOT_PERMITTED, "permission_missing"
