"""Casts: which type becomes which, by itself or on demand, and how."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NoReturn

import numpy as np
import polars as pl

from seedengine.generation.expressions import (
    calendars,
    conversions,
    decimals,
    moments,
    numerics,
    printing,
    reading,
)
from seedengine.generation.expressions.columns import Column, Rows
from seedengine.generation.expressions.faults import RowFault, fail_where
from seedengine.generation.expressions.intervals import Spans, spans_of, spans_series
from seedengine.generation.expressions.lists import elements, regrouped
from seedengine.generation.expressions.types import (
    BOOLEAN,
    INTEGER,
    TEXT,
    UNKNOWN,
    Type,
    array_of,
    numeric,
    storage,
)
from seedengine.spec.expressions import ExpressionFault

Operation = Callable[[pl.Series], pl.Series]


def _same(series: pl.Series) -> pl.Series:
    return series


def _date_to_timestamp(series: pl.Series) -> pl.Series:
    return moments.timestamps(moments.days_from(series) * calendars.MICROSECONDS)


def _timestamp_to_date(series: pl.Series) -> pl.Series:
    return moments.dates(moments.moments_from(series) // calendars.MICROSECONDS)


def _timestamp_to_time(series: pl.Series) -> pl.Series:
    return moments.times(moments.moments_from(series))


def _time_to_interval(series: pl.Series) -> pl.Series:
    zero = np.zeros(1, np.int64)
    return spans_series(Spans(zero, zero, moments.times_from(series)))


def _interval_to_time(series: pl.Series) -> pl.Series:
    return moments.times(spans_of(series).microseconds)


_IMPLICIT: dict[tuple[str, str], Operation] = {
    ("integer", "bigint"): lambda series: series.cast(pl.Int64),
    ("integer", "numeric"): conversions.integer_to_numeric,
    ("integer", "double precision"): conversions.integer_to_float,
    ("bigint", "numeric"): conversions.integer_to_numeric,
    ("bigint", "double precision"): conversions.integer_to_float,
    ("numeric", "double precision"): conversions.numeric_to_float,
    ("date", "timestamp"): _date_to_timestamp,
    ("time", "interval"): _time_to_interval,
}
_EXPLICIT: dict[tuple[str, str], Operation] = {
    **_IMPLICIT,
    ("bigint", "integer"): conversions.bigint_to_integer,
    ("numeric", "integer"): conversions.numeric_to_integer,
    ("numeric", "bigint"): conversions.numeric_to_bigint,
    ("double precision", "integer"): conversions.float_to_integer,
    ("double precision", "bigint"): conversions.float_to_bigint,
    ("double precision", "numeric"): conversions.float_to_numeric,
    ("integer", "boolean"): lambda series: series != 0,
    ("boolean", "integer"): lambda series: series.cast(pl.Int32),
    ("timestamp", "date"): _timestamp_to_date,
    ("timestamp", "time"): _timestamp_to_time,
    ("interval", "time"): _interval_to_time,
}
_READERS: dict[str, Operation] = {
    "integer": reading.integer,
    "bigint": reading.bigint,
    "numeric": reading.numeric,
    "double precision": reading.floating,
    "boolean": reading.boolean,
    "date": reading.date,
    "timestamp": reading.timestamp,
    "time": reading.time,
    "interval": reading.interval,
    "text": _same,
}


def coercible(source: Type, target: Type) -> bool:
    """Whether values of one type become the other by themselves."""
    return source in (target, UNKNOWN) or (source.name, target.name) in _IMPLICIT


def coerce(rows: Rows, column: Column, target: Type) -> Column:
    """The column as the other type, which it becomes by itself: a literal is read, a number widened."""
    if column.type == target:
        return replace(column, type=_with_scale(column.type, target))
    if column.type == UNKNOWN:
        return _read_literal(rows, column, target)
    if (column.type.name, target.name) not in _IMPLICIT:
        _refuse(column, target)
    operation = _IMPLICIT[column.type.name, target.name]
    scale = 0 if column.type.name in ("integer", "bigint") else None
    result = numeric(scale) if target.name == "numeric" else target
    return rows.apply(operation, result, column.offset, column)


def cast(rows: Rows, column: Column, target: Type, parameters: tuple[int, ...] = ()) -> Column:
    """The column as the type that is named, with its parameters: numeric(p, s), varchar(n), timestamp(n)."""
    return _fitted(rows, _cast(rows, column, target), parameters)


def _cast(rows: Rows, column: Column, target: Type) -> Column:
    source = column.type
    if source == target:
        return column
    if source == UNKNOWN:
        return _read_literal(rows, column, target)
    if target == TEXT:
        return as_text(rows, column)
    if source == TEXT and target.element is not None:
        return _read_arrays(rows, column, target)
    if source == TEXT and target.name in _READERS:
        return rows.apply(
            _READERS[target.name], numeric(None) if target.name == "numeric" else target, column.offset, column
        )
    if source.element is not None and target.element is not None:
        return _cast_elements(rows, column, target)
    operation = _EXPLICIT.get((source.name, target.name))
    if operation is None:
        _refuse(column, target)
    scale = 0 if source.name in ("integer", "bigint") else None
    result = numeric(scale) if target.name == "numeric" else target
    return rows.apply(operation, result, column.offset, column)


def as_text(rows: Rows, column: Column) -> Column:
    """The column as text."""
    if column.type in (TEXT, UNKNOWN):
        return coerce(rows, column, TEXT)
    return rows.apply(partial(printing.to_text, column.type), TEXT, column.offset, column)


def cast_uuid(rows: Rows, column: Column) -> Column:
    """Texts as UUIDs in their usual form."""
    text = coerce(rows, column, TEXT)
    return _at_once(rows, reading.uuid, TEXT, text, column.literal)


def _at_once(rows: Rows, operation: Operation, result: Type, column: Column, literal: bool) -> Column:
    """The same as `rows.apply`, but what is wrong with a literal is wrong with the expression."""
    if not literal:
        return rows.apply(operation, result, column.offset, column)
    try:
        return Column(result, operation(column.series), column.offset, constant=True)
    except RowFault as fault:
        raise ExpressionFault(fault.message, column.offset, fault.help) from None


def _read_literal(rows: Rows, column: Column, target: Type) -> Column:
    if not column.literal:
        return rows.null(target, column.offset)
    if target.element is not None:
        return _read_arrays(rows, column, target)
    if target.name not in _READERS:
        _refuse(column, target)
    result = numeric(None) if target.name == "numeric" else target
    return _at_once(rows, _READERS[target.name], result, column, literal=True)


def _read_arrays(rows: Rows, column: Column, target: Type) -> Column:
    element = target.element
    if element is None or element.name not in _READERS:
        _refuse(column, target)

    def read(texts: pl.Series) -> pl.Series:
        lists = pl.Series([reading.array(text) for text in texts.unique(maintain_order=True)], dtype=pl.List(pl.String))
        read_once = pl.DataFrame({"text": texts.unique(maintain_order=True), "list": lists})
        joined = pl.DataFrame({"text": texts}).join(read_once, on="text", how="left", maintain_order="left")
        return _each(joined.get_column("list"), _READERS[element.name], element)

    return _at_once(rows, read, target, column, column.literal)


def _cast_elements(rows: Rows, column: Column, target: Type) -> Column:
    source, element = column.type.element, target.element
    if source is None or element is None:
        _refuse(column, target)
    if element == TEXT:
        operation: Operation | None = partial(printing.to_text, source)
    elif source == TEXT:
        operation = _READERS.get(element.name)
    else:
        operation = _EXPLICIT.get((source.name, element.name))
    if operation is None:
        _refuse(column, target)
    chosen = operation
    return rows.apply(lambda lists: _each(lists, chosen, element), array_of(element), column.offset, column)


def _each(lists: pl.Series, operation: Operation, element: Type) -> pl.Series:
    inner = elements(lists)
    values = pl.Series([None], dtype=storage(element)).new_from_index(0, len(inner))
    present = inner.drop_nulls()
    if len(present):
        changed = operation(present)
        places = np.full(len(inner), len(changed), np.uint32)
        places[inner.is_not_null().to_numpy()] = np.arange(len(changed), dtype=np.uint32)
        values = pl.concat([changed, pl.Series([None], dtype=changed.dtype)]).gather(places)
    return regrouped(values, lists)


def _fitted(rows: Rows, column: Column, parameters: tuple[int, ...]) -> Column:
    if not parameters:
        return column
    if column.type.name == "numeric":
        precision, scale = (*parameters, 0)[:2]
        return rows.apply(partial(_fit_numeric, precision, scale), numeric(scale), column.offset, column)
    if column.type == TEXT:
        return rows.apply(lambda text: text.str.head(parameters[0]), TEXT, column.offset, column)
    return rows.apply(partial(_fit_moment, column.type.name, parameters[0]), column.type, column.offset, column)


def _fit_numeric(precision: int, scale: int, series: pl.Series) -> pl.Series:
    numbers = decimals.rescale(decimals.from_series(series), np.array([scale], np.int64))
    numerics.check_precision(numbers, precision)
    return decimals.to_series(numbers)


def _fit_moment(name: str, digits: int, series: pl.Series) -> pl.Series:
    step = 10 ** (6 - digits)
    if name == "time":
        values = (moments.times_from(series) + step // 2) // step * step
        fail_where(values >= calendars.MICROSECONDS, "time field value out of range")
        return moments.times(values)
    # Halves go away from the year 2000, where PostgreSQL counts from.
    values = moments.moments_from(series) - calendars.YEAR_2000
    return moments.timestamps(np.sign(values) * ((np.abs(values) + step // 2) // step * step) + calendars.YEAR_2000)


def _with_scale(own: Type, wanted: Type) -> Type:
    return own if wanted.scale is None else wanted


def _refuse(column: Column, target: Type) -> NoReturn:
    source = "text" if column.type == UNKNOWN else column.type.name
    raise ExpressionFault(f"`{source}` is not a `{target.name}`", column.offset, _help(source, target.name))


def _help(source: str, target: str) -> str | None:
    if target == BOOLEAN.name:
        return "compare it, as `x <> 0` or `x <> ''`"
    if target == INTEGER.name and source == "date":
        return "subtract two dates, or `extract` a part"
    return f"write `::{target}`" if (source, target) in _EXPLICIT else None
