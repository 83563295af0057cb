"""Values of one type in their order: -1, 0 or 1 by the column."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.expressions import decimals, intervals, numerics
from seedengine.generation.expressions.types import Type

Order = NDArray[np.int8]


def compare(type: Type, left: pl.Series, right: pl.Series) -> Order:
    """-1, 0 or 1 as the left value comes before, equals or comes after the right one.

    Texts compare by the numbers of their characters, NaN comes after all numbers and equals itself, false before true.
    """
    if type.name == "numeric":
        return numerics.compare(decimals.from_series(left), decimals.from_series(right))
    if type.name == "interval":
        return intervals.compare(left, right)
    if type.name == "double precision":
        return _floats(left.to_numpy(), right.to_numpy())
    if type.name in ("integer", "bigint", "date", "timestamp", "time", "boolean"):
        a, b = left.to_physical().to_numpy(), right.to_physical().to_numpy()
        return _order(a > b, a < b)
    return _order((left > right).to_numpy(), (left < right).to_numpy())


def equal(type: Type, left: pl.Series, right: pl.Series) -> pl.Series:
    """Whether both values are the same."""
    if type.name in ("text", "json object") or type.element is not None:
        return left == right
    return pl.Series(compare(type, left, right) == 0)


def _floats(a: NDArray[np.float64], b: NDArray[np.float64]) -> Order:
    a_nan, b_nan = np.isnan(a), np.isnan(b)
    return np.where(a_nan | b_nan, _order(a_nan, b_nan), _order(a > b, a < b))


def _order(after: NDArray[np.bool_], before: NDArray[np.bool_]) -> Order:
    return np.asarray(after, np.int8) - np.asarray(before, np.int8)
