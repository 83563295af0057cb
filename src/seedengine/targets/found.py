"""The rows that go: a temporary table beside each table involved, with the keys and the values that others need."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement

from seedengine.targets.conditions import Comparisons, Rows
from seedengine.targets.relations import Relation, quoted_table

ROUND = "round"
NAMED = "named"
"""Of a row found: 1 where the cleanup of its table names it, 0 where it only hangs on one that goes."""


class Workspace(Protocol):
    """What finding and deleting rows needs of an open transaction."""

    @property
    def connection(self) -> sa.Connection:
        """The connection of the transaction."""

    @property
    def relations(self) -> Mapping[str, Relation]:
        """Every table by the name that the catalog gives it."""

    @property
    def compare(self) -> Comparisons:
        """How the database compares."""

    @property
    def temporary_schema(self) -> str:
        """Where temporary tables are."""

    @property
    def lock_rows(self) -> bool:
        """Whether rows that are found are locked one by one."""

    @property
    def hashes(self) -> bool:
        """Whether the database joins large tables without an index."""

    def freeze(self) -> None:
        """All temporary tables exist now: a transaction that only reads may write nothing else from here on."""

    def stage(self, staging: Relation, columns: Sequence[str], batches: Iterable[pl.DataFrame]) -> None:
        """Load rows into a temporary table that has these columns of a relation."""

    def analyze(self, found: "FoundRows") -> None:
        """Let the database know how many rows a temporary table has by now, so that it joins it in the right way."""

    def delete(self, group: Sequence["FoundRows"]) -> list[int]:
        """Delete the rows found of these tables at once, which may refer to each other; the number of each."""

    def digest(self, found: "FoundRows") -> str:
        """A fingerprint of all that the rows found hold, whatever their order."""

    def same(
        self, rows: sa.ColumnElement[Any], staged: sa.ColumnElement[Any], relation: Relation, column: str
    ) -> sa.ColumnElement[bool]:
        """Both have the same value in that column, two NULLs included."""

    def referring(self, rows: Rows, column: str, parent: Relation, target: str) -> sa.ColumnElement[Any]:
        """The value of a column that refers to `target` of a parent, as the database's foreign key compares it."""

    def fitted(
        self, value: sa.ColumnElement[Any], source: Relation, name: str, relation: Relation, column: str
    ) -> sa.ColumnElement[Any]:
        """The value of a column of `source` in the type of a column of `relation`, which refers to it."""

    def refusals(self, table: str) -> AbstractContextManager[None]:
        """What the database refuses of a table inside becomes a RowRefused."""


class CreateTemporary(ExecutableDDLElement):
    """An empty temporary table with the columns, and their types, of a query; gone at the end."""

    def __init__(self, table: sa.TableClause, query: sa.Select[Any]) -> None:
        self.table, self.query = table, query


@compiles(CreateTemporary, "postgresql")
def _create_on_postgres(element: CreateTemporary, compiler: Any, **_options: Any) -> str:
    name = compiler.preparer.quote(element.table.name)
    query = compiler.sql_compiler.process(element.query, literal_binds=True)
    return f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {query} WITH NO DATA"


@compiles(CreateTemporary, "sqlite")
def _create_on_sqlite(element: CreateTemporary, compiler: Any, **_options: Any) -> str:
    name = compiler.preparer.quote(element.table.name)
    query = compiler.sql_compiler.process(element.query, literal_binds=True)
    return f"CREATE TEMPORARY TABLE {name} AS {query} LIMIT 0"


@dataclass(frozen=True, slots=True)
class FoundRows:
    """The temporary table of one relation; `columns` says which of its columns holds which of the relation's."""

    relation: Relation
    clause: sa.TableClause
    columns: Mapping[str, str]

    def column(self, name: str) -> sa.ColumnElement[Any]:
        """The value that a found row has in this column of the relation, and that compares as one of that column."""
        value: sa.ColumnElement[Any] = self.clause.c[self.columns[name]]
        collation = self.relation.collations.get(name)
        return value if collation is None else sa.collate(value, sa.quoted_name(collation, quote=False))

    def holds(self, value: Callable[[str], sa.ColumnElement[Any]], *conditions: sa.ColumnElement[bool]) -> sa.Exists:
        """Whether the row with these values of the key is found, and these conditions hold of it there."""
        same = (self.column(name) == value(name) for name in self.relation.key)
        return sa.exists(sa.select(sa.literal(1)).select_from(self.clause).where(*same, *conditions))

    def deletion(self) -> sa.Delete:
        """The statement that deletes all of them."""
        table = self.relation.clause()
        return sa.delete(table).where(self.holds(lambda name: table.c[name]))

    def values(self, name: str) -> sa.ScalarSelect[str]:
        """The values of a column in all rows found, as text."""
        return sa.select(sa.cast(self.column(name), sa.Text)).where(self.column(name).is_not(None)).scalar_subquery()


def make_found(
    workspace: Workspace,
    relation: Relation,
    needed: Iterable[tuple[str, ...]],
    name: str,
    *,
    indexed: bool,
    marks: tuple[str, ...] = (ROUND, NAMED),
) -> FoundRows:
    """An empty temporary table for the rows of a relation that go, with its key and the columns needed of them.

    Rows are looked up in it by the key and by each of `needed`, columns that stand together; `indexed` says whether
    few at a time are. `marks` are further columns, whole numbers that say something of a row.
    """
    lookups = tuple(dict.fromkeys((relation.key, *needed)))
    names = dict.fromkeys(column for columns in lookups for column in columns)
    columns = {column: f"c{position}" for position, column in enumerate(names)}
    clause = quoted_table(name, workspace.temporary_schema, (*columns.values(), *marks))
    table = relation.clause()
    shape = [table.c[column].label(place) for column, place in columns.items()]
    workspace.connection.execute(
        CreateTemporary(clause, sa.select(*shape, *(sa.literal(0).label(mark) for mark in marks)))
    )
    # PostgreSQL puts an index where its table is; SQLite wants to be told.
    schema = "" if workspace.temporary_schema == "pg_temp" else f"{workspace.temporary_schema}."
    for position, lookup in enumerate(lookups if indexed else ()):
        places = ", ".join(_place(relation, column, columns[column]) for column in lookup)
        workspace.connection.exec_driver_sql(f"CREATE INDEX {schema}{name}_{position} ON {name} ({places})")
    return FoundRows(relation, clause, columns)


def _place(relation: Relation, column: str, place: str) -> str:
    collation = relation.collations.get(column)
    return place if collation is None else f"{place} COLLATE {collation}"
