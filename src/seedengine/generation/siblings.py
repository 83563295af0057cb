"""Rows within which something is unique: all of them, or those that agree in some fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.context import Context
from seedengine.generation.structure import Grouped
from seedengine.spec.generators import Ref
from seedengine.spec.scope import Scope

Integers = NDArray[np.int64]
GroupOf = Callable[[Context], Integers]


@dataclass(frozen=True)
class Siblings:
    """Whole groups of siblings, those of the rows asked for among them.

    `code` and `rank` name each asked row's group and its number in it from 0. `context` is for all rows of these
    groups, `codes` their groups, and `own` where the asked rows stand among them.
    """

    code: Integers
    rank: Integers
    context: Context
    codes: Integers
    own: Integers


def siblings(context: Context, unique: bool | tuple[str, ...], by_group: GroupOf | None = None) -> Siblings:
    """The groups within which `unique` holds: all rows, or those that agree in the named fields.

    With `by_group`, rows must agree in that too. Where the fields name the row that these stand under, only the rows
    under the same ones are looked at, else all rows of the entity.
    """
    fields = unique if isinstance(unique, tuple) else ()
    parent = _parent(context, fields)
    rest = tuple(field for field in fields if parent is None or field not in parent[1])
    whole = _complete(context, parent[0] if parent else None)
    own = np.searchsorted(whole.rows.index, context.rows.index).astype(np.int64)
    if context.taken is not None:
        own = own[context.taken]
    codes = _codes(whole, parent[0] if parent else None, rest, by_group)
    rank = _ranks(codes)
    return Siblings(codes[own], rank[own], whole, codes, own)


def _parent(context: Context, fields: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """The name of the row above that some of the fields stand for, and which fields these are."""
    scope: Scope = context.world.scope
    shape = context.world.shape(context.entity)
    if not isinstance(shape, Grouped):
        return None
    own = tuple(field for field in fields if _is_key_of(scope, context.entity, field, shape.name))
    return (shape.name, own) if own else None


def _is_key_of(scope: Scope, entity: str, field: str, parent: str) -> bool:
    value = scope.spec.entities[entity].values.get(field)
    if not isinstance(value, Ref) or value.entities != (parent,) or scope.drawn_name(entity, value) is not None:
        return False
    return scope.key(parent) == ((value.column,) if value.column else scope.key(parent)) and value.nulls is None


def _complete(context: Context, parent: str | None) -> Context:
    """The context for all rows that can be siblings of these."""
    world, entity = context.world, context.entity
    if parent is None:
        rows = world.remember(("all", entity), lambda: world.rows((entity,)))
    else:
        shape = world.shape(entity)
        assert isinstance(shape, Grouped)
        above = np.unique(shape.parent(parent, context.rows.index))
        starts, stops = shape.offsets[above], shape.offsets[above + 1]
        counts = stops - starts
        first = np.cumsum(counts) - counts
        within = np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(first, counts)
        rows = world.rows((entity,), np.repeat(starts, counts) + within)
    return Context.of(rows, str(context.path[0]), entity, context.reader).step(*context.path[1:])


def _codes(whole: Context, parent: str | None, fields: tuple[str, ...], by_group: GroupOf | None) -> Integers:
    """A number for each group: the row above alone, or the first row of the group."""
    rows = whole.rows
    above = None if parent is None else rows.related(parent).index
    if not fields and by_group is None:
        return np.zeros(len(rows), dtype=np.int64) if above is None else above
    columns = [rows.column(field).alias(f"field{number}") for number, field in enumerate(fields)]
    if above is not None:
        columns.append(pl.Series("above", above))
    if by_group is not None:
        columns.append(pl.Series("group", by_group(whole)))
    frame = pl.DataFrame(columns).with_columns(row=rows.index)
    first = frame.select(pl.col("row").first().over([column.name for column in columns]))
    return first.to_series().to_numpy().astype(np.int64)


def _ranks(codes: Integers) -> Integers:
    """The number of each row among those of its code, in their order."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    starts = (
        np.flatnonzero(np.concatenate([np.ones(1, dtype=np.bool_), ordered[1:] != ordered[:-1]]))
        if len(codes)
        else order
    )
    counts = np.diff(np.append(starts, len(codes)))
    ranks = np.empty(len(codes), dtype=np.int64)
    ranks[order] = np.arange(len(codes), dtype=np.int64) - np.repeat(starts, counts)
    return ranks
