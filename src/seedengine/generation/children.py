"""Which rows stand under a row, or refer to it: the other way round of a relation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from seedengine.generation.blocks import BLOCK, blocks, expand
from seedengine.generation.shapes import Shape
from seedengine.generation.spool import Spool
from seedengine.generation.world import World

Integers = NDArray[np.int64]


class Children(Protocol):
    """The children of every row of a parent, each parent's one after another and in their own order."""

    def span(self, parents: Integers) -> tuple[Integers, Integers]:
        """The place of the first child of each of these rows, and how many it has."""

    def at(self, places: Integers) -> Integers:
        """The rows of the children at these places."""


def children_of(world: World, parent: str, child: str, hops: tuple[str, ...]) -> Children:
    """The rows of `child` from which `hops` lead to the rows of `parent`, found once."""
    found: Children = world.remember(
        ("children", parent, child, hops),
        lambda: _neighbours(world, parent, child, hops) or _inverse(world, parent, child, hops),
    )
    return found


def pieces(counts: Integers, most: int = BLOCK) -> Iterator[slice]:
    """Neighbouring rows that have together at most so many children, or one row alone that has more."""
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        before = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + most, side="right")))
        yield slice(start, stop)
        start = stop


def in_parts(children: Children, parents: Integers, most: int = BLOCK) -> Iterator[tuple[Integers, Integers]]:
    """The children of these rows, at most so many at once, each with the position of its own row in `parents`.

    There is a part even where there is no child, so that what is asked of it shows its type.
    """
    starts, counts = children.span(parents)
    total = int(counts.sum())
    if total <= most:
        places, owners = expand(starts, counts)
        yield children.at(places), owners
        return
    ends = np.cumsum(counts)
    for numbers in blocks(total, most):
        owners = np.searchsorted(ends, numbers, side="right").astype(np.int64)
        yield children.at(starts[owners] + numbers - (ends - counts)[owners]), owners


@dataclass(frozen=True)
class _Neighbours:
    """Children that stand under their parents in whole ranges, since each step from the parent down leads to one."""

    steps: tuple[Shape, ...]
    before: int

    def span(self, parents: Integers) -> tuple[Integers, Integers]:
        first = parents + self.before
        end = first + 1
        for shape in self.steps:
            first, end = shape.before(first), shape.before(end)
        return first, end - first

    def at(self, places: Integers) -> Integers:
        return places


def _neighbours(world: World, parent: str, child: str, hops: tuple[str, ...]) -> _Neighbours | None:
    steps: list[Shape] = []
    entities: tuple[str, ...] = (child,)
    for hop in hops:
        if len(entities) > 1 or world.shape(entities[0]).together != hop:
            return None
        steps.append(world.shape(entities[0]))
        entities = world.scope.parents(entities[0])[hop]
    return _Neighbours(tuple(reversed(steps)), world.count(*entities[: entities.index(parent)]))


def _inverse(world: World, parent: str, child: str, hops: tuple[str, ...]) -> Inverse:
    total = world.count(parent)

    def scan() -> Iterator[tuple[Integers, Integers]]:
        for rows in blocks(world.count(child)):
            found = world.rows((child,), rows).arrive(hops)
            before = world.count(*found.entities[: found.entities.index(parent)])
            owners = found.index - before
            belong = np.flatnonzero((found.index >= 0) & (owners >= 0) & (owners < total))
            yield rows[belong], owners[belong]

    return Inverse(total, scan())


class Inverse:
    """Children by the row that each belongs to, sorted on the disk where they are many.

    Each part of a scan over the children makes a run, sorted by parent; then the runs are merged, range by range
    of parents, each so small that it fits the memory: 24 bytes of disk a child while it lasts, 8 in the end, and 8
    a parent.
    """

    def __init__(self, parents: int, scan: Iterable[tuple[Integers, Integers]], most: int = 4 * BLOCK) -> None:
        """`scan` gives children in ascending order, each with the parent that it belongs to."""
        self._children, self._offsets, self._most = Spool(), Spool(), most
        self._offsets.append(np.zeros(1, dtype=np.int64))
        owners, children, runs = Spool(), Spool(), [0]
        for rows, belongs in scan:
            order = np.argsort(belongs, kind="stable")
            owners.append(belongs[order])
            children.append(rows[order])
            runs.append(len(owners))
        self._merge(owners, children, list(pairwise(runs)), 0, parents)

    def span(self, parents: Integers) -> tuple[Integers, Integers]:
        """The place of the first child of each of these rows, and how many it has."""
        first = self._offsets.take(parents)
        return first, self._offsets.take(parents + 1) - first

    def at(self, places: Integers) -> Integers:
        """The rows of the children at these places."""
        return self._children.take(places)

    def _merge(self, owners: Spool, children: Spool, runs: list[tuple[int, int]], low: int, high: int) -> None:
        """Append the children of the parents from `low` to `high`, which `runs` says where to find."""
        size = sum(stop - start for start, stop in runs)
        if high - low > 1 and max(size, high - low) > self._most:
            middle = (low + high) // 2
            cuts = [start + int(np.searchsorted(owners.slice(start, stop), middle)) for start, stop in runs]
            for part in (
                ([(start, cut) for (start, _), cut in zip(runs, cuts, strict=True)], low, middle),
                ([(cut, stop) for (_, stop), cut in zip(runs, cuts, strict=True)], middle, high),
            ):
                self._merge(owners, children, *part)
            return
        counts = np.array([size], dtype=np.int64)
        if high - low == 1:
            for start, stop in runs:
                self._children.append(children.slice(start, stop))
        else:
            belongs = np.concatenate([np.zeros(0, dtype=np.int64), *(owners.slice(*run) for run in runs)])
            rows = np.concatenate([np.zeros(0, dtype=np.int64), *(children.slice(*run) for run in runs)])
            self._children.append(rows[np.argsort(belongs, kind="stable")])
            counts = np.bincount(belongs - low, minlength=high - low).astype(np.int64)
        self._offsets.append(np.cumsum(counts) + len(self._children) - size)
