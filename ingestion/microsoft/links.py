"""Graph's links: which of them go on with a leg's own question.

Graph writes a function with or without its namespace and parentheses, and a key as a segment or in quotes.
Source: https://learn.microsoft.com/en-us/graph/delta-query-overview, .../graph/paging.
"""

import re

from ingestion.http.address import parse_address
from ingestion.http.links import check_leg_link, is_same_question, lower_path

_KEY = re.compile(r"\('((?:[^']|'')*)'\)")
_FUNCTION = re.compile(r"/(?:microsoft\.graph\.)?([a-z]+)\(\)")


def plain_graph_path(path: str) -> str:
    """One spelling of a decoded path of Graph: keys as segments, functions by their bare names."""
    path = _KEY.sub(lambda found: "/" + found[1].replace("''", "'"), lower_path(path))
    return _FUNCTION.sub(r"/\1", path).replace("/microsoft.graph.delta", "/delta")


def check_graph_link(link: str, asked: str, where: str) -> None:
    """Return when a next or delta link goes on with the question that was asked; errors as check_leg_link."""
    check_leg_link(link, asked, where, plain_graph_path)


def goes_on_with(link: str, asked: str) -> bool:
    """Whether a stored link belongs to this question: a setting may have moved it since."""
    found, expected = parse_address(link), parse_address(asked)
    if found is None or expected is None or found.origin != expected.origin:
        return False
    return is_same_question(found, expected, plain_graph_path)
