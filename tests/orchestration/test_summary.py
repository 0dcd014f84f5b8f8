"""The end of a run: whole numbers at any width, and what to do about each tenant that failed."""

import io
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from orchestration.report import FindingTotals, LegLine, RunReport
from orchestration.summary import MOST_ADVICE, advice_lines, money_line, print_summary

STYLE = re.compile(r"\x1b\[[0-9;]*m")
NUMBERS = ("microsoft", "12,345,678", "1,234,567", "112,345", "1,201", "12345.5")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def report_of(*vendors: str) -> RunReport:
    """A run of one leg per vendor, with long numbers."""
    legs = tuple(
        LegLine(vendor, vendor, "", "users", "loaded", 12_345_678, 1_234_567, 112_345, 1_201, 12345.5, None, None)
        for vendor in vendors
    )
    at = datetime(2026, 10, 20, 12, tzinfo=UTC)
    return RunReport("run", date(2026, 10, 20), at, at, True, Path("w"), Path("p"), legs)


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 120, 200])
def test_print_summary_cuts_no_number_at_any_width(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    print_summary(report_of("microsoft", "connectwise", "pax8"), terminal)
    text = STYLE.sub("", terminal.getvalue())
    assert "\u2026" not in text
    for number in NUMBERS:
        assert number in text


def test_print_summary_turns_the_table_where_it_is_too_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    print_summary(report_of("microsoft", "pax8"), terminal)
    drawn = [line for line in STYLE.sub("", terminal.getvalue()).splitlines() if line[:1] in "\u2502\u2503"]
    assert max(map(len, drawn)) <= 60
    assert "not licensed" in "".join(drawn)


def leg(tenant: str, table: str, status: str, advice: str | None = None) -> LegLine:
    """A leg that read nothing."""
    return LegLine(
        "microsoft", "microsoft", tenant, table, status, 0, 0, 0, 0, 0.0, advice and f"{status} class", advice
    )


def test_advice_lines_tell_failures_first_and_absent_licences_once_for_all_tenants() -> None:
    many = [leg(f"t{number}", table, "not_licensed", "P2.") for number in range(300) for table in ("a", "b")]
    lines = advice_lines([*many, leg("u1", "a", "not_licensed", "P1."), leg("t7", "users", "failed", "Renew it.")])
    assert lines == [
        "microsoft, t7: users: failed (failed class). Renew it.",
        "microsoft, 300 tenants: a, b: not_licensed (not_licensed class). P2.",
        "microsoft, u1: a: not_licensed (not_licensed class). P1.",
    ]


def test_advice_lines_name_one_cause_once_for_all_its_tenants() -> None:
    lines = advice_lines(
        [leg(f"t{number}", table, "failed", "Renew it.") for number in range(16) for table in ("users", "groups")]
    )
    assert lines == ["microsoft, 16 tenants (t0, t1, t2 and 13 more): users, groups: failed (failed class). Renew it."]


def test_advice_lines_say_how_many_causes_they_leave_out() -> None:
    lines = advice_lines(
        [leg(f"t{number}", "users", "failed", f"Renew {number}.") for number in range(MOST_ADVICE + 3)]
    )
    assert len(lines) == MOST_ADVICE + 1
    assert lines[-1] == "… and 3 more; `tenantry status` lists all."


def test_money_line_gives_four_numbers_and_counts_what_they_leave_out() -> None:
    totals = FindingTotals(9, 0, "130.47", "262.42", "282.20", "10.20", "6.80", 1, 2, "USD")
    assert money_line(totals) == (
        "Money found per month in USD: bill for 130.47 (+ 1 finding without a price), stop now 262.42, "
        "stop on a date 282.20, sunk 10.20, no date known for 6.80 (+ 2 findings without a cost)."
    )


def test_money_line_says_nothing_of_what_is_not_there() -> None:
    totals = FindingTotals(0, 0, "0.00", "0.00", "0.00", "0.00", "0.00", 0, 0, "EUR")
    assert money_line(totals) == (
        "Money found per month in EUR: bill for 0.00, stop now 0.00, stop on a date 0.00, sunk 0.00."
    )
