"""`tenantry publish`: asks no vendor; looking back gives what was published then, in another file."""

import hashlib
import signal
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingestion.load import Warehouse, prepare
from ingestion.simulator.world import World
from tests.product import VOLATILE, Product, contents, differences

# Mails and meetings have no history: what was deleted at the source, or left the window, is gone here.
WITHOUT_HISTORY = {"marts.mart_customer_mail", "marts.mart_customer_meetings"}
OF_MAIL = {"last_mail_at", "next_meeting_at"}


def digest(file: Path) -> str:
    """Fingerprint of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
def twice(loaded_twice: Product, product: Product, tmp_path: Path) -> Iterator[Product]:
    """A product of two observations that may be changed; the simulator is quiet."""
    yield loaded_twice.copy_to(tmp_path / "twice")


def test_publish_rebuilds_the_same_marts_without_asking_a_vendor(twice: Product, loaded_twice: Product) -> None:
    twice.published.unlink()

    ended = twice.tell("publish")

    assert ended.exit_code == 0, ended.text
    assert twice.simulator.log() == []
    assert differences(contents(twice.published), contents(loaded_twice.published)) == {}
    assert differences(contents(twice.warehouse, ("hist",)), contents(loaded_twice.warehouse, ("hist",))) == {}


def test_publish_as_of_an_earlier_observation_gives_its_marts(
    twice: Product, loaded_once: Product, world: World, tmp_path: Path
) -> None:
    target = tmp_path / "looked-back.duckdb"
    before = digest(twice.published), digest(twice.warehouse)

    ended = twice.tell("publish", "--as-of", world.observation_dates[0].isoformat(), "--to", str(target))

    assert ended.exit_code == 0, ended.text
    assert twice.simulator.log() == []
    assert digest(twice.published) == before[0]
    volatile = VOLATILE | OF_MAIL
    found, expected = (contents(file, volatile=volatile) for file in (target, loaded_once.published))
    assert set(differences(found, expected)) == WITHOUT_HISTORY
    assert sorted(path.name for path in target.parent.iterdir() if path.suffix == ".wal") == []


@pytest.mark.soak
def test_publish_as_of_a_run_that_was_killed_shows_what_it_loaded(
    product: Product, loaded_twice: Product, world: World, tmp_path: Path
) -> None:
    day, target = world.observation_dates[1], tmp_path / "looked-back.duckdb"
    assert product.run(day, kill_at=("mid_dbt", 1)).exit_code == -signal.SIGKILL
    before = contents(product.warehouse, ("hist",))

    ended = product.tell("publish", "--as-of", day.isoformat(), "--to", str(target))

    assert ended.exit_code == 0, ended.text
    assert differences(contents(target), contents(loaded_twice.published)) == {}
    assert differences(contents(product.warehouse, ("hist",)), before) == {}


@pytest.mark.soak
def test_copy_of_a_look_back_that_was_killed_goes_with_the_next_command(
    product: Product, world: World, tmp_path: Path
) -> None:
    before = sorted(path.name for path in product.warehouse.parent.iterdir())
    asked = ("publish", "--as-of", world.observation_dates[0].isoformat(), "--to", str(tmp_path / "never.duckdb"))

    killed = product.start(*asked, kill_at=("before_rename", 1)).wait()
    left = [path for path in product.warehouse.parent.rglob("tenantry.duckdb") if path.is_file()]
    warehouse = Warehouse(product.warehouse)
    with warehouse.acquire():
        prepare(warehouse)

    assert killed.exit_code == -signal.SIGKILL and len(left) == 2
    assert not warehouse.work_folder.exists()
    assert sorted(path.name for path in product.warehouse.parent.iterdir()) == before


def test_publish_as_of_before_the_first_observation_is_refused(product: Product, tmp_path: Path) -> None:
    target = tmp_path / "never.duckdb"
    before = digest(product.warehouse), digest(product.published)

    ended = product.tell("publish", "--as-of", "2026-01-01", "--to", str(target))

    assert ended.exit_code == 64
    assert "2026-01-01" in ended.errors and "2026-10-20" in ended.errors
    assert not target.exists() and (digest(product.warehouse), digest(product.published)) == before


def test_publish_to_a_file_leaves_the_published_copy_alone(product: Product, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "copy.duckdb"
    before = digest(product.published)

    ended = product.tell("publish", "--to", str(target))

    assert ended.exit_code == 0, ended.text
    assert digest(product.published) == before
    assert differences(contents(target), contents(product.published)) == {}


def test_key_test_that_fails_exits_1_and_leaves_the_published_copy_byte_for_byte(product: Product) -> None:
    """A defect that puts a company into the warehouse twice: the error-severity key tests of the marts must see it."""
    with duckdb.connect(str(product.warehouse)) as connection:
        connection.execute("create table twice as select * from raw_connectwise.companies")
        connection.execute("insert into twice select * from twice limit 1")
        connection.execute("drop table raw_connectwise.companies")
        connection.execute("create table raw_connectwise.companies as select * from twice")
        connection.execute("drop table twice")
    before = digest(product.published)

    ended = product.tell("publish")

    assert ended.exit_code == 1, ended.text
    assert "dbt test " in ended.text and ": fail" in ended.text
    assert digest(product.published) == before
