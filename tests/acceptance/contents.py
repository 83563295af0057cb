"""What a database holds, as plain data that can be compared between databases."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

Rows = list[dict[str, Any]]
Contents = dict[str, Rows]


def read_sqlite(path: Path) -> Contents:
    """Every table of an SQLite file, its rows in the order of their text."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        tables = sorted(name for (name,) in names.fetchall())
        return {table: _rows(connection.execute(f'SELECT * FROM "{table}"')) for table in tables}


def read_postgres(url: str, tables: Iterable[str] | None = None, where: str = "true") -> Contents:
    """Every table of the schema `public` (or only these), its rows in the order of their text."""
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        found = sorted(name for (name,) in names) if tables is None else list(tables)
        query = sql.SQL("SELECT * FROM {} WHERE " + where)
        return {table: _rows(connection.execute(query.format(sql.Identifier(table)))) for table in found}


def _rows(cursor: Any) -> Rows:
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return sorted(rows, key=lambda row: repr(list(row.values())))


def alike(sqlite: Contents, postgres: Contents) -> tuple[Contents, Contents]:
    """Both contents with every value written the one way that both databases can be brought to."""
    assert list(sqlite) == list(postgres)
    result: tuple[Contents, Contents] = ({}, {})
    for table, rows in postgres.items():
        kinds = _kinds(rows)
        for contents, side in zip(result, (sqlite[table], rows), strict=True):
            written = [{name: _written(value, kinds.get(name)) for name, value in row.items()} for row in side]
            contents[table] = sorted(written, key=lambda row: json.dumps(row, sort_keys=True))
    return result


def _kinds(rows: Rows) -> dict[str, type]:
    """The type of each column's values in PostgreSQL, which has more types than SQLite."""
    return {name: type(value) for row in rows for name, value in row.items() if value is not None}


def _written(value: Any, kind: type | None) -> str | None:
    if value is None:
        return None
    if kind is not None and issubclass(kind, dict | list):
        return json.dumps(json.loads(value) if isinstance(value, str) else value, sort_keys=True)
    if kind is bool:
        return str(bool(value))
    if kind in (int, float, Decimal):
        return str(Decimal(str(value)).normalize() + 0)
    if kind in (datetime, date, time, UUID) and isinstance(value, str):
        value = kind(value) if kind is UUID else kind.fromisoformat(value)  # type: ignore[union-attr]
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="microseconds")
    return str(value)


def without(contents: Contents, columns: Sequence[str]) -> Contents:
    """The contents without these columns."""
    return {
        table: [{name: value for name, value in row.items() if name not in columns} for row in rows]
        for table, rows in contents.items()
    }
