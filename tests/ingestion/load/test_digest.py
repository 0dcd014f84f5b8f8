"""Fingerprints: blind to order and volatile columns, awake to every other difference."""

import dataclasses
import functools
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.legs import ScopeEnd
from ingestion.load.digest import Fingerprint, answer_digest, page_digest, row_digest
from ingestion.load.layout import layout_of
from ingestion.load.spool import MEMORY_ROWS, SpooledRows, TableSpool
from tests.ingestion.load.fake_legs import NOON, key_of, projected

FULL = (ScopeEnd("full"),)
USERS = layout_of("microsoft", "users")
names = st.lists(st.one_of(st.none(), st.text(max_size=5)), max_size=20)


@functools.cache
def connection() -> duckdb.DuckDBPyConnection:
    """One database in memory for all: opening it costs more than what is tested."""
    return duckdb.connect()


def spooled(rows: list[dict], folder: Path, table: str = "users") -> SpooledRows:
    """The rows as they are after a read."""
    layout = layout_of("microsoft", table)
    spool = TableSpool(layout, key_of(table), folder / "rows.parquet")
    spool.append(projected("microsoft", table, rows))
    return spool.finish(connection(), FULL)


@settings(max_examples=25, deadline=None)
@given(names=names, seed=st.randoms())
def test_row_digest_is_blind_to_order(names: list[str | None], seed: object) -> None:
    rows = [{"id": str(number), "display_name": name} for number, name in enumerate(names)]
    shuffled = list(rows)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]

    assert row_digest(spooled(rows, Path()), FULL, connection()) == row_digest(
        spooled(shuffled, Path()), FULL, connection()
    )


@settings(max_examples=25, deadline=None)
@given(before=names, after=names)
def test_row_digest_tells_different_rows_apart(before: list[str | None], after: list[str | None]) -> None:
    digests = [
        row_digest(
            spooled([{"id": str(n), "display_name": name} for n, name in enumerate(found)], Path()),
            FULL,
            connection(),
        )
        for found in (before, after)
    ]

    assert (digests[0] == digests[1]) == (before == after)


@pytest.mark.parametrize("row_count", [3, MEMORY_ROWS + 1])
def test_volatile_column_does_not_count(tmp_path: Path, row_count: int) -> None:
    digests = {
        row_digest(
            spooled(
                [{"id": str(n), "last_updated_date_time": stamp} for n in range(row_count)],
                tmp_path,
                "user_registration_details",
            ),
            FULL,
            connection(),
        )
        for stamp in (None, NOON)
    }

    assert len(digests) == 1


def test_file_digest_is_blind_to_order_and_awake_to_one_value(tmp_path: Path) -> None:
    rows = [{"id": str(n), "display_name": "same"} for n in range(MEMORY_ROWS + 100)]
    first = row_digest(spooled(rows, tmp_path), FULL, connection())
    turned = row_digest(spooled(rows[::-1], tmp_path), FULL, connection())
    rows[7] = {"id": "7", "display_name": None}
    changed = row_digest(spooled(rows, tmp_path), FULL, connection())

    assert first == turned != changed


def test_scopes_are_part_of_the_fingerprint(tmp_path: Path) -> None:
    rows = spooled([{"id": "1"}], tmp_path)

    assert row_digest(rows, FULL, connection()) != row_digest(rows, (ScopeEnd("upsert"),), connection())


def test_page_digest_sees_pages_as_they_came() -> None:
    page = projected("microsoft", "users", [{"id": "1"}, {"id": "2"}])
    digest = page_digest(page, USERS, FULL)

    assert digest == page_digest(pa.concat_tables([page.slice(0, 1), page.slice(1)]), USERS, FULL)
    assert digest != page_digest(page.take([1, 0]), USERS, FULL)
    assert page_digest(None, USERS, FULL) == ""


def test_parts_are_compared_on_their_own() -> None:
    known = Fingerprint.parse(Fingerprint("pages", "rows", "answer", 7, 2).text())

    assert known == Fingerprint("pages", "rows", "answer", 7, 2)
    assert known.is_of_pages("pages") and known.is_of_rows("rows") and known.is_of_answer("answer")
    assert not (known.is_of_pages("rows") or known.is_of_rows("answer") or known.is_of_answer("pages"))


@pytest.mark.parametrize("stored", [None, "", "-rows", Fingerprint("", "", "").text()])
def test_part_that_is_not_there_equals_nothing(stored: str | None) -> None:
    known = Fingerprint.parse(stored)

    assert not (known.is_of_pages("") or known.is_of_rows("") or known.is_of_answer(""))


def test_answer_digest_sees_every_byte_page_edges_the_question_and_the_contract() -> None:
    newer = dataclasses.replace(USERS, contract=dataclasses.replace(USERS.contract, version="99.0.0"))
    answer = answer_digest("?$select=id", [b"ab", b"c"], USERS)
    others = [
        answer_digest("?$select=id", [b"ab", b"d"], USERS),
        answer_digest("?$select=id", [b"a", b"bc"], USERS),
        answer_digest("?$select=id,name", [b"ab", b"c"], USERS),
        answer_digest("?$select=id", [b"ab", b"c"], newer),
    ]

    assert answer == answer_digest("?$select=id", [b"ab", b"c"], USERS)
    assert answer not in others
