"""What every contender reads: one large tenant of the simulator, the same columns for all."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from data_contracts.contract import raw_contract

ASSIGNMENT_STATES = "licenseAssignmentStates"


@dataclass(frozen=True)
class Target:
    """The users of one tenant behind Graph's URL, and the credential that may read them."""

    login_url: str
    graph_url: str
    ca_bundle: str
    tenant_id: str
    client_id: str
    client_secret: str
    users: int

    def to_json(self) -> str:
        """The target as one argument of a child process."""
        return json.dumps(asdict(self))

    @property
    def select(self) -> tuple[str, ...]:
        """The properties that every contender asks for."""
        return (*raw_contract("microsoft", "users").select, ASSIGNMENT_STATES)


def token(target: Target) -> str:
    """An access token for the tenant."""
    import requests

    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(
            f"{target.login_url}/{target.tenant_id}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": target.client_id,
                "client_secret": target.client_secret,
                "scope": "https://graph.microsoft.com/.default",
            },
            verify=target.ca_bundle,
            timeout=30,
        )
    answer.raise_for_status()
    return answer.json()["access_token"]


@contextmanager
def running_target(users: int, folder: Path) -> Iterator[tuple[Target, Callable[[], int]]]:
    """The simulator as a child process with one tenant of that many users, and its count of requests to Graph."""
    from ingestion.simulator.serve import start
    from ingestion.simulator.world import generate

    # The small world of the same seed has the same tenant and credential.
    world = generate(size="load:1")
    tenant_id = next(iter(world.at(world.observation_dates[0]).tenants))
    credential = world.credentials["graph"]
    with start(folder, size=f"load:{users}") as simulator:
        target = Target(
            login_url=simulator.urls["login_url"],
            graph_url=simulator.urls["graph_url"],
            ca_bundle=simulator.urls["ca_bundle"],
            tenant_id=tenant_id,
            client_id=credential["client_id"],
            client_secret=credential["client_secret"],
            users=users,
        )

        def request_count() -> int:
            return simulator.counts().get("graph", 0)

        yield target, request_count
