"""Polars expressions over series of one length and single values, and Python functions over distinct values."""

from collections.abc import Callable
from typing import Any

import polars as pl


def compute(build: Callable[..., pl.Expr], *series: pl.Series) -> pl.Series:
    """The column that `build` makes of its arguments: a column each, or a literal for a series of one value.

    All series have the same length, or one value where others have more or none. The first is always a column, since
    not all operations of Polars take a literal there.
    """
    size = next((len(each) for each in series if len(each) != 1), 1)
    first, *others = series
    series = (spread(first, size), *others)
    columns = {str(i): each for i, each in enumerate(series) if len(each) == size}
    arguments = [pl.col(str(i)) if str(i) in columns else pl.lit(each[0], each.dtype) for i, each in enumerate(series)]
    return pl.DataFrame(columns).select(build(*arguments).alias("")).to_series()


def by_distinct(function: Callable[..., Any], dtype: pl.DataType, *series: pl.Series) -> pl.Series:
    """`function` of Python values, called once for each distinct combination; only for what Polars has nothing for."""
    size = next((len(each) for each in series if len(each) != 1), 1)
    frame = pl.DataFrame(
        {str(i): each if len(each) == size else each.new_from_index(0, size) for i, each in enumerate(series)}
    )
    distinct = frame.unique(maintain_order=True)
    values = pl.Series("value", [function(*row) for row in distinct.iter_rows()], dtype=dtype)
    joined = frame.join(distinct.with_columns(values), on=list(frame.columns), how="left", maintain_order="left")
    return joined.get_column("value").alias("")


def spread(series: pl.Series, size: int) -> pl.Series:
    """A single value repeated to `size`, or a column that has this length already."""
    return series if len(series) == size else series.new_from_index(0, size)
