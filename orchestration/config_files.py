"""The reviewed facts in `config/*.csv` → typed rows, or every problem with file, line and column.

A missing file is an empty one. Nothing is written, and no cell that may name a person is echoed.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.config_rows import (
    ROW_CLASSES,
    TERM_VALUES,
    AgentCostRateRow,
    BreakGlassRow,
    CellError,
    ConfigRow,
    CustomerMapRow,
    ExceptionRow,
    FxRateRow,
    ProductMapRow,
    VendorTermRow,
    guid,
    header,
)
from orchestration.errors import Problem, SettingsError

MOST_SHOWN = 20
COMMENT = "#"


class ConfigFileError(SettingsError):
    """Every problem of the reviewed files at once."""

    def __init__(self, folder: Path, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        shown = "\n".join(f"  {problem}." for problem in self.problems[:MOST_SHOWN])
        more = len(self.problems) - MOST_SHOWN
        rest = f"\n  and {more} more." if more > 0 else ""
        noun = "problem" if len(self.problems) == 1 else "problems"
        super().__init__(
            f"{folder}: {len(self.problems)} {noun} in the reviewed files.\n{shown}{rest}\n"
            "Correct these cells, then run the command again; nothing was changed."
        )


@dataclass(frozen=True)
class ConfigFiles:
    """The rows of every reviewed file, in the order of the files."""

    customer_map: tuple[CustomerMapRow, ...] = ()
    product_map: tuple[ProductMapRow, ...] = ()
    exceptions: tuple[ExceptionRow, ...] = ()
    agent_cost_rates: tuple[AgentCostRateRow, ...] = ()
    fx_rates: tuple[FxRateRow, ...] = ()
    break_glass: tuple[BreakGlassRow, ...] = ()
    vendor_terms: tuple[VendorTermRow, ...] = ()


def read_config_files(folder: Path) -> ConfigFiles:
    """The seven files of a `config` folder, typed and checked.

    Errors: ConfigFileError with every problem of every file.
    """
    problems: list[Problem] = []
    rows: dict[str, Any] = {}
    for row_class in ROW_CLASSES:
        name = row_class.file_name.removesuffix(".csv")
        rows[name] = tuple(row for _, row in _numbered_rows(folder / row_class.file_name, row_class, problems))
    if problems:
        raise ConfigFileError(folder, problems)
    return ConfigFiles(**rows)


def _numbered_rows(file: Path, row_class: type[ConfigRow], problems: list[Problem]) -> list[tuple[int, ConfigRow]]:
    known = len(problems)
    records = list(_records(file, problems))
    expected = header(row_class)
    if not records:
        # A file that lost its rows must not pass for one that has none: what it decided would be undone.
        if file.exists() and len(problems) == known:
            problems.append(Problem(f"{file.name}, line 1", "no header line", f"the header {','.join(expected)}"))
        return []
    first_line, names = records[0]
    if names != expected:
        found = "another header"
        if len(names) == 1 and ";" in names[0]:
            found = "a header separated by semicolons"
        elif missing := [name for name in expected if name not in names]:
            found = f"a header without {', '.join(missing)}"
        problems.append(Problem(f"{file.name}, line {first_line}", found, f"the header {','.join(expected)}"))
        return []
    numbered = []
    for line, cells in records[1:]:
        if len(cells) != len(expected):
            problems.append(Problem(f"{file.name}, line {line}", f"{len(cells)} cells", f"{len(expected)} cells"))
            continue
        row = _row(file.name, line, cells, row_class, problems)
        if row is not None:
            numbered.append((line, row))
    problems.extend(_duplicates(file.name, row_class.key, numbered))
    problems.extend(_several_accepted(file.name, numbered))
    problems.extend(_overlaps(file.name, numbered))
    return numbered


def _records(file: Path, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        problems.append(Problem(file.name, f"an unreadable file ({error.strerror})", "a readable CSV file"))
        return
    for line, raw in enumerate(content.splitlines(), start=1):
        try:
            # Spreadsheets put a byte order mark before the header.
            text = raw.decode("utf-8-sig" if line == 1 else "utf-8")
        except UnicodeDecodeError as error:
            problems.append(Problem(f"{file.name}, line {line}", f"byte {error.start + 1} that is no UTF-8", "UTF-8"))
            return
        if not text.strip() or text.startswith(COMMENT):
            continue
        try:
            # A record never spans lines, so that every message can name its line.
            cells = next(csv.reader([text], strict=True))
        except csv.Error:
            problems.append(
                Problem(f"{file.name}, line {line}", "a quote that is not closed or not doubled", "one record per line")
            )
            continue
        yield line, [cell.strip() for cell in cells]


def _row(
    file_name: str, line: int, cells: Sequence[str], row_class: type[ConfigRow], problems: list[Problem]
) -> ConfigRow | None:
    values: dict[str, Any] = {}
    for item, cell in zip(fields(row_class), cells, strict=True):
        try:
            values[item.name] = item.metadata["kind"](cell)
        except CellError as error:
            problems.append(Problem(_cell(file_name, line, item.name), error.found, error.expected))
    if len(values) < len(cells):
        return None
    row = row_class(**values)
    broken = list(_contradictions(file_name, line, row))
    problems.extend(broken)
    if broken:
        return None
    if isinstance(row, CustomerMapRow) and row.namespace == "tenant":
        return replace(row, external_id=row.external_id.lower())
    return row


def _contradictions(file_name: str, line: int, row: ConfigRow) -> Iterator[Problem]:
    match row:
        case CustomerMapRow(namespace="tenant"):
            try:
                guid(row.external_id)
            except CellError as error:
                yield Problem(_cell(file_name, line, "external_id"), error.found, error.expected)
        case VendorTermRow():
            try:
                TERM_VALUES[row.namespace](row.value)
            except CellError as error:
                yield Problem(_cell(file_name, line, "value"), error.found, error.expected)
        case AgentCostRateRow() if row.valid_to is not None and row.valid_to <= row.valid_from:
            found = f"{row.valid_to}, not after valid_from {row.valid_from}"
            yield Problem(_cell(file_name, line, "valid_to"), found, "a later date, or nothing for open")
        case FxRateRow() if row.from_currency == row.to_currency:
            yield Problem(_cell(file_name, line, "to_currency"), "the same currency", "another one than from_currency")


def _duplicates(file_name: str, key: Sequence[str], rows: Sequence[tuple[int, ConfigRow]]) -> Iterator[Problem]:
    first: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        values = tuple(str(getattr(row, name)).lower() for name in key)
        if values in first:
            found = f"the same {', '.join(key)} as line {first[values]}"
            yield Problem(f"{file_name}, line {line}, column {key[0]}", found, "each combination once")
        first.setdefault(values, line)


def _several_accepted(file_name: str, rows: Sequence[tuple[int, ConfigRow]]) -> Iterator[Problem]:
    first: dict[tuple[str, str], tuple[int, str]] = {}
    for line, row in rows:
        match row:
            case CustomerMapRow(decision="accepted"):
                outside, target = (row.namespace, row.external_id.lower()), "customer_id"
            case ProductMapRow(decision="accepted"):
                outside, target = (row.namespace, row.code.lower()), "product_id"
            case VendorTermRow(decision="accepted"):
                outside, target = (row.namespace, row.code.lower()), "value"
            case _:
                continue
        chosen = getattr(row, target)
        earlier, other = first.setdefault(outside, (line, chosen))
        if other != chosen:
            found = f"another accepted {target} than line {earlier} for the same id"
            yield Problem(_cell(file_name, line, target), found, "one accepted row; reject or delete the other")


def _overlaps(file_name: str, rows: Sequence[tuple[int, ConfigRow]]) -> Iterator[Problem]:
    rates = sorted(
        ((row.agent_id, row.valid_from, line, row) for line, row in rows if isinstance(row, AgentCostRateRow)),
        key=lambda rate: rate[:3],
    )
    for (agent, start, line, row), (next_agent, next_start, next_line, _) in zip(rates, rates[1:], strict=False):
        if agent == next_agent and start < next_start < (row.valid_to or date.max):
            found = f"an interval that overlaps line {line}'s, which ends {row.valid_to or 'never'}"
            yield Problem(
                _cell(file_name, next_line, "valid_from"), found, "intervals of one agent that do not overlap"
            )


def _cell(file_name: str, line: int, column: str) -> str:
    return f"{file_name}, line {line}, column {column}"
