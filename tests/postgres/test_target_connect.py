"""Ways to reach a server, and not to: one clear line each, and no part of a password."""

import socket
import time
import traceback
from urllib.parse import quote, urlsplit

import polars as pl
import psycopg
import pytest

from seedengine.diagnostics import DatabaseError
from seedengine.targets.url import open_target


def refusal(url: str) -> DatabaseError:
    with pytest.raises(DatabaseError) as caught:
        open_target(url)
    return caught.value


def test_the_name_is_where_the_driver_really_went(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = urlsplit(postgres_url)
    database = parts.path.removeprefix("/")
    expected = f"postgresql://{parts.username}:***@127.0.0.1:{parts.port}/{database}"
    for url in (
        postgres_url,
        postgres_url.replace("postgresql://", "postgres://"),
        postgres_url.replace("postgresql://", "postgresql+psycopg://"),
        f"postgresql://{parts.username}:{parts.password}@db.invalid/{database}?host=127.0.0.1&port={parts.port}",
        f"postgresql://{parts.username}:{parts.password}@127.0.0.1:1,127.0.0.1:{parts.port}/{database}",
    ):
        target = open_target(url)
        assert target.name == expected
        target.close()
    target = open_target(f"{postgres_url.replace('127.0.0.1', 'prod.example')}?hostaddr=127.0.0.1")
    assert target.name == expected
    target.close()
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", str(parts.port))
    target = open_target(f"postgresql://{parts.username}:{parts.password}@/{database}")
    assert target.name == expected
    target.close()


WORDS = "a @:/?#% 'x\\é"


def test_a_wrong_password(postgres_url: str) -> None:
    parts = urlsplit(postgres_url)
    error = refusal(
        f"postgresql://{parts.username}:{quote(WORDS, safe='')}@127.0.0.1:{parts.port}{parts.path}?connection_limit=1"
    )
    assert error.message.endswith("the server refuses this user and password")
    shown = "".join(traceback.format_exception(error)) + repr(error)
    assert quote(WORDS, safe="") not in shown
    assert "'x\\\\é" not in shown
    assert WORDS not in shown


def test_other_ways_to_fail(postgres_url: str) -> None:
    parts = urlsplit(postgres_url)
    account = f"{parts.username}:{parts.password}"
    here = f"127.0.0.1:{parts.port}"
    cases = {
        f"postgresql://{account}@{here}/nowhere": "the server has no such database",
        f"postgresql://nobody_here:x@{here}/postgres": "the server refuses this user and password",
        f"postgresql://{account}@127.0.0.1:1/x": "no server answers there",
        f"postgresql://{account}@host.invalid/x": "its host cannot be found",
        f"postgresql://{account}@{here}/postgres?sslmode=require": "server does not support SSL, but SSL was required",
        f"postgresql://{account}@{here}/postgres?sslmode=bogus": 'invalid sslmode value: "bogus"',
        f"postgresql://{account}@{here}/postgres?connect_timeout=soon": "bad value for connect_timeout",
        f"postgresql://{account}@/postgres?host=/nowhere&port=5": "no server answers there",
        f"postgresql://{parts.username}@{here}/postgres": "the server asks for a password",
        f"postgresql://{account}@{here}/postgres?options=-c%20nonsense%3D1": "unrecognized configuration parameter",
    }
    for url, reason in cases.items():
        error = refusal(url)
        assert reason in error.message
        assert "\n" not in error.message
        assert str(parts.password) not in f"{error.message} {error.help}"


def test_a_server_that_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = refusal(f"postgresql://u:p@127.0.0.1:{silent.getsockname()[1]}/x?connect_timeout=2")
    assert error.message.endswith("it did not answer in time")


def test_a_schema_that_does_not_exist(postgres_url: str) -> None:
    target = open_target(f"{postgres_url}?schema=nowhere")
    with pytest.raises(DatabaseError, match="the database has no schema `nowhere`"):
        target.inspect()
    target.close()


def test_a_broken_connection_is_one_line_and_made_anew(postgres_url: str) -> None:
    target = open_target(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'seedengine' AND datname = current_database()"
        )
    with pytest.raises(DatabaseError, match="terminating connection"):
        target.inspect()
    assert dict(target.inspect().tables) == {}
    target.close()


def test_a_connection_that_breaks_while_keys_are_checked(postgres_url: str) -> None:
    target = open_target(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute("""
            CREATE TABLE t (id int);
            CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
              'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER die AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
              FOR EACH ROW EXECUTE FUNCTION die();""")
        with pytest.raises(DatabaseError, match="terminating connection"), target.begin() as transaction:
            transaction.load("t", ["id"], [pl.DataFrame({"id": [1]})])
        assert other.execute("SELECT count(*) FROM t").fetchone() == (0,)
    target.close()


def test_one_transaction_at_a_time(postgres_url: str) -> None:
    target = open_target(postgres_url)
    with target.begin(), pytest.raises(RuntimeError, match="one transaction at a time"):
        target.inspect()
    target.close()


def test_no_connection_stays_open(postgres_url: str) -> None:
    target = open_target(postgres_url)
    with pytest.raises(KeyboardInterrupt), target.begin():
        raise KeyboardInterrupt
    target.inspect()
    target.close()
    target.close()
    with psycopg.connect(postgres_url, autocommit=True) as other:
        count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'seedengine' AND state IS NOT NULL"
        for _ in range(50):  # a backend whose client has said goodbye takes a moment to end
            left = other.execute(count + " AND datname = current_database()").fetchone()
            if left == (0,):
                break
            time.sleep(0.1)
        assert left == (0,)
