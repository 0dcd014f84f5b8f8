"""Reads users by delta, and with them their licence assignments, a child table of the same pages.

Graph /users/delta → raw_microsoft.users, raw_microsoft.license_assignments; deletions come as `@removed`.
"""

from ingestion.completeness import ListTally
from ingestion.http.errors import HttpError
from ingestion.legs import LegEnd, LegReading, ScopeEnd
from ingestion.microsoft.assignments import ASSIGNMENTS, STATES, AssignmentRound, assignment_child
from ingestion.microsoft.client import GraphClient
from ingestion.microsoft.cursor import digest
from ingestion.microsoft.delta import DeltaQuestion, Take, read_rounds
from ingestion.microsoft.directory import contract_of, select_options
from ingestion.microsoft.endpoints import LICENSE_ASSIGNMENTS, USERS
from ingestion.projection.page import ProjectedPage

_NOT_DELTA_CAPABLE = frozenset({400, 501})


def read_users(client: GraphClient, reading: LegReading) -> LegEnd:
    """Changed users since the stored delta link, or all of them.

    Shape: rows as they came; an id's last appearance counts. Scopes: `full` after a complete round, else `delta`.
    Errors: as GraphClient.pages.
    """
    rounds: list[AssignmentRound] = []

    def begin(is_full: bool) -> Take:
        rounds.append(AssignmentRound(reading, is_full=is_full))
        return take

    def take(page: ProjectedPage) -> None:
        reading.write(page.table)
        rounds[-1].take(page)

    try:
        done = read_rounds(client, _question(client, has_states=True), reading, begin)
    except HttpError as error:
        # Whether delta takes this property is not documented. Source: reference microsoft-graph, section 6.
        if error.http_status not in _NOT_DELTA_CAPABLE or reading.stats.rows_read:
            raise
        done = read_rounds(client, _question(client, has_states=False), reading, begin)
    assigned = rounds[-1].end() or _read_assignment_list(client, reading)
    return LegEnd({USERS.table: [done.scope()], ASSIGNMENTS: [assigned]})


def _question(client: GraphClient, *, has_states: bool) -> DeltaQuestion:
    contract = contract_of(USERS)
    options = select_options(contract, USERS)
    if has_states:
        options["$select"] += f",{STATES}"
    # One basis for both: which of the two Graph takes is not ours to choose.
    basis = digest((*contract.select, STATES))
    return DeltaQuestion(USERS, contract, client.url(USERS, options), basis, (assignment_child(),))


def _read_assignment_list(client: GraphClient, reading: LegReading) -> ScopeEnd:
    """Every user's assignment states by a plain list, where the delta's pages do not tell them."""
    reading.forget(ASSIGNMENTS)
    contract = contract_of(USERS)
    url = client.url(LICENSE_ASSIGNMENTS, select_options(contract, LICENSE_ASSIGNMENTS))
    tally, child = ListTally(), assignment_child()
    for page in client.pages(LICENSE_ASSIGNMENTS, url, contract, reading.stats, children=(child,), tally=tally):
        reading.write(page.children[STATES].table, ASSIGNMENTS)
    return ScopeEnd("full", proof=tally.proof())
