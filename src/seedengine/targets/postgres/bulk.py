"""Bulk load on PostgreSQL: which tables lose keys and indexes while rows come, and have them back afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa
from psycopg import errors, sql

from seedengine.catalog import TakenOff
from seedengine.diagnostics import DatabaseError
from seedengine.targets.postgres.bulk_catalog import (
    Held,
    LoadedTable,
    find_functions,
    find_triggers,
    read_held,
    read_tables,
)
from seedengine.targets.postgres.bulk_changes import check_deferred, local_settings, lock, put_back, take_off
from seedengine.targets.postgres.catalog import PostgresCatalog
from seedengine.targets.postgres.connection import raw_connection
from seedengine.targets.postgres.errors import shortened, translated
from seedengine.targets.protocol import BulkLoad
from seedengine.targets.relations import find_relation

MANY_ROWS = 100_000
"""From so many rows on that come into a table, a bulk load pays."""

FEW_KEPT = 0.1
"""All rows of a table are checked anew; those that it keeps may be so many for each that comes."""

LOCK_TIMEOUT = "3s"
"""So long locks are waited for; the server needs 1 s to send away a vacuum of its own that holds one."""

IN_PLACE = "loaded with constraints and indexes in place"

NOTHING = Held((), ())


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """What a bulk load takes off which tables, and why others keep theirs.

    `small` tables get and keep few rows; foreign keys by which they refer to `bulk` ones go where a key goes.
    """

    bulk: tuple[LoadedTable, ...] = ()
    small: tuple[LoadedTable, ...] = ()
    held: Held = NOTHING
    notes: tuple[str, ...] = ()

    def steps(self) -> tuple[TakenOff, ...]:
        """What is taken off, by table."""
        steps = (
            TakenOff(
                table.name,
                tuple(key.name for key in self.held.foreign_keys if key.table == table),
                tuple(each.name for each in self.held.indexes if each.table == table and each.constraint is not None),
                tuple(each.name for each in self.held.indexes if each.table == table and each.constraint is None),
            )
            for table in (*self.bulk, *self.small)
        )
        return tuple(step for step in steps if step.foreign_keys or step.constraints or step.indexes)


def build_bulk_plan(
    connection: sa.Connection, catalog: PostgresCatalog, load: BulkLoad, going: Mapping[str, int]
) -> BulkPlan:
    """What a bulk load of these rows takes off; rows that are still `going` do not count as kept."""
    few = [name for name, rows in load.rows.items() if rows < MANY_ROWS]
    notes = [_unwanted(few, f"fewer than {MANY_ROWS:,} rows come")] if few and load.forced else []
    if len(few) == len(load.rows):
        return BulkPlan(notes=tuple(notes))
    relations = {name: find_relation(catalog.relations, name) for name in load.rows if name in catalog.relations}
    tables = read_tables(connection, relations)
    created = (name for name in load.rows if name not in relations and name not in few)
    notes += [f"`{name}` gets its keys and indexes once its rows are there" for name in created]
    bulk, small = [], []
    for table in tables:
        coming = load.rows[table.name]
        if coming < MANY_ROWS:
            if table.obstacle is None and _keeps_at_most(connection, table, MANY_ROWS - coming, going):
                small.append(table)
        elif table.obstacle is not None:
            notes.append(f"`{table.name}` is {IN_PLACE}: {table.obstacle}")
        elif _keeps_at_most(connection, table, int(coming * FEW_KEPT), going):
            bulk.append(table)
        elif load.forced:
            notes.append(_unwanted([table.name], f"it keeps more than {FEW_KEPT:.0%} as many rows as come"))
    if bulk and not load.forced:
        deleted = read_tables(connection, {name: find_relation(catalog.relations, name) for name in going})
        triggers = find_triggers(connection, tables, load.updated, deleted)
        if needed := _needed_by(triggers, find_functions(connection, tables)):
            notes.append(f"rows are {IN_PLACE}, which {needed} may need; `--bulk-load` takes them off")
            return BulkPlan(notes=tuple(notes))
    held = read_held(connection, bulk, small).movable() if bulk else NOTHING
    return BulkPlan(tuple(bulk), tuple(small), held, tuple(notes))


def _unwanted(tables: Sequence[str], reason: str) -> str:
    """Why there is no bulk load of tables although somebody asks for one."""
    return f"no bulk load of {_listed(tables)}: {reason}"


def _needed_by(triggers: Sequence[str], functions: Sequence[str]) -> str:
    """What somebody's code is that rows set going."""
    named = [f"triggers ({_listed(triggers)})"] if triggers else []
    if functions:
        named.append(f"functions of checks, defaults or generated columns ({_listed(functions)})")
    return " and ".join(named)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _keeps_at_most(connection: sa.Connection, table: LoadedTable, bound: int, going: Mapping[str, int]) -> bool:
    """Whether so many rows at most remain; no more are looked at than it takes to know."""
    enough = bound + going.get(table.name, 0) + 1
    counting = sql.SQL("SELECT count(*) FROM (SELECT FROM ONLY {} LIMIT {}) r").format(
        sql.Identifier(table.schema, table.relname), sql.Literal(enough)
    )
    row = raw_connection(connection).execute(counting).fetchone()
    assert row is not None
    return bool(row[0] < enough)


@contextmanager
def loading_in_bulk(
    connection: sa.Connection, plan: BulkPlan, labels: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[tuple[TakenOff, ...], list[str]]]:
    """Around deletes and a load: what `plan` names is off meanwhile, and back as it was afterwards.

    Yields what is off, and notes for the user; where the server does not let it be taken off, a lock that cannot be had
    in time above all, it stays in place. Raises RowRefused where a row breaks a constraint, and DatabaseError where the
    constraints and indexes would not be as they were.
    """
    notes = list(plan.notes)
    before = None
    if plan.steps():
        try:
            before = _take_off(connection, plan)
        except psycopg.Error as error:
            notes.append(f"rows are {IN_PLACE}: {_reason(error, plan)}")
    yield () if before is None else plan.steps(), notes
    if before is None:
        return
    with translated():
        put_back(raw_connection(connection), before.movable(), labels)
        after = read_held(connection, plan.bulk, plan.small)
    if not after.equals(before):
        raise DatabaseError(
            "constraints and indexes would not be as they were before the load",
            "nothing was changed; load with `--keep-constraints`",
        )


def _take_off(connection: sa.Connection, plan: BulkPlan) -> Held:
    """What hangs on the tables, read under their locks, and of which all that is movable is off."""
    raw = raw_connection(connection)
    with raw.transaction(), local_settings(raw, {"lock_timeout": LOCK_TIMEOUT}):
        check_deferred(raw)
        names = [step.table for step in plan.steps()]
        lock(raw, [table for table in (*plan.bulk, *plan.small) if table.name in names])
        with translated():
            held = read_held(connection, plan.bulk, plan.small)
        take_off(raw, held.movable())
    return held


def _reason(error: psycopg.Error, plan: BulkPlan) -> str:
    if isinstance(error, errors.LockNotAvailable | errors.DeadlockDetected):
        names = _listed(step.table for step in plan.steps())
        return f"another session holds one of {names}, or a table that they refer to"
    return shortened(error.diag.message_primary or str(error), 160)
