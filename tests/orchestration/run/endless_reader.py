"""A reader of the published copy in a process of its own: asks in a loop until its standard input ends.

`python -m … FILE` prints, as JSON, each answer that differs from the one before, and how often it asked at the end.
"""

import json
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from tests.product import Product

# Every date that a mart carries of its run, and the run that the ops rows end with, in one connection.
QUESTIONS = {
    "mfa": "select distinct as_of_date::text from marts.mart_user_mfa",
    "coverage": "select max(coverage_date)::text from marts.mart_mfa_coverage_daily",
    "loads": "select max(as_of_date)::text from marts.ops_load_status",
    "run": "select max(run_id) from marts.ops_load_status",
    "freshness": "select (max(last_attempt_at) = (select max(finished_at) from marts.ops_load_status))::text "
    "from marts.ops_freshness",
    "tables": "select count(*)::text from information_schema.tables where table_schema = 'marts'",
}


@dataclass(frozen=True)
class WatchedRun:
    """A run with a reader beside it: the product, what the reader printed, and how the reader ended.

    kept: what a connection from before the run answers after it.
    """

    product: "Product"
    readings: list[dict[str, Any]]
    problems: str
    exit_code: int
    kept: list[Any]


def look(file: str) -> dict[str, list[str]]:
    """The answers of one moment, by one connection.

    It must be the only one of the process: DuckDB gives a second one the file that the first has open.
    """
    with duckdb.connect(file, read_only=True) as connection:
        return {name: [row[0] for row in connection.execute(sql).fetchall()] for name, sql in QUESTIONS.items()}


def main(file: str) -> None:
    """Ask until standard input ends, and once more."""
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    first = look(file)
    print(json.dumps(first), flush=True)
    said, count, is_last = first, 1, False
    while not is_last:
        is_last = ended.wait(0.02)
        found = look(file)
        count += 1
        if found != said:
            print(json.dumps(found), flush=True)
            said = found
    print(json.dumps({"count": count}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
