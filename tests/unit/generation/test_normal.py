"""The normal distribution against the standard library's."""

from math import erfc, inf, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from seedengine.generation.normal import lower_tail, truncated


def test_the_lower_tail_has_twelve_digits_everywhere():
    z = np.concatenate([np.linspace(-37, 37, 20_001), np.linspace(-4, 4, 8_001)])
    expected = np.array([0.5 * erfc(-each / sqrt(2)) for each in z])
    assert np.allclose(lower_tail(z), expected, rtol=1e-12, atol=0)
    assert lower_tail(np.array([-inf, -40.0, 40.0, inf])).tolist() == [0, 0, 1, 1]


def test_without_bounds_it_is_the_inverse():
    u = np.concatenate([np.linspace(0.0001, 0.9999, 5_000), 2.0 ** -np.arange(2, 50)])
    drawn = truncated(u, np.array([-inf]), np.array([inf]))
    assert np.allclose(drawn, [NormalDist().inv_cdf(each + 2.0**-54) for each in u], rtol=0, atol=1e-9)


@pytest.mark.parametrize(("low", "high"), [(-1, 2), (3, 4), (-9, -8), (20, 50), (-inf, -30), (0, 1e-5), (-60, 60)])
def test_quantiles_of_a_part_are_those_of_the_part(low, high):
    u = np.linspace(0.01, 0.99, 99)
    drawn = truncated(u, np.array([low]), np.array([high]))
    assert (np.diff(drawn) > 0).all()
    # From the tail in which the probabilities are small, so that their differences have digits.
    side = -1 if low > 0 else 1
    ends = [0.5 * erfc(-side * end / sqrt(2)) for end in (low, high)]
    reached = [(0.5 * erfc(-side * z / sqrt(2)) - ends[0]) / (ends[1] - ends[0]) for z in drawn]
    assert np.allclose(reached, u, rtol=0, atol=1e-8)


def test_a_range_beyond_all_probability_is_refused():
    for low, high in ((50.0, 60.0), (-60.0, -50.0)):
        with pytest.raises(ValueError, match="standard deviations"):
            truncated(np.array([0.5]), np.array([low]), np.array([high]))
