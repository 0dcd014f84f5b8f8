"""The end of a run, for people: one table per source, then findings, money, checks and where to look.

Plain columns on a pipe, a drawn table on a terminal; the words are the same. It shows counts, ids and advice, never a
row.
"""

import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, TextIO

from orchestration.failure_causes import failure_causes
from orchestration.report import ABSENT_STATUSES, COMPLETE_STATUSES, GOOD_STATUSES, FindingTotals, LegLine, RunReport

if TYPE_CHECKING:
    from rich.table import Table

HEADER = ("source", "loaded", "failed", "not licensed", "rows", "changed", "requests", "throttled", "seconds")
MOST_ADVICE = 25
# Characters around a cell of a drawn table, the line on its left included.
BORDER_WIDTH = 3


def print_summary(report: RunReport, stream: TextIO | None = None) -> None:
    """Print the summary of one run."""
    stream = stream or sys.stdout
    _print_table(stream, [_source_row(source, lines) for source, lines in _by_source(report.legs)])
    for line in advice_lines(report.legs):
        print(line, file=stream)
    findings = report.findings
    if findings is not None:
        print(f"Findings: {findings.opened} open, {findings.resolved} resolved at this observation.", file=stream)
        print(money_line(findings), file=stream)
    for text in report.unjudged.lines:
        print(text, file=stream)
    for text in report.credentials:
        print(f"Credential: {text}", file=stream)
    print(f"Checks: {report.checks_passed} of {report.checks_total} passed.", file=stream)
    for text in report.warnings:
        print(f"Warning: {text}", file=stream)
    for text in report.blocking:
        print(f"Not published: {text}", file=stream)
    seconds = (report.finished_at - report.started_at).total_seconds()
    print(f"Run {report.run_id} as of {report.as_of}: {seconds:.1f} s.", file=stream)
    print(f"Warehouse: {report.warehouse}", file=stream)
    state = (
        "published now" if report.is_published else "last good copy kept" if report.published.exists() else "none yet"
    )
    print(f"Published copy: {report.published} ({state})", file=stream)


def money_line(findings: FindingTotals) -> str:
    """What can be billed, stopped now, stopped when a term ends, and not had back, with what the sums leave out."""
    parts = [
        f"bill for {findings.bill_for_monthly}{_left_out(findings.without_price, 'price')}",
        f"stop now {findings.stop_now_monthly}",
        f"stop on a date {findings.stop_later_monthly}",
        f"sunk {findings.sunk_monthly}",
    ]
    if Decimal(findings.undated_monthly):
        parts.append(f"no date known for {findings.undated_monthly}")
    text = f"Money found per month in {findings.currency}: {', '.join(parts)}"
    return f"{text}{_left_out(findings.without_cost, 'cost')}."


def _left_out(count: int, what: str) -> str:
    return f" (+ {count} {'finding' if count == 1 else 'findings'} without a {what})" if count else ""


def advice_lines(legs: Iterable[LegLine]) -> list[str]:
    """One line per cause of failure, with the tenants that share it and what to do; then what is not licensed.

    A truncated list of causes says how many are left out and where they are listed.
    """
    legs = list(legs)
    failed = [cause.text for cause in failure_causes(legs)]
    if len(failed) > MOST_ADVICE:
        rest = len(failed) - MOST_ADVICE
        failed = [*failed[:MOST_ADVICE], f"… and {rest} more; `tenantry status` lists all."]
    return [*failed, *_absent_lines(legs)]


def _absent_lines(legs: Iterable[LegLine]) -> list[str]:
    tables: dict[tuple[str, str, str], list[str]] = {}
    for leg in legs:
        if leg.status in ABSENT_STATUSES:
            cause = f"{leg.status} ({leg.error_class or 'no class'}). {leg.advice or ''}"
            tables.setdefault((leg.vendor, leg.subject, cause), []).append(leg.table_name)
    alike: dict[tuple[str, str, str], list[str]] = {}
    for (vendor, subject, cause), names in tables.items():
        alike.setdefault((vendor, ", ".join(names), cause), []).append(subject)
    return [
        f"{vendor}, {whose[0] if len(whose) == 1 else f'{len(whose)} tenants'}: {names}: {cause}"
        for (vendor, names, cause), whose in alike.items()
    ]


def _by_source(legs: Sequence[LegLine]) -> list[tuple[str, list[LegLine]]]:
    grouped: dict[str, list[LegLine]] = {}
    for leg in legs:
        source = leg.vendor if leg.vendor == leg.connection_id else f"{leg.vendor} ({leg.connection_id})"
        grouped.setdefault(source, []).append(leg)
    return sorted(grouped.items())


def _source_row(source: str, legs: Sequence[LegLine]) -> tuple[str, ...]:
    # A tenant counts once: as failed if any of its tables failed, as not licensed if that is all that is missing.
    tenants: dict[str, set[str]] = {}
    for leg in legs:
        tenants.setdefault(leg.subject, set()).add(leg.status)
    failed = sum(bool(statuses - COMPLETE_STATUSES) for statuses in tenants.values())
    absent = sum(bool(statuses & ABSENT_STATUSES) and not statuses - COMPLETE_STATUSES for statuses in tenants.values())
    return (
        source,
        str(sum(bool(statuses & GOOD_STATUSES) and not statuses - COMPLETE_STATUSES for statuses in tenants.values())),
        str(failed),
        str(absent),
        *(
            f"{sum(getattr(leg, name) for leg in legs):,}"
            for name in ("rows_read", "rows_changed", "request_count", "throttled_count")
        ),
        f"{sum(leg.seconds for leg in legs):.1f}",
    )


def _print_table(stream: TextIO, rows: Sequence[tuple[str, ...]]) -> None:
    lines = [HEADER, *rows]
    if stream.isatty():
        from rich.console import Console

        console = Console(file=stream)
        # rich cuts cells that are too wide: turned by a quarter, the numbers of a few sources fit a narrow terminal.
        for grid in (lines, list(zip(*lines, strict=True))):
            if sum(_widths(grid)) + BORDER_WIDTH * len(grid[0]) + 1 <= console.width:
                console.print(_drawn(grid))
                return
    widths = _widths(lines)
    for row in lines:
        cells = (row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)))
        print("  ".join(cells), file=stream)


def _widths(lines: Sequence[tuple[str, ...]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*lines, strict=True)]


def _drawn(lines: Sequence[tuple[str, ...]]) -> "Table":
    from rich.table import Table

    table = Table()
    for index, name in enumerate(lines[0]):
        table.add_column(name, justify="left" if index == 0 else "right", no_wrap=True)
    for line in lines[1:]:
        table.add_row(*line)
    return table
