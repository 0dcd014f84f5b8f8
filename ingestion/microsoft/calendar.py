"""Reads the calendar view of listed mailboxes in a rolling window; private events keep their times only.

Graph calendarView → match set → mask → raw_microsoft.events, one scope per mailbox, mode full. The delta form of this
view is not used: it takes no `$select` and sends bodies.
"""

from datetime import UTC, datetime, time, timedelta

from data_contracts.contract import raw_contract
from ingestion.completeness import ListTally
from ingestion.legs import LegEnd, LegReading, Proof, ScopeEnd
from ingestion.microsoft.client import GraphClient
from ingestion.microsoft.connection import VENDOR, MailSettings
from ingestion.microsoft.endpoints import EVENTS, MAIL_PAGE_ROWS
from ingestion.microsoft.extract import keep_events
from ingestion.microsoft.mail import IMMUTABLE_IDS, leg_end
from ingestion.microsoft.mailboxes import AllowedMailbox
from ingestion.microsoft.matching import MatchSet
from ingestion.parts import read_parts

# The contract has start and end without a zone beside them; this header makes them UTC.
_PREFER = f'{IMMUTABLE_IDS}, outlook.timezone="UTC"'


def read_events(client: GraphClient, mail: MailSettings, match: MatchSet, reading: LegReading) -> LegEnd:
    """Events of every listed mailbox within the window that touch a customer and carry no erased person.

    Shape: (mailbox, id), recurrences expanded; start and end in UTC.
    Errors: a mailbox that fails is a problem of the leg; all of them failing alike is the leg's own failure.
    """
    match.erased.check()

    def read_mailbox(part: LegReading, mailbox: AllowedMailbox) -> ScopeEnd:
        proof = _read_mailbox(client, mail, match, part, mailbox)
        return ScopeEnd("full", where={"mailbox": mailbox.address}, proof=proof)

    return leg_end(EVENTS.table, read_parts(reading, list(mail.allowlist), read_mailbox))


def _read_mailbox(
    client: GraphClient, mail: MailSettings, match: MatchSet, reading: LegReading, mailbox: AllowedMailbox
) -> Proof:
    """Writes a mailbox's events; how surely they are all."""
    contract = raw_contract(VENDOR, EVENTS.table)
    today = datetime.combine(reading.as_of, time(), UTC)
    first = today - timedelta(days=mail.calendar_past_days)
    last = today + timedelta(days=mail.calendar_future_days + 1)
    options = {
        "startDateTime": f"{first:%Y-%m-%dT%H:%M:%SZ}",
        "endDateTime": f"{last:%Y-%m-%dT%H:%M:%SZ}",
        "$select": ",".join(contract.select),
        "$top": str(MAIL_PAGE_ROWS),
    }
    url, tally = client.url(EVENTS, options, mailbox), ListTally()
    for page in client.pages(EVENTS, url, contract, reading.stats, prefer=_PREFER, tally=tally):
        kept = keep_events(page.table, match, mailbox.address)
        reading.stats.rows_dropped += page.table.num_rows - kept.rows.num_rows
        reading.write(kept.rows)
    return tally.proof()
