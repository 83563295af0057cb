"""SQLite's own catalogue: tables, columns, keys and foreign keys as they are."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import takewhile

import sqlalchemy as sa

from seedengine.catalog import Column, ForeignKey, Table
from seedengine.diagnostics import DatabaseError
from seedengine.targets.columntypes import parse_type
from seedengine.targets.protection import MARK
from seedengine.targets.relations import Relation, reachable

APPLICATION_ID = int.from_bytes(b"SEED")
"""Marks a file that seedengine made (SQLite's `application_id`)."""

MADE = "/* made by seedengine */"
"""Marks a table that seedengine made: SQLite keeps the text of a declaration as it was, and so what is a comment."""

_USER_TABLES = (
    "sqlite_master m WHERE m.type = 'table' AND substr(m.name, 1, 7) <> 'sqlite_' AND m.sql NOT LIKE 'CREATE VIRTUAL%' "
    f"AND m.name <> '{MARK}'"
)

_COLUMNS = f"""
SELECT t.name, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden
FROM (SELECT m.name FROM {_USER_TABLES}) t, pragma_table_xinfo(t.name) x ORDER BY t.name, x.cid
"""
_FOREIGN_KEYS = f"""
SELECT t.name, x.id, x.on_delete, x."table", x."from", x."to"
FROM (SELECT m.name FROM {_USER_TABLES}) t, pragma_foreign_key_list(t.name) x ORDER BY t.name, x.id, x.seq
"""
# Where the file is somebody's, so are all of its tables.
_MADE = f"""
SELECT m.name FROM {_USER_TABLES} AND instr(m.sql, '{MADE}')
AND (SELECT application_id FROM pragma_application_id) = {APPLICATION_ID}
"""
# An expression among an index's columns is NULL here.
_INDEXES = f"""
SELECT t.name, i.name, i."unique" AND i.origin <> 'pk', x.name
FROM (SELECT m.name FROM {_USER_TABLES}) t, pragma_index_list(t.name) i, pragma_index_info(i.name) x
WHERE NOT i.partial ORDER BY t.name, i.seq DESC, x.seqno
"""


# The constraints of a table say more of a column than an index that was made for it later.
_COLLATIONS = f"""
SELECT t.name, x.name, x.coll
FROM (SELECT m.name FROM {_USER_TABLES}) t, pragma_index_list(t.name) i, pragma_index_xinfo(i.name) x
WHERE i."unique" AND NOT i.partial AND x.key AND x.name IS NOT NULL ORDER BY i.origin = 'pk', i.origin = 'u'
"""


def read_relations(connection: sa.Connection) -> dict[str, Relation]:
    """Every table of the file but SQLite's own, virtual ones and the mark of a protected file, by name."""
    columns: dict[str, list[Column]] = {}
    primary: dict[str, list[tuple[int, str]]] = {}
    for table, name, type, required, default, place, hidden in connection.exec_driver_sql(_COLUMNS):
        columns.setdefault(table, []).append(
            Column(name, type, not (required or place), _default(default), generated=hidden in (2, 3))
        )
        if place:
            primary.setdefault(table, []).append((place, name))
    keys = {table: tuple(name for _, name in sorted(parts)) for table, parts in primary.items()}
    foreign = _foreign_keys(connection, keys, columns)
    unique, indexes = _indexes(connection)
    made = set(connection.exec_driver_sql(_MADE).scalars())
    collations = _collations(connection)
    return {
        table: _relation(
            connection,
            Table(
                table,
                tuple(own),
                keys.get(table, ()),
                foreign.get(table, ()),
                unique.get(table, ()),
                tuple(each for each in indexes.get(table, ()) if each != keys.get(table)),
                table in made,
            ),
            collations.get(table, {}),
        )
        for table, own in columns.items()
    }


def _relation(connection: sa.Connection, table: Table, collations: Mapping[str, str]) -> Relation:
    names = {column.name.lower() for column in table.columns}
    address = next((each for each in ("rowid", "_rowid_", "oid") if each not in names), "")
    has_address = bool(address) and _has_row_address(connection, table.name, address)
    if has_address and len(table.primary_key) == 1:
        table = _with_row_number(table)
    types = {column.name: parse_type(column.type) for column in table.columns}
    # A column that is the row's number is its address under another name, by which other tables refer to it.
    number = tuple(column.name for column in table.columns if column.identity)
    key = number or ((address,) if has_address else table.primary_key)
    return Relation(table, None, table.name, key, types, collations=collations)


def require_keys(relations: Mapping[str, Relation], tables: Iterable[str]) -> None:
    """Raises DatabaseError where rows of these tables, or what may hang on them, cannot be told from each other."""
    named = {*tables}
    needs = {name: {key.target for key in relation.table.foreign_keys} for name, relation in relations.items()}
    for name, relation in relations.items():
        if not relation.key and (name in named or not named.isdisjoint(reachable(name, needs))):
            raise DatabaseError(
                f"rows of `{name}` cannot be told from each other: it has no primary key, and its columns hide the "
                "numbers of its rows",
                "give it a primary key, or rename one of its columns `rowid`, `_rowid_` and `oid`",
            )


def _has_row_address(connection: sa.Connection, table: str, address: str) -> bool:
    quoted = table.replace('"', '""')
    try:
        connection.exec_driver_sql(f'SELECT {address} FROM "{quoted}" LIMIT 0')
    except sa.exc.OperationalError:
        return False  # a table made WITHOUT ROWID
    return True


def _with_row_number(table: Table) -> Table:
    """An INTEGER primary key is the row's own number, which SQLite fills where nothing is given."""
    key = table.primary_key[0]
    columns = tuple(
        Column(each.name, each.type, each.nullable, each.default, identity=True)
        if each.name == key and each.type.upper() == "INTEGER"
        else each
        for each in table.columns
    )
    return replace(table, columns=columns)


def _foreign_keys(
    connection: sa.Connection, keys: Mapping[str, tuple[str, ...]], columns: Mapping[str, list[Column]]
) -> dict[str, tuple[ForeignKey, ...]]:
    tables = {name.lower(): name for name in columns}
    parts: dict[tuple[str, int, str], list[tuple[str, str, str | None]]] = {}
    for table, number, action, target, column, target_column in connection.exec_driver_sql(_FOREIGN_KEYS):
        if target.lower() in tables:
            parts.setdefault((table, number, action), []).append((tables[target.lower()], column, target_column))
    found: dict[str, list[ForeignKey]] = {}
    for (table, _, action), each in parts.items():
        target = each[0][0]
        names = {column.name.lower(): column.name for column in columns[target]}
        own = {column.name.lower(): column.name for column in columns[table]}
        # Without a column of its own, a key means the primary key of its target.
        named = [names.get(column.lower(), column) for _, _, column in each if column is not None]
        target_columns = tuple(named) or keys.get(target, ())
        if len(target_columns) == len(each):
            from_columns = tuple(own.get(column.lower(), column) for _, column, _ in each)
            # Every key is deferred to the end of our transactions, however it is declared.
            key = ForeignKey(from_columns, target, target_columns, deferrable=True, on_delete=action)
            found.setdefault(table, []).append(key)
    # SQLite numbers them from the last declared to the first.
    return {table: tuple(reversed(each)) for table, each in found.items()}


def _default(text: str | None) -> str | None:
    """A default as it may stand elsewhere: there, a text in double quotes would be the name of a column."""
    if text is None or not text.startswith('"'):
        return text
    inner = text[1:-1].replace('""', '"').replace("'", "''")
    return f"'{inner}'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _collations(connection: sa.Connection) -> dict[str, dict[str, str]]:
    """By table and column of a key, how its texts compare, where not by their bytes."""
    found: dict[str, dict[str, str]] = {}
    for table, column, collation in connection.exec_driver_sql(_COLLATIONS):
        found.setdefault(table, {})[column] = collation
    return {
        table: {column: _quoted(name) for column, name in each.items() if name.upper() != "BINARY"}
        for table, each in found.items()
    }


_Columns = dict[str, tuple[tuple[str, ...], ...]]


def _indexes(connection: sa.Connection) -> tuple[_Columns, _Columns]:
    """By table, the columns of unique indexes, and those that others begin with."""
    read: dict[tuple[str, str, bool], list[str | None]] = {}
    for table, index, is_unique, column in connection.exec_driver_sql(_INDEXES):
        read.setdefault((table, index, bool(is_unique)), []).append(column)
    unique: _Columns = {}
    indexes: _Columns = {}
    for (table, _, is_unique), columns in read.items():
        leading = tuple(name for name in takewhile(lambda name: name is not None, columns) if name is not None)
        found = unique if is_unique and len(leading) == len(columns) else indexes
        if leading and leading not in found.get(table, ()):
            found[table] = (*found.get(table, ()), leading)
    return unique, indexes
