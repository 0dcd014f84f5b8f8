"""Loggers of the libraries that see requests, answers and rows: none of their lines may come out, at any level.

Their lines hold whole paths (a mailbox's path holds an address), bodies of token requests, answers and rows.
"""

import logging

LIBRARIES = (
    "urllib3",
    "requests",
    "msal",
    "azure",
    "jwt",
    "charset_normalizer",
    "dlt",
    "dbt",
    "duckdb",
    "great_expectations",
    "httpx",
    "httpcore",
)


class _Nothing(logging.Filter):
    """Lets no record through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for every record."""
        return False


_NOTHING = _Nothing()


def quiet_loggers() -> None:
    """Silence the libraries, loggers below theirs included, also those whose level somebody sets again later."""
    known = [name for name in list(logging.root.manager.loggerDict) if name.partition(".")[0] in LIBRARIES]
    for name in {*LIBRARIES, *known}:
        logger = logging.getLogger(name)
        # Level and filter: a level that is set again lets a record be made, and the filter still holds it back.
        logger.setLevel(logging.CRITICAL + 1)
        if _NOTHING not in logger.filters:
            logger.addFilter(_NOTHING)
