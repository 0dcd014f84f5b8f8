"""What may replace the published copy: the customer set did not shrink by more than half."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from orchestration import published_audit
from orchestration.published_audit import audit


def published_file(file: Path, active: int, inactive: int = 0) -> Path:
    """A published file with so many customers, and `unassigned` as always."""
    rows: Sequence[tuple[str, bool]] = [
        *((str(number), number < active) for number in range(active + inactive)),
        ("unassigned", True),
    ]
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.dim_customers (customer_id varchar, is_active boolean)")
        connection.executemany("insert into marts.dim_customers values (?, ?)", rows)
    return file


@pytest.mark.parametrize(
    ("before", "now", "is_blocked"),
    [
        ((4, 0), (2, 2), False),
        # Companies that are gone from the PSA keep their rows.
        ((4, 0), (1, 3), True),
        ((4, 2), (1, 0), True),
        # `unassigned` is there whatever happens, and no customer.
        ((3, 0), (1, 0), True),
        ((1, 0), (0, 1), True),
        ((0, 4), (0, 4), False),
    ],
)
def test_customer_set_that_shrank_by_more_than_half_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: tuple[int, int], now: tuple[int, int], is_blocked: bool
) -> None:
    monkeypatch.setattr(published_audit, "check_totals", lambda *_: ())
    published = published_file(tmp_path / "published.duckdb", *before)
    beside = published_file(tmp_path / "beside.duckdb", *now)

    outcome = audit(beside, published, [], list)

    assert ("customers_did_not_vanish" in outcome.problems) is is_blocked


def test_reader_that_opened_the_published_copy_for_writing_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published_audit, "check_totals", lambda *_: ())
    published = published_file(tmp_path / "published.duckdb", 4)
    beside = published_file(tmp_path / "beside.duckdb", 1)
    read = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", read, str(published)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None and reader.stdout.readline().strip() == "open"
        outcome = audit(beside, published, [], list)
        reader.communicate()

    assert list(outcome.problems) == ["customers_did_not_vanish"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["beside.duckdb", "published.duckdb"]
