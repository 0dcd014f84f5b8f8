"""Content encodings: packed twice, packed otherwise, packed to burst, and packed badly."""

import zlib

from tests.attack.case import DELTA, FILE, GOOD, LIST, PAX8, PAX8_TOKEN, PSA, SINGLE, TOKEN, Ask, Case
from tests.attack.wire import Reply, packed

ODD = ("odd_encoding",)
NO_GZIP = ("unreachable",)


def _as(ask: Ask, encoding: str, body: bytes | None = None) -> Reply:
    return ask.good.plus(("Content-Encoding", encoding), body=ask.good.body if body is None else body)


def _deflated(ask: Ask) -> bytes:
    return zlib.compress(ask.good.body)


def _bomb(ask: Ask, megabytes: int, filler: bytes = b" ") -> Reply:
    return _as(ask, "gzip", packed(filler * (megabytes * 1024 * 1024) + ask.good.body))


def _in_members(ask: Ask) -> bytes:
    half = len(ask.good.body) // 2
    return packed(ask.good.body[:half]) + packed(ask.good.body[half:])


def _named(ask: Ask) -> bytes:
    """A gzip header that carries a name, which is a canary."""
    plain = packed(ask.good.body)
    return plain[:3] + b"\x08" + plain[4:10] + ask.canary.encode() + b"\0" + plain[10:]


CASES = [
    Case("deflate", LIST, lambda ask: _as(ask, "deflate", _deflated(ask)), ODD),
    Case("br", PSA, lambda ask: _as(ask, "br"), ODD),
    Case("zstd", PAX8, lambda ask: _as(ask, "zstd"), ODD),
    Case("compress", LIST, lambda ask: _as(ask, "compress"), ODD),
    Case("gzip, gzip", LIST, lambda ask: _as(ask, "gzip, gzip", packed(packed(ask.good.body))), ODD),
    Case("gzip, br", DELTA, lambda ask: _as(ask, "gzip, br"), ODD),
    Case("x-gzip", PSA, lambda ask: _as(ask, "x-gzip", packed(ask.good.body)), ODD),
    Case("gzip;q=1", PAX8, lambda ask: _as(ask, "gzip;q=1", packed(ask.good.body)), ODD),
    Case("an encoding that is a canary with escapes", LIST, lambda ask: _as(ask, f"\x1b[31m{ask.canary}"), ODD),
    Case("an encoding of 40 kB", PSA, lambda ask: _as(ask, "gzip," * 8_000), ODD),
    Case(
        "two headers, identity and gzip", LIST, lambda ask: _as(ask, "identity").plus(("Content-Encoding", "gzip")), ODD
    ),
    Case("identity", PAX8, lambda ask: _as(ask, "identity"), (GOOD,)),
    Case("GZIP in capitals", LIST, lambda ask: _as(ask, "GZIP", packed(ask.good.body)), (GOOD,)),
    Case("gzip in several members", PSA, lambda ask: _as(ask, "gzip", _in_members(ask)), (GOOD,)),
    Case("gzip with noise behind it", SINGLE, lambda ask: _as(ask, "gzip", packed(ask.good.body) + b"noise"), (GOOD,)),
    Case("gzip with a canary for its name", SINGLE, lambda ask: _as(ask, "gzip", _named(ask)), (GOOD,)),
    Case("gzip that is none", LIST, lambda ask: _as(ask, "gzip"), NO_GZIP, 5),
    Case("gzip that is none", TOKEN, lambda ask: _as(ask, "gzip"), NO_GZIP, 5),
    Case("gzip that ends early", PSA, lambda ask: _as(ask, "gzip", packed(ask.good.body)[:-12]), NO_GZIP, 5),
    Case(
        "gzip with a wrong sum", PAX8, lambda ask: _as(ask, "gzip", packed(ask.good.body)[:-8] + b"\1" * 8), NO_GZIP, 5
    ),
    Case("gzip of nothing", LIST, lambda ask: _as(ask, "gzip", packed(b"")), ("cut_off",), 5),
    Case("gzip of no byte at all", DELTA, lambda ask: _as(ask, "gzip", b""), ("cut_off",), 5),
    Case(
        "gzip of ten thousand empty members",
        LIST,
        lambda ask: _as(ask, "gzip", packed(b"") * 10_000 + packed(ask.good.body)),
        (GOOD,),
    ),
    Case(
        "gzip of gzip under one header",
        PSA,
        lambda ask: _as(ask, "gzip", packed(packed(ask.good.body))),
        ("cut_off", "not_json"),
        5,
    ),
    Case("bomb of 64 MB", LIST, lambda ask: _bomb(ask, 64), ("too_large",)),
    Case("bomb of 64 MB", PSA, lambda ask: _bomb(ask, 64), ("too_large",)),
    Case("bomb of 64 MB", PAX8, lambda ask: _bomb(ask, 64, b"[ "), ("too_large",)),
    Case("bomb in place of a token", TOKEN, lambda ask: _bomb(ask, 32), ("too_large",)),
    Case("bomb in place of a token", PAX8_TOKEN, lambda ask: _bomb(ask, 32), ("too_large",)),
    Case("bomb in place of a report", FILE, lambda ask: _bomb(ask, 64, b"a,"), ("too_large",)),
    Case("bomb under an error status", LIST, lambda ask: _bomb(ask, 16).plus(status=400), ("too_large",)),
    Case(
        "bomb under a redirect",
        PSA,
        lambda ask: _bomb(ask, 16).plus(("Location", f"{ask.foreign}/c{ask.number:04d}/x"), status=302),
        ("too_large", "redirect"),
    ),
    Case("bomb under an error status of a report", FILE, lambda ask: _bomb(ask, 8).plus(status=403), ("too_large",), 2),
    Case("plain page of 3 MB", DELTA, lambda ask: ask.good.plus(body=b" " * 3_000_000 + ask.good.body), ("too_large",)),
    Case("deflated report", FILE, lambda ask: _as(ask, "deflate", _deflated(ask)), ODD),
    Case("packed report", FILE, lambda ask: _as(ask, "gzip", packed(ask.good.body)), (GOOD,)),
]
