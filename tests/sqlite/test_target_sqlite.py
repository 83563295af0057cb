"""An SQLite file as a target: made, marked, grown, loaded, and left as it was by whatever fails."""

import os
import sqlite3
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from threading import Event, Thread

import polars as pl
import pytest

from seedengine.catalog import Column, ForeignKey, Table
from seedengine.diagnostics import DatabaseError, InvalidCall
from seedengine.targets.protocol import Removal, RowRefused, Target
from seedengine.targets.url import open_target

USER = Table(
    "User",
    (Column("id", "uuid", False), Column("email", "text", False), Column("age", "integer")),
    ("id",),
    (),
    (("email",),),
)
POST = Table(
    "post",
    (
        Column("id", "bigint", False),
        Column("userId", "uuid", False),
        Column("title", "character varying(20)"),
        Column("tags", "text[]"),
        Column("meta", "jsonb"),
        Column("price", "numeric(10,2)"),
        Column("score", "double precision"),
        Column("ok", "boolean"),
        Column("on", "date"),
        Column("at", "timestamptz"),
        Column("ms", "timestamp(3)"),
        Column("clock", "time"),
        Column("for", "interval"),
        Column("kind", '"Kind"'),
    ),
    ("id",),
    (ForeignKey(("userId",), "User", ("id",)),),
)
USERS = pl.DataFrame({"id": ["a", "b"], "email": ["a@x", "b@x"], "age": [1, None]})


def opened(path: Path) -> Target:
    return open_target(f"sqlite:///{path}")


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    found = connection.execute(query).fetchall()
    connection.close()
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with two users, made by us."""
    path = tmp_path / "app.db"
    with opened(path).begin() as transaction:
        transaction.create([USER, POST])
        assert transaction.load("User", USERS.columns, [USERS[:1], USERS[1:]]) == 2
    return path


def test_a_file_is_made_with_keys_and_types_and_our_mark(file: Path) -> None:
    catalog = opened(file).inspect()
    assert catalog.ours
    assert catalog.tables["User"] == Table(
        "User",
        (Column("id", "TEXT", False), Column("email", "TEXT", False), Column("age", "INTEGER")),
        ("id",),
        (),
        (("email",),),
        made=True,
    )
    post = catalog.tables["post"]
    assert [column.type for column in post.columns] == [
        "INTEGER", "TEXT", "TEXT", "JSON", "JSON", "NUMERIC(10,2)", "REAL", "BOOLEAN", "DATE", "TIMESTAMP",
        "TIMESTAMP(3)", "TIME", "TEXT", "TEXT",
    ]  # fmt: skip
    assert post.columns[0].identity
    assert post.foreign_keys == (ForeignKey(("userId",), "User", ("id",), deferrable=True),)
    assert post.has_index(("userId",))
    assert rows(file, "PRAGMA application_id") == [(0x53454544,)]


def test_values_of_every_type(file: Path) -> None:
    interval = pl.Struct({"months": pl.Int32, "days": pl.Int32, "microseconds": pl.Int64})
    post = pl.DataFrame(
        {
            "id": [2**62, 2],
            "userId": ["a", "b"],
            "title": ["tab\t'\"\\é", ""],
            "tags": [["x", 'y"'], []],
            "meta": [{"p": Decimal("1.50"), "n": None}, None],
            "price": [Decimal("12.505"), Decimal("-0.10")],
            "score": [0.1, None],
            "ok": [True, False],
            "on": [date(2026, 2, 28), None],
            "at": [datetime(2026, 2, 22), datetime(2026, 2, 22, 1, 2, 3, 40000)],
            "ms": [datetime(2026, 2, 22, 0, 0, 0, 500), None],
            "clock": [time(1, 2, 3), time(4, 5, 6, 70000)],
            "for": [{"months": 1, "days": 2, "microseconds": 3_500_000}, None],
            "kind": ["A", None],
        },
        schema_overrides={
            "price": pl.Decimal(38, 3),
            "for": interval,
            "meta": pl.Struct({"p": pl.Decimal(38, 2), "n": pl.Null}),
        },
    )
    with opened(file).begin() as transaction:
        transaction.load("post", post.columns, [post])
    first, second = rows(file, "SELECT * FROM post ORDER BY id DESC")
    assert first == (
        2**62, "a", "tab\t'\"\\é", '["x","y\\""]', '{"p":1.50,"n":null}', 12.51, 0.1, 1, "2026-02-28",
        "2026-02-22 00:00:00", "2026-02-22 00:00:00.001", "01:02:03", "P1M2DT3.500000S", "A",
    )  # fmt: skip
    assert second == (
        2, "b", "", "[]", None, -0.1, None, 0, None, "2026-02-22 01:02:03.040", None, "04:05:06.070", None, None,
    )  # fmt: skip
    assert rows(file, "SELECT sum(price) = 12.41, typeof(price), json_extract(meta, '$.p') FROM post WHERE id = 2") == [
        (0, "real", None)
    ]


def fail(path: Path, table: Table, error: BaseException) -> None:
    with opened(path).begin() as transaction:
        transaction.create([table])
        raise error


def test_what_fails_leaves_no_new_file(tmp_path: Path) -> None:
    for error in (ZeroDivisionError(), KeyboardInterrupt()):
        with pytest.raises(type(error)):
            fail(tmp_path / "new.db", USER, error)
        assert os.listdir(tmp_path) == []


def test_looking_makes_no_file(tmp_path: Path) -> None:
    target = opened(tmp_path / "new.db")
    catalog = target.inspect()
    assert (dict(catalog.tables), catalog.ours) == ({}, True)
    with target.begin(read_only=True) as transaction:
        assert transaction.find([]) == {}
    assert os.listdir(tmp_path) == []


def test_what_fails_leaves_a_file_as_it_was(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(ZeroDivisionError):
        fail(file, Table("more", (Column("x", "integer"),)), ZeroDivisionError())
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def gained(**columns: Column) -> Table:
    return Table("User", (*USER.columns, *columns.values()), USER.primary_key, (), USER.unique)


def test_a_column_that_the_spec_gained_while_rows_stay(file: Path) -> None:
    with opened(file).begin() as transaction:
        transaction.create([gained(bio=Column("bio", "text")), POST])
    assert rows(file, "SELECT * FROM User") == [("a", "a@x", 1, None), ("b", "b@x", None, None)]
    with (
        pytest.raises(DatabaseError, match="`User` gains `need`, and holds rows") as caught,
        opened(file).begin() as transaction,
    ):
        transaction.create([gained(bio=Column("bio", "text"), need=Column("need", "text", False)), POST])
    assert "delete the file" in (caught.value.help or "")
    assert opened(file).inspect().tables["User"].column("need") is None


def test_a_column_that_the_spec_gained_for_new_rows(file: Path) -> None:
    table = Table(
        "User",
        (*USER.columns, Column("need", "text", False), Column("boss", "uuid")),
        ("id",),
        (ForeignKey(("boss",), "User", ("id",)),),
        (("email",), ("need",)),
    )
    more = USERS.with_columns(need=pl.Series(["x", "y"]), boss=pl.Series(["b", None]))
    with opened(file).begin() as transaction:
        transaction.create([table, POST])
        transaction.find([Removal("User", everything=True)])
        assert transaction.delete() == {"User": 2}
        transaction.load("User", more.columns, [more])
    held = opened(file).inspect().tables["User"]
    assert held.column("need") == Column("need", "TEXT", False)
    assert set(held.unique) == {("email",), ("need",)}
    assert held.foreign_keys == (ForeignKey(("boss",), "User", ("id",), deferrable=True),)
    with opened(file).begin() as transaction:
        transaction.create([table, POST])


DRIFT: list[tuple[Table, str]] = [
    (Table("User", USER.columns[:2], ("id",), (), (("email",),)), "`User.age` is no longer in it"),
    (Table("User", (*USER.columns[:2], Column("age", "text")), ("id",), (), (("email",),)),
     "`User.age` is INTEGER there and TEXT now"),
    (Table("User", USER.columns, ("email",), (), (("email",),)), "the primary key of `User` is another"),
    (Table("User", USER.columns, ("id",), (), ()), "other columns of `User` are unique"),
    (Table("User", USER.columns, ("id",), (ForeignKey(("age",), "post", ("id",)),), (("email",),)),
     "other columns of `User` are foreign keys"),
    (Table("User", (USER.columns[0], Column("email", "text"), USER.columns[2]), ("id",), (), (("email",),)),
     "`User.email` takes no NULL there and may be NULL now"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "message"), DRIFT)
def test_any_other_drift_says_what_to_do(file: Path, table: Table, message: str) -> None:
    with pytest.raises(DatabaseError) as caught, opened(file).begin() as transaction:
        transaction.create([table])
    assert message in caught.value.message
    assert caught.value.help == "delete that file, or give another"


def test_a_file_of_somebody_else_is_never_marked_or_changed(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE User (id INTEGER PRIMARY KEY, name VARCHAR(5))")
    connection.close()
    target = opened(path)
    assert not target.inspect().ours
    with target.begin() as transaction:
        transaction.create([USER, POST])
    catalog = target.inspect()
    assert not catalog.ours
    assert [column.name for column in catalog.tables["User"].columns] == ["id", "name"]
    assert "post" in catalog.tables


REFUSED: list[tuple[dict[str, list[object]], int, str | None, str]] = [
    ({"id": ["c", "d", "e"], "email": ["c", "d", "a@x"]}, 2, "email", "already holds a row with this `email`"),
    ({"id": ["c", "d", "a"], "email": ["c", "d", "e"]}, 2, "id", "already holds a row with this `id`"),
    ({"id": ["c", "d", "e"], "email": ["c", None, "e"]}, 1, "email", "`User.email` takes no NULL"),
]


@pytest.mark.parametrize(("values", "row", "column", "message"), REFUSED)
def test_a_refused_row_is_named(
    file: Path, values: dict[str, list[object]], row: int, column: str | None, message: str
) -> None:
    frame = pl.DataFrame(values)
    with pytest.raises(RowRefused) as caught, opened(file).begin() as transaction:
        transaction.load("User", frame.columns, [frame[:1], frame[1:]])
    assert (caught.value.table, caught.value.row, caught.value.column) == ("User", row, column)
    assert message in caught.value.message
    assert caught.value.help
    assert rows(file, "SELECT count(*) FROM User") == [(2,)]


def test_a_foreign_key_may_lead_ahead_but_not_nowhere(file: Path) -> None:
    posts = pl.DataFrame({"id": [1], "userId": ["z"]})
    with (
        pytest.raises(DatabaseError, match="a row of `post` refers to a `User` that does not exist"),
        opened(file).begin() as transaction,
    ):
        transaction.load("post", posts.columns, [posts])
    with opened(file).begin() as transaction:
        transaction.load("post", posts.columns, [posts])
        transaction.load("User", ["id", "email"], [pl.DataFrame({"id": ["z"], "email": ["z"]})])
    assert rows(file, "SELECT userId FROM post") == [("z",)]


def test_update_sets_columns_by_key(file: Path) -> None:
    with opened(file).begin() as transaction:
        changes = pl.DataFrame({"age": [7, 8], "id": ["b", "nobody"]})
        assert transaction.update("User", ["id"], ["age"], [changes]) == 1
    assert rows(file, "SELECT id, age FROM User ORDER BY id") == [("a", 1), ("b", 7)]


def test_unknown_tables_and_columns(file: Path) -> None:
    with pytest.raises(DatabaseError, match="no table `Users`"), opened(file).begin() as transaction:
        transaction.load("Users", ["id"], [])
    with pytest.raises(InvalidCall, match="no column `mail`"), opened(file).begin() as transaction:
        transaction.load("User", ["mail"], [])


def test_what_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is no database, but longer than a hundred bytes of a header" * 5)
    with pytest.raises(DatabaseError, match=r"text\.db` is not an SQLite database"):
        opened(tmp_path / "text.db").inspect()
    with (
        pytest.raises(DatabaseError, match=r"text\.db` is not an SQLite database"),
        opened(tmp_path / "text.db").begin(),
    ):
        pass
    assert (tmp_path / "text.db").exists()
    with pytest.raises(DatabaseError, match="is a folder"):
        opened(tmp_path)
    with pytest.raises(DatabaseError, match=r"the folder of .* does not exist"):
        opened(tmp_path / "no" / "x.db")


def test_a_locked_file(file: Path) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    impatient = open_target(f"sqlite:///{file}", lock_seconds=0.05)
    with pytest.raises(DatabaseError, match="is locked by another program"), impatient.begin():
        pass
    assert opened(file).inspect().tables
    other.execute("ROLLBACK")
    other.close()


TYPES = [("text); DROP TABLE User; --", "TEXT"), ("int default 5", "TEXT"), ("varchar(9)", "TEXT"), ("int8", "INTEGER")]


def test_a_type_is_never_more_than_a_type(tmp_path: Path) -> None:
    with opened(tmp_path / "x.db").begin() as transaction:
        transaction.create([Table("t", tuple(Column(f"c{n}", type) for n, (type, _) in enumerate(TYPES)))])
    held = opened(tmp_path / "x.db").inspect().tables["t"]
    assert [column.type for column in held.columns] == [expected for _, expected in TYPES]


def test_two_runs_that_make_one_file(tmp_path: Path) -> None:
    """The one that waited for a run that failed finds no file, and makes its own."""
    path = tmp_path / "both.db"
    started, done = Event(), Event()

    def second() -> None:
        started.wait(10)
        with opened(path).begin() as transaction:
            transaction.create([USER])
        done.set()

    def first() -> None:
        with opened(path).begin() as transaction:
            transaction.create([POST])
            started.set()
            assert not done.wait(0.3)
            raise ZeroDivisionError

    other = Thread(target=second)
    other.start()
    with pytest.raises(ZeroDivisionError):
        first()
    other.join(20)
    assert done.is_set()
    assert set(opened(path).inspect().tables) == {"User"}


@pytest.fixture
def odd_file(tmp_path: Path) -> Path:
    """A file of somebody else, with all that a catalogue can hold."""
    path = tmp_path / "odd.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE parent (a INT, b INT, c TEXT UNIQUE, d INT GENERATED ALWAYS AS (a * 2) STORED, PRIMARY KEY (b, a));
        CREATE TABLE child (ID INTEGER PRIMARY KEY, x INT DEFAULT 5, y INT, up REFERENCES Child,
          rowid TEXT, FOREIGN KEY (x, y) REFERENCES PARENT, FOREIGN KEY (y, x) REFERENCES parent (B, A));
        CREATE UNIQUE INDEX one ON child (y, x); CREATE UNIQUE INDEX two ON child (x) WHERE y > 1;
        CREATE UNIQUE INDEX three ON child (lower(y));
        CREATE TABLE flat (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
        CREATE VIEW seen AS SELECT * FROM flat;
        """
    )
    connection.close()
    return path


def test_inspect_reads_everything(odd_file: Path) -> None:
    tables = opened(odd_file).inspect().tables
    assert set(tables) == {"parent", "child", "flat"}
    assert tables["parent"].primary_key == ("b", "a")
    assert tables["parent"].unique == (("c",),)
    assert [column.generated for column in tables["parent"].columns] == [False, False, False, True]
    assert tables["child"].column("x") == Column("x", "INT", True, "5")
    assert tables["child"].unique == (("y", "x"),)
    assert set(tables["child"].foreign_keys) == {
        ForeignKey(("up",), "child", ("ID",), deferrable=True),
        ForeignKey(("x", "y"), "parent", ("b", "a"), deferrable=True),
        ForeignKey(("y", "x"), "parent", ("b", "a"), deferrable=True),
    }


def test_what_was_lost_before_is_noted(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "app.db")
    connection.executescript(
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p);"
        "INSERT INTO c VALUES (1, 9)"
    )
    connection.close()
    with opened(tmp_path / "app.db").begin() as transaction:
        transaction.load("p", ("id",), [pl.DataFrame({"id": [1]})])
        transaction.load("c", ("id", "p"), [pl.DataFrame({"id": [2], "p": [1]})])
    assert transaction.notes == ["`c` has rows from before this run that refer to no row of `p`: 1"]
