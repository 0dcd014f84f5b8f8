"""The receipt of a purge or an erasure: when, what was removed where, and what stays; never an address.

It is printed and kept as JSON in `receipts/` beside the warehouse.
"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

FOLDER = "receipts"


@dataclass(frozen=True)
class Removal:
    """What went from one table of one file, or from one file that has no tables.

    rows: rows; of `what` = `previews` the blanked texts, of `occurrences` the overwritten places.
    """

    file: str
    table: str
    what: str
    rows: int


@dataclass(frozen=True)
class Kept:
    """What an erasure leaves, by design: the person's own directory object and PSA contact, not their mail."""

    is_directory_user: bool
    is_psa_contact: bool
    tables: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Receipt:
    """What one command removed. address_hash: the keyed hash of an erased address, with the name of its key."""

    command: str
    started_at: datetime
    finished_at: datetime
    removed: tuple[Removal, ...]
    rewritten: tuple[str, ...]
    address_hash: str | None = None
    key_id: str | None = None
    kept: Kept | None = None

    def text(self) -> str:
        """The receipt as JSON."""
        values: dict[str, object] = {
            "command": self.command,
            "started_at": self.started_at.isoformat(timespec="seconds"),
            "finished_at": self.finished_at.isoformat(timespec="seconds"),
            "removed": [
                {"file": item.file, "table": item.table, "what": item.what, "count": item.rows} for item in self.removed
            ],
            "rewritten_files": list(self.rewritten),
        }
        if self.address_hash is not None:
            values |= {"address_hash": self.address_hash, "key_id": self.key_id}
        if self.kept is not None:
            values["out_of_scope"] = {
                "is_directory_user": self.kept.is_directory_user,
                "is_psa_contact": self.kept.is_psa_contact,
                "tables": [{"table": table, "count": rows} for table, rows in self.kept.tables],
            }
        return json.dumps(values, indent=2) + "\n"


def keep_receipt(receipt: Receipt, folder: Path) -> Path:
    """The file that holds the receipt now, on disk; readable by its owner only."""
    target = folder / FOLDER
    target.mkdir(mode=0o700, exist_ok=True)
    name = f"{receipt.command}-{receipt.finished_at:%Y%m%dT%H%M%S.%fZ}.json"
    handle = os.open(target / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(receipt.text())
        stream.flush()
        os.fsync(stream.fileno())
    return target / name


def print_receipt(receipt: Receipt, file: Path, stream: TextIO) -> None:
    """The receipt for people, and where its file lies."""
    if receipt.address_hash is not None:
        print(
            f"Erased {receipt.address_hash[:16]}… (keyed hash) at {receipt.finished_at:%Y-%m-%d %H:%M} UTC.",
            file=stream,
        )
    if not receipt.removed:
        print("Nothing was there to remove.", file=stream)
    for item in receipt.removed:
        print(f"  {item.rows} {item.what} from {f'{item.table} in ' if item.table else ''}{item.file}", file=stream)
    print(f"Rewritten without free blocks: {', '.join(receipt.rewritten)}.", file=stream)
    if receipt.kept is not None and receipt.kept.tables:
        names = ", ".join(f"{table} ({rows})" for table, rows in receipt.kept.tables)
        kinds = [
            words
            for is_so, words in (
                (receipt.kept.is_directory_user, "a directory user"),
                (receipt.kept.is_psa_contact, "a PSA contact"),
            )
            if is_so
        ]
        who = (
            f"The address is {' and '.join(kinds)}; " if kinds else "The address is in data outside mail and calendar; "
        )
        print(f"{who}that is out of scope and stays: {names}.", file=stream)
    print(f"Receipt: {file}", file=stream)
