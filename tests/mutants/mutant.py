"""One mistake, the areas that are counted, and which mistakes of an area are made."""

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SQL_AREAS = {
    "posture SQL": ("posture",),
    "money SQL": ("money",),
    "licence SQL": ("licenses",),
    "identity and context SQL": (
        "core",
        "mail",
        "overview",
        "ops",
        "config",
        "connectwise",
        "pax8",
        "microsoft",
        "map",
    ),
}
PYTHON_AREAS = ("load path", "http", "privacy", "orchestration")
AREAS = (*SQL_AREAS, *PYTHON_AREAS)


@dataclass(frozen=True)
class Mutant:
    """One mistake: `before` became `after` on one line of a file, by a rule.

    number: which of the line's equal mistakes it is. tests: what covers it.
    """

    area: str
    file: str
    line: int
    before: str
    after: str
    rule: str
    number: int
    tests: tuple[str, ...]

    @property
    def key(self) -> str:
        """The same as long as the line is; the line's number may move."""
        text = "\n".join((self.file, self.before, self.after, self.rule, str(self.number)))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def place(self) -> str:
        """For a reader."""
        return f"{self.file}:{self.line}: {self.rule}: {self.before.strip()}  ->  {self.after.strip()}"


def sampled(mutants: Iterable[Mutant], per_area: int, seed: int) -> list[Mutant]:
    """So many mistakes of each area, all files of it in turn: the same ones for the same code and seed."""
    chosen: list[Mutant] = []
    by_area: dict[str, dict[str, list[Mutant]]] = {area: {} for area in AREAS}
    for mutant in mutants:
        by_area[mutant.area].setdefault(mutant.file, []).append(mutant)
    for area, files in by_area.items():
        order = random.Random(f"{seed} {area}")
        queues = [_shuffled(found, order) for _, found in sorted(files.items())]
        order.shuffle(queues)
        taken: list[Mutant] = []
        while queues and len(taken) < per_area:
            queues = [queue for queue in queues if queue]
            taken += [queue.pop() for queue in queues]
        chosen += taken[:per_area]
    return chosen


def _shuffled(mutants: Sequence[Mutant], order: random.Random) -> list[Mutant]:
    found = sorted(mutants, key=lambda mutant: mutant.key)
    order.shuffle(found)
    return found
