"""`make mutants`: single mistakes by rule in SQL and Python; noticed / made per area, and each that nobody noticed.

Results are kept in .bench/mutants.jsonl for the code and tests that they were made with, so that a stopped run goes on
where it was.
"""

import argparse
import csv
import hashlib
import json
import pickle
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.mutants.mutant import AREAS, ROOT, SQL_AREAS, Mutant, sampled
from tests.mutants.python import PythonJudge, python_mutants
from tests.mutants.sql import MACROS, SqlJudge, UnitTest, compiled_unit_tests, mutants_of

KEPT = ROOT / ".bench" / "mutants"
EQUIVALENT = Path(__file__).with_name("equivalent.csv")
LEAST_RATIO = 0.95


def main() -> int:
    """Make the mistakes, print the table and the survivors; 1 where an area is below its bound."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--per-area", type=int, default=60, help="mistakes per area")
    parser.add_argument("--seed", type=int, default=1, help="which of them")
    parser.add_argument("--area", action="append", choices=AREAS, help="only this area; may be given again")
    parser.add_argument("--file", help="only files whose name holds this")
    asked = parser.parse_args()
    areas = asked.area or AREAS
    KEPT.mkdir(parents=True, exist_ok=True)
    sql_mutants, texts = mutants_of(_unit_tests()) if set(areas) & set(SQL_AREAS) else ([], {})
    of_python = python_mutants() if set(areas) - set(SQL_AREAS) else []
    equivalent = _equivalent()
    pool = [
        mutant
        for mutant in (*sql_mutants, *of_python)
        if mutant.area in areas
        and (asked.file or "") in mutant.file
        and (mutant.file, mutant.before.strip(), mutant.after.strip()) not in equivalent
    ]
    chosen = sampled(pool, asked.per_area, asked.seed)
    noticed = _judged(chosen, texts)
    return _report(chosen, noticed, areas, len(equivalent))


def _judged(chosen: Sequence[Mutant], texts: Mapping[str, list[tuple[UnitTest, str]]]) -> Mapping[str, bool]:
    file = KEPT / "results.jsonl"
    known: dict[str, bool] = {}
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            known.update(json.loads(line))
    sql_judge = SqlJudge(texts)
    python_judge: PythonJudge | None = None
    digests = _Digests()
    found: dict[str, bool] = {}
    with tempfile.TemporaryDirectory() as folder, file.open("a", encoding="utf-8") as kept:
        try:
            for number, mutant in enumerate(chosen, 1):
                name = f"{mutant.key}-{digests.of(mutant)}"
                if name not in known:
                    if mutant.area in SQL_AREAS:
                        known[name] = sql_judge.is_noticed(mutant)
                    else:
                        python_judge = python_judge or PythonJudge(Path(folder))
                        known[name] = python_judge.is_noticed(mutant)
                    kept.write(json.dumps({name: known[name]}) + "\n")
                    kept.flush()
                    if not known[name]:
                        print(f"{number}/{len(chosen)} survived: {mutant.place}", file=sys.stderr, flush=True)
                found[mutant.key] = known[name]
        finally:
            if python_judge is not None:
                python_judge.close()
    return found


def _report(chosen: Sequence[Mutant], noticed: Mapping[str, bool], areas: Sequence[str], equivalent: int) -> int:
    print(f"{'area':<28}{'noticed':>9}{'made':>7}{'ratio':>8}")
    is_good = True
    for area in areas:
        made = [mutant for mutant in chosen if mutant.area == area]
        count = sum(noticed[mutant.key] for mutant in made)
        ratio = count / len(made) if made else 1.0
        is_good &= ratio >= LEAST_RATIO
        print(f"{area:<28}{count:>9}{len(made):>7}{ratio:>8.1%}")
    print(f"{'all':<28}{sum(noticed.values()):>9}{len(chosen):>7}")
    print(f"{equivalent} mistakes that change nothing are listed in {EQUIVALENT.relative_to(ROOT)}.")
    survivors = [mutant for mutant in chosen if not noticed[mutant.key]]
    for mutant in survivors:
        print(f"survived: {mutant.place}")
    if not is_good:
        print(f"An area is below {LEAST_RATIO:.0%}: write a test for each survivor, or list it with its reason.")
    return 0 if is_good else 1


def _equivalent() -> set[tuple[str, str, str]]:
    with EQUIVALENT.open(encoding="utf-8", newline="") as file:
        return {(row["file"], row["before"], row["after"]) for row in csv.DictReader(file)}


def _digest_of_transform() -> str:
    digest = hashlib.sha256()
    for path in sorted((ROOT / "transform").rglob("*")):
        if path.suffix in (".sql", ".yml", ".csv") and "target" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _unit_tests() -> list[UnitTest]:
    kept = KEPT / f"compiled-{_digest_of_transform()}.pickle"
    if kept.exists():
        return pickle.loads(kept.read_bytes())
    tests = compiled_unit_tests()
    kept.write_bytes(pickle.dumps(tests))
    return tests


class _Digests:
    """What a result holds for: the mistaken file, and the tests that cover it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], str] = {}
        self._transform = _digest_of_transform()

    def of(self, mutant: Mutant) -> str:
        """A digest of the file and its tests."""
        asked = (mutant.file, *mutant.tests)
        if asked not in self._known:
            digest = hashlib.sha256()
            if mutant.file == MACROS:
                digest.update(self._transform.encode())
            elif mutant.area in SQL_AREAS:
                digest.update((ROOT / mutant.file).read_bytes())
                digest.update((ROOT / mutant.file).with_suffix(".yml").read_bytes())
            else:
                digest.update((ROOT / mutant.file).read_bytes())
                for name in mutant.tests:
                    path = ROOT / name
                    for test in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
                        digest.update(test.read_bytes())
            self._known[asked] = digest.hexdigest()[:12]
        return self._known[asked]


if __name__ == "__main__":
    sys.exit(main())
