"""Great Expectations beside the run: the same verdicts from its own process, and no word of a row in an error."""

import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path

import pandas
import pytest

from data_contracts.contract import raw_contract
from orchestration import expectation_process, load_checks
from orchestration.expectation_process import ChecksFailed, Rule, broken_rules

ROOT = Path(__file__).parents[2]
RULES = [
    Rule("ExpectColumnValuesToNotBeNull", {"column": "id"}),
    Rule("ExpectColumnValuesToBeUnique", {"column": "id"}),
    Rule("ExpectColumnValuesToBeInSet", {"column": "day", "value_set": [datetime(2026, 10, 20)]}),
    Rule("ExpectTableColumnsToMatchSet", {"column_set": ["id", "day"], "exact_match": True}),
]
GOOD = pandas.DataFrame({"id": ["a", "b"], "day": [datetime(2026, 10, 20)] * 2})
BAD = pandas.DataFrame({"id": ["CANARY", "CANARY", None], "day": [datetime(2026, 10, 21)] * 3, "more": [1, 2, 3]})


@pytest.fixture
def own_process(monkeypatch: pytest.MonkeyPatch) -> subprocess.Popen[bytes]:
    """The process of its own, as in a run, whatever this test process has imported."""
    monkeypatch.setattr(expectation_process, "LIBRARY", "a module that nobody imports")
    return expectation_process._process()


def test_broken_rules_are_named_with_their_columns(own_process: subprocess.Popen[bytes]) -> None:
    assert broken_rules("users", GOOD, RULES) == ()
    assert set(broken_rules("users", BAD, RULES)) == {
        "expect_column_values_to_not_be_null(id)",
        "expect_column_values_to_be_unique(id)",
        "expect_column_values_to_be_in_set(day)",
        "expect_table_columns_to_match_set",
    }


def test_both_ways_judge_alike(own_process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    beside = broken_rules("users", BAD, RULES)
    monkeypatch.setattr(expectation_process, "LIBRARY", "sys")
    assert broken_rules("users", BAD, RULES) == beside


def test_error_of_the_library_is_told_by_its_kind_alone(own_process: subprocess.Popen[bytes]) -> None:
    with pytest.raises(ChecksFailed, match="AttributeError") as caught:
        broken_rules("users", BAD, [Rule("ExpectCANARY", {})])
    assert "CANARY" not in str(caught.value)
    assert broken_rules("users", GOOD, RULES) == ()


def test_process_that_died_fails_the_checks_and_the_next_ones_have_a_new_one(
    own_process: subprocess.Popen[bytes],
) -> None:
    own_process.kill()
    own_process.wait()
    with pytest.raises(ChecksFailed, match="its process ended with -9"):
        broken_rules("users", GOOD, RULES)
    assert broken_rules("users", GOOD, RULES) == ()


def test_process_ends_with_the_run_that_was_killed() -> None:
    code = (
        "import os, signal; from orchestration import expectation_process as checks;"
        "print(checks._process().pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert killed.returncode == -9
    process = Path(f"/proc/{int(killed.stdout)}/stat")
    deadline = time.monotonic() + 60
    # Nobody may have waited for it: a zombie has ended.
    while process.exists() and process.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline, "the checks outlive their run"
        time.sleep(0.1)


def test_rules_of_a_contract_hold_for_rows_of_this_load_and_no_other(own_process: subprocess.Popen[bytes]) -> None:
    contract = raw_contract("microsoft", "domains")
    rules = load_checks.expectations(contract, "run-1", date(2026, 10, 20))
    row = {name: "x" for name in {column.name for column in contract.columns} | {"_dlt_load_id"}}
    row |= {"_run_id": "run-1", "_as_of_date": datetime(2026, 10, 20)}
    assert broken_rules("domains", pandas.DataFrame([row]), rules) == ()
    other = row | {"_run_id": "run-0"} | dict.fromkeys(contract.key, "y")
    assert broken_rules("domains", pandas.DataFrame([row, other]), rules) == (
        "expect_column_values_to_be_in_set(_run_id)",
    )
