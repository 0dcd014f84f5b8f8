"""Privileged Identity Management as planned: eligible roles, activations, and the schedules of standing ones."""

from dataclasses import dataclass
from datetime import date

from ingestion.simulator.world.identifiers import Identifiers
from ingestion.simulator.world.roles import Principal, RoleAssignment, principal_record
from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.timeline import stamp

SCHEDULED_SINCE = date(2026, 4, 7)


@dataclass(frozen=True)
class Eligibility:
    """A role that a principal may activate, listed on the days [start, end)."""

    id: str
    principal: Principal
    role_id: str
    scope: str = "/"
    start: date = date.min
    end: date | None = None

    def is_listed(self, day: date) -> bool:
        """True while the eligible assignment exists."""
        return self.start <= day and (self.end is None or day < self.end)


def assignment_instance(ids: Identifiers, assignment: RoleAssignment) -> Record:
    """The schedule instance of an active assignment."""
    begin = max(assignment.start, SCHEDULED_SINCE)
    activated = assignment.is_activated
    return {
        "id": ids.guid("instance", assignment.id),
        **_shared(assignment.principal, assignment.role_id, assignment.scope),
        "startDateTime": stamp(begin, 7) if activated else stamp(begin),
        "endDateTime": stamp(assignment.expires) if assignment.expires else None,
        "assignmentType": "Activated" if activated else "Assigned",
        "memberType": "Direct",
        "roleAssignmentOriginId": assignment.id,
        "roleAssignmentScheduleId": ids.guid("schedule", assignment.id),
    }


def eligibility_instance(ids: Identifiers, eligibility: Eligibility) -> Record:
    """The schedule instance of an eligible assignment."""
    return {
        "id": eligibility.id,
        **_shared(eligibility.principal, eligibility.role_id, eligibility.scope),
        "startDateTime": stamp(max(eligibility.start, SCHEDULED_SINCE)),
        "endDateTime": None,
        "memberType": "Direct",
        "roleEligibilityScheduleId": ids.guid("schedule", eligibility.id),
    }


def _shared(principal: Principal, role_id: str, scope: str) -> Record:
    return {
        "principalId": principal.id,
        "roleDefinitionId": role_id,
        "directoryScopeId": scope,
        "appScopeId": None,
        "principal": principal_record(principal),
    }
