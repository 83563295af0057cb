"""Arithmetic of numeric with PostgreSQL's scales (src/backend/utils/adt/numeric.c)."""

import numpy as np
from numpy.typing import NDArray

from seedengine.generation.expressions.decimals import (
    MAX_SCALE,
    Decimals,
    Digits,
    Integers,
    aligned,
    big,
    bound,
    digit_count,
    quotient,
    rescale,
    shifted,
    shrunk,
    truncated,
)
from seedengine.generation.expressions.faults import fail_where

_LIMIT = 2**63 - 1
# PostgreSQL's NUMERIC_MIN_SIG_DIGITS and DEC_DIGITS.
_SIGNIFICANT = 16
_GROUP = 4
_ZERO = np.zeros(1, np.int64)


def add(left: Decimals, right: Decimals) -> Decimals:
    """The sum, with the larger scale."""
    a, b, scale = aligned(left, right)
    if bound(a) + bound(b) > _LIMIT:
        a, b = big(a), big(b)
    return Decimals(a + b, scale)


def subtract(left: Decimals, right: Decimals) -> Decimals:
    """The difference, with the larger scale."""
    return add(left, negate(right))


def multiply(left: Decimals, right: Decimals) -> Decimals:
    """The product, with the sum of the scales."""
    a, b = left.digits, right.digits
    if bound(a) * bound(b) > _LIMIT:
        a, b = big(a), big(b)
    return Decimals(a * b, left.scale + right.scale)


def divide(left: Decimals, right: Decimals) -> Decimals:
    """The quotient to at least 16 significant digits: PostgreSQL's select_div_scale, value by value."""
    _check_divisor(right)
    left, right = _whole(left, right)
    left_weight, left_first = _leading(left)
    right_weight, right_first = _leading(right)
    weight = left_weight - right_weight - (left_first <= right_first)
    scale = np.maximum(np.maximum(left.scale, right.scale), _SIGNIFICANT - weight * _GROUP)
    scale = np.clip(scale, 0, MAX_SCALE)
    return ratio(left, right, scale)


def ratio(left: Decimals, right: Decimals, scale: Integers) -> Decimals:
    """left / right rounded half away from zero to `scale` digits after the point; the divisor is not zero."""
    places = scale - left.scale + right.scale
    numerator = shifted(left.digits, np.maximum(places, 0))
    denominator = shifted(np.abs(right.digits), np.maximum(-places, 0))
    if numerator.dtype != denominator.dtype:
        numerator, denominator = big(numerator), big(denominator)
    digits = quotient(numerator, denominator)
    return Decimals(shrunk(np.where(right.digits < 0, -digits, digits)), scale)


def divide_whole(left: Decimals, right: Decimals) -> Decimals:
    """The quotient without its fraction."""
    _check_divisor(right)
    a, b, _ = aligned(left, right)
    if a.dtype != b.dtype:
        a, b = big(a), big(b)
    digits = truncated(a, np.abs(b))
    return Decimals(np.where(b < 0, -digits, digits), _ZERO)


def remainder(left: Decimals, right: Decimals) -> Decimals:
    """What is left of the dividend, with its sign and the larger scale."""
    _check_divisor(right)
    a, b, scale = aligned(left, right)
    if a.dtype != b.dtype:
        a, b = big(a), big(b)
    digits = np.abs(a) % np.abs(b)
    return Decimals(np.where(a < 0, -digits, digits), scale)


def negate(numbers: Decimals) -> Decimals:
    """The same sizes with the other sign."""
    digits = numbers.digits
    return Decimals(-(big(digits) if bound(digits) > _LIMIT else digits), numbers.scale)


def absolute(numbers: Decimals) -> Decimals:
    """The same sizes without a sign."""
    digits = numbers.digits
    return Decimals(np.abs(big(digits) if bound(digits) > _LIMIT else digits), numbers.scale)


def sign(numbers: Decimals) -> Decimals:
    """-1, 0 or 1."""
    return Decimals(np.sign(numbers.digits).astype(np.int64), _ZERO)


def rounded(numbers: Decimals, places: Integers) -> Decimals:
    """Rounded half away from zero to `places` digits after the point, or before it where that is negative."""
    return _to_places(numbers, places, truncate=False)


def cut(numbers: Decimals, places: Integers) -> Decimals:
    """Cut off after `places` digits behind the point, or before it where that is negative."""
    return _to_places(numbers, places, truncate=True)


def _to_places(numbers: Decimals, places: Integers, *, truncate: bool) -> Decimals:
    places = np.clip(places, -MAX_SCALE, MAX_SCALE)
    kept = rescale(numbers, np.minimum(places, numbers.scale), truncate=truncate)
    return rescale(kept, np.maximum(places, 0))


def floor(numbers: Decimals) -> Decimals:
    """The largest whole number that is not above."""
    return _toward(numbers, below=True)


def ceiling(numbers: Decimals) -> Decimals:
    """The smallest whole number that is not below."""
    return _toward(numbers, below=False)


def _toward(numbers: Decimals, *, below: bool) -> Decimals:
    divisor = shifted(np.ones(1, np.int64), numbers.scale)
    digits = big(numbers.digits) if divisor.dtype == object else numbers.digits
    return Decimals(digits // divisor if below else -(-digits // divisor), _ZERO)


def compare(left: Decimals, right: Decimals) -> NDArray[np.int8]:
    """-1, 0 or 1 as the left number is below, equal or above."""
    a, b, _ = aligned(left, right)
    return np.asarray(a > b, np.int8) - np.asarray(a < b, np.int8)


def check_precision(numbers: Decimals, precision: int) -> None:
    """Raises RowFault where a number has more than `precision` digits in all."""
    limit = 10**precision
    fail_where(np.asarray(np.abs(numbers.digits) >= limit, bool), "numeric field overflow")


def _check_divisor(right: Decimals) -> None:
    fail_where(np.asarray(right.digits == 0, bool), "division by zero", "use `nullif(…, 0)`")


def _whole(left: Decimals, right: Decimals) -> tuple[Decimals, Decimals]:
    """Both with one value a number, so that their leading digits can be told."""
    size = left.size if left.size != 1 else right.size
    return _spread(left, size), _spread(right, size)


def _spread(numbers: Decimals, size: int) -> Decimals:
    return Decimals(np.broadcast_to(numbers.digits, (size,)), np.broadcast_to(numbers.scale, (size,)))


def _leading(numbers: Decimals) -> tuple[Integers, Digits]:
    """The weight of the first group of four digits, as PostgreSQL stores them, and that group."""
    weight = np.where(numbers.digits == 0, 0, (digit_count(numbers.digits) - 1 - numbers.scale) // _GROUP)
    places = -numbers.scale - weight * _GROUP
    size = shifted(np.abs(numbers.digits), np.maximum(places, 0))
    divisor = shifted(np.ones(1, np.int64), np.maximum(-places, 0))
    if size.dtype != divisor.dtype:
        size, divisor = big(size), big(divisor)
    return weight, size // divisor
