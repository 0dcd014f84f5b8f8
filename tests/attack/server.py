"""The hostile HTTPS server: the vendors, the host of report files, and two hosts of the attacker, all on loopback.

A request → which case → the case's answer, byte by byte. Every request is noted; it ends when it is closed.
"""

import contextlib
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from ingestion.simulator.certificate import loopback_context
from tests.attack import benign
from tests.attack.case import FILE, PAX8_TOKEN, REPORT, TOKEN, Ask, Case, Target
from tests.attack.case import OPENID as METADATA
from tests.attack.wire import Reply, of

# Longer than any client waits here: a thread of a client that hangs ends all the same.
LONGEST_SECONDS = 120.0
_HEAD_BYTES = 200_000
_CHOOSING = ("select", "expand", "fields")
_CONTENT = {"body", "uniquebody", "attachments", "internetmessageheaders", "notes", "onlinemeeting", "extensions"}


@dataclass(frozen=True)
class Seen:
    """One request, or the bytes of what was none. number: its case, None where nothing tells it."""

    server: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    number: int | None
    target: str = ""


@dataclass
class HostileServer:
    """Listens on four ports; `cases` are known by their numbers. In peace every place answers honestly."""

    folder: Path
    cases: dict[int, Case]
    is_peace: bool = True
    seen: list[Seen] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._context, self.ca_file = loopback_context(self.folder)
        self._listeners = {name: _listener() for name in ("vendor", "files", "foreign", "plain")}
        self._lock = threading.Lock()
        self._asked: Counter[tuple[int, str]] = Counter()
        self._is_open = True
        for name, listener in self._listeners.items():
            threading.Thread(target=self._accept, args=(name, listener), daemon=True).start()

    def root(self, name: str) -> str:
        """The root address of one of the servers."""
        scheme = "http" if name == "plain" else "https"
        return f"{scheme}://127.0.0.1:{self._listeners[name].getsockname()[1]}"

    def attack(self) -> None:
        """From now on every case answers as it does, and only what is asked from now on is noted."""
        with self._lock:
            self.is_peace = False
            self.seen = []
            self._asked.clear()

    def close(self) -> None:
        """Listen no more."""
        self._is_open = False
        for listener in self._listeners.values():
            listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self, name: str, listener: socket.socket) -> None:
        while self._is_open:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(name, connection), daemon=True).start()

    def _serve(self, name: str, connection: socket.socket) -> None:
        connection.settimeout(LONGEST_SECONDS)
        # A client that goes away, or takes no certificate, is no fault of the server's.
        with contextlib.suppress(OSError, ValueError), connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            is_tls = connection.recv(1, socket.MSG_PEEK)[:1] == b"\x16"
            if name != "plain" and not is_tls:
                self._note(_parsed("plain", connection.recv(4096)))
                return
            stream = self._context.wrap_socket(connection, server_side=True) if name != "plain" else connection
            with stream:
                while self._is_open and self._answer(name, stream):
                    pass

    def _answer(self, name: str, stream: socket.socket) -> bool:
        """Answer one request; whether another may follow."""
        head, rest = _read_head(stream)
        if not head:
            return False
        found = _parsed(name, head)
        length = int(found.headers.get("content-length", "0"))
        while len(rest) < length:
            more = stream.recv(65_536)
            if not more:
                return False
            rest += more
        reply = self._reply(name, found, rest)
        for piece in reply.pieces():
            if isinstance(piece, float):
                if not self._is_open:
                    return False
                time.sleep(piece)
            else:
                stream.sendall(piece)
        if reply.resets:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return reply.keeps_connection

    def _reply(self, name: str, found: Seen, body: bytes) -> Reply:
        place = self._place(name, found)
        if place is None:
            self._note(found)
            return of({"value": [{"id": "stolen"}]}, status=200) if name == "foreign" else of({}, status=404)
        target, number = place
        self._note(Seen(**{**found.__dict__, "number": number, "target": target.name or target.table}))
        with self._lock:
            asked = self._asked[number, target.name or target.path]
            self._asked[number, target.name or target.path] += 1
        ask = Ask(
            number, target, asked, *(self.root(other) for other in ("vendor", "files", "foreign", "plain")),
            found.path, found.query, found.headers, body, benign.rows_of(target, number), of({}),
        )  # fmt: skip
        ask.good = _honest(ask)
        case = self.cases.get(number)
        is_hostile = case is not None and not self.is_peace and case.target.name == target.name
        return case.answer(ask) if is_hostile and case is not None else ask.good

    def _place(self, name: str, found: Seen) -> tuple[Target, int] | None:
        if name == "vendor":
            return benign.place_of(found.method, found.path, found.headers)
        if name == "files" and found.method == "GET" and benign.is_file(found.path):
            return None if "authorization" in found.headers else (FILE, int(found.path[2:6]))
        return None

    def _note(self, seen: Seen) -> None:
        with self._lock:
            self.seen.append(seen)


def _honest(ask: Ask) -> Reply:
    target = ask.target
    if target is TOKEN or target is PAX8_TOKEN:
        return benign.token_of(ask.number)
    if target is METADATA:
        return benign.metadata_of(ask.number, ask.vendor)
    if target is FILE:
        return Reply(benign.csv_of(ask.number), content_type="application/octet-stream")
    if target is REPORT:
        location = f"{ask.files}/c{ask.number:04d}{FILE.path}"
        return Reply(status=302, reason="Found", headers=(("Location", location),))
    if target.path.endswith("/count"):
        return of({"count": len(ask.rows)})
    return of(ask.rows[0]) if target.name == "graph object" else ask.page(ask.rows)


def _listener() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    return listener


def _read_head(stream: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data and len(data) < _HEAD_BYTES:
        more = stream.recv(65_536)
        if not more:
            return b"", b""
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _parsed(server: str, head: bytes) -> Seen:
    lines = head.decode("latin-1").split("\r\n")
    words = [*lines[0].split(" "), "", ""]
    headers = {}
    for line in lines[1:]:
        name, _, text = line.partition(":")
        headers[name.strip().lower()] = text.strip()
    try:
        parts = urlsplit(words[1])
    except ValueError:
        parts = urlsplit("/")
    found = benign._NUMBER.match(parts.path)
    return Seen(server, words[0][:40], parts.path, parts.query, headers, int(found[1]) if found else None)


def strange(seen: Sequence[Seen], vendor: str) -> list[Seen]:
    """Requests that the product may never send: elsewhere, to other paths, with cookies, or for content."""
    host = vendor.partition("//")[2]
    wrong = []
    for request in seen:
        chosen = [text for name, text in parse_qsl(request.query) if name.lstrip("$").lower() in _CHOOSING]
        names = {name.strip().lower() for text in chosen for name in text.replace("/", ",").split(",")}
        is_vendor = request.server == "files" or request.headers.get("host") == host
        if not request.target or "cookie" in request.headers or names & _CONTENT or not is_vendor:
            wrong.append(request)
    return wrong
