"""The storage host: report files behind addresses that are signed and short-lived, and that refuse any credential."""

import csv
import hashlib
import io
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ingestion.simulator.encoding import Row
from ingestion.simulator.exchange import Request, Response, text_response

if TYPE_CHECKING:
    from ingestion.simulator.site import Site

ROOT = "/reports/"
LIFE_SECONDS = 300
CSV_TYPE = "text/csv; charset=utf-8"
BYTE_ORDER_MARK = "\ufeff"
MAILBOX_COLUMNS = (
    "Report Refresh Date", "User Principal Name", "Display Name", "Is Deleted", "Deleted Date", "Created Date",
    "Last Activity Date", "Item Count", "Storage Used (Byte)", "Issue Warning Quota (Byte)",
    "Prohibit Send Quota (Byte)", "Prohibit Send/Receive Quota (Byte)", "Deleted Item Count",
    "Deleted Item Size (Byte)", "Deleted Item Quota (Byte)", "Has Archive", "Recipient Type", "Report Period",
)  # fmt: skip
NAME_COLUMNS = ("User Principal Name", "Display Name")


def signed_path(site: "Site", report: str, tenant: str, period: str) -> str:
    """Path and query of a file that may be fetched for a few minutes."""
    expires = str(int(site.now()) + LIFE_SECONDS)
    terms = {"tenant": tenant, "period": period, "se": expires}
    return f"{ROOT}{report}.csv?" + urlencode({**terms, "sig": _signature(site, report, terms)})


def answer(request: Request, site: "Site") -> Response:
    """The file; whoever sends a credential with a signed address is refused."""
    if request.method != "GET":
        return _refused(405, "UnsupportedHttpVerb")
    if "authorization" in request.headers:
        return _refused(400, "InvalidAuthenticationInfo")
    terms = {name: request.parameters.get(name, "") for name in ("tenant", "period", "se")}
    report = request.path.removeprefix(ROOT).removesuffix(".csv")
    if request.parameters.get("sig") != _signature(site, report, terms):
        return _refused(403, "AuthenticationFailed")
    if int(terms["se"]) < site.now():
        return _refused(403, "AuthenticationFailed")
    collections = site.snapshot().tenants[terms["tenant"]].collections
    conceals = terms["tenant"] in site.concealed
    text = mailbox_report(collections.get("mailboxUsage", []), terms["period"].removeprefix("D"), conceals)
    return text_response(200, text, CSV_TYPE)


def mailbox_report(rows: list[Row], period: str, conceals: bool) -> str:
    """The report as CSV with a byte order mark and a header; hidden names become opaque words."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, MAILBOX_COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        shown: dict[str, Any] = {**row, "Report Period": period}
        for name in NAME_COLUMNS if conceals else ():
            shown[name] = hashlib.md5(str(row[name]).encode(), usedforsecurity=False).hexdigest().upper()
        writer.writerow(shown)
    return BYTE_ORDER_MARK + buffer.getvalue()


def failure(status: int, headers: dict[str, str]) -> Response:
    """A failure of the service in its own words."""
    codes = {403: "AuthenticationFailed", 429: "TooManyRequests", 500: "InternalError", 503: "ServerBusy"}
    return _refused(status, codes.get(status, "OperationTimedOut"), headers)


def _signature(site: "Site", report: str, terms: dict[str, str]) -> str:
    return hashlib.sha256("|".join((site.storage_key, report, *terms.values())).encode()).hexdigest()


def _refused(status: int, code: str, headers: dict[str, str] | None = None) -> Response:
    text = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>Refused.</Message></Error>'
    return text_response(status, text, "application/xml", headers)
