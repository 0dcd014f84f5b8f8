"""dlt's own rest_api source over the same users: with its defaults, and tuned (parquet, nesting 0)."""

from pathlib import Path
from typing import Any

import dlt
import duckdb
from dlt.sources.rest_api import rest_api_source

from bench.target import Target, token


def warm(folder: Path) -> None:
    """One row through dlt, so that every import has happened."""
    _pipeline("warm", folder).run([{"id": 1}], table_name="users")


def load_default(target: Target, folder: Path) -> None:
    """Every user into a table, as the source comes."""
    _load(target, folder, _source(target), {})


def load_tuned(target: Target, folder: Path) -> None:
    """Every user into a table, as parquet and without child tables."""
    source = _source(target)
    source.max_table_nesting = 0
    _load(target, folder, source, {"loader_file_format": "parquet"})


def _source(target: Target) -> Any:
    return rest_api_source(
        {
            "client": {
                "base_url": f"{target.graph_url}/v1.0/",
                "auth": {"type": "bearer", "token": token(target)},
                "paginator": {"type": "json_link", "next_url_path": "'@odata.nextLink'"},
            },
            "resources": [
                {
                    "name": "users",
                    "primary_key": "id",
                    "write_disposition": "merge",
                    "endpoint": {
                        "path": "users/delta",
                        "params": {"$select": ",".join(target.select)},
                        "data_selector": "value",
                    },
                }
            ],
        }
    )


def _load(target: Target, folder: Path, source: Any, options: dict[str, Any]) -> None:
    pipeline = _pipeline("bench", folder)
    pipeline.run(source, **options)
    with duckdb.connect(str(folder / "rest_api.duckdb")) as connection:
        found = connection.execute("select count(*) from bench.users").fetchone()
    assert found == (target.users,), found


def _pipeline(name: str, folder: Path) -> Any:
    return dlt.pipeline(
        name,
        pipelines_dir=str(folder / "dlt"),
        destination=dlt.destinations.duckdb(str(folder / "rest_api.duckdb")),
        dataset_name=name,
    )
