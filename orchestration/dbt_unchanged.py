"""Views and seeds that need no build: nothing that makes them has changed since the warehouse was last built.

Each dbt node costs 40 ms even where there is nothing to do, and two thirds of the project are views. A view is text:
it is made again when its own text, a macro, a setting, or the definition of anything below it is another one. Views
that hold a value of the run (its date, its id) are never left out.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

TABLE = "ops.built_definitions"
# Another one at each run, or on each day.
RUN_VARIABLES = frozenset({"as_of_date", "known_at_date", "run_id", "run_started_at", "is_as_of_today"})
_VARIABLE = re.compile(r"""\bvar\(\s*['"](\w+)['"]""")
_ANY_VARIABLE = re.compile(r"\bvar\(")
# What dbt gives a text beside variables that another run would give differently.
_OF_THE_INVOCATION = re.compile(r"\b(?:run_query|invocation_id|env_var|modules\.|target\.|graph\.)")


def definitions(manifest: Any, variables: Mapping[str, Any]) -> dict[str, str]:
    """Digest of what makes each view and seed, by unique id; those that differ from run to run are left out.

    manifest: dbt's own object.
    """
    macros = _MacroTexts(manifest)
    own = {unique_id: _own_text(node, macros.of(node.depends_on.macros)) for unique_id, node in _relations(manifest)}
    whole: dict[str, str] = {}
    for unique_id in _in_order(manifest, own):
        node = manifest.nodes[unique_id]
        below = [whole[name] if name in own else _columns(manifest, name) for name in _parents(node)]
        whole[unique_id] = hashlib.sha256("\n".join([own[unique_id], *sorted(below)]).encode()).hexdigest()
    found: dict[str, str] = {}
    for unique_id, digest in whole.items():
        node = manifest.nodes[unique_id]
        if node.resource_type != "seed" and node.config.materialized != "view":
            continue
        text = f"{node.raw_code}\n{macros.of(node.depends_on.macros)}"
        names = set(_VARIABLE.findall(text))
        is_told = len(_VARIABLE.findall(text)) == len(_ANY_VARIABLE.findall(text))
        if not is_told or names & RUN_VARIABLES or _OF_THE_INVOCATION.search(text):
            continue
        values = json.dumps({name: variables.get(name) for name in sorted(names)}, default=str)
        found[unique_id] = hashlib.sha256(f"{digest}\n{values}".encode()).hexdigest()
    return found


def unchanged(warehouse: Path, manifest: Any, current: Mapping[str, str]) -> set[str]:
    """Nodes whose definition is the one that the warehouse was built with, and whose relation is there."""
    if not warehouse.exists():
        return set()
    with duckdb.connect(str(warehouse)) as connection:
        relations = {
            (schema, name)
            for schema, name in connection.execute(
                "select table_schema, table_name from information_schema.tables"
            ).fetchall()
        }
        if tuple(TABLE.split(".")) not in relations:
            return set()
        built = dict(connection.execute(f"select node_id, definition from {TABLE}").fetchall())
    return {
        unique_id
        for unique_id, definition in current.items()
        if built.get(unique_id) == definition
        and (manifest.nodes[unique_id].schema, manifest.nodes[unique_id].alias) in relations
    }


def forget(warehouse: Path, unique_ids: Iterable[str]) -> None:
    """Strike these nodes out before they are built: what a build that breaks off leaves is not what was noted."""
    names = list(unique_ids)
    if not names or not warehouse.exists():
        return
    with duckdb.connect(str(warehouse)) as connection:
        _create_table(connection)
        connection.execute(f"delete from {TABLE} where node_id in (select unnest(?::varchar[]))", [names])


def note_built(warehouse: Path, current: Mapping[str, str], built: Iterable[str]) -> None:
    """Write down the definitions of the nodes that were built now."""
    rows = [(unique_id, current[unique_id]) for unique_id in built if unique_id in current]
    if not rows:
        return
    with duckdb.connect(str(warehouse)) as connection:
        _create_table(connection)
        connection.execute("begin")
        connection.executemany(f"delete from {TABLE} where node_id = ?", [[unique_id] for unique_id, _ in rows])
        connection.executemany(f"insert into {TABLE} values (?, ?)", rows)
        connection.execute("commit")


def in_order(manifest: Any, unique_ids: Iterable[str]) -> list[str]:
    """The nodes such that each comes after those it reads."""
    wanted = set(unique_ids)
    return [unique_id for unique_id in _in_order(manifest, dict(_relations(manifest))) if unique_id in wanted]


def _create_table(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema if not exists ops")
    connection.execute(f"create table if not exists {TABLE} (node_id text, definition text)")


class _MacroTexts:
    """The text of macros together with those that they call, the project's own; dbt's come with its version."""

    def __init__(self, manifest: Any) -> None:
        self._macros = manifest.macros
        self._known: dict[str, frozenset[str]] = {}

    def of(self, names: Sequence[str]) -> str:
        reached = frozenset().union(*(self._reached(name) for name in names))
        return "\n".join(self._macros[name].macro_sql for name in sorted(reached))

    def _reached(self, name: str) -> frozenset[str]:
        if name not in self._macros or not name.startswith("macro.tenantry."):
            return frozenset()
        if name not in self._known:
            self._known[name] = frozenset({name})  # a macro that calls itself ends here
            called = self._macros[name].depends_on.macros
            self._known[name] = frozenset({name}).union(*(self._reached(item) for item in called))
        return self._known[name]


def _relations(manifest: Any) -> list[tuple[str, Any]]:
    return [(unique_id, node) for unique_id, node in manifest.nodes.items() if node.resource_type in ("model", "seed")]


def _parents(node: Any) -> Sequence[str]:
    return node.depends_on.nodes if node.resource_type == "model" else ()


def _in_order(manifest: Any, nodes: Mapping[str, Any]) -> list[str]:
    graph = {unique_id: [name for name in _parents(manifest.nodes[unique_id]) if name in nodes] for unique_id in nodes}
    return list(TopologicalSorter(graph).static_order())


def _own_text(node: Any, macros: str) -> str:
    from dbt.version import __version__

    config = node.config.to_dict()
    return json.dumps(
        [
            __version__,
            node.raw_code,
            node.checksum.checksum,
            macros,
            # A view names the database that it reads: that of a file under another name is not there.
            node.database,
            node.schema,
            node.alias,
            config.get("materialized"),
            config.get("contract"),
            config.get("column_types"),
            [[column.name, column.data_type] for column in node.columns.values()],
        ],
        default=str,
    )


def _columns(manifest: Any, unique_id: str) -> str:
    source = manifest.sources.get(unique_id)
    columns = [[column.name, column.data_type] for column in source.columns.values()] if source else []
    return json.dumps([unique_id, columns])
