"""All cases by number. A number is a place in this list: a new case goes to the end of its module's list."""

from tests.attack.case import GOOD, LIST, Case
from tests.attack.cases import content, encodings, framing, links, logins, promises, redirects, statuses, texts

_MODULES = {
    "framing": framing.CASES,
    "encodings": encodings.CASES,
    "texts": texts.CASES,
    "links": links.CASES,
    "redirects": redirects.CASES,
    "statuses": statuses.CASES,
    "logins": logins.CASES,
    "content": content.CASES,
    "promises": promises.CASES,
}


def _numbered() -> dict[int, Case]:
    control = Case("nothing is wrong", LIST, lambda ask: ask.good, (GOOD,), kind="control")
    cases = [control]
    for kind, found in _MODULES.items():
        cases += [Case(**{**case.__dict__, "kind": kind}) for case in found]
    return dict(enumerate(cases))


NUMBERED = _numbered()
