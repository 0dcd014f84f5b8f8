"""Opaque page and delta tokens: compact, URL-safe, and checked so that an altered one is refused."""

import base64
import binascii
import hashlib
import json
from typing import Any

CHECK_BYTES = 6


class BadToken(Exception):
    """The token was not made by `pack`."""


def pack(content: Any) -> str:
    """The content as one opaque URL-safe word; equal contents give equal words."""
    text = json.dumps(content, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check(text) + text).rstrip(b"=").decode()


def unpack(token: str) -> Any:
    """What `pack` was given.

    Errors: BadToken.
    """
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (ValueError, binascii.Error) as error:
        raise BadToken("not base64") from error
    check, text = raw[:CHECK_BYTES], raw[CHECK_BYTES:]
    if check != _check(text):
        raise BadToken("altered")
    return json.loads(text)


def _check(text: bytes) -> bytes:
    return hashlib.sha256(b"simulator" + text).digest()[:CHECK_BYTES]
