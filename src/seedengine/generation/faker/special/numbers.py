"""Floats and decimals as Faker puts them together: a whole number, a point, and digits behind it."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, log10
from typing import Any

import numpy as np
import polars as pl
from faker.providers.python import Provider as Python
from numpy.typing import NDArray

from seedengine.generation.bits import Words, below, between, derive_key, unit
from seedengine.generation.faker.grammar import Choice, Made, Node, NotCompiled
from seedengine.generation.faker.ranges import Ranges
from seedengine.generation.faker.special.calls import Call
from seedengine.generation.faker.special.columns import decimals, decimals_within
from seedengine.generation.faker.special.texts import Indexes

_MOST_DIGITS = 18
_EXACT = 2**53

Floats = NDArray[np.float64]


def _pyfloat(call: Call) -> Node:
    call.expect(Python, "_safe_random_int", "random_number", "random_int", "random_element")
    made = tuple(Made(_Floats(call, left, right).draw, pl.Float64()) for left, right in _digits(call))
    return made[0] if len(made) == 1 else Choice(made)


def _digits(call: Call) -> list[tuple[int, int]]:
    """The numbers of digits before and behind the point, all equally likely."""
    left, right, most = call["left_digits"], call["right_digits"], sys.float_info.dig
    if left is None and right is None:
        needed = max(1, ceil(log10(max(abs(call["max_value"] or 1), abs(call["min_value"] or 1)))))
        found = [(max(1, most - each), each) for each in range(1, most - needed + 1)]
    elif left is None:
        found = [(max(1, most - right), right)]
    else:
        found = [(left, max(1, most - left) if right is None else right)]
    if not found or any(sum(each) > most for each in found):
        raise NotCompiled("it has too many digits")
    return found


class _Floats:
    """Floats of so many digits before and behind the point; Faker writes no zeros before those behind it."""

    def __init__(self, call: Call, left: int, right: int) -> None:
        self._positive, self._least, self._most = call["positive"], call["min_value"], call["max_value"]
        self._right = right
        self._bounded = self._least is not None or self._most is not None
        self._whole = self._whole_numbers(left)
        if max(map(abs, self._whole)) * 10**right > _EXACT or self._whole[0] > self._whole[1]:
            raise NotCompiled("its numbers are too long")
        self._last = float(f"0.{'0' * (right - 1)}1") if right else 1
        self._highest, self._lowest = float(10**left - self._last), float(-(10**left + self._last))

    def _whole_numbers(self, left: int) -> tuple[int, int]:
        """The bounds of what stands before the point."""
        if not self._bounded:
            return 0, 10**left - 1
        low = -(10**left) if self._least is None else self._least
        high = 10**left if self._most is None else self._most
        high += self._most is not None and self._most < 0
        low += self._least is not None and self._least < 0
        low = max(low, 0) if self._positive else low
        if low == high:
            return int(low), int(low)
        first, last = int(low), int(high - 1)
        return first, last + (last < first)

    def draw(self, key: int, address: Words) -> pl.Series:
        """A float for each address."""
        whole = between(derive_key(key, "whole"), address, *self._whole)
        behind = below(derive_key(key, "behind"), address, 10**self._right)
        scale = 10 ** np.searchsorted(10 ** np.arange(19), behind, side="right")
        # Both are exact, so their quotient is what Python reads from the digits.
        result = (np.abs(whole) * scale + behind).astype(np.float64) / scale.astype(np.float64)
        negative = whole < 0
        if not self._bounded:
            coin = below(derive_key(key, "sign"), address, 2) == 1
            negative = coin if self._positive is None else np.full(len(address), not self._positive)
        result[negative] *= -1.0
        if self._positive:
            result[result == 0] = self._last
        result = np.maximum(np.minimum(result, self._highest), self._lowest)
        return pl.Series(values=self._within(result, key, address), dtype=pl.Float64)

    def _within(self, result: Floats, key: int, address: Words) -> Floats:
        """The numbers with those beyond a bound drawn anew within it."""
        least = 0 if self._positive and self._least is None else self._least
        most = self._most
        if most is not None:
            beyond = result > most
            excess = result - most
            width = excess if least is None else np.float64(most - least)
            result = np.where(beyond, result - (excess + width * unit(derive_key(key, "high"), address)), result)
        if least is not None:
            beyond = result < least
            excess = least - result
            width = excess if most is None else np.float64(most - least)
            result = np.where(beyond, result + (excess + width * unit(derive_key(key, "low"), address)), result)
        return result


def _pydecimal(call: Call) -> Node:
    call.expect(Python, "_random_int_of_length", "random_int", "random_digit", "random_element", "pyint")
    least, most, places = call["min_value"], call["max_value"], call["right_digits"]
    if places is None:
        raise NotCompiled("it draws how many digits it has")
    if least is not None and least >= 0:
        signs: tuple[int, ...] = (1,)
    elif most is not None and most <= 0:
        signs = (-1,)
    else:
        signs = (1, -1) if call["positive"] is None else (1,) if call["positive"] else (-1,)
    bounds = _units(least, places), _units(most, places)
    dtype = pl.Decimal(38, places)
    drawn = [_Decimals(sign, *_whole(call, sign), places, *bounds) for sign in signs]
    made = tuple(Made(each.draw, dtype, each.domain) for each in drawn)
    return made[0] if len(made) == 1 else Choice(made)


def _whole(call: Call, sign: int) -> tuple[int, int]:
    """The bounds of the absolute value before the point, for numbers of one sign."""
    least, most, digits = call["min_value"], call["max_value"], call["left_digits"]
    if sign > 0 and most is not None:
        return int(max(least or 0, 0)), int(most)
    if sign < 0 and least is not None:
        return int(abs(min(most or 0, 0))), int(abs(least))
    if digits is None:
        raise NotCompiled("it draws how many digits it has")
    return (10 ** (digits - 1), 10**digits - 1) if digits else (0, 0)


def _units(bound: Any, places: int) -> int | None:
    """A bound in units of the last place."""
    if bound is None:
        return None
    units = Decimal(str(bound)).scaleb(places)
    if units != int(units):
        raise NotCompiled("its bounds have more digits than its values")
    return int(units)


@dataclass(frozen=True)
class _Decimals:
    """Decimals of one sign with so many `places`, brought within the bounds, which are in units of the last."""

    sign: int
    low: int
    high: int
    places: int
    least: int | None
    most: int | None

    def __post_init__(self) -> None:
        if len(str(self.high)) + self.places > _MOST_DIGITS or self.low > self.high:
            raise NotCompiled("its numbers are too long")

    def draw(self, key: int, address: Words) -> pl.Series:
        """A decimal for each address."""
        units: Indexes = between(derive_key(key, "whole"), address, self.low, self.high) * 10**self.places
        units = self.sign * (units + below(derive_key(key, "behind"), address, 10**self.places))
        return decimals(self._bounded(units), self.places)

    @property
    def domain(self) -> Ranges | None:
        """All of them: those between the least and the most."""
        unit = 10**self.places
        ends = np.sort(self.sign * np.array([self.low * unit, self.high * unit + unit - 1], np.int64))
        low, high = self._bounded(ends).tolist()
        return decimals_within(low, high, self.places)

    def _bounded(self, units: Indexes) -> Indexes:
        if self.most is not None:
            units = np.minimum(units, self.most)
        if self.least is not None:
            units = np.maximum(units, self.least)
        return units


METHODS: Mapping[Callable[..., Any], Callable[[Call], Node]] = {
    Python.pydecimal: _pydecimal,
    Python.pyfloat: _pyfloat,
}
