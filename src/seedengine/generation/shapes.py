"""The rows of one entity, numbered from 0: under which rows each stands, and its number there."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import prod
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from seedengine.generation.blocks import BLOCK, by_block
from seedengine.generation.marks import Marks
from seedengine.generation.spool import Spool

Integers = NDArray[np.int64]

_BLOCKS_KEPT = 256
"""Blocks of parents whose counts are kept, mostly a byte each: 16 million parents in 16 MB."""
_OFFSETS_KEPT = 4


class Shape(Protocol):
    """The rows of one entity."""

    @property
    def total(self) -> int:
        """How many rows there are."""

    @property
    def together(self) -> str | None:
        """The name of the row for which this holds: all that stand under one of its rows follow one another."""

    def parent(self, name: str, index: Integers) -> Integers:
        """The row of that name that each of these rows directly stands under."""

    def nth(self, index: Integers) -> Integers:
        """The number from 1 of each of these rows within the row it stands under."""

    def before(self, parents: Integers) -> Integers:
        """How many rows stand under rows of the name `together` before each of these, or before one past the last."""


class Counted:
    """Rows under nothing."""

    together = None

    def __init__(self, total: int) -> None:
        self.total = total

    def parent(self, name: str, _: Integers) -> Integers:
        """There is none."""
        raise KeyError(name)

    def nth(self, index: Integers) -> Integers:
        """The number of the row."""
        return index + 1

    def before(self, _: Integers) -> Integers:
        """There is nothing that they stand under."""
        raise KeyError


class Even:
    """The same number of rows for each row of a parent."""

    def __init__(self, name: str, parents: int, each: int) -> None:
        self.together, self.total, self._each = name, parents * each, each

    def parent(self, name: str, index: Integers) -> Integers:
        """The parent's row."""
        _expect(self.together, name)
        return index // max(self._each, 1)

    def nth(self, index: Integers) -> Integers:
        """The number within the parent."""
        return index % max(self._each, 1) + 1

    def before(self, parents: Integers) -> Integers:
        """So many for each."""
        return parents * self._each


class Grouped:
    """Some rows for each row of a parent, as many as `counts(start, stop)` says for a range of them.

    Kept are the number of rows at the end of each block of parents, and the counts of the blocks last asked for.
    """

    def __init__(
        self,
        name: str,
        parents: int,
        counts: Callable[[int, int], Integers],
        block: int = BLOCK,
        kept: int = _BLOCKS_KEPT,
    ) -> None:
        self.together = name
        self._block, self._last = block, max(parents - 1, 0) // block

        def find(number: int) -> NDArray[np.unsignedinteger]:
            found = counts(number * block, min((number + 1) * block, parents))
            return found.astype(np.min_scalar_type(int(found.max(initial=0))))

        self._counts = lru_cache(kept)(find)
        self._offsets = lru_cache(_OFFSETS_KEPT)(self._find_offsets)
        self._ends = np.cumsum([self._counts(each).sum(dtype=np.int64) for each in range(self._last + 1)])
        self.total = int(self._ends[-1])

    def parent(self, name: str, index: Integers) -> Integers:
        """The parent's row, found among the first rows of each."""
        _expect(self.together, name)
        return self._locate(index)[0]

    def nth(self, index: Integers) -> Integers:
        """The number within the parent."""
        return index - self._locate(index)[1] + 1

    def before(self, parents: Integers) -> Integers:
        """The first row of each of these parents."""
        found = np.empty(len(parents), dtype=np.int64)
        for block, at in by_block(np.minimum(parents // self._block, self._last), 1):
            found[at] = self._offsets(block)[parents[at] - block * self._block]
        return found

    def _locate(self, index: Integers) -> tuple[Integers, Integers]:
        """The parent of each row, and that parent's first row."""
        parent, first = np.empty(len(index), dtype=np.int64), np.empty(len(index), dtype=np.int64)
        for block, at in by_block(np.searchsorted(self._ends, index, side="right").astype(np.int64), 1):
            offsets = self._offsets(block)
            place = np.searchsorted(offsets, index[at], side="right") - 1
            parent[at], first[at] = place + block * self._block, offsets[place]
        return parent, first

    def _find_offsets(self, block: int) -> Integers:
        """The first row of each parent of a block, and that of the next block."""
        counts = self._counts(block)
        offsets = np.zeros(len(counts) + 1, dtype=np.int64)
        np.cumsum(counts, out=offsets[1:])
        return offsets + (self._ends[block - 1] if block else 0)


class Selected:
    """Some candidates, each the one row that stands under it."""

    def __init__(self, name: str, chosen: Marks) -> None:
        self.together, self.total, self._chosen = name, len(chosen), chosen

    def parent(self, name: str, index: Integers) -> Integers:
        """The candidate."""
        _expect(self.together, name)
        return self._chosen.take(index)

    def nth(self, index: Integers) -> Integers:
        """A candidate has but one."""
        return np.ones(len(index), dtype=np.int64)

    def before(self, parents: Integers) -> Integers:
        """The chosen ones before each."""
        return self._chosen.rank(parents)


class Dealt:
    """Candidates dealt out to the rows of a parent: each row stands under its candidate and under that parent."""

    def __init__(self, name: str, candidates: Spool, groups: Grouped) -> None:
        self.name, self.together, self.total = name, groups.together, groups.total
        self._candidates, self._groups = candidates, groups

    def parent(self, name: str, index: Integers) -> Integers:
        """The candidate, or the parent for which it was taken."""
        return self._candidates.take(index) if name == self.name else self._groups.parent(name, index)

    def nth(self, index: Integers) -> Integers:
        """The number within the parent."""
        return self._groups.nth(index)

    def before(self, parents: Integers) -> Integers:
        """The first row of each of these parents."""
        return self._groups.before(parents)


class Crossed:
    """Pairs, triples … of rows, the last one changing fastest; `taken` are those of them that there are, None all."""

    def __init__(self, names: tuple[str, ...], sizes: tuple[int, ...], taken: Marks | None = None) -> None:
        self.together, self._names, self._sizes, self._taken = names[0], names, sizes, taken
        self.total = prod(sizes) if taken is None else len(taken)

    def parent(self, name: str, index: Integers) -> Integers:
        """The row that stands at the place of `name` in the combination."""
        place = self._names.index(name)
        combination = index if self._taken is None else self._taken.take(index)
        return combination // prod(self._sizes[place + 1 :]) % self._sizes[place]

    def nth(self, index: Integers) -> Integers:
        """The number within the first of the rows."""
        return index - self.before(self.parent(self.together, index)) + 1

    def before(self, parents: Integers) -> Integers:
        """The combinations before the first with each of these."""
        combinations = parents * prod(self._sizes[1:])
        return combinations if self._taken is None else self._taken.rank(combinations)


def _expect(own: str, name: str) -> None:
    if name != own:
        raise KeyError(name)
