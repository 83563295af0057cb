"""The standard normal distribution: its lower tail, and draws from any part of it."""

import numpy as np
from numpy.typing import NDArray

from seedengine.generation.arithmetic import exp, log, sqrt

Floats = NDArray[np.float64]

_ROOT_OF_TWO_PI = 2.5066282746310002
# Terms enough for the last bit on either side of 3, where both converge slowest.
_SERIES_ENDS = 3.0
_SERIES_TERMS = 40
_FRACTION_TERMS = 50
_NARROW = 1e-6

# Numerators and denominators of algorithm AS 241 (PPND16), lowest power first.
_CENTRE = (
    (
        3.3871328727963666080e0,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3,
    ),
    (
        1.0,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3,
    ),
)
_TAIL = (
    (
        1.42343711074968357734e0,
        4.63033784615654529590e0,
        5.76949722146069140550e0,
        3.64784832476320460504e0,
        1.27045825245236838258e0,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4,
    ),
    (
        1.0,
        2.05319162663775882187e0,
        1.67638483018380384940e0,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ),
)
_FAR_TAIL = (
    (
        6.65790464350110377720e0,
        5.46378491116411436990e0,
        1.78482653991729133580e0,
        2.96560571828504891230e-1,
        2.65321895265761230930e-2,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ),
    (
        1.0,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    ),
)


def lower_tail(z: Floats) -> Floats:
    """The probability of a value below `z`, to about 12 digits in the lower tail too; 0 from -40 downwards.

    Up to 3 by a series, beyond by a continued fraction (Abramowitz and Stegun 1964, 26.2.11 and 26.2.14).
    """
    size = np.minimum(np.abs(z), 40.0)
    density = exp(-0.5 * size * size) / _ROOT_OF_TWO_PI
    near = size <= _SERIES_ENDS
    tail = np.empty(size.shape)
    tail[near] = 0.5 - density[near] * _series(size[near])
    tail[~near] = density[~near] / _fraction(size[~near])
    return np.where(z > 0, 1.0 - tail, tail)


def truncated(u: Floats, low: Floats, high: Floats) -> Floats:
    """The standard normal restricted to [low, high], by inversion: rising in `u`, which is of [0, 1).

    The bounds are one or one per row and may be infinite. Raises ValueError where the whole range is so far
    out (beyond about 38) that no float holds its probability.
    """
    below, above = lower_tail(low), lower_tail(-high)
    mass = np.where(
        low > 0, lower_tail(-low) - above, np.where(high < 0, lower_tail(high) - below, 1.0 - below - above)
    )
    # Where the density hardly changes from end to end, differences of probabilities have few digits left.
    narrow = (high - low) * np.maximum(1.0, np.maximum(np.abs(low), np.abs(high))) < _NARROW
    if (~narrow & (mass <= 0)).any():
        raise ValueError("the range is too many standard deviations away from `mean`")
    middle = 2.0**-54
    under, over = below + (u + middle) * mass, above + ((1.0 - u) - middle) * mass
    drawn = _lower_quantile(np.where(narrow, 0.5, np.minimum(under, over)))
    flat = np.where(narrow, low, 0.0) + u * np.where(narrow, high - low, 0.0)
    return np.where(narrow, flat, np.clip(np.where(under <= over, drawn, -drawn), low, high))


def _series(z: Floats) -> Floats:
    term, total = z, z
    for each in range(1, _SERIES_TERMS):
        term = term * (z * z) / (2 * each + 1)
        total = total + term
    return total


def _fraction(z: Floats) -> Floats:
    value = z
    for each in range(_FRACTION_TERMS, 0, -1):
        value = z + each / value
    return value


def _lower_quantile(p: Floats) -> Floats:
    """The z with probability `p` below it, 0 < p <= 1/2: AS 241 (Wichura 1988), to about 16 digits."""
    from_centre = p - 0.5
    result = from_centre * _ratio(_CENTRE, 0.180625 - from_centre * from_centre)
    outside = np.flatnonzero(from_centre < -0.425)
    r = sqrt(-log(p[outside]))
    result[outside] = -np.where(r <= 5.0, _ratio(_TAIL, r - 1.6), _ratio(_FAR_TAIL, r - 5.0))
    return result


def _ratio(polynomials: tuple[tuple[float, ...], tuple[float, ...]], x: Floats) -> Floats:
    numerator, denominator = (_polynomial(each, x) for each in polynomials)
    return numerator / denominator


def _polynomial(coefficients: tuple[float, ...], x: Floats) -> Floats:
    value = np.full(x.shape, coefficients[-1])
    for each in coefficients[-2::-1]:
        value = value * x + each
    return value
