"""Unique values: a permutation of their domain, indexed by the row, so that none repeats and none is remembered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seedengine.generation.bits import bits, derive_key, permute
from seedengine.generation.context import Context
from seedengine.generation.siblings import Within
from seedengine.spec.generators import Generator
from seedengine.spec.sizes import turn_of

Integers = NDArray[np.int64]


def spread(context: Context, unique: bool | tuple[str, ...], size: int) -> Integers:
    """The place in a domain of `size` values that each row takes: different ones within what `unique` names.

    All entities of a table that fill a column alike share one permutation, each taking its turn. Raises a fault that
    names the row for which no value is left.
    """
    sharing, turn = _turns(context)
    if unique is True:
        rank, code = context.ordinal, np.zeros(len(context), dtype=np.int64)
    else:
        group = Within.of(context, unique).siblings(context)
        rank, code = group.rank, group.code
    index = rank * sharing + turn
    over = np.flatnonzero(index >= size)
    if len(over):
        message = f"there are only {size} different values, and this row needs one more"
        raise context.fault(message, position=int(over[0]), help="widen the values, or have fewer rows")
    spec = context.world.entity(context.entity)
    owner = spec.table if spec.table is not None else context.entity
    key = derive_key(context.world.spec.seed, owner, *map(str, context.path), "unique")
    if unique is True:
        return permute(key, index, size)
    return permute(bits(key, code.astype(np.uint64)), index, np.full(len(index), size, dtype=np.int64))


def _turns(context: Context) -> tuple[int, int]:
    """How many entities of the table fill this column alike, and which of them this one is."""
    spec = context.world.entity(context.entity)
    column = str(context.path[0])
    value = spec.values.get(column)
    if spec.table is None or not isinstance(value, Generator):
        return 1, 0
    return turn_of(context.world.scope, context.entity, column)
