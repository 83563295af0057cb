"""From generation to a target: batches of a table, the rows that go, and who a refused row belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter

import polars as pl

from seedengine.diagnostics import DatabaseError
from seedengine.generation.entity import batches
from seedengine.generation.world import World
from seedengine.graph import Graph
from seedengine.planning import Cleaning
from seedengine.planning.choices import Progress
from seedengine.spec.cleanup import TableFilter
from seedengine.spec.keys import recognised_by, unique_everywhere
from seedengine.targets.ahead import ahead
from seedengine.targets.protocol import GeneratedRows, Removal, RowRefused, Transaction


def build_removals(world: World, cleaning: list[Cleaning]) -> list[Removal]:
    """What goes of itself, table by table, as a target wants it told."""
    removals = []
    for each in cleaning:
        entry = world.spec.cleanup.get(each.table)
        where = entry if isinstance(entry, TableFilter) and not entry.is_empty() else None
        follows = entry.follows if isinstance(entry, TableFilter) else None
        own = _generated(world, each.table)
        generated = own if each.how == "generated" else ()
        implied = bool(generated) and _is_implied(world, each.table)
        everything = each.how == "everything"
        removals.append(Removal(each.table, where, generated, everything, follows, implied, own))
    # Rows of these hang on nothing that goes by the key that decides, but may by another, which is then refused.
    cleaned = {each.table for each in cleaning}
    for table, entry in world.spec.cleanup.items():
        if isinstance(entry, TableFilter) and entry.follows is not None and table not in cleaned:
            removals.append(Removal(table, follows=entry.follows, own=_generated(world, table)))
    return removals


def _is_implied(world: World, table: str) -> bool:
    """Whether rows of a table are taken for the spec's only because they look so, and nothing marks them."""
    named = table in world.spec.cleanup
    return not named and not all(unique_everywhere(world.scope, entity) for entity in world.scope.tables[table])


def _generated(world: World, table: str) -> tuple[GeneratedRows, ...]:
    rows = []
    for entity in world.scope.tables.get(table, ()):
        columns = recognised_by(world.scope, entity)
        keyed = unique_everywhere(world.scope, entity)
        rows.append(GeneratedRows(columns, partial(_batches, world, entity, columns), keyed=keyed))
    return tuple(rows)


@dataclass(frozen=True, slots=True, eq=False)
class _Load:
    """What one statement inserts: rows of neighbouring entities of a table that fill the same columns."""

    table: str
    columns: tuple[str, ...]
    entities: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """The rows of all tables in their order, as they are made, and how many there are in each."""

    rows: Iterator[tuple[_Load, pl.DataFrame]]
    totals: Mapping[str, int]


@contextmanager
def making(world: World, graph: Graph) -> Iterator[Made]:
    """The rows of all tables: the next ones, of the next table too, are made while the last ones are in use."""
    # How many rows there are is found before another thread asks the world anything.
    totals = {table: world.count(*world.scope.tables[table]) for table in graph.tables}
    loads = [load for table in graph.tables for load in _loads(world, table, graph.later.get(table, ()))]
    rows = ((load, batch) for load in loads for name in load.entities for batch in batches(world, name, load.columns))
    with ahead(rows) as made:
        yield Made(made, totals)


def load_tables(
    world: World, graph: Graph, made: Made, transaction: Transaction, progress: Progress | None
) -> dict[str, int]:
    """Insert all rows, tables in their order, and set in the end what had to wait; the number of rows by table.

    Raises DatabaseError naming entity, field and row where the database refuses one.
    """
    done = {table: _Counter(table, total, progress) for table, total in made.totals.items()}
    inserted = dict.fromkeys(graph.tables, 0)
    for load, group in groupby(made.rows, key=itemgetter(0)):
        passing = map(done[load.table].pass_on, map(itemgetter(1), group))
        try:
            inserted[load.table] += transaction.load(load.table, load.columns, passing)
        except RowRefused as refused:
            raise explained(world, load.entities, refused) from None
    for table, later in graph.later.items():
        for entity in world.scope.tables[table]:
            if columns := tuple(column for column in later if column in world.entity(entity).fields):
                key = world.scope.key(entity)
                transaction.update(table, key, columns, _batches(world, entity, (*key, *columns)))
    return inserted


def _batches(world: World, entity: str, columns: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    with ahead(batches(world, entity, columns)) as made:
        yield from made


def _loads(world: World, table: str, later: tuple[str, ...]) -> Iterator[_Load]:
    def columns(entity: str) -> tuple[str, ...]:
        return tuple(sorted(world.entity(entity).fields))

    for _, group in groupby(world.scope.tables[table], key=columns):
        entities = tuple(group)
        at_first = tuple(column for column in world.entity(entities[0]).fields if column not in later)
        yield _Load(table, at_first, entities)


class _Counter:
    """Tells how many rows of a table have been handed on."""

    def __init__(self, table: str, total: int, progress: Progress | None) -> None:
        self.table, self.total, self.progress, self.done = table, total, progress, 0

    def pass_on(self, batch: pl.DataFrame) -> pl.DataFrame:
        self.done += len(batch)
        if self.progress is not None:
            self.progress(self.table, self.done, self.total)
        return batch


def explained(world: World, entities: Sequence[str], refused: RowRefused) -> DatabaseError:
    """The same error, naming the entity, field and row of the spec."""
    row = refused.row
    for entity in entities if row is not None else ():
        count = world.count(entity)
        if row is not None and row < count:
            field = f"`{entity}.{refused.column}`" if refused.column else f"`{entity}`"
            return DatabaseError(f"row {row + 1} of {field}: {refused.message}", refused.help)
        row = None if row is None else row - count
    return DatabaseError(f"table `{refused.table}`: {refused.message}", refused.help)
