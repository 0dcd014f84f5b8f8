"""What is wrong with a settings file, a secret or a reviewed file, as readable problems and one error family."""

from collections.abc import Iterable
from dataclasses import dataclass


class SettingsError(Exception):
    """What the user wrote cannot be used; the command ends with exit code 64 and touches nothing."""


@dataclass(frozen=True)
class Problem:
    """One place that has to be mended, with what stands there and what should."""

    where: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.where}: found {self.found}, expected {self.expected}"


class SettingsFileError(SettingsError):
    """Every problem of one settings file at once."""

    def __init__(self, file: str, problems: Iterable[Problem], next_step: str) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        noun = "problem" if count == 1 else "problems"
        lines = "\n".join(f"  {problem}." for problem in self.problems)
        super().__init__(f"{file}: {count} {noun} in the settings.\n{lines}\n{next_step}")
