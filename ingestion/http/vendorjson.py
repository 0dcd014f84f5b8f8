"""JSON of an answer that is no page of rows: errors, tokens, metadata. Whatever comes, reading it raises nothing."""

import json
from typing import Any

# An error answer or a token is a few kilobytes; what is larger is something else.
LONGEST_BYTES = 1024 * 1024


def json_object(content: bytes | str) -> dict[str, Any]:
    """The object that an answer holds; an empty one where it holds anything else, or is no JSON at all."""
    if len(content) > LONGEST_BYTES:
        return {}
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
