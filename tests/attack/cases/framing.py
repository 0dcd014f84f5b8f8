"""How an answer lies on the wire: status lines, lengths, chunks, headers, pace, and connections that end."""

from collections.abc import Iterator

from tests.attack.case import DELTA, FILE, GOOD, LIST, PAX8, PSA, SINGLE, TOKEN, Ask, Case
from tests.attack.wire import Reply, chunks, endless, raw

BROKEN = ("unreachable",)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def _second(ask: Ask) -> Reply:
    """A whole other answer behind the first, which the next request on the connection could take for its own."""
    stolen = ask.page([{"id": ask.canary}])
    return Reply(raw=lambda: iter([ask.good.head() + ask.good.body + stolen.head() + stolen.body, 0.3]))


def _chunked(ask: Ask, *parts: bytes) -> Reply:
    return raw(OK + b"Transfer-Encoding: chunked\r\n\r\n", *parts)


def _before(ask: Ask, start: bytes) -> Reply:
    return raw(start + ask.good.head() + ask.good.body)


def _many_headers(ask: Ask, count: int, size: int) -> Reply:
    return ask.good.plus(*((f"X-{number}", "v" * size) for number in range(count)))


def _rst(ask: Ask) -> Reply:
    def pieces() -> Iterator[bytes]:
        yield ask.good.head() + ask.good.body[:5]

    return Reply(raw=pieces, resets=True)


CASES = [
    Case("body shorter than its length", LIST, lambda ask: raw(ask.good.head() + ask.good.body[:-5]), BROKEN, 5),
    Case("body shorter than its length", PSA, lambda ask: raw(ask.good.head() + ask.good.body[:-5]), BROKEN, 5),
    Case("body shorter than its length", PAX8, lambda ask: raw(ask.good.head() + ask.good.body[:-5]), BROKEN, 5),
    Case("body shorter than its length", TOKEN, lambda ask: raw(ask.good.head() + ask.good.body[:-5]), BROKEN, 5),
    Case("report shorter than its length", FILE, lambda ask: raw(ask.good.head() + ask.good.body[:-5]), BROKEN, 5),
    Case(
        "length is negative",
        LIST,
        lambda ask: raw(OK + b"Content-Length: -5\r\n\r\n" + ask.good.body),
        (GOOD, *BROKEN),
        5,
    ),
    Case(
        "length is a word",
        LIST,
        lambda ask: raw(OK + b"Content-Length: ten\r\n\r\n" + ask.good.body),
        (GOOD, *BROKEN),
        5,
    ),
    Case(
        "length is 10^20",
        PSA,
        lambda ask: raw(OK + b"Link: \r\nContent-Length: 1" + b"0" * 20 + b"\r\n\r\n" + ask.good.body),
        BROKEN,
        5,
    ),
    Case(
        "two lengths that differ",
        PAX8,
        lambda ask: raw(OK + b"Content-Length: 3\r\nContent-Length: 9999\r\n\r\n" + ask.good.body),
        ("cut_off", *BROKEN),
        5,
    ),
    Case(
        "length and chunks at once",
        LIST,
        lambda ask: raw(OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", *chunks(ask.good.body)),
        (GOOD, "cut_off", *BROKEN),
        5,
    ),
    Case(
        "chunk size is no number",
        LIST,
        lambda ask: _chunked(ask, b"zz\r\n", ask.good.body, b"\r\n0\r\n\r\n"),
        BROKEN,
        5,
    ),
    Case(
        "chunk size is negative",
        DELTA,
        lambda ask: _chunked(ask, b"-5\r\n", ask.good.body, b"\r\n0\r\n\r\n"),
        ("cut_off", *BROKEN),
        5,
    ),
    Case(
        "chunk larger than what comes",
        PSA,
        lambda ask: raw(OK + b"Link: \r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n" + ask.good.body),
        BROKEN,
        5,
    ),
    Case("last chunk is missing", PAX8, lambda ask: _chunked(ask, *list(chunks(ask.good.body))[:-1]), BROKEN, 5),
    Case(
        "chunk size of 64 kB of zeros",
        LIST,
        lambda ask: _chunked(ask, b"0" * 65_536 + b"5\r\nhello\r\n0\r\n\r\n"),
        ("cut_off", *BROKEN),
        5,
    ),
    Case(
        "canary in a chunk extension",
        SINGLE,
        lambda ask: _chunked(
            ask, f"{len(ask.good.body):x};secret={ask.canary}\r\n".encode() + ask.good.body + b"\r\n0\r\n\r\n"
        ),
        (GOOD,),
    ),
    Case(
        "canary in a trailer",
        SINGLE,
        lambda ask: _chunked(ask, *list(chunks(ask.good.body))[:-1], f"0\r\nX-Body: {ask.canary}\r\n\r\n".encode()),
        (GOOD,),
    ),
    Case("chunks of one byte", LIST, lambda ask: _chunked(ask, *chunks(ask.good.body, 1)), (GOOD,)),
    Case(
        "transfer encoding gzip, chunked",
        LIST,
        lambda ask: raw(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n", *chunks(ask.good.body)),
        (GOOD, "not_json", "cut_off", *BROKEN),
        5,
    ),
    Case(
        "unknown transfer encoding",
        PSA,
        lambda ask: raw(OK + b"Link: \r\nTransfer-Encoding: cow\r\n\r\n" + ask.good.body),
        (GOOD, "cut_off", *BROKEN),
        5,
    ),
    Case("HTTP/1.0 without a length", LIST, lambda ask: ask.good.plus(version="HTTP/1.0", framing="none"), (GOOD,)),
    Case(
        "HTTP/1.0 that says chunked",
        PSA,
        lambda ask: ask.good.plus(version="HTTP/1.0", framing="chunked"),
        (GOOD, "cut_off", "not_json"),
        5,
    ),
    Case("HTTP/0.9: a body and nothing else", LIST, lambda ask: raw(ask.good.body), BROKEN, 5),
    Case("HTTP/9.9", PAX8, lambda ask: ask.good.plus(version="HTTP/9.9", framing="close"), (GOOD, *BROKEN), 5),
    Case("status line of noise", LIST, lambda ask: raw(f"{ask.canary} \x00\x01\x02\r\n\r\n".encode()), BROKEN, 5),
    Case("status is a word", PSA, lambda ask: raw(b"HTTP/1.1 fine OK\r\n\r\n" + ask.good.body), BROKEN, 5),
    Case("status of four digits", LIST, lambda ask: raw(b"HTTP/1.1 2000 OK\r\n\r\n" + ask.good.body), BROKEN, 5),
    Case(
        "reason with escapes and canary",
        LIST,
        lambda ask: ask.good.plus(status=418, reason=f"\x1b[2J\x1b]0;{ask.canary}\x07"),
        ("unexpected_status",),
    ),
    Case(
        "status line of 70 kB",
        LIST,
        lambda ask: raw(b"HTTP/1.1 200 " + b"O" * 70_000 + b"\r\n\r\n" + ask.good.body),
        BROKEN,
        5,
    ),
    Case("header line of 70 kB", PSA, lambda ask: _many_headers(ask, 1, 70_000), BROKEN, 5),
    Case("a hundred and fifty headers", PAX8, lambda ask: _many_headers(ask, 150, 10), BROKEN, 5),
    Case("ninety headers of 60 kB", LIST, lambda ask: _many_headers(ask, 90, 60_000), (GOOD, *BROKEN), 5),
    Case(
        "header without a colon",
        LIST,
        lambda ask: raw(
            b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
            + ask.good.body
        ),
        (GOOD, "not_json", *BROKEN),
        5,
    ),
    Case("folded header with canary", PSA, lambda ask: ask.good.plus(("X-Note", f"a\r\n {ask.canary}")), (GOOD,)),
    Case(
        "NUL and 8-bit bytes in a header",
        PAX8,
        lambda ask: ask.good.plus(("X-Note", b"a\x00b\xff\xfe" + ask.canary.encode())),
        (GOOD, *BROKEN),
        5,
    ),
    Case(
        "header name with a blank",
        LIST,
        lambda ask: ask.good.plus(("Content-Length ", "3"), framing="close"),
        (GOOD, "cut_off", "not_json", *BROKEN),
        5,
    ),
    Case("another answer behind this one", LIST, _second, (GOOD,)),
    Case("another answer behind this one", PSA, _second, (GOOD,)),
    Case("another answer behind this one", PAX8, _second, (GOOD,)),
    Case("noise behind the body", DELTA, lambda ask: raw(ask.good.head() + ask.good.body + b"\x00" * 5_000), (GOOD,)),
    Case(
        "101 switching protocols",
        LIST,
        lambda ask: ask.good.plus(("Upgrade", "x"), status=101),
        ("unexpected_status", *BROKEN),
        5,
    ),
    Case("three 100 before the answer", PSA, lambda ask: _before(ask, b"HTTP/1.1 100 Continue\r\n\r\n" * 3), (GOOD,)),
    Case(
        "early hints with a foreign link",
        LIST,
        lambda ask: _before(
            ask, f"HTTP/1.1 103 Early Hints\r\nLink: <{ask.foreign}/c{ask.number:04d}/x>; rel=preload\r\n\r\n".encode()
        ),
        (GOOD, "unexpected_status", *BROKEN),
        5,
    ),
    Case("closes without a word", LIST, lambda ask: raw(), BROKEN, 5),
    Case("closes within the status line", PSA, lambda ask: raw(b"HTTP/1."), BROKEN, 5),
    Case(
        "closes within the headers", PAX8, lambda ask: raw(b"HTTP/1.1 200 OK\r\nContent-Ty"), ("not_json", *BROKEN), 5
    ),
    Case("resets within the body", LIST, _rst, BROKEN, 5),
    Case("drips its body", LIST, lambda ask: endless(OK + b"\r\n{", b" "), ("too_slow",), is_slow=True),
    Case("drips its body", PSA, lambda ask: endless(OK + b"Link: \r\n\r\n[", b" "), ("too_slow",), is_slow=True),
    Case("drips its body", PAX8, lambda ask: endless(OK + b"\r\n{", b" "), ("too_slow",), is_slow=True),
    Case("drips a header", LIST, lambda ask: endless(OK + b"X-Slow: ", b"a"), ("too_slow",), is_slow=True),
    Case(
        "drips chunk after chunk",
        DELTA,
        lambda ask: endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        ("too_slow",),
        is_slow=True,
    ),
    Case(
        "drips a chunk's size",
        SINGLE,
        lambda ask: endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
        ("too_slow",),
        is_slow=True,
    ),
    Case(
        "says 100 without end",
        LIST,
        lambda ask: endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01),
        ("too_slow",),
        is_slow=True,
    ),
    Case("answers nothing at all", PAX8, lambda ask: raw(30.0), ("too_slow",), is_slow=True),
    Case("answers nothing at all", LIST, lambda ask: raw(30.0), ("too_slow",), is_slow=True),
    Case(
        "drips a report",
        FILE,
        lambda ask: endless(b"HTTP/1.1 200 OK\r\n\r\n" + ask.good.body, b"a"),
        ("too_slow",),
        is_slow=True,
    ),
    Case(
        "body without end, as fast as it goes",
        LIST,
        lambda ask: endless(OK + b"\r\n[", b" " * 200_000, 0.0),
        ("too_large",),
    ),
    Case(
        "chunks without end",
        PAX8,
        lambda ask: endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65_536 + b"\r\n", 0.0),
        ("too_large",),
    ),
]
