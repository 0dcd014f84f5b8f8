"""A plain text table for commands that must answer before a richer library is even imported."""

from collections.abc import Sequence


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows under their header, columns aligned to the left; the last column is not padded."""
    widths = [max(len(line[column]) for line in (header, *rows)) for column in range(len(header))]
    # The last column holds sentences: a rule as long as the longest of them would wrap on every terminal.
    widths[-1] = len(header[-1])
    ruled = [header, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in ruled
    )
