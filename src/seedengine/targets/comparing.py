"""The rows that a spec makes against those of a database: what is missing, what is changed, what is there besides.

The rows of the spec are loaded into temporary tables with the types of the table's own columns, so that both sides are
what the database makes of the same values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import sqlalchemy as sa

from seedengine.diagnostics import DatabaseError
from seedengine.differences import SHOWN, ChangedValue, EntityDifferences, ExtraRows, Key
from seedengine.targets.closure import Search
from seedengine.targets.conditions import Rows
from seedengine.targets.found import CreateTemporary, FoundRows, Workspace
from seedengine.targets.protocol import Comparison, ExpectedRows, Removal, RowRefused
from seedengine.targets.relations import Relation, quoted_table
from seedengine.targets.rowtexts import Differ, RowText, Shown

_TEXT, _COPY = "seedengine_text", "seedengine_copy"
"""Columns that tell rows apart where no key of the database does: their text, and a number among those alike."""


@dataclass(frozen=True)
class _Staging:
    """The rows of one entity in a temporary table, and how they are found in the table that they are for.

    `apart` are columns that other entities of the table fill, and this one leaves NULL.
    """

    expected: ExpectedRows
    relation: Relation
    columns: tuple[str, ...]
    clause: sa.TableClause
    apart: tuple[str, ...]

    @cached_property
    def told_by(self) -> tuple[str, ...]:
        """The columns that tell a row from others."""
        return self.expected.key or self.columns

    @cached_property
    def keyed(self) -> bool:
        """Whether the database has a key of these columns, by which it finds a row and no other."""
        table = self.relation.table
        declared = {column.name: column for column in table.columns}
        unique = set(self.told_by) in [set(each) for each in (table.primary_key, *table.unique)]
        return unique and not any(declared[name].nullable and name not in table.primary_key for name in self.told_by)

    def side(self, rows: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.FromClause:
        """Rows of either table that fulfil the conditions, with what tells them apart: a number, where no key does."""
        if self.keyed:
            return sa.select(*rows.c).select_from(rows).where(*conditions).subquery() if conditions else rows
        if rows is not self.clause:
            conditions = (*conditions, *(rows.c[name].is_(None) for name in self.apart))
        text = RowText(*(rows.c[name] for name in self.told_by))
        copy = sa.func.row_number().over(partition_by=text)
        query = sa.select(*rows.c, text.label(_TEXT), copy.label(_COPY)).select_from(rows)
        return query.where(*conditions).subquery()

    def same(self, left: sa.FromClause, right: sa.FromClause) -> sa.ColumnElement[bool]:
        """That two rows, one of either side, are to be the same."""
        if left is self.clause:  # SQLite compares by the collation of the left side, which is to be the database's
            left, right = right, left
        names = self.told_by if self.keyed else (_TEXT, _COPY)
        return sa.and_(*(left.c[name] == right.c[name] for name in names))

    def absent(self, side: sa.FromClause) -> sa.ColumnElement[bool]:
        """That an outer join has found no row on that side."""
        return side.c[self.told_by[0] if self.keyed else _COPY].is_(None)


class Comparing:
    """One comparison; its temporary tables exist once it is made, and `number` makes their names."""

    def __init__(
        self, workspace: Workspace, expected: Sequence[ExpectedRows], removals: Sequence[Removal], number: int
    ) -> None:
        self._workspace = workspace
        self._expected = expected
        self._staged = dict(self._make_tables(number))
        self._search = Search(workspace, removals, number)

    def _make_tables(self, number: int) -> Iterator[tuple[ExpectedRows, _Staging]]:
        for position, each in enumerate(self._expected):
            relation = self._workspace.relations.get(each.table)
            if relation is None:
                continue
            columns = tuple(name for name in each.columns if relation.table.column(name) is not None)
            if not columns or not set(each.key) <= set(columns):
                continue
            name = f"seedengine_expected_{number}_{position}"
            clause = quoted_table(name, self._workspace.temporary_schema, columns)
            source = relation.clause()
            shape = sa.select(*(source.c[column] for column in columns))
            self._workspace.connection.execute(CreateTemporary(clause, shape))
            yield each, _Staging(each, relation, columns, clause, tuple(self._apart(each, relation)))

    def _apart(self, expected: ExpectedRows, relation: Relation) -> Iterator[str]:
        filled = {name for each in self._expected if each.table == expected.table for name in each.columns}
        for column in relation.table.columns:
            if column.name in filled and column.name not in expected.columns and column.default is None:
                yield column.name

    def run(self) -> Comparison:
        """Compare, and find what a cleanup would remove."""
        self._workspace.freeze()
        # First of all, so that a row that the database refuses is known by its entity.
        entities = tuple(self._compare(each) for each in self._expected)
        found = self._search.run()
        extra = (self._extra(table, rows) for table, (rows, _) in found.items())
        return Comparison(entities, tuple(each for each in extra if each.rows))

    def _compare(self, expected: ExpectedRows) -> EntityDifferences:
        staging = self._staged.get(expected)
        if staging is None:
            relation = self._workspace.relations.get(expected.table)
            lacking = tuple(name for name in expected.columns if relation and relation.table.column(name) is None)
            return EntityDifferences(
                expected.entity, expected.table, expected.rows, missing=expected.rows, lacking=lacking
            )
        self._load(staging)
        there = Rows.of(staging.relation)
        theirs = staging.side(there.alias, *there.own())
        ours = staging.side(staging.clause)
        missing, keys = self._listed(
            ours.outerjoin(theirs, staging.same(ours, theirs)),
            staging.absent(theirs),
            ours,
            staging.told_by,
            ordered=staging.keyed,
        )
        changed, columns, first = self._changed(staging, ours, theirs)
        lacking = tuple(name for name in expected.columns if name not in staging.columns)
        return EntityDifferences(
            expected.entity, expected.table, expected.rows, missing, keys, changed, columns, first, lacking
        )

    def _load(self, staging: _Staging) -> None:
        relation, expected = staging.relation, staging.expected
        into = Relation(relation.table, self._workspace.temporary_schema, staging.clause.name, (), relation.types)
        try:
            self._workspace.stage(into, staging.columns, expected.batches(staging.columns))
        except RowRefused as refused:
            place = f"{expected.entity}.{refused.column}" if refused.column else expected.entity
            row = f"row {refused.row + 1} of " if refused.row is not None else ""
            raise DatabaseError(f"{row}`{place}`: {refused.message}", refused.help) from None

    def _changed(
        self, staging: _Staging, ours: sa.FromClause, theirs: sa.FromClause
    ) -> tuple[int, Mapping[str, int], tuple[ChangedValue, ...]]:
        """How many rows are changed, how many values by column, and the first of these."""
        differing = {
            name: Differ(theirs.c[name], ours.c[name]) for name in staging.columns if name not in staging.told_by
        }
        if not differing:
            return 0, {}, ()
        both = ours.join(theirs, staging.same(ours, theirs))
        changed = sa.or_(*differing.values())
        counted: list[sa.ColumnElement[Any]] = [
            sa.func.count(),
            *(sa.func.count(sa.case((each, 1))) for each in differing.values()),
        ]
        rows, *counts = map(int, self._execute(sa.select(*counted).select_from(both).where(changed)).one())
        columns = {name: count for name, count in zip(differing, counts, strict=True) if count}
        first = self._values(staging, ours, theirs, tuple(columns)) if rows else iter(())
        return rows, columns, tuple(islice(first, SHOWN))

    def _values(
        self, staging: _Staging, ours: sa.FromClause, theirs: sa.FromClause, columns: Sequence[str]
    ) -> Iterator[ChangedValue]:
        """The first changed values, row by row; `columns` are those that have any."""
        differing = [Differ(theirs.c[name], ours.c[name]) for name in columns]
        told_by = [ours.c[name] for name in staging.told_by]
        query = (
            sa.select(
                *map(Shown, told_by),
                *(Shown(ours.c[name]) for name in columns),
                *(Shown(theirs.c[name]) for name in columns),
                *(sa.case((each, 1), else_=0) for each in differing),
            )
            .select_from(ours.join(theirs, staging.same(ours, theirs)))
            .where(sa.or_(*differing))
            .order_by(*(told_by if staging.keyed else map(Shown, told_by)))
            .limit(SHOWN)
        )
        for row in self._execute(query):
            key, values = _key(staging.told_by, row[: len(told_by)]), row[len(told_by) :]
            for name, before, after, differs in zip(columns, *_thirds(values), strict=True):
                if differs:
                    yield ChangedValue(key, name, _text(before), _text(after))

    def _extra(self, table: str, found: FoundRows) -> ExtraRows:
        """The rows of a table that go, and that no entity makes."""
        rows = Rows.of(found.relation)
        gone = found.holds(rows.column)
        joined: sa.FromClause = rows.alias
        conditions: list[sa.ColumnElement[bool]] = [gone]
        own = [each for each in self._staged.values() if each.expected.table == table]
        for staging in own:
            ours = staging.side(staging.clause)
            if staging.keyed:
                joined = joined.outerjoin(ours, staging.same(rows.alias, ours))
            else:
                # Equal rows are counted among those that go, wherever else there may be one.
                numbered = staging.side(rows.alias, gone)
                this = sa.and_(*(numbered.c[name] == rows.column(name) for name in found.relation.key))
                joined = joined.outerjoin(numbered, this).outerjoin(ours, staging.same(numbered, ours))
            conditions.append(staging.absent(ours))
        key = found.relation.table.primary_key
        names = key or (own[0].told_by if own else _all(found.relation))
        count, keys = self._listed(joined, sa.and_(*conditions), rows.alias, names, ordered=bool(key))
        return ExtraRows(table, count, keys)

    def _listed(
        self,
        rows: sa.FromClause,
        condition: sa.ColumnElement[bool],
        shown: sa.FromClause,
        names: Sequence[str],
        *,
        ordered: bool,
    ) -> tuple[int, tuple[Key, ...]]:
        """How many rows the condition holds for, and what tells the first ones from others.

        What is no key may have a type without an order, so that its text has to serve.
        """
        count = self._execute(sa.select(sa.func.count()).select_from(rows).where(condition)).scalar_one()
        if not count:
            return 0, ()
        columns = [shown.c[name] for name in names]
        order = columns if ordered else map(Shown, columns)
        query = sa.select(*map(Shown, columns)).select_from(rows).where(condition).order_by(*order).limit(SHOWN)
        return count, tuple(_key(names, row) for row in self._execute(query))

    def _execute(self, query: sa.Select[Any]) -> sa.CursorResult[Any]:
        return self._workspace.connection.execute(query)


def _all(relation: Relation) -> tuple[str, ...]:
    return tuple(column.name for column in relation.table.columns)


def _key(names: Sequence[str], row: Sequence[object]) -> Key:
    return {name: _text(value) for name, value in zip(names, row, strict=True)}


def _thirds(values: Sequence[object]) -> Iterator[Sequence[object]]:
    size = len(values) // 3
    return (values[at : at + size] for at in range(0, len(values), size))


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    return None if value is None else str(value)
