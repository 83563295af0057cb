"""A bulk load leaves the catalogue as it was, to the letter, and lets no row in that a constraint forbids."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest
from catalogue import read_catalogue, read_oids

from seedengine.diagnostics import DatabaseError
from seedengine.targets.protocol import BulkLoad, RowRefused, Target, Transaction
from seedengine.targets.url import open_target

MANY = 100_000
PARTS = "shop.Parts 100%"
LOAD = BulkLoad({"makers": 2, "items": MANY, PARTS: MANY})
MOVED = {
    "made", "unchecked", "part's", "next", "both", "makers_best_fkey",
    "items_pkey", 'numbers "of" items', "late", "Parts 100%_pkey",
    "identity", "folded_notes", "words", "brin", "noted", "hashed", "renamed", "parts_item",
}  # fmt: skip
SETTINGS = (
    "SELECT name, setting FROM pg_settings WHERE name ~ '^(lock_timeout|maintenance_work_mem|jit|default_tablespace)$'"
)

Connection = psycopg.Connection[Any]
Opened = tuple[Target, Connection]


@pytest.fixture
def opened(postgres_url: str) -> Iterator[Opened]:
    """A target, and a connection of its own to look at it."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(Path(__file__).with_name("bulk_schema.sql").read_bytes())
        target = open_target(postgres_url)
        yield target, connection
        target.close()


def makers() -> pl.DataFrame:
    return pl.DataFrame({"id": [1, 2], "best": ["item 1", None]})


def items(count: int = MANY) -> pl.DataFrame:
    number = pl.int_range(1, count + 1, eager=True)
    return pl.DataFrame({"number": number}).with_columns(
        id=pl.format("item {}", number),
        maker=number % 2 + 1,
        code=pl.format("code {}", number),
        note=pl.format("Note {}", number),
        words=pl.format("{{word{}}}", number % 7),
        at=pl.when(number <= 3).then(pl.format("[{},{})", number, number + 1)),
    )


def parts(count: int = MANY) -> pl.DataFrame:
    id = pl.int_range(1, count + 1, eager=True)
    return pl.DataFrame({"id": id}).with_columns(
        item=pl.format("item {}", id), number=id, note=pl.format("Note {}", id), next=id, seen=id
    )


def load_all(transaction: Transaction, load: BulkLoad | None = LOAD, **changed: pl.DataFrame) -> Sequence[str]:
    """Load the three tables, some with other rows; the notes."""
    frames = {"makers": makers(), "items": items(), "parts": parts(), **changed}
    with transaction.loading(load) as notes:
        for name, frame in frames.items():
            transaction.load(PARTS if name == "parts" else name, frame.columns, [frame])
    return notes


def settings(transaction: Transaction) -> list[Any]:
    return list(transaction._connection.exec_driver_sql(SETTINGS))  # type: ignore[attr-defined]


def test_the_catalogue_is_as_it_was_to_the_letter(opened: Opened) -> None:
    target, connection = opened
    before, oids = read_catalogue(connection), read_oids(connection)
    with target.begin() as transaction:
        steps, planned = transaction.plan_bulk(LOAD)
        held = settings(transaction)
        assert load_all(transaction) == []
        assert settings(transaction) == held
    assert read_catalogue(connection) == before
    assert {name for name, oid in read_oids(connection).items() if oid != oids[name]} == MOVED
    assert {name for step in steps for name in (*step.foreign_keys, *step.constraints, *step.indexes)} == MOVED
    assert [(step.table, step.indexes) for step in steps][1] == (PARTS, ("parts_item",))
    assert list(planned) == []
    assert counts(connection) == (2, MANY, MANY)


def test_foreign_keys_are_put_back_in_their_order(opened: Opened) -> None:
    target, connection = opened
    before = [name for name, _ in sorted(read_oids(connection).items(), key=lambda each: each[1]) if name in MOVED]
    with target.begin() as transaction:
        load_all(transaction)
    after = [name for name, _ in sorted(read_oids(connection).items(), key=lambda each: each[1]) if name in MOVED]
    assert sorted(before, key=is_key) == after


def is_key(name: str) -> bool:
    return name in ("made", "unchecked", "part's", "next", "both", "makers_best_fkey")


def counts(connection: Connection) -> tuple[int, ...]:
    row = connection.execute(
        """SELECT (SELECT count(*) FROM makers), (SELECT count(*) FROM items),
                  (SELECT count(*) FROM shop."Parts 100%")"""
    ).fetchone()
    assert row is not None
    return row


def test_a_backend_that_ends_halfway_leaves_all_as_it_was(opened: Opened) -> None:
    target, connection = opened
    before, oids = read_catalogue(connection), read_oids(connection)

    def ending() -> Iterator[pl.DataFrame]:
        yield items()
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'seedengine'"
        )
        yield items()

    with (
        pytest.raises(DatabaseError, match="connection"),
        target.begin() as transaction,
        transaction.loading(LOAD),
    ):
        transaction.load("items", items().columns, ending())
    assert read_catalogue(connection) == before
    assert read_oids(connection) == oids
    assert counts(connection) == (0, 0, 0)


CLIENT = """
import sys
sys.path[:0] = sys.argv[2:]
from test_bulk_load import LOAD, items
from seedengine.targets.url import open_target
with open_target(sys.argv[1]).begin() as transaction, transaction.loading(LOAD):
    transaction.load("items", items().columns, [items().drop("maker").with_columns(maker=None)])
    print("halfway", flush=True)
    sys.stdin.read()
"""


def test_a_client_that_is_killed_halfway_leaves_all_as_it_was(opened: Opened, postgres_url: str) -> None:
    _, connection = opened
    before, oids = read_catalogue(connection), read_oids(connection)
    with subprocess.Popen(
        [sys.executable, "-c", CLIENT, postgres_url, str(Path(__file__).parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == b"halfway\n"
        client.send_signal(signal.SIGKILL)
        client.wait()
    # Waits for the locks of the other session's transaction, which ends with its client.
    assert counts(connection) == (0, 0, 0)
    assert read_catalogue(connection) == before
    assert read_oids(connection) == oids


@pytest.mark.parametrize(
    ("table", "row", "column", "message"),
    [
        ("items", {"id": "item 1"}, "id", "`items` already holds a row with id = item 1 (`items_pkey`)"),
        ("items", {"note": "Note 1", "number": 1}, None,
         """`items` already holds a row with number, note = 1, Note 1 (`numbers "of" items`)"""),
        ("items", {"maker": 3}, "maker", "`items` refers to a row that does not exist: maker = 3 (`made`)"),
        ("items", {"old": 8}, "old", "`items` refers to a row that does not exist: old = 8 (`unchecked`)"),
        ("makers", {"best": "none"}, "best",
         "`makers` refers to a row that does not exist: best = none (`makers_best_fkey`)"),
        ("parts", {"item": "item 0"}, "item",
         f"`{PARTS}` refers to a row that does not exist: item = item 0 (`part's`)"),
    ],
)  # fmt: skip
def test_a_row_that_breaks_a_constraint_is_named(
    opened: Opened, table: str, row: dict[str, Any], column: str | None, message: str
) -> None:
    target, connection = opened
    before = read_catalogue(connection)
    frame = {"makers": makers(), "items": items(), "parts": parts()}[table]
    last = pl.DataFrame(
        {**dict.fromkeys(frame.columns), **frame.tail(1).to_dicts()[0], **row}, schema_overrides=frame.schema
    )
    changed = pl.concat([frame.head(-1), last.drop("at", strict=False)], how="diagonal")
    with pytest.raises(RowRefused) as refused, target.begin() as transaction:
        load_all(transaction, **{table: changed})
    assert refused.value.message == message
    assert (refused.value.table, refused.value.column) == (PARTS if table == "parts" else table, column)
    way = "loads without looking at it" if "does not exist" in message else "`--keep-constraints` names the row"
    assert way in (refused.value.help or "") or column == "old"
    assert counts(connection) == (0, 0, 0)
    assert read_catalogue(connection) == before


def test_old_rows_may_break_a_key_that_is_not_valid(opened: Opened) -> None:
    target, connection = opened
    connection.execute("SET session_replication_role = replica")
    connection.execute("INSERT INTO items (id, number, code, old) VALUES ('old', 1000001, 'old', 77)")
    connection.execute("RESET session_replication_role")
    connection.execute("INSERT INTO olds VALUES (5)")
    before = read_catalogue(connection)
    with target.begin() as transaction:
        load_all(transaction, items=items().with_columns(old=pl.lit(5)))
    assert read_catalogue(connection) == before
    assert counts(connection) == (2, MANY + 1, MANY)
