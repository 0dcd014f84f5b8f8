"""Which page size to ask for when Graph cannot serve ours. Source: reference microsoft-graph, sections 3, 4 and 8.3."""

import re

from ingestion.http.errors import HttpError
from ingestion.microsoft.endpoint import Endpoint
from ingestion.microsoft.failures import PageTooLarge

# Halving below this costs more requests than it spares time.
LEAST_ROWS = 100
_TOP = re.compile(r"(?<=[?&]\$top=)\d+")
# Where a delta's pages take their size from.
_PREFERRED = re.compile(r"(?<=odata\.maxpagesize=)\d+")
_BAD_REQUEST = 400
_GATEWAY_TIMEOUT = 504


def with_smaller_page(url: str, prefer: str, error: HttpError, endpoint: Endpoint) -> tuple[str, str] | None:
    """First URL and Prefer header with a smaller `$top`, else a smaller preferred size; None where it cannot help."""
    top = _TOP.search(url)
    found = top or _PREFERRED.search(prefer)
    if found is None:
        return None
    asked = int(found[0])
    smaller = _smaller(asked, error, endpoint)
    if smaller is None or not 0 < smaller < asked:
        return None
    return (_TOP.sub(str(smaller), url), prefer) if top else (url, _PREFERRED.sub(str(smaller), prefer))


def _smaller(asked: int, error: HttpError, endpoint: Endpoint) -> int | None:
    if isinstance(error, PageTooLarge):
        return error.maximum
    if error.http_status == _BAD_REQUEST:
        return endpoint.smaller_top
    if error.http_status == _GATEWAY_TIMEOUT or error.error_class == "timeout" or "timeout" in error.code.lower():
        return asked // 2 if asked // 2 >= LEAST_ROWS else None
    return None
