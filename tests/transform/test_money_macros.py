"""The money macros of the dbt project against Python's decimals, in the engine that runs them.

The macros are rendered with their DuckDB variants; what they must equal is exact arithmetic, rounded half away from
zero once.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader

MACROS = Path(__file__).parents[2] / "transform" / "macros"
LARGEST_RATIO = Decimal("999.999999")


class DuckDbDispatch:
    """Stands for dbt's adapter: picks a macro's DuckDB variant."""

    module: Any = None

    def dispatch(self, name: str, project: str) -> Callable[..., str]:
        return getattr(self.module, f"duckdb__{name}")


@pytest.fixture(scope="module")
def macros() -> Any:
    """The rendered macro module of `money.sql`."""
    adapter = DuckDbDispatch()
    environment = Environment(loader=FileSystemLoader(MACROS))
    environment.globals.update({"adapter": adapter, "return": lambda value: value})
    adapter.module = environment.get_template("money.sql").module
    return adapter.module


def value_of(expression: str) -> Decimal | None:
    """What DuckDB makes of an expression."""
    row = duckdb.execute(f"select {expression}").fetchone()
    assert row is not None
    return row[0]


def typed(value: Decimal | int, precision: int, scale: int) -> str:
    """A decimal literal of that type."""
    return f"cast('{value}' as decimal({precision}, {scale}))"


def rounded(value: Decimal, places: int) -> Decimal:
    """Half away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


amounts = st.decimals(min_value=-10_000_000, max_value=10_000_000, places=4, allow_nan=False)
quantities = st.decimals(min_value=Decimal("0.000001"), max_value=100_000, places=6, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(amount=amounts, part=st.integers(0, 1100), whole=st.integers(1, 1100))
def test_money_share_days_equals_exact_share(macros: Any, amount: Decimal, part: int, whole: int) -> None:
    sql = macros.money_share(typed(amount, 18, 4), part, whole)

    assert value_of(sql) == rounded(amount * part / whole, 4)


@settings(max_examples=60, deadline=None)
@given(amount=amounts, whole=quantities)
def test_unit_share_quantity_equals_exact_quotient(macros: Any, amount: Decimal, whole: Decimal) -> None:
    exact = rounded(amount / whole, 6)
    if abs(exact) >= 10**13:
        return

    assert value_of(macros.unit_share(typed(amount, 18, 4), typed(whole, 19, 6))) == exact


@settings(max_examples=60, deadline=None)
@given(dividend=amounts, divisor=amounts)
def test_ratio_equals_exact_ratio_within_its_type(macros: Any, dividend: Decimal, divisor: Decimal) -> None:
    found = value_of(macros.ratio(typed(dividend, 18, 4), typed(divisor, 18, 4)))

    if divisor == 0:
        assert found is None
    else:
        exact = rounded(dividend / divisor, 6)
        assert found == max(-LARGEST_RATIO, min(LARGEST_RATIO, exact))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("money_share", Decimal("-0.0001")),
        ("unit_share", Decimal("-0.000001")),
        ("ratio", Decimal("-0.000001")),
    ],
)
def test_half_rounds_away_from_zero(macros: Any, expression: str, expected: Decimal) -> None:
    sql = {
        "money_share": lambda: macros.money_share(typed(Decimal("-0.0001"), 18, 4), 1, 2),
        "unit_share": lambda: macros.unit_share(typed(Decimal("-0.0001"), 18, 4), 200),
        "ratio": lambda: macros.ratio(typed(Decimal("-0.0001"), 18, 4), 200),
    }[expression]()

    assert value_of(sql) == expected


def test_results_keep_their_declared_types(macros: Any) -> None:
    expressions = (
        macros.money_share("1", "1", "3"),
        macros.unit_share("1", "3"),
        macros.ratio("1", "3"),
        macros.money_product(typed(1, 18, 4), typed(2, 19, 9)),
    )

    types = [duckdb.execute(f"select typeof({sql})").fetchone() for sql in expressions]

    assert types == [("DECIMAL(18,4)",), ("DECIMAL(19,6)",), ("DECIMAL(9,6)",), ("DECIMAL(18,4)",)]
