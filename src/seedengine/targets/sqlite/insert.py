"""Rows into a table of an SQLite file, batch by batch."""

import sqlite3
from collections.abc import Iterable, Sequence

import polars as pl
import sqlalchemy as sa

from seedengine.targets.encode import encode
from seedengine.targets.relations import Relation
from seedengine.targets.sqlite.errors import explain_row, rows_left_out


def insert_rows(
    connection: sa.Connection, relation: Relation, columns: Sequence[str], batches: Iterable[pl.DataFrame]
) -> int:
    """Insert the rows of all batches, whose frames have these columns; their number.

    Raises RowRefused with the row's number over all batches, and DatabaseError where rows were left out.
    """
    # A constraint's own ON CONFLICT REPLACE would delete rows that nobody meant.
    statement = f"INSERT OR ABORT INTO {_quoted(relation)} ({_list(columns)}) VALUES ({', '.join('?' * len(columns))})"
    inserted, rows = _run(connection, relation, statement, columns, batches)
    if inserted != rows:
        raise rows_left_out(relation.table.name, inserted, rows)
    return inserted


def update_rows(
    connection: sa.Connection,
    relation: Relation,
    key: Sequence[str],
    columns: Sequence[str],
    batches: Iterable[pl.DataFrame],
) -> int:
    """Set `columns` of the rows with these keys; the number of rows in the batches."""
    changes = ", ".join(f"{_name(column)} = ?" for column in columns)
    where = " AND ".join(f"{_name(column)} = ?" for column in key)
    statement = f"UPDATE OR ABORT {_quoted(relation)} SET {changes} WHERE {where}"
    return _run(connection, relation, statement, (*columns, *key), batches)[0]


def _run(
    connection: sa.Connection,
    relation: Relation,
    statement: str,
    columns: Sequence[str],
    batches: Iterable[pl.DataFrame],
) -> tuple[int, int]:
    """The number of rows that the statement changed, and of those in the batches."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    types = {column: relation.types[column] for column in columns}
    changed = rows = 0
    for batch in batches:
        encoded = encode(batch.select(columns), types, "json")
        values = encoded.with_columns(pl.col(pl.Decimal).cast(pl.String)).rows()
        raw.execute("SAVEPOINT batch")
        try:
            changed += raw.executemany(statement, values).rowcount
        except sqlite3.Error:
            raw.execute("ROLLBACK TO batch")
            _find_refused(raw, relation, statement, values, rows)
            raise
        raw.execute("RELEASE batch")
        rows += batch.height
    return changed, rows


def _find_refused(
    raw: sqlite3.Connection, relation: Relation, statement: str, values: Sequence[Sequence[object]], start: int
) -> None:
    """Go through a refused batch row by row; raises RowRefused for the first row that is refused."""
    for position, row in enumerate(values):
        try:
            raw.execute(statement, row)
        except sqlite3.IntegrityError as error:
            refusal = explain_row(str(error), relation.table.name, start + position)
        else:
            continue
        raise refusal


def _quoted(relation: Relation) -> str:
    return _name(relation.name) if relation.schema is None else f"{relation.schema}.{_name(relation.name)}"


def _list(columns: Sequence[str]) -> str:
    return ", ".join(_name(column) for column in columns)


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
