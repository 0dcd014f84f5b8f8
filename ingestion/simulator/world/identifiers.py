"""Identifiers that are stable for a seed and obviously false: every GUID begins with eight zeros."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Identifiers:
    """Makes GUIDs and opaque item ids from a seed and the words that name the thing."""

    seed: int

    def guid(self, *words: object) -> str:
        """A version-4 shaped GUID; the same words always give the same one."""
        digits = self._digest(*words)
        return f"00000000-{digits[:4]}-4{digits[4:7]}-8{digits[7:10]}-{digits[10:22]}"

    def item(self, *words: object) -> str:
        """A long, case-sensitive id as Exchange gives to messages and events."""
        return f"AAkALgAAAAAAHYQDEapm{self._digest('item', *words)[:40].upper()}aA0="

    def number(self, modulus: int, *words: object) -> int:
        """A number from 0 to modulus − 1 that depends on the words only."""
        return int(self._digest("number", *words)[:15], 16) % modulus

    def _digest(self, *words: object) -> str:
        text = "|".join(str(word) for word in (self.seed, *words))
        return hashlib.sha256(text.encode()).hexdigest()
