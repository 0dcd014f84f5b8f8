"""The benchmark's promises that are no timings: a short floor, agreed fields, ratios to the floor of the same run."""

import json
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench import run
from bench.fleet import Fleet
from bench.overhead import covered
from bench.target import Target

ROOT = Path(__file__).parents[2]


def test_floor_has_at_most_80_lines() -> None:
    assert len((ROOT / "bench" / "floor.py").read_text(encoding="utf-8").splitlines()) <= 80


def test_results_have_the_agreed_fields_and_ratios(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def no_simulator(users: int, folder: Path) -> object:
        yield Target("", "", "", "", "", "", users), lambda: 0

    costs = {
        ("bench.floor", "load"): 2.0,
        ("bench.ours", "load"): 3.0,
        ("bench.rest_api", "load_tuned"): 8.0,
        ("bench.rest_api", "load_default"): 20.0,
    }
    monkeypatch.setattr(run, "running_target", no_simulator)
    monkeypatch.setattr(
        run,
        "measure",
        lambda module, function, target, folder: {"wall_s": 4.0, "cpu_s": costs[module, function], "peak_mb": 100.0},
    )
    monkeypatch.setattr(run, "OTHERS", {})
    monkeypatch.setattr(run, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr("sys.argv", ["bench"])

    run.main()

    rows = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert all(tuple(row) == run.FIELDS for row in rows)
    assert {(row["case"], row["contender"]): row["floor_cpu_ratio"] for row in rows} == {
        ("20k", "floor"): 1.0,
        ("20k", "ours"): 1.5,
        ("20k", "rest_api_tuned"): 4.0,
        ("20k", "rest_api_default"): 10.0,
        ("100k", "floor"): 1.0,
        ("100k", "ours"): 1.5,
        ("100k", "rest_api_tuned"): 4.0,
    }
    assert "rest_api_default" in capsys.readouterr().out


def test_overlapping_spans_are_counted_once() -> None:
    assert covered([(5.0, 6.0), (0.0, 2.0), (1.0, 3.0), (1.5, 1.6)]) == 4.0


def test_fleet_is_told_to_a_child_process_unchanged() -> None:
    fleet = Fleet("l", "g", "h", "ca", "id", "secret", ("tenant-a", "tenant-b"), ("users",), 20, 50)
    assert Fleet.from_json(fleet.to_json()) == fleet


def test_long_cases_run_only_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    for name in ("OTHERS", "LONG"):
        cases = {case: lambda case=case: ran.append(case) or [] for case in getattr(run, name)}
        monkeypatch.setattr(run, name, cases)
    monkeypatch.setattr(run, "load_rows", lambda case, users, contenders: ran.append(case) or [])
    monkeypatch.setattr(run, "RESULTS", tmp_path / "results.json")

    monkeypatch.setattr("sys.argv", ["bench"])
    run.main()
    quick = set(ran)
    monkeypatch.setattr("sys.argv", ["bench", "--all"])
    run.main()

    assert {"100k", "latency", "no_change_300", "mfa_60k"} <= quick
    assert set(ran) - quick == {"1m", "change_1m"}
