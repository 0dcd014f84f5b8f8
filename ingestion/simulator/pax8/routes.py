"""Pax8's front door: the token, then pages of companies, products, subscriptions, invoices and their items."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from ingestion.simulator.encoding import Row
from ingestion.simulator.exchange import Request, Response, json_response
from ingestion.simulator.login.tokens import PAX8_TOKEN_LIFE_SECONDS
from ingestion.simulator.pax8.errors import Pax8Error, error_response
from ingestion.simulator.site import Site

ROOT = "/v1"
TOKEN_PATH = ROOT + "/token"
AUDIENCES = ("https://api.pax8.com", "api://p8p.client")
DEFAULT_PAGE_ROWS = 10
MAXIMUM_PAGE_ROWS = 200
INVOICE_ITEMS = re.compile(r"^/v1/invoices/([^/]+)/items$")
RECORD = re.compile(r"^/v1/([a-z]+)/([^/]+)$")

Test = Callable[[Row, str], bool]


def _equals(*path: str) -> Test:
    def test(row: Row, wanted: str) -> bool:
        value: Any = row
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        text = ("true" if value else "false") if isinstance(value, bool) else str(value)
        return value is not None and text.lower() == wanted.lower()

    return test


FILTERS: dict[str, dict[str, Test]] = {
    "companies": {
        "status": _equals("status"),
        "city": _equals("address", "city"),
        "country": _equals("address", "country"),
        "stateOrProvince": _equals("address", "stateOrProvince"),
        "postalCode": _equals("address", "postalCode"),
        "selfServiceAllowed": _equals("selfServiceAllowed"),
        "billOnBehalfOfEnabled": _equals("billOnBehalfOfEnabled"),
        "orderApprovalRequired": _equals("orderApprovalRequired"),
    },
    "products": {
        "vendorName": _equals("vendorName"),
        "search": lambda row, wanted: wanted.lower() in str(row.get("name", "")).lower(),
    },
    "subscriptions": {
        "companyId": _equals("companyId"),
        "productId": _equals("productId"),
        "status": _equals("status"),
        "billingTerm": _equals("billingTerm"),
    },
    "invoices": {
        "companyId": _equals("companyId"),
        "status": _equals("status"),
        "invoiceDate": _equals("invoiceDate"),
        "dueDate": _equals("dueDate"),
        "invoiceDateRangeStart": lambda row, wanted: str(row["invoiceDate"])[:10] >= wanted,
        "invoiceDateRangeEnd": lambda row, wanted: str(row["invoiceDate"])[:10] <= wanted,
    },
}


def answer(request: Request, site: Site) -> Response:
    """Pax8's answer to one request."""
    try:
        if request.path == TOKEN_PATH:
            return _token(request, site)
        if request.method != "GET":
            raise Pax8Error(405, "Method not allowed", {"allow": "GET"})
        if site.tokens.grant("pax8", request.headers.get("authorization", "")) is None:
            raise Pax8Error(401, "The access token is missing, expired or not valid")
        key = ("pax8", request.path, request.query, site.key)
        response = site.pages.get(key)
        if response is None:
            response = _read(request, site)
            site.pages.put(key, response)
        return response
    except Pax8Error as error:
        return error_response(error, request.path)


def _token(request: Request, site: Site) -> Response:
    if request.method != "POST":
        raise Pax8Error(405, "Method not allowed", {"allow": "POST"})
    form, expected = _form(request), site.world.credentials["pax8"]
    if form.get("grant_type") != "client_credentials":
        raise Pax8Error(400, "grant_type must be client_credentials")
    if form.get("audience") not in AUDIENCES:
        raise Pax8Error(401, "The audience is not valid")
    if any(form.get(name) != expected[name] for name in ("client_id", "client_secret")):
        raise Pax8Error(401, "Unauthorized")
    token = site.tokens.issue_pax8()
    return json_response({"access_token": token, "expires_in": PAX8_TOKEN_LIFE_SECONDS, "token_type": "Bearer"})


def _form(request: Request) -> dict[str, Any]:
    if not request.headers.get("content-type", "").startswith("application/json"):
        return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        document = json.loads(request.body)
    except ValueError as error:
        raise Pax8Error(400, "The body is not JSON") from error
    return document if isinstance(document, dict) else {}


def _read(request: Request, site: Site) -> Response:
    data = site.snapshot().pax8
    name = request.path.removeprefix(ROOT + "/")
    if name in FILTERS:
        rows = data[name]
        for parameter, keeps in FILTERS[name].items():
            wanted = request.parameters.get(parameter)
            if wanted:
                rows = [row for row in rows if keeps(row, wanted)]
        return _page(request, _sorted(request, rows))
    items, record = INVOICE_ITEMS.match(request.path), RECORD.match(request.path)
    if items:
        _find(data["invoices"], items.group(1))
        return _page(request, [row for row in data["invoiceItems"] if row["_invoiceId"] == items.group(1)])
    if record and record.group(1) in FILTERS:
        return json_response(_public(_find(data[record.group(1)], record.group(2))))
    raise Pax8Error(404, "Resource not found")


def _page(request: Request, rows: list[Row]) -> Response:
    number = _number(request, "page", 0, 0)
    size = _number(request, "size", DEFAULT_PAGE_ROWS, 1)
    if size > MAXIMUM_PAGE_ROWS:
        raise Pax8Error(400, f"size must be at most {MAXIMUM_PAGE_ROWS}")
    part = rows[number * size : (number + 1) * size]
    page = {"size": size, "totalElements": len(rows), "totalPages": -(-len(rows) // size), "number": number}
    return json_response({"content": [_public(row) for row in part], "page": page})


def _sorted(request: Request, rows: list[Row]) -> list[Row]:
    name, _, direction = request.parameters.get("sort", "").partition(",")
    if not name:
        return rows
    present = [row for row in rows if row.get(name) is not None]
    absent = [row for row in rows if row.get(name) is None]
    return sorted(present, key=lambda row: row[name], reverse=direction.lower() == "desc") + absent


def _find(rows: list[Row], row_id: str) -> Row:
    for row in rows:
        if row["id"] == row_id:
            return row
    raise Pax8Error(404, "Resource not found")


def _public(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.startswith("_")}


def _number(request: Request, name: str, default: int, least: int) -> int:
    text = request.parameters.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and int(text) >= least):
        raise Pax8Error(400, f"{name} must be a whole number from {least}")
    return int(text)
