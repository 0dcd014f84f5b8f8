"""A disk that fills up in the middle of a run: the message names it, and with more room the next run ends well."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.simulator.serve import Simulator
from ingestion.simulator.world import World
from tests.product import Product
from tests.warm_process import WarmProcess

# A first run of the small world ends with about 80 MB in its folder.
ENOUGH = "400m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder that a test mounts a small disk on; unmounted afterwards."""
    folder = tmp_path / "disk"
    folder.mkdir()
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def mount(folder: Path, size: str, *options: str) -> None:
    """Mount a tmpfs of a size, which only root may do: CI and the project's machines run the tests as root."""
    command = ["mount", "-t", "tmpfs", "-o", ",".join((f"size={size}", *options)), "tmpfs", str(folder)]
    subprocess.run(command, check=True)


# Where the run meets its end: in Dagster's storage, while dbt builds, while the published copy is written.
@pytest.mark.parametrize(
    "size",
    [
        pytest.param("4m", marks=pytest.mark.soak),
        "22m",
        pytest.param("40m", marks=pytest.mark.soak),
        pytest.param("70m", marks=pytest.mark.soak),
    ],
)
def test_run_on_a_full_disk_names_it_and_the_next_one_with_room_publishes(
    small_disk: Path, simulator: Simulator, world: World, warm: WarmProcess, size: str
) -> None:
    mount(small_disk, size)
    product = Product(small_disk / "product", world, simulator, warm)
    product.write_settings()
    ended = product.run(world.observation_dates[0])
    told = [line for line in ended.output.splitlines() if line.startswith("Not published: ")]
    assert ended.exit_code == 1, ended.text
    assert len(told) == 1 and "the disk is full (ENOSPC, " in told[0] and f"MB free in {product.folder}" in told[0]
    assert "Traceback" not in ended.text and "left out" not in ended.text
    mount(small_disk, ENOUGH, "remount")
    again = product.run(world.observation_dates[0])
    assert again.exit_code == 0, again.text
    assert product.ask("select count(*) > 0 from marts.mart_user_mfa") == [(True,)]
