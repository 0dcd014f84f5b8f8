"""Usage reports: a redirect to a download that needs no token, and the setting that hides the names in them."""

from typing import Any

from ingestion.simulator.exchange import Response, text_response
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.errors import bad_request
from ingestion.simulator.storage import signed_path

PERIODS = ("D7", "D30", "D90", "D180")
MAILBOX_DETAIL = "getMailboxUsageDetail"


def mailbox_detail(call: Call) -> Response:
    """`GET /reports/getMailboxUsageDetail(period='D7')`: 302 to the file.

    Errors: GraphError 400 for a period that the report does not have.
    """
    period = call.arguments[0]
    if period not in PERIODS:
        raise bad_request(f"Invalid value specified for parameter period: '{period}'.", "BadRequest")
    place = call.site.storage_url + signed_path(call.site, MAILBOX_DETAIL, call.tenant_id, period)
    return text_response(302, "", headers={"location": place, "cache-control": "no-store"})


def report_settings(call: Call) -> dict[str, Any]:
    """`GET /admin/reportSettings`."""
    call.only("$select")
    return {
        "@odata.context": f"{call.request.base}/v1.0/$metadata#admin/reportSettings/$entity",
        "displayConcealedNames": call.tenant_id in call.site.concealed,
    }
