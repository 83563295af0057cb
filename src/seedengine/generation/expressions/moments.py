"""Dates, timestamps and times: made of numbers, moved by intervals and told apart, as PostgreSQL does it in UTC."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.expressions import calendars
from seedengine.generation.expressions.calendars import MICROSECONDS, add_months, check_days, check_moments
from seedengine.generation.expressions.faults import fail_where
from seedengine.generation.expressions.intervals import Spans, spans_of, spans_series

Integers = NDArray[np.int64]


def days_from(series: pl.Series) -> Integers:
    """Days from 1970-01-01 of a date column."""
    return series.to_physical().to_numpy().astype(np.int64)


def moments_from(series: pl.Series) -> Integers:
    """Microseconds from 1970-01-01 of a timestamp column."""
    return series.to_physical().to_numpy().astype(np.int64)


def times_from(series: pl.Series) -> Integers:
    """Microseconds from midnight of a time column."""
    return series.to_physical().to_numpy().astype(np.int64) // 1000


def dates(days: Integers) -> pl.Series:
    """A date column; RowFault outside of the calendar."""
    return pl.Series(check_days(days).astype(np.int32)).cast(pl.Date)


def timestamps(moments: Integers) -> pl.Series:
    """A timestamp column; RowFault outside of the calendar."""
    return pl.Series(check_moments(moments)).cast(pl.Datetime("us"))


def times(microseconds: Integers) -> pl.Series:
    """A time column, of microseconds from midnight modulo a day."""
    return pl.Series(microseconds % MICROSECONDS * 1000).cast(pl.Time)


def add_days(date: pl.Series, days: pl.Series) -> pl.Series:
    """The date so many days later."""
    return dates(days_from(date) + days.to_numpy().astype(np.int64))


def subtract_days(date: pl.Series, days: pl.Series) -> pl.Series:
    """The date so many days earlier."""
    return dates(days_from(date) - days.to_numpy().astype(np.int64))


def days_between(left: pl.Series, right: pl.Series) -> pl.Series:
    """Days from the right date to the left one."""
    return pl.Series(days_from(left) - days_from(right)).cast(pl.Int32)


def at_time(date: pl.Series, time: pl.Series) -> pl.Series:
    """The moment of that date and time."""
    return timestamps(days_from(date) * MICROSECONDS + times_from(time))


def later(moment: pl.Series, interval: pl.Series) -> pl.Series:
    """The moment moved by months, then days, then the rest; the day is cut to the month's end."""
    return timestamps(_moved(moments_from(moment), spans_of(interval)))


def earlier(moment: pl.Series, interval: pl.Series) -> pl.Series:
    """The moment moved back by months, then days, then the rest; the day is cut to the month's end."""
    return timestamps(_moved(moments_from(moment), spans_of(interval).negated()))


def _moved(moments: Integers, spans: Spans) -> Integers:
    day, rest = moments // MICROSECONDS, moments % MICROSECONDS
    if spans.months.any():
        day = add_months(day, spans.months)
    day = day + spans.days
    # Before the sum, so that none of its parts can overflow.
    fail_where(np.abs(day) > 2 * calendars.LAST_DAY, "timestamp out of range")
    fail_where(np.abs(spans.microseconds) > 2**62, "timestamp out of range")
    return np.asarray(day * MICROSECONDS + rest + spans.microseconds)


def span_between(left: pl.Series, right: pl.Series) -> pl.Series:
    """The interval from the right moment to the left one, in whole days and a rest of the same sign."""
    difference = moments_from(left) - moments_from(right)
    days = np.sign(difference) * (np.abs(difference) // MICROSECONDS)
    return spans_series(Spans(np.zeros(1, np.int64), days, difference - days * MICROSECONDS))


def time_later(time: pl.Series, interval: pl.Series) -> pl.Series:
    """The time of day moved by the interval's part below days."""
    return times(times_from(time) + spans_of(interval).microseconds)


def time_earlier(time: pl.Series, interval: pl.Series) -> pl.Series:
    """The time of day moved back by the interval's part below days."""
    return times(times_from(time) - spans_of(interval).microseconds)


def time_between(left: pl.Series, right: pl.Series) -> pl.Series:
    """The interval from the right time of day to the left one."""
    zero = np.zeros(1, np.int64)
    return spans_series(Spans(zero, zero, times_from(left) - times_from(right)))


def make_date(year: pl.Series, month: pl.Series, day: pl.Series) -> pl.Series:
    """The date of these numbers; RowFault where there is none."""
    return dates(_days(year, month, day))


def make_time(hour: pl.Series, minute: pl.Series, second: pl.Series) -> pl.Series:
    """The time of these numbers; RowFault where there is none."""
    moment = _time(hour, minute, second)
    fail_where(moment >= MICROSECONDS, "time field value out of range", "the day ends at 23:59:59.999999")
    return times(moment)


def make_timestamp(
    year: pl.Series, month: pl.Series, day: pl.Series, hour: pl.Series, minute: pl.Series, second: pl.Series
) -> pl.Series:
    """The moment of these numbers; RowFault where there is none."""
    return timestamps(_days(year, month, day) * MICROSECONDS + _time(hour, minute, second))


def _days(year: pl.Series, month: pl.Series, day: pl.Series) -> Integers:
    y, m, d = (part.to_numpy().astype(np.int64) for part in (year, month, day))
    wrong = (y < 1) | (y > 9999) | (m < 1) | (m > 12) | (d < 1)
    safe = np.where(wrong, 1, m)
    fail_where(wrong | (d > calendars.month_length(y, safe)), "date field value out of range")
    return calendars.days_of(y, m, d)


def _time(hour: pl.Series, minute: pl.Series, second: pl.Series) -> Integers:
    h, m = (part.to_numpy().astype(np.int64) for part in (hour, minute))
    s = second.to_numpy()
    inside = (h >= 0) & (h <= 24) & (m >= 0) & (m < 60) & (s >= 0.0) & (s <= 60.0)
    fail_where(~inside, "time field value out of range")
    moment = (h * 60 + m) * 60_000_000 + np.rint(s * 1e6).astype(np.int64)
    fail_where(moment > MICROSECONDS, "time field value out of range")
    return moment


def age(left: pl.Series, right: pl.Series) -> pl.Series:
    """The interval from the right moment to the left one in years, months and days of the calendar.

    timestamp_age of src/backend/utils/adt/timestamp.c: what a day lacks is borrowed from the earlier moment's month.
    """
    a, b = moments_from(left), moments_from(right)
    backwards = a < b
    later_, earlier_ = np.maximum(a, b), np.minimum(a, b)
    year, month, day = calendars.date_of(later_ // MICROSECONDS)
    earlier_year, earlier_month, earlier_day = calendars.date_of(earlier_ // MICROSECONDS)
    rest = later_ % MICROSECONDS - earlier_ % MICROSECONDS
    days = day - earlier_day - (rest < 0)
    months = (year - earlier_year) * 12 + month - earlier_month
    borrowed = calendars.month_length(earlier_year, earlier_month)
    for _ in range(2):
        months = months - (days < 0)
        days = np.where(days < 0, days + borrowed, days)
    sign = np.where(backwards, -1, 1)
    return spans_series(Spans(sign * months, sign * days, sign * (rest % MICROSECONDS)))
