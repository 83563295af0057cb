"""Text functions of PostgreSQL in the collation "C": characters count as code points and compare by their numbers.

No value grows beyond a megabyte, and no batch of them beyond 256: a small document makes no large one.
"""

import hashlib
import operator
from functools import cache

import numpy as np
import polars as pl

from seedengine.generation.expressions.compute import by_distinct, compute
from seedengine.generation.expressions.faults import fail_where

MAX_BYTES = 1_000_000
MAX_BATCH_BYTES = 256_000_000


def bounded(series: pl.Series) -> pl.Series:
    """The same texts; RowFault where one is longer than a megabyte."""
    check_bytes(series.str.len_bytes())
    return series


def check_bytes(lengths: pl.Series) -> None:
    """RowFault where a text would have more bytes than one may have, or all of them together."""
    sizes = lengths.fill_null(0).to_numpy().astype(np.float64)
    fail_where(sizes > MAX_BYTES, f"the text is longer than {MAX_BYTES:,} bytes")
    running = np.cumsum(sizes)
    fail_where(running > MAX_BATCH_BYTES, f"the texts of a batch are longer than {MAX_BATCH_BYTES:,} bytes")


def checked_bytes(lengths: pl.Series) -> pl.Series:
    """The same numbers of bytes; RowFault as `check_bytes`."""
    check_bytes(lengths)
    return lengths


def concatenate(left: pl.Series, right: pl.Series) -> pl.Series:
    """Both texts, one after the other."""
    return bounded(compute(lambda a, b: a + b, left, right))


def length(text: pl.Series) -> pl.Series:
    """How many characters."""
    return text.str.len_chars().cast(pl.Int32)


def byte_length(text: pl.Series) -> pl.Series:
    """How many bytes in UTF-8."""
    return text.str.len_bytes().cast(pl.Int32)


def lower(text: pl.Series) -> pl.Series:
    """Lower case, character by character."""
    return _cased(text, text.str.to_lowercase(), "[İΣ]", _simple_lower)


def upper(text: pl.Series) -> pl.Series:
    """Upper case, character by character: what has no single counterpart (`ß`) stays."""
    return _cased(text, text.str.to_uppercase(), _expanding(), _simple_upper)


def initcap(text: pl.Series) -> pl.Series:
    """The first character of each run of letters and digits in upper case, the others in lower."""

    def capitalise(value: str) -> str:
        inside, parts = False, []
        for character in value:
            parts.append(_simple_lower(character) if inside else _simple_upper(character))
            inside = character.isalnum()
        return "".join(parts)

    return by_distinct(capitalise, pl.String(), text)


def _cased(text: pl.Series, cased: pl.Series, pattern: str, function: object) -> pl.Series:
    special = text.str.contains(pattern)
    if not special.any():
        return cased
    return cased.scatter(special.arg_true(), by_distinct(function, pl.String(), text.filter(special)))  # type: ignore[arg-type]


def _simple_lower(text: str) -> str:
    return "".join("i" if c == "İ" else c.lower() for c in text)


def _simple_upper(text: str) -> str:
    return "".join(c.upper() if len(c.upper()) == 1 else _titled().get(c, c) for c in text)


@cache
def _expanding() -> str:
    found = [chr(code) for code in range(128, 0x10000) if len(chr(code).upper()) > 1]
    return "[" + "".join(found) + "]"


@cache
def _titled() -> dict[str, str]:
    """Greek letters with an iota below have a single title form, which stands for upper case where length is kept."""
    return {
        chr(code): chr(code).title()
        for code in range(0x1F80, 0x2000)
        if len(chr(code).upper()) > 1 == len(chr(code).title())
    }


def left(text: pl.Series, count: pl.Series) -> pl.Series:
    """The first characters, or all but the last ones where `count` is negative."""
    return compute(lambda t, n: t.str.head(n), text, count)


def right(text: pl.Series, count: pl.Series) -> pl.Series:
    """The last characters, or all but the first ones where `count` is negative."""
    return compute(lambda t, n: t.str.tail(n), text, count)


def substring_from(text: pl.Series, start: pl.Series) -> pl.Series:
    """What begins at the character `start`, counted from 1."""
    return compute(lambda t, s: t.str.slice((s.cast(pl.Int64) - 1).clip(0)), text, start)


def substring(text: pl.Series, start: pl.Series, count: pl.Series) -> pl.Series:
    """`count` characters from `start`; places before the first count too. RowFault where `count` is negative."""
    fail_where(count.to_numpy() < 0, "negative substring length not allowed")

    def cut(t: pl.Expr, s: pl.Expr, n: pl.Expr) -> pl.Expr:
        first, end = s.cast(pl.Int64) - 1, s.cast(pl.Int64) - 1 + n.cast(pl.Int64)
        return t.str.slice(first.clip(0), (end.clip(0) - first.clip(0)).clip(0))

    return compute(cut, text, start, count)


def position(text: pl.Series, part: pl.Series) -> pl.Series:
    """The place of the first occurrence in characters from 1, or 0."""

    def find(t: pl.Expr, p: pl.Expr) -> pl.Expr:
        before = t.str.splitn(p, 2).struct.field("field_0").str.len_chars()
        found = t.str.contains(p, literal=True)
        return pl.when(p == "").then(1).when(found).then(before + 1).otherwise(0).cast(pl.Int32)

    return compute(find, text, part)


def replace(text: pl.Series, part: pl.Series, by: pl.Series) -> pl.Series:
    """Every occurrence of `part` replaced; nothing where `part` is empty."""
    count = compute(lambda t, p: t.str.count_matches(p, literal=True), text, part)
    size = compute(lambda t: t.str.len_bytes(), text)
    growth = compute(lambda b, p: b.str.len_bytes().cast(pl.Int64) - p.str.len_bytes().cast(pl.Int64), by, part)
    check_bytes(compute(lambda s, c, g: s.cast(pl.Int64) + c.cast(pl.Int64) * g, size, count, growth))

    def swap(t: pl.Expr, p: pl.Expr, b: pl.Expr) -> pl.Expr:
        return pl.when(p == "").then(t).otherwise(t.str.split(p).list.join(b))

    return compute(swap, text, part, by)


def translate(text: pl.Series, characters: pl.Series, by: pl.Series) -> pl.Series:
    """Each of `characters` replaced by the one in the same place of `by`, or left out where there is none."""
    if len(characters) == 1 and len(by) == 1:
        table = _translation(characters[0], by[0])
        if not table:
            return text
        names = [chr(code) for code in table]
        return text.str.replace_many(names, [value or "" for value in table.values()])
    # A table for each row has no counterpart in Polars.
    return by_distinct(lambda t, c, b: t.translate(_translation(c, b)), pl.String(), text, characters, by)


def _translation(characters: str, by: str) -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    for place, character in enumerate(characters):
        table.setdefault(ord(character), by[place] if place < len(by) else None)
    return table


def trim(text: pl.Series, characters: pl.Series) -> pl.Series:
    """Without those characters at both ends."""
    return compute(lambda t, c: pl.when(c == "").then(t).otherwise(t.str.strip_chars(c)), text, characters)


def trim_left(text: pl.Series, characters: pl.Series) -> pl.Series:
    """Without those characters at the beginning."""
    return compute(lambda t, c: pl.when(c == "").then(t).otherwise(t.str.strip_chars_start(c)), text, characters)


def trim_right(text: pl.Series, characters: pl.Series) -> pl.Series:
    """Without those characters at the end."""
    return compute(lambda t, c: pl.when(c == "").then(t).otherwise(t.str.strip_chars_end(c)), text, characters)


def pad_left(text: pl.Series, width: pl.Series, fill: pl.Series) -> pl.Series:
    """Exactly `width` characters: filled at the beginning, or cut at the end."""
    padding = _padding(text, width, fill)
    return bounded(compute(lambda p, t, w: p + t.str.head(w.clip(0)), padding, text, width))


def pad_right(text: pl.Series, width: pl.Series, fill: pl.Series) -> pl.Series:
    """Exactly `width` characters: filled or cut at the end."""
    padding = _padding(text, width, fill)
    return bounded(compute(lambda p, t, w: t.str.head(w.clip(0)) + p, padding, text, width))


def _padding(text: pl.Series, width: pl.Series, fill: pl.Series) -> pl.Series:
    def missing(t: pl.Expr, w: pl.Expr, f: pl.Expr) -> pl.Expr:
        return pl.when(f == "").then(0).otherwise((w.cast(pl.Int64) - t.str.len_chars().cast(pl.Int64)).clip(0))

    count = compute(missing, text, width, fill)
    times = compute(lambda n, f: (n / f.str.len_chars().clip(1)).ceil().cast(pl.Int64), count, fill)
    return compute(lambda r, n: r.str.head(n), repeat(fill, times), count)


def repeat(text: pl.Series, count: pl.Series) -> pl.Series:
    """The text `count` times, nothing where that is not positive."""
    times = count.cast(pl.Int64).clip(0)
    check_bytes(compute(lambda t, n: t.str.len_bytes().cast(pl.Float64) * n, text, times))
    # Polars would repeat the text into a list first, which takes 16 bytes for each time.
    return by_distinct(operator.mul, pl.String(), text, times)


def reverse(text: pl.Series) -> pl.Series:
    """The characters in the other order."""
    # Polars reverses what a reader takes for a character, accents included; PostgreSQL reverses code points.
    return by_distinct(lambda value: value[::-1], pl.String(), text)


def split_part(text: pl.Series, separator: pl.Series, place: pl.Series) -> pl.Series:
    """The part between separators at `place`, counted from 1, or from the end where that is negative."""
    fail_where(place.to_numpy() == 0, "field position must not be zero")

    def part(t: pl.Expr, s: pl.Expr, n: pl.Expr) -> pl.Expr:
        index = pl.when(n > 0).then(n - 1).otherwise(n)
        split = t.str.split(s).list.get(index, null_on_oob=True).fill_null("")
        return pl.when(s == "").then(pl.when(n.is_in([1, -1])).then(t).otherwise(pl.lit(""))).otherwise(split)

    return compute(part, text, separator, place)


def character(code: pl.Series) -> pl.Series:
    """The character of that number; RowFault where there is none."""
    codes = code.to_numpy()
    fail_where(codes == 0, "null character not permitted")
    wrong = (codes < 0) | (codes > 0x10FFFF) | ((codes >= 0xD800) & (codes < 0xE000))
    fail_where(wrong, "requested character is not a valid Unicode code point")
    return by_distinct(chr, pl.String(), code)


def code_point(text: pl.Series) -> pl.Series:
    """The number of the first character, 0 of an empty text."""
    return by_distinct(lambda first: ord(first) if first else 0, pl.Int32(), text.str.head(1))


def starts_with(text: pl.Series, prefix: pl.Series) -> pl.Series:
    """Whether the text begins so."""
    return compute(lambda t, p: t.str.starts_with(p), text, prefix)


def hexadecimal(number: pl.Series) -> pl.Series:
    """The number in base 16, negative ones in two's complement of their type."""
    mask = (1 << (32 if number.dtype == pl.Int32 else 64)) - 1
    return by_distinct(lambda value: f"{value & mask:x}", pl.String(), number)


def md5(text: pl.Series) -> pl.Series:
    """The MD5 digest in hexadecimal: a fingerprint, no protection."""
    return by_distinct(lambda t: hashlib.md5(t.encode(), usedforsecurity=False).hexdigest(), pl.String(), text)


def overlay(text: pl.Series, by: pl.Series, start: pl.Series, count: pl.Series) -> pl.Series:
    """The text with `count` characters from `start` replaced by another; RowFault where `start` is not positive."""
    fail_where(start.to_numpy() <= 0, "negative substring length not allowed")
    one = pl.Series([1], dtype=pl.Int32)
    before = substring(text, one, compute(lambda s: s - 1, start))
    after = substring_from(text, compute(lambda s, n: s.cast(pl.Int64) + n, start, count))
    return bounded(compute(lambda b, m, a: b + m + a, before, by, after))


def overlay_same(text: pl.Series, by: pl.Series, start: pl.Series) -> pl.Series:
    """The text with as many characters from `start` replaced as the other one has."""
    return overlay(text, by, start, length(by))
