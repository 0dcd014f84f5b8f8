"""Secret references: opened late, never shown, errors that name places only."""

import logging
import pickle
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from orchestration.secrets import Secret, SecretError, reference_parts

VALUE = "abc~not-a-real-secret"
SECRET_ID = "9f2c0000-aaaa-bbbb-cccc-000000000001"


def secret(reference: str, folder: Path, environment: Mapping[str, str] | None = None) -> Secret:
    """A secret of the key psa.public_key."""
    parts = reference_parts(reference)
    assert parts is not None
    return Secret("psa.public_key", *parts, base=folder, environment=environment or {})


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring that holds one entry."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        return VALUE if (service, username) == ("tenantry", "public/key") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("secrets are read, never written")


class LockedKeyring(MemoryKeyring):
    """A keyring that nobody unlocked."""

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked("locked")


@pytest.fixture
def use_keyring() -> object:
    """Puts another keyring in place for the test."""
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_open_environment_variable_is_read_at_each_call(tmp_path: Path) -> None:
    environment = {"KEY": VALUE}
    opened = secret("env:KEY", tmp_path, environment)
    environment["KEY"] = "rotated"
    assert opened.open() == "rotated"


def test_open_file_relative_to_the_settings_is_read(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text(VALUE + "\n")
    assert secret("file:key.txt", tmp_path).open() == VALUE


def test_open_file_with_blanks_trims_and_warns_without_the_value(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "key.txt").write_text(VALUE + "  \n")
    with caplog.at_level(logging.WARNING):
        assert secret("file:key.txt", tmp_path).open() == VALUE
    assert "psa.public_key" in caplog.text and str(tmp_path / "key.txt") in caplog.text
    assert VALUE not in caplog.text


def test_open_file_of_a_windows_editor_holds_no_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(b"\xef\xbb\xbf" + VALUE.encode() + b"\r\n")
    assert secret("file:secret.txt", tmp_path).open() == VALUE
    (tmp_path / "secret.txt").write_bytes(b"\xef\xbb\xbf" + SECRET_ID.encode() + b"\r\n")
    with pytest.raises(SecretError, match="Secret ID"):
        replace(secret("file:secret.txt", tmp_path), refuse_guid=True).open()


def test_open_file_whose_name_cannot_be_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="no secret found"):
        secret("file:a\0b", tmp_path).open()


def test_open_file_with_a_newline_only_does_not_warn(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "key.txt").write_text(VALUE + "\r\n")
    secret("file:key.txt", tmp_path).open()
    assert caplog.text == ""


def test_open_keyring_entry_is_read(tmp_path: Path, use_keyring) -> None:
    use_keyring(MemoryKeyring())
    assert secret("keyring:tenantry/public/key", tmp_path).open() == VALUE


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("env:ABSENT", "environment variable ABSENT"),
        ("file:absent.txt", "absent.txt (No such file or directory)"),
        ("keyring:tenantry/absent", "keyring entry tenantry/absent"),
    ],
)
def test_open_missing_secret_names_key_place_and_ways_out(
    tmp_path: Path, use_keyring, reference: str, place: str
) -> None:
    use_keyring(MemoryKeyring())
    with pytest.raises(SecretError) as raised:
        secret(reference, tmp_path).open()
    assert raised.value.exit_code == 64
    assert str(raised.value).startswith("psa.public_key: no secret found. Searched: ")
    assert place in str(raised.value)


def test_open_locked_keyring_says_so(tmp_path: Path, use_keyring) -> None:
    use_keyring(LockedKeyring())
    with pytest.raises(SecretError, match="could not be read .KeyringLocked.*Unlock it"):
        secret("keyring:tenantry/public", tmp_path).open()


def test_open_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SecretError, match="not UTF-8 text"):
        secret("file:key.txt", tmp_path).open()


def test_open_blank_file_counts_as_missing(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text(" \n")
    with pytest.raises(SecretError, match="no secret found"):
        secret("file:key.txt", tmp_path).open()


@pytest.mark.parametrize("value", [SECRET_ID, SECRET_ID.upper()])
def test_open_microsoft_secret_that_is_a_guid_is_called_a_secret_id(tmp_path: Path, value: str) -> None:
    microsoft = replace(secret("env:KEY", tmp_path, {"KEY": value}), refuse_guid=True)
    with pytest.raises(SecretError) as raised:
        microsoft.open()
    assert "Secret ID" in str(raised.value) and "No request was sent" in str(raised.value)
    assert value not in str(raised.value)


def test_open_guid_of_another_vendor_is_accepted(tmp_path: Path) -> None:
    assert secret("env:KEY", tmp_path, {"KEY": SECRET_ID}).open() == SECRET_ID


def test_shown_secret_is_three_stars(tmp_path: Path) -> None:
    hidden = secret("env:KEY", tmp_path, {"KEY": VALUE})
    assert f"{hidden} {hidden!r} {[hidden]}" == "*** *** [***]"


def test_pickled_secret_holds_no_value_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text(VALUE)
    hidden = secret("file:key.txt", tmp_path)
    hidden.open()
    assert VALUE.encode() not in pickle.dumps(hidden)


@pytest.mark.parametrize(
    "text", ["", "env:", "env:a b", "env:1A", "KEY", "vault:x", "keyring:service", "keyring:/x", "file: x"]
)
def test_reference_parts_other_text_is_no_reference(text: str) -> None:
    assert reference_parts(text) is None
