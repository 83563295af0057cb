"""`to_char` of numbers: the patterns `9`, `0`, `.`, `,` and `FM` of PostgreSQL."""

import re
from collections.abc import Callable

import numpy as np
import polars as pl

from seedengine.generation.expressions import decimals
from seedengine.generation.expressions.compute import by_distinct
from seedengine.spec.expressions import ExpressionFault

_FORM = re.compile(r"(?P<fill>FM)?(?P<whole>[90][90,]*)(?:\.(?P<fraction>[90]+))?", re.IGNORECASE)
_LONGEST = 60


def formatter(form: str, offset: int) -> Callable[[pl.Series], pl.Series]:
    """The texts of numerics in that form; ExpressionFault for a pattern that is not supported."""
    match = _FORM.fullmatch(form)
    if match is None or len(form) > _LONGEST:
        help = "numbers are shown by `9`, `0`, `.`, `,` and `FM`, for example 'FM999,990.00'"
        raise ExpressionFault(f"`{form}` is not a supported form of a number", offset, help)
    whole, fraction = match["whole"], match["fraction"]
    show = _shower(whole, fraction, filled=match["fill"] is None)
    places = np.array([len(fraction or "")], np.int64)

    def apply(series: pl.Series) -> pl.Series:
        numbers = decimals.rescale(decimals.from_series(series), places)
        digits = decimals.to_series(numbers).struct.field("digits")
        # Each digit has its own rule, for which Polars has nothing.
        return by_distinct(show, pl.String(), digits)

    return apply


def _shower(whole: str, fraction: str | None, *, filled: bool) -> Callable[[int], str]:
    positions = [character for character in whole if character != ","]
    places = len(fraction or "")
    first_zero = positions.index("0") if "0" in positions else None

    def show(digits: int) -> str:
        text = str(abs(digits)).zfill(places + 1)
        before, after = text[: len(text) - places], text[len(text) - places :]
        sign = "-" if digits < 0 else " "
        if len(before) > len(positions) and not (before == "0" and fraction is not None):
            before, after = "#" * len(positions), "#" * places
        elif before == "0" and fraction is not None:
            before = ""
        shown = _whole(whole, before, first_zero)
        body = shown.lstrip(" ")
        if not filled:
            after = _stripped(after, fraction or "")
            return sign.strip() + (body or ("" if after else "0")) + ("." + after if fraction is not None else "")
        padding = " " * (len(shown) - len(body))
        return padding + sign + body + ("." + after if fraction is not None else "")

    return show


def _whole(pattern: str, before: str, first_zero: int | None) -> str:
    """The digits before the point in their places, blanks and zeros before the first one as the pattern says."""
    count = sum(character != "," for character in pattern)
    digits = before.rjust(count)
    parts: list[str] = []
    place = 0
    for character in pattern:
        started = "".join(parts).strip() != ""
        if character == ",":
            parts.append("," if started else " ")
            continue
        digit = digits[place]
        if digit == " " and (started or (first_zero is not None and place >= first_zero)):
            digit = "0"
        parts.append(digit)
        place += 1
    return "".join(parts)


def _stripped(after: str, pattern: str) -> str:
    """Without the zeros at the end that a `9` stands for, as FM shows them."""
    kept = pattern.rfind("0") + 1
    while len(after) > kept and after.endswith("0"):
        after = after[:-1]
    return after
