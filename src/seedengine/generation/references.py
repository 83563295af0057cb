"""Values taken from other rows: the one that a row stands under, or one that it drew."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.columns import DifferentTypes
from seedengine.generation.context import Context
from seedengine.generation.draws import draw_rows
from seedengine.generation.expressions import type_name
from seedengine.generation.rows import Rows
from seedengine.spec.generators import Ref

Integers = NDArray[np.int64]


def make_ref(value: Ref, context: Context) -> pl.Series:
    """The key, or the named field, of the row that is meant.

    A fault names the first row that has no candidate, unless the field may be NULL.
    """
    rows, missing = _rows(value, context)
    if not (value.nulls or value.when) and len(missing):
        candidates = " or ".join(f"`{name}`" for name in value.entities)
        fitting = " that fits `where`" if value.where else " left that it has not drawn" if value.unique else ""
        help = "let there be more of them, or let the field be NULL with `nulls:`"
        raise context.fault(f"there is no row of {candidates}{fitting}", "ref", position=int(missing[0]), help=help)
    world = context.world
    if len(rows.entities) == 1:
        return rows.column(value.column or world.scope.key(rows.entity)[0])
    keys = {world.scope.key(entity)[0] for entity in rows.entities}
    if len(keys) > 1:
        raise context.fault("the entities have keys of different names", "ref", help="name the keys alike")
    try:
        return rows.column(keys.pop())
    except DifferentTypes as error:
        types = f"{type_name(error.left)} and {type_name(error.right)}"
        message = f"the entities have keys of different types: {types}"
        raise context.fault(message, "ref", help="draw from them in fields of their own") from None


def _rows(value: Ref, context: Context) -> tuple[Rows, Integers]:
    """The rows meant, and the positions of those that should have one and have none."""
    world = context.world
    name = world.scope.drawn_name(context.entity, value)
    if name is not None and context.elements is not None:
        index = draw_rows(context.step("ref"), value, value.entities)
        return Rows(world, value.entities, index), np.flatnonzero(index < 0)
    found = context.rows.related(name or value.entities[0])
    index = found.index if context.taken is None else found.index[context.taken]
    missing = np.flatnonzero(index < 0).astype(np.int64)
    if context.taken is None:
        return found, missing
    return Rows(world, found.entities, index), missing
