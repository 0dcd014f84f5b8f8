"""The floor: fetch over keep-alive TLS, parse natively, insert into DuckDB, and nothing else."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.json
import requests

from bench.target import Target, token

CONNECTIONS = 8
PAGES_PER_INSERT = 25
_LICENSE = pa.struct([("skuId", pa.string()), ("disabledPlans", pa.list_(pa.string()))])
_STATE = pa.struct([(name, pa.string()) for name in ("skuId", "assignedByGroup", "state", "error")])
_TYPES = {
    "accountEnabled": pa.bool_(),
    "onPremisesSyncEnabled": pa.bool_(),
    "assignedLicenses": pa.list_(_LICENSE),
    "licenseAssignmentStates": pa.list_(_STATE),
    "createdDateTime": pa.timestamp("us"),
    "externalUserStateChangeDateTime": pa.timestamp("us"),
}


def warm(folder: Path) -> None:
    """One Arrow row into DuckDB, which imports the rest of itself then."""
    batch = pa.table({"id": ["1"]})  # noqa: F841 (DuckDB finds it by name)
    duckdb.connect().execute("create table users as select * from batch")


def load(target: Target, folder: Path) -> None:
    """Every user into a table."""
    columns = [pa.field(name, _TYPES.get(name, pa.string())) for name in target.select]
    next_link = "@odata.nextLink"
    schema = pa.schema([pa.field(next_link, pa.string()), pa.field("value", pa.list_(pa.struct(columns)))])
    connection = duckdb.connect(str(folder / "floor.duckdb"))
    session = requests.Session()
    session.trust_env = False
    session.verify = target.ca_bundle
    session.mount("https://", requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=CONNECTIONS))
    session.headers["Authorization"] = f"Bearer {token(target)}"

    def read_chain(first: str) -> None:
        """Follows one chain of next links; a delta round cannot be split over connections."""
        cursor, url, pages = connection.cursor(), first, []
        while url:
            content = session.get(url, timeout=60).content
            page = pa.json.read_json(
                io.BytesIO(content),
                read_options=pa.json.ReadOptions(use_threads=False, block_size=len(content) + 1),
                parse_options=pa.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
            )
            pages.append(pa.Table.from_struct_array(page["value"].combine_chunks().flatten()))
            url = page[next_link][0].as_py()
            if len(pages) == PAGES_PER_INSERT or not url:
                batch = pa.concat_tables(pages)  # noqa: F841 (DuckDB finds it by name)
                cursor.execute("insert into users select * from batch")
                pages = []

    empty = pa.schema(columns).empty_table()  # noqa: F841
    connection.execute("create table users as select * from empty")
    first_links = [f"{target.graph_url}/v1.0/users/delta?$select={','.join(target.select)}"]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(read_chain, first_links))
    found = connection.execute("select count(*) from users").fetchone()
    connection.close()
    assert found == (target.users,), found
