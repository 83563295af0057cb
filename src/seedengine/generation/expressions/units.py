"""The units of time: parts of a moment (`extract`, `date_part`) and what comes before them (`date_trunc`)."""

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.expressions import calendars, decimals
from seedengine.generation.expressions.calendars import MICROSECONDS
from seedengine.generation.expressions.intervals import Spans, spans_of, spans_series
from seedengine.generation.expressions.moments import days_from, moments_from, times_from, timestamps

Integers = NDArray[np.int64]
Part = tuple[Integers, int]

_ALIASES = {
    "microseconds": "us usec usecs usecond useconds microsecond microsec microsecs",
    "milliseconds": "ms msec msecs msecond mseconds millisecond millisec millisecs",
    "second": "s sec secs seconds",
    "minute": "m min mins minutes",
    "hour": "h hr hrs hours",
    "day": "d days",
    "week": "w weeks",
    "month": "mon mons months",
    "quarter": "qtr",
    "year": "y yr yrs years",
    "decade": "dec decs decades",
    "century": "c cent centuries",
    "millennium": "mil mils millennia",
}
_UNITS = {alias: unit for unit, aliases in _ALIASES.items() for alias in [unit, *aliases.split()]}

_SECOND, _MINUTE, _HOUR = 1_000_000, 60_000_000, 3_600_000_000
_ONE = np.ones(1, np.int64)

_OF_DAYS: dict[str, Callable[[Integers], Integers]] = {
    "day": lambda days: calendars.date_of(days)[2],
    "month": lambda days: calendars.date_of(days)[1],
    "quarter": lambda days: (calendars.date_of(days)[1] + 2) // 3,
    "year": lambda days: calendars.date_of(days)[0],
    "decade": lambda days: calendars.date_of(days)[0] // 10,
    "century": lambda days: (calendars.date_of(days)[0] + 99) // 100,
    "millennium": lambda days: (calendars.date_of(days)[0] + 999) // 1000,
    "week": lambda days: calendars.iso_week(days)[1],
    "isoyear": lambda days: calendars.iso_week(days)[0],
    "dow": lambda days: (days + 4) % 7,
    "isodow": lambda days: (days + 3) % 7 + 1,
    "doy": lambda days: days - calendars.days_of(calendars.date_of(days)[0], _ONE, _ONE) + 1,
    "julian": lambda days: days + 2_440_588,
}
# Parts below a day, each with the digits that it has behind the point.
_OF_REST: dict[str, Callable[[Integers], Part]] = {
    "hour": lambda rest: (_whole(rest, _HOUR), 0),
    "minute": lambda rest: (_whole(_left(rest, _HOUR), _MINUTE), 0),
    "second": lambda rest: (_left(rest, _MINUTE), 6),
    "milliseconds": lambda rest: (_left(rest, _MINUTE), 3),
    "microseconds": lambda rest: (_left(rest, _MINUTE), 0),
}
_OF_SPANS: dict[str, Callable[[Spans], Integers]] = {
    "day": lambda spans: spans.days,
    "week": lambda spans: _whole(spans.days, 7),
    "month": lambda spans: _left(spans.months, 12),
    "quarter": lambda spans: _whole(_left(spans.months, 12), 3) + 1,
    "year": lambda spans: _whole(spans.months, 12),
    "decade": lambda spans: _whole(spans.months, 120),
    "century": lambda spans: _whole(spans.months, 1200),
    "millennium": lambda spans: _whole(spans.months, 12000),
}
_TRUNCATED_MONTHS = {"year": 12, "decade": 120, "century": 1200, "millennium": 12000, "quarter": 3, "month": 1}
_TRUNCATED_REST = {
    "hour": _HOUR,
    "minute": _MINUTE,
    "second": _SECOND,
    "milliseconds": 1000,
    "microseconds": 1,
}

EXTRACTED = {
    "date": frozenset({*_OF_DAYS, "epoch"}),
    "timestamp": frozenset({*_OF_DAYS, *_OF_REST, "epoch"} - {"julian"}),
    "time": frozenset({*_OF_REST, "epoch"}),
    "interval": frozenset({*_OF_SPANS, *_OF_REST, "epoch"}),
}
TRUNCATED = {
    "timestamp": frozenset({*_TRUNCATED_MONTHS, *_TRUNCATED_REST, "day", "week"}),
    "interval": frozenset({*_TRUNCATED_MONTHS, *_TRUNCATED_REST, "day"}),
}


def unit_of(name: str) -> str:
    """The unit that a name or one of its short forms means, in lower case; the name itself where it is none."""
    folded = name.lower()
    return _UNITS.get(folded, folded)


def extract_scale(kind: str, unit: str) -> int:
    """Digits behind the point that `extract` gives."""
    if unit == "epoch":
        return 0 if kind == "date" else 6
    return {"second": 6, "milliseconds": 3}.get(unit, 0)


def extract(kind: str, unit: str, source: pl.Series) -> pl.Series:
    """The unit's number in a date, timestamp, time or interval, as numeric."""
    digits, scale = _part(kind, unit, source)
    return decimals.to_series(decimals.Decimals(digits, np.array([scale], np.int64)))


def date_part(kind: str, unit: str, source: pl.Series) -> pl.Series:
    """The same as double precision, by the very sums that PostgreSQL makes."""
    if kind == "interval" and unit == "epoch":
        return _epoch_of_spans(spans_of(source))
    digits, scale = _part(kind, unit, source)
    if unit in ("second", "milliseconds"):
        whole, fraction = digits // _SECOND, digits % _SECOND
        whole, fraction = whole + ((digits < 0) & (fraction != 0)), _left(digits, _SECOND)
        if unit == "second":
            return pl.Series(whole.astype(np.float64) + fraction.astype(np.float64) / 1e6)
        return pl.Series(whole.astype(np.float64) * 1000.0 + fraction.astype(np.float64) / 1000.0)
    return pl.Series(digits.astype(np.float64) / 10.0**scale)


def _epoch_of_spans(spans: Spans) -> pl.Series:
    seconds = spans.microseconds / 1e6
    seconds = seconds + 365.25 * 86_400 * _whole(spans.months, 12)
    seconds = seconds + 30.0 * 86_400 * _left(spans.months, 12)
    return pl.Series(seconds + 86_400.0 * spans.days)


def _part(kind: str, unit: str, source: pl.Series) -> Part:
    if kind == "date":
        days = days_from(source)
        return (days * 86_400, 0) if unit == "epoch" else (_OF_DAYS[unit](days), 0)
    if kind == "interval":
        return _part_of_spans(unit, spans_of(source))
    moments = times_from(source) if kind == "time" else moments_from(source)
    if unit == "epoch":
        return moments, 6
    if unit in _OF_REST:
        return _OF_REST[unit](moments % MICROSECONDS)
    return _OF_DAYS[unit](moments // MICROSECONDS), 0


def _part_of_spans(unit: str, spans: Spans) -> Part:
    if unit == "epoch":
        # A year counts 365.25 days here, a month 30.
        quarters = 1461 * _whole(spans.months, 12) + 120 * _left(spans.months, 12) + 4 * spans.days
        return quarters * 21_600_000_000 + spans.microseconds, 6
    if unit in _OF_REST:
        return _OF_REST[unit](spans.microseconds)
    return _OF_SPANS[unit](spans), 0


def truncate(unit: str, source: pl.Series) -> pl.Series:
    """The beginning of the unit that a moment lies in; RowFault where that is before the calendar."""
    moments = moments_from(source)
    if unit in _TRUNCATED_REST:
        return timestamps(moments - moments % _TRUNCATED_REST[unit])
    days = moments // MICROSECONDS
    if unit == "week":
        days = days - (days + 3) % 7
    elif unit != "day":
        year, month, _ = calendars.date_of(days)
        days = calendars.days_of(*_first_month(unit, year, month), _ONE)
    return timestamps(days * MICROSECONDS)


def _first_month(unit: str, year: Integers, month: Integers) -> tuple[Integers, Integers]:
    if unit == "month":
        return year, month
    if unit == "quarter":
        return year, (month - 1) // 3 * 3 + 1
    if unit == "century":
        year = (year + 99) // 100 * 100 - 99
    elif unit == "millennium":
        year = (year + 999) // 1000 * 1000 - 999
    elif unit == "decade":
        year = year // 10 * 10
    return year, np.ones_like(month)


def truncate_interval(unit: str, source: pl.Series) -> pl.Series:
    """The interval without what is less than the unit."""
    spans, zero = spans_of(source), np.zeros(1, np.int64)
    if unit in _TRUNCATED_REST:
        step = _TRUNCATED_REST[unit]
        return spans_series(Spans(spans.months, spans.days, _whole(spans.microseconds, step) * step))
    if unit == "day":
        return spans_series(Spans(spans.months, spans.days, zero))
    step = _TRUNCATED_MONTHS[unit]
    return spans_series(Spans(_whole(spans.months, step) * step, zero, zero))


def _whole(value: Integers, unit: int) -> Integers:
    """value / unit, rounded toward zero."""
    return np.asarray(np.sign(value) * (np.abs(value) // unit))


def _left(value: Integers, unit: int) -> Integers:
    """What that division leaves, with the sign of the value."""
    return np.asarray(np.fmod(value, unit))
