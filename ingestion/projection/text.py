"""A vendor's texts made safe to store and to show: no control characters, no longer than the contract says.

Texts → cleaned texts, and how many lost something. It must not judge what a text says.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.contract import Column
from ingestion.projection.errors import WrongType

# Control characters C0 and C1, and the marks that turn the direction of what follows.
_CONTROL = r"[\x{00}-\x{1f}\x{7f}-\x{9f}\x{61c}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}]"
_LINE_BREAKS = r"[\t\n\v\f\r\x{85}\x{2028}\x{2029}]+"
# Their bytes in a page. Those of C0 come as escapes only: no reader takes them as they are.
_MARK_BYTES = r"\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]"
_CONTROL_BYTES = _MARK_BYTES + r"|\\[bfnrt]|\\u(?:00[01789]|061|20[026])"
# One of these begins each; most pages have none, and to look for a few bytes costs a hundredth of an expression.
_BEGINNINGS = (b"\\", b"\x7f", b"\xc2", b"\xd8", b"\xe2")


@dataclass
class TextCounts:
    """Texts that lost something: control characters, or what was longer than the contract says."""

    stripped: int = 0
    cut: int = 0


@dataclass(frozen=True)
class TextRule:
    """How the texts of one column are cleaned.

    may_hold_controls: False where the page is known to hold no control character; looking costs time.
    """

    column: Column
    counts: TextCounts
    may_hold_controls: bool = True

    def clean(self, values: pa.Array) -> pa.Array:
        """The texts without control characters, cut at the contract's length; line breaks and tabs become a space.

        Errors: WrongType with its row for a key that would change: two rows could become one.
        """
        if not pa.types.is_string(values.type) or not len(values):
            return values
        is_key = self.column.key_position is not None
        if self.may_hold_controls:
            suspects = pc.match_substring_regex(values, _CONTROL)
            if pc.any(suspects).as_py():
                if is_key:
                    raise self._odd_key(suspects, "a text with control characters")
                values = self._stripped(values)
        limit = self.column.max_length
        if (pc.max(pc.binary_length(values)).as_py() or 0) > limit:
            too_long = pc.greater(pc.utf8_length(values), limit)
            if pc.any(too_long).as_py():
                if is_key:
                    raise self._odd_key(too_long, f"a text of more than {limit} characters")
                self.counts.cut += pc.sum(too_long).as_py() or 0
                values = pc.utf8_slice_codeunits(values, 0, limit)
        return values

    def _stripped(self, values: pa.Array) -> pa.Array:
        values = pc.replace_substring_regex(values, _LINE_BREAKS, " ")
        self.counts.stripped += pc.sum(pc.match_substring_regex(values, _CONTROL)).as_py() or 0
        return pc.replace_substring_regex(values, _CONTROL, "")

    def _odd_key(self, odd: pa.BooleanArray, found: str) -> WrongType:
        row = pc.index(pc.fill_null(odd, False), True).as_py()
        return WrongType(self.column.source_field or self.column.name, found, "an id that is stored as it is", row)


def may_hold_controls(pages: Sequence[bytes]) -> bool:
    """Whether the pages' JSON may hold a control character in a text, written as it is or as an escape."""
    pages = [page for page in pages if any(beginning in page for beginning in _BEGINNINGS)]
    if not pages:
        return False
    return pc.any(pc.match_substring_regex(pa.array(pages, pa.large_binary()), _CONTROL_BYTES)).as_py() or False
