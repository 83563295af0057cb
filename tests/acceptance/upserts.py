"""Databases, specs and runs for the tests of `apply --mode upsert`."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tool import Outcome, call

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Database:
    """A database of either kind, by its URL."""

    url: str
    file: Path | None

    def script(self, statements: str) -> None:
        """Run statements that both kinds know, each ended by a semicolon."""
        if self.file is not None:
            with closing(sqlite3.connect(self.file)) as connection:
                connection.executescript(statements)
        else:
            with psycopg.connect(self.url) as connection:
                connection.execute(statements.encode())

    def rows(self, query: str) -> list[Row]:
        """What a query finds."""
        if self.file is not None:
            with closing(sqlite3.connect(self.file)) as connection:
                return connection.execute(query).fetchall()
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def everything(self) -> dict[str, list[str]]:
        """The rows of every table, on PostgreSQL with the transaction that wrote them and the place where they lie."""
        if self.file is not None:
            names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            return {name: [repr(row) for row in self.rows(f'SELECT * FROM "{name}"')] for (name,) in self.rows(names)}
        names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        return {
            name: sorted(repr(row) for row in self.rows(f'SELECT ctid::text, xmin::text, t::text FROM "{name}" t'))
            for (name,) in self.rows(names)
        }


def make_database(request: pytest.FixtureRequest, folder: Path) -> Database:
    """An empty database of the kind that the fixture's parameter names."""
    if request.param == "sqlite":
        return Database(f"sqlite:///{folder / 'app.db'}", folder / "app.db")
    return Database(request.getfixturevalue("postgres_url"), None)


def write_spec(folder: Path, text: str) -> Path:
    """A spec with these entities."""
    path = folder / "spec.yaml"
    path.write_text(f"seedspec: 1\nname: shop\nas_of: 2026-01-01T00:00:00Z\nentities:\n{text}")
    return path


def upsert(spec: Path, database: Database, *options: str) -> Outcome:
    """Run `apply --mode upsert`."""
    options = ("--database-url", database.url, "--mode", "upsert", "--format", "json", *options)
    return call("apply", spec, *options)


def counts(outcome: Outcome) -> dict[str, tuple[int, int]]:
    """By table, how many rows were inserted and updated."""
    assert outcome.code == 0, outcome.out + outcome.err
    assert all(table["removed"] == 0 for table in outcome.json["tables"])
    return {table["table"]: (table["inserted"], table["updated"]) for table in outcome.json["tables"]}


def writes_nothing(spec: Path, database: Database, *options: str) -> None:
    """Upsert, and require that no row is written, not even as it was."""
    before = database.everything()
    assert set(counts(upsert(spec, database, *options)).values()) == {(0, 0)}
    assert database.everything() == before


USERS = """
  user:
    count: 4
    key: email
    fields:
      id: {uuid: {}}
      email: {template: "u{row}@seed.test"}
      age: {int: 20..30}
"""
POSTS = """
  post:
    table: posts
    per: {user: 2}
    key: [author, no]
    fields: {id: {uuid: {}}, author: {ref: user.id}, no: {expr: nth}, title: {template: "post {nth}"}}
  reply:
    table: replies
    per: {post: 1}
    fields: {id: {uuid: {}}, to_post: {ref: post.id}, by: {ref: user.id}}
"""
TABLES = """
CREATE TABLE "user" (id varchar(36) PRIMARY KEY, email text NOT NULL UNIQUE, age integer, note text DEFAULT 'none');
CREATE TABLE posts (id varchar(36) PRIMARY KEY, author varchar(36) NOT NULL REFERENCES "user", no integer NOT NULL,
                    title text, UNIQUE (author, no));
CREATE TABLE replies (id varchar(36) PRIMARY KEY, to_post varchar(36) NOT NULL REFERENCES posts, by varchar(36));
"""
