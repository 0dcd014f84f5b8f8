"""One test's vendors and warehouse: faults and edits go to the simulator, loads to a fresh warehouse file."""

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from ingestion.http.client import HttpClient
from ingestion.legs import Leg
from ingestion.load import RunContext, Stage, Warehouse, advance_run, begin_run, prepare, run_legs
from ingestion.microsoft.client import allowed_requests
from ingestion.microsoft.connection import AppCredential, MailSettings, MicrosoftConnection, Tenant
from ingestion.microsoft.matching import MatchSet
from ingestion.microsoft.source import microsoft_legs
from ingestion.simulator.edits import Edit, apply_edit
from ingestion.simulator.serve import Simulator
from ingestion.simulator.world import Snapshot, TenantSnapshot
from tests.ingestion.scenarios.truth import (
    P1_TABLES,
    P2_TABLES,
    PARTNER_TABLES,
    TABLES,
    assert_equal,
    stored_rows,
    true_rows,
)
from tests.ingestion.scenarios.worlds import generate

WORLD = generate()
DAY = WORLD.observation_dates[0]
_SMALL = WORLD.at(DAY).tenants
MSP = next(tenant for tenant, found in _SMALL.items() if found.mailboxes)
CUSTOMER = next(tenant for tenant, found in _SMALL.items() if found.has_p1 and not found.mailboxes)
PLAIN = next(tenant for tenant, found in _SMALL.items() if not found.has_p1)
SCOPES = {
    "global": "https://graph.microsoft.com/.default",
    "us_gov": "https://graph.microsoft.us/.default",
    "china": "https://microsoftgraph.chinacloudapi.cn/.default",
}
DIRECTORY_SCOPE = SCOPES["global"]


@dataclass(frozen=True)
class Status:
    """A row of ops.load_status."""

    status: str
    error_class: str | None
    rows_read: int
    rows_changed: int
    rows_removed: int
    rows_dropped: int
    request_count: int
    retry_count: int
    throttled_count: int
    advice: str | None


Statuses = dict[tuple[str, str], Status]
GOOD = frozenset({"loaded", "unchanged"})


@dataclass
class Scene:
    """What a test acts on; `waits` are the seconds that the client would have waited."""

    simulator: Simulator
    warehouse: Warehouse
    waits: list[float]
    day: date = DAY
    snapshot: Snapshot = field(default_factory=lambda: WORLD.at(DAY), repr=False)
    run_count: int = 0
    cloud: str = "global"
    first_load: Callable[[], Path] = field(default=lambda: Path(), repr=False)

    def take_first_load(self) -> None:
        """Begin with a good load of every table of CUSTOMER, PLAIN and RICH, which was made once for all tests."""
        shutil.copyfile(self.first_load(), self.warehouse.path)
        self.run_count = 1

    def tenant(self, tenant_id: str) -> TenantSnapshot:
        """What the world holds for a tenant now."""
        return self.snapshot.tenants[tenant_id]

    def edit(self, tenant: str, collection: str, row_id: str, values: dict[str, Any] | None, **where: str) -> None:
        """Change, add or remove a row of the world, in the vendor and in the truth alike."""
        self.simulator.edit("graph", collection, row_id, values, tenant=tenant, **where)
        self.snapshot = apply_edit(self.snapshot, Edit("graph", collection, row_id, values, tenant, **where))

    def fault(self, name: str, **where: Any) -> int:
        """Set a fault at Graph, unless another vendor is named."""
        return self.simulator.fault(name, **{"vendor": "graph", **where})

    def legs(self, tenants: Collection[str], tables: Collection[str], mail: MailSettings | None,
             match: MatchSet | None, credential: AppCredential | None = None) -> list[Leg]:  # fmt: skip
        """The legs of these tenants; those of named tables only, where tables are named."""
        known = WORLD.credentials["graph"]
        credential = credential or AppCredential(known["client_id"], secret=lambda: known["client_secret"])
        urls = self.simulator.urls
        connection = MicrosoftConnection(
            urls["login_url"],
            urls["graph_url"],
            SCOPES[self.cloud],
            tuple(Tenant(tenant, credential, is_msp=tenant == MSP) for tenant in tenants),
            mail,
            ca_bundle=Path(urls["ca_bundle"]),
            cloud=self.cloud,
            report_hosts=(urls["report_host"],),
        )
        http = HttpClient(
            allowed_requests(connection),
            ca_bundle=connection.ca_bundle,
            sleep=lambda seconds: None,
        )
        legs = microsoft_legs(connection, match, http)
        return [leg for leg in legs if not tables or leg.key.table in tables]

    def load(
        self, *tenants: str, tables: Collection[str] = (), mail: MailSettings | None = None,
        match: MatchSet | None = None, credential: AppCredential | None = None, **run: Any,
    ) -> Statuses:  # fmt: skip
        """One run over these tenants: how each (tenant, table) ended, as the warehouse says."""
        self.run_count += 1
        context = RunContext(
            f"run-{self.run_count}", self.day, datetime.combine(self.day, time(6, self.run_count), UTC), **run
        )
        with self.warehouse.acquire():
            prepare(self.warehouse)
            with self.warehouse.connect() as connection:
                begin_run(connection, context)
            run_legs("microsoft", self.legs(tenants, tables, mail, match, credential), context, self.warehouse)
            with self.warehouse.connect() as connection:
                advance_run(connection, context.run_id, Stage.PUBLISHED, is_history_built=True)
        return self._statuses(context.run_id)

    def move_to(self, day: date) -> None:
        """Let the vendors' world and ours come to another day; edits stay out of it."""
        self.simulator.clear_edits()
        self.simulator.set_clock(day)
        self.day, self.snapshot = day, WORLD.at(day)

    def rows(self, table: str, tenant: str) -> list[dict[str, Any]]:
        """What the warehouse holds of a tenant's table."""
        with self.warehouse.connect() as connection:
            return stored_rows(connection, table, tenant)

    def held(self, tenant: str, tables: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        """What the warehouse holds of a tenant, by table, rows in a fixed order."""
        with self.warehouse.connect() as connection:
            return {table: sorted(stored_rows(connection, table, tenant), key=str) for table in tables}

    def ask(self, sql: str, *values: object) -> list[tuple]:
        """The rows of a query over the warehouse."""
        with self.warehouse.connect() as connection:
            return connection.execute(sql, list(values)).fetchall()

    def unlicensed(self, *tenants: str, tables: Collection[str] = ()) -> dict[tuple[str, str], tuple[str, str]]:
        """How tables end that a tenant has no licence for; of named tables only, where tables are named."""
        missing: dict[tuple[str, str], tuple[str, str]] = {}
        for tenant in tenants:
            absent = () if self.tenant(tenant).has_p1 else P1_TABLES
            absent += () if self.tenant(tenant).has_p2 else P2_TABLES
            missing |= {
                (tenant, table): ("not_licensed", "not_licensed") for table in absent if not tables or table in tables
            }
        return missing

    def tables_of(self, tenant: str) -> list[str]:
        """The tables that a tenant has by its licences and its role, mail and calendar apart."""
        missing = self.unlicensed(tenant)
        tables = TABLES + (PARTNER_TABLES if tenant == MSP else ())
        return [table for table in tables if (tenant, table) not in missing]

    def assert_true(self, *tenants: str, tables: Collection[str] = ()) -> None:
        """Fail unless the tables, all that a tenant has by default, hold exactly what the world holds."""
        with self.warehouse.connect() as connection:
            for tenant in tenants:
                for table in tables or self.tables_of(tenant):
                    found = stored_rows(connection, table, tenant)
                    assert_equal(table, found, true_rows(table, self.tenant(tenant)))

    def _statuses(self, run_id: str) -> Statuses:
        names = ", ".join(Status.__dataclass_fields__)
        rows = self.ask(f"select tenant_id, table_name, {names} from ops.load_status where run_id = ?", run_id)
        return {(row[0], row[1]): Status(*row[2:]) for row in rows}


def ends(statuses: Statuses) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Status and error class of what did not end well."""
    return {key: (row.status, row.error_class) for key, row in statuses.items() if row.status not in GOOD}
