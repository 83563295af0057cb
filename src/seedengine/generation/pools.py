"""The candidates of a ref: which rows it may draw, grouped by what a row asks of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.columns import DifferentTypes, common_type
from seedengine.generation.context import Context
from seedengine.generation.expressions import type_name
from seedengine.generation.world import World
from seedengine.spec.conditions import Equality, conjuncts, equality
from seedengine.spec.expressions import Expression
from seedengine.spec.generators import Ref
from seedengine.spec.readings import THIS, Reader

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Pool:
    """Candidates in the order of their groups: group g is `order[offsets[g]:offsets[g + 1]]`.

    `keys` has one row a group, its number in the column `group` and its values in the others; `equalities` are the
    conditions that a row's own values meet these by. Without any, there is one group. `place` says where each
    candidate stands in `order`, -1 where it is none.
    """

    order: Integers
    offsets: Integers
    place: Integers
    keys: pl.DataFrame | None
    equalities: tuple[Equality, ...]

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
    everyone = np.arange(total, dtype=np.int64)
    if ref.where is None:
        return Pool(everyone, np.array([0, total], dtype=np.int64), everyone, None, ())
    candidates = world.rows(entities)
    context = Context.of(
        candidates, str(path[0]), entity, Reader(entities, entities[0] if len(entities) == 1 else None)
    )
    context = context.step(*path[1:])
    equalities, holds = [], np.ones(total, dtype=np.bool_)
    for part in conjuncts(ref.where):
        condition = equality(part, THIS)
        if condition is None:
            holds &= _truth(context, part)
        else:
            equalities.append(condition)
    kept = everyone[holds]
    place = np.full(total, -1, dtype=np.int64)
    if not equalities:
        place[kept] = np.arange(len(kept), dtype=np.int64)
        return Pool(kept, np.array([0, len(kept)], dtype=np.int64), place, None, ())
    names = [f"key{number}" for number in range(len(equalities))]
    columns = [
        context.evaluate(each.candidate, "where").alias(name) for name, each in zip(names, equalities, strict=True)
    ]
    frame = pl.DataFrame(columns).with_columns(candidate=everyone).filter(pl.Series(holds)).drop_nulls(names)
    keys = frame.select(names).unique(maintain_order=True).with_row_index("group").cast({"group": pl.Int64})
    frame = frame.join(keys, on=names, how="left", maintain_order="left").sort("group", maintain_order=True)
    order = frame["candidate"].to_numpy().astype(np.int64)
    counts = np.bincount(frame["group"].to_numpy().astype(np.int64), minlength=len(keys)).astype(np.int64)
    place[order] = np.arange(len(order), dtype=np.int64)
    return Pool(
        order,
        np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)]),
        place,
        keys,
        tuple(equalities),
    )


def _truth(context: Context, condition: Expression) -> NDArray[np.bool_]:
    return context.holds(condition, "where")
