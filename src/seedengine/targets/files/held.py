"""Columns as a database would hold them: each in its declared type, for the formats that have types of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NoReturn

import polars as pl
from polars.datatypes import DataTypeClass

from seedengine.diagnostics import InvalidCall
from seedengine.targets.columntypes import ColumnType, Kind
from seedengine.targets.encode import assigned
from seedengine.targets.textforms import INTERVAL, plain_text

_DIGITS = 38
_FRACTION = 20
"""So many digits behind the point are looked at, before a text becomes a number with fewer."""

_TRUE = ("t", "true", "y", "yes", "on", "1")
_FALSE = ("f", "false", "n", "no", "off", "0")


def held(table: str, types: Mapping[str, ColumnType], frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with every column in the type that is declared for it; a text for a time or for JSON stays that text.

    Raises InvalidCall for a value that the column cannot hold.
    """
    found = frame.select(_held(pl.col(name), dtype, types[name])[0].alias(name) for name, dtype in frame.schema.items())
    for name in frame.columns:
        if found[name].null_count() > frame[name].null_count():
            _check(table, types[name], frame[name], found[name])
    return found


def json_texts(table: str, column: pl.Series) -> pl.Series:
    """Texts of JSON, each on one line; raises InvalidCall for one that is none."""
    for text in column.drop_nulls().unique():
        try:
            json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            _refuse(table, column.name, text)
    return column.str.replace_all(r"[\r\n]", " ")


def _no_constant(text: str) -> NoReturn:
    raise ValueError(text)


def _check(table: str, to: ColumnType, before: pl.Series, after: pl.Series) -> None:
    lost = after.is_null() & before.is_not_null()
    if before.dtype.is_float() and to.kind is Kind.NUMERIC:
        lost &= before.is_not_nan()  # a database's number may be NaN, which no decimal of these formats is
    if lost.any():
        _refuse(table, before.name, before.filter(lost)[0])


def _refuse(table: str, column: str, value: object) -> NoReturn:
    message = f"`{table}.{column}` cannot be `{value!s:.40}` in the `type` that the spec gives it"
    raise InvalidCall(message, "give the field another `type`, or another value")


def _held(expr: pl.Expr, dtype: pl.DataType, to: ColumnType) -> tuple[pl.Expr, pl.DataType]:
    if dtype == pl.Null:
        declared = _declared(to)
        return expr.cast(declared), declared
    if isinstance(dtype, pl.List) and to.kind is Kind.ARRAY and to.element is not None:
        inner = _instance(dtype.inner)
        element, of = _held(pl.element(), inner, to if isinstance(inner, pl.List) else to.element)
        return (expr, dtype) if of == inner else (expr.list.eval(element), pl.List(of))
    if to.kind is Kind.TEXT:
        return plain_text(expr, dtype), pl.String()
    if to.kind in (Kind.INTEGER, Kind.NUMERIC, Kind.FLOAT, Kind.BOOLEAN):
        return _number(expr, dtype, to)
    expr, dtype = assigned(expr, dtype, to)
    if to.zoned and isinstance(dtype, pl.Datetime):
        return expr.dt.replace_time_zone("UTC"), pl.Datetime("us", "UTC")
    return expr, dtype


def _declared(to: ColumnType) -> pl.DataType:
    """The type of a column of which only the declaration is known."""
    if to.kind is Kind.ARRAY and to.element is not None:
        return pl.List(_declared(to.element))
    return {
        Kind.INTEGER: pl.Int64(),
        Kind.NUMERIC: pl.Decimal(_DIGITS, to.digits or 0),
        Kind.FLOAT: pl.Float32() if to.short else pl.Float64(),
        Kind.BOOLEAN: pl.Boolean(),
        Kind.DATE: pl.Date(),
        Kind.TIME: pl.Time(),
        Kind.TIMESTAMP: pl.Datetime("us", "UTC" if to.zoned else None),
        Kind.INTERVAL: INTERVAL,
    }.get(to.kind, pl.String())


def _number(expr: pl.Expr, dtype: pl.DataType, to: ColumnType) -> tuple[pl.Expr, pl.DataType]:
    """A number, a truth value or the text of one; a `numeric` without digits has those that its values have."""
    declared = _declared(to)
    if dtype == declared or not (dtype.is_numeric() or dtype == pl.String):
        return expr, dtype
    if to.kind is Kind.BOOLEAN:
        return (_truth(expr), declared) if dtype == pl.String else (expr, dtype)
    if to.kind is Kind.INTEGER:
        if dtype.is_integer():
            return expr, dtype
        whole = expr.str.strip_chars() if dtype == pl.String else assigned(expr, dtype, to)[0]
        return whole.cast(pl.Int64, strict=False), declared
    if to.kind is Kind.NUMERIC:
        if to.digits is None:
            return expr, dtype
        if not dtype.is_integer():
            expr = _rounded(expr, dtype, to.digits)
    return expr.cast(declared, strict=False), declared


def _rounded(expr: pl.Expr, dtype: pl.DataType, digits: int) -> pl.Expr:
    """With so many digits behind the point, halves away from zero, of what the number is when it is written."""
    if not dtype.is_decimal():
        written = expr.str.strip_chars() if dtype == pl.String else plain_text(expr, dtype)
        expr = written.cast(pl.Decimal(_DIGITS, max(digits, _FRACTION)), strict=False)
    return expr.round(digits, mode="half_away_from_zero")


def _truth(expr: pl.Expr) -> pl.Expr:
    word = expr.str.strip_chars().str.to_lowercase()
    return pl.when(word.is_in(_TRUE)).then(True).when(word.is_in(_FALSE)).then(False)


def _instance(dtype: DataTypeClass | pl.DataType) -> pl.DataType:
    return dtype() if isinstance(dtype, DataTypeClass) else dtype
