"""What goes into PostgreSQL by `load` and `update`, and what it refuses."""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal

import polars as pl
import psycopg
import pytest

from seedengine.catalog import Column, ForeignKey, Table
from seedengine.diagnostics import DatabaseError, InvalidCall
from seedengine.targets.protocol import RowRefused, Target
from seedengine.targets.url import open_target

INTERVAL = pl.Struct({"months": pl.Int32, "days": pl.Int32, "microseconds": pl.Int64})

TYPES = """
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('HAPPY', 'SO SO', 'SAD');
CREATE DOMAIN tags AS text[];
CREATE DOMAIN small AS int CHECK (value < 100);
CREATE TABLE kinds (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, twice bigint GENERATED ALWAYS AS (n4 * 2) STORED,
    n4 int, n8 bigint, num numeric(10,2), f float8, ok boolean, txt text, short varchar(5), d date, t time,
    ts timestamp(3), tz timestamptz, iv interval, u uuid, e mood, es mood[], a text[], aa int[], tagged tags, s small,
    j json, jb jsonb, ip inet, c citext, r int4range, b bytea, need text NOT NULL DEFAULT '');
"""


@pytest.fixture
def kinds(postgres_url: str) -> Iterator[tuple[Target, "psycopg.Connection[tuple[object, ...]]"]]:
    """A target with a table of every type, and a connection of its own to look at it."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(TYPES)
        connection.execute("SET timezone = 'UTC'")
        target = open_target(postgres_url)
        yield target, connection
        target.close()


Kinds = tuple[Target, "psycopg.Connection[tuple[object, ...]]"]


def load(target: Target, frame: pl.DataFrame, table: str = "kinds") -> int:
    with target.begin() as transaction:
        return transaction.load(table, frame.columns, [frame])


ROW: dict[str, tuple[pl.DataType | type[pl.DataType], object, object]] = {
    "id": (pl.Int64, 7, 7),
    "n4": (pl.Int32, -5, -5),
    "n8": (pl.Int64, 2**62, 2**62),
    "num": (pl.Decimal(38, 3), Decimal("1.255"), Decimal("1.26")),
    "f": (pl.Float64, 0.1, 0.1),
    "ok": (pl.Boolean, True, True),
    "txt": (pl.String, 'tab\t new\nline \\ back \\N "q" \r é \' %s', 'tab\t new\nline \\ back \\N "q" \r é \' %s'),
    "short": (pl.String, "", ""),
    "d": (pl.Date, date(2026, 2, 28), date(2026, 2, 28)),
    "t": (pl.Time, time(1, 2, 3, 4000), time(1, 2, 3, 4000)),
    "ts": (pl.Datetime("us"), datetime(2026, 2, 22, 1, 2, 3, 500), datetime(2026, 2, 22, 1, 2, 3, 1000)),
    "iv": (INTERVAL, {"months": 14, "days": -3, "microseconds": -7_500_000}, None),
    "u": (pl.String, "0b0f6a52-3f3c-4a0f-9d7d-0242ac120002", None),
    "e": (pl.String, "SO SO", "SO SO"),
    "es": (pl.List(pl.String), ["SAD", "SO SO"], None),
    "a": (
        pl.List(pl.String),
        ["", "NULL", 'q"\\,{}', None, "tab\t\n"],
        ["", "NULL", 'q"\\,{}', None, "tab\t\n"],
    ),
    "aa": (pl.List(pl.List(pl.Int64)), [[1, 2], [3, None]], [[1, 2], [3, None]]),
    "tagged": (pl.List(pl.String), ["x"], ["x"]),
    "s": (pl.Int64, 99, 99),
    "j": (pl.List(pl.Int64), [1, None], [1, None]),
    "ip": (pl.String, "10.0.0.1", None),
    "c": (pl.String, "MiXed", "MiXed"),
    "r": (pl.String, "[1,5)", None),
    "b": (pl.String, "\\x00ff", b"\x00\xff"),
}


def test_every_type_arrives_as_it_is(kinds: Kinds) -> None:
    target, connection = kinds
    frame = pl.DataFrame(
        {name: [value, None] for name, (_, value, _) in ROW.items()}, {n: k for n, (k, _, _) in ROW.items()}
    )
    frame = frame.with_columns(id=pl.Series([7, 8]))
    assert load(target, frame) == 2
    for name, (_, _, expected) in ROW.items():
        row = connection.execute(f"SELECT {name} FROM kinds ORDER BY id").fetchall()
        if expected is not None:
            assert row[0][0] == expected, name
        if name != "id":
            assert row[1][0] is None, name
    shown = connection.execute("SELECT iv::text, u::text, es::text, host(ip), r::text, twice FROM kinds WHERE id = 7")
    assert shown.fetchone() == (
        "1 year 2 mons -3 days -00:00:07.5", "0b0f6a52-3f3c-4a0f-9d7d-0242ac120002", '{SAD,"SO SO"}', "10.0.0.1",
        "[1,5)", -10,
    )  # fmt: skip


def test_objects_become_json_with_the_digits_of_decimals(kinds: Kinds) -> None:
    target, connection = kinds
    item = {
        "name": 'B"asic\n',
        "price": Decimal("75.50"),
        "at": datetime(2026, 2, 22),
        "none": None,
        "n": [1.5, 2.0],
        "in": [{"k": True}],
    }
    kind = pl.Struct(
        {
            "name": pl.String,
            "price": pl.Decimal(38, 2),
            "at": pl.Datetime("us"),
            "none": pl.Null,
            "n": pl.List(pl.Float64),
            "in": pl.List(pl.Struct({"k": pl.Boolean})),
        }
    )
    frame = pl.DataFrame(
        {"id": [1, 2], "jb": [item, None], "txt": [item, None]}, {"id": pl.Int64, "jb": kind, "txt": kind}
    )
    load(target, frame)
    text = '{"name":"B\\"asic\\n","price":75.50,"at":"2026-02-22T00:00:00","none":null,"n":[1.5,2],"in":[{"k":true}]}'
    rows = connection.execute("SELECT jb = %s::jsonb, jb->>'price', txt FROM kinds ORDER BY id", [text]).fetchall()
    assert rows == [(True, "75.50", text), (None, None, None)]


def test_moments_are_utc_whatever_the_session_is_set_to(kinds: Kinds) -> None:
    target, connection = kinds
    load(target, pl.DataFrame({"id": [1], "tz": [datetime(2026, 2, 22, 12)]}))
    assert connection.execute("SELECT tz::text FROM kinds").fetchone() == ("2026-02-22 12:00:00+00",)


def test_values_are_assigned_as_postgres_assigns_them(kinds: Kinds) -> None:
    target, connection = kinds
    load(
        target,
        pl.DataFrame(
            {
                "id": [1, 2],
                "n4": [2.5, -1.5],
                "n8": [Decimal("2.5"), Decimal("-2.5")],
                "ts": [date(2026, 1, 1)] * 2,
                "d": [datetime(2026, 1, 1, 23)] * 2,
                "txt": [75.0, 0.1],
            }
        ),
    )
    assert connection.execute("SELECT n4, n8, ts, d, txt FROM kinds ORDER BY id").fetchall() == [
        (2, 3, datetime(2026, 1, 1), date(2026, 1, 1), "75"),
        (-2, -3, datetime(2026, 1, 1), date(2026, 1, 1), "0.1"),
    ]
    differs = connection.execute("SELECT (2.5::float8)::int, (2.5::numeric)::int8").fetchone()
    assert differs == (2, 3)


REFUSED: list[tuple[str, object, str, str | None]] = [
    ("short", "too long", "refuses 'too long': value too long for type character varying(5)", "make it shorter"),
    ("e", "HAPY", "`kinds.e` refuses 'HAPY': it is no label of `mood`", "did you mean `HAPPY`?"),
    ("e", "zzzz", "`kinds.e` refuses 'zzzz': it is no label of `mood`", "its labels are `HAPPY`, `SO SO`, `SAD`"),
    ("n4", 2**40, "out of range for type integer", None),
    ("num", Decimal("123456789.00"), "numeric field overflow", None),
    ("u", "nope", "invalid input syntax for type uuid", None),
    ("jb", "{nope", "invalid input syntax for type json", None),
    ("s", 100, "the check `small_check`", "make values that it allows"),
    ("need", None, "`kinds.need` takes no NULL", "fill it in the spec, without `nulls`"),
    ("txt", "nul \x00", "`kinds.txt` refuses a NUL character, which PostgreSQL's text cannot hold", "leave it out"),
    ("jb", '"\\u0000"', "refuses a NUL character", "leave it out"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value", "message", "help"), REFUSED)
def test_a_refused_value_names_its_row_and_column(
    kinds: Kinds, column: str, value: object, message: str, help: str | None
) -> None:
    target, connection = kinds
    sound: dict[str, object] = {"need": "x", "e": "SAD", "txt": "two\nlines", "jb": '"a\\nb"'}
    values = [sound.get(column)] * 2500
    values[2222] = value
    frame = pl.DataFrame({"txt": ["two\nlines"] * 2500, column: values} | {"id": range(2500)})
    parts = [frame[:1000], frame[1000:2000], frame[2000:]]
    with pytest.raises(RowRefused) as caught, target.begin() as transaction:
        transaction.load("kinds", frame.columns, parts)
    assert (caught.value.table, caught.value.row, caught.value.help) == ("kinds", 2222, help)
    assert message in caught.value.message
    if column not in ("s", "txt", "jb"):
        assert caught.value.column == column
    assert connection.execute("SELECT count(*) FROM kinds").fetchone() == (0,)


def test_a_value_is_not_shown_at_full_length(kinds: Kinds) -> None:
    with pytest.raises(RowRefused) as caught:
        load(kinds[0], pl.DataFrame({"short": ["long " * 1000]}))
    assert len(caught.value.message) < 200


def test_a_unique_violation_names_the_key(kinds: Kinds) -> None:
    target, connection = kinds
    connection.execute("CREATE TABLE users (id int PRIMARY KEY, mail text UNIQUE, a int, b int, UNIQUE (a, b))")
    connection.execute("INSERT INTO users VALUES (1, 'real@example.com', 1, 2)")
    with pytest.raises(RowRefused) as caught:
        load(target, pl.DataFrame({"id": [2, 3], "mail": ["a", "real@example.com"]}), "users")
    assert (caught.value.row, caught.value.column) == (1, "mail")
    assert caught.value.message == "`users` already holds a row with mail = real@example.com (`users_mail_key`)"
    assert "not this spec's" in (caught.value.help or "")
    with pytest.raises(RowRefused, match="a, b = 1, 2") as caught:
        load(target, pl.DataFrame({"id": [2], "a": [1], "b": [2]}), "users")
    assert (caught.value.row, caught.value.column) == (0, None)


def test_a_foreign_key_that_leads_nowhere(kinds: Kinds) -> None:
    target, connection = kinds
    connection.execute("CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (p int REFERENCES parent)")
    with pytest.raises(RowRefused, match="`child` refers to a row that does not exist: p = 5") as caught:
        load(target, pl.DataFrame({"p": [5]}), "child")
    assert caught.value.column == "p"
    connection.execute("ALTER TABLE child ALTER CONSTRAINT child_p_fkey DEFERRABLE")
    with pytest.raises(DatabaseError, match="violates foreign key constraint"):
        load(target, pl.DataFrame({"p": [5]}), "child")
    assert connection.execute("SELECT count(*) FROM child").fetchone() == (0,)


def test_unknown_tables_and_columns(kinds: Kinds) -> None:
    with pytest.raises(DatabaseError, match="no table `kind`") as missing:
        load(kinds[0], pl.DataFrame({"id": [1]}), "kind")
    assert missing.value.help == "did you mean `kinds`?"
    with pytest.raises(InvalidCall, match="the table `kinds` has no column `shorts`") as unknown:
        load(kinds[0], pl.DataFrame({"shorts": [1]}))
    assert unknown.value.help == "did you mean `short`?"


def test_a_generated_column_cannot_be_loaded(kinds: Kinds) -> None:
    with pytest.raises(DatabaseError, match="twice"):
        load(kinds[0], pl.DataFrame({"twice": [1]}))


def test_a_failure_of_the_batches_rolls_back_and_is_raised_as_it_is(kinds: Kinds) -> None:
    target, connection = kinds

    def batches(error: BaseException) -> Iterator[pl.DataFrame]:
        yield pl.DataFrame({"id": [1]})
        raise error

    for error in (ZeroDivisionError(), KeyboardInterrupt()):
        with pytest.raises(type(error)), target.begin() as transaction:
            transaction.load("kinds", ["id"], batches(error))
        assert connection.execute("SELECT count(*) FROM kinds").fetchone() == (0,)
    assert load(target, pl.DataFrame({"id": [1]})) == 1


def test_update_sets_columns_by_key(kinds: Kinds) -> None:
    target, connection = kinds
    load(target, pl.DataFrame({"id": [1, 2, 3], "txt": ["a", "b", "c"]}))
    with target.begin() as transaction:
        changes = pl.DataFrame({"id": [3, 1], "txt": ["new\t", None], "e": ["SAD", None]})
        assert transaction.update("kinds", ["id"], ["txt", "e"], [changes]) == 2
        assert transaction.update("kinds", ["id"], ["txt", "e"], [changes[:0]]) == 0
    assert connection.execute("SELECT id, txt, e::text FROM kinds ORDER BY id").fetchall() == [
        (1, None, None), (2, "b", None), (3, "new\t", "SAD"),
    ]  # fmt: skip


def test_create_makes_tables_whose_keys_form_a_circle(kinds: Kinds) -> None:
    target, connection = kinds
    store = Table(
        "store",
        (Column("id", "integer", False), Column("boss id", "integer", False), Column("tags", "text[]")),
        ("id",),
        (ForeignKey(("boss id",), "staff", ("id",)),),
    )
    staff = Table(
        "staff",
        (
            Column("id", "integer", False),
            Column("store_id", "integer", False),
            Column("chief", "integer"),
            Column("pay", "numeric(10, 2)"),
        ),
        ("id",),
        (ForeignKey(("store_id",), "store", ("id",)), ForeignKey(("chief",), "staff", ("id",))),
        (("pay", "store_id"),),
    )
    with target.begin() as transaction:
        transaction.create([store, staff])
        transaction.load("store", ["id", "boss id"], [pl.DataFrame({"id": [1], "boss id": [10]})])
        rows = pl.DataFrame({"id": [10, 11], "store_id": [1, 1], "chief": [11, 11]})
        transaction.load("staff", rows.columns, [rows])
    held = target.inspect().tables
    assert held["staff"].primary_key == ("id",)
    assert held["staff"].unique == (("pay", "store_id"),)
    assert {key.columns: key.deferrable for key in held["staff"].foreign_keys} == {
        ("store_id",): True,
        ("chief",): False,
    }
    assert held["store"].column("boss id") == Column("boss id", "integer", False)
    with target.begin() as transaction:
        transaction.create([store, staff])
    assert connection.execute("SELECT count(*) FROM staff").fetchone() == (2,)


@pytest.mark.parametrize(
    "type", ["text); DROP TABLE kinds; --", "text -- x", "nope", "text /* */", "int default 5", ""]
)
def test_a_type_is_never_more_than_a_type(kinds: Kinds, type: str) -> None:
    with pytest.raises(DatabaseError, match="knows no type"), kinds[0].begin() as transaction:
        transaction.create([Table("fresh", (Column("x", type),))])
    assert set(kinds[0].inspect().tables) == {"kinds"}


def test_names_that_postgres_would_cut_are_refused(kinds: Kinds) -> None:
    with pytest.raises(InvalidCall, match="longer than the 63 bytes"), kinds[0].begin() as transaction:
        transaction.create([Table("é" * 32, (Column("x", "int"),))])


def test_a_read_only_transaction_keeps_nothing(kinds: Kinds) -> None:
    target, connection = kinds
    with target.begin(read_only=True) as transaction:
        transaction.load("kinds", ["id"], [pl.DataFrame({"id": [1]})])
    assert connection.execute("SELECT count(*) FROM kinds").fetchone() == (0,)
