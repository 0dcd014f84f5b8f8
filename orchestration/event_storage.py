"""Dagster's SQLite event log with its connections kept open.

Dagster opens and closes a database for every event: about 17 ms of processor time each, half a minute for the models
and tests of one run. The tables, files and formats are Dagster's own, so any other instance reads what this one wrote.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine, event

BUSY_TIMEOUT_SECONDS = 60.0


class KeptOpenEventStorage(SqliteEventLogStorage):
    """One engine per database file, reused by every event of the process."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._kept: dict[str, Engine] = {}
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
            with engine.connect() as connection, connection.begin():
                yield connection

    def dispose(self) -> None:
        """Close every database."""
        for engine in self._kept.values():
            engine.dispose()
        self._kept.clear()
        super().dispose()


def _without_sync_per_commit(connection: Any, _record: Any) -> None:
    # With a write-ahead log this cannot corrupt the file; a power cut may lose the last events of a run.
    connection.execute("pragma synchronous = normal")
