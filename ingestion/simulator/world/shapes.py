"""What the world answers on one day: plain records in each vendor's own shape and spelling."""

from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]
# What people write where a vendor takes any text; it may be stored nowhere.
NOTE_CANARY = "CANARY-NOTE"


@dataclass
class MailboxSnapshot:
    """One mailbox: messages by well-known folder name, and events with recurrences already expanded."""

    folders: dict[str, list[Record]] = field(default_factory=dict)
    events: list[Record] = field(default_factory=list)


@dataclass
class TenantSnapshot:
    """One Microsoft tenant: Graph collections by name, the security-defaults singleton, and mailboxes."""

    domains: list[str]
    has_p1: bool
    has_p2: bool
    collections: dict[str, list[Record]]
    security_defaults: Record
    mailboxes: dict[str, MailboxSnapshot] = field(default_factory=dict)


@dataclass
class Snapshot:
    """All vendors on one day; money is `Decimal`, dates are the vendors' own text."""

    tenants: dict[str, TenantSnapshot]
    connectwise: dict[str, Any]
    pax8: dict[str, list[Record]]
