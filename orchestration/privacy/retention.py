"""What mail and calendar data the settings keep, and the removal of the rest from the raw tables.

It runs with every load, before anything is read: mailboxes that failed or left the list lose their rows as well.
settings + as_of → rows to keep → raw_microsoft.messages, raw_microsoft.events, ops.extraction_state
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import duckdb

from orchestration.settings_schema import Settings

MESSAGES, EVENTS = "raw_microsoft.messages", "raw_microsoft.events"
PREVIEWS = f"{MESSAGES} (previews)"


@dataclass(frozen=True)
class MailWindow:
    """What may stay.

    tenant_id: of the listed mailboxes; None where it is not known, which condemns nothing. Times in UTC, half-open.
    """

    tenant_id: str | None
    mailboxes: tuple[str, ...]
    folders: tuple[str, ...]
    has_preview: bool
    mail_from: datetime
    calendar_from: datetime
    calendar_until: datetime


def mail_window(settings: Settings, resolved: Mapping[str, str], as_of: date) -> MailWindow:
    """The window at a date; without [microsoft.mailboxes] it holds no mailbox.

    resolved: GUID by configured tenant id, of every tenant that was ever resolved.
    """
    today = datetime.combine(as_of, time(), UTC)
    found = settings.microsoft.mailboxes if settings.microsoft else None
    if found is None:
        return MailWindow(None, (), (), True, today, today, today)
    tenant_id = resolved.get(found.tenant_id)
    return MailWindow(
        tenant_id=tenant_id.lower() if tenant_id else None,
        mailboxes=tuple(address.lower() for address in found.allow),
        folders=found.folders,
        has_preview=found.preview,
        mail_from=today - timedelta(days=found.mail_days),
        calendar_from=today - timedelta(days=found.calendar_past_days),
        calendar_until=today + timedelta(days=found.calendar_future_days + 1),
    )


def drop_outside(connection: duckdb.DuckDBPyConnection, window: MailWindow) -> dict[str, int]:
    """Rows that were removed by table, and previews that were blanked; one transaction, cursors with their rows."""
    connection.execute("begin")
    try:
        removed = {
            MESSAGES: _delete(
                connection, MESSAGES, window,
                "folder not in (select unnest(?::varchar[])) or received_date_time < ?",
                [list(window.folders), window.mail_from],
            ),
            EVENTS: _delete(
                connection, EVENTS, window,
                "end_date_time < ? or start_date_time >= ?",
                [window.calendar_from, window.calendar_until],
            ),
        }  # fmt: skip
        if not window.has_preview:
            removed[PREVIEWS] = _count(
                connection, f"update {MESSAGES} set preview = null where preview is not null", []
            )
        _drop_cursors(connection, window)
        if any(removed.values()):
            forget_fingerprints(connection)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return {place: rows for place, rows in removed.items() if rows}


def forget_fingerprints(connection: duckdb.DuckDBPyConnection) -> None:
    """No fingerprint of mail or calendar: it tells what was read last, and the stored rows are fewer now."""
    connection.execute(
        "update ops.extraction_state set digest = null "
        "where vendor = 'microsoft' and table_name in ('messages', 'events') and digest is not null"
    )


def _delete(
    connection: duckdb.DuckDBPyConnection, table: str, window: MailWindow, outside: str, values: list[object]
) -> int:
    sql = f"delete from {table} where {_unlisted('mailbox')} or {outside}"
    return _count(connection, sql, [*_listed(window), *values])


def _unlisted(mailbox: str) -> str:
    return f"(lower(tenant_id) <> ? or {mailbox} not in (select unnest(?::varchar[])))"


def _listed(window: MailWindow) -> list[object]:
    # Compared with null, no tenant differs: the address alone decides then.
    return [window.tenant_id, list(window.mailboxes)]


def _drop_cursors(connection: duckdb.DuckDBPyConnection, window: MailWindow) -> None:
    folders = [f"{mailbox}/{folder}" for mailbox in window.mailboxes for folder in window.folders]
    for table, scopes in (("messages", folders), ("events", list(window.mailboxes))):
        connection.execute(
            "delete from ops.extraction_state where vendor = 'microsoft' and table_name = ? "
            # The scope without a name is the whole leg's fingerprint.
            f"and {_unlisted('scope')} and (scope <> '' or lower(tenant_id) <> ?)",
            [table, window.tenant_id, scopes, window.tenant_id],
        )


def _count(connection: duckdb.DuckDBPyConnection, sql: str, values: list[object]) -> int:
    found = connection.execute(sql, values).fetchone()
    return found[0] if found else 0
