"""Cases over many tenants or many users: latency, no change, 1 % change, the tables that tell of MFA.

Each runs the simulator as a child process and every contender in a process of its own, one after the other.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from bench.fleet import REQUESTS_FILE, Fleet
from bench.measure import measure

LATENCY_MS = 100
DAY = date(2026, 10, 20)
NEXT_DAY = date(2026, 10, 21)
MFA_TABLES = ("subscribed_skus", "users", "user_registration_details", "sign_in_activity")


def latency_rows() -> list[dict[str, Any]]:
    """20 tenants at 100 ms: ours and the floor with 20 connections, and one stream."""
    with _fleet("many:20:5000", ("users",), 20, delta_page_rows=100) as (fleet, vendors, folder):
        vendors.fault("slow", vendor="graph", milliseconds=LATENCY_MS)
        case = f"20 tenants {LATENCY_MS} ms"
        rows = [
            _measured(case, name, fleet if name != "one_stream" else _with(fleet, 1), folder / name, function, vendors)
            for name, function in (("floor", "read_chains"), ("ours", "load"), ("one_stream", "read_chains"))
        ]
    return _with_ratios("latency", rows)


def unchanged_rows(tenants: int) -> list[dict[str, Any]]:
    """Every directory table of so many tenants without a change at 100 ms, beside the bare requests."""
    with _fleet(f"many:{tenants}:20", (), 16) as (fleet, vendors, folder):
        case = f"{tenants} tenants 0 %"
        _measured(case, "ours_first", fleet, folder, "load", vendors)
        vendors.fault("slow", vendor="graph", milliseconds=LATENCY_MS)
        ours = _measured(case, "ours", fleet, folder, "load", vendors)
        deltas = _delta_requests(vendors)
        assert deltas and max(deltas.values()) == 1, "more than one request for a delta table without change"
        floor = _replayed(case, fleet, vendors, folder)
    return _with_ratios("no_change", [floor, ours, _beyond(case, ours, floor)])


def mfa_rows() -> list[dict[str, Any]]:
    """The tables that tell of MFA in a tenant of 60,000 users, beside the bare requests."""
    with _fleet("load:60000", MFA_TABLES, 16) as (fleet, vendors, folder):
        case = "60k MFA tables"
        # The simulator makes a page when it is first asked for; nobody is to pay for that.
        _measured(case, "warm-up", fleet, folder / "warm", "load", vendors)
        ours = _measured(case, "ours", fleet, folder, "load", vendors)
        floor = _replayed(case, fleet, vendors, folder)
    return _with_ratios("mfa", [floor, ours, _beyond(case, ours, floor)])


def change_rows(users: int, name: str) -> list[dict[str, Any]]:
    """The first load of so many users, and the load a day later when 1 % of them have changed."""
    with _fleet(f"load:{users}", ("users",), 8) as (fleet, vendors, folder):
        first = _measured(name, "ours_first", fleet, folder, "load", vendors)
        vendors.set_clock(NEXT_DAY)
        changed = _measured(name, "ours_1_percent", fleet, folder, "load", vendors)
    # The first load stands in the floor's place: the bar is a share of it.
    rows = _with_ratios("change", [first | {"contender": "floor"}, changed])
    return [rows[0] | {"contender": "ours_first"}, rows[1]]


@contextmanager
def _fleet(size: str, tables: tuple[str, ...], connections: int, **options: Any) -> Iterator[tuple[Fleet, Any, Path]]:
    from ingestion.simulator.serve import start
    from ingestion.simulator.world import generate

    # The ids and the credential of a world do not depend on how many users its tenants have.
    kind, _, counts = size.partition(":")
    small = f"{kind}:{counts.partition(':')[0]}:1" if kind == "many" else f"{kind}:1"
    world = generate(size=small)
    tenants = tuple(world.at(world.observation_dates[0]).tenants)
    credential = world.credentials["graph"]
    with tempfile.TemporaryDirectory(prefix="tenantry-bench-") as name:
        folder = Path(name)
        (folder / "simulator").mkdir()
        with start(folder / "simulator", size=size) as vendors:
            vendors.set_clock(DAY)
            if options:
                vendors.options(**options)
            urls = vendors.urls
            yield (
                Fleet(
                    urls["login_url"], urls["graph_url"], urls["report_host"], urls["ca_bundle"],
                    credential["client_id"], credential["client_secret"], tenants, tables, connections,
                    int(size.rpartition(":")[2]),
                ),
                vendors,
                folder,
            )  # fmt: skip


def _with(fleet: Fleet, connections: int) -> Fleet:
    return Fleet.from_json(json.dumps(json.loads(fleet.to_json()) | {"connections": connections}))


def _measured(case: str, contender: str, fleet: Fleet, folder: Path, function: str, vendors: Any) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    vendors.clear_log()
    cost = measure("bench.fleet", function, fleet, folder)
    return {"case": case, "contender": contender, **cost, "requests": vendors.counts().get("graph", 0)}


def _replayed(case: str, fleet: Fleet, vendors: Any, folder: Path) -> dict[str, Any]:
    """The floor over the requests that the last contender made."""
    asked = [
        (entry["tenant"], f"{entry['path']}?{entry['query']}" if entry["query"] else entry["path"])
        for entry in vendors.log()
        if entry["vendor"] == "graph" and entry["path"].startswith("/v1.0/")
    ]
    (folder / REQUESTS_FILE).write_text(json.dumps(asked), encoding="utf-8")
    return _measured(case, "floor", fleet, folder, "replay", vendors)


def _delta_requests(vendors: Any) -> dict[tuple[str, str], int]:
    """How often each tenant's delta tables were asked for."""
    counts: dict[tuple[str, str], int] = {}
    for entry in vendors.log():
        path = entry["path"].removesuffix("()")
        if entry["vendor"] == "graph" and path.endswith("/delta"):
            counts[entry["tenant"], path] = counts.get((entry["tenant"], path), 0) + 1
    return counts


def _beyond(case: str, ours: dict[str, Any], floor: dict[str, Any]) -> dict[str, Any]:
    """What our run costs beside its requests."""
    costs = {name: round(ours[name] - floor[name], 3) for name in ("wall_s", "cpu_s")}
    return {"case": case, "contender": "ours_beyond_http", **costs}


def _with_ratios(bench: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    floor = next(row for row in rows if row["contender"] == "floor")
    for row in rows:
        row["bench"] = bench
        row["floor_cpu_ratio"] = round(row["cpu_s"] / floor["cpu_s"], 2)
        row["floor_wall_ratio"] = round(row["wall_s"] / floor["wall_s"], 2)
    return rows


QUICK: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "latency": latency_rows,
    "no_change_200": lambda: unchanged_rows(200),
    "no_change_300": lambda: unchanged_rows(300),
    "mfa_60k": mfa_rows,
}
# Minutes and gigabytes: only with --all.
LONG: dict[str, Callable[[], list[dict[str, Any]]]] = {"change_1m": lambda: change_rows(1_000_000, "1m 1 %")}
