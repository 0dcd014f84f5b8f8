"""Microsoft's list of licence SKUs → the dbt seed `transform/seeds/microsoft_skus.csv`.

The repository ships the SKUs that MSPs sell most. A user who wants all of them downloads Microsoft's own
list ("Product names and service plan identifiers for licensing") and runs

    python -m data_contracts.sku_list DOWNLOADED.csv

It must not know how the warehouse uses the seed: CSV → CSV. Flags of SKUs that the seed already holds are kept.
"""

import argparse
import csv
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

SEED = Path(__file__).parent.parent / "transform" / "seeds" / "microsoft_skus.csv"
SEED_COLUMNS = ("sku_id", "sku_part_number", "product_name", "is_trial", "is_free", "is_nonprofit", "is_device")
SOURCE_COLUMNS = ("Product_Display_Name", "String_Id", "GUID")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Words of Microsoft's part numbers and names that tell what a SKU is, where nobody has judged it yet.
_TRIAL = re.compile(r"TRIAL|(^|_)VTRIAL|EXPLORATORY|_IW$", re.IGNORECASE)
_FREE = re.compile(
    r"VIRAL|(^|_)FREE(_|$)|POWER_BI_STANDARD|PHONESYSTEM_VIRTUALUSER|RIGHTSMANAGEMENT_ADHOC|WINDOWS_STORE"
)
_NONPROFIT = re.compile(r"NON.?PROFIT|DONATION", re.IGNORECASE)
_DEVICE = re.compile(r"_DEVICE|INTUNE_A_D(_|$)|MCOCAP|\(device\)", re.IGNORECASE)


class SkuListError(Exception):
    """The list cannot be read; the message names file and line and says what to do."""


@dataclass(frozen=True, order=True)
class Sku:
    """One licence SKU as the seed holds it."""

    sku_part_number: str
    sku_id: str
    product_name: str
    is_trial: bool
    is_free: bool
    is_nonprofit: bool
    is_device: bool

    def row(self) -> dict[str, str]:
        """The SKU as a line of the seed."""
        values = {name: getattr(self, name) for name in SEED_COLUMNS}
        return {name: str(value).lower() if isinstance(value, bool) else value for name, value in values.items()}


def read_seed(path: Path) -> dict[str, Sku]:
    """The SKUs of a seed file by GUID; none where the file does not exist."""
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    flags = ("is_trial", "is_free", "is_nonprofit", "is_device")
    return {
        row["sku_id"]: Sku(
            row["sku_part_number"], row["sku_id"], row["product_name"], *(row[flag] == "true" for flag in flags)
        )
        for row in rows
    }


def read_microsoft_list(path: Path, known: Mapping[str, Sku]) -> dict[str, Sku]:
    """The SKUs of Microsoft's download by GUID, with the flags of `known` where it has them.

    Errors: SkuListError when a column is missing or a GUID is not one.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        header = [name.strip() for name in reader.fieldnames or ()]
        missing = [name for name in SOURCE_COLUMNS if name not in header]
        if missing:
            raise SkuListError(
                f"{path}, line 1: no column {missing[0]}; found {', '.join(header) or 'nothing'}. Download the CSV "
                "that Microsoft's page 'Product names and service plan identifiers for licensing' links, "
                "and give its path."
            )
        reader.fieldnames = header
        skus: dict[str, Sku] = {}
        for row in reader:
            guid = row["GUID"].strip().lower()
            if not _GUID.fullmatch(guid):
                raise SkuListError(
                    f"{path}, line {reader.line_num}: column GUID holds no GUID of 36 characters. "
                    "Download the list again; do not edit it in a spreadsheet."
                )
            # The list repeats a SKU for each of its service plans.
            part_number, name = row["String_Id"].strip(), row["Product_Display_Name"].strip()
            skus.setdefault(guid, _sku(guid, part_number, name, known.get(guid)))
    return skus


def _sku(guid: str, part_number: str, name: str, known: Sku | None) -> Sku:
    if known is not None:
        return Sku(part_number, guid, name, known.is_trial, known.is_free, known.is_nonprofit, known.is_device)
    is_free = bool(_FREE.search(part_number.upper()))
    is_trial = bool(_TRIAL.search(part_number) or _TRIAL.search(name)) and not is_free
    is_nonprofit = bool(_NONPROFIT.search(part_number) or _NONPROFIT.search(name))
    is_device = bool(_DEVICE.search(part_number) or _DEVICE.search(name))
    return Sku(part_number, guid, name, is_trial, is_free, is_nonprofit, is_device)


def write_seed(path: Path, skus: Iterable[Sku]) -> None:
    """Writes the seed, ordered by part number and GUID, so that a new download gives a small difference."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, SEED_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sku.row() for sku in sorted(skus))


def main(arguments: list[str] | None = None) -> int:
    """Command line: rewrites the seed from a download."""
    parser = argparse.ArgumentParser(prog="python -m data_contracts.sku_list", description=main.__doc__)
    parser.add_argument("source", type=Path, help="the CSV downloaded from Microsoft")
    parser.add_argument("--seed", type=Path, default=SEED, help="the seed to rewrite")
    options = parser.parse_args(arguments)
    known = read_seed(options.seed)
    try:
        skus = read_microsoft_list(options.source, known)
    except (OSError, SkuListError) as error:
        print(error, file=sys.stderr)
        return 1
    # A SKU that Microsoft no longer lists may still be held by a tenant.
    write_seed(options.seed, {**known, **skus}.values())
    print(f"{options.seed}: {len(known | skus)} SKUs, {len(skus.keys() - known.keys())} of them new")
    return 0


if __name__ == "__main__":
    sys.exit(main())
