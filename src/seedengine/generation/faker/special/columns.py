"""Leaves of grammars that are made for whole columns of seeds, a part of a column at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.bits import Words, bits
from seedengine.generation.faker.domains import Domain
from seedengine.generation.faker.grammar import Made
from seedengine.generation.faker.ranges import Ranges
from seedengine.generation.faker.shape import Shape

Draw = Callable[[Words], pl.Series]

# So many draws are made at a time, so that what they need stays in the cache of the processor.
_AT_ONCE = 1 << 16


def made(draw: Draw, dtype: pl.DataType, draws: int, domain: Domain | None = None) -> Made:
    """The leaf that `draw` makes of a seed for each row, with up to so many draws for each."""
    rows = max(1, _AT_ONCE // draws)

    def column(key: int, address: Words) -> pl.Series:
        seeds = bits(key, address)
        parts = [draw(seeds[start : start + rows]) for start in range(0, len(seeds), rows)]
        return pl.concat(parts, rechunk=True) if parts else pl.Series(dtype=dtype)

    return Made(column, dtype, domain)


def texts(draw: Draw, draws: int, domain: Domain | None = None) -> Made:
    """The same for texts."""
    return made(draw, pl.String(), draws, domain)


def decimals(units: NDArray[np.int64], scale: int) -> pl.Series:
    """Numbers of `Decimal(38, scale)` in units of the last place."""
    dtype = pl.Decimal(38, scale)
    last_digit = pl.Series([Decimal(1).scaleb(-scale)], dtype=dtype)
    return (pl.Series(values=units, dtype=pl.Int64).cast(pl.Decimal(38, 0)) * last_digit).cast(dtype)


@dataclass(frozen=True)
class _Decimals:
    """Writes decimals; their numbers count so many units of the last place each."""

    scale: int
    factor: int

    def write(self, numbers: NDArray[np.int64]) -> pl.Series:
        return decimals(numbers * self.factor, self.scale)

    def read(self, text: str) -> int | None:
        try:
            return int(Decimal(text).scaleb(self.scale)) // self.factor
        except (ArithmeticError, ValueError):
            return None


def decimals_within(low: int, high: int, scale: int, factor: int = 1) -> Ranges | None:
    """The domain of decimals of so many times `factor` units of the last place; None where `low` is above `high`."""
    digits = frozenset("0123456789")
    longest = len(str(max(abs(low), abs(high)) * factor)) + scale + 3
    shape = Shape(digits | {"-"}, digits, digits | {"-", "."}, frozenset("." if scale else ""), 1, longest)
    return Ranges(_Decimals(scale, factor), (range(low, high + 1),), shape) if low <= high else None
