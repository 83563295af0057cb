"""Portable float functions: close to the true value, exact where that is a float, and the same bits everywhere."""

import hashlib
import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from seedengine.generation import arithmetic
from seedengine.generation.bits import unit

Floats = NDArray[np.float64]

# Stated for each function as 1 or 2; the reference, the C library, is off by up to 1 itself.
ULPS = 4
COUNT = 20_000


def uniform(low: float, high: float, key: int = 1) -> Floats:
    """Floats of that range, the same in every run and on every machine."""
    return low + (high - low) * unit(key, np.arange(COUNT, dtype=np.uint64))


def any_size(key: int = 2) -> Floats:
    """Finite floats of every exponent and both signs."""
    bits = (unit(key, np.arange(COUNT, dtype=np.uint64)) * 2.0**53).astype(np.uint64)
    floats = (bits << np.uint64(11) | bits >> np.uint64(42)).view(np.float64)
    return floats[np.isfinite(floats)]


def positive() -> Floats:
    return np.abs(any_size())


def distance(found: Floats, wanted: Floats) -> float:
    """The largest distance in units of the last place, infinite where only one is no number."""
    with np.errstate(all="ignore"):
        same = (found == wanted) | (np.isnan(found) & np.isnan(wanted))
        apart = np.abs(found - wanted) / np.spacing(np.abs(wanted))
    return float(np.where(same, 0.0, np.where(np.isnan(apart), np.inf, apart)).max())


def reference(function: Callable[..., float], *arguments: Floats) -> Floats:
    """The C library's values, infinity where it overflows."""

    def value(*row: float) -> float:
        try:
            return function(*row)
        except OverflowError:
            return math.inf

    return np.array([value(*row) for row in zip(*(argument.tolist() for argument in arguments), strict=True)])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("exp", uniform(-750, 715)),
        ("exp", uniform(-1, 1)),
        ("exp", any_size()),
        ("log", positive()),
        ("log", uniform(0.5, 2)),
        ("log", 1 + uniform(-1e-6, 1e-6)),
        ("log10", positive()),
        ("log10", uniform(0.1, 10)),
        ("sin", any_size()),
        ("sin", uniform(-100, 100)),
        ("sin", np.arange(-5000, 5000) * (math.pi / 4)),
        ("cos", any_size()),
        ("cos", uniform(-100, 100)),
        ("cos", np.arange(-5000, 5000) * (math.pi / 4)),
        ("tan", any_size()),
        ("tan", uniform(-2, 2)),
        ("tan", np.arange(-5000, 5000) * (math.pi / 4)),
        ("asin", uniform(-1, 1)),
        ("asin", 1 - uniform(0, 1e-6)),
        ("acos", uniform(-1, 1)),
        ("acos", 1 - uniform(0, 1e-6)),
        ("atan", any_size()),
        ("atan", uniform(-5, 5)),
    ],
)
def test_functions_are_within_four_ulp_of_the_c_library(name: str, arguments: Floats) -> None:
    found = getattr(arithmetic, name)(arguments)
    assert distance(found, reference(getattr(math, name), arguments)) <= ULPS


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (uniform(0, 10), uniform(-50, 50, key=3)),
        (positive(), uniform(-1, 1, key=3)[: len(positive())]),
        (1 + uniform(-1e-9, 1e-9), uniform(-1e11, 1e11, key=3)),
        (np.rint(uniform(-30, 30)), np.abs(np.rint(uniform(0, 20, key=3)))),
        (uniform(0, 10), uniform(-500, 500, key=3)),
    ],
)
def test_powers_are_within_four_ulp_of_the_c_library(x: Floats, y: Floats) -> None:
    assert distance(arithmetic.power(x, y), reference(math.pow, x, y)) <= ULPS


@pytest.mark.parametrize(("y", "x"), [(uniform(-5, 5), uniform(-5, 5, key=3)), (any_size(), any_size()[::-1])])
def test_angles_of_points_are_within_four_ulp_of_the_c_library(y: Floats, x: Floats) -> None:
    assert distance(arithmetic.atan2(y, x), reference(math.atan2, y, x)) <= ULPS


def test_what_is_exact_comes_out_exact() -> None:
    exponents = np.arange(23.0)
    assert (arithmetic.log10(10.0**exponents) == exponents).all()
    assert (arithmetic.power(2.0, np.arange(-1074.0, 1024)) == np.ldexp(1.0, np.arange(-1074, 1024))).all()
    assert (arithmetic.power(10.0, exponents) == [float(10**k) for k in range(23)]).all()
    assert (arithmetic.power(np.arange(-9.0, 10), 2.0) == np.arange(-9, 10) ** 2).all()
    assert (arithmetic.exp(0.0), arithmetic.log(1.0), arithmetic.sin(0.0), arithmetic.cos(0.0)) == (1, 0, 0, 1)


INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("name", "arguments", "wanted"),
    [
        ("exp", (INF,), INF),
        ("exp", (-INF,), 0.0),
        ("exp", (NAN,), NAN),
        ("exp", (710.0,), INF),
        ("exp", (-746.0,), 0.0),
        ("log", (0.0,), -INF),
        ("log", (-1.0,), NAN),
        ("log", (INF,), INF),
        ("log10", (0.0,), -INF),
        ("sin", (INF,), NAN),
        ("cos", (-INF,), NAN),
        ("tan", (NAN,), NAN),
        ("sin", (-0.0,), -0.0),
        ("asin", (1.5,), NAN),
        ("acos", (-1.5,), NAN),
        ("acos", (1.0,), 0.0),
        ("acos", (-1.0,), math.pi),
        ("atan", (INF,), math.pi / 2),
        ("atan2", (0.0, -0.0), math.pi),
        ("atan2", (-0.0, 1.0), -0.0),
        ("atan2", (INF, -INF), 3 * math.pi / 4),
        ("power", (0.0, 0.0), 1.0),
        ("power", (NAN, 0.0), 1.0),
        ("power", (1.0, NAN), 1.0),
        ("power", (-8.0, 1 / 3), NAN),
        ("power", (-2.0, 3.0), -8.0),
        ("power", (0.0, -1.0), INF),
        ("power", (-0.0, -1.0), -INF),
        ("power", (2.0, 2000.0), INF),
        ("power", (2.0, -2000.0), 0.0),
        ("power", (-INF, 3.0), -INF),
        ("power", (0.5, INF), 0.0),
        ("power", (-1.0, INF), 1.0),
        ("sqrt", (-1.0,), NAN),
    ],
)
def test_the_edges_are_those_of_ieee_754(name: str, arguments: tuple[float, ...], wanted: float) -> None:
    found = float(getattr(arithmetic, name)(*arguments))
    assert math.isnan(found) if math.isnan(wanted) else found == wanted
    assert math.isnan(wanted) or math.copysign(1, found) == math.copysign(1, wanted)


def test_a_value_does_not_depend_on_its_neighbours() -> None:
    x = uniform(0.1, 700)
    for name in ("exp", "log", "log10", "sin", "cos", "tan", "atan"):
        function = getattr(arithmetic, name)
        whole = function(x)
        assert (whole[5:9] == function(x[5:9])).all()
        assert whole[7] == float(function(x[7]))


def test_the_bits_are_the_same_on_every_machine() -> None:
    digest = hashlib.sha256()
    for name, x in {
        "exp": uniform(-700, 700),
        "log": positive(),
        "log10": positive(),
        "sin": any_size(),
        "cos": any_size(),
        "tan": any_size(),
        "asin": uniform(-1, 1),
        "acos": uniform(-1, 1),
        "atan": any_size(),
    }.items():
        digest.update(getattr(arithmetic, name)(x).astype("<f8").tobytes())
    digest.update(arithmetic.power(uniform(0, 10), uniform(-50, 50, key=3)).astype("<f8").tobytes())
    assert digest.hexdigest() == "ddda8c3eb0f2fcebef32d1a0202b9765f2c75b3a043759d35d7b663af3e698ba"
