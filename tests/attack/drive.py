"""The product's side, in a process of its own: real clients, legs, load path and warehouse, at the highest log level.

plan (JSON on standard input) → run_legs for every vendor → outcome.json in the plan's folder
Addresses that the process looks up or connects to are noted below Python's own libraries.
"""

import json
import logging
import sys
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from ingestion.connectwise.client import allowed_requests as psa_requests
from ingestion.connectwise.connection import ConnectWiseConnection
from ingestion.connectwise.source import connectwise_legs
from ingestion.http.bounds import MEGABYTE, AnswerBounds
from ingestion.http.client import HttpClient
from ingestion.legs import Leg
from ingestion.load import RunContext, Stage, Warehouse, advance_run, begin_run, prepare, run_legs
from ingestion.microsoft.client import allowed_requests as graph_requests
from ingestion.microsoft.connection import AppCredential, MailSettings, MicrosoftConnection, Tenant
from ingestion.microsoft.mailboxes import MailboxAllowlist
from ingestion.microsoft.matching import MatchSet
from ingestion.microsoft.source import microsoft_legs
from ingestion.microsoft.tenants import resolve_tenants
from ingestion.pax8.client import allowed_requests as pax8_requests
from ingestion.pax8.connection import Pax8Connection
from ingestion.pax8.source import pax8_legs
from tests.attack import benign
from tests.attack.case import EVENTS, MAIL, OPENID, TARGETS, Target

# Small bounds cost a bomb little; a page of these cases is a few hundred bytes.
BOUNDS = AnswerBounds(page_bytes=MEGABYTE, report_bytes=2 * MEGABYTE, seconds=90.0)
SLOW = replace(BOUNDS, seconds=1.5)
# A list without an end is given up after so many pages instead of ten thousand.
MAX_PAGES = 25
CONNECTIONS = 12
MATCH = MatchSet({f"kim@{benign.CUSTOMER}": ("4",)}, frozenset({benign.CUSTOMER}))


@dataclass(frozen=True)
class Place:
    """What this side knows of a case: where it is met, and whether that is read under a bound of seconds."""

    target: Target
    is_slow: bool


def main() -> None:
    """Drive the cases of the plan once."""
    plan = json.load(sys.stdin)
    places: list[list[str]] = []
    _watch(places, {int(port) for port in plan["ports"]})
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, force=True)
    for module in ("microsoft", "connectwise", "pax8"):
        sys.modules[f"ingestion.{module}.client"].MAX_PAGES = MAX_PAGES  # type: ignore[attr-defined]
    targets = {target.name: target for target in TARGETS}
    cases = {number: Place(targets[name], is_slow) for number, name, is_slow in plan["cases"]}
    outcome = {"legs": _drive(plan, cases), "places": places}
    Path(plan["outcome"]).write_text(json.dumps(outcome), encoding="utf-8")


def _watch(places: list[list[str]], ports: set[int]) -> None:
    """Note every name that is looked up and every address that is connected to, and let none leave loopback."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.getaddrinfo" and str(arguments[0]) not in ("127.0.0.1", "localhost"):
            places.append(["lookup", str(arguments[0])])
            raise OSError("no name is looked up here")
        if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][1] not in ports:
            places.append(["connect", f"{arguments[1][0]}:{arguments[1][1]}"])
            raise OSError("no other host is connected to here")

    sys.addaudithook(hook)


def _drive(plan: dict[str, Any], cases: dict[int, Place]) -> list[dict[str, Any]]:
    warehouse = Warehouse(Path(plan["warehouse"]))
    day = date(2026, 10, 20)
    run = RunContext(
        plan["run"], day, datetime.combine(day, time(6, plan["minute"]), UTC), full_refresh=plan["minute"] > 0,
        connections=CONNECTIONS,
    )  # fmt: skip
    found: list[dict[str, Any]] = []
    with warehouse.acquire():
        prepare(warehouse)
        with warehouse.connect() as connection:
            begin_run(connection, run)
        for vendor, legs in _all_legs(plan, cases).items():
            for result in run_legs(vendor, legs, run, warehouse):
                key = result.key
                found.append(
                    {"vendor": vendor, "connection": key.connection_id, "tenant": key.tenant_id, "table": key.table,
                     "status": str(result.status), "error_class": result.error_class or "",
                     "message": result.message or "", "advice": result.advice or ""}
                )  # fmt: skip
        with warehouse.connect() as connection:
            advance_run(connection, run.run_id, Stage.PUBLISHED, is_history_built=True)
    return found


def _all_legs(plan: dict[str, Any], cases: dict[int, Place]) -> dict[str, list[Leg]]:
    legs: dict[str, list[Leg]] = {"microsoft": [], "connectwise": [], "pax8": []}
    directory = [
        n for n, case in cases.items() if case.target.vendor == "microsoft" and case.target not in (MAIL, EVENTS)
    ]
    legs["microsoft"] += _graph_legs(plan, cases, directory, is_slow=False)
    slow = [number for number in directory if cases[number].is_slow]
    legs["microsoft"] += _graph_legs(plan, cases, slow, is_slow=True)
    for number, case in cases.items():
        if case.target in (MAIL, EVENTS):
            mail = MailSettings(
                benign.tenant_of(number), MailboxAllowlist([benign.mailbox_of(number)]), folders=("inbox",)
            )
            legs["microsoft"] += _graph_legs(plan, cases, [number], is_slow=False, mail=mail)
        elif case.target.vendor != "microsoft":
            legs[case.target.vendor] += _money_legs(plan, number, case)
    return legs


def _graph_legs(
    plan: dict[str, Any],
    cases: dict[int, Place],
    numbers: list[int],
    *,
    is_slow: bool,
    mail: MailSettings | None = None,
) -> list[Leg]:
    if not numbers:
        return []
    tenants = []
    for number in numbers:
        credential = AppCredential(benign.CLIENT_ID, secret=lambda number=number: f"canary-{number:04d}-secret")
        is_named = cases[number].target is OPENID
        tenants.append(Tenant(benign.domain_of(number) if is_named else benign.tenant_of(number), credential))
    files = plan["files"].partition("//")[2]
    connection = MicrosoftConnection(
        plan["vendor"], plan["vendor"], "https://graph.microsoft.com/.default", tuple(tenants), mail,
        ca_bundle=Path(plan["ca"]), report_hosts=(files,), bounds=SLOW if is_slow else BOUNDS, connections=CONNECTIONS,
    )  # fmt: skip
    connection = resolve_tenants(connection, _client(graph_requests(connection), connection))
    http = _client(graph_requests(connection), connection)
    wanted: set[tuple[str, str]] = set()
    for number, tenant in zip(numbers, connection.tenants, strict=True):
        case = cases[number]
        # A slow case's own leg has a tight bound of seconds; the other leg of its tenant has not.
        own = case.is_slow == is_slow
        tables = [table for table in case.target.tables if (table == case.target.table) == own or not case.is_slow]
        wanted |= {(tenant.tenant_id, table) for table in tables}
    legs = microsoft_legs(connection, MATCH if mail else None, http)
    return [leg for leg in legs if (leg.key.tenant_id, leg.key.table) in wanted]


def _money_legs(plan: dict[str, Any], number: int, case: Place) -> list[Leg]:
    root = f"{plan['vendor']}/c{number:04d}"
    name = f"c{number:04d}"
    secret = f"canary-{number:04d}-secret"
    legs: list[Leg] = []
    for bounds in (BOUNDS, SLOW) if case.is_slow else (BOUNDS,):
        if case.target.vendor == "connectwise":
            psa = ConnectWiseConnection(
                f"{root}/v4_6_release/apis/3.0", "example", lambda: "public", lambda: secret, "integration",
                connection_id=name, ca_bundle=Path(plan["ca"]), bounds=bounds,
            )  # fmt: skip
            found = connectwise_legs(psa, _client(psa_requests(psa), psa))
        else:
            pax8 = Pax8Connection(
                f"{root}/v1", f"{root}/oauth/token", "client", lambda: secret, connection_id=name,
                ca_bundle=Path(plan["ca"]), bounds=bounds,
            )  # fmt: skip
            found = pax8_legs(pax8, _client(pax8_requests(pax8), pax8))
        is_own = [leg.key.table == case.target.table for leg in found]
        legs += [
            leg for leg, own in zip(found, is_own, strict=True)
            if leg.key.table in case.target.tables and (not case.is_slow or own == (bounds is SLOW))
        ]  # fmt: skip
    return legs


def _client(allowed: Any, connection: Any) -> HttpClient:
    """The product's client; it waits for nothing, since no answer here becomes better by waiting."""
    return HttpClient(
        allowed, pool_size=connection.connections, ca_bundle=connection.ca_bundle, bounds=connection.bounds,
        sleep=lambda seconds: None, timeouts=(30.0, 90.0),
    )  # fmt: skip


if __name__ == "__main__":
    main()
