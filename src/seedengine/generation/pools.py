"""The candidates of a ref: which rows it may draw, grouped by what a row asks of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.blocks import blocks
from seedengine.generation.columns import DifferentTypes, common_type
from seedengine.generation.context import Context
from seedengine.generation.expressions import type_name
from seedengine.generation.numbering import Numbering, Tally
from seedengine.generation.world import World
from seedengine.spec.conditions import Equality, conjuncts, equality
from seedengine.spec.generators import Ref
from seedengine.spec.readings import THIS, Reader

Integers = NDArray[np.int64]
Numbers = NDArray[np.unsignedinteger]
"""Rows of a `where` are kept as narrow as their number allows: 4 bytes each, of over 4 thousand million 8."""


@dataclass(frozen=True)
class Pool:
    """Candidates in the order of their groups: group g has the positions from `offsets[g]` to `offsets[g + 1]`.

    `order` has the candidate at each position, None where each stands at its own number. `keys` has one row a group,
    its number in the column `group` and its values in the others; `equalities` are the conditions that a row's own
    values meet these by. Without any, there is one group.
    """

    offsets: Integers
    order: Numbers | None = None
    keys: pl.DataFrame | None = None
    equalities: tuple[Equality, ...] = ()

    def at(self, positions: Integers) -> Integers:
        """The candidates at these positions; -1 where a position is -1."""
        if self.order is None:
            return positions
        found = np.full(len(positions), -1, dtype=np.int64)
        some = np.flatnonzero(positions >= 0)
        found[some] = self.order[positions[some]]
        return found

    def groups(self, context: Context) -> Integers:
        """The group from which each row draws; -1 where none fits."""
        if self.keys is None:
            return np.zeros(len(context), dtype=np.int64)
        names = [f"key{number}" for number in range(len(self.equalities))]
        wanted = [_this(context, each).alias(name) for name, each in zip(names, self.equalities, strict=True)]
        keys = self.keys
        for name, column in zip(names, list(wanted), strict=True):
            try:
                dtype = common_type(column.dtype, keys[name].dtype)
            except DifferentTypes:
                types = f"{type_name(keys[name].dtype)} and {type_name(column.dtype)}"
                message = f"`where` compares values of different types: {types}"
                raise context.fault(message, help="cast one of them: `id::text = this.id`") from None
            wanted[names.index(name)] = column.cast(dtype)
            keys = keys.with_columns(pl.col(name).cast(dtype))
        found = pl.DataFrame(wanted).join(keys, on=names, how="left", maintain_order="left")
        return found["group"].fill_null(-1).to_numpy().astype(np.int64)


def _this(context: Context, condition: Equality) -> pl.Series:
    """The row's own side of an equality."""
    own = Context.of(context.rows, str(context.path[0]), context.entity, Reader((context.entity,), THIS))
    own = own if context.taken is None else own.some(context.taken)
    return own.evaluate(condition.this, *context.path[1:], "where")


def pool(world: World, entity: str, path: tuple[str | int, ...], ref: Ref, entities: tuple[str, ...]) -> Pool:
    """The candidates of a ref, found once."""
    found: Pool = world.remember(("pool", entity, path), lambda: _find(world, entity, path, ref, entities))
    return found


def _find(world: World, entity: str, path: tuple[str | int, ...], ref: Ref, entities: tuple[str, ...]) -> Pool:
    total = world.count(*entities)
    if ref.where is None:
        return Pool(np.array([0, total], dtype=np.int64))
    conditions = [(part, equality(part, THIS)) for part in conjuncts(ref.where)]
    equalities = tuple(each for _, each in conditions if each is not None)
    reader = Reader(entities, entities[0] if len(entities) == 1 else None)

    def let_through(candidates: Integers) -> Context:
        """The candidates of these that meet the conditions on them alone."""
        context = Context.of(world.rows(entities, candidates), str(path[0]), entity, reader).step(*path[1:])
        holds = np.ones(len(candidates), dtype=np.bool_)
        for part, each in conditions:
            if each is None:
                holds &= context.holds(part, "where")
        return context.some(np.flatnonzero(holds).astype(np.int64))

    some = map(let_through, blocks(total))
    if equalities:
        return _grouped(some, total, equalities)
    order = np.concatenate([context.ordinal.astype(np.min_scalar_type(total)) for context in some])
    return Pool(np.array([0, len(order)], dtype=np.int64), order)


def _grouped(some: Iterable[Context], total: int, equalities: tuple[Equality, ...]) -> Pool:
    """Sorted by group in two passes: the first notes the group of each candidate, `total` where there is none."""
    numbering, tally = Numbering(), Tally()
    groups: Numbers = np.full(total, total, dtype=np.min_scalar_type(total))
    for context in some:
        columns = [
            context.evaluate(each.candidate, "where").alias(f"key{number}") for number, each in enumerate(equalities)
        ]
        present = np.flatnonzero(pl.DataFrame(columns).select(pl.all_horizontal(pl.all().is_not_null())).to_series())
        numbers = numbering.number([column.gather(present) for column in columns])
        tally.rank(numbers)
        groups[context.ordinal[present]] = numbers
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(tally.counts[: len(numbering)])])
    order: Numbers = np.empty(int(offsets[-1]), dtype=groups.dtype)
    placed = Tally()
    for candidates in blocks(total):
        kept = candidates[groups[candidates] < total]
        numbers = groups[kept].astype(np.int64)
        order[offsets[numbers] + placed.rank(numbers)] = kept
    return Pool(offsets, order, numbering.keys, equalities)
