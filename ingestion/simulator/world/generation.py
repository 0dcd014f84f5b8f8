"""Generates a world from a seed and answers for any day of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ingestion.simulator.world import configuration, demo, load, small
from ingestion.simulator.world.messages import BODY_CANARY, PRIVATE_CANARY, UNMATCHED_CANARY
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.shapes import Snapshot
from ingestion.simulator.world.snapshots import snapshot
from ingestion.simulator.world.timeline import EARLIEST_SNAPSHOT, LAST_DAY, OBSERVATION_DATES

LOAD_PREFIX = "load:"
MANY_PREFIX = "many:"


class World:
    """One generated MSP: its vendors' answers per day, what they accept, how to connect, and the truth."""

    BODY_CANARY = BODY_CANARY
    PRIVATE_CANARY = PRIVATE_CANARY
    UNMATCHED_CANARY = UNMATCHED_CANARY

    def __init__(self, plan: Plan, load_users: int = 0) -> None:
        self.plan = plan
        self._load_users = load_users
        self._loaded: dict[int, Snapshot] = {}
        self._snapshots: dict[date, Snapshot] = {}

    @property
    def observation_dates(self) -> tuple[date, ...]:
        """Days on which the demo loads, ascending."""
        return OBSERVATION_DATES

    @property
    def credentials(self) -> dict[str, dict[str, str]]:
        """What the fake vendors accept, by vendor."""
        return configuration.credentials(self.plan)

    def at(self, day: date) -> Snapshot:
        """What all vendors would answer on that day; days outside the world give its first or last day."""
        if self._load_users:
            return self._load_at(day)
        day = min(max(day, EARLIEST_SNAPSHOT), LAST_DAY)
        if day not in self._snapshots:
            self._snapshots[day] = snapshot(self.plan, day)
        return self._snapshots[day]

    def _load_at(self, day: date) -> Snapshot:
        # Every day after the first changes a hundredth of the users; all other rows are the same objects.
        rounds = max(0, (day - OBSERVATION_DATES[0]).days)
        if 0 not in self._loaded:
            self._loaded[0] = load.snapshot(self.plan, self._load_users)
        if rounds not in self._loaded:
            known = max(count for count in self._loaded if count < rounds)
            self._loaded[rounds] = load.changed(self._loaded[known], range(known, rounds))
        return self._loaded[rounds]

    def settings_toml(self, base: Mapping[str, str]) -> str:
        """A complete settings file for a server at these addresses."""
        return configuration.settings_text(self.plan, base)

    def secret_environment(self) -> dict[str, str]:
        """Environment variables that the settings refer to."""
        return configuration.secret_environment(self.plan)

    def config_files(self) -> dict[str, str]:
        """File name to CSV text, for the folder `config/`."""
        return configuration.config_files(self.plan)

    def truth(self, observation_dates: Sequence[date] = OBSERVATION_DATES) -> dict[str, Any]:
        """What a warehouse must hold after loads on these dates, as of the last of them."""
        from ingestion.simulator.world.truth import truth_of

        return truth_of(self.plan, tuple(observation_dates))


def generate(seed: int = 7, size: str = "demo") -> World:
    """A world of size `demo`, `small`, `load:<users>` or `many:<tenants>:<users>`; a seed always gives the same bytes.

    Shape: `load` is one tenant with that many users, `many` so many tenants with so many users each; neither has money.
    """
    if size == "demo":
        return World(demo.plan(seed))
    if size == "small":
        return World(small.plan(seed))
    if size.startswith(LOAD_PREFIX) and size.removeprefix(LOAD_PREFIX).isdigit():
        return World(load.plan(seed), int(size.removeprefix(LOAD_PREFIX)))
    tenants, _, users = size.removeprefix(MANY_PREFIX).partition(":")
    if size.startswith(MANY_PREFIX) and tenants.isdigit() and users.isdigit() and int(tenants):
        return World(load.plan(seed, int(tenants)), int(users))
    raise ValueError(
        f"world size {size!r} is unknown: expected demo, small or load:<users> (for example load:20000), "
        "or many:<tenants>:<users> (for example many:300:50)"
    )
