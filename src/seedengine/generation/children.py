"""Which rows stand under a row, or refer to it: the other way round of a relation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seedengine.generation.structure import Grouped
from seedengine.generation.world import World

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class _Inverse:
    """Children by the row they belong to: those of row r are `order[offsets[r]:offsets[r + 1]]`, in their order."""

    order: Integers
    offsets: Integers


def children_of(
    world: World, parent: str, child: str, hops: tuple[str, ...], index: Integers
) -> tuple[Integers, Integers]:
    """The rows of `child` from which `hops` lead to these rows of `parent`, and the position in `index` of each one's.

    Children come by that position, then in their own order.
    """
    if len(hops) == 1 and isinstance(shape := world.shape(child), Grouped) and hops[0] == shape.name:
        return _expand(shape.offsets, index)
    inverse = world.remember(("children", parent, child, hops), lambda: _invert(world, parent, child, hops))
    places, owners = _expand(inverse.offsets, index)
    return inverse.order[places], owners


def _expand(offsets: Integers, index: Integers) -> tuple[Integers, Integers]:
    starts = offsets[index]
    counts = offsets[index + 1] - starts
    owners = np.repeat(np.arange(len(index), dtype=np.int64), counts)
    first = np.cumsum(counts) - counts
    return np.repeat(starts - first, counts) + np.arange(len(owners), dtype=np.int64), owners


def _invert(world: World, parent: str, child: str, hops: tuple[str, ...]) -> _Inverse:
    """By one scan over all children: the row that each belongs to, sorted by that row."""
    found = world.rows((child,)).arrive(hops)
    index = found.index
    if found.entities != (parent,):
        before = world.count(*found.entities[: found.entities.index(parent)])
        index = np.where((index >= before) & (index < before + world.count(parent)), index - before, -1)
    belonging = np.flatnonzero(index >= 0).astype(np.int64)
    order = belonging[np.argsort(index[belonging], kind="stable")]
    counts = np.bincount(index[belonging], minlength=world.count(parent)).astype(np.int64)
    return _Inverse(order, np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)]))
