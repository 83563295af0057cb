"""Rows yet to come in temporary tables: as the spec makes them, which of them are there, and what they are to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import polars as pl
import sqlalchemy as sa

from seedengine.targets.columntypes import parse_type
from seedengine.targets.conditions import Rows
from seedengine.targets.following import Follow, Following, kept_columns, numbered
from seedengine.targets.found import CreateTemporary, FoundRows, Workspace
from seedengine.targets.protocol import UpsertTable
from seedengine.targets.relations import Relation, find_relation, quoted_table

Column = sa.ColumnElement[Any]


class StagedTable:
    """The rows of one table, numbered from 0, in a temporary table with the types of the table's own columns.

    `matches` has the numbers of those that are there, with what they keep, and `changed` of those that are there and
    are to be another. `before` and `after`, columns of one table, have what others refer to: as the spec makes it and
    as it is to be, of those rows where it is not the same.
    """

    def __init__(self, workspace: Workspace, table: UpsertTable, following: Following, number: str) -> None:
        self.table = table
        self.relation = find_relation(workspace.relations, table.table)
        self.relation.require((*table.columns, *table.key))
        self.kept = kept_columns(self.relation, table.columns)
        self.follows = following.follows[table.table]
        self._workspace = workspace
        self._name = f"seedengine_upsert_{number}"
        taken = {column.name.lower() for column in self.relation.table.columns}
        self.row = next(name for number in count() if (name := f"row_{number}") not in taken)
        self.clause = self._make("rows", {column: column for column in table.columns})
        kept = {column: f"kept_{place}" for place, column in enumerate(self.kept) if column not in table.key}
        self.matches = FoundRows(self.relation, self._make("there", kept), kept)
        self.changed = FoundRows(self.relation, self._make("changed", {}), {})
        before, after = (
            {column: f"{when}_{place}" for place, column in enumerate(following.referenced[table.table])}
            for when in ("before", "after")
        )
        moved = self._make("moved", before, after)
        self.before, self.after = FoundRows(self.relation, moved, before), FoundRows(self.relation, moved, after)

    def _make(self, kind: str, *columns: Mapping[str, str]) -> sa.TableClause:
        """A temporary table with the types of these columns of the relation, under these names, and a row's number."""
        pairs = [pair for each in columns for pair in each.items()]
        name = f"{self._name}_{kind}"
        clause = quoted_table(name, self._workspace.temporary_schema, [*(place for _, place in pairs), self.row])
        source = self.relation.clause()
        number = sa.cast(sa.literal(0), sa.BigInteger).label(sa.quoted_name(self.row, quote=True))
        shape = (source.c[column].label(sa.quoted_name(place, quote=True)) for column, place in pairs)
        self._workspace.connection.execute(CreateTemporary(clause, sa.select(*shape, number).select_from(source)))
        return clause

    def stage(self) -> None:
        """Load the rows; raises RowRefused where the types of the columns do not take one."""
        types = {**self.relation.types, self.row: parse_type("bigint")}
        columns = (*self.table.columns, self.row)
        found_by = replace(self.relation.table, primary_key=self.table.key)
        staging = Relation(found_by, self._workspace.temporary_schema, self.clause.name, (), types)
        self._workspace.stage(staging, columns, self._batches())

    def _batches(self) -> Iterator[pl.DataFrame]:
        done = 0
        for part in self.table.rows:
            lacking = [pl.lit(None).alias(column) for column in self.table.columns if column not in part.columns]
            for batch in part.batches():
                yield batch.with_columns(*lacking, pl.int_range(done, done + pl.len(), dtype=pl.Int64).alias(self.row))
                done += batch.height

    def rows(self, staged: Mapping[str, StagedTable]) -> sa.Subquery:
        """The rows with their numbers, their columns following what is there under another key."""
        source: sa.FromClause = self.clause
        followed: dict[str, list[Column]] = {}
        for follow in self.follows:
            source = self._following(source, follow, staged[follow.key.target], followed)
        columns = (
            sa.func.coalesce(*followed[name], self.clause.c[name]).label(sa.quoted_name(name, quote=True))
            if name in followed
            else self.clause.c[name]
            for name in self.table.columns
        )
        return sa.select(*columns, self.clause.c[self.row]).select_from(source).subquery()

    def _following(
        self, source: sa.FromClause, follow: Follow, target: StagedTable, followed: dict[str, list[Column]]
    ) -> sa.FromClause:
        moved = target.before.clause.alias()
        pairs = dict(zip(follow.key.columns, follow.key.target_columns, strict=True))

        def fitted(value: Column, column: str) -> Column:
            return self._workspace.fitted(value, target.relation, pairs[column], self.relation, column)

        same = (
            self.clause.c[column] == fitted(moved.c[target.before.columns[to]], column) for column, to in pairs.items()
        )
        for column in follow.columns:
            value = moved.c[target.after.columns[pairs[column]]]
            followed.setdefault(column, []).append(fitted(value, column))
        return source.outerjoin(moved, sa.and_(*same, among(self.clause.c[self.row], follow.rows)))

    def known(self, there: Rows, rows: sa.FromClause) -> sa.ColumnElement[bool]:
        """That a row which is there, one of the table's own, has the key of a staged one."""
        return sa.and_(same(there.alias, rows, self.table.key), *there.own())

    def final(self, rows: sa.FromClause, name: str) -> Column:
        """What a row has in a column in the end, where `matches` are joined to the rows: some columns are kept."""
        kept = name in self.matches.columns
        return sa.func.coalesce(self.matches.column(name), rows.c[name]) if kept else rows.c[name]

    def values(self, staged: Mapping[str, StagedTable], name: str) -> Iterator[sa.Select[Any]]:
        """What the rows have in a column in the end; of rows yet to come, what the spec fills."""
        parts = list(numbered(self.table))
        if filling := [numbers for numbers, part in parts if name in part.columns]:
            rows, matches = self.rows(staged), self.matches.clause
            source = rows.outerjoin(matches, matches.c[self.row] == rows.c[self.row])
            query = sa.select(self.final(rows, name)).select_from(source)
            yield query.where(among(rows.c[self.row], filling))
        if leaving := [numbers for numbers, part in parts if name not in part.columns]:
            rows, there = self.rows(staged), Rows.of(self.relation)
            query = sa.select(there.column(name)).select_from(rows.join(there.alias, self.known(there, rows)))
            yield query.where(among(rows.c[self.row], leaving))

    def groups(self) -> Iterator[tuple[list[range], tuple[str, ...]]]:
        """Numbers of rows that fill the same columns, and these columns: what one statement can write."""
        found: dict[tuple[str, ...], list[range]] = {}
        for rows, part in numbered(self.table):
            if rows:
                found.setdefault(tuple(sorted(part.columns)), []).append(rows)
        for columns, numbers in found.items():
            yield numbers, columns


def among(row: Column, numbers: Iterable[range]) -> sa.ColumnElement[bool]:
    """That the number of a row is one of these."""
    return sa.or_(*(sa.and_(row >= each.start, row < each.stop) for each in numbers))


def same(there: sa.FromClause, rows: sa.FromClause, names: Sequence[str]) -> sa.ColumnElement[bool]:
    """That a row which is there has the values of a staged one in these columns, and no NULL."""
    # What is there stands on the left: SQLite compares by the collation of that side.
    return sa.and_(*(there.c[name] == rows.c[name] for name in names))
