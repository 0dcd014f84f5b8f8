"""How long is waited, and how often tried."""

from datetime import UTC, datetime

import pytest

from ingestion.http.backoff import RetryPolicy, retry_after_seconds

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 2.5 ", 2.5),
        ("Tue, 20 Oct 2026 12:00:30 GMT", 30.0),
        ("Tue, 20 Oct 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_seconds_or_date_is_understood(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOW) == seconds


def test_wait_asked_for_is_never_shortened() -> None:
    assert RetryPolicy(cap_seconds=180).wait_seconds(1, 3600.0, 0.5) == 3600


def test_wait_without_header_grows_and_is_spread() -> None:
    policy = RetryPolicy(base_seconds=3, cap_seconds=20)
    assert [policy.wait_seconds(tried, None, 1.0) for tried in (1, 2, 3, 4)] == [3, 6, 12, 20]
    assert policy.wait_seconds(3, None, 0.25) == 3


@pytest.mark.parametrize(
    ("status", "tries"),
    [(200, 1), (400, 1), (403, 1), (404, 1), (429, 10), (503, 10), (504, 10), (500, 3), (502, 3), (409, 3)],
)
def test_tries_depend_on_status(status: int, tries: int) -> None:
    assert RetryPolicy().tries_for(status) == tries
