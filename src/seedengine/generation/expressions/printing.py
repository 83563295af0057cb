"""Values as the text that PostgreSQL shows of them."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from seedengine.generation.expressions import calendars
from seedengine.generation.expressions.compute import by_distinct, compute
from seedengine.generation.expressions.intervals import spans_of
from seedengine.generation.expressions.lists import elements, regrouped
from seedengine.generation.expressions.types import Type

_SECOND, _MINUTE, _HOUR = 1_000_000, 60_000_000, 3_600_000_000
# From here on every float is a whole number with a whole distance to the next.
_WHOLE = 2.0**53
_NEEDS_QUOTES = r'^$|^(?i:null)$|[{}",\\\s]'


def to_text(type: Type, series: pl.Series) -> pl.Series:
    """The texts of a column in storage, nulls kept."""
    if type.element is not None:
        return arrays(type.element, series)
    printed = _PRINTERS.get(type.name)
    if printed is None:
        encoded: pl.Series = series.struct.json_encode()
        return encoded
    if series.null_count() == 0:
        return printed(series)
    present = printed(series.drop_nulls())
    empty = pl.Series([None], dtype=pl.String).new_from_index(0, len(series))
    return empty.scatter(series.is_not_null().arg_true(), present)


def integers(series: pl.Series) -> pl.Series:
    """Decimal digits."""
    return series.cast(pl.String)


def booleans(series: pl.Series) -> pl.Series:
    """`true` and `false`, as a cast to text has them."""
    return series.cast(pl.String)


def numerics(series: pl.Series) -> pl.Series:
    """All digits, as many behind the point as the scale says."""
    digits, scale = series.struct.field("digits"), series.struct.field("scale")
    if scale.max() in (0, None):
        return digits.cast(pl.String)

    def spell(d: pl.Expr, s: pl.Expr) -> pl.Expr:
        text = d.cast(pl.String).str.strip_prefix("-").str.zfill(s + 1)
        before = text.str.head(-s)
        spelt = pl.when(s == 0).then(text).otherwise(before + "." + text.str.tail(s))
        return pl.when(d < 0).then("-" + spelt).otherwise(spelt)

    return compute(spell, digits, scale)


def floats(series: pl.Series) -> pl.Series:
    """The shortest digits that read back as the same float, with an exponent from 1e15 and below 0.0001."""
    plain = series.cast(pl.String).str.strip_suffix(".0")
    size = np.abs(series.to_numpy())
    ordinary = ((size >= 1e-4) & (size < 1e15)) | (size == 0.0)
    if ordinary.all():
        return plain
    rest = pl.Series(~ordinary)
    plain = plain.scatter(rest.arg_true(), _scientific(plain.filter(rest)))
    large = pl.Series((size >= _WHOLE) & np.isfinite(size))
    if large.any():
        plain = plain.scatter(large.arg_true(), by_distinct(_large, pl.String(), series.filter(large)))
    return plain


def _large(value: float) -> str:
    """The shortest digits that lie nearer to a whole float than half the way to its neighbours.

    Polars also takes digits exactly half the way, which read back as the same float; PostgreSQL does not.
    """
    exact = abs(int(value))
    above, below = int(math.ulp(value)), exact - int(math.nextafter(abs(value), 0.0))
    candidate, place = next(
        (candidate, place)
        for candidate, place in _shorter(exact)
        if 2 * abs(candidate - exact) < (above if candidate > exact else below)
    )
    digits = str(candidate // 10**place)
    shown = digits.rstrip("0")
    point = "." if len(shown) > 1 else ""
    return f"{'-' if value < 0 else ''}{shown[0]}{point}{shown[1:]}e+{place + len(digits) - 1}"


def _shorter(exact: int) -> Iterator[tuple[int, int]]:
    """The numbers on both sides that have fewer digits, from one digit on, the nearer first, with their last place."""
    for place in range(len(str(exact)) - 1, -1, -1):
        lower = exact - exact % 10**place
        for candidate in sorted((lower, lower + 10**place), key=lambda each: abs(each - exact)):
            yield candidate, place


def _scientific(plain: pl.Series) -> pl.Series:
    """Polars' shortest digits, plain or with an exponent, written as `d.ddde+xx`."""

    def spell(text: pl.Expr) -> pl.Expr:
        sign = pl.when(text.str.starts_with("-")).then(pl.lit("-")).otherwise(pl.lit(""))
        unsigned = text.str.strip_prefix("-")
        mantissa = unsigned.str.extract(r"^([^e]*)", 1)
        power = unsigned.str.extract(r"e(.*)$", 1).fill_null("0").cast(pl.Int64, strict=False)
        whole = mantissa.str.extract(r"^([^.]*)", 1)
        fraction = mantissa.str.extract(r"\.(.*)$", 1).fill_null("")
        both = whole + fraction
        leading = both.str.len_bytes().cast(pl.Int64) - both.str.strip_chars_start("0").str.len_bytes().cast(pl.Int64)
        exponent = power + whole.str.len_bytes().cast(pl.Int64) - 1 - leading
        digits = both.str.strip_chars("0")
        head, tail = digits.str.head(1), digits.str.slice(1)
        shown = head + pl.when(tail == "").then(pl.lit("")).otherwise("." + tail)
        size = exponent.abs().cast(pl.String).str.zfill(2)
        spelt = sign + shown + pl.when(exponent < 0).then(pl.lit("e-")).otherwise(pl.lit("e+")) + size
        special = unsigned.replace_strict({"inf": "Infinity", "NaN": "NaN"}, default=None, return_dtype=pl.String)
        signed = pl.when(unsigned == "NaN").then(special).otherwise(sign + special)
        return pl.coalesce(signed, spelt)

    return compute(spell, plain)


def dates(series: pl.Series) -> pl.Series:
    """`YYYY-MM-DD`."""
    return _date_text(series.to_physical().to_numpy().astype(np.int64))


def timestamps(series: pl.Series) -> pl.Series:
    """`YYYY-MM-DD HH:MM:SS`, and microseconds without the zeros at their end."""
    moments = series.to_physical().to_numpy()
    date = _date_text(moments // calendars.MICROSECONDS)
    return date + " " + _time_text(moments % calendars.MICROSECONDS)


def times(series: pl.Series) -> pl.Series:
    """`HH:MM:SS`, and microseconds without the zeros at their end."""
    return _time_text(series.to_physical().to_numpy() // 1000)


def _date_text(days: np.ndarray) -> pl.Series:
    year, month, day = calendars.date_of(days)
    return _padded(year, 4) + "-" + _padded(month, 2) + "-" + _padded(day, 2)


def _time_text(rest: np.ndarray) -> pl.Series:
    hour, minute = rest // _HOUR, rest // _MINUTE % 60
    return _padded(hour, 2) + ":" + _padded(minute, 2) + ":" + _seconds(rest % _MINUTE)


def _seconds(microseconds: np.ndarray) -> pl.Series:
    whole = _padded(microseconds // _SECOND, 2)
    fraction = microseconds % _SECOND
    if not fraction.any():
        return whole
    shown = ("." + _padded(fraction, 6)).str.strip_chars_end("0").str.strip_chars_end(".")
    return whole + shown


def _padded(values: np.ndarray, width: int) -> pl.Series:
    return pl.Series(values).cast(pl.String).str.zfill(width)


def intervals(series: pl.Series) -> pl.Series:
    """`1 year 2 mons 3 days 04:05:06.7`: a part that follows a negative one shows its `+`."""
    spans = spans_of(series)
    years, months = np.trunc(spans.months / 12).astype(np.int64), np.fmod(spans.months, 12)
    days, rest = spans.days, spans.microseconds
    frame = pl.DataFrame({"years": years, "mons": months, "days": days})
    text, negative = pl.lit(""), pl.lit(False)
    for name in ("years", "mons", "days"):
        value = pl.col(name)
        plus = pl.when(negative & (value > 0)).then(pl.lit("+")).otherwise(pl.lit(""))
        unit = pl.when(value == 1).then(pl.lit(name[:-1])).otherwise(pl.lit(name))
        part = plus + value.cast(pl.String) + " " + unit
        space = pl.when(text == "").then(pl.lit("")).otherwise(pl.lit(" "))
        text = pl.when(value == 0).then(text).otherwise(text + space + part)
        negative = pl.when(value == 0).then(negative).otherwise(value < 0)
    parts = frame.select(text.alias("text"), negative.alias("negative"))
    return _with_clock(parts.get_column("text"), parts.get_column("negative"), rest)


def _with_clock(text: pl.Series, negative: pl.Series, rest: np.ndarray) -> pl.Series:
    # The least integer has no counterpart, and no interval that a calendar knows comes near it.
    size = np.abs(np.maximum(rest, -(2**63) + 1))
    hours = _padded(size // _HOUR, 2)
    clock = hours + ":" + _padded(size // _MINUTE % 60, 2) + ":" + _seconds(size % _MINUTE)

    def join(t: pl.Expr, n: pl.Expr, c: pl.Expr, r: pl.Expr) -> pl.Expr:
        sign = pl.when(r < 0).then(pl.lit("-")).when(n).then(pl.lit("+")).otherwise(pl.lit(""))
        space = pl.when(t == "").then(pl.lit("")).otherwise(pl.lit(" "))
        return pl.when((r == 0) & (t != "")).then(t).otherwise(t + space + sign + c)

    return compute(join, text, negative, clock, pl.Series(rest))


def arrays(element: Type, series: pl.Series) -> pl.Series:
    """`{a,"b c",NULL}`, quoted where the element's text could be misread."""
    from_lists = element_texts(element, series)
    quoted = (
        pl.when(pl.element().is_null())
        .then(pl.lit("NULL"))
        .when(pl.element().str.contains(_NEEDS_QUOTES))
        .then('"' + pl.element().str.replace_all(r'(["\\])', r"\$1") + '"')
        .otherwise(pl.element())
    )
    joined = from_lists.list.eval(quoted).list.join(",")
    return "{" + joined + "}"


def element_texts(element: Type, series: pl.Series) -> pl.Series:
    """The lists with every element as the text that an array shows of it: booleans are `t` and `f`."""
    texts = to_text(element, elements(series))
    return regrouped(texts.str.head(1) if element.name == "boolean" else texts, series)


_PRINTERS: dict[str, Callable[[pl.Series], pl.Series]] = {
    "integer": integers,
    "bigint": integers,
    "numeric": numerics,
    "double precision": floats,
    "text": lambda series: series,
    "unknown": lambda series: series.cast(pl.String),
    "boolean": booleans,
    "date": dates,
    "timestamp": timestamps,
    "time": times,
    "interval": intervals,
}
