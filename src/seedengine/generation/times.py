"""Days, moments and times of day of a range, in whole days and milliseconds."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.context import Context
from seedengine.generation.numbers import end, whole
from seedengine.spec.generators import Date, Datetime, Time

Integers = NDArray[np.int64]


def make_date(value: Date, context: Context) -> pl.Series:
    """Days; an end that is a moment counts as its day."""
    low = end(context, value.range.low, "from", "date", pl.Date()).to_physical().cast(pl.Int64)
    high = end(context, value.range.high, "to", "date", pl.Date()).to_physical().cast(pl.Int64)
    days = whole(context, value, low.to_numpy(), high.to_numpy(), value.distribution)
    return pl.Series(days).cast(pl.Int32).cast(pl.Date)


def make_datetime(value: Datetime, context: Context) -> pl.Series:
    """Moments in UTC in whole milliseconds; an end that is a day counts as its midnight."""
    low = _milliseconds(end(context, value.range.low, "from", "datetime", pl.Datetime("us")), 1000, round_up=True)
    high = _milliseconds(end(context, value.range.high, "to", "datetime", pl.Datetime("us")), 1000)
    moments = whole(context, value, low, high, value.distribution)
    return pl.Series(moments * 1000).cast(pl.Datetime("us"))


def make_time(value: Time, context: Context) -> pl.Series:
    """Times of day in whole milliseconds."""
    low = _milliseconds(end(context, value.range.low, "from", "time", pl.Time()), 1_000_000, round_up=True)
    high = _milliseconds(end(context, value.range.high, "to", "time", pl.Time()), 1_000_000)
    moments = whole(context, value, low, high, value.distribution)
    return pl.Series(moments * 1_000_000).cast(pl.Time)


def _milliseconds(column: pl.Series, unit: int, *, round_up: bool = False) -> Integers:
    """Whole milliseconds within a range that may have finer ends."""
    fine = column.to_physical().cast(pl.Int64).to_numpy().astype(np.int64)
    return -(-fine // unit) if round_up else fine // unit
