"""One HTTP exchange as the vendors' handlers see it: a request, and the response it gets."""

import gzip
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl, quote, unquote_plus

from ingestion.simulator.encoding import Document, encode

GZIP_FLOOR_BYTES = 1_400  # below one network packet compression gains nothing
GZIP_LEVEL = 1

PATH_SAFE = "/@$'(),:;=+!*~"  # what stays unescaped in a path

JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """What a client sent. Header names are lower case; `path` is percent-decoded, `query` is raw."""

    vendor: str
    method: str
    host: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def base(self) -> str:
        """Scheme and host that the client used, without a closing slash."""
        return f"https://{self.host}"

    @property
    def url(self) -> str:
        """The called address without its query."""
        return self.base + quote(self.path, safe=PATH_SAFE)

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The query's parameters, decoded; of a repeated name the last value holds."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def query_without(self, name: str) -> str:
        """The raw query without one parameter, so that links keep the client's own spelling of the rest."""
        pieces = [piece for piece in self.query.split("&") if piece]
        return "&".join(piece for piece in pieces if unquote_plus(piece.partition("=")[0]) != name)


@dataclass(slots=True)
class Content:
    """The bytes of a body, compressed once however often they are sent."""

    body: bytes
    compressed: bytes | None = None

    def packed(self) -> bytes:
        """The body as gzip."""
        if self.compressed is None:
            self.compressed = gzip.compress(self.body, GZIP_LEVEL, mtime=0)
        return self.compressed


@dataclass(frozen=True, slots=True)
class Response:
    """What the simulator answers. `content` may be shared between responses with different headers."""

    status: int
    content: Content
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON_TYPE

    @property
    def body(self) -> bytes:
        """The body as it is before compression."""
        return self.content.body


def json_response(
    document: Document, status: int = 200, headers: dict[str, str] | None = None, content_type: str = JSON_TYPE
) -> Response:
    """A response whose body is the document as JSON."""
    return Response(status, Content(encode(document)), dict(headers or {}), content_type)


def text_response(
    status: int, text: str, content_type: str = "text/html", headers: dict[str, str] | None = None
) -> Response:
    """A response that is not JSON."""
    return Response(status, Content(text.encode()), dict(headers or {}), content_type)
