"""Scales: exact, and bounded."""

from fractions import Fraction

import pytest

from seedengine.spec.scale import read_scale


@pytest.mark.parametrize(
    ("written", "factor"),
    [("0.1", Fraction(1, 10)), (0.1, Fraction(1, 10)), (1000, Fraction(1000)), ("1e9", Fraction(10**9))],
)
def test_a_scale_is_the_number_that_is_written(written: object, factor: Fraction) -> None:
    assert read_scale(written) == factor


@pytest.mark.parametrize("written", [0, -1, True, None, [1], "", "x", "nan", "-inf", "1e10", "1e-10", "9" * 5000])
def test_what_is_no_scale(written: object) -> None:
    with pytest.raises(ValueError, match="a scale is a number from"):
        read_scale(written)
