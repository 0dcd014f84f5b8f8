"""ConnectWise lists: conditions, order, fields, and both kinds of paging with their Link header."""

from typing import Any
from urllib.parse import quote, urlencode

from ingestion.simulator.connectwise.conditions import condition, field_values
from ingestion.simulator.connectwise.errors import invalid
from ingestion.simulator.encoding import Row
from ingestion.simulator.exchange import Request, Response, json_response

DEFAULT_PAGE_ROWS = 25
MAXIMUM_PAGE_ROWS = 1_000
PAGE_NAMES = ("page", "pageId")


def matching(request: Request, rows: list[Row]) -> list[Row]:
    """The rows that the request's conditions keep, in their order.

    Errors: ConnectWiseError 400 for malformed conditions.
    """
    try:
        for name in ("conditions", "childConditions"):
            if request.parameters.get(name):
                rows = list(filter(condition(request.parameters[name]), rows))
        if request.parameters.get("customFieldConditions"):
            keeps = condition(request.parameters["customFieldConditions"])
            rows = [row for row in rows if any(keeps(one) for one in row.get("customFields") or [])]
    except TypeError as error:
        raise invalid("conditions compares values of unlike types") from error
    return rows


def count(request: Request, rows: list[Row]) -> Response:
    """`…/count` with the same conditions."""
    return json_response({"count": len(matching(request, rows))})


def page(request: Request, rows: list[Row], with_links: bool = True) -> Response:
    """One page as a bare array; Link tells the next page, and in classic paging the last."""
    size = _number(request, "pageSize", DEFAULT_PAGE_ROWS)
    if size > MAXIMUM_PAGE_ROWS:
        raise invalid(f"pageSize must be between 1 and {MAXIMUM_PAGE_ROWS}")
    kept = matching(request, rows)
    is_forward = request.headers.get("pagination-type", "").lower() == "forward-only"
    if is_forward:
        part, links = _forward(request, kept, size)
    else:
        part, links = _classic(request, kept, size)
    names = [name.strip() for name in request.parameters.get("fields", "").split(",") if name.strip()]
    headers = {"link": ", ".join(f'<{url}>; rel="{rel}"' for rel, url in links)} if links and with_links else {}
    if is_forward and not links:
        # The vendor's last page has the header, but nothing in it.
        headers = {"link": ""}
    return json_response([_trimmed(row, names) for row in part], headers=headers)


def _classic(request: Request, rows: list[Row], size: int) -> tuple[list[Row], list[tuple[str, str]]]:
    rows = _ordered(request, rows)
    number = _number(request, "page", 1)
    last = max(1, -(-len(rows) // size))
    links = [("next", _link(request, "page", number + 1)), ("last", _link(request, "page", last))]
    return rows[(number - 1) * size : number * size], links if number < last else []


def _forward(request: Request, rows: list[Row], size: int) -> tuple[list[Row], list[tuple[str, str]]]:
    after = _number(request, "pageId", 0, least=0)
    following = sorted((row for row in rows if row["id"] > after), key=lambda row: row["id"])
    part = following[:size]
    more = len(following) > size
    return part, [("next", _link(request, "pageId", part[-1]["id"]))] if more else []


def _link(request: Request, name: str, value: int) -> str:
    kept = [(key, text) for key, text in request.parameters.items() if key not in PAGE_NAMES]
    query = urlencode([*kept, (name, str(value))], quote_via=quote)
    return f"{request.url}?{query}"


def _ordered(request: Request, rows: list[Row]) -> list[Row]:
    pieces = [piece.split() for piece in request.parameters.get("orderBy", "id asc").split(",") if piece.strip()]
    for piece in reversed(pieces):
        rows = sorted(rows, key=lambda row, path=piece[0]: _sort_key(row, path), reverse=piece[-1].lower() == "desc")
    return rows


def _sort_key(row: Row, path: str) -> tuple[bool, Any]:
    value = field_values(row, path)[0]
    return (value is not None, value if value is not None else 0)


def _trimmed(row: Row, names: list[str]) -> dict[str, Any]:
    if not names:
        return dict(row)
    kept: dict[str, Any] = {}
    for name in names:
        head, _, rest = name.partition("/")
        if head not in row:
            continue
        if not rest:
            kept[head] = row[head]
        elif isinstance(row[head], dict):
            kept[head] = {**kept.get(head, {}), **_trimmed(row[head], [rest])}
    return kept


def _number(request: Request, name: str, default: int, least: int = 1) -> int:
    text = request.parameters.get(name)
    if text is None or text == "":
        return default
    if not (text.isascii() and text.isdigit() and int(text) >= least):
        raise invalid(f"{name} must be a whole number from {least}")
    return int(text)
