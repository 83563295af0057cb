"""The text of a column's values, of JSON and of PostgreSQL's array literals, by whole columns."""

import json

import polars as pl
from polars.datatypes import DataTypeClass

INTERVAL = pl.Struct({"months": pl.Int32, "days": pl.Int32, "microseconds": pl.Int64})

_NULL = pl.lit("null")


def plain_text(expr: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A scalar as text: ISO dates and times with the fraction's digits by threes, intervals as ISO durations.

    Numbers have their shortest text (`75`, not `75.0`); structs and lists are JSON.
    """
    if dtype == pl.String:
        return expr
    if dtype.is_float():
        return expr.cast(pl.String).str.strip_suffix(".0")
    if dtype == pl.Date:
        return expr.dt.to_string("%Y-%m-%d")
    if dtype == pl.Datetime:
        return expr.dt.to_string("%Y-%m-%d %H:%M:%S%.f")
    if dtype == pl.Time:
        return expr.dt.to_string("%H:%M:%S%.f")
    if dtype == INTERVAL:
        return _duration(expr)
    if dtype.is_nested():
        return pl.when(expr.is_not_null()).then(json_text(expr, dtype))
    return expr.cast(pl.String)


def _duration(expr: pl.Expr) -> pl.Expr:
    """ISO 8601, `P14M3DT-7.500000S`; each part has its own sign, as PostgreSQL reads and writes it."""
    microseconds = expr.struct.field("microseconds")
    fraction = microseconds.abs() % 1_000_000
    return pl.concat_str(
        pl.lit("P"),
        expr.struct.field("months").cast(pl.String),
        pl.lit("M"),
        expr.struct.field("days").cast(pl.String),
        pl.lit("DT"),
        pl.when(microseconds < 0).then(pl.lit("-")).otherwise(pl.lit("")),
        (microseconds.abs() // 1_000_000).cast(pl.String),
        pl.when(fraction == 0).then(pl.lit("")).otherwise("." + fraction.cast(pl.String).str.zfill(6)),
        pl.lit("S"),
    )


def json_text(expr: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """JSON text, never null: a NULL is `null`, a decimal a number with its digits, what JSON lacks is `null`.

    Datetimes are `2026-02-22T00:00:00`, as PostgreSQL's `to_jsonb` writes a timestamp, and end in `Z` in a time zone.
    """
    if dtype == pl.Null:
        return pl.when(expr.is_null()).then(_NULL).otherwise(_NULL)
    if dtype == pl.String:
        return _quoted(expr)
    if dtype.is_float():
        return pl.when(expr.is_finite()).then(plain_text(expr, dtype)).otherwise(_NULL)
    if dtype.is_numeric() or dtype == pl.Boolean:
        return expr.cast(pl.String).fill_null(_NULL)
    if isinstance(dtype, pl.Datetime):
        zone = "" if dtype.time_zone is None else "Z"
        return _quoted(expr.dt.to_string(f"%Y-%m-%dT%H:%M:%S%.f{zone}"))
    if isinstance(dtype, pl.List):
        return _json_list(expr, dtype)
    if isinstance(dtype, pl.Struct) and dtype != INTERVAL:
        return _json_object(expr, dtype)
    return _quoted(plain_text(expr, dtype))


def _quoted(expr: pl.Expr) -> pl.Expr:
    return pl.struct(expr.alias("x")).struct.json_encode().str.strip_prefix('{"x":').str.strip_suffix("}")


def _json_list(expr: pl.Expr, dtype: pl.List) -> pl.Expr:
    joined = expr.list.eval(json_text(pl.element(), _inner(dtype)).cast(pl.String)).list.join(",")
    return pl.when(expr.is_null()).then(_NULL).otherwise(pl.concat_str(pl.lit("["), joined, pl.lit("]")))


def _json_object(expr: pl.Expr, dtype: pl.Struct) -> pl.Expr:
    pieces: list[pl.Expr] = []
    for field in dtype.fields:
        pieces.append(pl.lit(f"{',' if pieces else '{'}{json.dumps(field.name, ensure_ascii=False)}:"))
        pieces.append(json_text(expr.struct.field(field.name), _instance(field.dtype)))
    text = pl.concat_str(*pieces, pl.lit("}")) if pieces else pl.lit("{}")
    return pl.when(expr.is_null()).then(_NULL).otherwise(text)


def _inner(dtype: pl.List) -> pl.DataType:
    return _instance(dtype.inner)


def _instance(dtype: DataTypeClass | pl.DataType) -> pl.DataType:
    return dtype() if isinstance(dtype, DataTypeClass) else dtype


def array_literal(expr: pl.Expr, dtype: pl.List) -> pl.Expr:
    """PostgreSQL's text of an array, `{"a","b",NULL}`; lists in lists are further dimensions."""
    inner = _inner(dtype)
    if isinstance(inner, pl.List):
        element = array_literal(pl.element(), inner)
    else:
        escaped = plain_text(pl.element(), inner).str.replace_many(["\\", '"'], ["\\\\", '\\"'])
        element = pl.concat_str(pl.lit('"'), escaped, pl.lit('"'))
    joined = expr.list.eval(element.fill_null("NULL")).list.join(",")
    return pl.concat_str(pl.lit("{"), joined, pl.lit("}"))
