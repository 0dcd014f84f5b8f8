"""Worlds and truths that several tests read and none changes."""

from typing import Any

import pytest

from ingestion.simulator.world import World, generate
from ingestion.simulator.world.timeline import OBSERVATION_DATES


@pytest.fixture(scope="session", params=["small", "demo"])
def world(request: pytest.FixtureRequest) -> World:
    """Each size in turn."""
    return generate(7, request.param)


@pytest.fixture(scope="session")
def truth(world: World) -> dict[str, Any]:
    """The truth of that world after all observations."""
    return world.truth(OBSERVATION_DATES)


@pytest.fixture(scope="session")
def demo() -> World:
    """The demo MSP."""
    return generate(7, "demo")


@pytest.fixture(scope="session")
def small() -> World:
    """The small MSP."""
    return generate(7, "small")


@pytest.fixture(scope="session")
def demo_truth(demo: World) -> dict[str, Any]:
    """The truth of the demo MSP after all observations."""
    return demo.truth(OBSERVATION_DATES)
