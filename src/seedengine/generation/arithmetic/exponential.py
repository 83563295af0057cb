"""Exponential and logarithms, after Sun's fdlibm (e_exp.c, e_log.c) and FreeBSD's msun (e_log10.c, k_log.h)."""

import numpy as np
from numpy.typing import ArrayLike

from seedengine.generation.arithmetic.bits import Floats, scale, split, upper

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_EXP = (
    1.66666666666666019037e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
)
_LOG = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)


def sqrt(x: ArrayLike) -> Floats:
    """The square root, correctly rounded as IEEE 754 demands; NaN below zero."""
    with np.errstate(all="ignore"):
        return np.sqrt(np.asarray(x, np.float64))


def exp(x: ArrayLike) -> Floats:
    """e**x within 1 ulp; infinity above 709.78, zero below -745.13."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        inside = np.clip(np.where(np.isnan(x), 0.0, x), -760.0, 720.0)
        k = np.rint(inside * 1.44269504088896338700)
        high = inside - k * _LN2_HIGH
        low = k * _LN2_LOW
        result = scale(exp_kernel(high, low), k.astype(np.int64))
    return np.where(np.isnan(x), x, result)


def exp_kernel(high: Floats, low: Floats) -> Floats:
    """e**(high - low) where the difference is at most ln 2 / 2 in size: fdlibm's rational approximation."""
    r = high - low
    t = r * r
    c = r - t * (_EXP[0] + t * (_EXP[1] + t * (_EXP[2] + t * (_EXP[3] + t * _EXP[4]))))
    result: Floats = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
    return result


def log(x: ArrayLike) -> Floats:
    """The natural logarithm within 1 ulp; minus infinity at zero, NaN below it."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        f, k = _reduce(x)
        half = 0.5 * f * f
        result = k * _LN2_HIGH - ((half - (_log1p_rest(f, half) + k * _LN2_LOW)) - f)
    return _log_edges(x, result)


def log10(x: ArrayLike) -> Floats:
    """The logarithm to base 10 within 1 ulp, exact at powers of ten; minus infinity at zero, NaN below it."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        f, k = _reduce(x)
        half = 0.5 * f * f
        rest = _log1p_rest(f, half)
        high = upper(f - half)
        low = (f - high) - half + rest
        value_high = high * 4.34294481878168880939e-01
        k_high = k * 3.01029995663611771306e-01
        value_low = k * 3.69423907715893078616e-13 + (low + high) * 2.50829467116452752298e-11
        value_low = value_low + low * 4.34294481878168880939e-01
        total = k_high + value_high
        result = value_low + ((k_high - total) + value_high) + total
    return _log_edges(x, result)


def _reduce(x: Floats) -> tuple[Floats, Floats]:
    """f and k with x = 2**k * (1 + f) and sqrt(2)/2 <= 1 + f < sqrt(2); 1 stands in for what has no logarithm."""
    mantissa, exponent = split(np.where((x > 0.0) & np.isfinite(x), x, 1.0))
    large = mantissa >= 1.41421356237309504880
    return np.where(large, 0.5 * mantissa, mantissa) - 1.0, (exponent + large).astype(np.float64)


def _log1p_rest(f: Floats, half: Floats) -> Floats:
    """log(1 + f) - f + f*f/2."""
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (_LOG[1] + w * (_LOG[3] + w * _LOG[5]))
    odd = z * (_LOG[0] + w * (_LOG[2] + w * (_LOG[4] + w * _LOG[6])))
    result: Floats = s * (half + (even + odd))
    return result


def _log_edges(x: Floats, result: Floats) -> Floats:
    result = np.where(x == 0.0, -np.inf, result)
    result = np.where((x < 0.0) | np.isnan(x), np.nan, result)
    return np.where(x == np.inf, np.inf, result)
