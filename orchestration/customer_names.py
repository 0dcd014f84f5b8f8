"""Names of customers for people who look at failed tenants: from the published copy, which every reader may see."""

from pathlib import Path

import duckdb


def customer_names(published: Path) -> dict[str, str]:
    """Customer names by tenant id; empty where nothing readable is published: no load fails for want of a name."""
    if not published.is_file():
        return {}
    try:
        with duckdb.connect(str(published), read_only=True) as connection:
            return dict(connection.execute("select tenant_id, customer_name from marts.dim_tenants").fetchall())
    except duckdb.Error:
        return {}
