"""The hostile cases as tests: the short part in every run, the whole as a long proof, and that a verdict can be bad."""

from pathlib import Path

import pytest

from tests.attack.case import GOOD, LIST, PSA, Case
from tests.attack.catalogue import NUMBERED
from tests.attack.judge import CONTROL, judge
from tests.attack.table import lines, short_part


def _assert_held(folder: Path, cases: dict[int, Case]) -> None:
    verdicts = judge(folder, cases)
    assert len(verdicts) == len(cases)
    assert [line for verdict in verdicts if not verdict.is_held for line in lines([verdict])[:4]] == []


def test_the_short_part_of_the_hostile_cases_is_held(tmp_path: Path) -> None:
    cases = short_part(NUMBERED)
    assert {case.kind for case in cases.values()} == {case.kind for case in NUMBERED.values()}
    _assert_held(tmp_path / "short", cases)


@pytest.mark.soak
def test_every_hostile_case_is_held(tmp_path: Path) -> None:
    assert len(NUMBERED) > 250
    _assert_held(tmp_path / "all", dict(NUMBERED))


def test_no_two_cases_are_the_same() -> None:
    names = [(case.kind, case.target.name, case.name) for case in NUMBERED.values()]
    assert len(set(names)) == len(names)


def test_verdict_is_bad_where_a_case_expects_what_does_not_come(tmp_path: Path) -> None:
    stored = Case(
        "a canary that is stored", LIST, lambda ask: ask.row(authenticationType=ask.canary), (GOOD,), kind="x"
    )
    lost = Case("rows that are gone", PSA, lambda ask: ask.page(ask.rows[:1]), (GOOD,), kind="x")
    ended = Case("an end that is another", LIST, lambda ask: ask.good.plus(status=500), (GOOD,), 1, kind="x")
    never = Case("a place that is not asked", PSA, lambda ask: ask.good, ("redirect",), kind="x")
    cases = {CONTROL: NUMBERED[CONTROL], 1: stored, 2: lost, 3: ended, 4: never}
    found = {verdict.number: " ".join(verdict.reasons) for verdict in judge(tmp_path / "bad", cases)}
    assert found[CONTROL] == ""
    assert "its canary is in" in found[1]
    assert "rows that are not the expected ones" in found[2]
    assert "ended as server_error" in found[3] and "asked 3 times" in found[3]
    assert "ended as read, expected redirect" in found[4]
