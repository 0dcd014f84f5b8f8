"""An HTTPS server that answers as no vendor should, with what must never be repeated in every part of its answers.

It writes bytes, not HTTP objects: status lines, chunks and encodings can be as broken as they come.
"""

import base64
import json
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingestion.simulator.certificate import loopback_context

CANARY = "CANARY-LEAK-AS-LONG-AS-A-SECRET"
_ROLES = base64.urlsafe_b64encode(json.dumps({"roles": ["User.Read.All"]}).encode()).decode().rstrip("=")
TOKEN = f"h.{_ROLES}.{CANARY}-TOKEN"
_LONGEST_ECHO = 2_000


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    target: str
    headers: str
    body: str

    @property
    def echo(self) -> str:
        """What no answer may get repeated: a canary, and the secrets that the request itself carried."""
        signed = re.search(r"(?im)^authorization:(.*)$", self.headers)
        carried = f"{signed[1] if signed else ''} {self.body}"
        return f"{CANARY} {re.sub(r'[^ -~]', ' ', carried)[:_LONGEST_ECHO]} {CANARY}"


Answer = Callable[[Asked], bytes]


def reply(body: str | bytes, status: str = "200 OK", content_type: str = "application/json", **headers: str) -> bytes:
    """One HTTP answer, byte by byte."""
    content = body if isinstance(body, bytes) else body.encode()
    lines = {"Content-Type": content_type, "Content-Length": str(len(content)), "Connection": "close"}
    lines.update({name.replace("_", "-"): text for name, text in headers.items()})
    head = "".join(f"{name}: {text}\r\n" for name, text in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + content


def token(asked: Asked) -> bytes:
    """A good token, itself a canary."""
    return reply(json.dumps({"token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN, "note": asked.echo}))


def _error(echo: str) -> str:
    """An error object in the form of every vendor at once."""
    inner = {"code": echo, "request-id": echo, "client-request-id": echo, "date": echo}
    return json.dumps(
        {"error": {"code": echo, "message": echo, "innerError": inner, "details": [{"code": echo, "message": echo}]},
         "code": echo, "message": echo, "type": echo, "status": 400, "instance": echo,
         "errors": [{"code": echo, "message": echo, "field": echo, "resource": echo}], "details": [{"message": echo}]}
    )  # fmt: skip


def _login_error(echo: str) -> str:
    return json.dumps(
        {"error": echo, "error_description": f"AADSTS7000215: {echo}", "error_codes": [echo, 7000215], "claims": echo,
         "timestamp": echo, "trace_id": echo, "correlation_id": echo, "suberror": echo, "error_uri": echo}
    )  # fmt: skip


def _challenge(echo: str) -> str:
    return f'Bearer error="insufficient_claims", claims="{base64.b64encode(echo.encode()).decode()}"'


def _rows(*rows: object, link: str | None = None) -> str:
    around = {"@odata.nextLink": link} if link else {}
    page = {"number": 0, "totalPages": 1, "totalElements": len(rows)}
    return json.dumps({"value": rows, "content": rows, "page": page, **around})


def _wrong(name: str, value: object) -> Answer:
    return lambda asked: reply(_rows({"id": "1", name: value, "note": asked.echo}))


def _status(status: str, **headers: str) -> Answer:
    return lambda asked: reply(_error(asked.echo), f"{status} {asked.echo}", **headers)


def _linked(target: str) -> Answer:
    def answer(asked: Asked) -> bytes:
        link = target.format(echo=asked.echo.replace(" ", "%20"), canary=CANARY)
        return reply(_rows({"id": "1"}, link=link), Link=f'<{link}>; rel="next"')

    return answer


def _redirected(target: str, status: str = "302 Found") -> Answer:
    def answer(asked: Asked) -> bytes:
        return reply(asked.echo, status, Location=target.format(echo=asked.echo.replace(" ", "%20"), canary=CANARY))

    return answer


def _with_content(asked: Asked) -> bytes:
    """A good row, and in it what no contract may list."""
    content = {"contentType": "text", "content": asked.echo}
    row = {
        "id": "1", "body": content, "uniqueBody": content, "attachments": [{"contentBytes": asked.echo}],
        "onlineMeeting": {"joinUrl": f"https://meet.test/{CANARY}"}, "secretText": asked.echo, "notes": asked.echo,
        "customFields": [{"id": 1, "caption": "Admin password", "type": "Text", "value": asked.echo}],
        "provisioningDetails": [{"key": "password", "label": "Password", "values": [asked.echo]}],
        "internetMessageHeaders": [{"name": "X", "value": asked.echo}],
    }  # fmt: skip
    return reply(_rows(row))


ANSWERS: dict[str, Answer] = {
    "content beside the row": _with_content,
    "html": lambda asked: reply(f"<html>{asked.echo}</html>", content_type="text/html"),
    "plain words": lambda asked: reply(asked.echo),
    "json text": lambda asked: reply(json.dumps(asked.echo)),
    "json array": lambda asked: reply(json.dumps([asked.echo])),
    "json of other keys": lambda asked: reply(json.dumps({asked.echo: asked.echo})),
    "json cut": lambda asked: reply(json.dumps({"value": [{"id": asked.echo}]})[:-3]),
    "json too deep": lambda asked: reply("[" * 60_000 + f'"{asked.echo}"'),
    "nothing": lambda asked: reply("", note=asked.echo),
    "utf-16": lambda asked: reply(json.dumps({"note": asked.echo}).encode("utf-16")),
    "no utf-8": lambda asked: reply(b'{"value":[{"id":"\xff\xfe' + asked.echo.encode() + b'"}]}'),
    "rows are text": lambda asked: reply(json.dumps({"value": asked.echo, "content": asked.echo})),
    "row is text": lambda asked: reply(_rows(asked.echo)),
    "id is an object": lambda asked: reply(_rows({"id": {"x": asked.echo}})),
    "id with controls": lambda asked: reply(_rows({"id": f"\u0000\u001b[31m{asked.echo}"})),
    "id without end": lambda asked: reply(_rows({"id": asked.echo * 2_000})),
    "key of a row": lambda asked: reply(_rows({"id": "1", asked.echo: 1})),
    "name is an array": _wrong("displayName", [CANARY]),
    "date is none": _wrong("createdDateTime", CANARY),
    "400": _status("400"),
    "400 of a login host": lambda asked: reply(_login_error(asked.echo), f"400 {asked.echo}"),
    "401": lambda asked: reply(_error(asked.echo), f"401 {asked.echo}", WWW_Authenticate=_challenge(asked.echo)),
    "401 of a login host": lambda asked: reply(_login_error(asked.echo), "401 Unauthorized"),
    "403": _status("403"),
    "404": _status("404"),
    "407": _status("407"),
    "409": _status("409"),
    "410": lambda asked: reply(_error(asked.echo), "410 Gone", Location=f"https://evil.test/{CANARY}"),
    "418": _status("418"),
    "429, odd wait": _status("429", Retry_After=f"{CANARY} ²"),
    "429, odd date": _status("429", Retry_After=f"Mon, 99 {CANARY} 2026 00:00:00 +9999999"),
    "429, long wait": _status("429", Retry_After="999999999"),
    "500": _status("500"),
    "503": _status("503", Retry_After="0"),
    "status without a number": lambda asked: f"HTTP/1.1 {asked.echo}\r\n\r\n".encode(),
    "no status": lambda asked: f"{asked.echo}\r\n\r\n".encode(),
    "header without a name": lambda asked: f"HTTP/1.1 200 OK\r\n{asked.echo}\r\nContent-Length: 2\r\n\r\n{{}}".encode(),
    "header without end": lambda asked: b"HTTP/1.1 200 OK\r\nX-Long: " + asked.echo.encode() * 2_000 + b"\r\n\r\n",
    "length is none": lambda asked: f"HTTP/1.1 200 OK\r\nContent-Length: {asked.echo}\r\n\r\n{{}}".encode(),
    "chunk without a length": lambda asked: (
        f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{asked.echo}\r\n{asked.echo}\r\n".encode()
    ),
    "chunk cut": lambda asked: f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n{asked.echo}".encode(),
    "shorter than said": lambda asked: reply(asked.echo, Content_Length="999999"),
    "no gzip": lambda asked: reply(asked.echo, Content_Encoding="gzip"),
    "odd encoding": lambda asked: reply(asked.echo, Content_Encoding=asked.echo),
    "odd type": lambda asked: reply(asked.echo, content_type=asked.echo),
    "odd date of answer": lambda asked: reply(asked.echo, Date=asked.echo, request_id=asked.echo),
    "cookies": lambda asked: reply(asked.echo, Set_Cookie=f"{asked.echo}; Domain=.test"),
    "204": lambda asked: reply("", "204 No Content", note=asked.echo),
    "206": lambda asked: reply(_rows({"id": asked.echo}), "206 Partial Content", Content_Range=asked.echo),
    "redirect to a host": _redirected("https://{canary}.evil.test/{echo}"),
    "redirect to a user": _redirected("https://{canary}:{canary}@evil.test/"),
    "redirect to a path": _redirected("/{canary}?{echo}"),
    "redirect to no URL": _redirected("javascript:{echo}"),
    "redirect to controls": _redirected("https://evil.test\x1b[31m/{canary}"),
    "redirect with a body": _redirected("https://evil.test/{canary}", "307 Temporary Redirect"),
    "link to a host": _linked("https://{canary}.evil.test/{echo}"),
    "link to a path": _linked("/v1.0/users/{canary}/messages?$select=body&x={echo}"),
    "link that is none": _linked("{canary}"),
    "link to a port": _linked("https://127.0.0.1:1/{canary}"),
}  # fmt: skip


class HostileVendor:
    """The server; `answers` decides what each request gets."""

    def __init__(self, folder: Path) -> None:
        context, self.ca_file = loopback_context(folder)
        self.answers: Answer = ANSWERS["html"]
        self.asked = 0
        vendor = self

        class Handler(socketserver.StreamRequestHandler):
            def setup(self) -> None:
                self.request.settimeout(20)
                self.request = context.wrap_socket(self.request, server_side=True)
                super().setup()

            def handle(self) -> None:
                asked = _read(self.rfile)
                vendor.asked += 1
                self.wfile.write(vendor.answers(asked))

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that gives up is what this server is for."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def hostile_vendor(folder: Path) -> Iterator[HostileVendor]:
    """A hostile server for as long as the context lasts."""
    vendor = HostileVendor(folder)
    try:
        yield vendor
    finally:
        vendor.close()


def _read(stream: object) -> Asked:
    first = stream.readline(65_536).decode("latin-1")  # type: ignore[attr-defined]
    lines: list[str] = []
    while line := stream.readline(65_536).decode("latin-1").rstrip("\r\n"):  # type: ignore[attr-defined]
        lines.append(line)
    headers = "\n".join(lines)
    length = re.search(r"(?im)^content-length:\s*(\d+)", headers)
    body = stream.read(int(length[1])).decode("latin-1") if length else ""  # type: ignore[attr-defined]
    method, target, *_ = [*first.split(" "), "", ""]
    return Asked(method, target, headers, body)
