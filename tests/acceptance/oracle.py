"""Whether a database is whole, asked of the database alone: every foreign key leads to a row."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg


@dataclass(frozen=True)
class Key:
    """A foreign key: these columns of a table refer to those of another."""

    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


class Database:
    """A database of either kind, to be asked in SQL that both understand."""

    def __init__(self, location: str | Path) -> None:
        self.location = location
        self.is_postgres = isinstance(location, str)

    @property
    def url(self) -> str:
        """As the command line takes it."""
        return str(self.location) if self.is_postgres else f"sqlite:///{self.location}"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds."""
        if self.is_postgres:
            with psycopg.connect(str(self.location), options="-c timezone=UTC") as postgres:
                return postgres.execute(query.encode()).fetchall()
        with closing(sqlite3.connect(self.location)) as sqlite:
            return sqlite.execute(query).fetchall()

    def one(self, query: str) -> Any:
        """The only value that a query finds."""
        ((value,),) = self.rows(query)
        return value

    def tables(self) -> set[str]:
        """The names of all tables."""
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        if self.is_postgres:
            names = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
        return {name for (name,) in self.rows(names)}

    def hours(self, later: str, earlier: str) -> str:
        """SQL for the hours between two moments."""
        if self.is_postgres:
            return f"round(extract(epoch FROM {later} - {earlier}) / 3600, 6)"
        return f"round((julianday({later}) - julianday({earlier})) * 24, 3)"

    def foreign_keys(self) -> list[Key]:
        """All foreign keys."""
        if not self.is_postgres:
            return [key for table in sorted(self.tables()) for key in self._keys_of(table)]
        query = """
            SELECT c.relname, p.relname,
                ARRAY(SELECT attname FROM unnest(k.conkey) WITH ORDINALITY u(n, o)
                    JOIN pg_attribute ON attrelid = k.conrelid AND attnum = n ORDER BY o)::text[],
                ARRAY(SELECT attname FROM unnest(k.confkey) WITH ORDINALITY u(n, o)
                    JOIN pg_attribute ON attrelid = k.confrelid AND attnum = n ORDER BY o)::text[]
            FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid JOIN pg_class p ON p.oid = confrelid
            WHERE contype = 'f' ORDER BY 1, 3"""
        return [Key(table, tuple(own), target, tuple(theirs)) for table, target, own, theirs in self.rows(query)]

    def _keys_of(self, table: str) -> list[Key]:
        found: dict[int, list[tuple[Any, ...]]] = {}
        for number, _, *rest in self.rows(f'PRAGMA foreign_key_list("{table}")'):
            found.setdefault(number, []).append(tuple(rest))
        return [
            Key(
                table,
                tuple(part[1] for part in parts),
                parts[0][0],
                tuple(part[2] or part[1] for part in parts),
            )
            for parts in found.values()
        ]


def orphans(database: Database) -> dict[Key, int]:
    """How many rows each foreign key leads nowhere for; those of none are left out."""
    counts = {key: database.one(_anti_join(key)) for key in database.foreign_keys()}
    return {key: count for key, count in counts.items() if count}


def _anti_join(key: Key) -> str:
    pairs = list(zip(key.columns, key.target_columns, strict=True))
    joined = " AND ".join(f'p."{theirs}" = c."{own}"' for own, theirs in pairs)
    filled = " AND ".join(f'c."{own}" IS NOT NULL' for own in key.columns)
    exists = f'EXISTS (SELECT 1 FROM "{key.target}" p WHERE {joined})'
    return f'SELECT count(*) FROM "{key.table}" c WHERE {filled} AND NOT {exists}'


def missing_pairs(database: Database, table: str, columns: Sequence[str], target: str, theirs: Sequence[str]) -> int:
    """The rows of `table` whose `columns`, all filled, are together in no row of `target`."""
    count: int = database.one(_anti_join(Key(table, tuple(columns), target, tuple(theirs))))
    return count
