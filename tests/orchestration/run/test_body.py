"""No body: what must never land is in no byte that the product leaves, whatever becomes of the run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ingestion.simulator.encoding import encode
from ingestion.simulator.world import World
from tests.orchestration.run.canaries import CANARIES, traces
from tests.product import REPOSITORY, Product

BODY_PROPERTY = """\
      - name: body
        logicalType: string
        physicalType: varchar
        required: false
        classification: personal
        description: "text of the message"
        customProperties:
          - {property: sourceField, value: "body.content"}
          - {property: sourceType, value: "string"}
"""


def test_world_has_every_canary_in_the_listed_mailboxes(world: World, loaded_once: Product) -> None:
    snapshot = world.at(world.observation_dates[0])
    boxes = [
        box
        for tenant in snapshot.tenants.values()
        for address, box in tenant.mailboxes.items()
        if address in loaded_once.settings.read_text("utf-8").split("canary")[0]
    ]
    served = encode([[box.folders, box.events] for box in boxes])
    assert [canary for canary in CANARIES if canary.encode() not in served] == []


def test_full_run_leaves_no_canary_in_any_file(loaded_once: Product, tmp_path: Path) -> None:
    # There was something to keep out: a private meeting with a customer, and mails that touch no customer.
    private = (
        "select count(*) > 0, count(subject), count(location) from raw_microsoft.events where sensitivity = 'private'"
    )
    assert loaded_once.ask(private, file=loaded_once.warehouse) == [(True, 0, 0)]
    dropped = "select min(rows_dropped) > 0 from ops.load_status where table_name in ('messages', 'events')"
    assert loaded_once.ask(dropped, file=loaded_once.warehouse) == [(True,)]
    assert loaded_once.ask("select count(*) > 0 from marts.mart_customer_mail") == [(True,)]
    assert traces(loaded_once.folder, tmp_path) == []


def test_search_finds_a_canary_in_a_table_and_in_a_packed_file(tmp_path: Path) -> None:
    folder = tmp_path / "searched"
    folder.mkdir()
    with duckdb.connect(str(folder / "some.duckdb")) as connection:
        connection.execute("create table mails as select range as id, 'CANARY-BODY-' || range as note from range(9000)")
    (folder / "page.json").write_text('{"body": "CANARY-BODY-1"}', encoding="utf-8")
    shutil.make_archive(str(folder / "packed"), "zip", folder, "page.json")
    (folder / "page.json").unlink()

    found = traces(folder, tmp_path)

    assert "packed.zip" in found and "some.duckdb: main.mails" in found


@pytest.fixture
def tree_with_body(tmp_path: Path) -> Path:
    """A folder whose package data_contracts lists a body; Python finds it before the installed one."""
    folder = tmp_path / "tree"
    shutil.copytree(REPOSITORY / "data_contracts", folder / "data_contracts")
    contract = folder / "data_contracts" / "raw" / "microsoft" / "messages.odcs.yaml"
    contract.write_text(contract.read_text("utf-8").rstrip("\n") + "\n" + BODY_PROPERTY, encoding="utf-8")
    return folder


@pytest.mark.parametrize("command", [("contracts", "check"), ("run", "--as-of", "2026-10-20")])
def test_contract_that_lists_a_body_is_refused_with_file_and_line(
    new_product: Product, tree_with_body: Path, command: tuple[str, ...]
) -> None:
    contract = tree_with_body / "data_contracts" / "raw" / "microsoft" / "messages.odcs.yaml"
    line = 1 + contract.read_text("utf-8").splitlines().index("      - name: body")

    outcome = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *command, "--settings", str(new_product.settings)],
        cwd=tree_with_body,
        env={**new_product.environment, "PYTHONPATH": os.pathsep.join([str(tree_with_body), str(REPOSITORY)])},
        capture_output=True,
        text=True,
        check=False,
    )

    text = outcome.stdout + outcome.stderr
    assert outcome.returncode == 1, text
    assert "messages.odcs.yaml" in text and str(line) in text and "body" in text
    assert new_product.simulator.log() == []
    assert not new_product.published.exists()


def test_column_for_content_blocks_publishing_and_leaves_no_canary(
    product: Product, world: World, tmp_path: Path
) -> None:
    with duckdb.connect(str(product.warehouse)) as connection:
        connection.execute("create table intermediate.left_over as select 'x' as unique_body")
    published = product.published.read_bytes()

    ended = product.run(world.observation_dates[1])

    assert ended.exit_code == 1, ended.text
    blocked = [line for line in ended.output.splitlines() if line.startswith("Not published: ")]
    assert len(blocked) == 1 and "intermediate.left_over.unique_body" in blocked[0]
    assert "last good copy kept" in ended.output
    assert product.published.read_bytes() == published
    assert traces(product.folder, tmp_path) == []
