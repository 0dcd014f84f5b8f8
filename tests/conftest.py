"""Which tests stay together on one worker: those that share a whole run, so that no run is made twice.

pytest-xdist starts the groups with the most tests first and gives single tests to whoever is free at the end.
"""

import gc
from pathlib import Path

import pytest

OBJECTS_PER_COLLECTION = 100_000
WHOLE_RUNS = Path(__file__).parent / "orchestration" / "run"
# Modules that need the second observation, and modules of few but long tests, which must not come last.
GROUPS = {
    "test_again": "twice",
    "test_crash": "twice",
    "test_gap": "twice",
    "test_publish": "twice",
    "test_readers": "twice",
    "test_body": "long",
    "test_dbt_project": "long",
    "test_own_credentials": "long",
    "test_privacy": "long",
    "test_selection": "long",
}


def pytest_configure() -> None:
    """Let Python look seldom through three thousand tests and what they import, which all stay to the end."""
    gc.set_threshold(OBJECTS_PER_COLLECTION)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test over whole runs with its group, before pytest-xdist reads the groups of all that was collected."""
    if item.path.parent == WHOLE_RUNS:
        item.add_marker(pytest.mark.xdist_group(GROUPS.get(item.path.stem, item.path.stem)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to go on where pytest-xdist did not take the groups over: each worker would make every whole run."""
    if not session.config.getoption("loadgroup", False):
        return
    ungrouped = [item.nodeid for item in session.items if item.path.parent == WHOLE_RUNS and "@" not in item.nodeid]
    if ungrouped:
        raise pytest.UsageError(
            f"pytest-xdist groups no tests: found {ungrouped[0]}, expected @GROUP at its end. "
            "Look for versions of pytest and pytest-xdist that work together."
        )
