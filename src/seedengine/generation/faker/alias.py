"""Draws of one of several with given weights: Walker's alias method, in whole numbers."""

from collections.abc import Sequence
from math import fsum

import numpy as np

from seedengine.generation.bits import Integers, Words, bits, high_word

# The weights become whole numbers that sum to about this.
_WHOLE = 2**60
# The threshold below which all of 2**64 lie.
EVERY = 2**64 - 1


class Alias:
    """Draws an index of `weights`, each in proportion to its weight; equally likely without weights.

    The upper half of the product of 64 bits and the count is a first index; the lower half decides between it and
    its alias (Walker 1977, tables after Vose 1991). Probabilities differ from those given by less than 2**-50.
    """

    def __init__(self, size: int, weights: Sequence[float] | None) -> None:
        self._size = np.array([size], np.uint64)
        self._even = weights is None or len(set(weights)) == 1
        # Per index, up to which of 2**64 it is kept, and what is drawn instead of it.
        self.tables = _even(size) if weights is None or self._even else _tables(weights)

    def draw(self, key: int, address: Words) -> Integers:
        """An index for each address."""
        if self._size[0] == 1:
            return np.zeros(len(address), np.int64)
        drawn = bits(key, address)
        index = high_word(drawn, self._size).view(np.int64)
        if self._even:
            return index
        thresholds, others = self.tables
        return np.where(drawn * self._size <= thresholds[index], index, others[index])


def _even(size: int) -> tuple[Words, Integers]:
    return np.full(size, EVERY, np.uint64), np.arange(size, dtype=np.int64)


def _tables(weights: Sequence[float]) -> tuple[Words, Integers]:
    scale = _WHOLE / fsum(weights)
    left = [max(round(weight * scale), 1) for weight in weights]
    size, total = len(left), sum(left)
    left = [each * size for each in left]
    thresholds, others = [EVERY] * size, list(range(size))
    small = [index for index in range(size) if left[index] < total]
    large = [index for index in range(size) if left[index] >= total]
    while small and large:
        less, more = small.pop(), large[-1]
        thresholds[less], others[less] = left[less] * EVERY // total, more
        left[more] -= total - left[less]
        if left[more] < total:
            small.append(large.pop())
    return np.array(thresholds, np.uint64), np.array(others, np.int64)
