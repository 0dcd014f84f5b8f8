"""Erasing a person: from every file, once and for all, with a receipt that is right and names nobody."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from ingestion.load import Warehouse
from ingestion.microsoft.erased import address_hash
from orchestration.errors import OrchestrationError, UsageError
from orchestration.privacy.erase import erase, person_address
from orchestration.privacy.key import EraseKeyError, key_file, read_key
from orchestration.privacy.people import erased_people
from orchestration.privacy.receipt import Removal
from orchestration.run_request import RunFailed
from orchestration.settings_schema import Settings
from tests.orchestration.privacy.conftest import (
    DANA,
    EX,
    KIM,
    TENANT,
    add_event,
    add_message,
    add_state,
    ids,
    publish,
    recipients,
)
from tests.orchestration.run.canaries import traces
from tests.product import REPOSITORY

MESSAGES = "select id from raw_microsoft.messages order by id"
MAIL = "select message_id from marts.mart_customer_mail order by message_id"


@pytest.fixture
def filled(settings: Settings, warehouse: Warehouse) -> Warehouse:
    """Mails and meetings with the person in every place, and some without; published and exported."""
    with warehouse.connect() as connection:
        add_message(connection, 1)
        add_message(connection, 2, from_address=EX.upper())
        add_message(connection, 3, sender_address=EX)
        for number, column in ((4, "to_recipients"), (5, "cc_recipients"), (6, "bcc_recipients")):
            add_message(connection, number, **{column: recipients(KIM, EX)})
        add_message(connection, 7, subject=f"Fwd: {EX} wrote")
        add_message(connection, 8, preview=f"On Monday <{EX}> wrote:")
        add_message(connection, 9, from_address=f"r{EX}", preview=f"mail {EX}.au")
        add_event(connection, 1)
        add_event(connection, 2, organizer_address=EX)
        add_event(connection, 3, attendees=recipients(DANA, EX))
        connection.execute("create table intermediate.int_mails as select mailbox, subject from raw_microsoft.messages")
        add_state(connection, TENANT, "events", "")
    publish(settings)
    return warehouse


def test_erase_removes_the_person_from_every_file_and_nobody_else(
    settings: Settings, filled: Warehouse, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # m9 is somebody whose address begins before and ends after it, which a search for the bytes cannot tell apart.
    with filled.connect() as connection:
        connection.execute("delete from raw_microsoft.messages where id = 'm9'")
        connection.execute("delete from marts.mart_customer_mail where message_id = 'm9'")
    publish(settings)
    log = settings.dagster_home / "storage" / "compute.log"
    log.parent.mkdir(parents=True)
    log.write_text(f"before {EX.title()} after", encoding="utf-8")
    scratch = tmp_path_factory.mktemp("scratch")
    assert len(traces(tmp_path, scratch, EX)) > 5

    erase(settings, EX)

    assert traces(tmp_path, scratch, EX) == []
    assert log.read_text("utf-8") == f"before {'x' * len(EX)} after"
    assert ids(filled.path, MESSAGES) == ids(filled.path, MAIL) == ids(settings.warehouse.published, MAIL) == ["m1"]
    assert ids(filled.path, "select id from raw_microsoft.events") == ["e1"]
    assert ids(filled.path, "select subject from staging.stg_mails") == ["Subject 1"]
    assert ids(filled.path, "select subject from intermediate.int_mails where subject like 'Fwd%'") == []
    export = settings.warehouse.published.with_suffix("") / "parquet" / "mart_customer_mail.parquet"
    assert pq.read_table(export).column("message_id").to_pylist() == ["m1"]


def test_erase_leaves_another_person_whose_address_holds_this_one(settings: Settings, filled: Warehouse) -> None:
    with filled.connect() as connection:
        connection.execute("update raw_microsoft.messages set preview = null where id = 'm9'")
    erase(settings, EX)
    assert ids(filled.path, MESSAGES) == ["m1", "m9"]


def test_erase_leaves_no_byte_of_rows_that_were_deleted_before(settings: Settings, filled: Warehouse) -> None:
    with filled.connect() as connection:
        connection.execute("pragma force_compression = 'uncompressed'")
        # Blocks at the end of the file would be cut off, and the erasure's own writes fill the first free ones.
        connection.execute("create table gone as select 'GHOST-' || range as text from range(300000)")
        connection.execute("create table staying as select range as number from range(100000)")
        connection.execute("checkpoint")
        connection.execute("drop table gone")
    assert b"GHOST-9" in filled.path.read_bytes()
    erase(settings, EX)
    assert b"GHOST-" not in filled.path.read_bytes()
    assert not filled.path.with_name(f"{filled.path.name}.wal").exists()


def test_erase_keeps_constraints_types_and_rows_of_other_tables(settings: Settings, filled: Warehouse) -> None:
    shape = (
        "select table_schema || '.' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable "
        "from information_schema.columns where table_name <> 'erased_people' order by all"
    )
    before = ids(filled.path, shape)
    erase(settings, EX)
    assert ids(filled.path, shape) == before
    with filled.connect() as connection, pytest.raises(duckdb.ConstraintException):
        connection.execute("insert into marts.mart_customer_mail (mailbox) values ('x')")


def test_receipt_says_what_was_removed_where_and_never_whom(
    settings: Settings, filled: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = erase(settings, EX)

    warehouse, published = "warehouse/tenantry.duckdb", "warehouse/published.duckdb"
    found = {(item.file, item.table): item.rows for item in receipt.removed}
    assert found == {
        (warehouse, "raw_microsoft.messages"): 8,
        (warehouse, "raw_microsoft.events"): 2,
        (warehouse, "marts.mart_customer_mail"): 8,
        (warehouse, "marts.mart_customer_meetings"): 2,
        (warehouse, "intermediate.int_mails"): 1,
        (published, "marts.mart_customer_mail"): 8,
        (published, "marts.mart_customer_meetings"): 2,
        ("warehouse/published/parquet/mart_customer_mail.parquet", ""): 8,
    }
    key = read_key(filled.path)
    assert key is not None and receipt.address_hash == address_hash(key, EX)
    assert receipt.kept is not None and receipt.kept.tables == ()
    file = next((filled.path.parent / "receipts").iterdir())
    kept = json.loads(file.read_text("utf-8"))
    assert (kept["command"], kept["address_hash"]) == ("erase", receipt.address_hash)
    assert {(item["file"], item["table"]): item["count"] for item in kept["removed"]} == found
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    printed = capsys.readouterr().out
    assert "8 rows from raw_microsoft.messages" in printed and str(file) in printed
    assert EX not in (printed + file.read_text("utf-8")).lower()


def test_receipt_says_what_is_out_of_scope_and_stays(settings: Settings, filled: Warehouse) -> None:
    with filled.connect() as connection:
        connection.execute(
            "insert into raw_microsoft.users (tenant_id, id, user_principal_name, _connection_id, _run_id, "
            "_as_of_date, _extracted_at, is_removed) values ('t', 'u', ?, 'x', 'r', current_date, now(), false)",
            [EX.title()],
        )
    receipt = erase(settings, EX)
    assert receipt.kept is not None
    assert (receipt.kept.is_directory_user, receipt.kept.is_psa_contact) == (True, False)
    assert receipt.kept.tables == (("raw_microsoft.users", 1),)


def test_hash_is_stored_with_a_key_that_only_its_owner_can_read(settings: Settings, filled: Warehouse) -> None:
    erase(settings, EX)
    erase(settings, "second@other.example")
    key = read_key(filled.path)
    assert key is not None and stat.S_IMODE(key_file(filled.path).stat().st_mode) == 0o600
    with filled.connect() as connection:
        people = erased_people(connection, filled.path)
    assert people.hashes == {address_hash(key, EX), address_hash(key, "second@other.example")}
    assert people.carried_by([f"<{EX.upper()}>"]) and not people.carried_by([KIM])


def test_erase_forgets_fingerprints_so_that_the_next_load_compares(settings: Settings, filled: Warehouse) -> None:
    erase(settings, EX)
    assert ids(filled.path, "select digest from ops.extraction_state") == [None]


@pytest.mark.parametrize("content", [None, "no key\n", "00" * 32 + "\n"])
def test_lost_or_foreign_key_stops_an_erasure_before_anything_is_removed(
    settings: Settings, filled: Warehouse, content: str | None
) -> None:
    erase(settings, "second@other.example")
    file = key_file(filled.path)
    file.unlink()
    if content is not None:
        file.write_text(content, encoding="ascii")
    with pytest.raises(EraseKeyError, match="erase-key"):
        erase(settings, EX)
    assert len(ids(filled.path, MESSAGES)) == 9
    assert file.exists() == (content is not None)


def test_listed_mailbox_cannot_be_erased_while_it_is_listed(settings: Settings, filled: Warehouse) -> None:
    with pytest.raises(UsageError, match="listed mailbox") as caught:
        erase(settings, DANA)
    assert DANA not in str(caught.value) and len(ids(filled.path, MESSAGES)) == 9
    assert not key_file(filled.path).exists()


@pytest.mark.parametrize(
    "text", ["", "ex.person", "ex person@other.example", "ex@other", "a@b@other.example", "@x.example"]
)
def test_malformed_address_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        person_address(text)
    assert caught.value.exit_code == 64
    assert not text or text not in str(caught.value)


def test_address_is_taken_in_any_case_and_with_blanks_around() -> None:
    assert person_address(" Ex.Person@Other.EXAMPLE\n") == EX


def test_held_lock_stops_an_erasure(settings: Settings, filled: Warehouse) -> None:
    with filled.acquire(), pytest.raises(RunFailed, match="being written by process"):
        erase(settings, EX)
    assert len(ids(filled.path, MESSAGES)) == 9


def test_leftovers_of_killed_commands_go_as_well(
    settings: Settings, filled: Warehouse, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = filled.path.parent
    (folder / ".look-back-x").mkdir()
    for name in (".look-back-x/tenantry.duckdb", ".published.duckdb.new", ".tenantry.duckdb.rewrite"):
        (folder / name).write_bytes(EX.encode())
    with filled.connect() as connection:
        connection.execute("delete from raw_microsoft.messages where id = 'm9'")
        connection.execute("delete from marts.mart_customer_mail where message_id = 'm9'")
    erase(settings, EX)
    publish(settings)
    assert [path.name for path in folder.iterdir() if path.name.startswith(".look") or ".new" in path.name] == []
    assert traces(tmp_path, tmp_path_factory.mktemp("scratch"), EX) == []


def test_other_databases_beside_the_warehouse_lose_the_person_too(settings: Settings, filled: Warehouse) -> None:
    other = filled.path.with_name("october.duckdb")
    other.write_bytes(settings.warehouse.published.read_bytes())
    erase(settings, EX)
    assert ids(
        other, "select count(*) from marts.mart_customer_mail where lower(from_address) = 'ex.person@other.example'"
    ) == [0]


def test_erase_follows_links_to_where_the_files_lie(settings: Settings, filled: Warehouse, tmp_path: Path) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    for file in (filled.path, settings.warehouse.published):
        file.rename(volume / file.name)
        file.symlink_to(volume / file.name)
    with filled.connect() as connection:
        connection.execute("delete from raw_microsoft.messages where id = 'm9'")
        connection.execute("delete from marts.mart_customer_mail where message_id = 'm9'")
    erase(settings, EX)
    for file in (filled.path, settings.warehouse.published):
        assert file.is_symlink() and EX.encode() not in (volume / file.name).read_bytes().lower()
    assert ids(filled.path, MESSAGES) == ["m1"]
    assert sorted(path.name for path in volume.iterdir()) == ["published.duckdb", "tenantry.duckdb"]


def test_erase_of_a_former_mailbox_takes_its_cursors(settings: Settings, filled: Warehouse) -> None:
    with filled.connect() as connection:
        for table, scope in (("messages", f"{EX}/inbox"), ("events", EX), ("messages", f"{DANA}/inbox")):
            add_state(connection, TENANT, table, scope)
    erase(settings, EX)
    scopes = "select table_name || ':' || scope from ops.extraction_state order by all"
    assert ids(filled.path, scopes) == ["events:", f"messages:{DANA}/inbox"]


def test_erase_overwrites_its_own_bytes_of_a_working_file_and_no_other(
    settings: Settings, filled: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = settings.dagster_home / "storage" / "events.db"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"before " + EX.encode() + b" after")
    read = Path.read_bytes

    def read_while_dagster_writes(path: Path) -> bytes:
        content = read(path)
        if path == file:
            file.write_bytes(content.replace(b"after", b"newer"))
        return content

    monkeypatch.setattr(Path, "read_bytes", read_while_dagster_writes)
    erase(settings, EX)
    assert read(file) == b"before " + b"x" * len(EX) + b" newer"


def test_file_that_is_no_database_is_an_error_and_can_be_moved_away(settings: Settings, filled: Warehouse) -> None:
    other = filled.path.with_name("broken.duckdb")
    other.write_bytes(b"no database at all" * 1000)
    with pytest.raises(OrchestrationError, match="cannot be read as a DuckDB file"):
        erase(settings, EX)
    other.unlink()
    receipt = erase(settings, EX)
    # The rows that the first attempt took are on this receipt.
    assert Removal("warehouse/tenantry.duckdb", "raw_microsoft.messages", "rows", 8) in receipt.removed


KILL_POINTS = {
    "after the rows are deleted": ("orchestration.privacy.erase", "rewrite_database", 1),
    "before the warehouse is replaced": ("orchestration.privacy.rewrite", "_take_place", 1),
    "before the published copy is replaced": ("orchestration.privacy.rewrite", "_take_place", 2),
    "before the export is replaced": ("orchestration.privacy.rewrite", "_take_place", 3),
    "before the receipt": ("orchestration.privacy.erase", "keep_receipt", 1),
    "after the receipt": ("orchestration.privacy.erase", "finish_erasure", 1),
}
KILLED = """
import importlib, os, signal, sys
from pathlib import Path
from orchestration.settings import load_settings
from orchestration.privacy.erase import erase
module = importlib.import_module(sys.argv[2])
real, calls = getattr(module, sys.argv[3]), []
def dies(*given, **named):
    calls.append(1)
    if len(calls) == int(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given, **named)
setattr(module, sys.argv[3], dies)
erase(load_settings(Path(sys.argv[1])), "ex.person@other.example")
"""


@pytest.mark.parametrize("point", KILL_POINTS.values(), ids=KILL_POINTS.keys())
def test_killed_erasure_run_again_ends_as_if_never_killed(
    settings: Settings,
    filled: Warehouse,
    point: tuple[str, str, int],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with filled.connect() as connection:
        connection.execute("delete from raw_microsoft.messages where id = 'm9'")
        connection.execute("delete from marts.mart_customer_mail where message_id = 'm9'")
    publish(settings)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(settings.file), *map(str, point)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == -9, ended.stderr

    receipt = erase(settings, EX)

    assert traces(tmp_path, tmp_path_factory.mktemp("scratch"), EX) == []
    assert ids(filled.path, MESSAGES) == ids(settings.warehouse.published, MAIL) == ["m1"]
    hidden = [
        path.name for path in filled.path.parent.iterdir() if path.name.startswith(".") and path.name != ".tenantry"
    ]
    assert hidden == []
    assert Removal("warehouse/tenantry.duckdb", "raw_microsoft.messages", "rows", 7) in receipt.removed
