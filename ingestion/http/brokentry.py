"""Why a try got no answer, told from the causes that requests wraps into one another."""

import requests

from ingestion.http.errors import HttpError, cut_off, timed_out, unreachable

_NAME_UNKNOWN = frozenset({"NameResolutionError", "gaierror"})
_NOT_ACCEPTED = frozenset({"NewConnectionError", "ConnectionRefusedError"})
# The peer hung up in the middle of TLS: an overloaded server, not one that cannot be trusted.
_TLS_BROKE_OFF = frozenset({"SSLEOFError", "SSLZeroReturnError", "ConnectionResetError", "BrokenPipeError"})


class BrokenTry(Exception):
    """A try that got no answer; was_connected tells whether the host had been reached.

    cut_bytes: size of an answer that came and does not end, None where none came.
    """

    def __init__(
        self, reason: str, *, was_connected: bool, was_timeout: bool = False, cut_bytes: int | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.was_connected = was_connected
        self.was_timeout = was_timeout
        self.cut_bytes = cut_bytes

    def error(self, where: str, template: str, host: str, tries: int) -> HttpError:
        """What to tell after the last try."""
        if self.cut_bytes is not None:
            return cut_off(where, template, self.cut_bytes, tries)
        return timed_out(where, host, tries) if self.was_timeout else unreachable(where, host, self.reason, tries)


def broken_try(error: requests.exceptions.RequestException) -> BrokenTry:
    """The reason behind an exception of requests, without its text: that holds the path and the query."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return BrokenTry("no connection in time", was_connected=False)
    if isinstance(error, requests.exceptions.Timeout):
        return BrokenTry("no answer in time", was_connected=True, was_timeout=True)
    if isinstance(error, requests.exceptions.ProxyError):
        return BrokenTry("the proxy refused or broke the connection", was_connected=False)
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return BrokenTry("the answer broke off", was_connected=True)
    causes = _cause_names(error)
    if causes & _NAME_UNKNOWN:
        return BrokenTry("its name is not known to DNS", was_connected=False)
    if causes & _NOT_ACCEPTED:
        return BrokenTry("no connection was accepted", was_connected=False)
    return BrokenTry("the connection broke", was_connected=True)


def is_distrust(error: requests.exceptions.SSLError) -> bool:
    """Whether TLS itself was refused, which no other try mends; a connection that broke off is none."""
    return not _cause_names(error) & _TLS_BROKE_OFF


def _cause_names(error: BaseException) -> set[str]:
    # By class and not by name: requests and urllib3 wrap an SSLError of their own around one another.
    kinds: set[type[BaseException]] = set()
    cause: BaseException | None = error
    while cause is not None and type(cause) not in kinds:
        kinds.add(type(cause))
        wrapped = [*cause.args, getattr(cause, "reason", None), cause.__cause__]
        cause = next((inner for inner in wrapped if isinstance(inner, BaseException)), None)
    return {kind.__name__ for kind in kinds}
