"""Databases that applications have made, each with a table `victim` that nothing may touch."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
from nasty import shown

VICTIM = ("CREATE TABLE victim (id integer, name text)", "INSERT INTO victim VALUES (1, 'somebody')")

Rows = list[tuple[Any, ...]]


class Database(Protocol):
    """A database that an application has made, with a table `victim`."""

    kind: str
    url: str

    def execute(self, *statements: str) -> None:
        """Run statements."""

    def query(self, statement: str) -> Rows:
        """The rows of a query."""


class Postgres:
    """See `Database`."""

    kind = "postgres"

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection = psycopg.connect(url, autocommit=True)
        self.execute(*VICTIM)

    def execute(self, *statements: str) -> None:
        """See `Database`."""
        for each in statements:
            self.connection.execute(each.encode())

    def query(self, statement: str) -> Rows:
        """See `Database`."""
        return self.connection.execute(statement.encode()).fetchall()


class Sqlite:
    """See `Database`."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'app.db'}"
        self.connection = sqlite3.connect(folder / "app.db", isolation_level=None)
        self.execute(*VICTIM)

    def execute(self, *statements: str) -> None:
        """See `Database`."""
        for each in statements:
            self.connection.execute(each)

    def query(self, statement: str) -> Rows:
        """See `Database`."""
        return self.connection.execute(statement).fetchall()


@contextmanager
def victim(kind: str, folder: Path, new_database: Callable[[], str]) -> Iterator[Database]:
    """A new database of that kind, whose victim must be there in the end."""
    made = Postgres(new_database()) if kind == "postgres" else Sqlite(folder)
    with closing(made.connection):
        yield made
        assert made.query("SELECT * FROM victim") == [(1, "somebody")]


def quoted(name: str) -> str:
    """The name in a statement."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """The text in a statement."""
    return "'" + text.replace("'", "''") + "'"


def held(names: Sequence[str], database: Database) -> list[str]:
    """Those of the names that one database holds at once."""
    return [name for name in names if database.kind == "postgres" or name not in ("Name", "NAME")]


def apply(database: Database, spec: Path, *options: str) -> None:
    """Apply a spec to the database, which takes it."""
    outcome = shown("apply", spec, "--database-url", database.url, *options, terminal=True)
    assert outcome.code == 0, outcome.out + outcome.err


def stand_alone(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Work in an empty folder, with nothing in the environment that steers the command line."""
    for name in ("DATABASE_URL", "NO_COLOR", "FORCE_COLOR", "SEEDENGINE_ALLOW_TARGET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.chdir(folder)
