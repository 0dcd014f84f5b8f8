"""The ASGI application: bytes of a request in, bytes of the vendor's answer out, and the faults of the connection."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ingestion.simulator.control import CONTROL_ROOT, Control
from ingestion.simulator.exchange import GZIP_FLOOR_BYTES, Request, Response
from ingestion.simulator.faults import Fault
from ingestion.simulator.front import Arrival, Front
from ingestion.simulator.site import Site

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

BODY_METHODS = ("POST", "PUT", "PATCH")
FLUSH_SECONDS = 0.05
RESET_AT_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER on with no time: the peer sees a reset, not an end


class ExposingProtocol(HttpToolsProtocol):
    """uvicorn's protocol that lets the application cut its connection."""

    def on_message_begin(self) -> None:
        """Put the transport beside the request."""
        super().on_message_begin()
        self.scope["extensions"] = {"transport": self.transport}


class Application:
    """One server for all vendors; the port that a request came in on says which one it meant."""

    def __init__(self, front: Front, control: Control, vendors: Mapping[int, str], site: Site) -> None:
        self._front = front
        self._control = control
        self._vendors = vendors
        self._site = site
        self._dated = (0, b"")

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Treat one request."""
        request = await self._request(scope, receive)
        if request.path.startswith(CONTROL_ROOT):
            response = await self._control.answer(request)
            await self._send(request, response, send)
            return
        arrival = self._front.arrive(request)
        try:
            await self._treat(arrival, scope, receive, send)
        finally:
            self._front.leave(arrival)

    async def _treat(self, arrival: Arrival, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        request = arrival.request
        cut: Fault | None = None
        for fault in arrival.faults:
            await _wait(fault)
            cut = fault if fault.kind.name in ("connection_reset", "truncated") else cut
        if cut is not None and cut.kind.name == "connection_reset":
            arrival.entry.status = 0
            await _cut(scope, receive, resets=True)
            return
        response = self._front.answer(arrival)
        if cut is not None:
            arrival.entry.status = 0
            await self._send_half(response, send)
            await asyncio.sleep(FLUSH_SECONDS)  # a reset would overtake what was just written
            await _cut(scope, receive, resets=cut.parameters["resets"])
            return
        await self._send(request, response, send)

    async def _request(self, scope: dict[str, Any], receive: Receive) -> Request:
        body = b""
        if scope["method"] in BODY_METHODS:
            more = True
            while more:
                message = await receive()
                body += message.get("body", b"")
                more = message.get("more_body", False)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        return Request(
            vendor=self._vendors[scope["server"][1]],
            method=scope["method"],
            host=headers.get("host", ""),
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body,
        )

    async def _send(self, request: Request, response: Response, send: Send) -> None:
        body = response.body
        headers = [*_encoded(response), (b"date", self._date())]
        wants_gzip = "gzip" in request.headers.get("accept-encoding", "")
        if wants_gzip and len(body) >= GZIP_FLOOR_BYTES and self._site.compresses:
            body = response.content.packed()
            headers.append((b"content-encoding", b"gzip"))
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _send_half(self, response: Response, send: Send) -> None:
        body = response.body
        headers = [*_encoded(response), (b"date", self._date()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})

    def _date(self) -> bytes:
        second = int(self._site.now())
        if self._dated[0] != second:
            self._dated = (second, formatdate(second, usegmt=True).encode())
        return self._dated[1]


def _encoded(response: Response) -> list[tuple[bytes, bytes]]:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    headers.append((b"content-type", response.content_type.encode("latin-1")))
    return headers


async def _wait(fault: Fault) -> None:
    if fault.kind.name == "slow":
        await asyncio.sleep(fault.parameters["milliseconds"] / 1_000)
    elif fault.kind.name == "hang_then_proceed":
        fault.waiting += 1
        try:
            await fault.released.wait()
        finally:
            fault.waiting -= 1


async def _cut(scope: dict[str, Any], receive: Receive, resets: bool) -> None:
    transport = scope["extensions"]["transport"]
    if resets:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        transport.abort()
    else:
        transport.close()
    # The server must learn that the connection is gone before the application returns.
    while (await receive())["type"] != "http.disconnect":
        pass
