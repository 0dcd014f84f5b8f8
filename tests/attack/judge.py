"""Held or not held: what each case's leg came to, what reached the servers, and every byte that was written."""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests.attack import benign
from tests.attack.case import CANARY, GOOD, TARGETS, Case
from tests.attack.server import HostileServer, Seen, strange

REPOSITORY = Path(__file__).parents[2]
CONTROL = 0
DRIVE_SECONDS = 500
LONGEST_MESSAGE = 1_500
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_READ = {"loaded", "unchanged"}
_TABLES = {table for target in TARGETS for table in target.tables}


@dataclass(frozen=True)
class Verdict:
    """One line of the table; `reasons` is empty where the case was held. found: how its leg ended."""

    number: int
    case: Case
    found: str
    reasons: tuple[str, ...]

    @property
    def is_held(self) -> bool:
        """Whether nothing spoke against it."""
        return not self.reasons


def judge(folder: Path, cases: Mapping[int, Case]) -> list[Verdict]:
    """A good run, then the attack, over the same warehouse; the verdict on every case, in order.

    Errors: RuntimeError where the product's process itself did not end well: then nothing is held.
    """
    product = folder / "product"
    product.mkdir(parents=True)
    with HostileServer(folder / "server", dict(cases)) as server:
        _drive(folder, server, cases, 0)
        before = _stored(product / "warehouse.duckdb")
        server.attack()
        outcome = _drive(folder, server, cases, 1)
        seen, vendor = list(server.seen), server.root("vendor")
    after = _stored(product / "warehouse.duckdb")
    against: dict[int, list[str]] = defaultdict(list)
    for request in strange(seen, vendor):
        number = CONTROL if request.number is None else request.number
        against[number].append(f"sent {request.method} to {request.server} {_shown(request.path)}")
    for kind, place in outcome["places"]:
        found = re.search(r"c([0-9]{4})\b", place)
        against[int(found[1]) if found else CONTROL].append(f"{kind} of {_shown(place)}")
    for number, place in _controls(product / "warehouse.duckdb"):
        against[number].append(f"a control character is in {place}")
    for number, place in _traces(product):
        against[number].append(f"its canary is in {place}")
    legs: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for leg in outcome["legs"]:
        legs[_number_of(leg["connection"], leg["tenant"])].append(leg)
    return [
        _verdict(number, case, legs[number], seen, before, after, tuple(dict.fromkeys(against[number])))
        for number, case in cases.items()
    ]


def _drive(folder: Path, server: HostileServer, cases: Mapping[int, Case], minute: int) -> dict[str, Any]:
    product = folder / "product"
    temporary = product / "tmp"
    temporary.mkdir(exist_ok=True)
    ports = [server.root(name).rpartition(":")[2] for name in ("vendor", "files", "foreign", "plain")]
    plan = {
        "vendor": server.root("vendor"), "files": server.root("files"), "ca": str(server.ca_file), "ports": ports,
        "warehouse": str(product / "warehouse.duckdb"), "outcome": str(product / f"outcome-{minute}.json"),
        "run": f"run-{minute}", "minute": minute,
        "cases": [(number, case.target.name, case.is_slow) for number, case in cases.items()],
    }  # fmt: skip
    with (product / f"out-{minute}.txt").open("w") as out, (product / f"err-{minute}.txt").open("w") as err:
        ended = subprocess.run(
            [sys.executable, "-m", "tests.attack.drive"], input=json.dumps(plan), text=True, stdout=out, stderr=err,
            cwd=REPOSITORY, timeout=DRIVE_SECONDS, check=False, env=_environment(temporary),
        )  # fmt: skip
    if ended.returncode != 0:
        end = (product / f"err-{minute}.txt").read_text(errors="replace")[-2_000:]
        raise RuntimeError(f"the product's process ended with {ended.returncode}; nothing is held. Its end:\n{end}")
    return json.loads((product / f"outcome-{minute}.json").read_text(encoding="utf-8"))


def _environment(temporary: Path) -> dict[str, str]:
    """Little of the caller's: what his environment switches off, the product must switch off by itself."""
    kept = {"PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV", "LD_LIBRARY_PATH"}
    return {**{name: text for name, text in os.environ.items() if name in kept}, "TMPDIR": str(temporary)}


def _number_of(connection: str, tenant: str) -> int:
    found = benign.TENANT.fullmatch(tenant) or re.match(r"c([0-9]{4})", tenant) or re.match(r"c([0-9]{4})", connection)
    return int(found[1]) if found else CONTROL


def _verdict(
    number: int, case: Case, legs: Sequence[Mapping[str, str]], seen: Sequence[Seen],
    before: Mapping[tuple[int, str], list[str]], after: Mapping[tuple[int, str], list[str]], against: tuple[str, ...],
) -> Verdict:  # fmt: skip
    reasons = list(against)
    by_table = {leg["table"]: leg for leg in legs}
    attacked = [case.target.table] if case.target.table else list(case.target.tables)
    ends = {_end(by_table[table]) for table in attacked if table in by_table}
    if set(attacked) - set(by_table):
        reasons.append("a leg was not read at all")
    for end in sorted(ends - set(case.ends)):
        reasons.append(f"ended as {end or 'read'}, expected {' or '.join(name or 'read' for name in case.ends)}")
    witness = by_table.get(case.target.witness)
    if case.target.witness and (witness is None or _end(witness) != GOOD):
        reasons.append(f"{case.target.witness} of the same tenant or connection was touched")
    count = sum(1 for request in seen if request.number == number and request.target == case.target.name)
    if count > case.at_most:
        reasons.append(f"asked {count} times, expected at most {case.at_most}")
    if count == 0:
        reasons.append("was never asked: the case proves nothing")
    for table in case.target.tables:
        expected = before.get((number, table))
        if case.ids is not None and table == case.target.table:
            expected = [text.replace("{name}", f"r{number:04d}") for text in case.ids]
        if not before.get((number, table)):
            reasons.append(f"{table} held no row before: the case proves nothing")
        elif sorted(expected or []) != after.get((number, table), []):
            reasons.append(f"{table} holds {len(after.get((number, table), []))} rows that are not the expected ones")
    for leg in legs:
        text = leg["message"] + leg["advice"]
        if _CONTROL_CHARACTERS.search(text) or len(text) > LONGEST_MESSAGE:
            reasons.append("its message holds control characters, or is very long")
        if leg["status"] not in _READ and not (leg["message"] and leg["advice"]):
            reasons.append("it failed without a message or advice")
    return Verdict(number, case, " ".join(sorted(end or "read" for end in ends)), tuple(dict.fromkeys(reasons)))


def _end(leg: Mapping[str, str]) -> str:
    return GOOD if leg["status"] in _READ else leg["error_class"]


def _stored(file: Path) -> dict[tuple[int, str], list[str]]:
    """Ids of the rows that are not removed, by case and table."""
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name, list(column_name) from information_schema.columns "
            "where table_schema like 'raw_%' and not starts_with(table_name, '_dlt') group by all"
        ).fetchall()
        for schema, table, columns in tables:
            if table not in _TABLES:
                continue
            row_id = "user_principal_name" if table == "mailbox_usage" else "id"
            owner = (
                "tenant_id" if "tenant_id" in columns else "_tenant_id" if "_tenant_id" in columns else "_connection_id"
            )
            kept = "where not is_removed" if "is_removed" in columns else ""
            for name, text in connection.execute(f'select {owner}, {row_id} from {schema}."{table}" {kept}').fetchall():
                found[_number_of(name, name), table].append(text)
    return {place: sorted(ids) for place, ids in found.items()}


def _controls(file: Path) -> Iterator[tuple[int, str]]:
    """Cases of which a text is stored that holds a control character or turns what follows, and where."""
    with duckdb.connect(str(file), read_only=True) as connection:
        columns = connection.execute(
            "select table_schema, table_name, column_name, max(column_name) filter (column_name in "
            "('tenant_id', '_connection_id')) over (partition by table_schema, table_name) "
            "from information_schema.columns where table_schema like 'raw_%' and not starts_with(table_name, '_dlt') "
            "and data_type in ('VARCHAR', 'JSON')"
        ).fetchall()
        for schema, table, column, owner in columns:
            sql = f'select "{owner}", "{column}"::varchar from {schema}."{table}" where "{column}" is not null'
            for name, text in connection.execute(sql).fetchall():
                if _CONTROL_CHARACTERS.search(text):
                    yield _number_of(name, name), f"{table}.{column}"


def _traces(folder: Path) -> Iterator[tuple[int, str]]:
    """Cases whose canary lies in a file, and where: as bytes, as UTF-16, or in any column of a database."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        for found in CANARY.finditer(file.read_bytes()):
            yield int(b"".join(found.groups())), file.name
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        for schema, table in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall():
            sql = f"select t::varchar from {schema}.\"{table}\" t where contains(lower(t::varchar), 'canary')"
            for (text,) in connection.execute(sql).fetchall():
                for found in CANARY.finditer(text.encode()):
                    yield int(b"".join(found.groups())), f"{schema}.{table}"


def _shown(text: str) -> str:
    return repr(text[:80])[1:-1]
