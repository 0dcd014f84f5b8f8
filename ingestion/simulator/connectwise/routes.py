"""ConnectWise's front door: credentials, path, then list, record or count."""

import base64
import binascii
import re
from dataclasses import replace

from ingestion.simulator.connectwise import paging
from ingestion.simulator.connectwise.errors import (
    ConnectWiseError,
    error_response,
    invalid,
    not_authenticated,
    not_found,
)
from ingestion.simulator.encoding import Row
from ingestion.simulator.exchange import Request, Response, json_response
from ingestion.simulator.site import Site

CODEBASE = "/v4_6_release"
ROOT = CODEBASE + "/apis/3.0"
API_VERSION = "2025.16"
COMPANY_INFO = re.compile(r"^/login/companyinfo/([^/]+)$")
CHILDREN = re.compile(r"^/finance/agreements/(\d+)/(additions|adjustments)(/count)?$")
INVOICE_INFO = re.compile(r"^/finance/info/invoice/(\d+)$")
RECORD = re.compile(r"^(/.+?)/(\d+|count)$")

STREAMS: dict[str, str] = {
    "/company/companies": "companies",
    "/company/contacts": "contacts",
    "/finance/agreements": "agreements",
    "/finance/invoices": "invoices",
    "/procurement/products": "products",
    "/procurement/catalog": "catalog",
    "/expense/entries": "expenses",
    "/time/entries": "timeEntries",
    "/system/members": "members",
    "/finance/billingCycles": "billingCycles",
}


def answer(request: Request, site: Site) -> Response:
    """ConnectWise's answer to one request."""
    key = ("connectwise", request.host, request.path, request.query, request.headers.get("pagination-type"), site.key)
    try:
        _check(request, site)
        response = site.pages.get(key)
        if response is None:
            response = _read(request, site)
            site.pages.put(key, response)
    except ConnectWiseError as error:
        response = error_response(error)
    return replace(response, headers={"api-current-version": API_VERSION, **response.headers})


def _check(request: Request, site: Site) -> None:
    if request.method != "GET":
        raise ConnectWiseError(405, "MethodNotAllowed", "The requested method is not allowed", {"allow": "GET"})
    if COMPANY_INFO.match(request.path):
        return
    if not request.path.startswith(ROOT + "/"):
        raise not_found("Resource")
    expected = site.world.credentials["connectwise"]
    login = f"{expected['company_id']}+{expected['public_key']}:{expected['private_key']}"
    if _basic(request.headers.get("authorization", "")) != login:
        raise not_authenticated()
    if request.headers.get("clientid") != expected["client_id"]:
        raise ConnectWiseError(401, "Unauthorized", "A valid clientId header is required")


def _read(request: Request, site: Site) -> Response:
    company = COMPANY_INFO.match(request.path)
    if company:
        return _company_info(company.group(1), site)
    data = site.snapshot().connectwise
    path = request.path.removeprefix(ROOT)
    if path in STREAMS:
        return paging.page(request, data[STREAMS[path]])
    children, invoice, record = CHILDREN.match(path), INVOICE_INFO.match(path), RECORD.match(path)
    if children:
        return _children(request, data, int(children.group(1)), children.group(2), bool(children.group(3)))
    if invoice:
        found = {str(key): value for key, value in data["invoiceInfo"].items()}.get(invoice.group(1))
        if found is None:
            raise not_found(f"Invoice {invoice.group(1)}")
        return json_response(found)
    if record and record.group(1) in STREAMS:
        return _record(request, data[STREAMS[record.group(1)]], record.group(2))
    raise not_found("Resource")


def _company_info(company_id: str, site: Site) -> Response:
    if company_id != site.world.credentials["connectwise"]["company_id"]:
        raise not_found("Company")
    return json_response({"CompanyName": company_id, "CompanyID": company_id, "Codebase": "v4_6_release/"})


def _children(request: Request, data: dict[str, list[Row]], agreement: int, kind: str, counts: bool) -> Response:
    if all(row["id"] != agreement for row in data["agreements"]):
        raise not_found(f"Agreement {agreement}")
    rows = [row for row in data.get(kind, []) if row["agreementId"] == agreement]
    return paging.count(request, rows) if counts else paging.page(request, rows)


def _record(request: Request, rows: list[Row], name: str) -> Response:
    if name == "count":
        return paging.count(request, rows)
    found = next((row for row in rows if str(row["id"]) == name), None)
    if found is None:
        raise not_found(f"Record {name}")
    return json_response(found)


def _basic(authorization: str) -> str | None:
    scheme, _, content = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(content, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise invalid("The Authorization header is not Basic") from error
