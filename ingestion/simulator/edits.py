"""Changes that a test makes to the generated world, on top of what the clock brings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ingestion.simulator.encoding import Row

if TYPE_CHECKING:
    from ingestion.simulator.world import Snapshot

# Soft-deleted: gone from the list, restorable until purged.
BINS = {
    "users": "deletedUsers",
    "groups": "deletedGroups",
    "applications": "deletedApplications",
    "servicePrincipals": "deletedServicePrincipals",
}


class EditError(Exception):
    """An edit names a tenant, collection, mailbox or row that the world does not have."""


@dataclass(frozen=True)
class Edit:
    """One changed, added or removed row.

    `vendor` is graph, connectwise or pax8; `values` are merged into the row, or None to remove it.
    A row that does not exist is added. `mailbox` (and `folder` for messages) say whose message or event it is.
    """

    vendor: str
    collection: str
    row_id: str
    values: Mapping[str, Any] | None
    tenant: str | None = None
    mailbox: str | None = None
    folder: str | None = None


def apply_edit(snapshot: "Snapshot", edit: Edit) -> "Snapshot":
    """A snapshot with the edit in it; the given one stays as it is.

    Errors: EditError where the edit names something that the snapshot does not have.
    """
    if edit.vendor in ("connectwise", "pax8"):
        collections = getattr(snapshot, edit.vendor)
        return replace(snapshot, **{edit.vendor: _with_row(collections, edit.collection, edit)})
    if edit.vendor != "graph":
        raise EditError(f"edit of vendor {edit.vendor}: expected graph, connectwise or pax8")
    if edit.tenant is None or edit.tenant not in snapshot.tenants:
        raise EditError(f"edit of {edit.collection}: the world has no tenant {edit.tenant}")
    tenant = snapshot.tenants[edit.tenant]
    if edit.collection == "securityDefaults":
        changed = replace(tenant, security_defaults={**tenant.security_defaults, **(edit.values or {})})
    elif edit.mailbox is not None:
        changed = replace(tenant, mailboxes=_with_item(tenant.mailboxes, edit))
    else:
        changed = replace(tenant, collections=_with_bin(tenant.collections, edit))
    return replace(snapshot, tenants={**snapshot.tenants, edit.tenant: changed})


def _with_bin(collections: Mapping[str, Any], edit: Edit) -> dict[str, Any]:
    """The collections after the edit; a removed directory object goes to its bin, a returning one leaves it."""
    bins = {name: collections.get(name, []) for name in BINS.values()}
    changed = _with_row({**collections, **bins}, edit.collection, edit)
    if edit.collection in BINS:
        name = BINS[edit.collection]
        rows = collections[edit.collection]
        held = [row for row in rows if row["id"] == edit.row_id] if edit.values is None else []
        changed[name] = [row for row in bins[name] if row["id"] != edit.row_id] + held
    return changed


def _with_item(mailboxes: Mapping[str, Any], edit: Edit) -> dict[str, Any]:
    address = (edit.mailbox or "").lower()
    if address not in mailboxes:
        raise EditError(f"edit of {edit.collection}: the tenant has no such mailbox")
    mailbox = mailboxes[address]
    if edit.collection == "events":
        mailbox = replace(mailbox, events=_edited(mailbox.events, edit))
    elif edit.collection == "messages" and edit.folder in mailbox.folders:
        folders = {**mailbox.folders, edit.folder: _edited(mailbox.folders[edit.folder], edit)}
        mailbox = replace(mailbox, folders=folders)
    else:
        raise EditError(f"edit of {edit.collection}: expected events, or messages with an existing folder")
    return {**mailboxes, address: mailbox}


def _with_row(collections: Mapping[str, Any], name: str, edit: Edit) -> dict[str, Any]:
    if name not in collections:
        raise EditError(f"edit of {name}: {edit.vendor} has the collections {', '.join(sorted(collections))}")
    return {**collections, name: _edited(collections[name], edit)}


def _edited(rows: list[Row], edit: Edit) -> list[Row]:
    position = next((index for index, row in enumerate(rows) if str(row.get("id")) == edit.row_id), None)
    if edit.values is None:
        if position is None:
            raise EditError(f"edit of {edit.collection}: there is no row {edit.row_id} to remove")
        return rows[:position] + rows[position + 1 :]
    if position is None:
        return [*rows, {"id": edit.row_id, **edit.values}]
    return [*rows[:position], {**rows[position], **edit.values}, *rows[position + 1 :]]
