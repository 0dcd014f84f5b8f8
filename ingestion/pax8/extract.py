"""Pure functions on projected Pax8 pages: invoice items get the columns that identify them."""

import hashlib

import pyarrow as pa

# What tells two lines of one invoice apart when they have no id. Source: reference psa-and-distributors, section 5.5.
_KEY_COLUMNS = ("subscription_id", "type", "start_period", "end_period", "quantity", "cost", "cost_total")
# Nothing says that ids are unique: these tell apart what shares one.
_LINE_COLUMNS = ("company_id", "product_id", *_KEY_COLUMNS)


def with_item_keys(
    items: pa.Table, invoice_id: str, first_ordinal: int, lines: dict[str, list] | None = None
) -> pa.Table:
    """Invoice items with `invoice_id`, `ordinal` (place in the invoice, from 1) and `item_key`.

    Shape: `item_key` is the vendor's id, else a hash of place and content. A second line of one id has its content in
    the key too; the same line again, as at a page edge, has its key again. `lines`: of the pages before, by id.
    """
    lines = {} if lines is None else lines
    ordinals = range(first_ordinal, first_ordinal + items.num_rows)
    rows = items.select(["id", *_LINE_COLUMNS]).to_pylist()
    keys = [_item_key(row, invoice_id, ordinal, lines) for ordinal, row in zip(ordinals, rows, strict=True)]
    items = items.append_column("invoice_id", pa.array([invoice_id] * items.num_rows, pa.string()))
    items = items.append_column("item_key", pa.array(keys, pa.string()))
    return items.append_column("ordinal", pa.array(ordinals, pa.int32()))


def _item_key(row: dict, invoice_id: str, ordinal: int, lines: dict[str, list]) -> str:
    item_id = row["id"]
    if not item_id:
        return _surrogate(invoice_id, str(ordinal), [row[name] for name in _KEY_COLUMNS])
    line = [row[name] for name in _LINE_COLUMNS]
    return item_id if lines.setdefault(item_id, line) == line else _surrogate(invoice_id, item_id, line)


def _surrogate(invoice_id: str, place: str, values: list) -> str:
    parts = [invoice_id, place, *("" if value is None else str(value) for value in values)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
