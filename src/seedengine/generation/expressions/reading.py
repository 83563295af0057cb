"""Texts read as the values that they spell, as PostgreSQL's input functions read them.

Dates and times are read in the forms of ISO 8601; of PostgreSQL's other spellings none is.
"""

import re
from fractions import Fraction

import numpy as np
import polars as pl

from seedengine.generation.expressions import calendars, decimals
from seedengine.generation.expressions.compute import by_distinct
from seedengine.generation.expressions.faults import RowFault, fail_where
from seedengine.generation.expressions.integers import narrow
from seedengine.generation.expressions.intervals import Spans, spans_series
from seedengine.generation.expressions.moments import dates as date_column
from seedengine.generation.expressions.moments import times as time_column
from seedengine.generation.expressions.moments import timestamps as timestamp_column

_BLANK = " \t\n\r\f\v"
_INTEGER = r"^[+-]?[0-9]+$"
_DECIMAL = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_DATE = r"^([0-9]{4,})-([0-9]{1,2})-([0-9]{1,2})"
_TIME = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]*))?)?"
_ZONE = r"\s*(?:[zZ]|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
_UUID = r"^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$"
_TRUE = ("t", "tr", "tru", "true", "y", "ye", "yes", "on", "1")
_FALSE = ("f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0")
_MAX_TEXT = 400


def integer(text: pl.Series) -> pl.Series:
    """Whole numbers of 32 bits."""
    return narrow(_whole(text, "integer"), pl.Int32())


def bigint(text: pl.Series) -> pl.Series:
    """Whole numbers of 64 bits."""
    return pl.Series(_whole(text, "bigint"))


def _whole(text: pl.Series, type: str) -> np.ndarray:
    trimmed = text.str.strip_chars(_BLANK)
    _refuse_misfits(text, trimmed.str.contains(_INTEGER), type)
    values = trimmed.str.strip_prefix("+").cast(pl.Int64, strict=False)
    fail_where(values.is_null().to_numpy(), f"{type} out of range")
    return values.to_numpy()


def numeric(text: pl.Series) -> pl.Series:
    """Decimal numbers with the digits that they show."""
    trimmed = text.str.strip_chars(_BLANK)
    _refuse_misfits(text, trimmed.str.contains(_DECIMAL) & (trimmed.str.len_bytes() <= _MAX_TEXT), "numeric")
    parts = trimmed.str.extract_groups(r"^([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?$").struct.unnest()
    sign, whole, fraction, power = (parts.get_column(name) for name in parts.columns)
    exponent = power.fill_null("0").str.strip_prefix("+").cast(pl.Int64, strict=False).fill_null(10**6).to_numpy()
    fail_where(np.abs(exponent) > decimals.MAX_SCALE, "the number is out of range")
    digits = [int(value) for value in (sign + whole + fraction).to_list()]
    scale = fraction.str.len_bytes().to_numpy().astype(np.int64) - exponent
    small = all(abs(value) < 2**62 for value in digits)
    values = np.array(digits, np.int64 if small else object)
    values = decimals.shifted(values, np.maximum(-scale, 0))
    return decimals.to_series(decimals.Decimals(values, np.maximum(scale, 0)))


def floating(text: pl.Series) -> pl.Series:
    """The nearest floats."""
    trimmed = text.str.strip_chars(_BLANK)
    special = trimmed.str.to_lowercase().str.contains(r"^(?:nan|[+-]?inf(?:inity)?)$")
    _refuse_misfits(text, trimmed.str.contains(_DECIMAL) | special, "double precision")
    values = trimmed.str.strip_prefix("+").cast(pl.Float64, strict=False).to_numpy()
    zero = trimmed.str.contains(r"^[+-]?[0.]*(?:[eE].*)?$").to_numpy()
    wrong = (np.isinf(values) & ~special.to_numpy()) | ((values == 0.0) & ~zero)
    fail_where(wrong, "value out of range for double precision")
    return pl.Series(values)


def boolean(text: pl.Series) -> pl.Series:
    """`true`, `yes`, `on`, `1` and their opposites, and what they begin with."""
    folded = text.str.strip_chars(_BLANK).str.to_lowercase()
    true = folded.is_in(_TRUE)
    _refuse_misfits(text, true | folded.is_in(_FALSE), "boolean")
    return true


def date(text: pl.Series) -> pl.Series:
    """`YYYY-MM-DD`; a time behind it is left out."""
    trimmed = text.str.strip_chars(_BLANK)
    _refuse_misfits(text, trimmed.str.contains(f"{_DATE}(?:[ T]{_TIME}{_ZONE}|{_ZONE})"), "date")
    return date_column(_days(trimmed))


def timestamp(text: pl.Series) -> pl.Series:
    """`YYYY-MM-DD HH:MM:SS.ssssss`, the time or its end left out; a zone is left out, as PostgreSQL does."""
    trimmed = text.str.strip_chars(_BLANK)
    form = f"{_DATE}(?:[ T]+{_TIME}{_ZONE}|{_ZONE})"
    _refuse_misfits(text, trimmed.str.contains(form), "timestamp")
    return timestamp_column(_days(trimmed) * calendars.MICROSECONDS + _rest(trimmed))


def time(text: pl.Series) -> pl.Series:
    """`HH:MM:SS.ssssss`, seconds or their fraction left out."""
    trimmed = text.str.strip_chars(_BLANK)
    _refuse_misfits(text, trimmed.str.contains(f"^{_TIME}$"), "time")
    rest = _rest(trimmed)
    fail_where(rest >= calendars.MICROSECONDS, "time field value out of range", "the day ends at 23:59:59.999999")
    return time_column(rest)


def _days(text: pl.Series) -> np.ndarray:
    parts = text.str.extract_groups(_DATE).struct.unnest()
    year, month, day = (
        parts.get_column(name).cast(pl.Int64, strict=False).fill_null(0).to_numpy() for name in parts.columns
    )
    wrong = (year < 1) | (year > 9999) | (month < 1) | (month > 12) | (day < 1)
    wrong = wrong | (day > calendars.month_length(year, np.where(wrong, 1, month)))
    fail_where(wrong, "date/time field value out of range")
    return calendars.days_of(year, month, day)


def _rest(text: pl.Series) -> np.ndarray:
    parts = text.str.extract_groups(f"(?:^|[ T]){_TIME}{_ZONE}").struct.unnest()
    hour, minute, second = (
        parts.get_column(name).fill_null("0").cast(pl.Int64).to_numpy() for name in parts.columns[:3]
    )
    fraction = parts.get_column(parts.columns[3]).fill_null("")
    seventh = fraction.str.slice(6, 1).is_in(list("56789")).to_numpy()
    micro = fraction.str.head(6).str.pad_end(6, "0").cast(pl.Int64).to_numpy() + seventh
    wrong = (hour > 24) | (minute > 59) | (second > 60) | ((hour == 24) & (minute + second + micro > 0))
    fail_where(wrong, "date/time field value out of range")
    return np.asarray((hour * 3600 + minute * 60 + second) * 1_000_000 + micro)


def uuid(text: pl.Series) -> pl.Series:
    """UUIDs in their usual form: lower case with four hyphens."""
    folded = text.str.to_lowercase().str.strip_prefix("{").str.strip_suffix("}")
    _refuse_misfits(text, folded.str.contains(_UUID), "uuid")
    plain = folded.str.replace_all("-", "", literal=True)
    return plain.str.replace("^(.{8})(.{4})(.{4})(.{4})(.{12})$", "$1-$2-$3-$4-$5")


def interval(text: pl.Series) -> pl.Series:
    """`1 year 2 months -3 days 04:05:06`, `1.5 hours`, `2 weeks ago`, `P1DT2H`."""
    # Every interval of a spec is a literal, and no operation of Polars reads them.
    parts = by_distinct(_interval, pl.List(pl.Int64), text)
    _refuse_misfits(text, parts.is_not_null(), "interval")
    months, days, microseconds = (parts.list.get(place).to_numpy() for place in range(3))
    return spans_series(Spans(months, days, microseconds))


_UNIT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))\s*([a-z]+)", re.ASCII)
_CLOCK = re.compile(r"([+-]?)(\d+):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?(?![\d:.])", re.ASCII)
_ISO = re.compile(
    r"p(?:([+-]?[\d.]+)y)?(?:([+-]?[\d.]+)m)?(?:([+-]?[\d.]+)w)?(?:([+-]?[\d.]+)d)?"
    r"(?:t(?:([+-]?[\d.]+)h)?(?:([+-]?[\d.]+)m)?(?:([+-]?[\d.]+)s)?)?",
    re.ASCII,
)
_ISO_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
_MONTHS = {"month": 1, "year": 12, "decade": 120, "century": 1200, "millennium": 12000}
_DAYS = {"day": 1, "week": 7}
_MICROSECONDS = {
    "microsecond": 1,
    "millisecond": 1000,
    "second": 1_000_000,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
}
_NAMES = {
    **{alias: unit for unit in (*_MONTHS, *_DAYS, *_MICROSECONDS) for alias in (unit, f"{unit}s")},
    "mon": "month",
    "mons": "month",
    "y": "year",
    "yr": "year",
    "yrs": "year",
    "w": "week",
    "d": "day",
    "h": "hour",
    "hr": "hour",
    "hrs": "hour",
    "m": "minute",
    "min": "minute",
    "mins": "minute",
    "s": "second",
    "sec": "second",
    "secs": "second",
    "ms": "millisecond",
    "us": "microsecond",
    "centuries": "century",
    "millennia": "millennium",
}


def _interval(text: str) -> list[int] | None:
    folded = text.strip(_BLANK).lower()
    if len(folded) > _MAX_TEXT:
        return None
    if iso := _ISO.fullmatch(folded):
        found = [(value, unit) for value, unit in zip(iso.groups(), _ISO_UNITS, strict=True) if value]
    else:
        found = _spelt(folded)
    if not found:
        return None
    total = [0, 0, 0]
    for value, unit in found:
        if re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)", value) is None:
            return None
        total = [a + b for a, b in zip(total, _parts(Fraction(value), unit), strict=True)]
    if folded.endswith("ago"):
        total = [-part for part in total]
    return total if all(abs(part) < 2**62 for part in total) else None


def _spelt(text: str) -> list[tuple[str, str]]:
    """The numbers of a text with their units; nothing where it has other things in it."""
    found: list[tuple[str, str]] = []
    position = 0
    text = text.removesuffix("ago").strip()
    if re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)", text):
        return [(text, "second")]
    while position < len(text):
        if clock := _CLOCK.match(text, position):
            sign, hour, minute, second, fraction = clock.groups()
            if int(minute) > 59 or int(second or 0) > 59:
                return []
            found += [
                (sign + hour, "hour"),
                (sign + minute, "minute"),
                (f"{sign}{second or 0}.{fraction or 0}", "second"),
            ]
            match = clock
        elif (unit := _UNIT.match(text, position)) and unit[2] in _NAMES:
            found.append((unit[1], _NAMES[unit[2]]))
            match = unit
        else:
            return []
        position = match.end() + len(text[match.end() :]) - len(text[match.end() :].lstrip())
    return found


def _parts(value: Fraction, unit: str) -> list[int]:
    """Months, days and microseconds of so many units; what is no whole part goes on to the next smaller one."""
    if unit in _MICROSECONDS:
        return [0, 0, round(value * _MICROSECONDS[unit])]
    if unit in _DAYS:
        whole = value * _DAYS[unit]
        return [0, int(whole), round((whole - int(whole)) * calendars.MICROSECONDS)]
    months = value * _MONTHS[unit]
    if unit != "month":
        return [round(months), 0, 0]
    _, days, rest = _parts((months - int(months)) * 30, "day")
    return [int(months), days, rest]


def array(text: str) -> list[str | None]:
    """The elements' texts of `{a,"b c",NULL}`; raises RowFault where it is no such list."""
    body = text.strip(_BLANK)
    if not (body.startswith("{") and body.endswith("}")):
        raise RowFault("malformed array literal", 0, "an array is written `'{a,\"b c\"}'` or `array[…]`")
    elements: list[str | None] = []
    position, body = 0, body[1:-1]
    if not body.strip(_BLANK):
        return elements
    pattern = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,{}"\\]+))\s*(,|$)', re.DOTALL)
    while True:
        match = pattern.match(body, position)
        if match is None:
            raise RowFault("malformed array literal", 0, "an array is written `'{a,\"b c\"}'` or `array[…]`")
        if match[1] is not None:
            elements.append(re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL))
        else:
            plain = match[2].strip(_BLANK)
            elements.append(None if plain.lower() == "null" else plain)
        if not match[3]:
            return elements
        position = match.end()


def _refuse_misfits(text: pl.Series, fits: pl.Series, type: str) -> None:
    wrong = ~fits.to_numpy()
    if wrong.any():
        place = int(wrong.argmax())
        shown = text[place] if len(text[place]) <= 40 else text[place][:37] + "…"
        raise RowFault(f"`{shown}` is not a value of type {type}", place)
