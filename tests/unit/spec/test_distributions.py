"""The checks of a distribution's parameters."""

import pytest

from seedengine.spec.distributions import SHAPES, check_parameters


@pytest.mark.parametrize("shape", SHAPES)
def test_parameters_may_be_omitted_or_plain(shape):
    assert check_parameters(shape, {}) is None
    assert check_parameters(shape, dict.fromkeys(SHAPES[shape], 1.5)) is None


@pytest.mark.parametrize(
    ("shape", "parameters", "message"),
    [
        ("zapf", {}, "unknown distribution `zapf`"),
        ("uniform", {"mean": 1}, "`uniform` has no parameter `mean`"),
        ("exponential", {"rate": 1}, "`exponential` has no parameter `rate`"),
        ("normal", {"mean": float("nan")}, "`mean` of `normal` is not a finite number"),
        ("lognormal", {"sd": -1}, "`sd` of `lognormal` must be above 0"),
        ("exponential", {"mean": 0}, "`mean` of `exponential` must be above 0"),
        ("zipf", {"s": 0}, "`s` of `zipf` must be above 0 and at most 100"),
        ("zipf", {"s": 101}, "`s` of `zipf` must be above 0 and at most 100"),
    ],
)
def test_wrong_parameters_are_named(shape, parameters, message):
    assert check_parameters(shape, parameters) == message
