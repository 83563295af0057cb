"""Databases on the tests' PostgreSQL server that live as long as the tests of one file."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

NewDatabase = Callable[..., str]


@contextmanager
def databases(server: str) -> Iterator[NewDatabase]:
    """A function that makes a database, empty or a copy of another one; all are dropped in the end."""
    made: list[str] = []

    def make(template: str | None = None) -> str:
        name = f"seedengine_test_{secrets.token_hex(6)}"
        source = urlsplit(template).path[1:] if template else "template0"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(source)))
        made.append(name)
        return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))

    try:
        yield make
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            for name in made:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def new_database(postgres_server_url: str) -> Iterator[NewDatabase]:
    """Makes databases that live as long as the tests of one file."""
    with databases(postgres_server_url) as make:
        yield make
