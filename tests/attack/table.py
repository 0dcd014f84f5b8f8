"""The verdicts as a table for people, and which cases are the short part."""

from collections import Counter
from collections.abc import Mapping, Sequence

from tests.attack.case import Case
from tests.attack.judge import CONTROL, Verdict

# The short part: every SHORT_STEP-th case by number, and the control. Slow ones are left to the whole.
SHORT_STEP = 8


def short_part(cases: Mapping[int, Case]) -> dict[int, Case]:
    """The cases that every test run drives: the same ones each time."""
    return {
        number: case
        for number, case in cases.items()
        if number == CONTROL or (number % SHORT_STEP == 1 and not case.is_slow)
    }


def lines(verdicts: Sequence[Verdict]) -> list[str]:
    """One line for each case, then the sums by kind."""
    rows = [
        f"{verdict.number:4d}  {verdict.case.kind:10.10s}  {verdict.case.target.name:14.14s}  "
        f"{verdict.case.name:58.58s}  {'held' if verdict.is_held else 'NOT HELD':8s}  {verdict.found}"
        + "".join(f"\n      - {reason}" for reason in verdict.reasons)
        for verdict in verdicts
    ]
    made = Counter(verdict.case.kind for verdict in verdicts)
    held = Counter(verdict.case.kind for verdict in verdicts if verdict.is_held)
    rows += ["", *(f"{kind:12s} {held[kind]:3d} of {made[kind]:3d} held" for kind in sorted(made))]
    rows.append(f"{'all':12s} {held.total():3d} of {made.total():3d} held")
    return rows
