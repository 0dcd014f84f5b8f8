"""The key of the erased people's hashes: made once, in a file beside the warehouse that only its owner can read.

Without it a hash is a guess away from its address, since addresses are few; with it alone nothing can be found.
"""

import hashlib
import os
import secrets
from pathlib import Path

from orchestration.errors import OrchestrationError

KEY_BYTES = 32


class EraseKeyError(OrchestrationError):
    """The key file is missing, broken or another one than the stored hashes were made with."""


def key_file(warehouse: Path) -> Path:
    """Where the key of a warehouse lies."""
    return warehouse.with_name(f"{warehouse.name}.erase-key")


def key_id(key: bytes) -> str:
    """A short name of a key that tells nothing of it: stored beside each hash, to know whose it is."""
    return hashlib.sha256(b"tenantry erase key " + key).hexdigest()[:16]


def read_key(warehouse: Path) -> bytes | None:
    """The key, None where there is no file.

    Errors: EraseKeyError for a file that holds no key of ours.
    """
    file = key_file(warehouse)
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise EraseKeyError(_broken(file)) from error
    if len(key) != KEY_BYTES:
        raise EraseKeyError(_broken(file))
    return key


def make_key(warehouse: Path) -> bytes:
    """A new key, on disk before it is returned, with mode 0600; the caller holds the writer's lock.

    Errors: EraseKeyError where a key file stands already; it is never overwritten.
    """
    file = key_file(warehouse)
    if file.exists():
        raise EraseKeyError(f"{file}: found a key already; a new one would orphan the hashes made with it.")
    key = secrets.token_bytes(KEY_BYTES)
    beside = file.with_name(f".{file.name}.new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(key.hex() + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    # The caller holds the writer's lock, so nobody else makes one now; the file appears whole or not at all.
    os.replace(beside, file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return key


def _broken(file: Path) -> str:
    return (
        f"{file}: found no key of {KEY_BYTES} bytes in hexadecimal, expected the file that `tenantry erase` made. "
        "Restore it from a backup; without it erased people are not recognised, so mail and calendar are not read."
    )
