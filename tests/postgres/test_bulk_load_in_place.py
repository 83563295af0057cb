"""What a bulk load leaves in place, since something depends on it or may not be locked, and what it says about that."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import polars as pl
import psycopg
import pytest
from catalogue import read_catalogue, read_oids

from seedengine.diagnostics import DatabaseError
from seedengine.targets.protocol import BulkLoad, Removal, Target
from seedengine.targets.url import open_target

MANY = 100_000
LOAD = BulkLoad({"t": MANY})
SCHEMA = "CREATE TABLE t (k text PRIMARY KEY, n int NOT NULL UNIQUE, v int); CREATE INDEX t_v ON t (v);"
ALL = {"t_pkey", "t_n_key", "t_v"}
IN_PLACE = "loaded with constraints and indexes in place"

Connection = psycopg.Connection[Any]
Opened = tuple[Target, Connection]


@pytest.fixture
def opened(postgres_url: str) -> Iterator[Opened]:
    """A target with one table, and a connection of its own to look at it."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(SCHEMA)
        target = open_target(postgres_url)
        yield target, connection
        target.close()


def rows(start: int = 0, count: int = MANY) -> pl.DataFrame:
    number = pl.int_range(start, start + count, eager=True)
    return pl.DataFrame({"n": number, "v": number % 10}).with_columns(k=number.cast(pl.String))


def load(target: Target, load: BulkLoad | None = LOAD, start: int = 0) -> list[str]:
    """The notes of a load of `t`."""
    with target.begin() as transaction, transaction.loading(load) as notes:
        transaction.load("t", ["k", "n", "v"], [rows(start, (load or LOAD).rows["t"])])
    return list(notes)


def load_and_look(opened: Opened, bulk: BulkLoad | None = LOAD) -> tuple[set[str], list[str]]:
    """What was put back by a load of `t`, and its notes; the catalogue has to be as it was."""
    target, connection = opened
    before, oids = read_catalogue(connection), read_oids(connection)
    with target.begin(read_only=True) as transaction:
        steps, planned = transaction.plan_bulk(bulk) if bulk else ((), ())
    notes = load(target, bulk)
    after = read_oids(connection)
    assert read_catalogue(connection) == before
    moved = {name for name in oids if after[name] != oids[name]}
    if notes == list(planned):
        assert {name for step in steps for name in (*step.foreign_keys, *step.constraints, *step.indexes)} == moved
    return moved, notes


@pytest.mark.parametrize(
    ("changes", "stays"),
    [
        ("", set()),
        ("CREATE TABLE other (k text REFERENCES t)", {"t_pkey"}),
        ("CREATE TABLE other (n int REFERENCES t (n)); CREATE MATERIALIZED VIEW m AS SELECT * FROM t",
         {"t_n_key"}),
        ("CREATE VIEW grouped AS SELECT k, v FROM t GROUP BY k", {"t_pkey"}),
        ("CREATE TABLE p (v int PRIMARY KEY) PARTITION BY RANGE (v); CREATE TABLE p0 PARTITION OF p DEFAULT;"
         "INSERT INTO p SELECT generate_series(0, 9); ALTER TABLE t ADD FOREIGN KEY (v) REFERENCES p", {"t_v"}),
        ("CREATE TABLE p (v int PRIMARY KEY, w int); CREATE UNIQUE INDEX ON p (v) INCLUDE (w);"
         "INSERT INTO p SELECT generate_series(0, 9); ALTER TABLE t ADD FOREIGN KEY (v) REFERENCES p", {"t_v"}),
        ("CREATE TABLE p (v int PRIMARY KEY); INSERT INTO p SELECT generate_series(0, 9);"
         "ALTER TABLE t ADD FOREIGN KEY (v) REFERENCES p", set()),
        ("CREATE RULE r AS ON UPDATE TO t DO ALSO "
         "INSERT INTO t VALUES ('a', 1) ON CONFLICT ON CONSTRAINT t_n_key DO NOTHING", {"t_n_key"}),
        ("CREATE FUNCTION f() RETURNS void BEGIN ATOMIC INSERT INTO t VALUES ('a', 1) "
         "ON CONFLICT ON CONSTRAINT t_pkey DO NOTHING; END", {"t_pkey"}),
        ("CREATE PUBLICATION p FOR TABLE t", {"t_pkey"}),
        ("ALTER TABLE t REPLICA IDENTITY USING INDEX t_n_key; CREATE PUBLICATION p FOR ALL TABLES", {"t_n_key"}),
        ("ALTER TABLE t REPLICA IDENTITY USING INDEX t_n_key", set()),
        ("ALTER TABLE t REPLICA IDENTITY FULL; CREATE PUBLICATION p FOR TABLE t", set()),
        ("CREATE TABLE heir (x int) INHERITS (t)", ALL),
        ("CREATE TABLE parent (v int); ALTER TABLE t INHERIT parent", ALL),
        ("CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
         "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g()", ALL),
        ("CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
         "CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION g()", set()),
        ("CREATE FUNCTION g() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
         "CREATE EVENT TRIGGER g ON ddl_command_end EXECUTE FUNCTION g()", ALL),
        ("INSERT INTO t SELECT 'k' || n, -n FROM generate_series(1, 10000) n", set()),
        ("INSERT INTO t SELECT 'k' || n, -n FROM generate_series(1, 10001) n", ALL),
    ],
)  # fmt: skip
def test_what_something_depends_on_stays(opened: Opened, changes: str, stays: set[str]) -> None:
    opened[1].execute(changes.encode())
    moved, notes = load_and_look(opened)
    assert moved & ALL == ALL - stays
    assert all(IN_PLACE in note for note in notes)


def test_fewer_rows_and_a_load_that_may_not_leave_all_in_place(opened: Opened) -> None:
    assert load_and_look(opened, BulkLoad({"t": MANY - 1})) == (set(), [])
    opened[1].execute("TRUNCATE t")
    assert load_and_look(opened, None) == (set(), [])


def test_triggers_keep_all_in_place_unless_a_bulk_load_is_asked_for(opened: Opened) -> None:
    opened[1].execute(
        """CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.v = NEW.v + 1; RETURN NEW; END';
           CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION g()"""
    )
    moved, notes = load_and_look(opened, BulkLoad({"t": MANY}, updated=frozenset({"t"})))
    assert (moved, notes) == (
        set(), [f"rows are {IN_PLACE}, which triggers (`g`) may need; `--bulk-load` takes them off"],
    )  # fmt: skip
    opened[1].execute("TRUNCATE t")
    assert load_and_look(opened, BulkLoad({"t": MANY}, frozenset({"t"}), forced=True)) == (ALL, [])


KNOWN = "CREATE FUNCTION known(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';"


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE t ADD CHECK (known(v) >= 0)",
        "ALTER TABLE t ADD w int DEFAULT known(1)",
        "ALTER TABLE t ADD w int GENERATED ALWAYS AS (known(v)) STORED",
        "CREATE DOMAIN d AS int CHECK (known(value) >= 0); ALTER TABLE t ADD w d",
    ],
)
def test_so_do_functions_that_are_called_for_each_row(opened: Opened, change: str) -> None:
    opened[1].execute(f"{KNOWN} {change}".encode())
    assert load_and_look(opened) == (
        set(),
        [
            f"rows are {IN_PLACE}, which functions of checks, defaults or generated columns (`known`) may need; "
            "`--bulk-load` takes them off"
        ],
    )
    opened[1].execute("TRUNCATE t")
    assert load_and_look(opened, BulkLoad({"t": MANY}, forced=True)) == (ALL, [])


def test_functions_of_the_server_and_of_extensions_need_nothing(opened: Opened) -> None:
    opened[1].execute(
        """CREATE EXTENSION citext;
           ALTER TABLE t ADD w text DEFAULT upper('w'), ADD CHECK (translate(k::citext, 'a', 'b') <> 'x')"""
    )
    assert load_and_look(opened) == (ALL, [])


def test_a_bulk_load_that_is_asked_for_and_does_not_pay_says_why(opened: Opened) -> None:
    opened[1].execute("CREATE TABLE u (v int)")
    forced = BulkLoad({"t": MANY - 1, "u": 7}, forced=True)
    assert load_and_look(opened, forced) == (set(), ["no bulk load of `t`, `u`: fewer than 100,000 rows come"])
    moved, notes = load(opened[0], start=MANY), load(opened[0], BulkLoad({"t": MANY}, forced=True), start=2 * MANY)
    assert (moved, notes) == ([], ["no bulk load of `t`: it keeps more than 10% as many rows as come"])


def test_a_table_whose_index_may_not_be_put_back_says_how_to_go_on(opened: Opened) -> None:
    target, connection = opened
    connection.execute(
        """CREATE FUNCTION g() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no ddl here''; END';
           CREATE EVENT TRIGGER g ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION g()"""
    )
    with pytest.raises(DatabaseError, match="no ddl here") as refused:
        load(target, BulkLoad({"t": MANY}, forced=True))
    assert "`--keep-constraints`" in (refused.value.help or "")


def test_statistics_of_an_expression_come_back_with_its_index(opened: Opened) -> None:
    target, connection = opened
    connection.execute("CREATE INDEX expression ON t ((v + 1))")
    assert load(target) == []
    known = "SELECT n_distinct FROM pg_stats WHERE tablename = 'expression'"
    assert connection.execute(known.encode()).fetchone() == (10,)


def test_another_session_that_holds_the_table_keeps_all_in_place(opened: Opened, postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as reader:
        reader.execute("SELECT count(*) FROM t")
        moved, notes = load_and_look(opened)
    assert moved == set()
    assert notes == [f"rows are {IN_PLACE}: another session holds one of `t`, or a table that they refer to"]
    assert opened[1].execute("SELECT count(*) FROM t").fetchone() == (MANY,)


def test_waiting_for_a_lock_leaves_the_timeout_as_it_was(opened: Opened, postgres_url: str) -> None:
    target, _ = opened
    with psycopg.connect(postgres_url) as reader, target.begin() as transaction:
        reader.execute("SELECT count(*) FROM t")
        connection = transaction._connection  # type: ignore[attr-defined]
        connection.exec_driver_sql("SET LOCAL lock_timeout = '77s'")
        with transaction.loading(LOAD) as notes:
            assert connection.exec_driver_sql("SHOW lock_timeout").scalar_one() == "77s"
            assert len(notes) == 1


@contextmanager
def another_user(url: str, connection: Connection) -> Iterator[Target]:
    """A target that is opened as a role which may write to `t` and does not own it."""
    connection.execute("CREATE ROLE seedengine_writer LOGIN PASSWORD 'secret'")
    try:
        connection.execute("GRANT ALL ON t TO seedengine_writer")
        place = urlsplit(url)._replace(netloc=f"seedengine_writer:secret@{urlsplit(url).netloc.rpartition('@')[2]}")
        target = open_target(urlunsplit(place))
        yield target
        target.close()
    finally:
        connection.execute("DROP OWNED BY seedengine_writer; DROP ROLE seedengine_writer")


def test_a_user_who_does_not_own_the_table_leaves_all_in_place(opened: Opened, postgres_url: str) -> None:
    _, connection = opened
    with another_user(postgres_url, connection) as target:
        assert load_and_look((target, connection)) == (
            set(), [f"`t` is {IN_PLACE}: it belongs to another user"],
        )  # fmt: skip
        connection.execute("TRUNCATE t; ALTER TABLE t OWNER TO seedengine_writer")
        moved, notes = load_and_look((target, connection))
        assert (moved, notes) == (set(), [f"`t` is {IN_PLACE}: this user may create nothing in its schema"])
        connection.execute("TRUNCATE t; GRANT CREATE ON SCHEMA public TO seedengine_writer")
        assert load_and_look((target, connection)) == (ALL, [])
        connection.execute("ALTER TABLE t OWNER TO CURRENT_USER")


def test_partitions_are_left_as_they_are(opened: Opened) -> None:
    opened[1].execute(
        """DROP TABLE t; CREATE TABLE t (k text, n int, v int, PRIMARY KEY (k, n)) PARTITION BY RANGE (n);
           CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (500000)"""
    )
    moved, notes = load_and_look(opened)
    assert (moved, notes) == (set(), [f"`t` is {IN_PLACE}: it has partitions or inherits"])


def test_an_index_returns_to_its_tablespace(opened: Opened, postgres_url: str) -> None:
    _, connection = opened
    space = urlsplit(postgres_url).path.strip("/") + "_space"
    connection.execute("SET allow_in_place_tablespaces = on")
    connection.execute(f"CREATE TABLESPACE {space} LOCATION ''".encode())
    try:
        connection.execute(
            f"""ALTER INDEX t_v SET TABLESPACE {space}; ALTER INDEX t_n_key SET TABLESPACE {space};
                ALTER DATABASE {urlsplit(postgres_url).path[1:]} SET default_tablespace = {space}""".encode()
        )
        target = open_target(postgres_url)
        assert load_and_look((target, connection)) == (ALL, [])
        target.close()
    finally:
        connection.execute("DROP TABLE t")
        connection.execute(f"DROP TABLESPACE {space}".encode())


def test_rows_that_a_bulk_load_replaced_count_as_gone(opened: Opened) -> None:
    target, connection = opened
    assert load_and_look(opened) == (ALL, [])
    oids = read_oids(connection)
    with target.begin() as transaction:
        transaction.find([Removal("t", everything=True)])
        steps, _ = transaction.plan_bulk(LOAD)
        assert transaction.delete() == {"t": MANY}
        with transaction.loading(LOAD) as notes:
            transaction.load("t", ["k", "n", "v"], [rows()])
    assert [step.table for step in steps] == ["t"]
    assert list(notes) == []
    assert all(oid != oids[name] for name, oid in read_oids(connection).items())
