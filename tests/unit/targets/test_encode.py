"""Columns as text, JSON and array literals, against what Python's own readers make of them."""

import json
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedengine.targets.columntypes import ColumnType, Kind, parse_type
from seedengine.targets.encode import encode
from seedengine.targets.relations import circles

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCHEMA = pl.Struct(
    {
        'k"\\\n é': pl.String,
        "n": pl.Int64,
        "f": pl.Float64,
        "b": pl.Boolean,
        "d": pl.Decimal(38, 2),
        "l": pl.List(pl.String),
        "o": pl.List(pl.Struct({"x": pl.String, "y": pl.List(pl.Int64)})),
        "z": pl.Null,
    }
)
OBJECT = st.fixed_dictionaries(
    {
        'k"\\\n é': st.none() | TEXT,
        "n": st.none() | st.integers(-(2**63), 2**63 - 1),
        "f": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "b": st.none() | st.booleans(),
        "d": st.none() | st.decimals(-(10**12), 10**12, places=2),
        "l": st.none() | st.lists(st.none() | TEXT, max_size=4),
        "o": st.none()
        | st.lists(
            st.none()
            | st.fixed_dictionaries({"x": st.none() | TEXT, "y": st.none() | st.lists(st.integers(0, 9), max_size=2)}),
            max_size=3,
        ),
        "z": st.none(),
    }
)


@given(st.lists(st.none() | OBJECT, max_size=6))
def test_json_is_read_back_as_it_was(values: list[dict[str, Any] | None]) -> None:
    frame = pl.DataFrame({"j": values}, {"j": SCHEMA})
    texts = encode(frame, {"j": parse_type("jsonb")}, "literal")["j"].to_list()
    read = [None if text is None else json.loads(text, parse_float=Decimal) for text in texts]
    for found, value in zip(read, values, strict=True):
        if found is None or value is None:
            assert found is value
            continue
        number = found.pop("f")
        assert (None if number is None else float(number)) == value["f"]
        assert found == {name: each for name, each in value.items() if name != "f"}


def test_what_json_lacks_is_null() -> None:
    frame = pl.DataFrame({"j": [[float("nan"), float("inf"), 1.0, -0.5]]})
    assert encode(frame, {"j": parse_type("json")}, "literal")["j"].to_list() == ["[null,null,1,-0.5]"]


TYPES: list[tuple[str, ColumnType]] = [
    ("numeric(10,2)", ColumnType(Kind.NUMERIC, 2)),
    ("NUMERIC(10)", ColumnType(Kind.NUMERIC, 0)),
    ("decimal", ColumnType(Kind.NUMERIC)),
    ("timestamp(3) without time zone", ColumnType(Kind.TIMESTAMP, 3)),
    ("timestamp  with time zone", ColumnType(Kind.TIMESTAMP, zoned=True)),
    ("timestamptz(0)", ColumnType(Kind.TIMESTAMP, 0, zoned=True)),
    ("float4", ColumnType(Kind.FLOAT, short=True)),
    ("character varying(20)", ColumnType(Kind.TEXT)),
    ("double precision", ColumnType(Kind.FLOAT)),
    ('"Category"[]', ColumnType(Kind.ARRAY, element=ColumnType(Kind.OTHER))),
    ("integer[][]", ColumnType(Kind.ARRAY, element=ColumnType(Kind.INTEGER))),
    ("geometry(Point,4326)", ColumnType(Kind.OTHER)),
    ("interval", ColumnType(Kind.INTERVAL)),
    ("", ColumnType(Kind.OTHER)),
    ("((((", ColumnType(Kind.OTHER)),
]


@pytest.mark.parametrize(("text", "type"), TYPES)
def test_types_are_told_by_their_text(text: str, type: ColumnType) -> None:
    assert parse_type(text) == type


def test_groups_of_tables_stand_before_what_they_need() -> None:
    needs = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set[str](), "e": {"d", "e"}}
    assert circles(needs) == [("a",), ("b", "c"), ("e",), ("d",)]
    assert circles({}) == []
