"""Intervals: months, days and microseconds, which PostgreSQL keeps apart, by the column."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.expressions.faults import fail_where
from seedengine.generation.expressions.types import INTERVAL_STORAGE

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

MICROSECONDS = 86_400_000_000
_DAYS_PER_MONTH = 30
_SECONDS_PER_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Spans:
    """Intervals in their three parts, one value each or a single one for all."""

    months: Integers
    days: Integers
    microseconds: Integers

    def negated(self) -> "Spans":
        """The same intervals backwards; RowFault where a part has no counterpart."""
        fail_where(self.microseconds == -(2**63), "interval out of range")
        return Spans(-self.months, -self.days, -self.microseconds)


def spans_of(series: pl.Series) -> Spans:
    """The parts of an interval column without nulls."""
    parts = (series.struct.field(name).to_numpy().astype(np.int64) for name in ("months", "days", "microseconds"))
    return Spans(*parts)


def spans_series(spans: Spans) -> pl.Series:
    """An interval column; RowFault where a part has no place in it."""
    wrong = (spans.months != spans.months.astype(np.int32)) | (spans.days != spans.days.astype(np.int32))
    fail_where(wrong, "interval out of range")
    months, days, microseconds = np.broadcast_arrays(spans.months, spans.days, spans.microseconds)
    frame = pl.DataFrame({"months": months, "days": days, "microseconds": microseconds})
    return frame.to_struct("").cast(INTERVAL_STORAGE)


def add(left: pl.Series, right: pl.Series) -> pl.Series:
    """The sum, part by part."""
    return spans_series(_sum(spans_of(left), spans_of(right)))


def subtract(left: pl.Series, right: pl.Series) -> pl.Series:
    """The difference, part by part."""
    return spans_series(_sum(spans_of(left), spans_of(right).negated()))


def negate(interval: pl.Series) -> pl.Series:
    """The interval backwards."""
    return spans_series(spans_of(interval).negated())


def _sum(left: Spans, right: Spans) -> Spans:
    a, b = left.microseconds, right.microseconds
    total = a + b
    fail_where(((a ^ total) & (b ^ total)) < 0, "interval out of range")
    return Spans(left.months + right.months, left.days + right.days, total)


def multiply(interval: pl.Series, factor: pl.Series) -> pl.Series:
    """The interval so many times; parts of months become days of a thirtieth, parts of days time."""
    number = factor.to_numpy()
    return _scaled(interval, lambda part: part * number)


def divide(interval: pl.Series, divisor: pl.Series) -> pl.Series:
    """The interval in so many parts; RowFault at a zero divisor."""
    number = divisor.to_numpy()
    fail_where(number == 0.0, "division by zero", "use `nullif(…, 0)`")
    return _scaled(interval, lambda part: part / number)


def _scaled(interval: pl.Series, scale: Callable[[Floats], Floats]) -> pl.Series:
    # interval_mul of src/backend/utils/adt/timestamp.c, to the letter of its roundings.
    spans = spans_of(interval)
    with np.errstate(all="ignore"):
        months, days, rest = (scale(part.astype(np.float64)) for part in (spans.months, spans.days, spans.microseconds))
        inside = (np.abs(months) < 2.0**31) & (np.abs(days) < 2.0**31)
        fail_where(~inside, "interval out of range")
        whole_months, whole_days = np.trunc(months), np.trunc(days)
        more_days = _to_microseconds((months - whole_months) * _DAYS_PER_MONTH)
        seconds = (days - whole_days + more_days - np.trunc(more_days)) * _SECONDS_PER_DAY
        seconds = _to_microseconds(seconds)
        carried = np.where(np.abs(seconds) >= _SECONDS_PER_DAY, np.trunc(seconds / _SECONDS_PER_DAY), 0.0)
        seconds = seconds - carried * _SECONDS_PER_DAY
        total = np.rint(rest + seconds * 1e6)
    fail_where(~((total >= -(2.0**63)) & (total < 2.0**63)), "interval out of range")
    all_days = (whole_days + carried + np.trunc(more_days)).astype(np.int64)
    return spans_series(Spans(whole_months.astype(np.int64), all_days, total.astype(np.int64)))


def _to_microseconds(seconds: Floats) -> Floats:
    result: Floats = np.rint(seconds * 1e6) / 1e6
    return result


def compare(left: pl.Series, right: pl.Series) -> NDArray[np.int8]:
    """-1, 0 or 1 as the left one is shorter, equal or longer, with 30 days a month."""
    a_days, a_rest = _length(spans_of(left))
    b_days, b_rest = _length(spans_of(right))
    days = np.sign(a_days - b_days)
    return np.asarray(np.where(days != 0, days, np.sign(a_rest - b_rest)), np.int8)


def _length(spans: Spans) -> tuple[Integers, Integers]:
    days = spans.months * _DAYS_PER_MONTH + spans.days + spans.microseconds // MICROSECONDS
    return days, spans.microseconds % MICROSECONDS


def justify_hours(interval: pl.Series) -> pl.Series:
    """Every 24 hours as a day, all parts of one sign."""
    spans = spans_of(interval)
    whole = np.sign(spans.microseconds) * (np.abs(spans.microseconds) // MICROSECONDS)
    days, rest = spans.days + whole, spans.microseconds - whole * MICROSECONDS
    borrow = np.where((days > 0) & (rest < 0), 1, np.where((days < 0) & (rest > 0), -1, 0))
    return spans_series(Spans(spans.months, days - borrow, rest + borrow * MICROSECONDS))


def justify_days(interval: pl.Series) -> pl.Series:
    """Every 30 days as a month, both parts of one sign."""
    spans = spans_of(interval)
    whole = np.sign(spans.days) * (np.abs(spans.days) // _DAYS_PER_MONTH)
    months, days = spans.months + whole, spans.days - whole * _DAYS_PER_MONTH
    borrow = np.where((months > 0) & (days < 0), 1, np.where((months < 0) & (days > 0), -1, 0))
    return spans_series(Spans(months - borrow, days + borrow * _DAYS_PER_MONTH, spans.microseconds))


def make_interval(*parts: pl.Series) -> pl.Series:
    """The interval of years, months, weeks, days, hours, minutes and seconds, those at the end left out."""
    given = [part.to_numpy().astype(np.int64) for part in parts[:6]]
    whole = given + [np.zeros(1, np.int64)] * (6 - len(given))
    years, months, weeks, days, hours, minutes = whole
    seconds = parts[6].to_numpy() if len(parts) > 6 else np.zeros(1)
    fail_where(~(np.abs(seconds) < 1e12), "interval out of range")
    rest = (hours * 3600 + minutes * 60) * 1_000_000 + np.rint(seconds * 1e6).astype(np.int64)
    return spans_series(Spans(years * 12 + months, weeks * 7 + days, rest))
