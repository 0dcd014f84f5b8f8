"""The error families of this package, and problems of a file as readable lines.

A command that ends in one of these prints its text and exits with its code; the text is one paragraph that is safe to
show: what failed, where, what was found, what was expected, what to do next.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


class OrchestrationError(Exception):
    """A command could not do its work; nothing was published."""

    exit_code: ClassVar[int] = 1


class SettingsError(OrchestrationError):
    """What the user wrote in settings, secrets or reviewed files cannot be used; nothing was touched."""

    exit_code: ClassVar[int] = 64


class UsageError(OrchestrationError):
    """What the command line asks for cannot be done; nothing was touched."""

    exit_code: ClassVar[int] = 64


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
