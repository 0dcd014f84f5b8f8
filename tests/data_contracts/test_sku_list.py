"""The seed of licence SKUs is rewritten from Microsoft's list without losing what was judged by hand."""

import csv
from pathlib import Path

import pytest

from data_contracts.sku_list import SEED, main, read_seed

HEADER = "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names\n"
SUITE = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"


def seed_with(folder: Path, *rows: str) -> Path:
    """A seed file with the given lines."""
    path = folder / "seed.csv"
    header = "sku_id,sku_part_number,product_name,is_trial,is_free,is_nonprofit,is_device"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def download(folder: Path, *rows: str) -> Path:
    """Microsoft's file with the given lines."""
    path = folder / "microsoft.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8-sig")
    return path


def test_main_known_sku_keeps_flags_and_takes_name(tmp_path: Path) -> None:
    seed = seed_with(tmp_path, f"{SUITE},SUITE,Old name,false,true,false,false")
    source = download(
        tmp_path,
        f"New name,SUITE,{SUITE.upper()},PLAN_A,x,Plan A",
        f"New name,SUITE,{SUITE.upper()},PLAN_B,y,Plan B",
    )

    assert main([str(source), "--seed", str(seed)]) == 0

    sku = read_seed(seed)[SUITE]
    assert (sku.product_name, sku.is_free) == ("New name", True)
    assert len(read_seed(seed)) == 1


def test_main_delisted_sku_stays(tmp_path: Path) -> None:
    seed = seed_with(tmp_path, f"{OTHER},GONE,Gone,false,false,false,true")
    source = download(tmp_path, f"Suite,SUITE,{SUITE},PLAN,x,Plan")

    assert main([str(source), "--seed", str(seed)]) == 0

    assert set(read_seed(seed)) == {SUITE, OTHER}


@pytest.mark.parametrize(
    ("part_number", "name", "flag"),
    [
        ("POWERAPPS_VIRAL", "Power Apps Plan 2 Trial", "is_free"),
        ("FLOW_FREE", "Power Automate Free", "is_free"),
        ("AX7_USER_TRIAL", "AX7 User Trial", "is_trial"),
        ("SUITE_DONATION", "Suite Donation (Non Profit Pricing)", "is_nonprofit"),
        ("INTUNE_A_D", "Intune Device", "is_device"),
    ],
)
def test_main_new_sku_is_flagged_by_its_words(tmp_path: Path, part_number: str, name: str, flag: str) -> None:
    seed = tmp_path / "seed.csv"
    source = download(tmp_path, f"{name},{part_number},{SUITE},PLAN,x,Plan", f"Suite,SPE_X,{OTHER},PLAN,x,Plan")

    assert main([str(source), "--seed", str(seed)]) == 0

    skus = read_seed(seed)
    flags = ("is_trial", "is_free", "is_nonprofit", "is_device")
    assert [name for name in flags if getattr(skus[SUITE], name)] == [flag]
    assert not any(getattr(skus[OTHER], name) for name in flags)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("Name,Id\nSuite,SUITE\n", "line 1: no column Product_Display_Name"),
        (HEADER + "Suite,SUITE,1.1E+10,PLAN,x,Plan\n", "line 2: column GUID"),
    ],
)
def test_main_other_file_leaves_seed_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, told: str
) -> None:
    seed = seed_with(tmp_path, f"{SUITE},SUITE,Suite,false,false,false,false")
    before = seed.read_bytes()
    source = tmp_path / "other.csv"
    source.write_text(content, encoding="utf-8")

    assert main([str(source), "--seed", str(seed)]) == 1

    assert told in capsys.readouterr().err
    assert seed.read_bytes() == before


def test_shipped_seed_names_standard_what_its_part_number_calls_premium() -> None:
    sku = read_seed(SEED)["f245ecc8-75af-4f8e-b61f-27d8114de5f3"]

    assert (sku.sku_part_number, sku.product_name) == ("O365_BUSINESS_PREMIUM", "Microsoft 365 Business Standard")


def test_shipped_part_numbers_name_shipped_skus() -> None:
    with (SEED.parent / "microsoft_part_numbers.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert rows
    assert {row["sku_id"] for row in rows} <= read_seed(SEED).keys()
