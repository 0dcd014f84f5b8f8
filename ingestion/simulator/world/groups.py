"""Directory groups as planned: who is in them on which days, directly or through a nested group."""

from dataclasses import dataclass, field
from datetime import date

from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.timeline import stamp

CREATED = date(2025, 6, 12)
TYPE_PREFIX = "#microsoft.graph."


@dataclass(frozen=True)
class Member:
    """A direct member of kind user, group or servicePrincipal on the days [start, end)."""

    kind: str
    id: str
    start: date = date.min
    end: date | None = None

    def is_in(self, day: date) -> bool:
        """True while the membership exists."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass
class Group:
    """One group; `rule` makes it dynamic, `is_hidden` hides who is in it."""

    id: str
    name: str
    members: list[Member] = field(default_factory=list)
    is_role_assignable: bool = False
    rule: str | None = None
    is_synced: bool | None = None
    is_hidden: bool = False

    def direct(self, day: date) -> list[Member]:
        """Direct members on that day."""
        return [member for member in self.members if member.is_in(day)]


def transitive(groups: list[Group], group_id: str, day: date) -> list[Member]:
    """All members of a group, nested groups and their members among them, each once."""
    by_id = {group.id: group for group in groups}
    seen: dict[str, Member] = {}
    waiting = [group_id]
    while waiting:
        group = by_id.get(waiting.pop(0))
        for member in group.direct(day) if group else ():
            if member.id not in seen and member.id != group_id:
                seen[member.id] = member
                waiting += [member.id] if member.kind == "group" else []
    return list(seen.values())


def user_ids(groups: list[Group], group_id: str, day: date) -> set[str]:
    """Object ids of the users in a group, directly or through nested groups."""
    return {member.id for member in transitive(groups, group_id, day) if member.kind == "user"}


def group_record(group: Group, day: date, present: set[str]) -> Record:
    """The Graph group on that day; `members` holds its direct members among those that exist."""
    return {
        "id": group.id,
        "displayName": group.name,
        "description": None,
        "isAssignableToRole": True if group.is_role_assignable else None,
        "securityEnabled": True,
        "mailEnabled": False,
        "mailNickname": group.name.lower().replace(" ", "-"),
        "mail": None,
        "groupTypes": ["DynamicMembership"] if group.rule else [],
        "membershipRule": group.rule,
        "membershipRuleProcessingState": "On" if group.rule else None,
        "onPremisesSyncEnabled": group.is_synced,
        "createdDateTime": stamp(CREATED),
        "deletedDateTime": None,
        "visibility": "HiddenMembership" if group.is_hidden else None,
        "assignedLicenses": [],
        "members": [
            {"@odata.type": TYPE_PREFIX + member.kind, "id": member.id}
            for member in group.direct(day)
            if member.kind != "user" or member.id in present
        ],
    }
