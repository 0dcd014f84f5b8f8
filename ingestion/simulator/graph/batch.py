"""`POST /$batch`: up to twenty reads in one request, each answered, logged and metered on its own."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from ingestion.simulator.encoding import decode
from ingestion.simulator.exchange import Request, Response, json_response
from ingestion.simulator.graph.errors import GraphError, bad_request, error_response

BATCH_PATH = "/v1.0/$batch"
BATCH_LIMIT_REQUESTS = 20


def batch_response(request: Request, answer: Callable[[Request], Response]) -> Response:
    """The batch's answers; a read that depends on a failed one is not tried."""
    try:
        items = _items(request)
    except GraphError as error:
        return error_response(request, error)
    statuses: dict[str, int] = {}
    responses = []
    for item in items:
        failed = any(statuses.get(str(parent), 0) >= 400 for parent in item.get("dependsOn", ()))
        inner = _inner(request, item)
        if failed:
            response = error_response(inner, GraphError(424, "FailedDependency", "A request it depends on failed."))
        else:
            response = answer(inner)
        statuses[str(item["id"])] = response.status
        responses.append(_result(item, response))
    return json_response({"responses": responses})


def _items(request: Request) -> list[dict[str, Any]]:
    try:
        document = json.loads(request.body)
    except ValueError as error:
        raise bad_request("The batch is not JSON.", "BadRequest") from error
    items = document.get("requests") if isinstance(document, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) and "id" in item for item in items):
        raise bad_request("The batch lacks a list of requests with ids.", "BadRequest")
    if len(items) > BATCH_LIMIT_REQUESTS:
        raise bad_request(f"A batch holds at most {BATCH_LIMIT_REQUESTS} requests.", "MaximumBatchSizeExceeded")
    if len({str(item["id"]) for item in items}) != len(items):
        raise bad_request("A request id occurs twice in the batch.", "BadRequest")
    return items


def _inner(outer: Request, item: dict[str, Any]) -> Request:
    path, _, query = str(item.get("url", "")).partition("?")
    headers = {str(name).lower(): str(value) for name, value in (item.get("headers") or {}).items()}
    headers["authorization"] = outer.headers.get("authorization", "")
    method = str(item.get("method", "GET")).upper()
    target = "/v1.0/" + unquote(path).lstrip("/")
    return replace(outer, method=method, path=target, query=query, headers=headers, body=b"")


def _result(item: dict[str, Any], response: Response) -> dict[str, Any]:
    headers = {"Content-Type": response.content_type, **response.headers}
    try:
        body = decode(response.body)
    except ValueError:
        body = base64.b64encode(response.body).decode()
    return {"id": item["id"], "status": response.status, "headers": headers, "body": body}
