"""Draws from ranges against the distributions that they promise."""

from math import exp, log
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedengine.generation.bits import derive_key, unit
from seedengine.generation.distributions import cumulate, floats, integers, weighted, zipf
from seedengine.spec.distributions import SHAPES

from .frequencies import assert_frequencies

ROWS = 400_000
U = unit(derive_key(42, "item", "price"), np.arange(ROWS, dtype=np.uint64))
CONTINUOUS = [shape for shape in SHAPES if shape != "zipf"]
EXTREMES = np.array([0.0, 2.0**-53, 0.5, 1 - 2.0**-53])


def cumulative(shape, parameters, x, start):
    """The distribution before it is restricted to a range that begins at `start`."""
    if shape == "normal":
        return NormalDist(parameters["mean"], parameters["sd"]).cdf(x)
    if shape == "lognormal":
        return NormalDist(parameters["mean"], parameters["sd"]).cdf(log(x)) if x > 0 else 0.0
    if shape == "exponential":
        return 1 - exp(-(x - start) / parameters["mean"])
    return x


def masses(shape, parameters, edges):
    reached = np.array([cumulative(shape, parameters, edge, edges[0]) for edge in edges])
    return np.diff(reached) / (reached[-1] - reached[0])


CASES = [
    ("uniform", {}, -3, 12),
    ("normal", {"mean": 5, "sd": 2}, 0, 10),
    ("normal", {"mean": 20, "sd": 5}, 0, 10),
    ("normal", {"mean": -5, "sd": 40}, -10, 10),
    ("lognormal", {"mean": 1, "sd": 0.8}, 0, 30),
    ("lognormal", {"mean": 3, "sd": 0.5}, 5, 40),
    ("lognormal", {"mean": 0, "sd": 1}, -4, 9),
    ("exponential", {"mean": 3}, 2, 25),
    ("exponential", {"mean": 500}, 0, 9),
]


@pytest.mark.parametrize(("shape", "parameters", "low", "high"), CASES)
def test_floats_have_the_shape_restricted_to_the_range(shape, parameters, low, high):
    drawn = floats(shape, parameters, U, low, high)
    edges = np.linspace(low, high, 201)
    assert low <= drawn.min()
    assert drawn.max() <= high
    assert_frequencies(np.histogram(drawn, edges)[0], ROWS * masses(shape, parameters, edges))


@pytest.mark.parametrize(("shape", "parameters", "low", "high"), CASES)
def test_every_integer_has_its_bin_and_the_ends_no_more(shape, parameters, low, high):
    drawn = integers(shape, parameters, U, low, high)
    assert drawn.dtype == np.int64
    edges = np.arange(low, high + 2) - 0.5
    assert_frequencies(np.bincount(drawn - low), ROWS * masses(shape, parameters, edges))


@pytest.mark.parametrize(
    ("shape", "parameters"),
    [
        ("normal", {"mean": 500, "sd": 150}),
        ("lognormal", {"mean": (log(50) + log(950)) / 2, "sd": log(19) / 6}),
        ("exponential", {"mean": 225}),
        ("zipf", {"s": 1}),
    ],
)
def test_what_is_omitted_follows_the_range(shape, parameters):
    assert np.array_equal(integers(shape, {}, U[:1000], 50, 950), integers(shape, parameters, U[:1000], 50, 950))


def test_a_lognormal_from_zero_still_spreads():
    drawn = floats("lognormal", {}, U, 0, 1000)
    assert np.median(drawn) == pytest.approx(1000 / 1000**0.5, rel=0.02)
    assert integers("lognormal", {}, U, -5, 0).max() == 0


@pytest.mark.parametrize("shape", SHAPES)
def test_draws_rise_with_u_and_stay_inside_at_its_ends(shape):
    rising = integers(shape, {}, np.sort(U), -1000, 100_000)
    assert (np.diff(rising) >= 0).all()
    for low, high in ((-10, 10), (7, 7), (0, 0), (-(2**63), 2**63 - 1), (2**63 - 3, 2**63 - 1)):
        drawn = integers(shape, {}, EXTREMES, low, high)
        assert low <= drawn.min()
        assert drawn.max() <= high
        assert (np.diff(drawn.astype(object)) >= 0).all()


@pytest.mark.parametrize("shape", CONTINUOUS)
def test_floats_stay_inside_at_the_ends_of_u(shape):
    for low, high in ((5, 500), (3.3, 3.3), (0, 1e-300), (1e-9, 1e300), (-1e307, 1e307)):
        drawn = floats(shape, {}, EXTREMES, low, high)
        assert low <= drawn.min()
        assert drawn.max() <= high


@given(st.sampled_from(list(SHAPES)), st.integers(-(2**62), 2**62), st.integers(0, 2**62 - 1))
def test_integers_are_never_outside(shape, low, width):
    low = abs(low) if shape == "lognormal" else low
    drawn = integers(shape, {}, np.concatenate([EXTREMES, U[:50]]), low, low + width)
    assert low <= drawn.min()
    assert drawn.max() <= low + width


@pytest.mark.parametrize("shape", SHAPES)
def test_bounds_per_row_equal_the_bounds_alone(shape):
    lows, highs = np.arange(1, 31), np.arange(1, 31) * 40
    together = integers(shape, {}, U[:30], lows, highs)
    alone = [integers(shape, {}, U[i : i + 1], int(lows[i]), int(highs[i]))[0] for i in range(30)]
    assert together.tolist() == alone


def test_far_from_zero_integers_keep_their_bins():
    drawn = integers("normal", {}, U[:10_000], 10**18, 10**18 + 20)
    assert len(np.unique(drawn)) > 15


@pytest.mark.parametrize("s", [0.3, 0.9, 1 - 1e-9, 1, 1 + 1e-9, 1.1, 2, 3.5, 20])
@pytest.mark.parametrize("candidates", [1, 2, 30, 1024, 1025, 50_000])
def test_zipf_has_its_frequencies(s, candidates):
    ranks = np.arange(1, candidates + 1, dtype=float)
    weights = ranks**-s
    drawn = zipf(U, candidates, s)
    assert drawn.min() >= 1
    # Bins of about equal expectation: ranks of their own first, then more and more of them together.
    bins = np.minimum(np.cumsum(weights) / weights.sum() * 500, 499).astype(int)
    observed = np.bincount(bins, np.bincount(drawn, minlength=candidates + 1)[1:], 500)
    assert_frequencies(observed, ROWS * np.bincount(bins, weights, 500) / weights.sum())


def test_zipf_reaches_the_far_end_of_many_candidates():
    for candidates in (10**9, 2**63 - 1):
        drawn = zipf(U, candidates, 0.5)
        # Of the square root's distribution a half lies below a quarter.
        assert np.median(drawn / candidates) == pytest.approx(0.25, abs=0.005)
        assert 0.99 * candidates < drawn.max() <= candidates


def test_zipf_takes_candidates_per_row():
    counts = np.where(np.arange(ROWS) % 2, 3, 5000)
    drawn = zipf(U, counts, 1.1)
    assert np.array_equal(drawn[1::2], zipf(U[1::2], 3, 1.1))
    assert np.array_equal(drawn[::2], zipf(U[::2], 5000, 1.1))


def test_the_first_of_a_range_is_the_most_frequent_of_zipf():
    counts = np.bincount(integers("zipf", {"s": 1.5}, U, 7, 12), minlength=13)
    weights = np.arange(1, 7) ** -1.5
    assert_frequencies(counts[7:], ROWS * weights / weights.sum())


def test_weights_are_exact():
    assert_frequencies(np.bincount(weighted(U, [1, 0, 3, 6])), ROWS * np.array([0.1, 0, 0.3, 0.6]))
    assert weighted(np.array([0.0, 0.25 - 2.0**-53, 0.25, 1 - 2.0**-53]), [1, 3]).tolist() == [0, 0, 1, 1]
    assert weighted(EXTREMES, [1, 2**63 - 1, 2**63 - 1, 0]).tolist() == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("weights", "message"), [([], "0"), ([0, 0], "0"), ([1, -1], "negative"), ([2**63 - 1] * 3, "64 bits")]
)
def test_weights_that_cannot_be(weights, message):
    with pytest.raises(ValueError, match=message):
        cumulate(weights)


@pytest.mark.parametrize(
    ("shape", "parameters", "low", "high", "message"),
    [
        ("zipf", {}, 0, 1, "whole numbers"),
        ("triangular", {}, 0, 1, "unknown distribution `triangular`"),
        ("normal", {"sd": 0}, 0, 1, "`sd` of `normal` must be above 0"),
        ("uniform", {}, 2, 1, "ends below its beginning"),
        ("uniform", {}, 0, float("inf"), "not finite"),
        ("uniform", {}, -1.7e308, 1.7e308, "wider"),
        ("normal", {"mean": 0, "sd": 1}, 100, 101, "standard deviations"),
        ("lognormal", {}, -2, 0, "above 0"),
    ],
)
def test_what_cannot_be_drawn_says_why(shape, parameters, low, high, message):
    with pytest.raises(ValueError, match=message):
        floats(shape, parameters, U[:3], low, high)
