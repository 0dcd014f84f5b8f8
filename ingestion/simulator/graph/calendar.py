"""`GET /users/{id}/calendarView`: the occurrences in a window, earliest first."""

from datetime import datetime, timedelta
from typing import Any

from ingestion.simulator.encoding import Row
from ingestion.simulator.graph import properties
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.errors import bad_request
from ingestion.simulator.graph.filters import filtered, parse_instant
from ingestion.simulator.graph.mailboxes import (
    DEFAULT_PAGE_ROWS,
    MAXIMUM_PAGE_ROWS,
    find_mailbox,
    is_immutable,
    item_shape,
    may_preview,
    require,
)
from ingestion.simulator.graph.permissions import CALENDAR, CALENDAR_BODIES

LONGEST_WINDOW = timedelta(days=1_825)
EVENT_TYPE = "microsoft.graph.event"


def view(call: Call) -> dict[str, Any]:
    """One page of the window.

    Errors: GraphError 400 where the window is missing, malformed, empty or too long.
    """
    require(call, CALENDAR)
    call.only("$select", "$top", "$orderby", "$filter", "$skip", "$count")
    begin, end = _bound(call, "startDateTime"), _bound(call, "endDateTime")
    if end < begin or end - begin > LONGEST_WINDOW:
        raise bad_request("The calendar view's range is not valid.", "ErrorCalendarViewRangeTooBig")
    names = call.selected(properties.EVENT, EVENT_TYPE)
    if names is not None:
        names = tuple(name for name in names if name not in properties.EVENT_NOT_IN_VIEW)
    events = [row for row in find_mailbox(call).events if _overlaps(row, begin, end)]
    events.sort(key=lambda row: (_instant(row["start"]), str(row["id"])))
    immutable = is_immutable(call)

    def shape(row: Row) -> Row:
        return _previewed(call, item_shape(call, row, "calendar", immutable, names, properties.EVENT, CALENDAR_BODIES))

    size = call.top(DEFAULT_PAGE_ROWS, MAXIMUM_PAGE_ROWS, refuse_above=False)
    return call.page(events, size, shape, f"users('{call.arguments[0]}')/calendarView")


def events(call: Call) -> dict[str, Any]:
    """`GET /users/{id}/events`: single events, and of a series its master instead of the occurrences."""
    require(call, CALENDAR)
    call.only("$select", "$top", "$orderby", "$filter", "$skip", "$count")
    names = call.selected(properties.EVENT, EVENT_TYPE)
    masters: dict[str, Row] = {}
    for row in find_mailbox(call).events:
        series = row.get("seriesMasterId")
        master = {**row, "id": series, "type": "seriesMaster", "seriesMasterId": None} if series else row
        masters.setdefault(str(master["id"]), master)
    rows = sorted(filtered(list(masters.values()), call.options.get("$filter")), key=lambda row: str(row["id"]))
    immutable = is_immutable(call)
    size = call.top(DEFAULT_PAGE_ROWS, MAXIMUM_PAGE_ROWS, refuse_above=False)

    def shape(row: Row) -> Row:
        return _previewed(call, item_shape(call, row, "calendar", immutable, names, properties.EVENT, CALENDAR_BODIES))

    return call.page(rows, size, shape, f"users('{call.arguments[0]}')/events")


def _previewed(call: Call, shaped: Row) -> Row:
    if may_preview(call, CALENDAR_BODIES):
        return shaped
    return {name: value for name, value in shaped.items() if name != "bodyPreview"}


def _bound(call: Call, name: str) -> datetime:
    text = next((value for key, value in call.options.items() if key.lower() == name.lower()), None)
    if text is None:
        raise bad_request(
            "The request needs a time window in the parameters startDateTime and endDateTime.", "ErrorInvalidParameter"
        )
    try:
        # An unescaped plus sign in the query reads as a space.
        return parse_instant(text.strip().replace(" ", "+"))
    except ValueError as error:
        raise bad_request(f"The parameter {name} is not a valid date and time.", "ErrorInvalidParameter") from error


def _instant(moment: dict[str, Any]) -> datetime:
    # The world's events are all in UTC, and no offset stands inside dateTime.
    return parse_instant(moment["dateTime"])


def _overlaps(row: Row, begin: datetime, end: datetime) -> bool:
    starts, ends = _instant(row["start"]), _instant(row["end"])
    return starts < end and (ends > begin or starts >= begin)
