"""Numbers of a range, shares of rows, and sequences."""

from __future__ import annotations

from decimal import Decimal as Number

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.bits import between, unit
from seedengine.generation.columns import repeat
from seedengine.generation.context import Context
from seedengine.generation.distributions import floats, integers
from seedengine.generation.expressions import type_name
from seedengine.generation.faults import GenerationFault
from seedengine.generation.unique import spread
from seedengine.spec.expressions import Expression
from seedengine.spec.generators import Bool, Decimal, Distribution, Float, Generator, Int, Sequence
from seedengine.spec.ranges import Bound, Range

Integers = NDArray[np.int64]

_INT4 = 2**31

_MOST_UNIQUE = 2**62
"""Of a larger domain so many values are used."""

_MOST_DIGITS = 18
"""Digits of a drawn decimal, which is a whole number of 64 bits of its last one."""


def whole(context: Context, value: Generator, low: Integers, high: Integers, shape: Distribution | None) -> Integers:
    """A whole number between two ends for each row: uniform, of a shape, or without repeats.

    Raises a fault that names the row where the range is empty.
    """
    empty = np.flatnonzero(low > high)
    if len(empty):
        first = int(empty[0])
        message = f"the range {low[first]}..{high[first]} is empty"
        raise context.fault(message, position=first, help="see to it that `from` is not above `to`")
    if unique := context.unique(value):
        size = int(high[0]) - int(low[0]) + 1 if len(low) else 1
        return low + spread(context, unique, min(size, _MOST_UNIQUE))
    if shape is None or shape.shape == "uniform":
        return between(context.key(), context.address, low, high)
    try:
        with np.errstate(all="ignore"):  # parameters far from the range, where the nearer end is drawn
            return integers(shape.shape, shape.parameters, unit(context.key(), context.address), low, high)
    except ValueError as error:
        raise context.fault(str(error), "distribution") from None


_NUMBERS = (pl.Int32, pl.Int64, pl.Decimal, pl.Float64)
_ENDS: dict[type[pl.DataType], tuple[type[pl.DataType], ...]] = {
    pl.Int64: (pl.Int32, pl.Int64),
    pl.Float64: _NUMBERS,
    pl.Decimal: _NUMBERS,
    pl.Date: (pl.Date, pl.Datetime),
    pl.Datetime: (pl.Date, pl.Datetime),
    pl.Time: (pl.Time,),
}
"""The types that an end of a range may have, by the type of the range."""


def end(context: Context, bound: Bound, side: str, name: str, dtype: pl.DataType) -> pl.Series:
    """An end of a range for each row, cast to `dtype`; a fault names the row where it is NULL."""
    if isinstance(bound, Expression):
        column = context.evaluate(bound, name, side)
    else:
        column = repeat(bound, len(context), dtype)
    missing = column.is_null().arg_max() if column.null_count() else None
    if missing is not None:
        raise context.fault(f"`{side}` is NULL", name, position=missing, help="say `when:` the field has a value")
    if column.dtype.base_type() not in (*_ENDS[dtype.base_type()], pl.Null):
        message = f"`{side}` is {type_name(column.dtype)}, which is no end of a `{name}` range"
        raise context.fault(message, name, side, help="cast it, or take another value")
    return column.cast(dtype)


def make_int(value: Int, context: Context) -> pl.Series:
    """Whole numbers: int4 where both ends are literals of that size, else int8."""
    low = end(context, value.range.low, "from", "int", pl.Int64()).to_numpy()
    high = end(context, value.range.high, "to", "int", pl.Int64()).to_numpy()
    ends = value.range.literals()
    small = ends is not None and all(-_INT4 <= each < _INT4 for each in ends)
    return pl.Series(whole(context, value, low, high, value.distribution)).cast(pl.Int32 if small else pl.Int64)


def make_float(value: Float, context: Context) -> pl.Series:
    """Floating-point numbers; the upper end is as likely as any other."""
    low = end(context, value.range.low, "from", "float", pl.Float64()).to_numpy()
    high = end(context, value.range.high, "to", "float", pl.Float64()).to_numpy()
    shape = value.distribution or Distribution(shape="uniform")
    empty = np.flatnonzero(low > high)
    if len(empty):
        message = f"the range {low[empty[0]]}..{high[empty[0]]} is empty"
        raise context.fault(message, position=int(empty[0]), help="see to it that `from` is not above `to`")
    try:
        with np.errstate(all="ignore"):
            drawn = floats(shape.shape, shape.parameters, unit(context.key(), context.address), low, high)
    except ValueError as error:
        raise context.fault(str(error), "distribution") from None
    return pl.Series(drawn)


def make_decimal(value: Decimal, context: Context) -> pl.Series:
    """Exact numbers with the digits that the range shows (of expressions: those of their types)."""
    for bound in (value.range.low, value.range.high):
        if isinstance(bound, Number) and abs(bound).scaleb(value.range.digits) >= 2**63:
            raise _too_long(context)
    low = _decimal_end(context, value.range, "from", value.range.low)
    high = _decimal_end(context, value.range, "to", value.range.high)
    digits = max(value.range.digits, _scale(low), _scale(high))
    if digits > _MOST_DIGITS:
        raise _too_long(context)
    steps = whole(context, value, _units(context, low, digits), _units(context, high, digits), value.distribution)
    return from_units(steps, digits)


def _too_long(context: Context, position: int | None = None) -> GenerationFault:
    help = "write fewer of them, or cast what is computed: `(…)::numeric(10,2)`"
    message = f"the ends of the range have more than {_MOST_DIGITS} digits"
    return context.fault(message, "decimal", position=position, help=help)


def from_units(units: Integers, digits: int) -> pl.Series:
    """Whole numbers of the last digit as decimals."""
    last_digit = Number(1).scaleb(-digits)
    scaled = pl.Series(units).cast(pl.Decimal(38, 0)) * pl.Series([last_digit], dtype=pl.Decimal(38, digits))
    return scaled.cast(pl.Decimal(38, digits))


def _decimal_end(context: Context, found: Range, side: str, bound: Bound) -> pl.Series:
    if isinstance(bound, Expression):
        column = context.evaluate(bound, "decimal", side)
        dtype = column.dtype if isinstance(column.dtype, pl.Decimal) else pl.Decimal(38, 0)
        if column.dtype == pl.Float64:
            raise context.fault(f"`{side}` is double precision", "decimal", help="cast it: `(…)::numeric(10,2)`")
        return end(context, bound, side, "decimal", dtype)
    return repeat(bound, len(context), pl.Decimal(38, found.digits))


def _scale(column: pl.Series) -> int:
    return column.dtype.scale if isinstance(column.dtype, pl.Decimal) else 0


def _units(context: Context, column: pl.Series, digits: int) -> Integers:
    """Decimals as whole numbers of the last digit; a fault names the row where these have no place in 64 bits."""
    over = np.flatnonzero(np.abs(column.cast(pl.Float64).to_numpy()) >= 2.0**63 / 10.0**digits)
    if len(over):
        raise _too_long(context, int(over[0]))
    factor = pl.Series([10**digits]).cast(pl.Decimal(38, 0))
    return (column.cast(pl.Decimal(38, digits)) * factor).cast(pl.Int64).to_numpy().astype(np.int64)


def make_bool(value: Bool, context: Context) -> pl.Series:
    """True in a part of the rows."""
    return pl.Series(unit(context.key(), context.address) < float(value.share))


def make_sequence(value: Sequence, context: Context) -> pl.Series:
    """start, start + step, … by the row number; an int8."""
    ordinal = context.ordinal
    last = value.start + value.step * int(ordinal.max()) if len(ordinal) else value.start
    if not -(2**63) <= last < 2**63:
        help = "start it lower, or take smaller steps"
        raise context.fault("the sequence leaves 64 bits", "sequence", position=int(ordinal.argmax()), help=help)
    return pl.Series(value.start + value.step * ordinal)
