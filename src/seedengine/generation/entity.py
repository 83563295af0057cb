"""The rows of an entity as frames: any slice of them alone, or all of them in batches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import polars as pl

from seedengine.generation.faults import GenerationFault
from seedengine.generation.registry import GENERATORS
from seedengine.generation.rows import Rows
from seedengine.generation.structure import find_shape
from seedengine.generation.world import World
from seedengine.spec.model import Entity, Spec

BATCH_ROWS = 20_000
"""Rows of a batch: large enough that a column costs little more than its values, small enough to stay in the cache."""


def open_world(spec: Spec) -> World:
    """All the rows of a checked spec, ready to be asked for."""
    # A value asks for those that it needs; the checks bound how many stand in a line, at some ten calls each.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 10_000))
    return World(spec, GENERATORS, find_shape, Rows)


def open_empty_world(spec: Spec) -> World:
    """The same spec without a single row, of which the types of everything can be asked in no time."""
    empty = {name: _without_rows(entity) for name, entity in spec.entities.items()}
    return open_world(spec.model_copy(update={"entities": empty}))


def _without_rows(entity: Entity) -> Entity:
    rows: dict[str, object] = (
        {"count": 0} if entity.count is not None else {"rows": ()} if entity.rows is not None else {}
    )
    return entity.model_copy(update=rows)


def make_rows(world: World, entity: str, start: int, stop: int, columns: tuple[str, ...] | None = None) -> pl.DataFrame:
    """The fields of the rows `[start, stop)`, counted from 0; raises GenerationFault."""
    rows = world.rows((entity,), np.arange(start, stop, dtype=np.int64))
    names = tuple(world.entity(entity).fields) if columns is None else columns
    return pl.DataFrame([_settled(rows.column(name)) for name in names])


def _settled(column: pl.Series) -> pl.Series:
    """A column of lists that are all empty as one of lists of text, since it needs some type."""
    return column.cast(pl.List(pl.String)) if column.dtype == pl.List(pl.Null) else column


def batches(world: World, entity: str, columns: tuple[str, ...] | None = None) -> Iterator[pl.DataFrame]:
    """All the rows of an entity, a batch at a time."""
    total = world.count(entity)
    for start in range(0, total, BATCH_ROWS):
        yield make_rows(world, entity, start, min(start + BATCH_ROWS, total), columns)


def column_types(world: World, entity: str) -> dict[str, pl.DataType]:
    """The types of the fields of an entity, which are known without a row.

    Raises GenerationFault where the types of a value do not fit together.
    """
    rows = world.no_rows(entity)
    return {name: _settled(rows.column(name)).dtype for name in world.entity(entity).fields}


def find_faults(world: World) -> Iterator[GenerationFault]:
    """What the types alone show to be impossible, in a world without rows: at most one fault a value."""
    for entity, spec in world.spec.entities.items():
        rows = world.no_rows(entity)
        asked: list[Callable[[], object]] = [partial(world.shape, entity)]
        asked += [partial(rows.column, name) for name in spec.values]
        for ask in asked:
            try:
                ask()
            except GenerationFault as fault:
                yield fault
