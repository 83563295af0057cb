"""Rows that are there already are brought up to date where they differ, the others are inserted; nothing goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ClauseElement, Executable

from seedengine.diagnostics import DatabaseError
from seedengine.targets.conditions import Rows
from seedengine.targets.following import Following
from seedengine.targets.found import FoundRows, Workspace
from seedengine.targets.ownership import Owners
from seedengine.targets.protocol import Upserted, UpsertTable
from seedengine.targets.refusing import (
    find_somebodys,
    refuse_equal_keys,
    refuse_lost,
    refuse_several_matches,
    refuse_somebodys,
    refuse_taken,
)
from seedengine.targets.rowtexts import Differ
from seedengine.targets.staged import StagedTable, among


@dataclass(frozen=True, slots=True)
class Written:
    """What one statement did to a table."""

    table: str
    inserted: int = 0
    updated: int = 0


class Upsert:
    """Rows are staged, compared and then written, each for all tables; `number` makes the names of temporary tables.

    Raises InvalidCall where a table lacks a column, or keys refer to each other in a circle.
    """

    def __init__(self, workspace: Workspace, tables: Sequence[UpsertTable], number: int) -> None:
        self._workspace = workspace
        following = Following(tables, workspace.relations)
        self._staged = {
            table.table: StagedTable(workspace, table, following, f"{number}_{position}")
            for position, table in enumerate(tables)
        }
        self._order = following.order
        self._owners = Owners(
            workspace, self._staged, {name: each for table in tables for name, each in table.cleanup.items()}
        )
        self.results: dict[str, Upserted] = {}
        """How many rows of each table are new or changed, once they are compared."""

    def compare(self) -> None:
        """Find, and lock, the rows that are there, and which of them differ; raises RowRefused."""
        self._workspace.freeze()
        for staged in self._staged.values():
            staged.stage()
        for table in self._order:
            self._match(self._staged[table])
        self.results = {table: self._count(staged) for table, staged in self._staged.items()}

    def write(self) -> Iterator[Written]:
        """Write what is new or changed, statement by statement.

        Raises Refused where a row is somebody's, or is not known again, and RowRefused where the database refuses one.
        """
        refuse_somebodys(self.results)
        for staged in self._staged.values():
            with self._workspace.refusals(staged.table.table):
                yield from self._update(staged)
                yield from self._insert(staged)
        for staged in self._staged.values():
            with self._workspace.refusals(staged.table.table):
                yield from self._update_later(staged)
        for table, staged in self._staged.items():
            if self.results[table].inserted:
                refuse_lost(self._workspace, staged, staged.rows(self._staged))

    def _match(self, staged: StagedTable) -> None:
        """Find the rows that are there, and what rows that refer to these need to know."""
        rows, there = staged.rows(self._staged), Rows.of(staged.relation)
        refuse_equal_keys(self._workspace, staged, rows)
        kept = staged.matches.columns
        query = sa.select(*(there.column(name).label(place) for name, place in kept.items()), rows.c[staged.row])
        query = query.select_from(rows.join(there.alias, staged.known(there, rows)))
        if self._workspace.lock_rows:
            query = query.with_for_update(of=there.alias, key_share=True)
        matches = staged.matches.clause
        self._execute(matches.insert().from_select([*kept.values(), staged.row], query))
        self._make_ready(staged.matches, [staged.row])
        refuse_several_matches(self._workspace, staged, rows)
        if staged.before.columns:
            self._find_moved(staged, rows)

    def _find_moved(self, staged: StagedTable, rows: sa.Subquery) -> None:
        """Find the rows that are known by another key in the end than the spec gives them."""
        made, matches, before, after = staged.clause, staged.matches, staged.before, staged.after
        source = made.join(rows, rows.c[staged.row] == made.c[staged.row])
        source = source.outerjoin(matches.clause, matches.clause.c[staged.row] == made.c[staged.row])
        values = [*(made.c[name] for name in before.columns), *(staged.final(rows, name) for name in after.columns)]
        query = sa.select(*values, made.c[staged.row]).select_from(source)
        query = query.where(sa.or_(*(Differ(staged.final(rows, name), made.c[name]) for name in after.columns)))
        places = [*before.columns.values(), *after.columns.values(), staged.row]
        self._execute(before.clause.insert().from_select(places, query))
        self._make_ready(before, list(before.columns.values()))

    def _count(self, staged: StagedTable) -> Upserted:
        rows, new = staged.rows(self._staged), self._count_new(staged)
        if new:
            refuse_taken(self._workspace, staged, rows)
        changed = sum(self._find_changed(staged, *group) for group in staged.groups())
        somebodys = (0, "")
        if changed:
            self._make_ready(staged.changed, [staged.row])
            somebodys = find_somebodys(self._workspace, staged, rows, self._owners)
        return Upserted(new, changed, *somebodys)

    def _find_changed(self, staged: StagedTable, numbers: list[range], columns: tuple[str, ...]) -> int:
        """Find the rows that are there and differ in any column that is not kept; how many there are."""
        names = _settable(staged, columns)
        if not names:
            return 0
        rows, there = staged.rows(self._staged), Rows.of(staged.relation)
        matches = staged.matches.clause
        source = rows.join(matches, matches.c[staged.row] == rows.c[staged.row])
        source = source.join(there.alias, staged.known(there, rows))
        query = sa.select(rows.c[staged.row]).select_from(source)
        query = query.where(among(rows.c[staged.row], numbers), _differ(there, rows, names))
        return self._execute(staged.changed.clause.insert().from_select([staged.row], query))

    def _count_new(self, staged: StagedTable) -> int:
        there = sa.select(sa.func.count()).select_from(staged.matches.clause)
        total = sum(part.count for part in staged.table.rows)
        return total - int(self._workspace.connection.execute(there).scalar_one())

    def _update(self, staged: StagedTable) -> Iterator[Written]:
        """Update changed rows, but for what refers to rows that may be yet to come."""
        if not self.results[staged.table.table].updated:
            return
        waiting = _waiting(staged)
        for numbers, columns in staged.groups():
            names = [name for name in _settable(staged, columns) if name not in waiting]
            if names:
                rows, table = staged.rows(self._staged), staged.relation.clause()
                number = staged.changed.clause.c[staged.row]
                changed = sa.exists().where(number == rows.c[staged.row])
                written = self._set(staged, table, rows, names, among(rows.c[staged.row], numbers), changed)
                counted = sa.select(sa.func.count()).where(among(number, numbers))
                _refuse_left_out(written, "updated", self._workspace.connection.execute(counted).scalar_one())
                yield written

    def _insert(self, staged: StagedTable) -> Iterator[Written]:
        new, inserted = self.results[staged.table.table].inserted, 0
        for numbers, columns in staged.groups() if new else ():
            names = [name for name in columns if name not in staged.table.later]
            rows, matches = staged.rows(self._staged), staged.matches.clause
            found = sa.exists().where(matches.c[staged.row] == rows.c[staged.row])
            query = sa.select(*(rows.c[name] for name in names)).order_by(rows.c[staged.row])
            query = query.where(among(rows.c[staged.row], numbers), ~found)
            count = self._execute(InsertRows(staged.relation.clause(), names, query))
            inserted += count
            yield Written(staged.table.table, inserted=count)
        _refuse_left_out(Written(staged.table.table, inserted=inserted), "inserted", new)

    def _update_later(self, staged: StagedTable) -> Iterator[Written]:
        """Set what refers to rows that had to come first, of old and new rows alike."""
        waiting = _waiting(staged)
        for numbers, columns in staged.groups() if waiting else ():
            names = [name for name in _settable(staged, columns) if name in waiting]
            if names:
                rows, table = staged.rows(self._staged), staged.relation.clause()
                differ = _differ(Rows(staged.relation, table), rows, names)
                yield self._set(staged, table, rows, names, among(rows.c[staged.row], numbers), differ)

    def _set(
        self,
        staged: StagedTable,
        table: sa.TableClause,
        rows: sa.Subquery,
        names: list[str],
        *conditions: sa.ColumnElement[bool],
    ) -> Written:
        there = Rows(staged.relation, table)
        # A constraint's own ON CONFLICT REPLACE would delete rows that nobody meant.
        statement = sa.update(table).prefix_with("OR ABORT", dialect="sqlite")
        statement = statement.values({table.c[name]: rows.c[name] for name in names})
        updated = self._execute(statement.where(staged.known(there, rows), *conditions))
        return Written(staged.table.table, updated=updated)

    def _make_ready(self, found: FoundRows, columns: list[str]) -> None:
        """An index, where the database needs one to look rows up, and the number of rows, where it wants to know."""
        if self._workspace.hashes:
            self._workspace.analyze(found)
            return
        names = ", ".join(columns)
        name = found.clause.name
        self._workspace.connection.exec_driver_sql(
            f"CREATE INDEX {self._workspace.temporary_schema}.{name}_index ON {name} ({names})"
        )

    def _execute(self, statement: sa.sql.expression.Executable) -> int:
        counted = self._workspace.connection.execution_options(preserve_rowcount=True)
        return counted.execute(statement).rowcount


def _refuse_left_out(written: Written, work: str, meant: int) -> None:
    """Raises DatabaseError where nothing complained, and yet not all rows were written."""
    done = written.inserted + written.updated
    if done != meant:
        raise DatabaseError(
            f"{done} rows of `{written.table}` were {work} where {meant} were meant",
            "a trigger or a rule of the database was in the way; nothing was changed",
        )


def _differ(there: Rows, rows: sa.FromClause, names: Sequence[str]) -> sa.ColumnElement[bool]:
    return sa.or_(*(Differ(there.column(name), rows.c[name]) for name in names))


def _settable(staged: StagedTable, columns: Sequence[str]) -> list[str]:
    """The columns that a row which is there may get anew."""
    return [name for name in columns if name not in staged.table.key and name not in staged.kept]


def _waiting(staged: StagedTable) -> set[str]:
    """The columns that may refer to rows which are not there before those of this table, or of all, are inserted."""
    own = (
        key.columns
        for key in staged.relation.table.foreign_keys
        if key.target == staged.table.table and not key.deferrable
    )
    return {*staged.table.later, *(name for columns in own for name in columns)}


class InsertRows(Executable, ClauseElement):
    """The rows of a query into these columns of a table, columns that the database numbers itself included."""

    inherit_cache = False

    def __init__(self, table: sa.TableClause, columns: Sequence[str], query: sa.Select[Any]) -> None:
        self.table, self.columns, self.query = table, columns, query


def _parts(element: InsertRows, compiler: Any, options: Mapping[str, Any]) -> tuple[str, str]:
    table = compiler.process(element.table, asfrom=True, **options)
    columns = ", ".join(compiler.preparer.quote_identifier(name) for name in element.columns)
    return f"INTO {table} ({columns})", compiler.process(element.query, **options)


@compiles(InsertRows, "postgresql")
def _insert_on_postgres(element: InsertRows, compiler: Any, **options: Any) -> str:
    into, query = _parts(element, compiler, options)
    return f"INSERT {into} OVERRIDING SYSTEM VALUE {query}"


@compiles(InsertRows, "sqlite")
def _insert_on_sqlite(element: InsertRows, compiler: Any, **options: Any) -> str:
    into, query = _parts(element, compiler, options)
    return f"INSERT OR ABORT {into} {query}"
