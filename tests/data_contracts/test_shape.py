"""Shapes: the notation parses into Arrow types and paths, and nonsense is refused with its place."""

import pyarrow as pa
import pytest

from data_contracts.shape import ShapeError, parse_shape


def test_parse_shape_nested_gives_the_arrow_type() -> None:
    shape = parse_shape("list<struct<id:string,units:struct<enabled:integer>>>")
    units = pa.struct([pa.field("enabled", pa.int64())])
    assert shape.arrow() == pa.list_(pa.struct([pa.field("id", pa.string()), pa.field("units", units)]))


def test_paths_name_every_nested_field() -> None:
    shape = parse_shape("list<struct<a:string,b:struct<c:scalar>>>")
    assert shape.paths("field") == ("field", "field.a", "field.b", "field.b.c")
    assert shape.has_scalar()


@pytest.mark.parametrize(
    "text", ["", "number", "list<string", "struct<a>", "list<string>>", "struct<a:string,>", "a b"]
)
def test_parse_shape_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ShapeError, match="shape"):
        parse_shape(text)
