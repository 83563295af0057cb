"""`to_char` of moments: the patterns of PostgreSQL that depend on no locale and no time zone."""

import re
from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.diagnostics import closest
from seedengine.generation.expressions import calendars
from seedengine.generation.expressions.calendars import MICROSECONDS
from seedengine.spec.expressions import ExpressionFault

Integers = NDArray[np.int64]

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_LONGEST = 9
_HOUR, _MINUTE, _SECOND = 3_600_000_000, 60_000_000, 1_000_000
_ONE = np.ones(1, np.int64)


class _Moments:
    """The parts of moments that patterns show."""

    def __init__(self, moments: Integers) -> None:
        self.days, self.rest = moments // MICROSECONDS, moments % MICROSECONDS
        self.year, self.month, self.day = calendars.date_of(self.days)
        self.iso_year, self.iso_week = calendars.iso_week(self.days)
        self.hour = self.rest // _HOUR
        self.day_of_year = self.days - calendars.days_of(self.year, _ONE, _ONE) + 1
        self.weekday = (self.days + 4) % 7


def _iso_day_of_year(moments: _Moments) -> Integers:
    fourth = calendars.days_of(moments.iso_year, _ONE, 4 * _ONE)
    return np.asarray(moments.days - (fourth - (fourth + 3) % 7) + 1)


# Each pattern with its number and the width that it is filled to.
_NUMBERS: dict[str, tuple[Callable[[_Moments], Integers], int]] = {
    "YYYY": (lambda m: m.year, 4),
    "YYY": (lambda m: m.year % 1000, 3),
    "YY": (lambda m: m.year % 100, 2),
    "Y": (lambda m: m.year % 10, 1),
    "IYYY": (lambda m: m.iso_year, 4),
    "IYY": (lambda m: m.iso_year % 1000, 3),
    "IY": (lambda m: m.iso_year % 100, 2),
    "I": (lambda m: m.iso_year % 10, 1),
    "MM": (lambda m: m.month, 2),
    "DD": (lambda m: m.day, 2),
    "DDD": (lambda m: m.day_of_year, 3),
    "IDDD": (_iso_day_of_year, 3),
    "D": (lambda m: m.weekday + 1, 1),
    "ID": (lambda m: (m.weekday + 6) % 7 + 1, 1),
    "Q": (lambda m: (m.month + 2) // 3, 1),
    "W": (lambda m: (m.day - 1) // 7 + 1, 1),
    "WW": (lambda m: (m.day_of_year - 1) // 7 + 1, 2),
    "IW": (lambda m: m.iso_week, 2),
    "CC": (lambda m: (m.year + 99) // 100, 2),
    "J": (lambda m: m.days + 2_440_588, 1),
    "HH24": (lambda m: m.hour, 2),
    "HH12": (lambda m: (m.hour + 11) % 12 + 1, 2),
    "HH": (lambda m: (m.hour + 11) % 12 + 1, 2),
    "MI": (lambda m: m.rest // _MINUTE % 60, 2),
    "SS": (lambda m: m.rest // _SECOND % 60, 2),
    "MS": (lambda m: m.rest // 1000 % 1000, 3),
    "US": (lambda m: m.rest % _SECOND, 6),
    "SSSS": (lambda m: m.rest // _SECOND, 1),
    "SSSSS": (lambda m: m.rest // _SECOND, 1),
}
# Fractions of a second keep their zeros, whatever `FM` says.
_FRACTIONS = {"MS", "US"}
_HALVES = {"AM": ("AM", "PM"), "PM": ("AM", "PM"), "A.M.": ("A.M.", "P.M."), "P.M.": ("A.M.", "P.M.")}
_NAMES: dict[str, tuple[tuple[str, ...], Callable[[_Moments], Integers], int]] = {
    "MONTH": (_MONTHS, lambda m: m.month - 1, _LONGEST),
    "MON": (tuple(name[:3] for name in _MONTHS), lambda m: m.month - 1, 0),
    "DAY": (_WEEKDAYS, lambda m: m.weekday, _LONGEST),
    "DY": (tuple(name[:3] for name in _WEEKDAYS), lambda m: m.weekday, 0),
}
# What PostgreSQL would take for a pattern too, and what is not there to be shown or read here.
_OTHERS = (
    *("Y,YYY", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "RM", "TZH", "TZM", "TZ", "OF", "BC", "AD", "B.C.", "A.D."),
    *("FX", "TM", "SP"),
)
_PATTERNS = sorted((*_NUMBERS, *_HALVES, *_NAMES, *_OTHERS), key=len, reverse=True)
_PIECE = re.compile(
    rf'"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<fill>FM)?(?P<pattern>{"|".join(map(re.escape, _PATTERNS))})(?P<suffix>TH)?'
    r"|(?P<other>[^A-Za-z\"\\]|\\\")|(?P<letter>.)",
    re.IGNORECASE | re.DOTALL,
)


def formatter(form: str, offset: int) -> Callable[[pl.Series], pl.Series]:
    """The texts of timestamps in that form; ExpressionFault for a pattern that is not supported."""
    pieces = [_piece(match, form, offset) for match in _PIECE.finditer(form)]

    def apply(series: pl.Series) -> pl.Series:
        moments = _Moments(series.to_physical().to_numpy())
        text = pl.Series([""]).new_from_index(0, len(series))
        for piece in pieces:
            text = text + piece(moments)
        return text

    return apply


Piece = Callable[[_Moments], pl.Series | str]


def _piece(match: re.Match[str], form: str, offset: int) -> Piece:
    written = match["pattern"]
    if written is None:
        return _plain(match, form, offset)
    pattern, filled = written.upper(), match["fill"] is None
    if match["suffix"] or pattern in _OTHERS:
        raise ExpressionFault(f"the pattern `{match[0]}` is not supported", offset, _supported(form))
    if pattern in _NUMBERS:
        number, width = _NUMBERS[pattern]
        digits = width if filled or pattern in _FRACTIONS else 1
        return lambda moments: pl.Series(number(moments)).cast(pl.String).str.zfill(digits)
    if pattern in _HALVES:
        before, after = (_cased(half, written) for half in _HALVES[pattern])
        return lambda moments: pl.Series(np.where(moments.hour < 12, before, after))
    names, index, width = _NAMES[pattern]
    shown = pl.Series([_cased(name, written).ljust(width if filled else 0) for name in names])
    return lambda moments: shown.gather(index(moments))


def _plain(match: re.Match[str], form: str, offset: int) -> Piece:
    if match["letter"]:
        raise ExpressionFault(f"`{match[0]}` is no pattern of a moment", offset, _supported(form))
    text = match["other"] if match["other"] else re.sub(r"\\(.)", r"\1", match["quoted"] or "", flags=re.DOTALL)
    plain = '"' if text == '\\"' else text
    return lambda _: plain


def _cased(text: str, written: str) -> str:
    """The name as its pattern is written: MONTH, Month or month."""
    if written.isupper():
        return text.upper()
    return text.title() if written[0].isupper() else text.lower()


def _supported(form: str) -> str:
    meant = closest(form, _NUMBERS)
    also = f"; did you mean `{meant}`?" if meant else ""
    return f"for example 'YYYY-MM-DD HH24:MI:SS', plain text in double quotes{also}"
