"""Dagster's SQLite event log with its connections kept open.

Dagster opens and closes a database for every event: about 17 ms of processor time each, half a minute for the models
and tests of one run. The tables, files and formats are Dagster's own, so any other instance reads what this one wrote.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine, event

BUSY_TIMEOUT_SECONDS = 60.0


class KeptOpenEventStorage(SqliteEventLogStorage):
    """One engine and one connection per database file, reused by every event of the process."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._kept: dict[str, Engine] = {}
        self._connections: dict[str, Connection] = {}
        # Columns and summaries that were found; Dagster's own looks for them again at each event.
        self._found: set[str] = set()
        super().__init__(*arguments, **named)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "KeptOpenEventStorage":
        """The storage that dagster.yaml names; Dagster's own method would make its own class."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._kept.get(shard)
            if engine is None:
                engine = create_engine(
                    self.conn_string_for_shard(shard), connect_args={"timeout": BUSY_TIMEOUT_SECONDS}
                )
                event.listen(engine, "connect", _without_sync_per_commit)
                self._kept[shard] = engine
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            connection = self._connections.get(shard)
            if connection is None:
                connection = self._connections[shard] = engine.connect()
            if connection.in_transaction():
                # Asked again from within: a transaction of its own, as Dagster's would be.
                with engine.connect() as another, another.begin():
                    yield another
            else:
                with connection.begin():
                    yield connection

    @cached_property
    def supports_asset_checks(self) -> bool:
        """Whether the tables for checks are there; Dagster's own looks for them at each check."""
        return super().supports_asset_checks

    def has_asset_key_col(self, column_name: str) -> bool:
        """Whether the table of assets has the column, which it does not lose."""
        return self._remembered(column_name, lambda: super(KeptOpenEventStorage, self).has_asset_key_col(column_name))

    def has_secondary_index(self, name: str) -> bool:
        """Whether a summary is complete, which it stays."""
        return self._remembered(name, lambda: super(KeptOpenEventStorage, self).has_secondary_index(name))

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        return self._remembered(
            column_name,
            lambda: super(KeptOpenEventStorage, self)._has_asset_key_col_on_connection(conn, column_name),
        )

    def _remembered(self, name: str, look: Callable[[], bool]) -> bool:
        if name not in self._found and look():
            self._found.add(name)
        return name in self._found

    def dispose(self) -> None:
        """Close every database."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()
        for engine in self._kept.values():
            engine.dispose()
        self._kept.clear()
        super().dispose()


def _without_sync_per_commit(connection: Any, _record: Any) -> None:
    # With a write-ahead log this cannot corrupt the file; a power cut may lose the last events of a run.
    connection.execute("pragma synchronous = normal")
