"""Settings, secrets, reviewed files and dates that are wrong: refused in one paragraph before anything is touched."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingestion.simulator.world import World
from tests.product import Product


def fingerprint(product: Product) -> dict[str, str]:
    """Every file of the warehouse folder by its content."""
    folder = product.warehouse.parent
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def _unknown_setting(product: Product) -> None:
    _edit(product.settings, "[leakage]\nobservations", "[leakage]\nobservation")


def _missing_secret(product: Product) -> None:
    _edit(product.settings, "env:TENANTRY_PAX8_SECRET", "env:TENANTRY_NOT_SET")


def _secret_id(product: Product) -> None:
    secret = product.folder / "secret.txt"
    secret.write_text("11111111-2222-4333-8444-555555555555", encoding="utf-8")
    _edit(product.settings, "env:TENANTRY_GRAPH_SECRET", f"file:{secret}")


def _malformed_csv(product: Product) -> None:
    file = product.folder / "config" / "fx_rates.csv"
    lines = file.read_text("utf-8").splitlines()
    cells = lines[1].split(",")
    cells[3] = "a-lot-of-CANARY"
    file.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n", encoding="utf-8")


def _nothing(product: Product) -> None:
    return None


@dataclass(frozen=True)
class Bad:
    """What is made wrong, and the words that say what, where, found, expected and next."""

    breaks: Callable[[Product], None]
    names: tuple[str, ...]
    day: str = "2026-10-27"


BAD = {
    "unknown setting": Bad(_unknown_setting, ("tenantry.toml", "leakage", "observation", "observations")),
    "missing secret": Bad(_missing_secret, ("TENANTRY_NOT_SET", "distributors", "client_secret")),
    "secret that is a Secret ID": Bad(_secret_id, ("client_secret", "Secret ID", "Value")),
    "malformed csv": Bad(_malformed_csv, ("fx_rates.csv", "2", "rate", "expected")),
    "date before the last observation": Bad(_nothing, ("2026-10-19", "2026-10-20", "publish --as-of"), "2026-10-19"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_and_touches_nothing(product: Product, world: World, name: str) -> None:
    bad = BAD[name]
    bad.breaks(product)
    before = fingerprint(product)

    ended = product.tell("run", "--as-of", bad.day)

    assert ended.exit_code == 64, ended.text
    assert ended.output == ""
    assert ended.errors.startswith("tenantry run: ") and "\n\n" not in ended.errors.strip(), ended.errors
    assert [word for word in bad.names if word not in ended.errors] == []
    assert ended.errors.strip().endswith(".")
    assert "CANARY" not in ended.errors and "11111111" not in ended.errors and "@" not in ended.errors
    assert [secret for secret in world.secret_environment().values() if secret in ended.errors] == []
    assert fingerprint(product) == before
    assert product.simulator.log() == []
