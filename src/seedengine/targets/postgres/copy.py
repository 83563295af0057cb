"""Rows into a table by one COPY stream, encoded by whole columns."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

import polars as pl
import psycopg
import sqlalchemy as sa
from psycopg import sql

from seedengine.targets.encode import encode
from seedengine.targets.found import CreateTemporary
from seedengine.targets.postgres.catalog import PostgresCatalog
from seedengine.targets.postgres.connection import raw_connection
from seedengine.targets.postgres.errors import explain_row, rows_left_out
from seedengine.targets.protocol import RowRefused
from seedengine.targets.relations import Relation, quoted_table

# COPY's text format, unlike its CSV, has one line for each row: the line that an error names is the row.
_SPECIAL = r"[\\\t\n\r\x00]"
_PLAIN = ["\\", "\t", "\n", "\r"]
_ESCAPED = ["\\\\", "\\t", "\\n", "\\r"]


def copy_rows(
    connection: psycopg.Connection[Any],
    relation: Relation,
    columns: Sequence[str],
    batches: Iterable[pl.DataFrame],
    labels: Mapping[str, tuple[str, ...]],
) -> int:
    """Insert the rows of all batches, whose frames have these columns; their number.

    Raises RowRefused with the row's number over the whole stream where the server names one, and DatabaseError
    where rows were left out.
    """
    assert relation.schema is not None
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(relation.schema, relation.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    types = {column: relation.types[column] for column in columns}
    try:
        with connection.cursor() as cursor:
            rows = 0
            with cursor.copy(statement) as copy:
                for batch in batches:
                    copy.write(_encoded(encode(batch.select(columns), types, "literal"), relation.table.name, rows))
                    rows += batch.height
            if cursor.rowcount == rows:
                return rows
            refusal = rows_left_out(relation.table.name, cursor.rowcount, rows)
    except psycopg.Error as error:
        refusal = explain_row(error, relation.table.name, labels)
    raise refusal


def _encoded(frame: pl.DataFrame, table: str, start: int) -> bytes:
    special = frame.select(
        pl.col(name).str.contains(_SPECIAL).any() for name, dtype in frame.schema.items() if dtype == pl.String
    )
    escaped = [name for name in special.columns if special.item(0, name)]
    for name in escaped:
        _refuse_nul(frame[name], table, start)
    written = BytesIO()
    frame.with_columns(pl.col(name).str.replace_many(_PLAIN, _ESCAPED) for name in escaped).write_csv(
        written, include_header=False, separator="\t", quote_style="never", null_value="\\N"
    )
    return written.getvalue()


def _refuse_nul(values: pl.Series, table: str, start: int) -> None:
    """The server would refuse it too, and say neither column nor value."""
    position = values.str.contains("\0", literal=True).fill_null(False).arg_max()
    if position is not None and "\0" in (values[position] or ""):
        raise RowRefused(
            f"`{table}.{values.name}` refuses a NUL character, which PostgreSQL's text cannot hold",
            table,
            start + position,
            values.name,
            "leave it out",
        )


def update_rows(
    connection: sa.Connection,
    catalog: PostgresCatalog,
    relation: Relation,
    key: Sequence[str],
    columns: Sequence[str],
    batches: Iterable[pl.DataFrame],
) -> int:
    """Set columns of the rows with these keys by one UPDATE from a temporary table; the number of rows changed."""
    names = tuple(dict.fromkeys((*key, *columns)))
    rows = relation.clause()
    staged = quoted_table("seedengine_update", "pg_temp", names)
    connection.execute(CreateTemporary(staged, sa.select(*(rows.c[name] for name in names))))
    staging = Relation(relation.table, "pg_temp", staged.name, (), relation.types)
    copy_rows(raw_connection(connection), staging, names, batches, catalog.labels)
    connection.exec_driver_sql("ANALYZE seedengine_update")
    changed = connection.execute(
        sa.update(rows)
        .values({rows.c[name]: staged.c[name] for name in columns})
        .where(*(rows.c[name] == staged.c[name] for name in key))
    )
    connection.exec_driver_sql("DROP TABLE pg_temp.seedengine_update")
    return changed.rowcount
