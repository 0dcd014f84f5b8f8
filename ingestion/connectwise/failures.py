"""ConnectWise's error answers → what they mean for a leg. Source: reference psa-and-distributors, section 2.5."""

from ingestion.connectwise.endpoints import Endpoint
from ingestion.http.client import HttpReply
from ingestion.http.errors import HttpError, answer_error
from ingestion.http.vendorjson import json_object
from ingestion.legs import LegStatus

_ADVICE = {
    401: "Check company_id, public_key, private_key and client_id in [psa]; the keys belong to an API member.",
    404: "Check base_url in [psa]: host, codebase and /apis/3.0.",
}


def connectwise_failure(reply: HttpReply, endpoint: Endpoint, where: str) -> HttpError:
    """The error for an answer that is not a success."""
    advice = _ADVICE.get(reply.status, "")
    status, error_class = LegStatus.FAILED, ""
    if reply.status == 403:
        advice = (
            f"Give the API member's security role Inquire = All on {endpoint.module} (System > Security Roles), "
            "then run again."
        )
        status, error_class = LegStatus.NOT_PERMITTED, "permission_missing"
    return answer_error(
        where, endpoint.template, reply.status, code=_code(reply.content), advice=advice, status=status,
        error_class=error_class,
    )  # fmt: skip


def _code(content: bytes) -> str:
    """The outer code, and the codes beneath it: `InvalidObject/InvalidField`. Never a message: it may quote a value."""
    body = json_object(content)
    nested = body.get("errors") if isinstance(body.get("errors"), list) else []
    found = [body.get("code"), *(item.get("code") for item in nested if isinstance(item, dict))]
    return "/".join(dict.fromkeys(code for code in found if isinstance(code, str) and code))
