"""Draws of a shape from a range, each by inversion of one `unit`: rising in it, portable to the last bit.

Both ends belong to a range. A shape is restricted to its range, so that nothing piles up at the ends. What
the parameters mean, and what holds where one is omitted:

- `normal`: `mean` (the middle of the range) and `sd` (a sixth of its width), both before the restriction.
- `lognormal`: `mean` and `sd` of the natural logarithm of the value; omitted, the middle and a sixth of the
  logarithms of the range, in which a low end under a thousandth of the high end counts as that thousandth.
  All values are above 0.
- `exponential`: the density falls by the factor e with every `mean` (a quarter of the width) above low.
- `zipf`: the r-th whole number of the range, low being the first, has a probability in proportion to
  r ** -s; `s` is 1 where it is omitted.
- `uniform` has no parameters.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from seedengine.generation.arithmetic import exp, log, power
from seedengine.generation.bits import high_word
from seedengine.generation.normal import truncated
from seedengine.spec.distributions import DISCRETE, check_parameters

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Words = NDArray[np.uint64]
Parameters = Mapping[str, float]

_NARROW = 1e-6
_HEAD = 1024
_TAIL = _HEAD + 0.5


def floats(shape: str, parameters: Parameters, u: Floats, low: float | Floats, high: float | Floats) -> Floats:
    """A float64 in [low, high] for each `u` of [0, 1); the bounds are one or one per row.

    Raises ValueError for wrong parameters, for bounds that are not finite or in the wrong order, for a
    `normal` or `lognormal` that hardly ever reaches the range, and for `zipf`, which is of whole numbers.
    """
    _check(shape, parameters)
    if shape in DISCRETE:
        raise ValueError(f"`{shape}` draws whole numbers")
    lows, highs = np.atleast_1d(np.asarray(low, np.float64)), np.atleast_1d(np.asarray(high, np.float64))
    _check_range(lows, highs)
    if (highs / 2.0 - lows / 2.0 > np.finfo(np.float64).max / 2.0).any():
        raise ValueError("a range is wider than a float can say")
    return np.clip(lows + _OFFSETS[shape](parameters, u, lows, highs - lows, 0.0), lows, highs)


def integers(shape: str, parameters: Parameters, u: Floats, low: int | Integers, high: int | Integers) -> Integers:
    """An int64 in [low, high] for each `u` of [0, 1); the bounds are one or one per row.

    Continuous shapes are drawn from [low - 1/2, high + 1/2] and rounded, so every integer has a bin of width
    1. In ranges of more than 2**53 integers not all of them are reached. Raises ValueError as `floats` does.
    """
    _check(shape, parameters)
    lows, highs = np.atleast_1d(np.asarray(low, np.int64)), np.atleast_1d(np.asarray(high, np.int64))
    _check_range(lows, highs)
    spans = highs.view(np.uint64) - lows.view(np.uint64)
    if shape == "zipf":
        candidates = np.minimum(spans, np.uint64(2**63 - 2)).view(np.int64) + 1
        return lows + (zipf(u, candidates, parameters.get("s", 1.0)) - 1)
    offsets = _OFFSETS[shape](parameters, u, lows.astype(np.float64), spans.astype(np.float64), 0.5)
    whole = np.clip(np.floor(offsets + 0.5), 0.0, 2.0**64 - 2048).astype(np.uint64)
    return (lows.view(np.uint64) + np.minimum(whole, spans)).view(np.int64)


def zipf(u: Floats, candidates: int | Integers, s: float) -> Integers:
    """A rank of 1 … candidates for each `u` of [0, 1), with a probability in proportion to rank ** -s.

    `candidates` is one or one per row, up to 2**63 - 1. The first 1,024 ranks have their exact weights; a
    rank r behind them has the integral of x ** -s over [r - 1/2, r + 1/2], which differs from its weight by
    less than s * (s + 1) / 25,000,000 of it.
    """
    counts = np.atleast_1d(np.asarray(candidates, np.int64))
    head: Floats = np.cumsum(power(np.arange(1.0, _HEAD + 1.0), -s))
    tails: Floats = np.zeros(counts.shape)
    long = counts > _HEAD
    tails[long] = _tail_weight(counts[long].astype(np.float64) + 0.5, s)
    target = u * (head[np.minimum(counts, _HEAD) - 1] + tails)
    ranks = np.searchsorted(head, target, side="right").astype(np.int64) + 1
    behind = np.flatnonzero(ranks > _HEAD)
    at = _tail_position(target[behind] - head[-1], s)
    ranks[behind] = np.clip(np.floor(at + 0.5), _HEAD + 1.0, 2.0**63 - 1024).astype(np.int64)
    result: Integers = np.minimum(ranks, counts)
    return result


def cumulate(weights: Sequence[int] | Integers) -> Words:
    """The running sums of whole weights, for `by_cumulated`.

    Weights are below 2**63. Raises ValueError where one is negative, all are 0, or they sum to 2**64 or more.
    """
    given = np.asarray(weights, np.int64)
    if len(given) and given.min() < 0:
        raise ValueError("a weight is negative")
    sums = np.cumsum(given.astype(np.uint64))
    if not len(sums) or not sums[-1]:
        raise ValueError("all weights are 0")
    if (sums[1:] < sums[:-1]).any():
        raise ValueError("the sum of the weights does not fit 64 bits")
    return sums


def by_cumulated(u: Floats, cumulated: Words) -> Integers:
    """The index of the weight that each `u` falls on: exact, but for the 53 bits that `u` has."""
    position = high_word((u * 2.0**64).astype(np.uint64), cumulated[-1:])
    return np.searchsorted(cumulated, position, side="right").astype(np.int64)


def weighted(u: Floats, weights: Sequence[int] | Integers) -> Integers:
    """An index of `weights` for each `u`, in proportion to them: `by_cumulated` of `cumulate`."""
    return by_cumulated(u, cumulate(weights))


def _check(shape: str, parameters: Parameters) -> None:
    problem = check_parameters(shape, parameters)
    if problem:
        raise ValueError(problem)


def _check_range(low: Floats | Integers, high: Floats | Integers) -> None:
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise ValueError("a bound of the range is not finite")
    if (low > high).any():
        raise ValueError("a range ends below its beginning")


# Each shape draws offsets from `low`, of [-margin, span + margin].


def _uniform(_: Parameters, u: Floats, _low: Floats, span: Floats, margin: float) -> Floats:
    return u * (span + 2.0 * margin) - margin


def _normal(parameters: Parameters, u: Floats, low: Floats, span: Floats, margin: float) -> Floats:
    mean = parameters["mean"] - low if "mean" in parameters else span / 2.0
    sd = np.asarray(parameters["sd"]) if "sd" in parameters else _width(span)
    return mean + sd * truncated(u, (-margin - mean) / sd, (span + margin - mean) / sd)


def _lognormal(parameters: Parameters, u: Floats, low: Floats, span: Floats, margin: float) -> Floats:
    top = np.maximum(low + span, margin)
    if (top <= 0).any():
        raise ValueError("`lognormal` has only values above 0, and the range ends before them")
    first, last = log(np.maximum(low, top / 1000.0)), log(top)
    mean = np.asarray(parameters["mean"]) if "mean" in parameters else (first + last) / 2.0
    sd = np.asarray(parameters["sd"]) if "sd" in parameters else _width(last - first)
    start, end = log(np.maximum(low - margin, 0.0)), log(top + margin)
    return exp(mean + sd * truncated(u, (start - mean) / sd, (end - mean) / sd)) - low


def _exponential(parameters: Parameters, u: Floats, _low: Floats, span: Floats, margin: float) -> Floats:
    width = span + 2.0 * margin
    mean = np.asarray(parameters["mean"]) if "mean" in parameters else np.where(span > 0, span / 4.0, 1.0)
    steps = width / mean
    narrow = steps < _NARROW
    inside = 1.0 - exp(-steps)
    drawn = -mean * log(np.where(narrow, 1.0, 1.0 - u * inside))
    return np.where(narrow, u * width, drawn) - margin


def _width(span: Floats) -> Floats:
    """A sixth of the width of a range; 1 for a range of one value, which has none."""
    return np.where(span > 0, span / 6.0, 1.0)


_OFFSETS: Mapping[str, Callable[[Parameters, Floats, Floats, Floats, float], Floats]] = {
    "uniform": _uniform,
    "normal": _normal,
    "lognormal": _lognormal,
    "exponential": _exponential,
}


def _tail_weight(end: Floats, s: float) -> Floats:
    """The integral of x ** -s from 1024.5 to each `end`, without loss of digits where s is close to 1."""
    q = (1.0 - s) * log(end / _TAIL)
    grown = exp(q)
    ratio = np.where(grown == 1.0, 1.0, (grown - 1.0) / np.where(grown == 1.0, 1.0, log(grown)))
    return power(_TAIL, 1.0 - s) * log(end / _TAIL) * ratio


def _tail_position(weight: Floats, s: float) -> Floats:
    """The end whose `_tail_weight` is `weight`: log1p and expm1 by Kahan's correction of the rounded sum."""
    scaled = weight * power(_TAIL, s - 1.0)
    grown = 1.0 + (1.0 - s) * scaled
    ratio = np.where(grown == 1.0, 1.0, log(grown) / np.where(grown == 1.0, 1.0, grown - 1.0))
    return _TAIL * exp(scaled * ratio)
