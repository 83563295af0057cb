"""Triggers that change rows as they come: what the next run would not know again is refused, and nothing is left."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tool import run, succeed

HEAD = "seedspec: 1\nname: s\nseed: 1\n"
KEYED = """entities:
  person: {key: email, count: 5, fields: {id: {uuid: {}}, email: {template: "U{row}@Seed.test"}}}
"""
NUMBERED = """cleanup: {person: {email: {ends_with: "@Seed.test"}}}
entities:
  person: {key: email, count: 5, fields: {id: {sequence: 1}, email: {template: "U{row}@Seed.test"}}}
"""
KEYLESS = """entities:
  person: {count: 5, fields: {email: {template: "U{row}@Seed.test"}}}
"""
POSTGRES = """
CREATE TABLE person (id text, email text);
CREATE FUNCTION lowered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN new.email := lower(new.email); RETURN new; END $$;
CREATE TRIGGER lowers BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION lowered();
"""
SQLITE = """
CREATE TABLE person (id text, email text);
CREATE TRIGGER lowers AFTER INSERT ON person
BEGIN UPDATE person SET email = lower(email) WHERE rowid = new.rowid; END;
"""

Database = tuple[str, Callable[[], list[tuple[str]]]]


@pytest.fixture(params=["postgres", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """The URL of a database whose trigger writes e-mails in small letters, and those that it holds."""
    select = "SELECT email FROM person"
    if request.param == "sqlite":
        file = tmp_path / "app.db"
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript(SQLITE)

        def in_file() -> list[tuple[str]]:
            with closing(sqlite3.connect(file)) as connection:
                return connection.execute(select).fetchall()

        return f"sqlite:///{file}", in_file
    url = request.getfixturevalue("postgres_url")

    def on_server() -> list[tuple[str]]:
        with psycopg.connect(url) as connection:
            return [(str(email),) for (email,) in connection.execute(select)]

    with psycopg.connect(url) as connection:
        connection.execute(POSTGRES)
    return url, on_server


@pytest.mark.parametrize("body", [NUMBERED, KEYLESS])
def test_rows_that_the_next_run_would_not_remove(database: Database, body: str, tmp_path: Path) -> None:
    url, held = database
    spec = tmp_path / "s.yaml"
    spec.write_text(HEAD + body)
    refused = run("apply", spec, "--database-url", url, "--unwitnessed")
    assert refused.code == 3
    assert "5 of the 5 rows that came into `person` are none that the next run would remove" in refused.err
    assert held() == []


def test_rows_that_are_known_by_a_key_of_their_own(database: Database, tmp_path: Path) -> None:
    url, held = database
    spec = tmp_path / "s.yaml"
    spec.write_text(HEAD + KEYED.replace("key: email, ", ""))
    for _ in range(2):
        succeed("apply", spec, "--database-url", url, "--unwitnessed")
        assert sorted(held()) == [(f"u{row}@seed.test",) for row in range(1, 6)]


@pytest.mark.parametrize("body", [KEYED, NUMBERED])
def test_an_upsert_whose_key_is_changed(database: Database, body: str, tmp_path: Path) -> None:
    url, held = database
    spec = tmp_path / "s.yaml"
    spec.write_text(HEAD + body)
    refused = run("apply", spec, "--mode", "upsert", "--database-url", url, "--unwitnessed")
    assert refused.code == 3
    assert "5 of the rows that came into `person` have another email there" in refused.err
    assert held() == []


def test_an_update_that_a_trigger_leaves_out_is_not_told_as_done(database: Database, tmp_path: Path) -> None:
    url, _ = database
    if url.startswith("sqlite"):
        statements = ["DROP TRIGGER lowers", "INSERT INTO person VALUES ('other', 'U1@Seed.test')"]
        statements.append("CREATE TRIGGER keeps BEFORE UPDATE ON person BEGIN SELECT raise(IGNORE); END")
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript(";".join(statements))
    else:
        with psycopg.connect(url) as connection:
            connection.execute("""
                DROP TRIGGER lowers ON person;
                INSERT INTO person VALUES ('other', 'U1@Seed.test');
                CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                CREATE TRIGGER keeps BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION kept()""")
    spec = tmp_path / "s.yaml"
    spec.write_text(HEAD + KEYED)
    refused = run("apply", spec, "--mode", "upsert", "--database-url", url)
    assert refused.code == 1
    assert "0 rows of `person` were updated where 1 were meant" in refused.err
