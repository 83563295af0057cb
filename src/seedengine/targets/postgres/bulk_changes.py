"""Taking foreign keys and indexes off PostgreSQL's tables, and putting them back exactly as they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors, sql

from seedengine.targets.postgres.bulk_catalog import Held, HeldIndex, HeldKey, LoadedTable
from seedengine.targets.postgres.errors import explain_row, shortened
from seedengine.targets.protocol import RowRefused

Connection = psycopg.Connection[Any]

SORT_MEMORY = 256 * 1024 * 1024
"""In bytes; what the server may use to make one index or to check one foreign key, where it is set to less."""

NOT_LOOKED_AT = "where the row is not this spec's, `--keep-constraints` loads without looking at it"
ROW_NAMED = "`--keep-constraints` names the row"
KEPT = "nothing was changed; `--keep-constraints` leaves constraints and indexes in place"


def lock(connection: Connection, tables: Sequence[LoadedTable]) -> None:
    """Keep every other session away from these tables until the transaction ends."""
    names = sql.SQL(", ").join(sql.SQL("ONLY {}").format(_table(table)) for table in tables)
    connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(names))


def take_off(connection: Connection, held: Held) -> None:
    """Drop all of it; nothing goes that is not named, since whatever depended on it would be an error."""
    for key in held.foreign_keys:
        _alter(connection, key.table, sql.SQL("DROP CONSTRAINT {}").format(sql.Identifier(key.name)))
    for index in held.indexes:
        if index.constraint is None:
            connection.execute(sql.SQL("DROP INDEX {}").format(_index(index)))
        else:
            _alter(connection, index.table, sql.SQL("DROP CONSTRAINT {}").format(sql.Identifier(index.name)))


def put_back(connection: Connection, held: Held, labels: Mapping[str, tuple[str, ...]]) -> None:
    """Put everything back, whereby the server checks every row of the tables.

    Raises RowRefused, with the constraint and the values, where a row breaks one.
    """
    check_deferred(connection)
    with local_settings(connection, {"maintenance_work_mem": _sort_memory(connection), "jit": "off"}):
        for index in held.indexes:
            with _explained(index.table, labels):
                _put_index_back(connection, index)
        for key in held.foreign_keys:
            with _explained(key.table, labels):
                _add_constraint(connection, key.table, key.name, key.definition, key.comment)
            if key.unchecked:
                _check_own_rows(connection, key)
        # What the server knows about an expression went with its index.
        for table in dict.fromkeys(index.table for index in held.indexes if index.has_expressions):
            connection.execute(sql.SQL("ANALYZE {}").format(_table(table)))


def _put_index_back(connection: Connection, index: HeldIndex) -> None:
    with local_settings(connection, {"default_tablespace": index.tablespace}):
        connection.execute(index.definition.encode())
    if index.constraint is not None:
        _add_constraint(connection, index.table, index.name, index.constraint, index.constraint_comment)
    name = sql.Identifier(index.name)
    if index.clustered:
        _alter(connection, index.table, sql.SQL("CLUSTER ON {}").format(name))
    if index.replica_identity:
        _alter(connection, index.table, sql.SQL("REPLICA IDENTITY USING INDEX {}").format(name))
    _rename_columns(connection, index)
    for number, target in enumerate(index.statistics, 1):
        if target >= 0:
            change = sql.SQL("ALTER INDEX {} ALTER COLUMN {} SET STATISTICS {}")
            connection.execute(change.format(_index(index), sql.Literal(number), sql.Literal(target)))
    if index.comment is not None:
        connection.execute(sql.SQL("COMMENT ON INDEX {} IS {}").format(_index(index), sql.Literal(index.comment)))


def _rename_columns(connection: Connection, index: HeldIndex) -> None:
    """An index keeps the names that columns had when it was made; they may have changed places since."""
    rows = connection.execute(
        "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = %s::regclass ORDER BY attnum",
        [_index(index).as_string(connection)],
    )
    changed = [(name, wanted) for (name,), wanted in zip(rows, index.columns, strict=True) if name != wanted]
    between = [f"seedengine_{number}" for number in range(len(changed))]
    rename = sql.SQL("ALTER TABLE {} RENAME COLUMN {} TO {}")
    for (name, _), passing in zip(changed, between, strict=True):
        connection.execute(rename.format(_index(index), sql.Identifier(name), sql.Identifier(passing)))
    for (_, wanted), passing in zip(changed, between, strict=True):
        connection.execute(rename.format(_index(index), sql.Identifier(passing), sql.Identifier(wanted)))


def _add_constraint(
    connection: Connection, table: LoadedTable, name: str, definition: str, comment: str | None
) -> None:
    identifier = sql.Identifier(name)
    statement = sql.SQL("ALTER TABLE ONLY {} ADD CONSTRAINT {} ").format(_table(table), identifier)
    connection.execute(statement.as_bytes(connection) + definition.encode())
    if comment is not None:
        note = sql.SQL("COMMENT ON CONSTRAINT {} ON {} IS {}")
        connection.execute(note.format(identifier, _table(table), sql.Literal(comment)))


def _check_own_rows(connection: Connection, key: HeldKey) -> None:
    """A key that is NOT VALID holds for new rows alone: those that this transaction wrote."""
    reference = key.reference
    columns = [sql.Identifier("c", column) for column in reference.columns]
    same = (
        sql.SQL("{} {} {}").format(sql.Identifier("p", target), sql.SQL(operator), column)
        for target, operator, column in zip(reference.target_columns, reference.operators, columns, strict=True)
    )
    query = sql.SQL(
        "SELECT {values} FROM ONLY {child} c WHERE c.xmin = (txid_current() % 4294967296)::text::xid AND {filled} "
        "AND NOT EXISTS (SELECT FROM ONLY {parent} p WHERE {same}) LIMIT 1"
    ).format(
        values=sql.SQL(", ").join(sql.SQL("{}::text").format(column) for column in columns),
        child=_table(key.table),
        filled=sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(column) for column in columns),
        parent=sql.Identifier(reference.schema, reference.table),
        same=sql.SQL(" AND ").join(same),
    )
    orphan = connection.execute(query).fetchone()
    if orphan is not None:
        values = f"{', '.join(reference.columns)} = {shortened(', '.join(orphan))}"
        raise RowRefused(
            f"`{key.table.name}` refers to a row that does not exist: {values} (`{key.name}`)",
            key.table.name,
            None,
            reference.columns[0] if len(columns) == 1 else None,
            "let the field draw from an entity of that table with `ref`",
        )


@contextmanager
def _explained(table: LoadedTable, labels: Mapping[str, tuple[str, ...]]) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        refusal = explain_row(error, table.name, labels)
        if isinstance(refusal, RowRefused):
            more = NOT_LOOKED_AT if isinstance(error, errors.ForeignKeyViolation) else ROW_NAMED
            refusal.help = f"{refusal.help}; {more}" if refusal.help else more
        else:
            refusal.help = refusal.help or KEPT
    else:
        return
    raise refusal


def check_deferred(connection: Connection) -> None:
    """Let all checks speak that wait for the end: no table can be altered that waits for one."""
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    connection.execute("SET CONSTRAINTS ALL DEFERRED")


def _sort_memory(connection: Connection) -> str:
    row = connection.execute(
        "SELECT greatest(pg_size_bytes(current_setting('maintenance_work_mem')), %s) / 1024", [SORT_MEMORY]
    ).fetchone()
    assert row is not None
    return f"{row[0]}kB"


@contextmanager
def local_settings(connection: Connection, values: Mapping[str, str]) -> Iterator[None]:
    """Settings of the transaction that hold within; an error ends them with its savepoint or transaction."""
    before = {name: _set(connection, name, value) for name, value in values.items()}
    yield
    for name, value in before.items():
        _set(connection, name, value)


def _set(connection: Connection, name: str, value: str) -> str:
    """Set it until the transaction ends; what it was."""
    row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    connection.execute("SELECT set_config(%s, %s, true)", [name, value])
    assert row is not None
    return str(row[0])


def _alter(connection: Connection, table: LoadedTable, change: sql.Composed) -> None:
    connection.execute(sql.SQL("ALTER TABLE ONLY {} {}").format(_table(table), change))


def _table(table: LoadedTable) -> sql.Identifier:
    return sql.Identifier(table.schema, table.relname)


def _index(index: HeldIndex) -> sql.Identifier:
    return sql.Identifier(index.table.schema, index.name)
