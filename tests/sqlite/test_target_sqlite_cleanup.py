"""Which rows a cleanup takes from an SQLite file, and that it takes no other."""

import sqlite3
from pathlib import Path

import polars as pl
import pytest

from seedengine.diagnostics import InvalidCall, Refused
from seedengine.spec.cleanup import RowFilter
from seedengine.targets.protocol import GeneratedRows, Removal, Target
from seedengine.targets.sqlite import passing_indexes
from seedengine.targets.url import open_target
from tool import rows_by_table

SCRIPT = """
CREATE TABLE User (id TEXT PRIMARY KEY, email TEXT, chief TEXT REFERENCES User ON DELETE CASCADE);
CREATE TABLE Talk (id TEXT PRIMARY KEY, people JSON);
CREATE TABLE Message (id INTEGER PRIMARY KEY, talk TEXT REFERENCES Talk, sender TEXT REFERENCES User ON DELETE CASCADE);
CREATE TABLE flat (a INT, b TEXT, rowid TEXT, PRIMARY KEY (b, a), FOREIGN KEY (a, b) REFERENCES pair) WITHOUT ROWID;
CREATE TABLE pair (x INT, y TEXT, PRIMARY KEY (x, y));
INSERT INTO User VALUES ('p', 'p@seed.test', NULL), ('q', 'q@real.test', 'p'),
  ('r', 'r@real.test', NULL), ('s', 's@real.test', 'q');
INSERT INTO Talk VALUES ('both', '["p", "r"]'), ('real', '["r"]'), ('none', NULL), ('broken', '["p"');
INSERT INTO Message VALUES (1, 'both', 'r'), (2, 'real', 'r'), (3, NULL, 's');
INSERT INTO pair VALUES (1, 'a'), (2, 'b'); INSERT INTO flat VALUES (1, 'a', 'x'), (2, 'b', 'x');
CREATE TABLE store (id INT PRIMARY KEY, boss INT REFERENCES staff ON DELETE CASCADE);
CREATE TABLE staff (id INT PRIMARY KEY, store INT REFERENCES store ON DELETE CASCADE);
INSERT INTO store VALUES (1, 10), (2, 20); INSERT INTO staff VALUES (10, 1), (11, 1), (20, 2);
CREATE TABLE odd (id INT PRIMARY KEY, name TEXT, n NUMERIC, ok BOOLEAN, at TIMESTAMP, d DATE);
INSERT INTO odd VALUES (1, 'x@a_b', 1.5, 1, '2026-01-01 10:00:00', '2026-01-01'),
  (2, '100%xa_b', 2, 0, '2026-01-02T00:00:00Z', '2026-01-02'), (3, NULL, NULL, NULL, NULL, NULL),
  (4, '', 4, 0, NULL, NULL);
"""


@pytest.fixture
def target(tmp_path: Path) -> Target:
    """A file of somebody else."""
    connection = sqlite3.connect(tmp_path / "app.db")
    connection.executescript(SCRIPT)
    connection.close()
    return open_target(f"sqlite:///{tmp_path / 'app.db'}")


def rows(target: Target, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(target.name)
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def clean(target: Target, *removals: Removal) -> dict[str, int]:
    with target.begin(read_only=True) as transaction:
        planned = rows_by_table(transaction.find(removals))
    with target.begin() as transaction:
        found = rows_by_table(transaction.find(removals))
        deleted = transaction.delete()
    assert found == deleted == planned
    return dict(deleted)


def where(table: str, **conditions: object) -> Removal:
    return Removal(table, RowFilter.model_validate(conditions))


SEED = where("User", email={"ends_with": "@seed.test"})
TALKS = where("Talk", people={"overlaps": {"removed": "User.id"}})


def test_what_hangs_on_a_row_goes_with_it(target: Target) -> None:
    with pytest.raises(Refused, match="1 row of `Message` would stay, as `talk` decides, while the `User`"):
        clean(target, SEED, TALKS, Removal("Message", follows="talk"))
    assert clean(target, SEED, TALKS) == {"User": 3, "Talk": 1, "Message": 2}
    assert rows(target, "SELECT id FROM User") == [("r",)]
    assert rows(target, "SELECT id FROM Message") == [(2,)]
    assert rows(target, "SELECT id FROM Talk ORDER BY id") == [("broken",), ("none",), ("real",)]


def test_circles_and_composite_keys_of_tables_without_rowid(target: Target) -> None:
    assert clean(target, where("store", id={"equals": 1})) == {"store": 1, "staff": 2}
    assert clean(target, where("pair", x={"equals": 1})) == {"pair": 1, "flat": 1}
    assert rows(target, "SELECT a FROM flat") == [(2,)]
    assert clean(target, Removal("staff", everything=True)) == {"store": 1, "staff": 1}


CONDITIONS: list[tuple[dict[str, object], set[int]]] = [
    ({"name": {"ends_with": "a_b"}}, {1, 2}),
    ({"name": {"starts_with": "100%"}}, {2}),
    ({"name": {"starts_with": "X@"}}, set()),
    ({"name": {"contains": "%"}}, {2}),
    ({"name": {"equals": ""}}, {4}),
    ({"name": {"equals": "' OR 1 --"}}, set()),
    ({"n": {"equals": 1.5}}, {1}),
    ({"n": {"in": [2, 4]}}, {2, 4}),
    ({"id": {"equals": "1"}}, {1}),
    ({"ok": {"equals": True}}, {1}),
    ({"at": {"before": "2026-01-02"}}, {1}),
    ({"at": {"after": "2026-01-01T12:00:01+02:00"}}, {2}),
    ({"at": {"equals": "2026-01-02T00:00:00Z"}}, {2}),
    ({"d": {"after": "2026-01-01"}}, {2}),
    ({"n": {"is_null": True}}, {3}),
    ({"n": {"is_null": False}, "not": {"ok": {"equals": True}}}, {2, 4}),
    ({"any": [{"id": {"equals": 1}}, {"all": [{"id": {"equals": 3}}, {"n": {"is_null": True}}]}]}, {1, 3}),
    ({"id": {"in": {"removed": "store.id"}}}, {1}),
    ({}, set()),
]


@pytest.mark.parametrize(("conditions", "expected"), CONDITIONS)
def test_every_condition(target: Target, conditions: dict[str, object], expected: set[int]) -> None:
    clean(target, where("odd", **conditions), where("store", id={"equals": 1}))
    assert {1, 2, 3, 4} - {row[0] for row in rows(target, "SELECT id FROM odd")} == expected


def test_what_is_not_there(target: Target) -> None:
    assert clean(target, where("nowhere", id={"equals": 1})) == {}
    with pytest.raises(InvalidCall, match="the table `User` has no column `mail`") as caught:
        clean(target, where("User", mail={"equals": "x"}))
    assert caught.value.help == "did you mean `email`?"


def test_generated_rows_are_those_whose_columns_are_all_equal(target: Target) -> None:
    made = pl.DataFrame({"id": [1, 2, 3, 9], "name": ["x@a_b", "other", None, "x"], "n": [1.5, 2.0, None, 1.0]})
    generated = GeneratedRows(("id", "name", "n"), lambda: [made[:1], made[1:]])
    assert clean(target, Removal("odd", generated=(generated,))) == {"odd": 2}
    assert rows(target, "SELECT id FROM odd ORDER BY id") == [(2,), (4,)]


def test_generated_rows_are_found_fast(target: Target) -> None:
    many = pl.DataFrame({"id": range(10, 30_010), "name": ["x"] * 30_000})
    with target.begin() as transaction:
        transaction.load("odd", many.columns, [many])
    keys = GeneratedRows(("name", "id"), lambda: [many])
    assert clean(target, Removal("odd", generated=(keys,))) == {"odd": 30_000}


def test_a_foreign_key_without_an_index(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = rows(target, "SELECT name, sql FROM sqlite_master")
    with target.begin() as transaction:
        transaction.find([where("Talk", id={"equals": "nobody"})])
        assert not transaction.notes
        transaction.find([where("Talk", id={"equals": "both"})])
        assert transaction.notes == [
            "`Message` has no index for its foreign key `talk`: the database looks through all of `Message` for each "
            'row of `Talk`, of which 1 goes; to help it: CREATE INDEX "Message_talk_idx" ON "Message" ("talk")'
        ]
        monkeypatch.setattr(passing_indexes, "MANY_ROWS", 1)
        transaction.find([where("Talk", id={"equals": "real"})])
        assert transaction.delete() == {"Talk": 1, "Message": 1}
        assert "one is made for the time that rows of `Talk`, of which 1 goes" in transaction.notes[0]
    assert rows(target, "SELECT name, sql FROM sqlite_master") == schema
    assert rows(target, "SELECT id FROM Message ORDER BY id") == [(1,), (3,)]
