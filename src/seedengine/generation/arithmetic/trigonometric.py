"""Trigonometric functions and their inverses, after Sun's fdlibm (k_sin.c, k_cos.c, k_tan.c, e_asin.c, s_atan.c …)."""

import numpy as np
from numpy.typing import ArrayLike

from seedengine.generation.arithmetic.bits import Floats, upper
from seedengine.generation.arithmetic.reduction import reduce_angle

_SIN = (
    -1.66666666666666324348e-01,
    8.33333333332248946124e-03,
    -1.98412698298579493134e-04,
    2.75573137070700676789e-06,
    -2.50507602534068634195e-08,
    1.58969099521155010221e-10,
)
_COS = (
    4.16666666666666019037e-02,
    -1.38888888888741095749e-03,
    2.48015872894767294178e-05,
    -2.75573143513906633035e-07,
    2.08757232129817482790e-09,
    -1.13596475577881948265e-11,
)
_TAN = (
    3.33333333333334091986e-01,
    1.33333333333201242699e-01,
    5.39682539762260521377e-02,
    2.18694882948595424599e-02,
    8.86323982359930005737e-03,
    3.59207910759131235356e-03,
    1.45620945432529025516e-03,
    5.88041240820264096874e-04,
    2.46463134818469906812e-04,
    7.81794442939557092300e-05,
    7.14072491382608190305e-05,
    -1.85586374855275456654e-05,
    2.59073051863633712884e-05,
)
_ASIN_P = (
    1.66666666666666657415e-01,
    -3.25565818622400915405e-01,
    2.01212532134862925881e-01,
    -4.00555345006794114027e-02,
    7.91534994289814532176e-04,
    3.47933107596021167570e-05,
)
_ASIN_Q = (
    -2.40339491173441421878,
    2.02094576023350569471,
    -6.88283971605453293030e-01,
    7.70381505559019352791e-02,
)
_ATAN = (
    3.33333333333329318027e-01,
    -1.99999999998764832476e-01,
    1.42857142725034663711e-01,
    -1.11111104054623557880e-01,
    9.09088713343650656196e-02,
    -7.69187620504482999495e-02,
    6.66107313738753120669e-02,
    -5.83357013379057348645e-02,
    4.97687799461593236017e-02,
    -3.65315727442169155270e-02,
    1.62858201153657823623e-02,
)
_ATAN_HIGH = np.array(
    [
        0.0,
        4.63647609000806093515e-01,
        7.85398163397448278999e-01,
        9.82793723247329054082e-01,
        1.57079632679489655800,
    ]
)
_ATAN_LOW = np.array(
    [
        0.0,
        2.26987774529616870924e-17,
        3.06161699786838301793e-17,
        1.39033110312309984516e-17,
        6.12323399573676603587e-17,
    ]
)
_PI = 3.14159265358979311600
_PI_LOW = 1.22464679914735317720e-16
_HALF_PI_HIGH = 1.57079632679489655800
_HALF_PI_LOW = 6.12323399573676603587e-17
_QUARTER_PI = 7.85398163397448278999e-01
_QUARTER_PI_LOW = 3.06161699786838301793e-17


def sin(x: ArrayLike) -> Floats:
    """The sine of radians within 1 ulp, at any size of `x`; NaN at infinity."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        high, low, quadrant = reduce_angle(x)
        value = np.where(quadrant & 1 == 1, _cos_kernel(high, low), _sin_kernel(high, low))
        return np.where(quadrant & 2 == 2, -value, value)


def cos(x: ArrayLike) -> Floats:
    """The cosine of radians within 1 ulp, at any size of `x`; NaN at infinity."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        high, low, quadrant = reduce_angle(x)
        value = np.where(quadrant & 1 == 1, _sin_kernel(high, low), _cos_kernel(high, low))
        return np.where((quadrant + 1) & 2 == 2, -value, value)


def tan(x: ArrayLike) -> Floats:
    """The tangent of radians within 1 ulp, at any size of `x`; NaN at infinity."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        high, low, quadrant = reduce_angle(x)
        return _tan_kernel(high, low, quadrant & 1 == 1)


def asin(x: ArrayLike) -> Floats:
    """The angle in radians with that sine, within 1 ulp; NaN outside [-1, 1]."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        magnitude = np.abs(x)
        inner = x + x * _asin_ratio(x * x)
        t = 0.5 * (1.0 - magnitude)
        ratio = _asin_ratio(t)
        root = np.sqrt(t)
        f = upper(root)
        c = (t - f * f) / (root + f)
        p = 2.0 * root * ratio - (_HALF_PI_LOW - 2.0 * c)
        q = _QUARTER_PI - 2.0 * f
        close = _HALF_PI_HIGH - (2.0 * (root + root * ratio) - _HALF_PI_LOW)
        outer = np.where(magnitude >= 0.975, close, _QUARTER_PI - (p - q))
        outer = np.where(magnitude == 1.0, _HALF_PI_HIGH, outer)
        return np.where(magnitude < 0.5, inner, np.copysign(outer, x))


def acos(x: ArrayLike) -> Floats:
    """The angle in radians with that cosine, within 1 ulp; NaN outside [-1, 1]."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        inner = _HALF_PI_HIGH - (x - (_HALF_PI_LOW - x * _asin_ratio(x * x)))
        z = 0.5 * (1.0 - np.abs(x))
        root = np.sqrt(z)
        ratio = _asin_ratio(z)
        left = _PI - 2.0 * (root + (ratio * root - _HALF_PI_LOW))
        f = upper(root)
        c = np.where(z == 0.0, 0.0, (z - f * f) / (root + f))
        right = 2.0 * (f + (ratio * root + c))
        return np.where(np.abs(x) < 0.5, inner, np.where(x < 0.0, left, right))


def atan(x: ArrayLike) -> Floats:
    """The angle in radians with that tangent, within 1 ulp."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        a = np.abs(x)
        piece = np.searchsorted(np.array([0.4375, 0.6875, 1.1875, 2.4375]), a, side="right")
        t = np.select(
            [piece == 0, piece == 1, piece == 2, piece == 3],
            [a, (2.0 * a - 1.0) / (2.0 + a), (a - 1.0) / (a + 1.0), (a - 1.5) / (1.0 + 1.5 * a)],
            -1.0 / a,
        )
        z = t * t
        w = z * z
        odd = z * (_ATAN[0] + w * (_ATAN[2] + w * (_ATAN[4] + w * (_ATAN[6] + w * (_ATAN[8] + w * _ATAN[10])))))
        even = w * (_ATAN[1] + w * (_ATAN[3] + w * (_ATAN[5] + w * (_ATAN[7] + w * _ATAN[9]))))
        rest = t * (odd + even)
        value = np.where(piece == 0, t - rest, _ATAN_HIGH[piece] - ((rest - _ATAN_LOW[piece]) - t))
        return np.where(np.isnan(x), x, np.copysign(value, x))


def atan2(y: ArrayLike, x: ArrayLike) -> Floats:
    """The angle in radians of the point (x, y), within 2 ulp, with the special values of IEEE 754's `atan2`."""
    y, x = np.broadcast_arrays(np.asarray(y, np.float64), np.asarray(x, np.float64))
    with np.errstate(all="ignore"):
        both = np.isinf(x) & np.isinf(y)
        ratio = np.where(both, 1.0, np.abs(y / x))
        value = np.where((x == 0.0) & (y == 0.0), 0.0, atan(ratio))
        value = np.where(np.signbit(x), _PI - (value - _PI_LOW), value)
        value = np.where((x == 0.0) & (y != 0.0), _HALF_PI_HIGH, value)
        return np.where(np.isnan(x) | np.isnan(y), np.nan, np.copysign(value, y))


def _sin_kernel(x: Floats, y: Floats) -> Floats:
    z = x * x
    v = z * x
    r = _SIN[1] + z * (_SIN[2] + z * (_SIN[3] + z * (_SIN[4] + z * _SIN[5])))
    return np.where(x == 0.0, x, x - ((z * (0.5 * y - v * r) - y) - v * _SIN[0]))


def _cos_kernel(x: Floats, y: Floats) -> Floats:
    z = x * x
    w = z * z
    r = z * (_COS[0] + z * (_COS[1] + z * _COS[2])) + w * w * (_COS[3] + z * (_COS[4] + z * _COS[5]))
    half = 0.5 * z
    w = 1.0 - half
    result: Floats = w + (((1.0 - w) - half) + (z * r - x * y))
    return result


def _tan_kernel(x: Floats, y: Floats, inverted: ArrayLike) -> Floats:
    """tan(x + y), or -1/tan(x + y) where `inverted`, for |x| <= π/4."""
    big = np.abs(x) >= 0.67434
    sign = np.where(np.signbit(x), -1.0, 1.0)
    reduced = (_QUARTER_PI - sign * x) + (_QUARTER_PI_LOW - sign * y)
    x, y = np.where(big, reduced, x), np.where(big, 0.0, y)
    z = x * x
    w = z * z
    odd = _TAN[1] + w * (_TAN[3] + w * (_TAN[5] + w * (_TAN[7] + w * (_TAN[9] + w * _TAN[11]))))
    even = z * (_TAN[2] + w * (_TAN[4] + w * (_TAN[6] + w * (_TAN[8] + w * (_TAN[10] + w * _TAN[12])))))
    s = z * x
    r = y + z * (s * (odd + even) + y)
    r = r + _TAN[0] * s
    w = x + r
    direction = np.where(inverted, -1.0, 1.0)
    outer = sign * (direction - 2.0 * (x - (w * w / (w + direction) - r)))
    z = upper(w)
    a = -1.0 / w
    t = upper(a)
    reciprocal = t + a * ((1.0 + t * z) + t * (r - (z - x)))
    return np.where(big, outer, np.where(inverted, reciprocal, np.where(x == 0.0, x, w)))


def _asin_ratio(t: Floats) -> Floats:
    p = t * (_ASIN_P[0] + t * (_ASIN_P[1] + t * (_ASIN_P[2] + t * (_ASIN_P[3] + t * (_ASIN_P[4] + t * _ASIN_P[5])))))
    q = 1.0 + t * (_ASIN_Q[0] + t * (_ASIN_Q[1] + t * (_ASIN_Q[2] + t * _ASIN_Q[3])))
    result: Floats = p / q
    return result
