"""JSON in and out of the simulator: decimals leave as number text, never as binary floats."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

Document = Any
Row = Mapping[str, Any]


def encode(document: Document) -> bytes:
    """The document as compact JSON bytes.

    Units: a Decimal becomes a JSON number with exactly its own digits (`1.50` stays `1.50`).
    Errors: TypeError for a value that JSON has no shape for.
    """
    return orjson.dumps(document, default=_number_text)


def decode(text: bytes) -> Document:
    """The parsed JSON document, with fractions as Decimal.

    Errors: json.JSONDecodeError where the text is not JSON.
    """
    return json.loads(text, parse_float=Decimal)


def _number_text(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(format(value, "f").encode())
    raise TypeError(f"{type(value).__name__} has no JSON shape")
