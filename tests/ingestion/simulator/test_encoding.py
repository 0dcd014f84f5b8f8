"""Money through JSON keeps its digits."""

from decimal import Decimal

import pytest

from ingestion.simulator.encoding import decode, encode


@pytest.mark.parametrize("text", ["1.50", "0.1", "-0.000001", "1234567890123.45", "1E+3", "0"])
def test_decimal_is_number_text_and_comes_back_equal(text: str) -> None:
    encoded = encode({"amount": Decimal(text)})
    assert encoded == f'{{"amount":{format(Decimal(text), "f")}}}'.encode()
    assert decode(encoded)["amount"] == Decimal(text)


def test_value_without_a_json_shape_is_refused() -> None:
    with pytest.raises(TypeError):
        encode({"amount": Decimal("NaN")})
