"""Some of the numbers below a total, as one bit each: which is the n-th, and how many are below a given one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Words = NDArray[np.uint64]

_ONE = np.uint64(1)
_LAST = np.uint64(63)
_HALVES = tuple(np.uint64(width) for width in (32, 16, 8, 4, 2, 1))


class Marks:
    """The marked numbers of 0 … total - 1; a quarter of a byte is kept for each number, marked or not."""

    def __init__(self, total: int, marked: Iterable[Integers]) -> None:
        """`marked` gives the numbers a part at a time, each once and in ascending order."""
        self._words: Words = np.zeros(total // 64 + 1, dtype=np.uint64)
        for numbers in marked:
            self._mark(numbers.astype(np.uint64))
        # One sum a word: how many are marked before it.
        self._before = np.zeros(len(self._words) + 1, dtype=np.int64)
        np.cumsum(np.bitwise_count(self._words), out=self._before[1:])

    def __len__(self) -> int:
        return int(self._before[-1])

    def take(self, positions: Integers) -> Integers:
        """The marked numbers at these positions, counted from 0 in ascending order."""
        if len(positions) and (np.diff(positions) == 1).all():
            return self._range(int(positions[0]), len(positions))
        place = np.searchsorted(self._before, positions, side="right") - 1
        word, rest = self._words[place], (positions - self._before[place]).astype(np.uint64)
        bit = np.zeros(len(positions), dtype=np.uint64)
        for width in _HALVES:
            inside = np.bitwise_count(word & ((_ONE << width) - _ONE)).astype(np.uint64)
            upper = rest >= inside
            rest -= inside * upper
            step = width * upper
            word >>= step
            bit += step
        return place * 64 + bit.astype(np.int64)

    def rank(self, numbers: Integers) -> Integers:
        """How many marked numbers are below each of these, which are 0 … total."""
        place = numbers >> 6
        below = (_ONE << (numbers.astype(np.uint64) & _LAST)) - _ONE
        found: Integers = self._before[place] + np.bitwise_count(self._words[place] & below)
        return found

    def hold(self, numbers: Integers) -> NDArray[np.bool_]:
        """Which of these numbers are marked."""
        word: Words = self._words[numbers >> 6]
        return (word >> (numbers.astype(np.uint64) & _LAST) & _ONE).astype(np.bool_)

    def _range(self, start: int, count: int) -> Integers:
        """The same for positions one after another, in less time."""
        first, last = np.searchsorted(self._before, (start, start + count - 1), side="right") - 1
        some = first + np.flatnonzero(self._words[first : last + 1])
        bits = np.unpackbits(self._words[some].astype("<u8").view(np.uint8), bitorder="little")
        word, bit = np.nonzero(bits.reshape(-1, 64))
        skipped = start - int(self._before[first])
        found: Integers = some[word] * 64 + bit
        return found[skipped : skipped + count]

    def _mark(self, numbers: Words) -> None:
        place = (numbers >> np.uint64(6)).astype(np.int64)
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        if len(starts):
            self._words[place[starts]] |= np.bitwise_or.reduceat(_ONE << (numbers & _LAST), starts)
