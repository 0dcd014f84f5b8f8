"""Failed tables by cause: one entry per cause, with the tenants and tables that share it and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from orchestration.report import LegLine

MOST_SUBJECTS = 3


@dataclass(frozen=True)
class Cause:
    """What several tables of one vendor failed of. Subjects are tenant ids or connection ids."""

    vendor: str
    status: str
    error_class: str | None
    advice: str | None
    subjects: tuple[str, ...]
    tables: tuple[str, ...]

    @property
    def text(self) -> str:
        """One line: who, which tables, what happened, what to do."""
        named = ", ".join(self.subjects[:MOST_SUBJECTS])
        rest = len(self.subjects) - MOST_SUBJECTS
        if len(self.subjects) > 1:
            named = f"{len(self.subjects)} tenants ({named}{f' and {rest} more' if rest > 0 else ''})"
        return (
            f"{self.vendor}, {named}: {', '.join(self.tables)}: "
            f"{self.status} ({self.error_class or 'no class'}). {self.advice or ''}"
        ).rstrip()


def failure_causes(lines: Iterable[LegLine]) -> list[Cause]:
    """The causes of every failed table, in the order in which they first occurred."""
    found: dict[tuple[str, str, str | None, str | None], tuple[dict[str, None], dict[str, None]]] = {}
    for line in lines:
        if line.is_failed:
            key = (line.vendor, line.status, line.error_class, line.advice)
            subjects, tables = found.setdefault(key, ({}, {}))
            subjects[line.subject] = None
            tables[line.table_name] = None
    return [Cause(*key, tuple(subjects), tuple(tables)) for key, (subjects, tables) in found.items()]
