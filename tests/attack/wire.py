"""Answers as they go over the wire: any status line, header, framing and pace, also what no server sends."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

Text = str | bytes
# Bytes to send, or seconds to wait.
Pieces = Iterator[bytes | float]
JSON = "application/json"


@dataclass(frozen=True)
class Reply:
    """One answer.

    framing: `length`, `chunked`, `close` (the end of the connection ends it) or `none` (no word about a length).
    raw: what goes on the wire in the place of all the others; the connection is closed after it.
    resets: the connection is reset and not closed.
    """

    body: bytes = b""
    status: Text | int = 200
    reason: Text = "OK"
    headers: tuple[tuple[Text, Text], ...] = ()
    content_type: str | None = JSON
    framing: str = "length"
    version: str = "HTTP/1.1"
    raw: Callable[[], Pieces] | None = None
    resets: bool = False

    @property
    def keeps_connection(self) -> bool:
        """Whether another answer may follow on this connection."""
        return self.raw is None and self.framing in ("length", "chunked") and self.version == "HTTP/1.1"

    def plus(self, *headers: tuple[Text, Text], **values: Any) -> "Reply":
        """The same answer with more headers, or other values."""
        return replace(self, headers=(*self.headers, *headers), **values)

    def head(self) -> bytes:
        """Status line and headers."""
        lines = [b" ".join((self.version.encode(), octets(self.status), octets(self.reason)))]
        headers = list(self.headers)
        if self.content_type is not None:
            headers.append(("Content-Type", self.content_type))
        if self.framing == "length":
            headers.append(("Content-Length", str(len(self.body))))
        elif self.framing == "chunked":
            headers.append(("Transfer-Encoding", "chunked"))
        elif self.framing == "close":
            headers.append(("Connection", "close"))
        lines += [octets(name) + b": " + octets(text) for name, text in headers]
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def pieces(self) -> Pieces:
        """What is sent, in order."""
        if self.raw is not None:
            yield from self.raw()
            return
        yield self.head()
        yield from chunks(self.body) if self.framing == "chunked" else iter([self.body])


def octets(text: Text | int) -> bytes:
    """Text as a header carries it."""
    return text if isinstance(text, bytes) else str(text).encode("utf-8")


def chunks(body: bytes, size: int = 40) -> Iterator[bytes]:
    """A body in chunks, with its last one."""
    for start in range(0, len(body), size):
        part = body[start : start + size]
        yield f"{len(part):x}\r\n".encode() + part + b"\r\n"
    yield b"0\r\n\r\n"


def raw(*pieces: bytes | float) -> Reply:
    """An answer that is exactly these bytes and waits."""
    return Reply(raw=lambda: iter(pieces))


def endless(start: bytes, step: bytes, pause: float = 0.05) -> Reply:
    """An answer that never ends: its start, then one step after the other until the client goes away."""

    def pieces() -> Pieces:
        yield start
        while True:
            yield pause
            yield step

    return Reply(raw=pieces)


def of(value: Any, **values: Any) -> Reply:
    """An answer that holds this value as JSON."""
    return Reply(json.dumps(value).encode(), **values)


def packed(body: bytes, level: int = 9) -> bytes:
    """The body as gzip; the same bytes for the same body."""
    return gzip.compress(body, level, mtime=0)
