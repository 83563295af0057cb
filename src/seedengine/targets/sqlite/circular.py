"""Deleting rows that may refer to each other, one by one, where SQLite would act on others for each that goes."""

import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, groupby, islice

import sqlalchemy as sa

from seedengine.diagnostics import DatabaseError
from seedengine.targets.conditions import Rows
from seedengine.targets.found import FoundRows, Workspace
from seedengine.targets.sqlite.unwinding import Key, References, Unwinding

_BATCH_ROWS = 10_000


def acting_keys(group: Sequence[FoundRows]) -> list[Key]:
    """The foreign keys among these tables with an action of their own; SQLite does not defer RESTRICT either."""
    names = {rows.relation.table.name for rows in group}
    tables = [rows.relation.table for rows in group]
    keys = [Key.of(table, key) for table in tables for key in table.foreign_keys if key.target in names]
    return [each for each in keys if each.key.on_delete != "NO ACTION"]


class CircularDeletion:
    """Deletes the rows found of these tables so that, as far as may be, none of the keys acts.

    `emptied` counts the references that are set to NULL for it.
    """

    def __init__(self, workspace: Workspace, group: Sequence[FoundRows], keys: Sequence[Key]) -> None:
        self._workspace = workspace
        self._group = group
        self._keys = keys
        # Rows of a temporary table are numbered from 1; here, those of all tables in one line from 0.
        self._starts = [0, *accumulate(map(self._count, group))]
        self._statements: dict[tuple[int, Key | None], sa.Delete | sa.Update] = {}
        self.emptied = 0

    def _count(self, rows: FoundRows) -> int:
        counted = sa.select(sa.func.count()).select_from(rows.clause)
        return int(self._workspace.connection.execute(counted).scalar_one())

    def run(self) -> None:
        """Delete them."""
        references = References(self._keys)
        for number, key in enumerate(self._keys):
            for child, parent in self._referring(key):
                references.add(child, parent, number)
        steps = Unwinding(self._starts[-1], references).steps()
        placed = ((bisect_right(self._starts, row) - 1, key, row) for row, key in steps)
        for (place, key), each in groupby(placed, lambda step: step[:2]):
            statement = self._statement(place, key)
            numbers = ({"number": row - self._starts[place] + 1} for _, _, row in each)
            while batch := list(islice(numbers, _BATCH_ROWS)):
                with _explained(self._group[place].relation.table.name):
                    self._workspace.connection.execute(statement, batch)
                self.emptied += len(batch) if key else 0

    def _place(self, table: str) -> int:
        return next(place for place, rows in enumerate(self._group) if rows.relation.table.name == table)

    def _referring(self, key: Key) -> Iterator[tuple[int, int]]:
        """The rows that refer to another by this key, each with that one."""
        child, parent = self._place(key.table.name), self._place(key.key.target)
        found, parents = self._group[child], self._group[parent]
        children = found.clause.alias("child")
        rows = Rows.of(found.relation)
        same = [rows.column(name) == children.c[found.columns[name]] for name in found.relation.key]
        same += [
            parents.column(target) == self._workspace.referring(rows, column, parents.relation, target)
            for column, target in zip(key.key.columns, key.key.target_columns, strict=True)
        ]
        number: sa.ColumnElement[int] = sa.literal_column("child.rowid")
        other_number: sa.ColumnElement[int] = sa.literal_column(f"{parents.clause.name}.rowid")
        query = sa.select(number, other_number).select_from(children, rows.alias, parents.clause).where(*same)
        for one, other in self._workspace.connection.execute(query):
            yield one - 1 + self._starts[child], other - 1 + self._starts[parent]

    def _statement(self, place: int, key: Key | None) -> sa.Delete | sa.Update:
        """Deletes the row of that number in a table, or sets its reference by this key to NULL."""
        if (place, key) not in self._statements:
            self._statements[place, key] = _build_statement(self._group[place], key)
        return self._statements[place, key]


def _build_statement(found: FoundRows, key: Key | None) -> sa.Delete | sa.Update:
    table = found.relation.clause()
    number = sa.literal_column("rowid") == sa.bindparam("number", type_=sa.Integer)
    values = {name: sa.select(found.clause.c[found.columns[name]]).where(number) for name in found.relation.key}
    is_it = [table.c[name] == value.scalar_subquery() for name, value in values.items()]
    if key is None or key.loose is None:
        return sa.delete(table).where(*is_it)
    return sa.update(table).where(*is_it).values({key.loose: None})


@contextmanager
def _explained(table: str) -> Iterator[None]:
    """SQLite says what it could not do to a row, and not why it had to."""
    try:
        yield
    except (sa.exc.IntegrityError, sa.exc.OperationalError) as error:
        not_null = getattr(error.orig, "sqlite_errorcode", 0) == sqlite3.SQLITE_CONSTRAINT_NOTNULL
        if not not_null and "too many levels of trigger recursion" not in str(error.orig):
            raise
        refusal = DatabaseError(
            f"rows of `{table}` refer to each other in a circle that SQLite cannot take apart: {error.orig}",
            "let a column of that foreign key be NULL; nothing was changed",
        )
    else:
        return
    raise refusal
