"""Roots, exponentials and logarithms of numeric, to as many digits as PostgreSQL gives (numeric.c).

No whole-column arithmetic reaches these digits, so each distinct value is computed once, by integers and by Python's
`decimal`, whose results do not depend on the machine.
"""

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal

import numpy as np
import polars as pl

from seedengine.generation.expressions.compute import by_distinct
from seedengine.generation.expressions.decimals import MAX_SCALE
from seedengine.generation.expressions.faults import fail_where
from seedengine.generation.expressions.types import MAX_DIGITS, NUMERIC_STORAGE

# PostgreSQL's NUMERIC_MIN_SIG_DIGITS and DEC_DIGITS, and log10(e) to the digits that it uses.
_SIGNIFICANT = 16
_GROUP = 4
_LOG10_E = 0.434294481903252
_GUARD = 12

Number = dict[str, int]


def square_root(operand: pl.Series) -> pl.Series:
    """The square root; RowFault below zero."""
    fail_where(_signs(operand) < 0, "cannot take square root of a negative number")
    return _each(_square_root, operand)


def exponential(operand: pl.Series) -> pl.Series:
    """e to the power of the operand; RowFault where that has more than 38 digits."""
    return _each(_exponential, operand)


def logarithm(operand: pl.Series) -> pl.Series:
    """The natural logarithm; RowFault at zero and below."""
    _check_positive(operand)
    return _each(_logarithm, operand)


def logarithm10(operand: pl.Series) -> pl.Series:
    """The logarithm to base 10; RowFault at zero and below."""
    return logarithm_to(pl.Series([{"digits": 10, "scale": 0}], dtype=NUMERIC_STORAGE), operand)


def logarithm_to(base: pl.Series, operand: pl.Series) -> pl.Series:
    """The logarithm to another base; RowFault at zero and below, and to base 1."""
    _check_positive(base)
    _check_positive(operand)
    return _each(_logarithm_to, base, operand, missing="division by zero")


def power(base: pl.Series, exponent: pl.Series) -> pl.Series:
    """base to the power of exponent; RowFault where it has more than 38 digits or is no real number."""
    base_sign, exponent_sign = np.broadcast_arrays(_signs(base), _signs(exponent))
    fail_where((base_sign == 0) & (exponent_sign < 0), "zero raised to a negative power is undefined")
    fraction = _each(lambda number: _of(Decimal(int(number != int(number))), 0), exponent)
    broken = (base_sign < 0) & (_signs(fraction) != 0)
    fail_where(broken, "a negative number raised to a non-integer power yields a complex result")
    return _each(_power, base, exponent)


def _signs(series: pl.Series) -> np.ndarray:
    return series.struct.field("digits").sign().cast(pl.Int8).to_numpy()


def _check_positive(operand: pl.Series) -> None:
    signs = _signs(operand)
    fail_where(signs == 0, "cannot take logarithm of zero")
    fail_where(signs < 0, "cannot take logarithm of a negative number")


def _each(function: Callable[..., Number | None], *operands: pl.Series, missing: str = "") -> pl.Series:
    def apply(*parts: int) -> Number | None:
        return function(*(_exact(parts[i], parts[i + 1]) for i in range(0, len(parts), 2)))

    columns = [operand.struct.field(name) for operand in operands for name in ("digits", "scale")]
    result = by_distinct(apply, NUMERIC_STORAGE, *columns)
    message = missing or "the number is out of range"
    fail_where(
        result.is_null().to_numpy(), message, None if missing else f"a numeric has at most {MAX_DIGITS} digits here"
    )
    return result


def _exact(digits: int, scale: int) -> Decimal:
    return Decimal((int(digits < 0), tuple(int(d) for d in str(abs(digits))), -scale))


def _scale_of(number: Decimal) -> int:
    return max(0, -int(number.as_tuple().exponent))


def _weight(number: Decimal) -> int:
    """The weight of the first group of four digits, 0 for zero."""
    return number.adjusted() // _GROUP if number else 0


def _of(number: Decimal, scale: int) -> Number | None:
    """The number rounded half away from zero to a scale, or None where it has too many digits."""
    scale = min(scale, MAX_SCALE)
    if number and number.adjusted() >= MAX_DIGITS:
        return None
    context = Context(prec=MAX_DIGITS + MAX_SCALE + _GUARD, rounding=ROUND_HALF_UP)
    if number and number.adjusted() + 1 + scale > MAX_DIGITS:
        scale = max(0, MAX_DIGITS - number.adjusted() - 1)
    rounded = number.quantize(Decimal(1).scaleb(-scale), context=context)
    return {"digits": int(rounded.scaleb(scale, context=context)), "scale": scale}


def _context(number_weight: int, scale: int) -> Context:
    return Context(prec=max(1, number_weight + scale) + _GUARD, rounding=ROUND_HALF_UP, Emax=10**6, Emin=-(10**6))


def _square_root(number: Decimal) -> Number | None:
    weight = _weight(number)
    before = (weight + 1) * _GROUP // 2 - 1
    scale = min(max(_SIGNIFICANT - before, _scale_of(number), 0), MAX_SCALE)
    own = _scale_of(number)
    scaled = int(number.scaleb(own)) * 10 ** (2 * scale - own)
    root = math.isqrt(scaled)
    root += scaled - root * root > root
    return _of(Decimal(root).scaleb(-scale), scale)


def _exponential(number: Decimal) -> Number | None:
    magnitude = max(min(float(number) * _LOG10_E, 2000.0), -2000.0)
    if magnitude > MAX_DIGITS:
        return None
    scale = max(_SIGNIFICANT - int(magnitude), _scale_of(number), 0)
    return _of(_context(int(magnitude) + 1, min(scale, MAX_SCALE)).exp(number), scale)


def _logarithm(number: Decimal) -> Number | None:
    scale = max(_SIGNIFICANT - _logarithm_weight(number), _scale_of(number), 0)
    return _of(_context(4, scale + 4).ln(number), scale)


def _logarithm_to(base: Decimal, number: Decimal) -> Number | None:
    weight = _logarithm_weight(number) - _logarithm_weight(base)
    scale = max(_SIGNIFICANT - weight, _scale_of(base), _scale_of(number), 0)
    context = _context(8, scale + 4)
    divisor = context.ln(base)
    return _of(context.divide(context.ln(number), divisor), scale) if divisor else None


def _logarithm_weight(number: Decimal) -> int:
    """PostgreSQL's estimate_ln_dweight: the place of the first digit of the logarithm, roughly."""
    if Decimal("0.9") <= number <= Decimal("1.1"):
        rest = number - 1
        return int(rest.adjusted()) if rest else 0
    group = _weight(number)
    digits = int(number.scaleb(-(group * _GROUP)))
    exponent = group * _GROUP
    following = number.scaleb(-((group - 1) * _GROUP))
    if number.scaleb(-(group * _GROUP)) != digits:
        digits, exponent = int(following), exponent - _GROUP
    estimate = abs(math.log(digits) + exponent * 2.302585092994046)
    return int(math.log10(estimate))


def _power(base: Decimal, exponent: Decimal) -> Number | None:
    scales = (_scale_of(base), _scale_of(exponent))
    if exponent == int(exponent) and abs(exponent) < 2**31:
        return _whole_power(base, int(exponent), scales)
    if base == 0:
        return _of(Decimal(0), _SIGNIFICANT)
    if base < 0:
        found = _power(-base, exponent)
        odd = int(exponent) % 2 == 1
        return {**found, "digits": -found["digits"]} if found is not None and odd else found
    # PostgreSQL settles the scale on a logarithm of about 8 digits.
    places = Decimal(1).scaleb(-max(8 - _logarithm_weight(base), 0))
    rough = _context(20, 40).ln(base).quantize(places, ROUND_HALF_UP)
    magnitude = float((rough * exponent).quantize(places, ROUND_HALF_UP, _context(40, 40))) * _LOG10_E
    if magnitude > MAX_DIGITS:
        return None
    if magnitude < -MAX_SCALE:
        return _of(Decimal(0), MAX_SCALE)
    scale = min(max(_SIGNIFICANT - int(magnitude), *scales, 0), MAX_SCALE)
    return _of(_context(int(abs(magnitude)) + 8, scale + 8).power(base, exponent), scale)


def _whole_power(base: Decimal, exponent: int, scales: tuple[int, int]) -> Number | None:
    magnitude = exponent * _log10_of(base) if base else 0.0
    if magnitude > MAX_DIGITS + 1:
        return None
    if magnitude < -MAX_SCALE:
        return _of(Decimal(0), MAX_SCALE)
    scale = min(max(_SIGNIFICANT - int(magnitude), *scales, 0), MAX_SCALE)
    context = _context(int(abs(magnitude)) + 8, scale + 8)
    if exponent == 0:
        return _of(Decimal(1), scale)
    return _of(context.power(base, Decimal(exponent)), scale)


def _log10_of(base: Decimal) -> float:
    digits = base.as_tuple().digits[:16]
    mantissa = int("".join(map(str, digits)))
    return math.log10(mantissa) + base.adjusted() - len(digits) + 1
