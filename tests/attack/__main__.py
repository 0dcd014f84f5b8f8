"""`make attack`: drives every hostile case, prints the table, ends with 1 where one is not held.

`--only TEXT` drives the cases whose kind, place or name holds the text; `--short` those of every test run.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.attack.catalogue import NUMBERED
from tests.attack.judge import CONTROL, judge
from tests.attack.table import lines, short_part


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()
    cases = short_part(NUMBERED) if chosen.short else dict(NUMBERED)
    cases = {
        number: case
        for number, case in cases.items()
        if number == CONTROL or chosen.only in f"{case.kind} {case.target.name} {case.name}"
    }
    began = time.monotonic()
    if chosen.keep is not None:
        verdicts = judge(chosen.keep, cases)
    else:
        with tempfile.TemporaryDirectory() as folder:
            verdicts = judge(Path(folder), cases)
    print("\n".join(lines(verdicts)))
    print(f"{len(verdicts)} cases in {time.monotonic() - began:.0f} s")
    return 0 if verdicts and all(verdict.is_held for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
