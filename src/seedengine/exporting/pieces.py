"""Pieces of tables as files: the unit of work, which any process can do alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl

from seedengine.generation.entity import BATCH_ROWS, make_rows
from seedengine.generation.tables import table_types
from seedengine.generation.world import World
from seedengine.targets.ahead import ahead
from seedengine.targets.columntypes import ColumnType
from seedengine.targets.files import Shape, Written, write_file, writing

BATCHES_A_PIECE = 10

Passed = Callable[[str, int], None]
"""Called with a table, and how many more of its rows are done."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The rows `[start, stop)` of a table, counted through its entities, and where to write them.

    `whole` is the file that a user will see; the piece that has its first rows has the `head` of the file too.
    """

    table: str
    start: int
    stop: int
    head: bool
    path: Path
    whole: Path


@dataclass(frozen=True, slots=True)
class Style:
    """How pieces are written: what kind of files, and the columns of every table with their declared types."""

    shape: Shape
    types: Mapping[str, Mapping[str, ColumnType]]


def make_piece(world: World, style: Style, piece: Piece, passed: Passed) -> Written:
    """Write a piece.

    Raises InvalidCall where the file cannot be written, GenerationFault where a value cannot be made.
    """

    made = table_batches(world, piece.table, piece.start, piece.stop, whole=style.shape.format != "sql")

    def batches() -> Iterator[pl.DataFrame]:
        with ahead(made) as coming:
            for batch in coming:
                yield batch
                passed(piece.table, batch.height)

    with writing(piece.whole):
        types = style.types[piece.table]
        return write_file(piece.path, style.shape, piece.table, types, batches(), head=piece.head)


def piece_bounds(world: World, table: str, start: int, stop: int) -> list[tuple[int, int]]:
    """Rows `[start, stop)` of a table cut in pieces, which have the batches that they have uncut; at least one."""
    cuts = [start]
    for number, (_, first, last) in enumerate(_slices(world, table, start, stop), 1):
        if number % BATCHES_A_PIECE == 1:
            cuts.append(cuts[-1])
        cuts[-1] += last - first
    return list(pairwise(cuts)) or [(start, stop)]


def table_batches(world: World, table: str, start: int, stop: int, *, whole: bool) -> Iterator[pl.DataFrame]:
    """The rows `[start, stop)` of a table, entity by entity, in the types that are common to it.

    With `whole`, every batch has all columns of the table, NULL where its entity does not fill one. No rows are one
    empty batch, which shows the columns.
    """
    types = table_types(world, table)
    if start == stop:
        yield pl.DataFrame(schema=types)
    for entity, first, last in _slices(world, table, start, stop):
        batch = make_rows(world, entity, first, last)
        missing = [name for name in types if name not in batch.columns] if whole else []
        padded = batch.with_columns(pl.lit(None, dtype=types[name]).alias(name) for name in missing)
        columns = [name for name in types if name in padded.columns]
        yield padded.select(pl.col(name).cast(types[name]) for name in columns)


def _slices(world: World, table: str, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    """The rows of a table as ranges of at most BATCH_ROWS rows of one entity each."""
    before = 0
    for entity in world.scope.tables[table]:
        count = world.count(entity)
        first, last = max(start - before, 0), min(stop - before, count)
        for begin in range(first, last, BATCH_ROWS):
            yield entity, begin, min(begin + BATCH_ROWS, last)
        before += count
