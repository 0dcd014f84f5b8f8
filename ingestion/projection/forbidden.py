"""Counts the fields in a page's bytes that no contract may hold: the projection drops them, the count tells of them."""

import functools
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.forbidden import FORBIDDEN_SOURCE_FIELDS


def count_forbidden(pages: Sequence[bytes], expected: frozenset[str] = frozenset()) -> int:
    """How many forbidden keys the pages' JSON holds, at any depth.

    expected: names that this vendor uses for something else, such as Pax8's `content` around its rows.
    Arrow's regular expressions take a quarter of the time of Python's on a page of 999 users.
    """
    counts = pc.count_substring_regex(pa.array(pages, pa.large_binary()), _pattern(expected))
    return pc.sum(counts).as_py() or 0


@functools.cache
def _pattern(expected: frozenset[str]) -> str:
    # A quote within a JSON text is escaped, so this matches keys only.
    return '"(?:' + "|".join(sorted(FORBIDDEN_SOURCE_FIELDS - expected)) + r')"\s*:'
