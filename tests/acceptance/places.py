"""Databases to guard, and every way to say where one is."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit

import psycopg

Rows = list[tuple[Any, ...]]
FILLED = ("DELETE FROM person", "INSERT INTO person VALUES (70, 'old@seed.test'), (80, 'real@people.test')")
ANYWHERE = "any address"
"""Leads to this machine wherever the tests run, and yet is no loopback address."""
CREATED = "CREATE TABLE person (id integer PRIMARY KEY, email text)"


class Database(Protocol):
    """A database with one table, and perhaps the mark that protects it."""

    @property
    def name(self) -> str:
        """What `--unprotect` has to say."""

    def execute(self, statement: str) -> object:
        """Run a statement."""

    def reset(self, *, marked: bool) -> None:
        """The same rows as at first, protected or not."""

    def rows(self) -> Rows:
        """All rows of all tables of an application, in order."""

    def is_marked(self) -> bool:
        """Whether it is protected."""


class Postgres:
    """See `Database`."""

    def __init__(self, url: str) -> None:
        self.name = urlsplit(url).path[1:]
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute(CREATED)

    def execute(self, statement: str) -> object:
        """See `Database`."""
        return self._connection.execute(statement.encode())

    def reset(self, *, marked: bool) -> None:
        """See `Database`."""
        mark = "CREATE SCHEMA IF NOT EXISTS" if marked else "DROP SCHEMA IF EXISTS"
        for statement in (*FILLED, f"{mark} seedengine_protected"):
            self.execute(statement)

    def rows(self) -> Rows:
        """See `Database`."""
        tables = self._connection.execute("SELECT relname FROM pg_stat_user_tables").fetchall()
        assert tables == [("person",)]
        return self._connection.execute("SELECT id, email FROM person ORDER BY id").fetchall()

    def is_marked(self) -> bool:
        """See `Database`."""
        return self._connection.execute("SELECT FROM pg_namespace WHERE nspname = 'seedengine_protected'").rowcount == 1

    def close(self) -> None:
        """Let the database be dropped."""
        self._connection.close()


class Sqlite:
    """See `Database`."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self.execute(CREATED)

    def execute(self, *statements: str) -> Rows:
        """See `Database`."""
        with closing(sqlite3.connect(self._path)) as connection, connection:
            return [row for statement in statements for row in connection.execute(statement)]

    def reset(self, *, marked: bool) -> None:
        """See `Database`."""
        mark = (
            "CREATE TABLE IF NOT EXISTS seedengine_protected (x)"
            if marked
            else "DROP TABLE IF EXISTS seedengine_protected"
        )
        self.execute(*FILLED, mark)

    def rows(self) -> Rows:
        """See `Database`."""
        assert {name for (name,) in self.execute("SELECT name FROM sqlite_master")} <= {
            "person",
            "seedengine_protected",
        }
        return self.execute("SELECT id, email FROM person ORDER BY id")

    def is_marked(self) -> bool:
        """See `Database`."""
        return bool(self.execute("SELECT name FROM sqlite_master WHERE name = 'seedengine_protected'"))


@dataclass(frozen=True)
class Place:
    """A way to say where a database is: a URL and an environment; `elsewhere` is its name if that is not here."""

    database: Database
    url: str
    elsewhere: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)


def service_file(path: Path, options: Sequence[tuple[str, object]]) -> Mapping[str, str]:
    """Write a service `there` with these options, and give the environment that finds it."""
    lines = "".join(f"{name}={value}\n" for name, value in options)
    path.write_text(f"[there]\n{lines}", encoding="utf-8")
    return {"PGSERVICEFILE": str(path)}


def in_files(folder: Path) -> dict[str, Place]:
    """An SQLite file by its own name and by a link."""
    database = Sqlite(folder / "app.db")
    (folder / "link.db").symlink_to("app.db")
    return {
        "file": Place(database, f"sqlite:///{folder}/app.db"),
        "link to a file": Place(database, f"sqlite:///{folder}/link.db"),
    }


def on_this_machine(database: Database, url: SplitResult, port: int, sockets: Path, folder: Path) -> dict[str, Place]:
    """Ways to a server at a loopback address, and at a socket in the folder `sockets`; one looks as if it were not."""
    account, base = account_of(url), url.path
    service = service_file(folder / "here.conf", [("hostaddr", "127.0.0.1"), ("port", port)])
    return {
        "address": Place(database, f"{account}@127.0.0.1:{port}{base}"),
        "name": Place(database, f"{account}@localhost:{port}{base}"),
        "mapped address": Place(database, f"{account}@[::ffff:127.0.0.1]:{port}{base}"),
        "socket": Place(database, f"{account}@{base}?host={sockets}&port={port}"),
        "foreign name with hostaddr": Place(database, f"{account}@prod.example:{port}{base}?hostaddr=127.0.0.1"),
        "first that answers is here": Place(database, f"{account}@127.0.0.1:1,127.0.0.1:{port}{base}"),
        "url before PGHOST": Place(database, f"{account}@127.0.0.1:{port}{base}", None, {"PGHOST": "192.0.2.77"}),
        "PGHOST names a socket": Place(
            database, f"{account}@{base}", None, {"PGHOST": str(sockets), "PGPORT": str(port)}
        ),
        "service": Place(database, f"{account}@{base}?service=there", None, service),
        ANYWHERE: Place(database, f"{account}@0.0.0.0:{port}{base}", f"0.0.0.0{base}"),
    }


def at_another_address(
    database: Database, url: SplitResult, port: int, address: str, other: int, folder: Path
) -> dict[str, Place]:
    """Ways to the same server at `address` and the port `other`, which is not a loopback address."""
    account, base = account_of(url), url.path
    named = f"{address}{base}"
    service = service_file(folder / "other.conf", [("hostaddr", address), ("port", other)])
    disguised = service_file(folder / "disguised.conf", [("host", "localhost"), ("hostaddr", address), ("port", other)])
    environment = {"PGPORT": str(other)}
    return {
        "other address": Place(database, f"{account}@{address}:{other}{base}", named),
        "localhost?host=other": Place(database, f"{account}@localhost:{other}{base}?host={address}", named),
        "localhost?hostaddr=other": Place(database, f"{account}@localhost:{other}{base}?hostaddr={address}", named),
        "PGHOST": Place(database, f"{account}@{base}", named, {**environment, "PGHOST": address}),
        "PGHOSTADDR": Place(
            database, f"{account}@localhost:{other}{base}", named, {**environment, "PGHOSTADDR": address}
        ),
        "PGSERVICE": Place(database, f"{account}@{base}", named, {**service, "PGSERVICE": "there"}),
        "service of the url": Place(database, f"{account}@{base}?service=there", named, service),
        "service under a local name": Place(database, f"{account}@{base}?service=there", named, disguised),
        "first that answers is other": Place(
            database, f"{account}@127.0.0.1:1,{address}:{other},127.0.0.1:{port}{base}", named
        ),
    }


def account_of(url: SplitResult) -> str:
    """A URL as far as its user and password."""
    return f"postgresql://{url.username}:{url.password}"
