"""The key of the hashes: made once, never replaced, told apart from another one."""

from pathlib import Path

import pytest

from orchestration.privacy.key import EraseKeyError, key_file, key_id, make_key, read_key


def test_key_is_made_once_and_read_again(tmp_path: Path) -> None:
    warehouse = tmp_path / "tenantry.duckdb"
    assert read_key(warehouse) is None
    key = make_key(warehouse)
    assert read_key(warehouse) == key and len(key) == 32
    with pytest.raises(EraseKeyError, match="found a key already"):
        make_key(warehouse)
    assert read_key(warehouse) == key
    assert [path.name for path in tmp_path.iterdir()] == ["tenantry.duckdb.erase-key"]


def test_key_that_a_kill_left_half_written_is_made_anew(tmp_path: Path) -> None:
    warehouse = tmp_path / "tenantry.duckdb"
    (tmp_path / ".tenantry.duckdb.erase-key.new").write_text("half", encoding="ascii")
    assert make_key(warehouse) == read_key(warehouse)


@pytest.mark.parametrize("content", ["", "not hexadecimal", "00ff", "\u00e9"])
def test_file_that_holds_no_key_is_an_error_that_names_it(tmp_path: Path, content: str) -> None:
    warehouse = tmp_path / "tenantry.duckdb"
    key_file(warehouse).write_text(content, encoding="utf-8")
    with pytest.raises(EraseKeyError, match="tenantry.duckdb.erase-key"):
        read_key(warehouse)


def test_name_of_a_key_tells_keys_apart_and_holds_none_of_it(tmp_path: Path) -> None:
    one, other = make_key(tmp_path / "one"), make_key(tmp_path / "other")
    assert key_id(one) != key_id(other)
    assert one.hex()[:8] not in key_id(one)
