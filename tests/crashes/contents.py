"""All that a database holds, as plain data: its rows as text, its structure, and how far its sequences are."""

import hashlib
import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from postgres.catalogue import read_catalogue

_NAMES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = %s ORDER BY 1"
_ROWS = sql.SQL("SELECT t::text FROM {} t")
_REACHED = sql.SQL("SELECT last_value, is_called FROM {}")


@dataclass(frozen=True)
class Contents:
    """The rows of each table in the order of their text, and the structure as a digest."""

    rows: dict[str, list[str]]
    sequences: dict[str, str]
    structure: str

    def holds(self, others: "Contents") -> bool:
        """Whether the others' rows are all among these."""
        return all(Counter(rows) <= Counter(self.rows[table]) for table, rows in others.rows.items())

    def unlike(self, others: "Contents") -> str:
        """How these differ from others, in a few words."""
        told = [
            f"`{table}` ({len(rows)} rows, {len(others.rows.get(table, []))} there)"
            for table, rows in self.rows.items()
            if rows != others.rows.get(table)
        ]
        told += ["sequences"] if self.sequences != others.sequences else []
        return ", ".join(told + (["structure"] if self.structure != others.structure else []))


def read_postgres(url: str) -> Contents:
    """What the schema `public` of a database holds."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        rows = {
            name: sorted(text for (text,) in connection.execute(_ROWS.format(sql.Identifier(name))))
            for (name,) in connection.execute(_NAMES, ["r"]).fetchall()
        }
        sequences = {
            name: str(connection.execute(_REACHED.format(sql.Identifier(name))).fetchone())
            for (name,) in connection.execute(_NAMES, ["S"]).fetchall()
        }
        return Contents(rows, sequences, _digest(read_catalogue(connection)))


def read_sqlite(path: Path) -> Contents:
    """What an SQLite file holds, once what a killed process left half done is undone, as its next user does it."""
    with closing(sqlite3.connect(path)) as connection:
        master = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
        names = [name for kind, name, *_ in master if kind == "table"]
        rows = {name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"'))) for name in names}
        pragmas = ("integrity_check", "foreign_key_check", "application_id", "user_version")
        checks = [connection.execute(f"PRAGMA {name}").fetchall() for name in pragmas]
        return Contents(rows, {}, _digest([sorted(master), checks]))


def _digest(what: object) -> str:
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()
