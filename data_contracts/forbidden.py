"""Names that no contract may hold: the content of messages, events and files. Nothing overrides this list."""

import re

FORBIDDEN_SOURCE_FIELDS = frozenset(
    {
        "body", "uniqueBody", "attachments", "contentBytes", "content", "mimeContent", "mime", "internetMessageHeaders",
        "extensions", "singleValueExtendedProperties", "multiValueExtendedProperties", "onlineMeeting", "joinUrl",
        "onlineMeetingUrl", "joinWebUrl", "internalReplyMessage", "externalReplyMessage", "secretText", "key",
    }
)  # fmt: skip
_FORBIDDEN_IN_ANY_CASE = frozenset(name.lower() for name in FORBIDDEN_SOURCE_FIELDS)

FORBIDDEN_COLUMN = re.compile(
    r"(^|_)(body|unique_?body|mime|content_?bytes|attachments|internet_message_headers|extensions|join_url|online_meeting)(_|$)"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def forbidden_part(vendor: str, table: str, path: str) -> str | None:
    """The part of a dotted source path that may not be read, or None when every part may."""
    # Vendors read a property's name in any case, and a path also with slashes.
    return next((part for part in re.split(r"[./]", path) if part.lower() in _FORBIDDEN_IN_ANY_CASE), None)


def is_forbidden_column(name: str) -> bool:
    """True when a warehouse column of this name could hold message or event content."""
    snake = _HUMP.sub("_", name).lower()
    return not snake.startswith(("is_", "has_")) and FORBIDDEN_COLUMN.search(snake) is not None
