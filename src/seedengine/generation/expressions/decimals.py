"""Exact decimal numbers by the column: integers with a number of digits after the point, value by value.

Digits are 64-bit integers as long as an operation's results fit, Python's integers in a NumPy array otherwise; the
outcome is the same. Between operations a value has at most 38 digits, where PostgreSQL keeps up to 147,455: longer ones
lose digits after the point, rounded half away from zero, or are out of range.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.expressions.faults import fail_where
from seedengine.generation.expressions.types import MAX_DIGITS, NUMERIC_STORAGE

Digits = NDArray[Any]
Integers = NDArray[np.int64]

MAX_SCALE = 1000

_LIMIT = 2**63 - 1
_POWERS = np.array([10**k for k in range(19)], np.int64)


@dataclass(frozen=True, slots=True)
class Decimals:
    """Numbers digits / 10**scale; both arrays have one value a number, or a single one for all."""

    digits: Digits
    scale: Integers

    @property
    def size(self) -> int:
        """How many numbers these are."""
        lengths = (len(self.digits), len(self.scale))
        return min(lengths) if 0 in lengths else max(lengths)


def from_series(series: pl.Series) -> Decimals:
    """The numbers of a column in storage, which has no nulls."""
    digits, scale = series.struct.field("digits"), series.struct.field("scale")
    uniform = len(scale) > 0 and scale.min() == scale.max()
    scales = scale.head(1).to_numpy() if uniform else scale.to_numpy()
    return Decimals(_from_int128(digits), scales.astype(np.int64))


def from_decimal_series(series: pl.Series) -> pl.Series:
    """A Decimal column in storage, nulls kept."""
    scale = series.dtype.scale  # type: ignore[attr-defined]
    return _store(series.to_physical(), pl.Series([scale], dtype=pl.Int32))


def to_series(numbers: Decimals) -> pl.Series:
    """A column in storage; raises RowFault where a number has more than 38 digits before the point."""
    numbers = _fitted(numbers)
    size = numbers.size
    digits = np.broadcast_to(numbers.digits, (size,))
    return _store(_to_int128(digits), pl.Series(np.broadcast_to(numbers.scale, (size,)), dtype=pl.Int32))


def to_decimal_series(series: pl.Series, scale: int) -> pl.Series:
    """A column in storage as Decimal(38, scale), rounded half away from zero; nulls kept, RowFault where it is full."""
    present = series.drop_nulls()
    if len(present) < len(series):
        where = series.is_not_null().arg_true()
        whole = to_decimal_series(present, scale)
        return pl.Series([None], dtype=whole.dtype).new_from_index(0, len(series)).scatter(where, whole)
    numbers = rescale(from_series(series), np.array([scale], np.int64))
    fail_where(_too_long(numbers.digits), f"the number has more than {MAX_DIGITS - scale} digits before the point")
    digits = _to_int128(np.broadcast_to(numbers.digits, (len(series),)))
    unit = pl.Series([1], dtype=pl.Int128).cast(pl.Decimal(MAX_DIGITS, 0)) if scale == 0 else _unit(scale)
    return digits.cast(pl.Decimal(MAX_DIGITS, 0)) * unit


def _unit(scale: int) -> pl.Series:
    return pl.Series([f"0.{'1'.zfill(scale)}"]).cast(pl.Decimal(MAX_DIGITS, scale))


def _store(digits: pl.Series, scale: pl.Series) -> pl.Series:
    frame = pl.DataFrame({"digits": digits})
    parts = pl.struct("digits", (pl.lit(scale) if len(scale) == len(digits) else pl.lit(scale[0])).alias("scale"))
    if digits.null_count():
        parts = pl.when(pl.col("digits").is_not_null()).then(parts)
    return frame.select(parts.alias("")).to_series().cast(NUMERIC_STORAGE)


def _from_int128(digits: pl.Series) -> Digits:
    narrow = digits.cast(pl.Int64, strict=False)
    # The least 64-bit integer has no size of 64 bits, so that it counts as a long one.
    if narrow.null_count() == 0 and narrow.min() != -_LIMIT - 1:
        return narrow.to_numpy()
    return _objects(digits.to_list())


def _to_int128(digits: Digits) -> pl.Series:
    if digits.dtype == np.int64:
        return pl.Series(digits).cast(pl.Int128)
    return pl.Series(digits.tolist(), dtype=pl.Int128)


def _objects(values: list[int]) -> Digits:
    result = np.empty(len(values), object)
    result[:] = values
    return result


def bound(digits: Digits) -> int:
    """The largest size among these integers."""
    if len(digits) == 0:
        return 0
    return max(int(digits.max()), -int(digits.min()))


def big(digits: Digits) -> Digits:
    """The same integers without a bound on their size."""
    return digits.astype(object)


def shrunk(digits: Digits) -> Digits:
    """The same integers in 64 bits, where all of them fit."""
    if digits.dtype == object and bound(digits) <= _LIMIT:
        return digits.astype(np.int64)
    return digits


def shifted(digits: Digits, places: Integers) -> Digits:
    """digits * 10**places, for places from 0."""
    most = int(places.max(initial=0))
    if most == 0:
        return digits
    if digits.dtype == np.int64 and most <= 18 and bound(digits) * 10**most <= _LIMIT:
        return np.asarray(digits * _POWERS[places])
    return np.asarray(big(digits) * _big_powers()[places])


@cache
def _big_powers() -> Digits:
    return _objects([10**k for k in range(3 * MAX_SCALE)])


def quotient(numerator: Digits, denominator: Digits) -> Digits:
    """numerator / denominator, rounded half away from zero; the denominator is positive."""
    size = np.abs(numerator)
    if numerator.dtype == np.int64 and 2 * (bound(numerator) + bound(denominator)) > _LIMIT:
        size, denominator = big(size), big(denominator)
    result = (2 * size + denominator) // (2 * denominator)
    return np.asarray(np.where(numerator < 0, -result, result))


def truncated(numerator: Digits, denominator: Digits) -> Digits:
    """numerator / denominator, rounded toward zero; the denominator is positive."""
    result = np.abs(numerator) // denominator
    return np.asarray(np.where(numerator < 0, -result, result))


def rescale(numbers: Decimals, scale: Integers, *, truncate: bool = False) -> Decimals:
    """The same numbers with `scale` digits after the point, rounded half away from zero or cut off."""
    change = scale - numbers.scale
    digits = shifted(numbers.digits, np.maximum(change, 0))
    dropped = np.maximum(-change, 0)
    if dropped.any():
        divide = truncated if truncate else quotient
        divisor = shifted(np.ones(1, np.int64), np.minimum(dropped, 2 * MAX_SCALE))
        if divisor.dtype == object:
            digits = big(digits)
        digits = divide(digits, divisor)
    return Decimals(digits, np.asarray(scale))


def aligned(left: Decimals, right: Decimals) -> tuple[Digits, Digits, Integers]:
    """The digits of both at their common scale."""
    scale = np.maximum(left.scale, right.scale)
    return shifted(left.digits, scale - left.scale), shifted(right.digits, scale - right.scale), scale


def digit_count(digits: Digits) -> Integers:
    """How many decimal digits each integer has; 0 for zero."""
    size = np.abs(digits)
    if digits.dtype == np.int64:
        return np.searchsorted(_POWERS, size, side="right").astype(np.int64)
    return np.array([len(str(value)) if value else 0 for value in size.tolist()], np.int64)


def _too_long(digits: Digits) -> NDArray[np.bool_]:
    if digits.dtype == np.int64:
        return np.zeros(len(digits), bool)
    return np.asarray(np.abs(digits) >= 10**MAX_DIGITS, bool)


def _fitted(numbers: Decimals) -> Decimals:
    long = _too_long(numbers.digits)
    deep = numbers.scale > MAX_SCALE
    if not long.any() and not deep.any():
        return numbers
    excess = np.where(long, digit_count(numbers.digits) - MAX_DIGITS, 0)
    scale = np.broadcast_to(numbers.scale, excess.shape)
    fail_where(excess > scale, "the number is out of range", f"a numeric has at most {MAX_DIGITS} digits here")
    return _fitted(rescale(numbers, np.minimum(scale - excess, MAX_SCALE)))
