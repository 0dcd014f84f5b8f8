"""Agreement of planted and found rows: by key, and by the columns that must agree."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]
Key = tuple[str, ...]
Query = Callable[[str], list[dict[str, Any]]]


@dataclass(frozen=True)
class Score:
    """Agreement of one kind; `differences` name ids and columns, never values."""

    kind: str
    matched: int
    planted: int
    found: int
    differences: tuple[str, ...] = ()

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1 where nothing was found."""
        return round(self.matched / self.found, 6) if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what was planted that was found right; 1 where nothing was planted."""
        return round(self.matched / self.planted, 6) if self.planted else 1.0

    @property
    def is_perfect(self) -> bool:
        """True when nothing is missing, wrong or too much."""
        return self.matched == self.planted == self.found

    def as_record(self) -> dict[str, Any]:
        """The row of `score.json`."""
        return {
            "kind": self.kind,
            "precision": self.precision,
            "recall": self.recall,
            "planted": self.planted,
            "found": self.found,
        }


@dataclass
class Side:
    """Rows of one side by key; a key that occurs twice is kept as a duplicate."""

    rows: dict[Key, Row] = field(default_factory=dict)
    duplicates: list[Key] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Iterable[Row], key_columns: tuple[str, ...]) -> "Side":
        """Rows keyed by the text of the columns."""
        side = cls()
        for row in rows:
            key = tuple(_text(row[column]) for column in key_columns)
            if key in side.rows:
                side.duplicates.append(key)
            side.rows[key] = row
        return side

    @property
    def count(self) -> int:
        """Rows, duplicates included."""
        return len(self.rows) + len(self.duplicates)


def compare(kind: str, planted: Side, found: Side, columns: Callable[[Row], tuple[str, ...]]) -> Score:
    """The score of one kind; `columns` says which columns of a truth row must agree."""
    matched, differences = 0, []
    for key, row in planted.rows.items():
        other = found.rows.get(key)
        if other is None:
            differences.append(f"missing {_shown(key)}")
            continue
        wrong = [column for column in columns(row) if not _agrees(row[column], other[column])]
        if wrong:
            differences.append(f"differs {_shown(key)}: {', '.join(wrong)}")
        else:
            matched += 1
    differences += [f"not planted {_shown(key)}" for key in found.rows if key not in planted.rows]
    differences += [f"twice {_shown(key)}" for key in found.duplicates]
    return Score(kind, matched, planted.count, found.count, tuple(differences))


def _shown(key: Key) -> str:
    # A mailbox is part of the key of mails and meetings; an address is no id and stays out of the output.
    return "/".join(part for part in key if "@" not in part)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _agrees(planted: Any, found: Any) -> bool:
    if planted is None or found is None:
        return planted is None and found is None
    if isinstance(found, Decimal):
        return Decimal(planted) == found
    if isinstance(planted, bool | int):
        return planted == found
    return str(planted) == str(found)


def exact(kind: str, planted: Iterable[Row], found: Iterable[Row], keys: tuple[str, ...], *columns: str) -> Score:
    """Rows compared by their key and always the same columns."""
    return compare(kind, Side.of(planted, keys), Side.of(found, keys), lambda row: columns)
