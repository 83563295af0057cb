"""Numbers from one numeric type to another, rounded as PostgreSQL rounds them."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.expressions import decimals
from seedengine.generation.expressions.decimals import Decimals
from seedengine.generation.expressions.faults import fail_where
from seedengine.generation.expressions.integers import narrow

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Significant digits of a float that PostgreSQL takes over into a numeric: DBL_DIG.
_FLOAT_DIGITS = 15
_EXACT = 2**53
_POWERS = np.array([10.0**k for k in range(23)])
_WHOLE_POWERS = np.array([10**k for k in range(19)], np.int64)
_SMALL = np.array([-1e-1, -1e-2, -1e-3, -1e-4, -1e-5, -1e-6, -1e-7])
_SPLITTER = 134217729.0
_ZERO = np.zeros(1, np.int64)


def integer_to_numeric(series: pl.Series) -> pl.Series:
    """integer or bigint as numeric."""
    return decimals.to_series(Decimals(series.to_numpy().astype(np.int64), _ZERO))


def integer_to_float(series: pl.Series) -> pl.Series:
    """integer or bigint as the nearest float."""
    return pl.Series(series.to_numpy().astype(np.float64))


def numeric_to_float(series: pl.Series) -> pl.Series:
    """numeric as the nearest float."""
    numbers = decimals.from_series(series)
    most = int(numbers.scale.max(initial=0))
    if numbers.digits.dtype == np.int64 and most <= 22 and decimals.bound(numbers.digits) <= _EXACT:
        return pl.Series(numbers.digits.astype(np.float64) / _POWERS[numbers.scale])
    # Python divides integers of any size and rounds once.
    divisor = decimals.big(decimals.shifted(np.ones(1, np.int64), numbers.scale))
    return pl.Series((decimals.big(numbers.digits) / divisor).astype(np.float64))


def numeric_to_bigint(series: pl.Series) -> pl.Series:
    """numeric rounded half away from zero; RowFault out of range."""
    numbers = decimals.rescale(decimals.from_series(series), _ZERO)
    digits = decimals.shrunk(numbers.digits)
    if digits.dtype == object:
        wrong = np.asarray((digits > 2**63 - 1) | (digits < -(2**63)), bool)
        fail_where(wrong, "bigint out of range")
        digits = digits.astype(np.int64)
    return pl.Series(digits)


def numeric_to_integer(series: pl.Series) -> pl.Series:
    """numeric rounded half away from zero; RowFault out of range."""
    return bigint_to_integer(numeric_to_bigint(series))


def bigint_to_integer(series: pl.Series) -> pl.Series:
    """bigint in 32 bits; RowFault out of range."""
    return narrow(series.to_numpy(), pl.Int32())


def float_to_bigint(series: pl.Series) -> pl.Series:
    """A float rounded half to even; RowFault out of range."""
    values = np.rint(series.to_numpy())
    fail_where(~((values >= -(2.0**63)) & (values < 2.0**63)), "bigint out of range")
    return pl.Series(values.astype(np.int64))


def float_to_integer(series: pl.Series) -> pl.Series:
    """A float rounded half to even; RowFault out of range."""
    values = np.rint(series.to_numpy())
    fail_where(~((values >= -(2.0**31)) & (values < 2.0**31)), "integer out of range")
    return pl.Series(values.astype(np.int32))


def float_to_numeric(series: pl.Series) -> pl.Series:
    """A float rounded to 15 significant digits, as `%.15g` prints it; RowFault where it is no finite number."""
    values = series.to_numpy()
    fail_where(~np.isfinite(values), "a numeric holds no infinity and no NaN")
    size = np.abs(values)
    ordinary = (size < 1e15) & (size >= 1e-7)
    digits, places = _scaled(np.where(ordinary, size, 1.0))
    digits = np.where(values < 0.0, -digits, digits)
    rest = ~ordinary & (size != 0.0)
    digits, places = np.where(ordinary, digits, 0), np.where(ordinary, places, 0)
    if rest.any():
        digits[rest], places[rest] = _printed(values[rest])
    return decimals.to_series(_stripped(digits, places))


def _scaled(size: Floats) -> tuple[Integers, Integers]:
    """15 or 16 digits of floats between 1e-7 and 1e15, and how many of them stand behind the point."""
    before = np.searchsorted(_POWERS[:16], size, side="right")
    small = before == 0
    leading = np.zeros(len(size), np.int64)
    leading[small] = np.searchsorted(_SMALL, -size[small], side="left")
    places = np.where(small, _FLOAT_DIGITS + leading, _FLOAT_DIGITS - before)
    factor = _POWERS[places]
    product = size * factor
    # Dekker's product: product + error is the exact one, so that the rounding below sees the true half.
    a, b = _SPLITTER * size, _SPLITTER * factor
    a_high, b_high = a - (a - size), b - (b - factor)
    a_low, b_low = size - a_high, factor - b_high
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    whole = np.floor(product)
    beyond = (product - whole - 0.5) + error
    digits = whole.astype(np.int64)
    up = (beyond > 0.0) | ((beyond == 0.0) & (digits & 1 == 1))
    return digits + up, places


def _printed(values: Floats) -> tuple[Integers, Integers]:
    # Sizes beyond exact products are rare enough for Python's own printing, which rounds correctly.
    parts = [f"{value:.{_FLOAT_DIGITS - 1}e}".split("e") for value in values.tolist()]
    digits = np.array([int(mantissa.replace(".", "")) for mantissa, _ in parts], np.int64)
    return digits, np.array([_FLOAT_DIGITS - 1 - int(exponent) for _, exponent in parts], np.int64)


def _stripped(digits: Integers, places: Integers) -> Decimals:
    """Without the zeros at the end behind the point, and with those before it."""
    for count in (8, 4, 2, 1):
        divisible = (digits % _WHOLE_POWERS[count] == 0) & (places >= count)
        digits = np.where(divisible, digits // _WHOLE_POWERS[count], digits)
        places = np.where(divisible, places - count, places)
    places = np.where(digits == 0, 0, places)
    return Decimals(decimals.shifted(digits, np.maximum(-places, 0)), np.maximum(places, 0))
