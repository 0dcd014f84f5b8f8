"""Which tests stay together on one worker: those that share a whole run, so that no run is made twice.

pytest-xdist starts the groups with the most tests first and gives single tests to whoever is free at the end.
"""

from pathlib import Path

import pytest

WHOLE_RUNS = Path(__file__).parent / "orchestration" / "run"
# Modules that need the second observation, and modules of few but long tests, which must not come last.
GROUPS = {
    "test_again": "twice",
    "test_crash": "twice",
    "test_publish": "twice",
    "test_readers": "twice",
    "test_body": "long",
    "test_dbt_project": "long",
    "test_own_credentials": "long",
    "test_privacy": "long",
    "test_selection": "long",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests over whole runs with their group."""
    for item in items:
        if item.path.parent == WHOLE_RUNS:
            item.add_marker(pytest.mark.xdist_group(GROUPS.get(item.path.stem, item.path.stem)))
