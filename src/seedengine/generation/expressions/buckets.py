"""`width_bucket`: in which of equally wide parts of a range a number lies, counted from 1; outside 0 and one more."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.expressions import decimals, numerics
from seedengine.generation.expressions.decimals import Decimals
from seedengine.generation.expressions.faults import fail_where


def of_floats(operand: pl.Series, low: pl.Series, high: pl.Series, count: pl.Series) -> pl.Series:
    """The bucket of a float; RowFault where the range is empty or the count not positive."""
    x, a, b = operand.to_numpy(), low.to_numpy(), high.to_numpy()
    number = count.to_numpy().astype(np.int64)
    fail_where(number <= 0, "count must be greater than zero")
    fail_where(~(np.isfinite(a) & np.isfinite(b)) | np.isnan(x), "bounds must be finite, operand cannot be NaN")
    fail_where(a == b, "lower bound cannot equal upper bound")
    with np.errstate(all="ignore"):
        inside = np.clip(np.where(a < b, x - a, a - x) / np.abs(b - a), 0.0, 1.0)
        bucket = np.minimum((inside * number).astype(np.int64), number - 1) + 1
    below = np.where(a < b, x < a, x > a)
    above = np.where(a < b, x >= b, x <= b)
    _check_last(above, number)
    return pl.Series(np.where(below, 0, np.where(above, number + 1, bucket))).cast(pl.Int32)


def of_numerics(operand: pl.Series, low: pl.Series, high: pl.Series, count: pl.Series) -> pl.Series:
    """The bucket of a numeric; RowFault where the range is empty or the count not positive."""
    x, a, b = (decimals.from_series(series) for series in (operand, low, high))
    number = count.to_numpy().astype(np.int64)
    fail_where(number <= 0, "count must be greater than zero")
    order = numerics.compare(a, b)
    fail_where(order == 0, "lower bound cannot equal upper bound")
    distance = numerics.absolute(numerics.subtract(x, a))
    width = numerics.absolute(numerics.subtract(b, a))
    scaled = numerics.multiply(distance, Decimals(number, np.zeros(1, np.int64)))
    bucket = decimals.shrunk(numerics.divide_whole(scaled, width).digits)
    below = numerics.compare(x, a) * order > 0
    above = numerics.compare(x, b) * order <= 0
    _check_last(above, number)
    inside = np.where(below | above, 0, bucket).astype(np.int64) + 1
    return pl.Series(np.where(below, 0, np.where(above, number + 1, inside))).cast(pl.Int32)


def _check_last(above: NDArray[np.bool_], number: NDArray[np.int64]) -> None:
    """RowFault where the bucket behind the last one has no number."""
    fail_where(above & (number == 2**31 - 1), "integer out of range")
