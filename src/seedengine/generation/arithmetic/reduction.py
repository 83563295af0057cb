"""Angles brought to [-π/4, π/4] and a quadrant, after Payne and Hanek: exact for every float, 1e300 included.

x * 2/π modulo 4 needs only those bits of 2/π that the exponent of x moves next to the point: 192 of them are multiplied
with the 53 bits of x as integers, which leaves at least 64 correct bits however close x lies to a multiple of π/2.
"""

import numpy as np
from numpy.typing import NDArray

from seedengine.generation.arithmetic.bits import Floats, Integers

Words = NDArray[np.uint64]

# 2/π behind the point, and 55 zero bits before it, so that the smallest angle to reduce finds its window too.
_TWO_OVER_PI = int(
    "a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e0"
    "06492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f4"
    "9c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d"
    "7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6babf0cfbc209af4361d",
    16,
)
_LEADING = 55
_COUNT = 21
_TABLE = np.array(
    [(_TWO_OVER_PI << 64 >> _LEADING >> (64 * (_COUNT - 1 - i))) & 0xFFFF_FFFF_FFFF_FFFF for i in range(_COUNT)],
    np.uint64,
)
_HALF_PI_HIGH = 1.57079632679489655800
_HALF_PI_LOW = 6.12323399573676603587e-17
_SPLITTER = 134217729.0
_LOW = np.uint64(0xFFFF_FFFF)


def reduce_angle(x: Floats) -> tuple[Floats, Floats, Integers]:
    """(high, low, quadrant): x = (high + low) + quadrant * π/2 modulo 2π; NaN where x is no finite number."""
    finite = np.isfinite(x)
    needed = finite & (np.abs(x) > 0.78539816339744830962)
    high, low, quadrant = _payne_hanek(np.where(needed, np.abs(x), 1.0))
    negative = x < 0.0
    high = np.where(needed, np.where(negative, -high, high), np.where(finite, x, np.nan))
    low = np.where(needed, np.where(negative, -low, low), 0.0)
    return high, low, np.where(needed, np.where(negative, -quadrant, quadrant), 0) & 3


def _payne_hanek(x: Floats) -> tuple[Floats, Floats, Integers]:
    bits = x.view(np.uint64)
    mantissa = (bits & np.uint64(0x000F_FFFF_FFFF_FFFF)) | np.uint64(0x0010_0000_0000_0000)
    # x = mantissa * 2**(start - 53): the window begins with the bit of weight 2 in the product.
    start = (bits >> np.uint64(52)).astype(np.int64) - 1022
    high, middle, low = _product(mantissa, _window(start))
    quadrant = (high >> np.uint64(62)).astype(np.int64)
    first = (high << np.uint64(2)) | (middle >> np.uint64(62))
    second = (middle << np.uint64(2)) | (low >> np.uint64(62))
    above = first >> np.uint64(63) == 1
    first = np.where(above, ~first, first)
    second = np.where(above, ~second, second)
    part_high, part_low = _fraction(first, second)
    turn_high, turn_low = _times_half_pi(part_high, part_low)
    sign = np.where(above, -1.0, 1.0)
    return sign * turn_high, sign * turn_low, quadrant + above


def _window(start: Integers) -> tuple[Words, Words, Words]:
    """192 bits of the table from bit `start`, as three words."""
    word = start >> 6
    shift = (start & 63).astype(np.uint64)
    pieces = [_TABLE[word + i] for i in range(4)]
    # A shift by 64 is undefined, so the lower word moves in two steps.
    joined = [(pieces[i] << shift) | ((pieces[i + 1] >> np.uint64(1)) >> (np.uint64(63) - shift)) for i in range(3)]
    return joined[0], joined[1], joined[2]


def _product(mantissa: Words, window: tuple[Words, Words, Words]) -> tuple[Words, Words, Words]:
    """mantissa * window modulo 2**192."""
    low_high, low = _wide(mantissa, window[2])
    middle_high, middle = _wide(mantissa, window[1])
    middle = middle + low_high
    carry = (middle < low_high).astype(np.uint64)
    return mantissa * window[0] + middle_high + carry, middle, low


def _wide(a: Words, b: Words) -> tuple[Words, Words]:
    """The 128 bits of a * b, upper word first."""
    half = np.uint64(32)
    a_high, a_low, b_high, b_low = a >> half, a & _LOW, b >> half, b & _LOW
    bottom = a_low * b_low
    cross = a_high * b_low + (bottom >> half)
    other = a_low * b_high + (cross & _LOW)
    return a_high * b_high + (cross >> half) + (other >> half), a * b


def _fraction(first: Words, second: Words) -> tuple[Floats, Floats]:
    """(first * 2**64 + second) / 2**128 as the sum of two floats."""
    half = np.uint64(32)
    pieces = (first >> half, first & _LOW, second >> half, second & _LOW)
    high, low = np.zeros(first.shape), np.zeros(first.shape)
    for place, piece in enumerate(pieces):
        term = piece.astype(np.float64) * 2.0 ** (-32 * (place + 1))
        total = high + term
        low = low + (term - (total - high))
        high = total
    total = high + low
    return total, low - (total - high)


def _times_half_pi(high: Floats, low: Floats) -> tuple[Floats, Floats]:
    product = high * _HALF_PI_HIGH
    a = _SPLITTER * high
    a_high = a - (a - high)
    a_low = high - a_high
    b = _SPLITTER * _HALF_PI_HIGH
    b_high = b - (b - _HALF_PI_HIGH)
    b_low = _HALF_PI_HIGH - b_high
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    error = error + (high * _HALF_PI_LOW + low * _HALF_PI_HIGH)
    total = product + error
    return total, error - (total - product)
