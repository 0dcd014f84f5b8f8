"""Reads the daily secure scores: every day that Graph keeps at first, later the newest days only.

Graph secureScores, newest first → raw_microsoft.secure_scores, scope mode upsert: days that Graph forgets stay.
"""

import json
from datetime import datetime, timedelta

import pyarrow.compute as pc

from ingestion.completeness import ListTally
from ingestion.legs import LegEnd, LegReading, ScopeEnd
from ingestion.microsoft.client import GraphClient
from ingestion.microsoft.cursor import digest
from ingestion.microsoft.directory import contract_of, list_pages
from ingestion.microsoft.endpoints import SECURE_SCORES

# Graph keeps about 90 days. Source: reference microsoft-graph, section 17.2.
KEPT_ROWS = 100
# Days before the newest known one that are read again: a score may be told late or corrected.
OVERLAP = timedelta(days=3)


def read_secure_scores(client: GraphClient, reading: LegReading) -> LegEnd:
    """The scores since the newest one known, with an overlap, or all of them.

    Shape: one row per day; none is written where the newest days are those of the stored rows. Units: scores in points.
    Errors: as GraphClient.pages.
    """
    basis = digest(contract_of(SECURE_SCORES).select)
    known = _newest_known(reading, basis)
    since = known - OVERLAP if known is not None else None
    newest = known
    # A clock that is behind asks for the known days all the same.
    rows = min(KEPT_ROWS, (max(reading.started_at, known) - since).days + 1) if known and since else KEPT_ROWS
    top = (("$top", str(max(1, rows))),)
    # A first read has more pages than are worth holding.
    recognises = reading.recognises if since is not None else None
    tally = ListTally()
    for page in list_pages(
        client, SECURE_SCORES, reading, more_options=top, is_held=False, recognises=recognises, tally=tally
    ):
        reading.write(page.table)
        days = pc.min_max(page.table.column("created_date_time"))
        if days["max"].is_valid:
            newest = max(filter(None, (newest, days["max"].as_py())))
            if since is not None and days["min"].as_py() <= since:
                break
    cursor = json.dumps({"basis": basis, "newest": newest.isoformat()}) if newest is not None else None
    return LegEnd({SECURE_SCORES.table: [ScopeEnd("upsert", cursor=cursor, proof=tally.proof())]})


def _newest_known(reading: LegReading, basis: str) -> datetime | None:
    """The newest day that an earlier run stored, asked with the same question."""
    text = None if reading.full_refresh else reading.cursor()
    try:
        stored = json.loads(text or "")
        return datetime.fromisoformat(stored["newest"]) if stored["basis"] == basis else None
    except (ValueError, KeyError, TypeError):
        return None
