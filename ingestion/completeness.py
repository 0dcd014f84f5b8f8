"""What the pages of one list have shown by now, and how surely the list is whole.

A vendor's paging tells it each page; its proof goes with the scope to the load, which decides what absence may do.
"""

from collections.abc import Iterable

from ingestion.legs import Proof

# From the surest to the least.
_ORDER = (Proof.SURE, Proof.LINKED, Proof.COUNTED, Proof.BROKEN)
# A list whose answers bring nothing new so many times in a row runs in a circle.
MAX_IDLE_ANSWERS = 20


class ListTally:
    """Distinct ids, announced totals and answers of one list.

    answers: how many pages were asked for. idle: how many in a row brought no new id. is_keyed: the vendor pages by
    key, so that no row can slip from a page not yet read to one already read.
    """

    def __init__(self) -> None:
        self.ids: set[object] = set()
        self.totals: set[int] = set()
        self.answers = 0
        self.idle = 0
        self.is_keyed = False

    def see(self, ids: Iterable[object], total: int | None = None) -> None:
        """Take note of one page: the ids of its rows, and the total that it announces."""
        before = len(self.ids)
        self.ids.update(ids)
        self.answers += 1
        self.idle = 0 if len(self.ids) > before else self.idle + 1
        if total is not None:
            self.totals.add(total)

    def begin_again(self) -> None:
        """Forget what was seen: the list is asked for from its start."""
        self.__init__()

    def proof(self) -> Proof:
        """How surely the list is whole, after a page that says that it is the last."""
        if not self.totals:
            return Proof.SURE if self.answers <= 1 else Proof.LINKED
        if self.totals != {len(self.ids)}:
            return Proof.BROKEN
        return Proof.SURE if self.is_keyed or self.answers <= 1 else Proof.COUNTED


def weakest(proofs: Iterable[Proof]) -> Proof:
    """The proof of a scope that several lists make up."""
    return max(proofs, key=_ORDER.index, default=Proof.SURE)
