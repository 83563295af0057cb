"""Floats as their bits: exponents taken off and put on, and the upper half of a fraction."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FRACTION = np.int64(0x000F_FFFF_FFFF_FFFF)
_ONE = np.int64(0x3FF0_0000_0000_0000)
_UPPER = np.int64(-0x1_0000_0000)


def split(x: Floats) -> tuple[Floats, Integers]:
    """Positive finite `x` as (m, k) with x = m * 2**k and 1 <= m < 2; subnormals included."""
    subnormal = x < np.float64(2.0**-1022)
    bits = np.where(subnormal, x * np.float64(2.0**54), x).view(np.int64)
    exponent = (bits >> 52) - 1023 - np.where(subnormal, 54, 0)
    return ((bits & _FRACTION) | _ONE).view(np.float64), exponent


def scale(x: Floats, exponent: Integers) -> Floats:
    """x * 2**exponent, rounded once, for exponents from -2000 to 2000."""
    half = exponent >> 1
    quarter = half >> 1
    rest = exponent - half
    return x * power_of_two(half - quarter) * power_of_two(quarter) * power_of_two(rest)


def power_of_two(exponent: Integers) -> Floats:
    """2.0**exponent for exponents from -1022 to 1023."""
    return ((exponent + 1023) << 52).view(np.float64)


def upper(x: Floats) -> Floats:
    """`x` without the lower 32 bits of its fraction: a product of two of these is exact up to 42 bits."""
    return (x.view(np.int64) & _UPPER).view(np.float64)
