"""Which rows an entity has: how many, under which rows each stands, and its number there."""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from seedengine.generation.context import Context
from seedengine.generation.faults import GenerationFault
from seedengine.generation.sampling import chosen, ranked
from seedengine.generation.world import World
from seedengine.spec.expressions import Expression
from seedengine.spec.generators import Value
from seedengine.spec.readings import candidate, quantity_reader

Integers = NDArray[np.int64]

_MOST_COMBINATIONS = 100_000_000
"""An index of 8 bytes a candidate is kept for a `where` or a `share`."""


class Shape(Protocol):
    """The rows of one entity, numbered from 0."""

    @property
    def total(self) -> int:
        """How many rows there are."""

    def parent(self, name: str, index: Integers) -> Integers:
        """The row of that name that each of these rows directly stands under."""

    def nth(self, index: Integers) -> Integers:
        """The number from 1 of each of these rows within the row it stands under."""


class Counted:
    """Rows under nothing."""

    def __init__(self, total: int) -> None:
        self.total = total

    def parent(self, name: str, _: Integers) -> Integers:
        """There is none."""
        raise KeyError(name)

    def nth(self, index: Integers) -> Integers:
        """The number of the row."""
        return index + 1


class Grouped:
    """Some rows for each row of a parent: `offsets` has the first row of each, and the number of rows in the end."""

    def __init__(self, name: str, counts: Integers) -> None:
        self.name = name
        self.offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
        self.total = int(self.offsets[-1])

    def parent(self, name: str, index: Integers) -> Integers:
        """The parent's row, found among the offsets."""
        if name != self.name:
            raise KeyError(name)
        return np.asarray(np.searchsorted(self.offsets, index, side="right"), dtype=np.int64) - 1

    def nth(self, index: Integers) -> Integers:
        """The number within the parent."""
        first: Integers = self.offsets[self.parent(self.name, index)]
        return index - first + 1


class Selected:
    """Rows that each stand under one candidate; `groups` besides, when so many were taken for each row of a parent."""

    def __init__(self, name: str, candidates: Integers, groups: Grouped | None = None) -> None:
        self.name, self.candidates, self.groups = name, candidates, groups
        self.total = len(candidates)

    def parent(self, name: str, index: Integers) -> Integers:
        """The candidate, or the parent for which it was taken."""
        if name == self.name:
            return self.candidates[index]
        if self.groups is None:
            raise KeyError(name)
        return self.groups.parent(name, index)

    def nth(self, index: Integers) -> Integers:
        """The number within the parent; a candidate has but one."""
        return self.groups.nth(index) if self.groups else np.ones(len(index), dtype=np.int64)


class Crossed:
    """Pairs, triples … of rows, the last one changing fastest; `chosen` has the numbers of those that are taken."""

    def __init__(self, names: tuple[str, ...], sizes: tuple[int, ...], taken: Integers | None) -> None:
        self.names, self.sizes, self.taken = names, sizes, taken
        product = 1
        for size in sizes:
            product *= size
        self.total = product if taken is None else len(taken)

    def parent(self, name: str, index: Integers) -> Integers:
        """The row that stands at the place of `name` in the combination."""
        place = self.names.index(name)
        stride = 1
        for size in self.sizes[place + 1 :]:
            stride *= size
        combination = index if self.taken is None else self.taken[index]
        return combination // stride % self.sizes[place]

    def nth(self, index: Integers) -> Integers:
        """The number within the first of the rows."""
        first = self.parent(self.names[0], index)
        if self.taken is None:
            return index - first * (self.total // self.sizes[0]) + 1
        starts = np.searchsorted(self.taken, first * (int(np.prod(self.sizes[1:], dtype=np.int64))))
        return index - starts.astype(np.int64) + 1


def find_shape(world: World, entity: str) -> Shape:
    """The rows of an entity, as its spec says where they come from."""
    spec = world.entity(entity)
    if spec.rows is not None:
        return Counted(len(spec.rows))
    if spec.sample:
        return _sampled(world, entity)
    if spec.cross:
        return _crossed(world, entity)
    if spec.per:
        ((parent, quantity),) = spec.per.items()
        counts = _quantities(world, entity, parent, quantity)
        if spec.where is not None:
            counts = counts * _eligible(world, entity, (parent,), spec.where)
        return Grouped(parent, counts)
    return Counted(spec.count or 0)


def _quantities(world: World, entity: str, parent: str, quantity: Value) -> Integers:
    """The quantity for each row of the parent."""
    rows = world.rows((parent,))
    context = Context.of(rows, "", entity, quantity_reader(world.scope, entity))
    return context.amounts(quantity, "per", parent)


def _eligible(world: World, entity: str, entities: tuple[str, ...], where: Expression) -> NDArray[np.bool_]:
    """Which candidates the `where` of an entity lets through."""
    context = Context.of(world.rows(entities), "", entity, candidate(world.scope, entity))
    return context.holds(where, "where")


def _sampled(world: World, entity: str) -> Shape:
    spec = world.entity(entity)
    entities = spec.sample or ()
    name = spec.name or entities[0]
    candidates = np.arange(world.count(*entities), dtype=np.int64)
    if spec.where is not None:
        candidates = candidates[_eligible(world, entity, entities, spec.where)]
    key = world.key(entity, "", "sample")
    if spec.share is not None:
        return Selected(name, candidates[_share(key, candidates, spec.share)])
    ((parent, quantity),) = (spec.per or {}).items()
    rows = world.rows(entities, candidates)
    groups = rows.related(parent).index
    wanted = _quantities(world, entity, parent, quantity)
    belongs = np.flatnonzero(groups >= 0)
    candidates, groups = candidates[belongs], groups[belongs]
    order = ranked(key, candidates, groups)
    candidates, groups = candidates[order], groups[order]
    available = np.bincount(groups, minlength=len(wanted)).astype(np.int64)
    first = np.cumsum(available) - available
    rank = np.arange(len(groups), dtype=np.int64) - first[groups]
    return Selected(name, candidates[rank < wanted[groups]], Grouped(parent, np.minimum(available, wanted)))


def _crossed(world: World, entity: str) -> Shape:
    spec = world.entity(entity)
    names = spec.cross or ()
    sizes = tuple(world.count(name) for name in names)
    whole = Crossed(names, sizes, None)
    if spec.where is None and spec.share is None:
        return whole
    if whole.total > _MOST_COMBINATIONS:
        message = f"{whole.total:,} combinations to choose from"
        help = f"at most {_MOST_COMBINATIONS:,} are looked at: draw both sides with `ref`, or have fewer rows"
        raise GenerationFault(message, entity, "", ("cross",), help=help)
    taken = np.arange(whole.total, dtype=np.int64)
    if spec.where is not None:
        pairs = world.rows((entity,), taken)
        world.assume(entity, whole)
        context = Context.of(pairs, "", entity)
        taken = taken[context.holds(spec.where, "where")]
    if spec.share is not None:
        taken = taken[_share(world.key(entity, "", "cross"), taken, spec.share)]
    return Crossed(names, sizes, taken)


def _share(key: int, candidates: Integers, share: Fraction) -> NDArray[np.bool_]:
    positions = np.arange(len(candidates), dtype=np.int64)
    return chosen(key, candidates, positions, share)
