"""A vendor without a network: answers given by the test, requests kept for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse


@dataclass(frozen=True)
class Answer:
    """What the vendor says to one request."""

    status: int = 200
    body: bytes | str = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


Script = Callable[[requests.PreparedRequest], Answer | Exception] | list[Answer | Exception]


class Transport(BaseAdapter):
    """Answers from a function of the request, or from a list in order."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self._script = script
        self.sent: list[requests.PreparedRequest] = []
        self.options: list[dict] = []

    def send(self, request: requests.PreparedRequest, **options: object) -> requests.Response:  # type: ignore[override]
        """Answer without a socket."""
        self.sent.append(request)
        self.options.append(options)
        answer = self._script(request) if callable(self._script) else self._script[len(self.sent) - 1]
        if isinstance(answer, Exception):
            raise answer
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        response = requests.Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.raw = HTTPResponse(
            BytesIO(body), headers=dict(answer.headers), status=answer.status, preload_content=False
        )
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        """Nothing to close."""

    def paths(self) -> list[str]:
        """Paths asked for, in order."""
        return [urlsplit(request.url or "").path for request in self.sent]

    def queries(self) -> list[dict[str, str]]:
        """Query options asked for, in order, decoded."""
        queries = [parse_qs(urlsplit(request.url or "").query, keep_blank_values=True) for request in self.sent]
        return [{name: values[0] for name, values in query.items()} for query in queries]


class NoTransport(Transport):
    """Fails the test when anything is sent at all."""

    def __init__(self) -> None:
        super().__init__(lambda request: AssertionError(f"a request was sent to {request.url}"))
