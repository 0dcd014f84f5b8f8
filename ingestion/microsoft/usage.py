"""Reads the mailbox usage report: a CSV file behind a redirect, which tells shared and room mailboxes from users.

Graph getMailboxUsageDetail → file → raw_microsoft.mailbox_usage. Names that the tenant hides cannot be joined.
"""

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.legs import IngestionError, LegEnd, LegReading, LegStatus
from ingestion.microsoft.client import GraphClient
from ingestion.microsoft.directory import contract_of, whole
from ingestion.microsoft.endpoints import MAILBOX_USAGE
from ingestion.projection.csvfile import project_csv
from ingestion.projection.text import TextCounts

_NAME = "user_principal_name"


def read_mailbox_usage(client: GraphClient, reading: LegReading) -> LegEnd:
    """Every mailbox of the report, by sign-in name in lower case.

    Shape: user_principal_name is unique; of a deleted and a living mailbox of one name the living one counts. A report
    without rows is one without mailboxes. Nothing is written where the report is the one of the stored rows.
    Errors: `names_concealed` (not offered) where the tenant hides names in reports; as GraphClient.download.
    """
    where = client.where(MAILBOX_USAGE.table)
    url = client.url(MAILBOX_USAGE, {})
    content = client.download(MAILBOX_USAGE, url, reading.stats)
    if reading.recognises(url, [content]):
        return whole(MAILBOX_USAGE)
    texts = TextCounts()
    rows = project_csv(content, contract_of(MAILBOX_USAGE), where=where, counts=texts)
    reading.stats.rows_read += rows.num_rows
    reading.stats.texts_stripped += texts.stripped
    reading.stats.texts_cut += texts.cut
    named = rows.filter(pc.fill_null(pc.match_substring(rows.column(_NAME), "@"), False))
    if rows.num_rows and not named.num_rows:
        raise _concealed(where)
    reading.stats.rows_dropped += rows.num_rows - named.num_rows
    reading.write(_one_of_each_name(named))
    return whole(MAILBOX_USAGE)


def _one_of_each_name(rows: pa.Table) -> pa.Table:
    lower = pc.utf8_lower(rows.column(_NAME))
    rows = rows.set_column(rows.column_names.index(_NAME), _NAME, lower)
    # The last one written wins.
    return rows.sort_by([("is_deleted", "descending")])


def _concealed(where: str) -> IngestionError:
    return IngestionError(
        f"{where}: the report names no mailbox by its sign-in name: the tenant hides names in its usage reports, and a "
        "hidden name cannot be told from another's. Nothing of it was taken.",
        error_class="names_concealed",
        advice="In the Microsoft 365 admin center, Settings, Org settings, Reports, clear the box that shows concealed "
        "names; or list shared and room mailboxes in [posture] shared_mailboxes and rooms.",
        status=LegStatus.NOT_OFFERED,
    )
