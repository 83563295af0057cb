"""Arithmetic of double precision: overflow and underflow are errors, bits are the same on every machine."""

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation import arithmetic
from seedengine.generation.expressions.faults import fail_where

Floats = NDArray[np.float64]


def add(left: pl.Series, right: pl.Series) -> pl.Series:
    """The sum."""
    return _binary(np.add, left, right)


def subtract(left: pl.Series, right: pl.Series) -> pl.Series:
    """The difference."""
    return _binary(np.subtract, left, right)


def multiply(left: pl.Series, right: pl.Series) -> pl.Series:
    """The product; RowFault where only zero is left of it."""
    a, b = left.to_numpy(), right.to_numpy()
    return _binary(np.multiply, left, right, (a != 0.0) & (b != 0.0))


def divide(left: pl.Series, right: pl.Series) -> pl.Series:
    """The quotient; RowFault at a zero divisor and where only zero is left of it."""
    a, b = left.to_numpy(), right.to_numpy()
    fail_where((b == 0.0) & ~np.isnan(a), "division by zero", "use `nullif(…, 0)`")
    return _binary(np.divide, left, right, (a != 0.0) & ~np.isinf(b))


def power(left: pl.Series, right: pl.Series) -> pl.Series:
    """left to the power of right; RowFault where it is no number of this type."""
    a, b = left.to_numpy(), right.to_numpy()
    fail_where((a == 0.0) & (b < 0.0), "zero raised to a negative power is undefined")
    broken = (a < 0.0) & np.isfinite(a) & np.isfinite(b) & (np.floor(b) != b)
    fail_where(broken, "a negative number raised to a non-integer power yields a complex result")
    return _binary(arithmetic.power, left, right, (a != 0.0) & ~np.isinf(b) & ~np.isinf(a))


def exponential(operand: pl.Series) -> pl.Series:
    """e to the power of the operand."""
    x = operand.to_numpy()
    return _checked(arithmetic.exp(x), x, nonzero=np.isfinite(x))


def square_root(operand: pl.Series) -> pl.Series:
    """The square root; RowFault below zero."""
    x = operand.to_numpy()
    fail_where(x < 0.0, "cannot take square root of a negative number")
    return pl.Series(arithmetic.sqrt(x))


def logarithm(operand: pl.Series) -> pl.Series:
    """The natural logarithm; RowFault at zero and below."""
    return pl.Series(arithmetic.log(_positive(operand)))


def logarithm10(operand: pl.Series) -> pl.Series:
    """The logarithm to base 10; RowFault at zero and below."""
    return pl.Series(arithmetic.log10(_positive(operand)))


def trigonometric(function: Callable[[Floats], Floats]) -> Callable[[pl.Series], pl.Series]:
    """sin, cos or tan as a function of columns; RowFault at infinity."""

    def apply(operand: pl.Series) -> pl.Series:
        x = operand.to_numpy()
        fail_where(np.isinf(x), "input is out of range")
        return pl.Series(function(x))

    return apply


def inverse(function: Callable[[Floats], Floats]) -> Callable[[pl.Series], pl.Series]:
    """asin or acos as a function of columns; RowFault outside [-1, 1]."""

    def apply(operand: pl.Series) -> pl.Series:
        x = operand.to_numpy()
        fail_where(np.abs(x) > 1.0, "input is out of range")
        return pl.Series(function(x))

    return apply


def arc_tangent(operand: pl.Series) -> pl.Series:
    """The angle in radians with that tangent."""
    return pl.Series(arithmetic.atan(operand.to_numpy()))


def arc_tangent2(y: pl.Series, x: pl.Series) -> pl.Series:
    """The angle in radians of the point (x, y)."""
    return pl.Series(arithmetic.atan2(y.to_numpy(), x.to_numpy()))


def degrees(operand: pl.Series) -> pl.Series:
    """Radians in degrees."""
    return divide(operand, pl.Series([0.0174532925199432957692]))


def radians(operand: pl.Series) -> pl.Series:
    """Degrees in radians."""
    return multiply(operand, pl.Series([0.0174532925199432957692]))


def rounded(operand: pl.Series) -> pl.Series:
    """The nearest whole number, halves to the even one."""
    return pl.Series(np.rint(operand.to_numpy()))


def floor(operand: pl.Series) -> pl.Series:
    """The largest whole number that is not above."""
    return pl.Series(np.floor(operand.to_numpy()))


def ceiling(operand: pl.Series) -> pl.Series:
    """The smallest whole number that is not below."""
    return pl.Series(np.ceil(operand.to_numpy()))


def cut(operand: pl.Series) -> pl.Series:
    """The number without its fraction."""
    return pl.Series(np.trunc(operand.to_numpy()))


def sign(operand: pl.Series) -> pl.Series:
    """-1, 0 or 1."""
    return pl.Series(np.sign(operand.to_numpy()))


def negate(operand: pl.Series) -> pl.Series:
    """The other sign."""
    return pl.Series(-operand.to_numpy())


def absolute(operand: pl.Series) -> pl.Series:
    """The size without a sign."""
    return pl.Series(np.abs(operand.to_numpy()))


def _positive(operand: pl.Series) -> Floats:
    x: Floats = operand.to_numpy()
    fail_where(x == 0.0, "cannot take logarithm of zero")
    fail_where(x < 0.0, "cannot take logarithm of a negative number")
    return x


def _binary(
    function: Callable[[Floats, Floats], Floats],
    left: pl.Series,
    right: pl.Series,
    nonzero: NDArray[np.bool_] | None = None,
) -> pl.Series:
    a, b = left.to_numpy(), right.to_numpy()
    with np.errstate(all="ignore"):
        result = function(a, b)
    infinite = np.isinf(a) | np.isinf(b)
    fail_where(np.isinf(result) & ~infinite, "value out of range: overflow")
    if nonzero is not None:
        fail_where((result == 0.0) & nonzero, "value out of range: underflow")
    return pl.Series(result)


def _checked(result: Floats, operand: Floats, nonzero: NDArray[np.bool_]) -> pl.Series:
    fail_where(np.isinf(result) & ~np.isinf(operand), "value out of range: overflow")
    fail_where((result == 0.0) & nonzero, "value out of range: underflow")
    return pl.Series(result)
