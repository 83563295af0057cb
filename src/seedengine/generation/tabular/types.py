"""Columns of a CSV file: each of the first type that all of its cells spell."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

_DIGITS = 38
_INTEGER = r"^(?:0|-?[1-9][0-9]*)$"
_NUMBER = r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$"
_FLOAT = r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MOMENT = (
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}(?::[0-9]{2})?)?$"
)


def typed(text: pl.Series) -> pl.Series:
    """The column in the first of these types that every cell spells, else as text; NULL stays NULL.

    Int64, Decimal, Float64, Boolean, Date, Datetime in UTC, in the years 1 to 9999. A number with a leading zero is
    text, as codes and telephone numbers are. A column without a cell has the type Null.
    """
    if text.null_count() == len(text):
        return text.cast(pl.Null)
    for form, read in _TYPES:
        if text.str.contains(form).fill_null(True).all():
            found = read(text)
            if found is not None and found.null_count() == text.null_count():
                return found
    return text


def _integer(text: pl.Series) -> pl.Series:
    return text.cast(pl.Int64, strict=False)


def _decimal(text: pl.Series) -> pl.Series | None:
    parts = text.str.strip_prefix("-").str.splitn(".", 2).struct
    whole, scale = (_longest(parts.field(name)) for name in parts.fields)
    return text.cast(pl.Decimal(_DIGITS, scale), strict=False) if whole + scale <= _DIGITS else None


def _longest(text: pl.Series) -> int:
    longest = text.str.len_bytes().max()
    return longest if isinstance(longest, int) else 0


def _float(text: pl.Series) -> pl.Series | None:
    if not text.str.contains("[eE]").any():
        return None  # too many digits for a number that is kept as it is written
    found = text.cast(pl.Float64, strict=False)
    return found if found.is_finite().fill_null(True).all() else None


def _boolean(text: pl.Series) -> pl.Series:
    return text == "true"


def _date(text: pl.Series) -> pl.Series | None:
    return _in_years(text.str.to_date("%Y-%m-%d", strict=False))


def _moment(text: pl.Series) -> pl.Series | None:
    day, hours, seconds, zone = text.str.extract_groups(_MOMENT).struct.unnest().get_columns()
    offset = zone.fill_null("Z").replace("Z", "+00:00").str.replace(r"^(...)$", "$1:00")
    whole = day + "T" + hours + seconds.fill_null(":00") + offset
    moments = whole.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", time_unit="us", strict=False)
    return _in_years(moments.dt.convert_time_zone("UTC").dt.replace_time_zone(None))


def _in_years(found: pl.Series) -> pl.Series | None:
    """The same, or None where a year is none that a database writes with four digits: there is no year 0."""
    return found if found.dt.year().is_between(1, 9999).fill_null(True).all() else None


_TYPES: tuple[tuple[str, Callable[[pl.Series], pl.Series | None]], ...] = (
    (_INTEGER, _integer),
    (_NUMBER, _decimal),
    (_FLOAT, _float),
    ("^(?:true|false)$", _boolean),
    (_DATE, _date),
    (_MOMENT, _moment),
)
