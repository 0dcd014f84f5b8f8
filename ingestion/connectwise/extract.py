"""Pure functions on projected ConnectWise pages: contacts lose everything but their e-mail addresses."""

import json

import pyarrow as pa

_EMAIL = "email"


def keep_emails(contacts: pa.Table) -> pa.Table:
    """Contacts whose communication items are e-mail addresses only: no phone number is ever spooled."""
    kept = [_emails(text) for text in contacts.column("communication_items").to_pylist()]
    position = contacts.column_names.index("communication_items")
    return contacts.set_column(position, "communication_items", pa.array(kept, pa.string()))


def with_invoice(details: pa.Table, invoice_id: str) -> pa.Table:
    """Invoice details with the id of the invoice that they were asked for."""
    return details.append_column("invoice_id", pa.array([invoice_id] * details.num_rows, pa.string()))


def _emails(items: str | None) -> str | None:
    if items is None:
        return None
    kept = [item for item in json.loads(items) if item and _is_email(item)]
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _is_email(item: dict) -> bool:
    kind = item.get("communicationType")
    # The kind can be absent; then the value itself tells.
    return kind.lower() == _EMAIL if kind else "@" in (item.get("value") or "")
