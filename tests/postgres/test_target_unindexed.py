"""Foreign keys without an index: which they are, what is said about them, and the index for the time of a cleanup."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from seedengine import engine
from seedengine.diagnostics import DatabaseError
from seedengine.planning import Allowed
from seedengine.spec.cleanup import RowFilter
from seedengine.targets.postgres import passing_indexes
from seedengine.targets.protocol import Removal, Target
from seedengine.targets.url import open_target

Connection = psycopg.Connection[tuple[Any, ...]]
Database = tuple[Target, Connection]

SCHEMA = """
CREATE TABLE "User" (id int PRIMARY KEY, email text, a int DEFAULT 1, UNIQUE (id, a));
CREATE TABLE "Order" ("userId" int REFERENCES "User" DEFERRABLE INITIALLY DEFERRED, note text);
INSERT INTO "User" SELECT n, n || CASE WHEN n <= 2000 THEN '@seed.test' ELSE '@real.test' END
  FROM generate_series(1, 2100) n;
INSERT INTO "Order" SELECT n, repeat('x', 100) FROM generate_series(1, 2100) n;
"""
SEEDED = Removal("User", RowFilter.model_validate({"email": {"ends_with": "@seed.test"}}))
NOTHING = Removal("User", RowFilter.model_validate({"email": {"ends_with": "@nobody.test"}}))
CATALOGUE = """
SELECT c.relname, c.relkind, c.relhasindex, c.relfilenode FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'pg_%' ORDER BY c.relname
"""


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    """2,000 seeded users with an order each, and 100 real ones."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
        target = open_target(postgres_url)
        yield target, connection
        target.close()


INDEXES = [
    ('CREATE INDEX ON "Child" (b, a, c)', True),
    ('CREATE INDEX ON "Child" (a, b) INCLUDE (c)', True),
    ('CREATE UNIQUE INDEX ON "Child" (a, b, (c + 1))', True),
    ('CREATE INDEX ON "Child" (a)', False),
    ('CREATE INDEX ON "Child" (a) INCLUDE (b)', False),
    ('CREATE INDEX ON "Child" (c, a, b)', False),
    ('CREATE INDEX ON "Child" ((a + 0), b, a)', False),
    ('CREATE INDEX ON "Child" (a, b) WHERE c > 0', False),
    ('CREATE INDEX ON "Child" USING brin (a, b)', False),
]


@pytest.mark.parametrize(("index", "serves"), INDEXES)
def test_which_indexes_serve_a_foreign_key(database: Database, index: str, serves: bool) -> None:
    target, connection = database
    connection.execute('CREATE TABLE "Child" (a int, b int, c int, FOREIGN KEY (b, a) REFERENCES "User" (id, a))')
    connection.execute(index.encode())
    assert target.inspect().tables["Child"].has_index(("b", "a")) is serves


def test_hash_indexes_serve_and_invalid_ones_do_not(database: Database) -> None:
    target, connection = database
    connection.execute('CREATE INDEX "byUser" ON "Order" USING hash ("userId")')
    assert target.inspect().tables["Order"].has_index(("userId",))
    connection.execute("""UPDATE pg_index SET indisvalid = false WHERE indexrelid = '"byUser"'::regclass""")
    assert not target.inspect().tables["Order"].has_index(("userId",))


def notes(target: Target, removal: Removal) -> list[str]:
    with target.begin(read_only=True) as transaction:
        transaction.find([removal])
        return list(transaction.notes)


def test_a_note_says_what_to_do_where_parents_go(database: Database) -> None:
    target, connection = database
    assert not notes(target, NOTHING)
    (note,) = notes(target, SEEDED)
    assert "`Order` has no index for its foreign key `userId`" in note
    assert "for each row of `User`, of which 2,000 go" in note
    assert note.endswith(': CREATE INDEX ON "Order" ("userId")')
    connection.execute(note.rpartition(": ")[2].encode())
    assert not notes(target, SEEDED)


@pytest.mark.parametrize(
    ("change", "costs"),
    [
        ("""CREATE INDEX ON "Order" ("userId") WHERE "userId" IS NOT NULL""", False),
        ("""CREATE INDEX ON "Order" ("userId") WHERE "userId" IS NULL""", True),
        ("""CREATE INDEX ON "Order" ("userId") WHERE note IS NOT NULL""", True),
        ("""CREATE INDEX ON "Order" (note, "userId") WHERE "userId" IS NOT NULL""", True),
        ("""ALTER TABLE "User" DISABLE TRIGGER ALL""", False),
        ("""ALTER TABLE "Order" DISABLE TRIGGER ALL""", True),
    ],
)
def test_a_key_costs_nothing_that_is_served_or_switched_off(database: Database, change: str, costs: bool) -> None:
    target, connection = database
    connection.execute(change.encode())
    assert bool(notes(target, SEEDED)) is costs


@pytest.mark.parametrize("read_only", [True, False])
def test_somebodys_lock_is_waited_for_only_so_long(database: Database, postgres_url: str, read_only: bool) -> None:
    _, connection = database
    with closing(open_target(postgres_url, 0.1)) as target, connection.transaction():
        connection.execute('LOCK TABLE "Order"')
        with pytest.raises(DatabaseError) as refused, target.begin(read_only=read_only) as transaction:
            transaction.find([SEEDED])
    assert refused.value.message == "another session holds a lock on what this run needs; waited 0.1 s"
    assert (refused.value.help or "").startswith("nothing was changed; run it again when that session is done")
    assert ("`--lock-timeout`" in (refused.value.help or "")) is not read_only


def clean(target: Target) -> Mapping[str, int]:
    with target.begin() as transaction:
        transaction.find([SEEDED], locking=True)
        return transaction.delete()


def test_an_index_that_may_not_be_dropped_says_how_to_go_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passing_indexes, "MANY_PAGES", 1)
    target, connection = database
    connection.execute(
        """CREATE FUNCTION g() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no ddl here''; END';
           CREATE EVENT TRIGGER g ON sql_drop EXECUTE FUNCTION g()"""
    )
    with pytest.raises(DatabaseError, match="no ddl here") as refused:
        clean(target)
    assert (refused.value.help or "").endswith(': CREATE INDEX ON "Order" ("userId")')


def test_a_passing_index_leaves_the_catalogue_as_it_was(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passing_indexes, "MANY_PAGES", 1)
    target, connection = database
    before = connection.execute(CATALOGUE).fetchall()
    with target.begin() as transaction:
        transaction.find([SEEDED], locking=True)
        assert transaction.delete() == {"Order": 2000, "User": 2000}
        (note,) = transaction.notes
    assert "one is made for the time that rows of `User`, of which 2,000 go" in note
    after = connection.execute(CATALOGUE).fetchall()
    assert after == [(*row[:2], True, row[3]) if row[0] == "Order" else row for row in before]
    assert connection.execute("""SELECT FROM pg_index WHERE indrelid = '"Order"'::regclass""").fetchall() == []


def test_rows_go_without_one_where_the_table_is_locked(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passing_indexes, "MANY_PAGES", 1)
    monkeypatch.setattr(passing_indexes, "LOCK_TIMEOUT", "100ms")
    target, connection = database
    with connection.transaction():
        connection.execute('LOCK TABLE "Order" IN ACCESS SHARE MODE')
        with target.begin() as transaction:
            transaction.find([SEEDED], locking=True)
            assert transaction.delete() == {"Order": 2000, "User": 2000}
            assert "no index could be made" in transaction.notes[1]


def test_plan_and_clean_say_it(database: Database, tmp_path: Path) -> None:
    target, _ = database
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        'seedspec: 1\nname: s\nseed: 1\ncleanup: {User: {email: {ends_with: "@seed.test"}}}\n'
        'entities: {user: {table: User, count: 1, fields: {id: {sequence: 1}, email: {template: "{id}@seed.test"}}}}\n'
    )
    loaded = engine.load(spec)
    told: list[str] = []
    plan = engine.build_plan(loaded, target)
    summary = engine.clean(loaded, target, allowed=Allowed(deletes=4000), notify=told.append)
    assert plan.notes[-1:] == summary.notes == tuple(told)
    assert 'CREATE INDEX ON "Order" ("userId")' in plan.as_json()["notes"][-1]
