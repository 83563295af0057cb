"""The domain of what is written from whole numbers: codes, addresses and decimals, each with one number of its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import polars as pl

from seedengine.generation.faker.domains import Integers
from seedengine.generation.faker.shape import Shape, shared_shape

# So many are written at a time, so that what they need stays in the cache of the processor.
_AT_ONCE = 4_096


class Writing(Protocol):
    """How numbers from 0 to below `LARGEST` are written, no two of them alike; decimals may be of negative numbers.

    Where two are equal, they write alike.
    """

    def write(self, numbers: Integers) -> pl.Series:
        """What is written for each number."""

    def read(self, text: str) -> int | None:
        """The only number of which this can be what is written, or None if there is none."""


@dataclass(frozen=True, eq=False)
class Ranges:
    """What is written of the numbers of ranges that rise and have a gap between them."""

    writing: Writing
    ranges: tuple[range, ...]
    shape: Shape

    @cached_property
    def _ends(self) -> Integers:
        return np.cumsum(np.array(list(map(len, self.ranges)), np.int64))

    @cached_property
    def _shifts(self) -> Integers:
        """What makes numbers of indexes, in each range."""
        return np.array([each.stop for each in self.ranges], np.int64) - self._ends

    @property
    def size(self) -> int:
        return int(self._ends[-1])

    def at(self, index: Integers) -> pl.Series:
        numbers = index + self._shifts[np.searchsorted(self._ends, index, side="right")]
        starts = range(0, max(1, len(numbers)), _AT_ONCE)
        return pl.concat([self.writing.write(numbers[start : start + _AT_ONCE]) for start in starts], rechunk=True)

    def __contains__(self, text: object) -> bool:
        number = self.writing.read(str(text))
        if number is None or not any(number in each for each in self.ranges):
            return False
        return str(self.writing.write(np.array([number], np.int64))[0]) == str(text)

    def joined(self, other: "Ranges") -> "Ranges":
        """The values of both, of which the writing is the same."""
        return Ranges(self.writing, apart(self.ranges + other.ranges), shared_shape([self.shape, other.shape]))


def apart(ranges: Iterable[range]) -> tuple[range, ...]:
    """Ranges, in their order, with the numbers of all of these."""
    rising: list[range] = []
    for each in sorted(ranges, key=lambda each: each.start):
        if rising and each.start <= rising[-1].stop:
            rising[-1] = range(rising[-1].start, max(each.stop, rising[-1].stop))
        else:
            rising.append(each)
    return tuple(rising)


def shape_of_places(places: Sequence[str]) -> Shape:
    """The shape of texts with one of these letters at each place."""
    letters = tuple(map(frozenset, places))
    always = frozenset[str]().union(*(each for each in letters if len(each) == 1))
    count = len(letters)
    return Shape(letters[0], letters[-1], frozenset[str]().union(*letters), always, count, count, letters)
