"""Where rows that go are found and deleted on PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import count
from typing import Any

import polars as pl
import psycopg
import sqlalchemy as sa

from seedengine.diagnostics import DatabaseError
from seedengine.targets.columntypes import Kind
from seedengine.targets.conditions import Comparisons, Rows
from seedengine.targets.ddl import DeclaredType
from seedengine.targets.found import FoundRows
from seedengine.targets.postgres.catalog import PostgresCatalog
from seedengine.targets.postgres.comparisons import PostgresComparisons
from seedengine.targets.postgres.connection import raw_connection
from seedengine.targets.postgres.copy import copy_rows
from seedengine.targets.postgres.errors import explain, explain_row, translated
from seedengine.targets.relations import Relation

_WITHOUT_EQUALITY = ("json", "xml", "point", "polygon", "path", "box", "line", "lseg", "circle")


class PostgresWorkspace:
    """See `Workspace`."""

    temporary_schema = "pg_temp"
    hashes = True

    def __init__(self, connection: sa.Connection, catalog: PostgresCatalog, *, lock_rows: bool) -> None:
        self.connection = connection
        self.relations: Mapping[str, Relation] = catalog.relations
        self.compare: Comparisons = PostgresComparisons()
        self.lock_rows = lock_rows
        self._labels = catalog.labels
        self._partitioned = catalog.partitioned

    def freeze(self) -> None:
        """A transaction that only reads writes nothing but its temporary tables from here on."""
        if not self.lock_rows:
            self.connection.execute(sa.text("SET TRANSACTION READ ONLY"))

    def stage(self, staging: Relation, columns: Sequence[str], batches: Iterable[pl.DataFrame]) -> None:
        """Load rows into a temporary table, and let the server know how many there are."""
        copy_rows(raw_connection(self.connection), staging, columns, batches, self._labels)
        self.connection.exec_driver_sql(f"ANALYZE {staging.name}")

    def analyze(self, found: FoundRows) -> None:
        """A temporary table is taken to have next to no rows until it is analyzed, which the server never does."""
        self.connection.exec_driver_sql(f"ANALYZE pg_temp.{found.clause.name}")

    def delete(self, group: Sequence[FoundRows]) -> list[int]:
        """Delete from one table, or from several by one statement, which sees their keys only in the end."""
        if len(group) == 1:
            return [self.connection.execute(self._deletion(group[0])).rowcount]
        gone = [
            self._deletion(rows).returning(sa.literal(1).label("one")).cte(f"gone_{position}")
            for position, rows in enumerate(group)
        ]
        counts = (sa.select(sa.func.count()).select_from(each).scalar_subquery() for each in gone)
        return list(self.connection.execute(sa.select(*counts)).one())

    def _deletion(self, rows: FoundRows) -> sa.Delete:
        """Rows of a table that inherits from this one are another table's; those of a partition are its own."""
        deletion = rows.deletion()
        return deletion if rows.relation.table.name in self._partitioned else deletion.with_hint("ONLY")

    def digest(self, found: FoundRows) -> str:
        """The sum of the hashes of the rows' texts."""
        columns = {column.name for column in found.relation.table.columns}
        name = next(each for number in count() if (each := f"seedengine_row_{number}") not in columns)
        rows = found.relation.clause().alias(name)
        text = sa.cast(sa.literal_column(name), sa.Text)
        total = sa.func.sum(sa.cast(sa.func.hashtextextended(text, 0), sa.Numeric))
        held = found.holds(lambda name: rows.c[name])
        return str(self.connection.execute(sa.select(total).select_from(rows).where(held)).scalar_one())

    def same(
        self, rows: sa.ColumnElement[Any], staged: sa.ColumnElement[Any], relation: Relation, column: str
    ) -> sa.ColumnElement[bool]:
        """Both have the same value, two NULLs included; by `=`, which can be hashed, where there is no NULL."""
        declared = relation.table.column(column)
        assert declared is not None
        if declared.type in _WITHOUT_EQUALITY:
            type = DeclaredType("jsonb") if relation.types[column].kind is Kind.JSON else sa.Text()
            rows, staged = sa.cast(rows, type), sa.cast(staged, type)
        return rows.is_not_distinct_from(staged) if declared.nullable else rows == staged

    def referring(self, rows: Rows, column: str, _parent: Relation, _target: str) -> sa.ColumnElement[Any]:
        """As it is: the operator of the two types is that of the key."""
        return rows.column(column)

    def fitted(
        self, value: sa.ColumnElement[Any], source: Relation, name: str, relation: Relation, column: str
    ) -> sa.ColumnElement[Any]:
        """Cast where the types are not the same."""
        from_column, to_column = source.table.column(name), relation.table.column(column)
        assert from_column is not None
        assert to_column is not None
        return value if from_column.type == to_column.type else sa.cast(value, DeclaredType(to_column.type))

    def refusals(self, table: str) -> AbstractContextManager[None]:
        """The server names the constraint, and no row."""

        def refuse(error: BaseException | None) -> DatabaseError:
            return explain_row(error, table, self._labels) if isinstance(error, psycopg.Error) else explain(error)

        return translated(refuse)
