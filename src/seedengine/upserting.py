"""Rows that are brought up to date where they are there, and inserted where they are not; nothing is removed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import product
from time import monotonic
from typing import TYPE_CHECKING

from seedengine.catalog import ForeignKey
from seedengine.diagnostics import InvalidCall
from seedengine.explaining import explaining
from seedengine.planning import CAREFUL, Allowed, Size, Summary, TableResult
from seedengine.planning.choices import Progress
from seedengine.planning.renewal import check_unrenewed
from seedengine.run import Run
from seedengine.spec.cleanup import TableFilter
from seedengine.spec.load import Loaded
from seedengine.spec.references import find_copied
from seedengine.spec.scope import Scope

if TYPE_CHECKING:
    import polars as pl

    from seedengine.targets.protocol import Target, UpsertTable

UPSERT_NOTES = ("rows that are there, told by their `key`, are updated where they differ; nothing is removed",)
"""What a plan has to say beside its steps."""


def upsert(
    loaded: Loaded,
    target: Target,
    *,
    create_tables: bool = False,
    allowed: Allowed = CAREFUL,
    progress: Progress | None = None,
) -> Summary:
    """Insert the rows that the database lacks and update those that differ, in one transaction: all of it, or nothing.

    A row that is there is told by the `key` of its entity, and keeps its primary key; rows of the spec that refer to it
    follow. Raises InvalidCall where an entity has no key, InvalidSpec where the spec does not fit the database or a
    value cannot be made, DatabaseError where the database refuses or a key tells no single row, Refused where a row to
    be changed may be somebody's.
    """
    started = monotonic()
    run = Run(loaded, target, create_tables)
    require_keys(run.scope)
    warnings = check_unrenewed(run.check)
    tables = [upsert_table(run, table, progress) for table in run.graph.tables]
    writing = target.begin(witnessed=not allowed.unwitnessed, unprotect=allowed.unprotect)
    with explaining(loaded), writing as transaction:
        if run.creating:
            transaction.create([run.own_tables[table] for table in run.graph.tables])
        with naming_rows(run):
            done = transaction.upsert(tables)
    results = tuple(TableResult(table, 0, each.inserted, each.updated) for table, each in done.items())
    notes = (*run.notes, *transaction.notes)
    return Summary(
        loaded.spec.name, target.name, results, monotonic() - started, warnings, notes, Size.of(loaded.options)
    )


def require_keys(scope: Scope) -> None:
    """Raises InvalidCall for an entity whose rows nothing tells apart."""
    for entity, spec in scope.spec.entities.items():
        if spec.table is not None and not scope.key(entity):
            raise InvalidCall(
                f"`{entity}` has no `key`, by which `--mode upsert` finds the rows that are there",
                "name the fields that tell its rows apart with `key:`, or take `--mode replace`",
            )


@contextmanager
def naming_rows(run: Run) -> Iterator[None]:
    """Around an upsert: a row that is refused is known by its entity and field; raises DatabaseError."""
    from seedengine.loading import explained
    from seedengine.targets.protocol import RowRefused

    try:
        yield
    except RowRefused as refused:
        raise explained(run.world, run.scope.tables[refused.table], refused) from None


def upsert_table(run: Run, table: str, progress: Progress | None = None) -> UpsertTable:
    """The rows of a table as a target wants them told for an upsert; they are made as they are asked for."""
    from seedengine.targets.protocol import UpsertRows, UpsertTable

    entities = run.scope.tables[table]
    rows = tuple(
        UpsertRows(
            tuple(run.world.entity(entity).fields),
            run.world.count(entity),
            tuple(_references(run, entity)),
            partial(_batches, run, table, entity, progress),
        )
        for entity in entities
    )
    cleanup = {name: each for name, each in run.scope.spec.cleanup.items() if isinstance(each, TableFilter)}
    return UpsertTable(table, run.scope.key(entities[0]), rows, run.graph.later.get(table, ()), cleanup)


def _references(run: Run, entity: str) -> Iterator[ForeignKey]:
    """The fields that hold what tells a row of another table from others, as keys of the database would say it."""
    taken: dict[tuple[object, str], dict[str, list[str]]] = {}
    for field in run.world.entity(entity).fields:
        for copied in find_copied(run.scope, entity, field):
            for table in dict.fromkeys(run.world.entity(each).table for each in copied.entities):
                if table is not None:
                    way: object = copied.hops if copied.hops is not None else field
                    taken.setdefault((way, table), {}).setdefault(copied.column, []).append(field)
    for (_, table), fields in taken.items():
        held = run.tables[table]
        for columns in dict.fromkeys((held.primary_key, *held.unique, run.scope.key(run.scope.tables[table][0]))):
            if columns and set(columns) <= set(fields):
                for own in product(*(fields[column] for column in columns)):
                    yield ForeignKey(own, table, columns)


def _batches(run: Run, table: str, entity: str, progress: Progress | None) -> Iterator[pl.DataFrame]:
    from seedengine.generation.entity import batches
    from seedengine.targets.ahead import ahead

    entities = run.scope.tables[table]
    total = run.world.count(*entities)
    done = run.world.count(*entities[: entities.index(entity)])
    with ahead(batches(run.world, entity)) as made:
        for batch in made:
            done += batch.height
            if progress is not None:
                progress(table, done, total)
            yield batch
