"""The demo MSP of other seeds: other ids, amounts and days, the same agreement with the truth."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.score import main as score
from tests.product import REPOSITORY

SEEDS = (1, 2, 3, 11, 42, 99, 500, 2026, 31_337, 1_000_003)
SECONDS = 1_200
RUN = (
    "import sys; from pathlib import Path; from orchestration.demo import run_demo; "
    "run_demo(Path(sys.argv[1]), seed=int(sys.argv[2]))"
)


@pytest.mark.soak
@pytest.mark.timeout(SECONDS + 60)
@pytest.mark.parametrize("seed", SEEDS)
def test_demo_of_another_seed_equals_its_truth(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "demo"
    outcome = subprocess.run(
        [sys.executable, "-c", RUN, str(folder), str(seed)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout[-2_000:] + outcome.stderr[-2_000:]
    out = tmp_path / "score.json"
    published, truth = folder / "warehouse" / "published.duckdb", folder / "truth.json"
    score(["--published", str(published), "--truth", str(truth), "--out", str(out)])
    wrong = [row for row in json.loads(out.read_text("utf-8")) if (row["precision"], row["recall"]) != (1.0, 1.0)]
    assert wrong == []
