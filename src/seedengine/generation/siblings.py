"""Rows within which something is unique: all of them, or those that agree in some fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.blocks import blocks, expand
from seedengine.generation.context import Context
from seedengine.generation.numbering import Numbering, Tally
from seedengine.generation.shapes import Even, Grouped
from seedengine.generation.spool import Spool
from seedengine.spec.generators import Ref
from seedengine.spec.scope import Scope

Integers = NDArray[np.int64]
GroupOf = Callable[[Context], Integers]


@dataclass(frozen=True)
class Siblings:
    """The group of each row, by the row above that it is of or the first row in it, and its number there from 0."""

    code: Integers
    rank: Integers


@dataclass(frozen=True)
class Within:
    """What rows have to agree in to be siblings.

    `parent` is the name of the row above that some of the fields stand for, None where none do; `fields` are the
    others. With `by_group`, they have to agree in what that gives too.
    """

    parent: str | None
    fields: tuple[str, ...]
    by_group: GroupOf | None

    @classmethod
    def of(cls, context: Context, unique: bool | tuple[str, ...], by_group: GroupOf | None = None) -> Within:
        """What `unique` says: all rows are siblings, or those that agree in the named fields."""
        fields = unique if isinstance(unique, tuple) else ()
        scope, shape = context.world.scope, context.world.shape(context.entity)
        if not isinstance(shape, Even | Grouped):
            return cls(None, fields, by_group)
        rest = tuple(each for each in fields if not _is_key_of(scope, context.entity, each, shape.together))
        return cls(shape.together if len(rest) < len(fields) else None, rest, by_group)

    def siblings(self, context: Context) -> Siblings:
        """The group of each row and its number there."""
        rows = context.rows if context.taken is None else context.world.rows(context.rows.entities, _index(context))
        if not self.fields and self.by_group is None:
            if self.parent is None:
                return Siblings(np.zeros(len(rows), dtype=np.int64), rows.index)
            return Siblings(rows.related(self.parent).index, rows.column("nth").to_numpy() - 1)
        if self.parent is None:
            key = ("siblings", context.entity, context.path, self.fields)
            codes, ranks = context.world.remember(key, lambda: self._scan(context))
            return Siblings(codes.take(rows.index), ranks.take(rows.index))
        whole = self.complete(context)
        codes = self.codes(whole)
        own = np.searchsorted(whole.rows.index, rows.index)
        return Siblings(codes[own], Tally().rank(np.unique(codes, return_inverse=True)[1])[own])

    def complete(self, context: Context) -> Context:
        """The context for all rows that can be siblings of these: those under the same rows, else all of the entity."""
        world, entity = context.world, context.entity
        index = np.arange(world.count(entity), dtype=np.int64) if self.parent is None else context.rows.index
        if self.parent is not None:
            shape = world.shape(entity)
            above = np.unique(shape.parent(self.parent, index))
            first = shape.before(above)
            index, _ = expand(first, shape.before(above + 1) - first)
        return _whole(context, index)

    def codes(self, whole: Context) -> Integers:
        """The group of each row where all of its siblings are there too."""
        rows = whole.rows
        if not self.fields and self.by_group is None:
            return np.zeros(len(rows), dtype=np.int64) if self.parent is None else rows.related(self.parent).index
        numbers = Numbering().number(self._columns(whole))
        return rows.index[np.unique(numbers, return_index=True)[1]][numbers]

    def _columns(self, whole: Context) -> list[pl.Series]:
        columns = [whole.rows.column(field).alias(f"field{number}") for number, field in enumerate(self.fields)]
        if self.parent is not None:
            columns.append(pl.Series("above", whole.rows.related(self.parent).index))
        if self.by_group is not None:
            columns.append(pl.Series("within", self.by_group(whole)))
        return columns

    def _scan(self, context: Context) -> tuple[Spool, Spool]:
        """The group of every row of the entity and its number there: 16 bytes a row, on the disk if they are many."""
        numbering, tally, codes, ranks = Numbering(), Tally(), Spool(), Spool()
        firsts = np.zeros(0, dtype=np.int64)
        for index in blocks(context.world.count(context.entity)):
            numbers = numbering.number(self._columns(_whole(context, index)))
            _, at = np.unique(numbers, return_index=True)
            firsts = np.concatenate([firsts, index[at][numbers[at] >= len(firsts)]])
            codes.append(firsts[numbers])
            ranks.append(tally.rank(numbers))
        return codes, ranks


def _index(context: Context) -> Integers:
    return context.rows.index if context.taken is None else context.rows.index[context.taken]


def _whole(context: Context, index: Integers) -> Context:
    rows = context.world.rows((context.entity,), index)
    return Context.of(rows, str(context.path[0]), context.entity, context.reader).step(*context.path[1:])


def _is_key_of(scope: Scope, entity: str, field: str, parent: str) -> bool:
    value = scope.spec.entities[entity].values.get(field)
    if not isinstance(value, Ref) or value.entities != (parent,) or scope.drawn_name(entity, value) is not None:
        return False
    return scope.key(parent) == ((value.column,) if value.column else scope.key(parent)) and value.nulls is None
