"""Who was erased and may not land again, known by keyed hash only: an address can be recognised, never read back.

An item carries a person where one of its texts is the person's address or has it in it, in any case. An address that
merely ends or begins like it (`dana@…` for `ana@…`) is another person's.
"""

import functools
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingestion.legs import IngestionError

# Longer than any address may be: what stands further from an @ belongs to no address of it.
_LONGEST_LOCAL, _LONGEST_DOMAIN = 320, 255
_ADDRESS = re.compile(r"[^\s@<>(),;:\\\"\[\]]+@[\w-]+(?:\.[\w-]+)+")
_LOCAL_END = re.compile(r"[^\s@<>(),;:\\\"\[\]]+$")
_DOMAIN_START = re.compile(r"[\w-]+(?:\.[\w-]+)+")
# Legal in a local part, and far more often what stands before an address in a text or a link.
_BEFORE_ADDRESS = re.compile(r"['/=|?&#!$*^`{}~%]")


def address_hash(key: bytes, address: str) -> str:
    """The keyed hash of an address, the same in any case of its letters.

    Shape: 64 hexadecimal digits, HMAC-SHA-256.
    """
    return hmac.new(key, address.strip().lower().encode(), hashlib.sha256).hexdigest()


def addresses_in(text: str) -> Iterator[str]:
    """Every address that a text is or may hold, in lower case.

    Shape: one for a text that is an address. In free text an address can run into what stands around it, so each
    reading of such a place comes out.
    """
    lowered = text.strip().lower()
    if _ADDRESS.fullmatch(lowered):
        yield lowered
        return
    if lowered[:1] in ("[", "{"):
        try:
            parsed = json.loads(lowered)
        except ValueError:
            parsed = None
        if parsed is not None:
            for part in _texts(parsed):
                yield from addresses_in(part)
            return
    lowered = lowered.replace("%40", "@")
    for place in re.finditer("@", lowered):
        at = place.start()
        local = _LOCAL_END.search(lowered[max(0, at - _LONGEST_LOCAL) : at])
        domain = _DOMAIN_START.match(lowered[at + 1 : at + 1 + _LONGEST_DOMAIN])
        if local is None or domain is None:
            continue
        labels = domain[0].split(".")
        domains = [".".join(labels[:count]) for count in range(2, len(labels) + 1)]
        # O'Neil keeps his apostrophe in one reading; a quoted address loses its in another.
        starts = {local[0], *(local[0][place.end() :] for place in _BEFORE_ADDRESS.finditer(local[0]))} - {""}
        yield from (f"{start}@{end}" for start in sorted(starts) for end in domains)


def _texts(parsed: object) -> Iterator[str]:
    if isinstance(parsed, str):
        yield parsed
    elif isinstance(parsed, list):
        for item in parsed:
            yield from _texts(item)
    elif isinstance(parsed, dict):
        for item in parsed.values():
            yield from _texts(item)


@dataclass(frozen=True)
class ErasedPeople:
    """The keyed hashes of erased addresses; `key` is None where hashes are stored and their key is not at hand."""

    hashes: frozenset[str] = frozenset()
    key: bytes | None = None

    def __bool__(self) -> bool:
        return bool(self.hashes)

    def __repr__(self) -> str:
        return f"ErasedPeople({len(self.hashes)})"

    def check(self) -> None:
        """Return when erased people can be recognised.

        Errors: IngestionError `erase_key_missing`: mail that cannot be held against the list must not land.
        """
        if self.hashes and self.key is None:
            raise IngestionError(
                "microsoft: people were erased from this warehouse, and the key of their hashes is not beside it; no "
                "mail or calendar was read. Expected the key file that `tenantry erase` made.",
                error_class="erase_key_missing",
                advice="Put the .erase-key file back beside the warehouse, then run again.",
            )

    def carried_by(self, texts: Iterable[str | None]) -> bool:
        """Whether any of an item's texts is or holds the address of an erased person."""
        if not self.hashes:
            return False
        self.check()
        return any(
            self._is_erased(address) for text in texts if text and _may_hold(text) for address in addresses_in(text)
        )

    def _is_erased(self, address: str) -> bool:
        return _cached_hash(self.key or b"", address) in self.hashes


NOBODY = ErasedPeople()


def _may_hold(text: str) -> bool:
    return "@" in text or "%40" in text or "\\u0040" in text


@functools.lru_cache(maxsize=50_000)
def _cached_hash(key: bytes, address: str) -> str:
    # The same few hundred people write most of a mailbox.
    return address_hash(key, address)
