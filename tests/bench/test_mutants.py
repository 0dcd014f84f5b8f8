"""The mistakes that `make mutants` makes: single ones, by rule, the same for the same code and seed."""

import ast
from pathlib import Path

import duckdb
import pytest

from tests.mutants.mutant import ROOT, Mutant, sampled
from tests.mutants.python import _mutants_of, python_mutants
from tests.mutants.sql import SqlJudge, UnitTest, line_mistakes, mutants_of, split_compiled

FUNCTION = '''
LIMIT = 5

def f(rows: list[int], limit: int = 3) -> bool:
    """Docstring with 7 and x < y."""
    if rows and len(rows) < limit:
        return False
    return not any(row == 1 for row in rows)
'''


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("where a <= b", {"boundary": ["where a < b"]}),
        ("and not is_removed", {"operator": ["and is_removed"], "condition": ["or not is_removed"],
                                "dropped condition": [""]}),
        ("left join x", {"join": ["inner join x"]}),
        (
            "coalesce(max(a, 2), b) + 1",
            {
                "coalesce": ["max(a, 2) + 1"],
                "sign": ["coalesce(max(a, 2), b) - 1"],
                "aggregate": ["coalesce(min(a, 2), b) + 1"],
                "constant": ["coalesce(max(a, 3), b) + 1", "coalesce(max(a, 2), b) + 2"],
            },
        ),
        ("a = 'b and < 1'", {"operator": ["a <> 'b and < 1'"]}),
        ("order by a desc", {"order": ["order by a"]}),
        ("cast(a as decimal(18, 4))", {}),
    ],
)  # fmt: skip
def test_sql_mistakes_are_single_and_outside_texts(line: str, expected: dict[str, list[str]]) -> None:
    found: dict[str, list[str]] = {}
    for rule, changed in line_mistakes(line, ""):
        found.setdefault(rule, []).append(changed)
    assert found == expected


def test_python_mistakes_leave_texts_annotations_and_bounds_alone_and_compile() -> None:
    found = list(_mutants_of("http", "f.py", FUNCTION, ()))
    assert {mutant.rule for mutant in found} == {
        "boundary", "condition", "constant", "dropped condition", "dropped value", "operator", "aggregate",
    }  # fmt: skip
    lines = FUNCTION.splitlines()
    for mutant in found:
        assert lines[mutant.line - 1] == mutant.before != mutant.after
        ast.parse("\n".join([*lines[: mutant.line - 1], mutant.after, *lines[mutant.line :]]))
    assert not any("LIMIT" in mutant.before or "Docstring" in mutant.before for mutant in found)


def test_every_python_mistake_of_the_product_compiles_and_has_tests_that_are_there() -> None:
    found = python_mutants()
    assert len(found) >= 1000
    for name in {test for mutant in found for test in mutant.tests} | {mutant.file for mutant in found}:
        assert (ROOT / name).exists(), name


def test_sample_is_the_same_for_a_seed_and_takes_files_in_turn() -> None:
    pool = [Mutant("http", f"{n % 5}.py", n, f"a{n}", "b", "sign", 0, ()) for n in range(100)]
    first = sampled(pool, 10, 1)
    assert first == sampled(reversed(pool), 10, 1) != sampled(pool, 10, 2)
    assert sorted(mutant.file for mutant in first) == sorted([f"{n}.py" for n in range(5)] * 2)


def test_mistake_in_a_model_is_noticed_by_the_test_that_shows_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tests.mutants.sql.ROOT", tmp_path)
    file = tmp_path / "transform" / "models" / "marts" / "money" / "m.sql"
    file.parent.mkdir(parents=True)
    file.write_text("select id\nfrom given\nwhere n < 5\n", encoding="utf-8")
    fixture = "with __dbt__cte__given as (\nselect 1 as id, 5 as n, '(' as t\n)"
    model = "\n, model as (select id\nfrom __dbt__cte__given\nwhere n < 5\n)\nselect * from model"
    given, text = split_compiled(fixture + model)
    assert given.endswith("as t\n)") and duckdb.execute(given + text).fetchall() == []
    test = UnitTest("t", "m", file.relative_to(tmp_path).as_posix(), given, text, ("id",))
    mutants, texts = mutants_of([test])
    judged = {mutant.rule + mutant.after.strip(): SqlJudge(texts).is_noticed(mutant) for mutant in mutants}
    assert judged["boundarywhere n <= 5"] is True and judged["constantwhere n < 6"] is True
