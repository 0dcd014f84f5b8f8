"""Which observation dates a warehouse file has: asked before anything is written."""

from datetime import date
from pathlib import Path


def last_observation(warehouse: Path) -> date | None:
    """The newest date for which rows were loaded, None for a file without any."""
    dates = observation_dates(warehouse)
    return dates[-1] if dates else None


def observation_dates(warehouse: Path) -> list[date]:
    """Every date for which rows were loaded, ascending; empty where there is no warehouse yet.

    A run that was killed counts as soon as its first leg was recorded: its rows carry the date.
    Errors: WarehouseError for a file that cannot be opened.
    """
    from ingestion.load import Warehouse

    if not warehouse.exists():
        return []
    with Warehouse(warehouse).connect() as connection:
        known = connection.execute(
            "select 1 from information_schema.tables where table_schema = 'ops' and table_name = 'load_status'"
        ).fetchall()
        if not known:
            return []
        rows = connection.execute("select distinct as_of_date from ops.load_status order by as_of_date").fetchall()
    return [row[0] for row in rows]
