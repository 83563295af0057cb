"""x**y, after Sun's fdlibm (e_pow.c): y * log2(x) in two pieces, then 2 to that."""

import numpy as np
from numpy.typing import ArrayLike

from seedengine.generation.arithmetic.bits import Floats, scale, split, upper
from seedengine.generation.arithmetic.exponential import exp_kernel

_LOG2 = (
    5.99999999999994648725e-01,
    4.28571428578550184252e-01,
    3.33333329818377432918e-01,
    2.72728123808534006489e-01,
    2.30660745775561754067e-01,
    2.06975017800338417784e-01,
)
_LN2 = 6.93147180559945286227e-01
_LN2_HIGH = 6.93147182464599609375e-01
_LN2_LOW = -1.90465429995776804525e-09
_LOG2_1_5_HIGH = 5.84962487220764160156e-01
_LOG2_1_5_LOW = 1.35003920212974897128e-08
_CP = 9.61796693925975554329e-01
_CP_HIGH = 9.61796700954437255859e-01
_CP_LOW = -7.02846165095275826516e-09
_SQRT_1_5 = 1.22474487139158904910
_SQRT_3 = 1.73205080756887729353


def power(x: ArrayLike, y: ArrayLike) -> Floats:
    """x**y within 1 ulp with the special values of IEEE 754's `pow`; NaN for x < 0 and a broken exponent."""
    x, y = np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(y, np.float64))
    with np.errstate(all="ignore"):
        magnitude = np.abs(x)
        ordinary = np.isfinite(x) & np.isfinite(y) & (x != 0.0)
        log_high, log_low = _log2(np.where(ordinary, magnitude, 1.0))
        result = _exp2_of_product(np.where(ordinary, y, 0.0), log_high, log_low)
        result = np.where(ordinary, result, _edges(magnitude, y))
        odd = np.abs(np.fmod(y, 2.0)) == 1.0
        result = np.where(np.signbit(x) & odd, -result, result)
        broken = (x < 0.0) & np.isfinite(x) & np.isfinite(y) & (np.floor(y) != y)
        result = np.where(broken, np.nan, result)
    return np.where((y == 0.0) | (x == 1.0), 1.0, result)


def _log2(x: Floats) -> tuple[Floats, Floats]:
    """log2 of positive finite `x` as the sum of two floats, the first with 32 zero bits at its end."""
    mantissa, exponent = split(x)
    beyond = mantissa >= _SQRT_3
    mantissa = np.where(beyond, 0.5 * mantissa, mantissa)
    n = (exponent + beyond).astype(np.float64)
    near = (mantissa >= _SQRT_1_5) & ~beyond
    base = np.where(near, 1.5, 1.0)
    u = mantissa - base
    v = 1.0 / (mantissa + base)
    ss = u * v
    s_high = upper(ss)
    t_high = upper(mantissa + base)
    t_low = mantissa - (t_high - base)
    s_low = v * ((u - s_high * t_high) - s_high * t_low)
    s2 = ss * ss
    tail = _LOG2[4] + s2 * _LOG2[5]
    r = s2 * s2 * (_LOG2[0] + s2 * (_LOG2[1] + s2 * (_LOG2[2] + s2 * (_LOG2[3] + s2 * tail))))
    r = r + s_low * (s_high + ss)
    s2 = s_high * s_high
    t_high = upper(3.0 + s2 + r)
    t_low = r - ((t_high - 3.0) - s2)
    u = s_high * t_high
    v = s_low * t_high + t_low * ss
    p_high = upper(u + v)
    p_low = v - (p_high - u)
    z_high = _CP_HIGH * p_high
    z_low = _CP_LOW * p_high + p_low * _CP + np.where(near, _LOG2_1_5_LOW, 0.0)
    offset = np.where(near, _LOG2_1_5_HIGH, 0.0)
    high = upper(((z_high + z_low) + offset) + n)
    return high, z_low - (((high - n) - offset) - z_high)


def _exp2_of_product(y: Floats, log_high: Floats, log_low: Floats) -> Floats:
    """2**(y * (log_high + log_low)), clipped to infinity and zero outside the range of floats."""
    y_high = upper(y)
    low = (y - y_high) * log_high + y * log_low
    high = y_high * log_high
    z = low + high
    over = z >= 1025.0
    under = z <= -1076.0
    outside = over | under
    high = np.where(outside, 0.0, high)
    low = np.where(outside, 0.0, low)
    k = np.rint(low + high)
    high = high - k
    t = upper(low + high)
    u = t * _LN2_HIGH
    v = (low - (t - high)) * _LN2 + t * _LN2_LOW
    z = u + v
    result = scale(exp_kernel(z, (z - u) - v), k.astype(np.int64))
    return np.where(over, np.inf, np.where(under, 0.0, result))


def _edges(magnitude: Floats, y: Floats) -> Floats:
    """|x|**y where one of them is no finite number or |x| is zero."""
    grows = np.where(magnitude > 1.0, y > 0.0, y < 0.0)
    result = np.where(grows, np.inf, 0.0)
    result = np.where((magnitude == 1.0) & np.isinf(y), 1.0, result)
    return np.where(np.isnan(magnitude) | np.isnan(y), np.nan, result)
