"""Whose the rows are that an upsert would change: somebody's, where a cleanup filter or what they hang on says so."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa

from seedengine.catalog import ForeignKey, Table
from seedengine.spec.cleanup import Removed, TableFilter
from seedengine.targets.closure import ROW_PART
from seedengine.targets.conditions import Rows, matching
from seedengine.targets.found import Workspace
from seedengine.targets.relations import reachable
from seedengine.targets.staged import StagedTable

MOST_WAYS = 500
"""So many ways from table to table are looked at, the shortest first: each is a part of one statement."""

_Tables = frozenset[str]


class Owners:
    """Tells whose rows are by what is there before anything is written; `cleanup` has the filters by table."""

    def __init__(
        self, workspace: Workspace, staged: Mapping[str, StagedTable], cleanup: Mapping[str, TableFilter]
    ) -> None:
        self._workspace = workspace
        self._staged = staged
        self._filters = {table: each for table, each in cleanup.items() if not each.is_empty()}
        self._keys = {table: _deciding(each.table, cleanup.get(table)) for table, each in workspace.relations.items()}
        needs = {table: {key.target for key in keys} for table, keys in self._keys.items()}
        self._owned = {
            table for table in needs if not self._filters.keys().isdisjoint({table} | reachable(table, needs))
        }

    def somebodys(self, rows: Rows) -> sa.ColumnElement[bool] | None:
        """That a row is somebody's: the filter of its table does not match it, or it hangs on such a row.

        None where no filter can say so. Raises InvalidCall where a filter names a column that its table lacks.
        """
        table = rows.relation.table.name
        if table in self._filters:
            return self._unnamed(rows, table)
        found = [self._hangs(rows, way) for way in self._ways(table)]
        return sa.or_(*found) if found else None

    def _unnamed(self, rows: Rows, table: str) -> sa.ColumnElement[bool]:
        known = partial(self._values, frozenset())
        named = matching(self._filters[table], rows, self._workspace.compare, known)
        return sa.not_(sa.func.coalesce(named, sa.false()))

    def _ways(self, table: str) -> Iterator[tuple[ForeignKey, ...]]:
        """The ways by foreign keys to tables with a filter; what is between them has none, and stands in each once."""
        waiting: deque[tuple[ForeignKey, ...]] = deque([()])
        followed = 0
        while waiting:
            way = waiting.popleft()
            reached = way[-1].target if way else table
            if reached in self._filters:
                yield way
                continue
            passed = {key.target for key in way}
            for key in self._keys[reached]:
                if key.target in self._owned - passed and followed < MOST_WAYS:
                    followed += 1
                    waiting.append((*way, key))

    def _hangs(self, rows: Rows, way: tuple[ForeignKey, ...]) -> sa.Exists:
        """That a row leads this way to one of somebody's; a NULL in a key leads nowhere."""
        parents, conditions = [], []
        for key in way:
            parents.append(Rows.of(self._workspace.relations[key.target]))
            conditions += [*_refers(rows, key, parents[-1]), *parents[-1].own()]
            rows = parents[-1]
        conditions.append(self._unnamed(rows, way[-1].target))
        # One join and no EXISTS in another: SQLite's parser takes but a few of these.
        return sa.exists(sa.select(sa.literal(1)).select_from(*(each.alias for each in parents)).where(*conditions))

    def _values(self, asked: _Tables, removed: Removed) -> sa.ScalarSelect[str]:
        """The values, as text, of a column in the rows of a table that are this spec's.

        These are the spec's rows as they will be, and those that the table's own filter matches, whose `removed` means
        no more than the spec's rows of a table that was `asked` already.
        """
        table, column = removed.table, removed.column
        found: list[sa.Select[Any]] = [sa.select(sa.null()).where(sa.false())]
        if relation := self._workspace.relations.get(table):
            relation.require([column])
            if own := self._staged.get(table):
                found += own.values(self._staged, column)
            if (filter := self._filters.get(table)) and table not in asked:
                rows, known = Rows.of(relation), partial(self._values, asked | {table})
                named = matching(filter, rows, self._workspace.compare, known)
                found.append(sa.select(rows.column(column)).select_from(rows.alias).where(named, *rows.own()))
        return sa.union_all(*map(_texts, found)).scalar_subquery()


def _texts(query: sa.Select[Any]) -> sa.Select[Any]:
    """The values of a query as text, and no NULL: one of those would leave open whether a value is among them."""
    (value,) = query.subquery().c
    return sa.select(sa.cast(value, sa.Text)).where(value.is_not(None))


def _refers(rows: Rows, key: ForeignKey, parents: Rows) -> Iterator[sa.ColumnElement[bool]]:
    for column, target in zip(key.columns, key.target_columns, strict=True):
        yield parents.column(target) == rows.column(column)
    if key.parts:
        yield parents.column(ROW_PART).in_(key.parts)
    if key.rows_in:
        yield rows.column(ROW_PART).in_(key.rows_in)


def _deciding(table: Table, entry: TableFilter | None) -> tuple[ForeignKey, ...]:
    """The foreign keys that say whose a row is: the one that the cleanup names, or all of them."""
    named = (key for key in table.foreign_keys if entry is not None and key.columns == (entry.follows,))
    return tuple(named) or table.foreign_keys
