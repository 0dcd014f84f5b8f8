"""Many tenants: what a contender's process is told of them, our load of them, and the floor that fetches the same.

The floor replays the requests of our load over as many keep-alive connections, and does nothing with the answers.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bench.target import Target, token

REQUESTS_FILE = "requests.json"
RUNS_FILE = "runs"
# Larger than any run here: a vendor's limit is waiting, and what is measured is work.
_NO_LIMIT = 1_000_000_000


@dataclass(frozen=True)
class Fleet:
    """Tenants of so many users each behind Graph's URL, the tables to read, and how many connections there may be."""

    login_url: str
    graph_url: str
    report_host: str
    ca_bundle: str
    client_id: str
    client_secret: str
    tenants: tuple[str, ...]
    tables: tuple[str, ...]
    connections: int
    users: int

    def to_json(self) -> str:
        """The fleet as one argument of a child process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Fleet":
        """The fleet that to_json wrote."""
        values = json.loads(text)
        return cls(**values | {"tenants": tuple(values["tenants"]), "tables": tuple(values["tables"])})

    def target(self, tenant_id: str) -> Target:
        """One tenant of the fleet."""
        return Target(
            self.login_url, self.graph_url, self.ca_bundle, tenant_id, self.client_id, self.client_secret, self.users
        )


def warm(folder: Path) -> None:
    """As our load of one tenant: every import has happened."""
    from bench.ours import warm as warm_load

    warm_load(folder)


def load(fleet: Fleet, folder: Path) -> None:
    """One run over the tenants; called again in the same folder it finds what it loaded before."""
    from ingestion.legs import LegStatus
    from ingestion.load import RunContext, Stage, Warehouse, advance_run, begin_run, prepare, run_legs
    from ingestion.microsoft.connection import AppCredential, MicrosoftConnection, Tenant
    from ingestion.microsoft.source import microsoft_legs

    _lift_report_limits()
    credential = AppCredential(fleet.client_id, secret=lambda: fleet.client_secret)
    connection = MicrosoftConnection(
        login_url=fleet.login_url,
        graph_url=fleet.graph_url,
        graph_scope="https://graph.microsoft.com/.default",
        tenants=tuple(Tenant(tenant_id, credential) for tenant_id in fleet.tenants),
        connections=fleet.connections,
        ca_bundle=Path(fleet.ca_bundle),
        report_hosts=(fleet.report_host,),
    )
    wanted = set(fleet.tables)
    legs = [leg for leg in microsoft_legs(connection, None) if not wanted or leg.key.table in wanted]
    number = len(list(folder.glob(f"{RUNS_FILE}-*")))
    (folder / f"{RUNS_FILE}-{number}").touch()
    started_at = datetime(2026, 10, 20, 6, tzinfo=UTC) + timedelta(hours=number)
    run = RunContext(f"bench-{number}", date(2026, 10, 20), started_at, connections=fleet.connections)
    warehouse = Warehouse(folder / "fleet.duckdb")
    # As RunSession does: while one connection is open, those that follow do not read the whole catalogue again.
    with warehouse.acquire(), warehouse.connect():
        prepare(warehouse)
        with warehouse.connect() as database:
            begin_run(database, run)
        results = run_legs("microsoft", legs, run, warehouse)
        with warehouse.connect() as database:
            advance_run(database, run.run_id, Stage.PUBLISHED, is_history_built=True)
    bad = [result for result in results if result.status in (LegStatus.FAILED, LegStatus.PARTIAL)]
    assert not bad, bad[:3]


def replay(fleet: Fleet, folder: Path) -> None:
    """The floor: a token per tenant and the answers to the same requests, over as many connections."""
    import requests

    session = requests.Session()
    session.trust_env = False
    session.verify = fleet.ca_bundle
    session.mount("https://", requests.adapters.HTTPAdapter(pool_connections=2, pool_maxsize=fleet.connections))
    # A page is known only from the one before it, so each list is one chain here too.
    chains: dict[tuple[str, str], list[str]] = {}
    for tenant_id, target in json.loads((folder / REQUESTS_FILE).read_text(encoding="utf-8")):
        chains.setdefault((tenant_id, target.partition("?")[0]), []).append(target)

    def fetch(tenant_id: str, authorization: str, targets: list[str]) -> None:
        for target in targets:
            answer = session.get(f"{fleet.graph_url}{target}", headers={"Authorization": authorization}, timeout=60)
            assert answer.content is not None and answer.status_code < 500, tenant_id

    with ThreadPoolExecutor(fleet.connections) as pool:
        tokens = dict(
            zip(fleet.tenants, pool.map(lambda name: f"Bearer {token(fleet.target(name))}", fleet.tenants), strict=True)
        )
        list(pool.map(lambda chain: fetch(chain[0][0], tokens[chain[0][0]], chain[1]), chains.items()))


def read_chains(fleet: Fleet, folder: Path) -> None:
    """The floor of a first load: each tenant's users by their own chain of pages, parsed natively and inserted."""
    from bench import floor

    with ThreadPoolExecutor(fleet.connections) as pool:
        for tenant_id in fleet.tenants:
            (folder / tenant_id).mkdir()
        list(pool.map(lambda name: floor.load(fleet.target(name), folder / name), fleet.tenants))


def _lift_report_limits() -> None:
    from ingestion.http.budget import Quota
    from ingestion.microsoft import budgets

    wide = Quota(_NO_LIMIT, 1.0)
    budgets.TENANT_QUOTAS.update({family: (wide,) for family in budgets.TENANT_QUOTAS})
    budgets.SELECTED_QUOTAS.update({name: wide for name in budgets.SELECTED_QUOTAS})
