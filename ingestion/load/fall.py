"""When so many rows are gone at once that one read is not enough to believe it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FallBound:
    """From how many rows gone at once, and from which share of the stored ones, a fall is read again to be believed."""

    rows: int = 20
    share: float = 0.5

    def is_sharp(self, gone: int, stored: int) -> bool:
        """Whether so many gone rows are more than both bounds."""
        return gone > self.rows and gone > self.share * stored
