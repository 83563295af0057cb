"""Tables whose rows carry no mark and whose keys could be anybody's: what looks generated may be somebody's row."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tool import run, succeed

SPEC = """
seedspec: 1
name: roles
entities:
  role: {rows: [{id: 1, name: admin}, {id: 2, name: user}]}
  account: {count: 3, fields: {id: {sequence: 10}, role_id: {ref: role}}}
"""
TABLES = (
    "CREATE TABLE role (id integer PRIMARY KEY, name text, description text)",
    "CREATE TABLE account (id integer PRIMARY KEY, role_id integer REFERENCES role (id))",
)
Execute = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Execute]]:
    """The URL of a database with the tables of an application, and a way to run a statement in it."""
    file = tmp_path / "app.db"
    url = f"sqlite:///{file}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    connection: Any = sqlite3.connect(file) if request.param == "sqlite" else psycopg.connect(url)

    def execute(statement: str) -> list[tuple[Any, ...]]:
        cursor = connection.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
        connection.commit()
        return rows

    with closing(connection):
        for table in TABLES:
            execute(table)
        yield url, execute


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "roles.yaml"
    path.write_text(SPEC)
    return path


def test_the_specs_own_rows_are_made_again(database: tuple[str, Execute], spec: Path) -> None:
    url, execute = database
    succeed("apply", spec, "--database-url", url)
    before = execute("SELECT * FROM account ORDER BY id")
    succeed("apply", spec, "--database-url", url)
    assert execute("SELECT * FROM account ORDER BY id") == before
    assert execute("SELECT id, name FROM role ORDER BY id") == [(1, "admin"), (2, "user")]


def test_somebodys_rows_that_hang_on_one_that_looks_generated_stop_the_run(
    database: tuple[str, Execute], spec: Path
) -> None:
    url, execute = database
    execute("INSERT INTO role (id, name) VALUES (1, 'admin'), (2, 'user')")
    execute("INSERT INTO account VALUES (1, 1), (2, 2)")
    outcome = run("apply", spec, "--database-url", url)
    assert outcome.code == 3
    assert "2 rows of `account`" in outcome.err
    assert execute("SELECT * FROM account ORDER BY id") == [(1, 1), (2, 2)]


def test_a_row_that_somebody_has_filled_further_is_not_the_specs(database: tuple[str, Execute], spec: Path) -> None:
    url, execute = database
    execute("INSERT INTO role VALUES (1, 'admin', 'all powers')")
    outcome = run("apply", spec, "--database-url", url)
    assert outcome.code == 1
    assert execute("SELECT * FROM role") == [(1, "admin", "all powers")]
