"""What a fault does to an answer: a refusal in the vendor's own form, or a page that is not as it should be."""

from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from ingestion.simulator import storage
from ingestion.simulator.connectwise import errors as connectwise
from ingestion.simulator.encoding import Document, decode, encode
from ingestion.simulator.exchange import Content, Request, Response, text_response
from ingestion.simulator.faultcatalog import Stage
from ingestion.simulator.faults import Fault
from ingestion.simulator.graph import delta
from ingestion.simulator.graph import errors as graph
from ingestion.simulator.login.errors import service_error
from ingestion.simulator.pax8 import errors as pax8
from ingestion.simulator.traffic import Refusal

CANONICAL_HOST, OTHER_HOST = "127.0.0.1", "localhost"
TEXTS = {
    403: "Forbidden",
    429: "Too many requests",
    500: "Internal server error",
    503: "Service unavailable",
    504: "Gateway timeout",
}
GRAPH_CODES = {500: "InternalServerError", 503: "serviceNotAvailable", 504: "gatewayTimeout"}
RETRY_FORMS = ("seconds", "date", "none")
STALE_NAME = "STALE"
CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}'
HTML_PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
LIST_NAMES = {"graph": "value", "pax8": "content"}


def other_host(host: str) -> str:
    """A host that reaches this server under another name, with the same port."""
    name, _, port = host.partition(":")
    return f"{OTHER_HOST if name == CANONICAL_HOST else CANONICAL_HOST}:{port}"


def refusal(request: Request, faults: list[Fault], now: float) -> Response | None:
    """The answer of the first fault that stands instead of the vendor's, or None; `now` is the vendor's clock."""
    for fault in faults:
        # The token endpoint itself answers faults that carry an AADSTS code.
        if fault.kind.stage is Stage.ANSWER and fault.kind.vendors != ("login",):
            return _refused(request, fault, now)
    return None


def spoiled(request: Request, response: Response, faults: list[Fault]) -> Response:
    """The vendor's answer with every page fault in it; only a good answer can be spoiled."""
    for fault in faults:
        if fault.kind.stage is Stage.PAGE and response.status == 200:
            response = SPOILERS[fault.kind.name](request, response, fault)
    return response


def over_limit(request: Request, refused: Refusal) -> Response:
    """429 of Graph's own accord."""
    wait = {} if refused.wait_seconds is None else {"retry-after": str(refused.wait_seconds)}
    return graph.error_response(request, graph.throttled(request.path, {**wait, **refused.headers}))


def _refused(request: Request, fault: Fault, now: float) -> Response:
    name, told = fault.kind.name, fault.parameters
    if name == "redirect_other_host":
        query = f"?{request.query}" if request.query else ""
        place = request.url.replace(request.host, other_host(request.host), 1)
        return text_response(302, "", headers={"location": place + query})
    if name == "token_expires":
        return _expired(request, CLAIMS if told["claims"] else None)
    if name == "delta_gone":
        gone = delta.gone(request, told["code"], told["status"], told["location"])
        return graph.error_response(request, gone)
    if name == "throttle":
        form = RETRY_FORMS[(fault.hits - 1) % len(RETRY_FORMS)] if told["form"] == "each" else told["form"]
        return _failure(request, 429, _retry_after(told["seconds"], form, now))
    if name in ("unavailable", "gateway_timeout"):
        return _failure(request, 503 if name == "unavailable" else 504, _told_wait(told["retry_after"], now))
    if name == "answer":
        headers = _told_wait(told["retry_after"], now)
        error = graph.GraphError(told["status"], told["code"], told["message"], headers, told["inner_code"])
        return graph.error_response(request, error)
    if name == "top_refused":
        text = f"Invalid page size specified. Must be between 1 and {told['maximum']} inclusive."
        return graph.error_response(request, graph.bad_request(text))
    if name == "not_in_cloud":
        return graph.error_response(request, ABSENCES[told["form"]](request.path))
    return _failure(request, 403 if name == "forbidden" else 500, {})


ABSENCES: dict[str, Callable[[str], graph.GraphError]] = {
    "segment": graph.unknown_segment,
    "not_found": graph.not_found,
    "not_implemented": lambda path: graph.GraphError(501, "NotImplemented", "The resource is not implemented."),
}


def _told_wait(seconds: int | None, now: float) -> dict[str, str]:
    return {} if seconds is None else _retry_after(seconds, "seconds", now)


def _retry_after(seconds: int, form: str, now: float) -> dict[str, str]:
    if form == "none":
        return {}
    return {"retry-after": str(seconds) if form == "seconds" else formatdate(now + seconds, usegmt=True)}


def _failure(request: Request, status: int, headers: dict[str, str]) -> Response:
    if request.vendor == "login":
        return service_error(status, headers)
    if request.vendor == "storage":
        return storage.failure(status, headers)
    if request.vendor == "connectwise":
        code = {403: "Forbidden", 429: "TooManyRequests"}.get(status, "ServerError")
        return connectwise.error_response(connectwise.ConnectWiseError(status, code, TEXTS[status], headers))
    if request.vendor == "pax8":
        return pax8.error_response(pax8.Pax8Error(status, TEXTS[status], headers), request.path)
    if status == 403:
        error = graph.denied(request.path)
    elif status == 429:
        error = graph.throttled(request.path, headers)
    else:
        error = graph.GraphError(status, GRAPH_CODES[status], TEXTS[status], headers)
    return graph.error_response(request, error)


def _expired(request: Request, claims: str | None) -> Response:
    if request.vendor == "pax8":
        return pax8.error_response(pax8.Pax8Error(401, "The access token is expired"), request.path)
    if claims is not None:
        error = graph.token_rejected("TokenRevoked", "Continuous access evaluation asks for a new token.", claims)
    else:
        error = graph.token_rejected("TokenExpired", "Lifetime validation failed, the token is expired.")
    return graph.error_response(request, error)


def _document(response: Response) -> Document:
    return decode(response.body)


def _with_document(response: Response, document: Document) -> Response:
    return replace(response, content=Content(encode(document)))


def _rows(request: Request, document: Document) -> list[dict[str, Any]] | None:
    found = document.get(LIST_NAMES.get(request.vendor, "")) if isinstance(document, dict) else document
    return found if isinstance(found, list) else None


def _not_json(request: Request, response: Response, fault: Fault) -> Response:
    return replace(response, content=Content(HTML_PAGE.encode()), content_type="text/html")


def _half_json(request: Request, response: Response, fault: Fault) -> Response:
    return replace(response, content=Content(response.body[: len(response.body) // 2]))


def _invalid_json(request: Request, response: Response, fault: Fault) -> Response:
    middle = response.body.rfind(b":") + 1
    return replace(response, content=Content(response.body[:middle] + b"\x00" + response.body[middle:]))


def _no_value(request: Request, response: Response, fault: Fault) -> Response:
    document = _document(response)
    if isinstance(document, list):
        return _with_document(response, {"message": "no list"})
    document.pop(LIST_NAMES.get(request.vendor, ""), None)
    return _with_document(response, document)


def _number_for_text(request: Request, response: Response, fault: Fault) -> Response:
    document = _document(response)
    rows = _rows(request, document)
    row = rows[0] if rows else document if rows is None and isinstance(document, dict) else None
    if row is None:
        return response
    texts = [name for name, value in row.items() if isinstance(value, str) and name != "id" and "@" not in name]
    name = fault.parameters["field"] or next(iter(texts), None)
    if name is not None:
        row[name] = 12345
    return _with_document(response, document)


def _duplicate_rows(request: Request, response: Response, fault: Fault) -> Response:
    document = _document(response)
    rows = _rows(request, document)
    if rows:
        rows.append(rows[0])
    return _with_document(response, document)


def _stale_first(request: Request, response: Response, fault: Fault) -> Response:
    document = _document(response)
    rows = _rows(request, document)
    if rows and "displayName" in rows[0]:
        rows.insert(0, {**rows[0], "displayName": STALE_NAME})
    return _with_document(response, document)


def _duplicate_page(request: Request, response: Response, fault: Fault) -> Response:
    return _linked(request, response, request.base, again_mark=fault.hits)


def _nextlink_other_host(request: Request, response: Response, fault: Fault) -> Response:
    return _linked(request, response, f"https://{other_host(request.host)}", again_mark=None)


def _empty_page_with_next(request: Request, response: Response, fault: Fault) -> Response:
    document = _document(response)
    rows = _rows(request, document)
    if rows is None:
        return response
    rows.clear()
    # The next link leads to the page that this one hides; the mark keeps the two addresses apart.
    return _linked(request, _with_document(response, document), request.base, again_mark=fault.hits)


def _linked(request: Request, response: Response, base: str, again_mark: int | None) -> Response:
    query = request.query if again_mark is None else "&".join(filter(None, (request.query, f"again={again_mark}")))
    here = request.url.replace(request.base, base, 1) + (f"?{query}" if query else "")
    if request.vendor == "connectwise":
        return replace(response, headers={**response.headers, "link": f'<{here}>; rel="next"'})
    document = _document(response)
    own = document.get("@odata.nextLink")
    document.pop("@odata.deltaLink", None)
    elsewhere = own.replace(request.base, base, 1) if own and again_mark is None else here
    document["@odata.nextLink"] = elsewhere
    return _with_document(response, document)


SPOILERS: dict[str, Callable[[Request, Response, Fault], Response]] = {
    "not_json": _not_json,
    "no_value": _no_value,
    "number_for_text": _number_for_text,
    "half_json": _half_json,
    "invalid_json": _invalid_json,
    "duplicate_rows": _duplicate_rows,
    "duplicate_page": _duplicate_page,
    "stale_first": _stale_first,
    "nextlink_other_host": _nextlink_other_host,
    "empty_page_with_next": _empty_page_with_next,
}
