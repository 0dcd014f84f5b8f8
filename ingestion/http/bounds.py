"""Bounds of one answer: how many bytes it may decode to, and how many seconds it may take, whatever the server does."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context, resolve_cert_reqs

MEGABYTE = 1024 * 1024
_STATE = threading.local()


@dataclass(frozen=True)
class AnswerBounds:
    """What one answer may be.

    page_bytes: decoded, of an answer that is held in memory; report_bytes: of a file that goes to disk;
    seconds: from the request to the last byte.
    """

    page_bytes: int = 64 * MEGABYTE
    report_bytes: int = 512 * MEGABYTE
    seconds: float = 300.0


class OutOfTime(TimeoutError):
    """The answer took longer than it may."""


@contextmanager
def time_bound(seconds: float) -> Iterator[None]:
    """Reads of this thread's sockets end after these seconds, as long as the context lasts."""
    _STATE.ends_at = time.monotonic() + seconds
    try:
        yield
    finally:
        _STATE.ends_at = None


def is_out_of_time() -> bool:
    """Whether this thread's bound has passed."""
    ends_at = getattr(_STATE, "ends_at", None)
    return ends_at is not None and time.monotonic() >= ends_at


class _BoundedSocket(ssl.SSLSocket):
    """Gives each read no more time than the whole answer has left.

    A socket's own time-out begins again with every byte, so that a server that drips would never meet it.
    """

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        ends_at = getattr(_STATE, "ends_at", None)
        if ends_at is not None:
            left = ends_at - time.monotonic()
            if left <= 0:
                raise OutOfTime("the answer takes too long")
            asked = self.gettimeout()
            if asked is None or asked > left:
                self.settimeout(left)
        return super().recv_into(buffer, nbytes, flags)


class _BoundedConnection(HTTPSConnection):
    def connect(self) -> None:
        context = create_urllib3_context(cert_reqs=resolve_cert_reqs(self.cert_reqs))
        context.sslsocket_class = _BoundedSocket
        self.ssl_context = context
        super().connect()


class _BoundedPool(HTTPSConnectionPool):
    ConnectionCls = _BoundedConnection


_POOLS = {"http": HTTPConnectionPool, "https": _BoundedPool}


class BoundedAdapter(HTTPAdapter):
    """requests' adapter whose connections keep the time bound, through a proxy too."""

    def init_poolmanager(self, *arguments: Any, **values: Any) -> None:
        """As requests does it, with our connections."""
        super().init_poolmanager(*arguments, **values)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **values: Any) -> Any:
        """As requests does it, with our connections."""
        manager = super().proxy_manager_for(proxy, **values)
        manager.pool_classes_by_scheme = _POOLS
        return manager
