"""The end of a run, for people: one table per source, then findings, money, checks and where to look.

Plain columns on a pipe, a drawn table on a terminal; the words are the same. It shows counts, ids and advice, never a
row.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from orchestration.report import COMPLETE_STATUSES, LegLine, RunReport

if TYPE_CHECKING:
    from rich.table import Table

HEADER = ("source", "loaded", "failed", "not licensed", "rows", "changed", "requests", "throttled", "seconds")
GOOD = frozenset({"loaded", "unchanged"})
ABSENT = frozenset({"not_licensed", "not_offered"})
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
        print(
            f"Money found per month: bill for {findings.bill_for_monthly} {findings.currency}, "
            f"stop paying {findings.stop_paying_monthly} {findings.currency}.",
            file=stream,
        )
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


def advice_lines(legs: Iterable[LegLine]) -> list[str]:
    """One line per cause of a failed leg, each with what to do; then what licences and clouds do not offer.

    Equal causes of one tenant are told once, and what several tenants lack alike is told once with their number. A
    truncated list of failures says how many are left out and where they stand.
    """
    legs = list(legs)
    failed = [
        f"{vendor}, {who}: {', '.join(tables)}: {cause}"
        for (vendor, who, cause), tables in _tables_by_cause(leg for leg in legs if _is_failed(leg)).items()
    ]
    if len(failed) > MOST_ADVICE:
        rest = len(failed) - MOST_ADVICE
        failed = [*failed[:MOST_ADVICE], f"… and {rest} more; `tenantry status` lists all."]
    alike: dict[tuple[str, str, str], list[str]] = {}
    for (vendor, who, cause), tables in _tables_by_cause(leg for leg in legs if leg.status in ABSENT).items():
        alike.setdefault((vendor, ", ".join(tables), cause), []).append(who)
    absent = [
        f"{vendor}, {whose[0] if len(whose) == 1 else f'{len(whose)} tenants'}: {tables}: {cause}"
        for (vendor, tables, cause), whose in alike.items()
    ]
    return [*failed, *absent]


def _is_failed(leg: LegLine) -> bool:
    return leg.status not in COMPLETE_STATUSES


def _tables_by_cause(legs: Iterable[LegLine]) -> dict[tuple[str, str, str], list[str]]:
    """Tables by vendor, tenant or connection, and what happened with what to do."""
    causes: dict[tuple[str, str, str], list[str]] = {}
    for leg in legs:
        cause = f"{leg.status} ({leg.error_class or 'no class'}). {leg.advice or ''}"
        causes.setdefault((leg.vendor, leg.tenant_id or leg.connection_id, cause), []).append(leg.table_name)
    return causes


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
        tenants.setdefault(leg.tenant_id or leg.connection_id, set()).add(leg.status)
    failed = sum(bool(statuses - COMPLETE_STATUSES) for statuses in tenants.values())
    absent = sum(bool(statuses & ABSENT) and not statuses - COMPLETE_STATUSES for statuses in tenants.values())
    return (
        source,
        str(sum(bool(statuses & GOOD) and not statuses - COMPLETE_STATUSES for statuses in tenants.values())),
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
