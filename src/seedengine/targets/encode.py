"""Columns of the engine's types as a database takes them, the same on every database.

Values are converted to the column's type as an assignment in PostgreSQL does it (`5.5` into an integer is 6, a date
into a timestamp its midnight), so that both databases hold the same.
"""

from collections.abc import Mapping
from typing import Literal

import polars as pl

from seedengine.targets.columntypes import ColumnType, Kind
from seedengine.targets.textforms import array_literal, json_text, plain_text

Arrays = Literal["literal", "json"]


def encode(frame: pl.DataFrame, types: Mapping[str, ColumnType], arrays: Arrays) -> pl.DataFrame:
    """The frame with every column as String, Boolean, an integer, Float64 or Decimal, NULL where it was NULL.

    Lists for array columns become PostgreSQL's literals or JSON, as `arrays` says; other lists and structs are JSON.
    """
    return frame.select(
        _encoded(pl.col(name), dtype, types[name], arrays).alias(name) for name, dtype in frame.schema.items()
    )


def _encoded(expr: pl.Expr, dtype: pl.DataType, to: ColumnType, arrays: Arrays) -> pl.Expr:
    if dtype == pl.Null:
        return expr.cast(pl.String)
    if isinstance(dtype, pl.List) and to.kind is Kind.ARRAY and arrays == "literal":
        return array_literal(expr, dtype)
    if to.kind is Kind.JSON and dtype != pl.String:
        return pl.when(expr.is_not_null()).then(json_text(expr, dtype))
    if to.kind is Kind.TEXT:
        return plain_text(expr, dtype)
    expr, dtype = assigned(expr, dtype, to)
    if dtype.is_temporal() or dtype.is_nested():
        return plain_text(expr, dtype)
    return expr


def assigned(expr: pl.Expr, dtype: pl.DataType, to: ColumnType) -> tuple[pl.Expr, pl.DataType]:
    """A value in the type that an assignment to the column would give it; text for a whole number of a float."""
    if to.kind is Kind.INTEGER and dtype.is_float():
        return plain_text(expr.round(0, mode="half_to_even"), dtype), pl.String()
    if isinstance(dtype, pl.Decimal):
        digits = {Kind.INTEGER: 0, Kind.NUMERIC: to.digits}.get(to.kind)
        if digits is not None and digits < dtype.scale:
            shorter = pl.Decimal(38, digits)
            return expr.round(digits, mode="half_away_from_zero").cast(shorter), shorter
    if to.kind is Kind.DATE and dtype == pl.Datetime:
        return expr.cast(pl.Date), pl.Date()
    if to.kind is Kind.TIME and dtype == pl.Datetime:
        return expr.dt.time(), pl.Time()
    if to.kind is Kind.TIMESTAMP and dtype in (pl.Date, pl.Datetime):
        moment = expr.cast(pl.Datetime("us"))
        if to.digits is not None and to.digits < 6:
            moment = moment.dt.round(f"{10 ** (6 - to.digits)}us")
        return moment, pl.Datetime("us")
    return expr, dtype
