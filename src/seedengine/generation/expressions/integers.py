"""Arithmetic of integer and bigint: out of range is an error, division goes toward zero, as in PostgreSQL."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.expressions.faults import fail_where

Integers = NDArray[np.int64]

_LEAST = np.int64(-(2**63))


def add(left: pl.Series, right: pl.Series) -> pl.Series:
    """The sum in the type of both; RowFault where it has no place there."""
    a, b = _wide(left), _wide(right)
    result = a + b
    wrong = ((a ^ result) & (b ^ result)) < 0
    return _result(result, wrong, left.dtype)


def subtract(left: pl.Series, right: pl.Series) -> pl.Series:
    """The difference in the type of both; RowFault where it has no place there."""
    a, b = _wide(left), _wide(right)
    result = a - b
    wrong = ((a ^ b) & (a ^ result)) < 0
    return _result(result, wrong, left.dtype)


def multiply(left: pl.Series, right: pl.Series) -> pl.Series:
    """The product in the type of both; RowFault where it has no place there."""
    a, b = _wide(left), _wide(right)
    result = a * b
    if left.dtype == pl.Int32:
        return _result(result, np.zeros(len(result), bool), left.dtype)
    # The float product is off by 2**-53 of itself at most, the wrapped one by 2**64: they cannot be taken for another.
    estimate = a.astype(np.float64) * b.astype(np.float64)
    wrong = np.abs(estimate - result.astype(np.float64)) > 2.0**62
    return _result(result, wrong, left.dtype)


def divide(left: pl.Series, right: pl.Series) -> pl.Series:
    """The quotient without its fraction; RowFault at a zero divisor."""
    a, b = _wide(left), _wide(right)
    _check_divisor(b)
    wrong = (a == _LEAST) & (b == -1)
    safe = np.where(wrong, 1, b)
    quotient = a // safe
    quotient = quotient + ((quotient < 0) & (quotient * safe != a))
    return _result(quotient, wrong, left.dtype)


def remainder(left: pl.Series, right: pl.Series) -> pl.Series:
    """What is left of the dividend, with its sign; RowFault at a zero divisor."""
    a, b = _wide(left), _wide(right)
    _check_divisor(b)
    return _result(np.fmod(a, np.where(b == -1, 1, b)), np.zeros(1, bool), left.dtype)


def negate(operand: pl.Series) -> pl.Series:
    """The other sign; RowFault at the least integer, which has no counterpart."""
    return subtract(pl.Series([0], dtype=operand.dtype), operand)


def absolute(operand: pl.Series) -> pl.Series:
    """The size without a sign; RowFault at the least integer, which has no counterpart."""
    values = _wide(operand)
    return _result(np.abs(values), values == _LEAST, operand.dtype)


def greatest_divisor(left: pl.Series, right: pl.Series) -> pl.Series:
    """The greatest common divisor, 0 of two zeros; RowFault where it has no place in the type."""
    a, b = _wide(left), _wide(right)
    result = np.gcd(a, b)
    return _result(result, result < 0, left.dtype)


def least_multiple(left: pl.Series, right: pl.Series) -> pl.Series:
    """The least common multiple, 0 with a zero; RowFault where it has no place in the type."""
    a, b = _wide(left), _wide(right)
    divisor = np.gcd(a, b)
    part = pl.Series(np.abs(a) // np.where(divisor == 0, 1, divisor))
    return narrow(absolute(multiply(part, pl.Series(b))).to_numpy(), left.dtype)


def narrow(values: Integers, dtype: pl.DataType) -> pl.Series:
    """64-bit integers as a column of `dtype`; RowFault where it has no place for one."""
    return _result(values, np.zeros(len(values), bool), dtype)


def _wide(series: pl.Series) -> Integers:
    return series.to_numpy().astype(np.int64)


def _check_divisor(divisor: Integers) -> None:
    fail_where(divisor == 0, "division by zero", "use `nullif(…, 0)`")


def _result(values: Integers, wrong: NDArray[np.bool_], dtype: pl.DataType) -> pl.Series:
    if dtype == pl.Int32:
        wrong = wrong | (values != values.astype(np.int32))
    fail_where(wrong, f"{'integer' if dtype == pl.Int32 else 'bigint'} out of range", "cast to `bigint` or `numeric`")
    return pl.Series(values).cast(dtype)
