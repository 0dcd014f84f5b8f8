"""What a run says while it works: lines on a pipe, bars on a terminal."""

import io
import logging
import sys

import pytest

from ingestion.legs import LegKey, LegStatus
from ingestion.load import LegProgress
from orchestration.run_progress import RunProgress, progress_on
from tests.orchestration.test_summary import STYLE, Terminal

USERS = LegKey("microsoft", "microsoft", "tenant-a", "users")


def watch(shown: RunProgress) -> None:
    """A run of two legs, of which one fails, as its steps tell it."""
    with shown:
        shown.reading("microsoft", 2)
        shown.leg(LegProgress(USERS, "started"))
        shown.leg(LegProgress(USERS, "rows", 500))
        shown.leg(LegProgress(USERS, "ended", 1234))
        shown.leg(LegProgress(USERS, "ended", 0, LegStatus.FAILED))
        shown.building()
        shown.publishing()


def test_progress_on_a_pipe_is_a_line_per_step() -> None:
    stream = io.StringIO()
    watch(progress_on(stream))
    assert stream.getvalue().splitlines() == [
        "microsoft: reading 2 tables",
        "microsoft: 1,234 rows read, 1 tables with trouble",
        "build and test models",
        "publish",
    ]


def test_progress_that_nobody_reads_any_more_fails_no_step() -> None:
    class ClosedPipe(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    watch(progress_on(ClosedPipe()))


def test_progress_on_a_terminal_is_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    watch(progress_on(terminal))
    text = STYLE.sub("", terminal.getvalue())
    assert "microsoft: read tables" in text and "2/2" in text and "publish" in text


def test_progress_on_a_terminal_draws_over_no_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    errors = Terminal()
    monkeypatch.setattr(sys, "stderr", errors)
    handler = logging.StreamHandler(errors)
    logging.getLogger().addHandler(handler)
    try:
        with progress_on(terminal) as shown:
            shown.reading("microsoft", 2)
            logging.getLogger("x").warning("told")
        logging.getLogger("x").warning("afterwards")
    finally:
        logging.getLogger().removeHandler(handler)
    assert "told\n" in STYLE.sub("", terminal.getvalue())
    assert errors.getvalue() == "afterwards\n"


def test_progress_that_nobody_watches_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    watch(RunProgress())
    assert capsys.readouterr().out == ""
