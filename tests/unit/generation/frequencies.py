"""Pearson's chi-square test, with one bound for all tests of frequencies."""

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike


def assert_frequencies(observed: ArrayLike, expected: ArrayLike) -> None:
    """The statistic lies within 5 of its standard deviations; cells of less than 10 count together."""
    observed, expected = np.asarray(observed, float).ravel(), np.asarray(expected, float).ravel()
    rare = expected < 10
    assert not observed[expected == 0].any(), "something that cannot be was drawn"
    observed = np.append(observed[~rare], observed[rare].sum())
    expected = np.append(expected[~rare], expected[rare].sum())
    observed, expected = observed[expected > 0], expected[expected > 0]
    statistic = ((observed - expected) ** 2 / expected).sum()
    freedom = len(expected) - 1
    assert abs(statistic - freedom) < 5 * sqrt(2 * freedom) + 10, f"chi-square {statistic} of {freedom}"
