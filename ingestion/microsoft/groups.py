"""Reads who is in the groups that matter: those that hold a role, active or eligible, or that a policy names.

Role and policy legs → group ids → Graph transitiveMembers → raw_microsoft.group_members, one scope per group.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.completeness import ListTally, weakest
from ingestion.http.errors import HttpError
from ingestion.legs import IngestionError, LegEnd, LegReading, LegStatus, Proof, ScopeEnd
from ingestion.microsoft.client import GraphClient
from ingestion.microsoft.connection import GUID
from ingestion.microsoft.directory import contract_of, select_options
from ingestion.microsoft.endpoints import (
    CONDITIONAL_ACCESS_POLICIES,
    GROUP_MEMBERS,
    GROUPS,
    ROLE_ASSIGNMENT_SCHEDULE_INSTANCES,
    ROLE_ASSIGNMENTS,
    ROLE_ELIGIBILITY_SCHEDULE_INSTANCES,
)

ROLE_TABLES = tuple(
    endpoint.table
    for endpoint in (ROLE_ASSIGNMENTS, ROLE_ASSIGNMENT_SCHEDULE_INSTANCES, ROLE_ELIGIBILITY_SCHEDULE_INSTANCES)
)
NEEDED_TABLES = (GROUPS.table, CONDITIONAL_ACCESS_POLICIES.table, *ROLE_TABLES)
_GROUP_KIND = "#microsoft.graph.group"
_POLICY_LISTS = ("includeGroups", "excludeGroups")
_GONE = 404
# Without the licence or the endpoint there is nothing that could name a group.
_PROVEN_ABSENT = frozenset({LegStatus.NOT_LICENSED, LegStatus.NOT_OFFERED})


def read_group_members(client: GraphClient, reading: LegReading) -> LegEnd:
    """Every transitive member of every group that a role assignment or a Conditional Access policy names.

    Shape: (group_id, id) is unique. A group that is gone has no members. Scope: the whole table, or the groups that
    were read where one of them hides its members.
    Errors: a refused group is a problem of the leg; all of them refused is the leg's own failure.
    """
    scopes: list[ScopeEnd] = []
    proofs: list[Proof] = []
    refusals: list[HttpError] = []
    for group_id in _group_ids(reading):
        try:
            proofs.append(_read_group(client, reading, group_id))
        except HttpError as error:
            if error.status is not LegStatus.NOT_PERMITTED:
                raise
            refusals.append(error)
        else:
            scopes.append(ScopeEnd("full", where={"group_id": group_id}, proof=proofs[-1]))
    if not refusals:
        return LegEnd({GROUP_MEMBERS.table: [ScopeEnd("full", proof=weakest(proofs))]})
    if not scopes:
        raise refusals[0]
    return LegEnd({GROUP_MEMBERS.table: scopes}, (_hidden(client, len(refusals), len(scopes) + len(refusals)),))


def _read_group(client: GraphClient, reading: LegReading, group_id: str) -> Proof:
    """Writes a group's members; how surely they are all."""
    tally = ListTally()
    contract = contract_of(GROUP_MEMBERS)
    url = client.url(GROUP_MEMBERS, select_options(contract, GROUP_MEMBERS), group_id=group_id)
    try:
        for page in client.pages(GROUP_MEMBERS, url, contract, reading.stats, tally=tally):
            owners = pa.array([group_id] * page.table.num_rows, pa.string())
            reading.write(page.table.append_column("group_id", owners))
    except HttpError as error:
        # Policies and assignments go on naming a group after it was deleted; one that the directory still lists is
        # not gone, and something else answers for it.
        if error.http_status != _GONE or _is_listed(reading, group_id):
            raise
    return tally.proof()


def _is_listed(reading: LegReading, group_id: str) -> bool:
    """Whether the groups leg knows the group; not known where that leg was not read and nothing is stored."""
    try:
        return group_id in _rows(reading, GROUPS.table, ["id"]).column("id").to_pylist()
    except IngestionError:
        return False


def _group_ids(reading: LegReading) -> list[str]:
    """Ids of the groups to read; a source that was not read leaves its groups out, as it leaves its own rows out.

    Errors: that of the first source where none was read.
    """
    found: set[str] = set()
    failures: list[IngestionError] = []
    reads = [partial(_policy_groups, reading), *(partial(_role_groups, reading, table) for table in ROLE_TABLES)]
    read_count = 0
    for read in reads:
        try:
            found.update(read())
            read_count += 1
        except IngestionError as error:
            if error.status not in _PROVEN_ABSENT:
                failures.append(error)
    if failures and not read_count:
        raise failures[0]
    # Only ids of directory objects may stand in a path.
    return sorted(group_id for group_id in found if GUID.fullmatch(group_id))


def _policy_groups(reading: LegReading) -> Iterator[str]:
    """Groups that a policy includes or excludes, whatever its state."""
    policies = _rows(reading, CONDITIONAL_ACCESS_POLICIES.table, ["conditions"])
    for conditions in policies.column("conditions").to_pylist():
        users = (json.loads(conditions) if conditions else {}).get("users") or {}
        for name in _POLICY_LISTS:
            yield from users.get(name) or ()


def _role_groups(reading: LegReading, table: str) -> set[str]:
    """Groups among the principals of a role table."""
    principals = _rows(reading, table, ["principal_id", "principal_odata_type"])
    kinds = principals.column("principal_odata_type")
    groups = set(principals.filter(pc.equal(kinds, _GROUP_KIND)).column("principal_id").to_pylist())
    untold = principals.filter(pc.is_null(kinds)).column("principal_id")
    if len(untold):
        # Graph leaves a principal out that the app may not read.
        known = _rows(reading, GROUPS.table, ["id"]).column("id")
        groups.update(untold.filter(pc.is_in(untold, value_set=known.combine_chunks())).to_pylist())
    return groups


def _rows(reading: LegReading, table: str, columns: list[str]) -> pa.Table:
    return reading.rows(replace(reading.key, table=table), columns)


def _hidden(client: GraphClient, refused: int, asked: int) -> IngestionError:
    return IngestionError(
        f"{client.where(GROUP_MEMBERS.table)}: {refused} of {asked} groups did not show their members (403). "
        "Their last good members are kept, and those of the other groups were read.",
        error_class="group_hidden",
        advice="A group with hidden membership shows its members only to an app with Member.Read.Hidden. Grant it if "
        "these groups hold roles or stand in policies, then run again.",
        status=LegStatus.PARTIAL,
    )
