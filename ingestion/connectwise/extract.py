"""Pure functions on projected ConnectWise pages: contacts lose everything but their e-mail addresses, companies every
custom field but the one that is named.
"""

import json

import pyarrow as pa

_EMAIL = "email"
# A tenant's GUID with braces or blanks fits; nothing longer is one.
CUSTOM_FIELD_LENGTH = 64


def keep_emails(contacts: pa.Table) -> pa.Table:
    """Contacts whose communication items are e-mail addresses only: no phone number is ever spooled."""
    kept = [_emails(text) for text in contacts.column("communication_items").to_pylist()]
    position = contacts.column_names.index("communication_items")
    return contacts.set_column(position, "communication_items", pa.array(kept, pa.string()))


def keep_custom_field(companies: pa.Table, caption: str) -> pa.Table:
    """Companies with the custom field of that caption only, in any case, its value as short text; null without one."""
    wanted = caption.lower()
    kept = [_custom_field(text, wanted) for text in companies.column("custom_fields").to_pylist()]
    position = companies.column_names.index("custom_fields")
    return companies.set_column(position, "custom_fields", pa.array(kept, pa.string()))


def with_invoice(details: pa.Table, invoice_id: str) -> pa.Table:
    """Invoice details with the id of the invoice that they were asked for."""
    return details.append_column("invoice_id", pa.array([invoice_id] * details.num_rows, pa.string()))


def _emails(items: str | None) -> str | None:
    if items is None:
        return None
    kept = [item for item in json.loads(items) if item and _is_email(item)]
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _custom_field(fields: str | None, wanted: str) -> str | None:
    if fields is None or not wanted:
        return None
    named = [item for item in json.loads(fields) if item and (item["caption"] or "").lower() == wanted]
    kept = [{"caption": item["caption"], "value": _short(item["value"])} for item in named]
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _short(value: str | None) -> str | None:
    """A value as it is; null for one that is too long to be an id, which may be anything."""
    return value if value is None or len(value) <= CUSTOM_FIELD_LENGTH else None


def _is_email(item: dict) -> bool:
    kind = item.get("communicationType")
    # The kind can be absent; then the value itself tells.
    return kind.lower() == _EMAIL if kind else "@" in (item.get("value") or "")
