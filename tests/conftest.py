"""The PostgreSQL server and the fresh databases that tests use."""

import os
import secrets
import signal
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from server import ServerError, running_server

VARIABLE = "SEEDENGINE_TEST_DATABASE_URL"

# A shell starts what runs in its background deaf to Ctrl-C, and so would all that the tests start be.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres_server_url() -> Iterator[str]:
    """The URL of a database on a server where databases may be made, the given one or our own."""
    given = os.environ.get(VARIABLE)
    if given:
        yield given
        return
    try:
        with running_server() as url:
            yield url
    except ServerError as error:
        pytest.fail(f"no PostgreSQL server for the tests: {error}", pytrace=False)


@pytest.fixture
def postgres_url(postgres_server_url: str) -> Iterator[str]:
    """The URL of a new empty database, dropped afterwards."""
    name = f"seedengine_test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    try:
        yield urlunsplit(urlsplit(postgres_server_url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(postgres_server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
