"""Pure functions on projected Pax8 pages: invoice items get the columns that identify them."""

import hashlib

import pyarrow as pa

# What tells two lines of one invoice apart when they have no id. Source: reference psa-and-distributors, section 5.5.
_KEY_COLUMNS = ("subscription_id", "type", "start_period", "end_period", "quantity", "cost", "cost_total")


def with_item_keys(items: pa.Table, invoice_id: str, first_ordinal: int) -> pa.Table:
    """Invoice items with `invoice_id`, `ordinal` (place in the invoice, from 1) and `item_key`.

    Shape: (invoice_id, item_key) is unique: the vendor's id, else a hash of place and content.
    """
    ordinals = range(first_ordinal, first_ordinal + items.num_rows)
    rows = items.select(["id", *_KEY_COLUMNS]).to_pylist()
    keys = [
        row["id"] or _surrogate(invoice_id, ordinal, [row[name] for name in _KEY_COLUMNS])
        for ordinal, row in zip(ordinals, rows, strict=True)
    ]
    items = items.append_column("invoice_id", pa.array([invoice_id] * items.num_rows, pa.string()))
    items = items.append_column("item_key", pa.array(keys, pa.string()))
    return items.append_column("ordinal", pa.array(ordinals, pa.int32()))


def _surrogate(invoice_id: str, ordinal: int, values: list) -> str:
    parts = [invoice_id, str(ordinal), *("" if value is None else str(value) for value in values)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
