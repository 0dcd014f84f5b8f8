"""The application permissions in a tenant's token, held against what its enabled endpoints need."""

import re
from collections.abc import Iterator, Sequence

from ingestion.microsoft.endpoints import MAILBOX_ENDPOINTS
from ingestion.microsoft.permissions import NeededPermission
from orchestration.doctor_check import Check, State

# `User.Read.All`, `Mail.ReadBasic`; whatever is not of this shape (ReadWrite, Send, FullControl, Manage, Invite,
# full_access) lets an application change something. Searching for those words would hit RoleManagement.Read.Directory.
READING_ROLE = re.compile(r"\.Read(Basic)?(\.|$)")
_MAILBOX_TABLES = frozenset(endpoint.table for endpoint in MAILBOX_ENDPOINTS)


def permission_checks(tenant_id: str, needed: Sequence[NeededPermission], granted: frozenset[str]) -> Iterator[Check]:
    """A row per permission that is missing, not needed, or allows more than reading; one row where all is well.

    A broader permission does instead of a missing one; beside the one that it could replace it is more than needed.
    Permissions for mailboxes are never missing here: Exchange may grant them without a role in the token, which asking
    a listed mailbox proves.
    """
    used: set[str] = set()
    found = []
    for item in needed:
        usable = [name for name in (item.permission, *item.instead) if name in granted]
        used.update(usable[:1])
        if not usable and not _MAILBOX_TABLES.issuperset(item.tables):
            found.append(_missing(tenant_id, item))
    for name in sorted(granted):
        if not READING_ROLE.search(name):
            found.append(_writes(tenant_id, name))
        elif name not in used:
            found.append(_unneeded(tenant_id, name))
    yield from found or [
        Check(
            State.OK,
            "permissions",
            tenant_id,
            f"the {len(used)} that are needed, and no other",
            details={
                "permissions": sorted(used),
            },
        )  # fmt: skip
    ]


def _missing(tenant_id: str, item: NeededPermission) -> Check:
    return Check(
        State.ERROR,
        "permission_missing",
        tenant_id,
        f"{item.permission} is missing: without it no {', '.join(item.tables)}",
        f"Add the application permission {item.permission} and grant admin consent in this tenant.",
        {"permission": item.permission, "tables": list(item.tables), "instead": list(item.instead)},
    )


def _writes(tenant_id: str, name: str) -> Check:
    return Check(
        State.ERROR,
        "permission_writes",
        tenant_id,
        f"{name}: allows more than reading, and Tenantry only reads",
        f"Remove {name} from the app registration and from the tenant's consent.",
        {"permission": name},
    )


def _unneeded(tenant_id: str, name: str) -> Check:
    return Check(
        State.WARNING,
        "permission_unneeded",
        tenant_id,
        f"{name}: granted and not needed",
        f"Remove {name} from the app registration and from the tenant's consent.",
        {"permission": name},
    )
