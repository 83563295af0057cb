"""What a plan says of a PostgreSQL database besides rows, and that nothing goes on where rows are hidden."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tool import run, succeed

SCHEMA = """
CREATE TABLE person (id text PRIMARY KEY, email text NOT NULL);
CREATE TABLE letter (id text PRIMARY KEY, sender text NOT NULL REFERENCES person);
CREATE TABLE stamp (id text PRIMARY KEY, letter text REFERENCES letter);
INSERT INTO person VALUES ('real', 'real@example.org');
"""
SPEC = """
seedspec: 1
name: letters
seed: 1
cleanup: {person: {email: {ends_with: "@seed.test"}}}
entities:
  person: {count: 5, fields: {id: {uuid: {}}, email: {template: "p{row}@seed.test"}}}
  letter: {per: {person: 2}, fields: {id: {uuid: {}}, sender: {ref: person}}}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "letters.yaml"
    path.write_text(SPEC)
    return path


def execute(url: str, statements: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statements.encode())


def plan(spec: Path, url: str) -> Any:
    return succeed("plan", spec, "--database-url", url, "--format", "json").json


def test_what_only_one_partition_has(spec: Path, postgres_url: str) -> None:
    execute(postgres_url, SCHEMA)
    execute(
        postgres_url,
        """
        CREATE TABLE visit (id text, year int, guest text, host text) PARTITION BY LIST (year);
        CREATE TABLE visit_2024 PARTITION OF visit FOR VALUES IN (2024);
        CREATE TABLE visit_2025 PARTITION OF visit FOR VALUES IN (2025) PARTITION BY LIST (guest);
        CREATE TABLE visit_2025_a PARTITION OF visit_2025 DEFAULT;
        ALTER TABLE visit ADD CONSTRAINT whole FOREIGN KEY (host) REFERENCES person ON DELETE SET NULL;
        ALTER TABLE visit_2024 ADD CONSTRAINT part FOREIGN KEY (guest) REFERENCES person ON DELETE SET DEFAULT;
        CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN coalesce(NEW, OLD); END';
        CREATE TRIGGER every BEFORE INSERT ON visit FOR EACH ROW EXECUTE FUNCTION pass();
        CREATE TRIGGER one BEFORE INSERT OR DELETE ON visit_2025_a FOR EACH ROW EXECUTE FUNCTION pass();
        CREATE TRIGGER never AFTER INSERT ON visit_2024 FOR EACH STATEMENT EXECUTE FUNCTION pass();
        """,
    )
    spec.write_text(
        SPEC + "  visit: {count: 4, fields: {id: {uuid: {}}, year: {choice: [2024, 2025]}, guest: {ref: person},"
        " host: {ref: person, as: host}}}\n"
    )
    succeed("apply", spec, "--database-url", postgres_url)
    refused = "where it changes other rows, the run is refused, and so it is where the next one would not know again"
    refused += " what it makes of these"
    alone = "to a row that goes are deleted too, where the database alone would set them to"
    assert [each for each in plan(spec, postgres_url)["notes"] if "trigger" in each or "alone" in each] == [
        f"the trigger `every` of `visit` acts when rows are inserted: {refused}",
        "the trigger `one` of `visit` (its partition `visit_2025_a`) acts when rows are deleted and inserted: "
        + refused,
        f"rows of `visit` that refer by `whole` {alone} NULL",
        f"rows of `visit` (its partition `visit_2024`) that refer by `part` {alone} their default",
    ]


def test_defaults_that_hide_what_they_read(spec: Path, postgres_url: str) -> None:
    execute(postgres_url, SCHEMA)
    execute(
        postgres_url,
        """
        CREATE FUNCTION today() RETURNS date STABLE LANGUAGE sql AS 'SELECT CURRENT_DATE';
        CREATE FUNCTION always() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 7';
        CREATE DOMAIN moment AS timestamptz NOT NULL DEFAULT now();
        CREATE DOMAIN day AS date DEFAULT today();
        ALTER TABLE person ADD made moment, ADD day date DEFAULT today(), ADD own day, ADD fixed int DEFAULT always(),
            ADD none day DEFAULT '2020-01-01', ADD given day;
        ALTER TABLE person ADD double text GENERATED ALWAYS AS (always()::text) STORED;
        """,
    )
    spec.write_text(SPEC.replace("email: {template", 'given: "2020-01-01", email: {template'))
    found = plan(spec, postgres_url)
    assert [each["message"] for each in found["warnings"]] == [
        "the column `person.made` is left to the database, which fills it anew every time"
    ]
    assert [each for each in found["notes"] if "default" in each] == [
        f"the column `{column}` of `person` is left to the database, whose default for it calls `today`, which may "
        "give another value every time"
        for column in ("day", "own")
    ]
    succeed("apply", spec, "--database-url", postgres_url)


def test_rows_with_the_default_of_a_domain_are_the_specs_own(spec: Path, postgres_url: str) -> None:
    execute(postgres_url, SCHEMA)
    execute(postgres_url, "CREATE DOMAIN rank AS int DEFAULT 3; ALTER TABLE stamp ADD rank rank")
    spec.write_text(SPEC + "  stamp: {per: {letter: 1}, fields: {id: {sequence: 1}, letter: {ref: letter}}}\n")
    succeed("apply", spec, "--database-url", postgres_url)
    assert [each["strangers"] for each in plan(spec, postgres_url)["clean"]] == [0, 0, 0]


@contextmanager
def clerk(url: str, *, owning: str = "") -> Iterator[str]:
    """The URL for a role that may do everything with the tables but see through row-level security."""
    name, password = f"seedengine_clerk_{secrets.token_hex(6)}", secrets.token_hex(6)
    role = sql.Identifier(name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password)))
        try:
            connection.execute(sql.SQL("GRANT ALL ON ALL TABLES IN SCHEMA public TO {}").format(role))
            if owning:
                connection.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(sql.Identifier(owning), role))
            parts = urlsplit(url)
            place = parts.netloc.rpartition("@")[2]
            yield urlunsplit(parts._replace(netloc=f"{name}:{password}@{place}"))
        finally:
            connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(role))
            connection.execute(sql.SQL("DROP ROLE {}").format(role))


@pytest.mark.parametrize("table", ["person", "stamp"])
def test_hidden_rows_stop_every_command(spec: Path, postgres_url: str, table: str) -> None:
    execute(postgres_url, SCHEMA)
    succeed("apply", spec, "--database-url", postgres_url)
    execute(
        postgres_url, f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; CREATE POLICY all_of_it ON {table} USING (true)"
    )
    with clerk(postgres_url) as url:
        for command in ("plan", "apply", "clean", "verify"):
            outcome = run(command, spec, "--database-url", url)
            assert (command, outcome.code) == (command, 3)
            assert f"error: row-level security of `{table}` hides rows from this user\n" in outcome.err
            assert "run it as a role that has BYPASSRLS or owns the table; nothing was changed" in outcome.err
    succeed("apply", spec, "--database-url", postgres_url)


def test_hidden_rows_stop_an_upsert(spec: Path, postgres_url: str) -> None:
    execute(postgres_url, SCHEMA)
    execute(postgres_url, "ALTER TABLE letter ENABLE ROW LEVEL SECURITY")
    with clerk(postgres_url) as url:
        outcome = run("apply", spec, "--mode", "upsert", "--database-url", url)
        assert outcome.code == 3
        assert "row-level security of `letter` hides rows from this user" in outcome.err


def test_an_owner_whom_a_policy_is_forced_on_needs_more_than_the_table(spec: Path, postgres_url: str) -> None:
    execute(postgres_url, SCHEMA)
    execute(postgres_url, "ALTER TABLE stamp ENABLE ROW LEVEL SECURITY; ALTER TABLE stamp FORCE ROW LEVEL SECURITY")
    succeed("apply", spec, "--database-url", postgres_url)
    with clerk(postgres_url, owning="stamp") as url:
        outcome = run("clean", spec, "--database-url", url)
        assert outcome.code == 3
        assert "run it as a role that has BYPASSRLS; nothing was changed" in outcome.err
