"""Where rows that go are found and deleted in an SQLite file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

import polars as pl
import sqlalchemy as sa

from seedengine.targets.conditions import Comparisons, Rows
from seedengine.targets.found import FoundRows
from seedengine.targets.relations import Relation
from seedengine.targets.sqlite.circular import CircularDeletion, acting_keys
from seedengine.targets.sqlite.comparisons import SqliteComparisons
from seedengine.targets.sqlite.errors import explain_row
from seedengine.targets.sqlite.insert import insert_rows


class SqliteWorkspace:
    """See `Workspace`; the transaction holds the whole file, so no row is locked."""

    temporary_schema = "temp"
    lock_rows = False
    hashes = False

    def __init__(self, connection: sa.Connection, relations: Mapping[str, Relation]) -> None:
        self.connection = connection
        self.relations = relations
        self.compare: Comparisons = SqliteComparisons(connection)
        self.emptied = 0
        """How many references of rows that go were set to NULL before, by `delete`."""

    def freeze(self) -> None:
        """A transaction that only reads has opened its file for reading only."""

    def stage(self, staging: Relation, columns: Sequence[str], batches: Iterable[pl.DataFrame]) -> None:
        """Load rows into a temporary table, with an index to find them by: no join here makes its own."""
        insert_rows(self.connection, staging, columns, batches)
        key = [name for name in columns if name in staging.table.primary_key] or columns
        quote = self.connection.dialect.identifier_preparer.quote_identifier
        names = ", ".join(quote(name) for name in key)
        self.connection.exec_driver_sql(f"CREATE INDEX temp.{staging.name}_key ON {staging.name} ({names})")

    def analyze(self, found: FoundRows) -> None:
        """There is one way to join: by the index."""

    def delete(self, group: Sequence[FoundRows]) -> list[int]:
        """Delete from one table or from several; keys are looked at when the transaction ends.

        The number of rows of each that are gone, where a cascade among them may have been faster than the statement.
        """
        if keys := acting_keys(group):
            deletion = CircularDeletion(self, group, keys)
            deletion.run()
            self.emptied += deletion.emptied
        else:
            for rows in group:
                self.connection.execute(rows.deletion())
        return [self._gone(rows) for rows in group]

    def _gone(self, rows: FoundRows) -> int:
        table = rows.relation.clause()
        same = (table.c[name] == rows.column(name) for name in rows.relation.key)
        stays = sa.exists(sa.select(sa.literal(1)).select_from(table).where(*same))
        gone = sa.select(sa.func.count()).select_from(rows.clause).where(~stays)
        return int(self.connection.execute(gone).scalar_one())

    def digest(self, found: FoundRows) -> str:
        """The sum of the hashes of the rows."""
        rows = found.relation.clause()
        query = sa.select(*rows.c).where(found.holds(lambda name: rows.c[name]))
        hashes = (blake2b(repr(tuple(row)).encode(), digest_size=8).digest() for row in self.connection.execute(query))
        return str(sum(map(int.from_bytes, hashes)))

    def same(
        self, rows: sa.ColumnElement[Any], staged: sa.ColumnElement[Any], _relation: Relation, _column: str
    ) -> sa.ColumnElement[bool]:
        """Both have the same value, two NULLs included."""
        return rows.is_not_distinct_from(staged)

    def referring(self, rows: Rows, column: str, parent: Relation, target: str) -> sa.ColumnElement[Any]:
        """Without an affinity of its own where it has another than the parent's column, whose alone a key goes by."""
        value: sa.ColumnElement[Any] = rows.column(column)
        if _affinity(rows.relation, column) == _affinity(parent, target):
            return value
        return sa.UnaryExpression(value, operator=sa.sql.operators.custom_op("+"))

    def fitted(
        self, value: sa.ColumnElement[Any], _source: Relation, _name: str, _relation: Relation, _column: str
    ) -> sa.ColumnElement[Any]:
        """The value: it has its type itself."""
        return value

    @contextmanager
    def refusals(self, table: str) -> Iterator[None]:
        """SQLite names the columns, and no row."""
        try:
            yield
        except sa.exc.IntegrityError as error:
            refusal = explain_row(str(error.orig), table, None)
        else:
            return
        raise refusal


def _affinity(relation: Relation, name: str) -> str:
    """What SQLite makes of values by the declared type of a column, and number for whatever makes numbers.

    The rules are those of https://www.sqlite.org/datatype3.html, section 3.1.
    """
    column = relation.table.column(name)
    declared = "INTEGER" if column is None else column.type.upper()  # a row's own number is no column
    if "INT" in declared:
        return "number"
    if any(word in declared for word in ("CHAR", "CLOB", "TEXT")):
        return "text"
    return "blob" if not declared or "BLOB" in declared else "number"
