"""The bytes of an answer: read in small steps, unpacked by ourselves, never more of them than the bounds allow.

response → (gzip) → bytes, or a file without a name for a report
"""

import mmap
import tempfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import requests
import urllib3

from ingestion.http.bounds import MEGABYTE, is_out_of_time
from ingestion.http.brokentry import BrokenTry
from ingestion.http.errors import HttpError, odd_encoding, too_large, too_slow

STEP_BYTES = 128 * 1024
# What a step may unpack to before it is looked at: a packed byte may hold a thousand.
_UNPACKED_STEP = MEGABYTE
_GZIP = zlib.MAX_WBITS + 16
_MEMBER_START = b"\x1f\x8b"
_PLAIN = frozenset({"", "identity"})

Content = bytes | mmap.mmap


def read_body(
    response: requests.Response, where: str, template: str, bound: int, *, to_disk: bool
) -> tuple[Content, int]:
    """The decoded bytes of an answer, and how many came over the wire.

    Errors: HttpError `too_large`, `too_slow`, `odd_encoding`; BrokenTry where the answer ends in its middle.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _PLAIN and encoding != "gzip":
        raise odd_encoding(where, template)
    counted = _Counted(response, where, template)
    steps = iter(counted) if encoding in _PLAIN else _unpacked(counted)
    if to_disk:
        return _to_file(steps, where, template, bound), counted.size
    held: list[bytes] = []
    size = 0
    for step in steps:
        size += len(step)
        if size > bound:
            raise too_large(where, template, bound)
        held.append(step)
    return b"".join(held), counted.size


class _Counted:
    """The answer's packed bytes, step by step, counted."""

    def __init__(self, response: requests.Response, where: str, template: str) -> None:
        self._raw = response.raw
        self._where = where
        self._template = template
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            try:
                step = self._raw.read1(STEP_BYTES, decode_content=False)
            except (urllib3.exceptions.HTTPError, OSError) as error:
                raise self._broken(error) from None
            if is_out_of_time():
                raise too_slow(self._where, self._template)
            if not step:
                return
            self.size += len(step)
            yield step

    def _broken(self, error: Exception) -> BrokenTry | HttpError:
        if is_out_of_time():
            return too_slow(self._where, self._template)
        if isinstance(error, urllib3.exceptions.ReadTimeoutError | TimeoutError):
            return BrokenTry("no answer in time", was_connected=True, was_timeout=True)
        return BrokenTry("the answer broke off", was_connected=True)


def _unpacked(packed: Iterator[bytes] | _Counted) -> Iterator[bytes]:
    """gzip's content in small steps, members after one another; an end within a member is a broken answer."""
    member = None
    try:
        for step in packed:
            rest = step
            while rest:
                if member is None:
                    member = zlib.decompressobj(_GZIP)
                plain = member.decompress(rest, _UNPACKED_STEP)
                if plain:
                    yield plain
                rest = member.unconsumed_tail
                if member.eof:
                    rest, member = member.unused_data, None
                    if not rest.startswith(_MEMBER_START[: len(rest)]):
                        return
    except zlib.error:
        raise BrokenTry("the answer is no gzip, though it says so", was_connected=True) from None
    if member is not None:
        raise BrokenTry("the answer broke off", was_connected=True)


def _to_file(steps: Iterator[bytes], where: str, template: str, bound: int) -> Content:
    """The content in a file that has no name, so that nothing of it is left whatever becomes of the run."""
    with tempfile.TemporaryFile() as file:
        size = 0
        for step in steps:
            size += len(step)
            if size > bound:
                raise too_large(where, template, bound)
            file.write(step)
        file.flush()
        return _mapped(file) if size else b""


def _mapped(file: BinaryIO) -> mmap.mmap:
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
