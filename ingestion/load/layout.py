"""What a contract means for the load, worked out once per process: which columns land, are compared, are required."""

import functools
from dataclasses import dataclass

import pyarrow as pa

from data_contracts.contract import Contract, raw_contract
from ingestion.legs import LegKey

# Put on the rows that changed, when they are handed to dlt.
STAMPED_COLUMNS = ("_run_id", "_as_of_date", "_extracted_at", "is_removed", "removed_at")
# In the place of a run: a row whose observation was taken back; the next read writes it again, whatever it says.
UNDONE = "undone"


@dataclass(frozen=True)
class Layout:
    """One raw table as the load sees it.

    landing: the columns that are known while a leg is read, in the contract's order. empty: a table without rows.
    required: those of them that may not be null. compared: content columns among them.
    volatile: columns whose change alone is no change. key: key columns in key order, `partition` the first of them.
    """

    contract: Contract
    landing: pa.Schema
    empty: pa.Table
    required: tuple[str, ...]
    compared: tuple[str, ...]
    volatile: frozenset[str]
    key: tuple[str, ...]
    partition: str

    def partition_of(self, key: LegKey) -> str:
        """The value of the partition column in every row of that leg."""
        return key.tenant_id if self.partition == "tenant_id" else key.connection_id


@functools.cache
def layout_of(vendor: str, table: str) -> Layout:
    """The layout of raw_<vendor>.<table>; ContractViolation where there is none."""
    contract = raw_contract(vendor, table)
    landing = pa.schema([field for field in contract.arrow_schema() if field.name not in STAMPED_COLUMNS])
    return Layout(
        contract=contract,
        landing=landing,
        empty=landing.empty_table(),
        required=tuple(column.name for column in contract.columns if column.required and column.name in landing.names),
        compared=tuple(name for name in contract.content_columns if name not in STAMPED_COLUMNS),
        volatile=frozenset(column.name for column in contract.columns if column.is_volatile),
        key=contract.key,
        partition=contract.partition,
    )
