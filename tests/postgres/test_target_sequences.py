"""After a load, the application's next insert gets a key that no row has, and a rollback takes that back too."""

from collections.abc import Iterator
from typing import Any

import polars as pl
import psycopg
import pytest

from seedengine.diagnostics import DatabaseError
from seedengine.targets.postgres.transaction import PostgresTransaction
from seedengine.targets.protocol import Target
from seedengine.targets.url import open_target

Connection = psycopg.Connection[tuple[Any, ...]]

SCHEMA = """
CREATE TABLE a (id serial PRIMARY KEY, n int);
CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int);
CREATE SEQUENCE "free ""seq" START 5 INCREMENT 5;
CREATE TABLE c (id bigint DEFAULT nextval('"free ""seq"') PRIMARY KEY, n int);
CREATE SEQUENCE down INCREMENT -1;
CREATE TABLE d (id int DEFAULT nextval('down') PRIMARY KEY, n int);
CREATE TABLE e (id smallserial PRIMARY KEY, n int);
CREATE TABLE f (id text DEFAULT 'f' || nextval('down') PRIMARY KEY, n int);
"""


@pytest.fixture
def database(postgres_url: str) -> Iterator[tuple[Target, Connection]]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(SCHEMA)
        target = open_target(postgres_url)
        yield target, connection
        target.close()


def load(target: Target, table: str, *ids: object) -> list[str]:
    with target.begin() as transaction:
        transaction.load(table, ("id",), [pl.DataFrame({"id": ids})])
    return list(transaction.notes)


def insert(connection: Connection, table: str) -> object:
    row = connection.execute(f"INSERT INTO {table} (n) VALUES (0) RETURNING id".encode()).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("table", "ids", "following"),
    [("a", (1, 7), 8), ("b", (3,), 4), ("c", (11,), 16), ("d", (-4,), -5), ("f", ("f1",), "f-1")],
)
def test_the_next_key_is_a_new_one(
    database: tuple[Target, Connection], table: str, ids: tuple[object, ...], following: object
) -> None:
    target, connection = database
    assert load(target, table, *ids) == []
    assert insert(connection, table) == following


def test_a_sequence_is_never_set_back(database: tuple[Target, Connection]) -> None:
    target, connection = database
    connection.execute("SELECT setval('a_id_seq', 100)")
    load(target, "a", 1, 7)
    assert insert(connection, "a") == 101


def load_and_break(target: Target) -> None:
    with target.begin() as transaction:
        assert isinstance(transaction, PostgresTransaction)
        transaction.load("a", ("id",), [pl.DataFrame({"id": [50]})])
        transaction.finish()
        raise InterruptedError


def test_a_rollback_takes_it_back(database: tuple[Target, Connection]) -> None:
    target, connection = database
    with pytest.raises(InterruptedError):
        load_and_break(target)
    assert insert(connection, "a") == 1


def test_a_sequence_that_ends_too_early_is_noted(database: tuple[Target, Connection]) -> None:
    target, _ = database
    assert load(target, "e", 32767) == ["the sequence `e_id_seq` ends before the highest `id`, 32768"]


def test_a_user_who_does_not_own_it(database: tuple[Target, Connection], postgres_url: str) -> None:
    _, connection = database
    name = psycopg.conninfo.conninfo_to_dict(postgres_url)["dbname"]
    role = f"writer_{name}"
    connection.execute(
        f"CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT SELECT, INSERT ON a, b TO {role}; "
        f"GRANT SELECT, UPDATE ON SEQUENCE a_id_seq TO {role}".encode()
    )
    host = postgres_url.rpartition("@")[2]
    other = open_target(f"postgresql://{role}:x@{host}")
    try:
        assert load(other, "a", 7) == []
        assert load(other, "b", 7) == [
            "the sequence `b_id_seq` may not be moved by this user: it may give a `id` that `b` has already"
        ]
    finally:
        other.close()
        connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())
    assert insert(connection, "a") == 8


def test_a_key_that_nobody_checks_is_audited(database: tuple[Target, Connection]) -> None:
    target, connection = database
    connection.execute(
        "CREATE TABLE child (id int PRIMARY KEY, a int REFERENCES a); INSERT INTO a VALUES (1);"
        "ALTER TABLE child DISABLE TRIGGER ALL; INSERT INTO child VALUES (1, 9)"
    )
    with target.begin() as transaction:
        transaction.load("child", ("id", "a"), [pl.DataFrame({"id": [2, 3], "a": [1, None]})])
    with pytest.raises(DatabaseError, match="1 rows of `child` refer by `a` to no `a` that is there"):  # noqa: SIM117
        with target.begin() as transaction:
            transaction.load("child", ("id", "a"), [pl.DataFrame({"id": [4], "a": [8]})])
    assert connection.execute("SELECT count(*) FROM child").fetchone() == (3,)


def test_a_check_that_nobody_enforces_is_audited(database: tuple[Target, Connection]) -> None:
    target, connection = database
    if connection.info.server_version < 180000:
        pytest.skip("servers before PostgreSQL 18 enforce every check")
    connection.execute("ALTER TABLE a ADD CONSTRAINT few CHECK (id < 9) NOT ENFORCED; INSERT INTO a VALUES (50)")
    load(target, "a", 1)
    with pytest.raises(DatabaseError, match="1 rows of `a` break `few`"):
        load(target, "a", 2, 60)
