"""Which rows an entity has: how many, under which rows each stands, and its number there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from seedengine.generation.blocks import blocks
from seedengine.generation.children import Children, children_of, in_parts, pieces
from seedengine.generation.context import Context
from seedengine.generation.faults import GenerationFault
from seedengine.generation.marks import Marks
from seedengine.generation.sampling import ranked, shared
from seedengine.generation.shapes import Counted, Crossed, Dealt, Even, Grouped, Selected, Shape
from seedengine.generation.spool import Spool
from seedengine.generation.world import World
from seedengine.spec.generators import Constant, Value
from seedengine.spec.readings import candidate, quantity_reader

Integers = NDArray[np.int64]

_MOST_COMBINATIONS = 100_000_000
"""Every combination is looked at for a `where` or a `share`, which takes some seconds for so many."""


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
        return _grouped(world, entity, parent, quantity)
    return Counted(spec.count or 0)


def _grouped(world: World, entity: str, parent: str, quantity: Value) -> Shape:
    parents = world.count(parent)
    if isinstance(quantity, Constant) and type(quantity.root) is int and world.entity(entity).where is None:
        return Even(parent, parents, max(quantity.root, 0))

    def counts(start: int, stop: int) -> Integers:
        rows = np.arange(start, stop, dtype=np.int64)
        return _quantities(world, entity, parent, quantity, rows) * _eligible(world, entity, (parent,), rows)

    return Grouped(parent, parents, counts)


def _quantities(world: World, entity: str, parent: str, quantity: Value, parents: Integers) -> Integers:
    """The quantity for each of these rows of the parent."""
    rows = world.rows((parent,), parents)
    context = Context.of(rows, "", entity, quantity_reader(world.scope, entity))
    return context.amounts(quantity, "per", parent)


def _eligible(world: World, entity: str, entities: tuple[str, ...], candidates: Integers) -> NDArray[np.bool_]:
    """Which of these candidates the `where` of an entity lets through."""
    where = world.entity(entity).where
    if where is None:
        return np.ones(len(candidates), dtype=np.bool_)
    context = Context.of(world.rows(entities, candidates), "", entity, candidate(world.scope, entity))
    return context.holds(where, "where")


def _let_through(world: World, entity: str, entities: tuple[str, ...], total: int) -> Iterator[Integers]:
    """The candidates that are let through, a block at a time."""
    for candidates in blocks(total):
        yield candidates[_eligible(world, entity, entities, candidates)]


def _sampled(world: World, entity: str) -> Shape:
    spec = world.entity(entity)
    entities = spec.sample or ()
    name = spec.name or entities[0]
    total = world.count(*entities)
    eligible = partial(_let_through, world, entity, entities, total)
    key = world.key(entity, "", "sample")
    if spec.share is not None:
        return Selected(name, Marks(total, shared(key, eligible(), spec.share)))
    ((parent, quantity),) = (spec.per or {}).items()
    marks = None if spec.where is None else Marks(total, eligible())
    taken, amounts = Spool(), Spool()
    for parents in blocks(world.count(parent)):
        wanted = _quantities(world, entity, parent, quantity, parents)
        for candidates, counts in _dealt(key, _candidates(world, parent, entities), marks, parents, wanted):
            taken.append(candidates)
            amounts.append(counts)
    counted = Grouped(parent, len(amounts), lambda start, stop: amounts.slice(start, stop))
    return Dealt(name, taken, counted)


def _candidates(world: World, parent: str, entities: tuple[str, ...]) -> list[tuple[Children, int]]:
    """The rows of each sampled entity by the row of the parent, and how many candidates come before them."""
    found = []
    for number, sampled in enumerate(entities):
        ways = world.scope.ancestors(sampled).get(parent)
        hops = ways[0] if ways else (parent,)
        found.append((children_of(world, parent, sampled, hops), world.count(*entities[:number])))
    return found


def _dealt(
    key: int, sources: list[tuple[Children, int]], marks: Marks | None, parents: Integers, wanted: Integers
) -> Iterator[tuple[Integers, Integers]]:
    """For some of the parents after others: the candidates that they take, and how many each one does."""
    for piece in pieces(sum((children.span(parents)[1] for children, _ in sources), np.zeros_like(parents))):
        rows, owners = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        parts = chain.from_iterable(
            ((found + before, owner) for found, owner in in_parts(children, parents[piece]))
            for children, before in sources
        )
        for more, owner in parts:
            kept = slice(None) if marks is None else np.flatnonzero(marks.hold(more))
            rows, owners = np.concatenate([rows, more[kept]]), np.concatenate([owners, owner[kept]])
            order = ranked(key, rows, owners)
            rows, owners = rows[order], owners[order]
            available = np.bincount(owners, minlength=len(wanted[piece])).astype(np.int64)
            rank = np.arange(len(owners), dtype=np.int64) - (np.cumsum(available) - available)[owners]
            first = rank < wanted[piece][owners]
            rows, owners = rows[first], owners[first]
        yield rows, np.bincount(owners, minlength=len(wanted[piece])).astype(np.int64)


def _crossed(world: World, entity: str) -> Shape:
    spec = world.entity(entity)
    names = spec.cross or ()
    sizes = tuple(world.count(name) for name in names)
    whole = Crossed(names, sizes)
    if spec.where is None and spec.share is None:
        return whole
    if whole.total > _MOST_COMBINATIONS:
        message = f"{whole.total:,} combinations to choose from"
        help = f"at most {_MOST_COMBINATIONS:,} are looked at: draw both sides with `ref`, or have fewer rows"
        raise GenerationFault(message, entity, "", ("cross",), help=help)
    world.assume(entity, whole)
    taken = _let_through(world, entity, (entity,), whole.total)
    if spec.share is not None:
        taken = shared(world.key(entity, "", "cross"), taken, spec.share)
    return Crossed(names, sizes, Marks(whole.total, taken))
