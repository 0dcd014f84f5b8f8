"""dbt source files generated from the raw contracts, so that dbt and the load can never list different columns.

It must not invent a column: raw contracts → `transform/models/staging/<vendor>/_<vendor>__sources.yml`.
Write them with `python -m data_contracts.sources`; a test and `tenantry contracts check` fail when they are stale.
"""

import sys
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

import yaml

from data_contracts.contract import Contract, raw_contracts

STAGING_FOLDER = Path("transform") / "models" / "staging"
LOAD_ID_COLUMN = "_dlt_load_id"
_HEADER = (
    "# Generated from data_contracts/raw by `python -m data_contracts.sources`; do not edit, change the contract.\n"
)


def source_path(vendor: str) -> Path:
    """Where the vendor's source file lies, relative to the repository."""
    return STAGING_FOLDER / vendor / f"_{vendor}__sources.yml"


def source_text(vendor: str, contracts: Sequence[Contract]) -> str:
    """The whole source file of one vendor: dbt source `<vendor>` over schema `raw_<vendor>`."""
    document = {
        "version": 2,
        "sources": [
            {
                "name": vendor,
                "schema": f"raw_{vendor}",
                "description": f"Raw tables of {vendor}: the present as the vendor last returned it.",
                "tables": [_table(contract) for contract in contracts],
            }
        ],
    }
    return _HEADER + yaml.safe_dump(document, sort_keys=False, width=110, allow_unicode=True)


def source_files(contracts: Sequence[Contract]) -> Mapping[Path, str]:
    """Relative path → text of every source file that these contracts imply."""
    ordered = sorted(contracts, key=lambda contract: (contract.vendor, contract.table))
    return {
        source_path(vendor): source_text(vendor, list(group))
        for vendor, group in groupby(ordered, key=lambda contract: contract.vendor)
    }


def write_sources(root: Path) -> list[Path]:
    """The source files that were missing or stale under the repository root, now written."""
    written = []
    for relative, text in source_files(raw_contracts()).items():
        path = root / relative
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(relative)
    return written


def _table(contract: Contract) -> dict:
    columns = [
        {"name": column.name, "data_type": column.physical_type, "description": column.description}
        for column in contract.columns
    ]
    columns.append(
        {"name": LOAD_ID_COLUMN, "data_type": "varchar", "description": "dlt load package that last wrote the row"}
    )
    return {"name": contract.table, "description": contract.description, "columns": columns}


if __name__ == "__main__":
    for changed in write_sources(Path(__file__).parent.parent):
        sys.stdout.write(f"wrote {changed}\n")
