"""What the schema of an SQLite file can do to a run: foreign key actions, keys without an index, tables of others."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from tool import Outcome, call

HEAD = "seedspec: 1\nname: s\nseed: 1\n"


class File:
    """An SQLite file of the application, and one spec that is run on it."""

    def __init__(self, folder: Path, schema: str = "") -> None:
        self.path, self.spec = folder / "app.db", folder / "s.yaml"
        if schema:
            self.script(schema)

    def script(self, statements: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executescript(statements)

    def insert(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for row in rows:
                connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(query).fetchall()

    def schema(self) -> list[tuple[object, ...]]:
        return self.rows("SELECT name, sql FROM sqlite_master")

    def write(self, body: str) -> None:
        self.spec.write_text(HEAD + body)

    def run(self, command: str, *options: str) -> Outcome:
        return call(command, self.spec, "--database-url", f"sqlite:///{self.path}", *options)

    def succeed(self, command: str, *options: str) -> Outcome:
        outcome = self.run(command, *options)
        assert outcome.code == 0, outcome.err
        return outcome

    def refused(self, command: str, code: int, message: str, help: str) -> None:
        before = self.schema()
        outcome = self.run(command)
        assert outcome.code == code
        assert message in outcome.err
        assert help in outcome.err
        assert self.schema() == before


ONLY_CLEANED = """cleanup: {node: {name: {starts_with: "seedling "}}}
entities:
  other: {rows: [{id: 1}], fields: {}}
"""


def nodes(folder: Path, action: str) -> File:
    file = File(
        folder,
        f"CREATE TABLE node (id TEXT PRIMARY KEY, name TEXT, parent TEXT REFERENCES node ON DELETE {action});"
        "INSERT INTO node VALUES ('real', 'real', NULL), ('real too', 'real', 'real')",
    )
    file.write(
        'cleanup: {node: {name: {starts_with: "seedling "}}}\nentities:\n  node: {count: 30, fields: '
        '{id: {uuid: {}}, name: {template: "seedling {row}"}, parent: {ref: node, nulls: 20%}}}\n'
    )
    return file


ACTIONS = ["NO ACTION", "RESTRICT", "SET NULL", "SET DEFAULT", "CASCADE"]
REAL = [("real", None), ("real too", "real")]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_table_that_refers_to_itself(tmp_path: Path, action: str) -> None:
    """Its rows refer to each other in any order, in circles and to themselves."""
    file = nodes(tmp_path, action)
    file.succeed("apply")
    came = file.rows("SELECT * FROM node ORDER BY id")
    file.succeed("apply")
    assert file.rows("SELECT * FROM node ORDER BY id") == came
    file.succeed("clean")
    assert file.rows("SELECT id, parent FROM node ORDER BY id") == REAL


@pytest.mark.parametrize("action", ACTIONS)
def test_tables_in_a_circle(tmp_path: Path, action: str) -> None:
    file = File(
        tmp_path,
        f"CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT, home TEXT REFERENCES address ON DELETE {action});"
        f"CREATE TABLE address (id TEXT PRIMARY KEY, owner TEXT NOT NULL REFERENCES users ON DELETE CASCADE);",
    )
    file.write(
        'cleanup: {users: {email: {ends_with: "@seed.test"}}}\nentities:\n'
        '  users: {count: 9, fields: {id: {uuid: {}}, email: {template: "u{row}@seed.test"}, '
        "home: {aggregate: {first: address.id}}}}\n"
        "  address: {per: {users: 1..3}, fields: {id: {uuid: {}}, owner: {ref: users}}}\n"
    )
    for _ in range(2):
        file.succeed("apply")
    assert file.rows("SELECT count(*), count(home) FROM users") == [(9, 9)]
    file.succeed("clean")
    assert file.rows("SELECT count(*) FROM users") == file.rows("SELECT count(*) FROM address") == [(0,)]


def test_a_trigger_that_changes_other_rows_is_still_seen(tmp_path: Path) -> None:
    file = nodes(tmp_path, "SET NULL")
    file.script(
        "CREATE TABLE log (what TEXT); CREATE TRIGGER logs AFTER DELETE ON node BEGIN INSERT INTO log VALUES (1); END;"
    )
    file.succeed("apply")
    outcome = file.run("clean")
    assert outcome.code == 1
    assert "rows were changed while 30 were deleted" in outcome.err
    assert file.rows("SELECT count(*) FROM node") == [(32,)]


def test_cascades_in_a_circle_fire_no_trigger_on_updates(tmp_path: Path) -> None:
    """Nothing needs to be updated where a few rows simply go together."""
    file = File(
        tmp_path,
        "CREATE TABLE node (id INTEGER PRIMARY KEY, name TEXT, parent INT REFERENCES node ON DELETE CASCADE);"
        "CREATE TRIGGER no AFTER UPDATE ON node BEGIN SELECT RAISE(ABORT, 'no updates'); END;",
    )
    file.insert("node", [(row, f"seedling {row}", row % 3 + 1 if row < 4 else row - 1) for row in range(1, 10)])
    file.script("CREATE TABLE other (id INT PRIMARY KEY)")
    file.write(ONLY_CLEANED)
    file.succeed("clean", "--max-deletes", "9")
    assert file.rows("SELECT count(*) FROM node") == [(0,)]


CHAIN = 5_000


def chain(folder: Path, *, required: str = "", closed: bool = False) -> File:
    file = File(
        folder,
        "CREATE TABLE node (id INTEGER PRIMARY KEY, name TEXT, "
        f"parent INT {required} REFERENCES node ON DELETE CASCADE); CREATE TABLE other (id INT PRIMARY KEY)",
    )
    first = CHAIN if closed else None
    file.insert("node", [(row, f"seedling {row}", row - 1 if row > 1 else first) for row in range(1, CHAIN + 1)])
    file.write(ONLY_CLEANED)
    return file


@pytest.mark.parametrize("closed", [False, True])
def test_a_chain_longer_than_actions_nest(tmp_path: Path, closed: bool) -> None:
    file = chain(tmp_path, closed=closed)
    file.succeed("clean", "--max-deletes", "10000")
    assert file.rows("SELECT count(*) FROM node") == [(0,)]


def test_a_long_circle_that_nothing_can_open(tmp_path: Path) -> None:
    file = chain(tmp_path, required="NOT NULL", closed=True)
    outcome = file.run("clean", "--max-deletes", "10000")
    assert outcome.code == 1
    assert (
        "rows of `node` refer to each other in a circle that SQLite cannot take apart: too many levels" in outcome.err
    )
    assert "let a column of that foreign key be NULL; nothing was changed" in outcome.err
    assert file.rows("SELECT count(*) FROM node") == [(CHAIN,)]


CIRCLE = """
CREATE TABLE a (id TEXT PRIMARY KEY, m TEXT);
CREATE TABLE b (id TEXT PRIMARY KEY, a_id TEXT REFERENCES a, p TEXT REFERENCES b);
"""
LOADED = """cleanup: {{a: {{m: {{starts_with: "seedling"}}}}}}
entities:
  a: {{count: {rows}, fields: {{id: {{uuid: {{}}}}, m: {{template: "seedling{{row}}"}}}}}}
  b: {{per: {{a: 10}}, fields: {{id: {{uuid: {{}}}}, a_id: {{ref: a}}, p: {{ref: b, nulls: 10%, as: par}}}}}}
"""
PASSING = "`b` has no index for its foreign key `p`: one is made for the time that"


def test_a_key_without_an_index_that_makes_a_load_slow(tmp_path: Path) -> None:
    file = File(tmp_path, CIRCLE)
    schema = file.schema()
    file.write(LOADED.format(rows=300))
    note = f'{PASSING} 3,000 rows of `b` come; to keep one: CREATE INDEX "b_p_idx" ON "b" ("p")'
    assert note in file.succeed("plan").err
    for _ in range(2):
        assert file.succeed("apply").err.count(PASSING) == 1
    assert "rows of `b` come" not in file.succeed("apply", "--keep-constraints").err
    assert file.schema() == schema
    assert file.rows("SELECT count(*) FROM b") == [(3000,)]


def test_an_upsert_has_such_an_index_for_its_new_rows(tmp_path: Path) -> None:
    file = File(tmp_path, CIRCLE)
    schema = file.schema()
    file.write(LOADED.format(rows=300).replace("fields:", "key: id, fields:"))
    for command in ("plan", "apply"):
        assert f"{PASSING} 3,000 rows of `b` come" in file.succeed(command, "--mode", "upsert").err
    assert PASSING not in file.succeed("apply", "--mode", "upsert").err
    assert file.schema() == schema
    assert file.rows("SELECT count(*) FROM b") == [(3000,)]


def test_a_load_of_few_rows_needs_no_index(tmp_path: Path) -> None:
    file = File(tmp_path, CIRCLE)
    file.write(LOADED.format(rows=5))
    assert PASSING not in file.succeed("apply").err


OWN = "entities:\n  city: {{rows: [{{name: Rome}}, {{name: Oslo}}], fields: {{{fields}}}}}\n"


def own_file(folder: Path) -> File:
    """A file that seedengine made, in which the application has made a table since."""
    file = File(folder)
    file.write(OWN.format(fields="pop: 1"))
    file.succeed("apply")
    file.script("CREATE TABLE log (what TEXT); INSERT INTO log VALUES ('theirs')")
    return file


def test_a_plan_of_a_table_that_gains_a_column(tmp_path: Path) -> None:
    file = own_file(tmp_path)
    file.write(OWN.format(fields="pop: 1, area: 2"))
    planned = file.succeed("plan", "--format", "json").json
    assert "`city` would get the columns area first" in planned["notes"]
    assert [(step["table"], step["rows"]) for step in planned["clean"]] == [("city", 2)]
    saved = file.run("plan", "--output", str(tmp_path / "plan.json"))
    assert saved.code == 2
    assert "the plan cannot be saved: `city` would get the columns area first" in saved.err
    file.succeed("apply")
    assert file.rows("SELECT name, pop, area FROM city ORDER BY name") == [("Oslo", 1, 2), ("Rome", 1, 2)]


def test_no_advice_loses_tables_of_the_application(tmp_path: Path) -> None:
    file = own_file(tmp_path)
    file.write("entities:\n  city: {rows: [{name: Rome}], fields: {}}\n")
    message = "was made from another spec: `city.pop` is no longer in it"
    file.refused("apply", 1, message, "give another file: this one holds `log` too, which seedengine did not make")
    entity = "entities:\n  city: {rows: [{name: Rome}], fields: {pop: 1, area: 2}}\n"
    file.write(f"cleanup: {{city: {{name: {{equals: Rome}}}}}}\n{entity}")
    message = "`city` gains `area`, and holds rows that this spec does not remove"
    file.refused("apply", 1, message, "remove these rows first, take `area` out of the spec, or give another file")
    assert file.rows("SELECT what FROM log") == [("theirs",)]


def test_rows_that_cannot_be_told_from_each_other(tmp_path: Path) -> None:
    file = File(
        tmp_path,
        "CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT); CREATE TABLE other (id INT PRIMARY KEY);"
        "CREATE TABLE odd (rowid TEXT, _rowid_ TEXT, oid TEXT, u TEXT REFERENCES users);",
    )
    file.write(
        'cleanup: {users: {email: {ends_with: "@seed.test"}}}\nentities:\n'
        '  users: {count: 3, fields: {id: {uuid: {}}, email: {template: "u{row}@seed.test"}}}\n'
    )
    message = "rows of `odd` cannot be told from each other: it has no primary key"
    for command in ("plan", "apply", "clean", "verify"):
        file.refused(command, 1, message, "rename one of its columns `rowid`, `_rowid_` and `oid`")
    file.write("entities:\n  other: {rows: [{id: 1}], fields: {}}\n")
    file.succeed("apply")


def events(folder: Path, type: str, filter: str) -> File:
    file = File(folder, f"CREATE TABLE ev (id TEXT PRIMARY KEY, name TEXT, at {type}); CREATE TABLE o (id INT)")
    file.write(
        f"cleanup: {{ev: {{name: {{starts_with: 'seedling '}}, {filter}}}}}\nentities:\n  o: {{rows: [{{id: 1}}]}}\n"
    )
    return file


NOT_BEFORE = "not: {at: {before: 2030-01-01}}"


@pytest.mark.parametrize("type", ["INTEGER", "NUMERIC(10,2)", "REAL", "BOOLEAN", "JSON", "TIME"])
@pytest.mark.parametrize("filter", [NOT_BEFORE, "at: {after: 2020-01-01}"])
def test_a_moment_is_not_compared_with_numbers(tmp_path: Path, type: str, filter: str) -> None:
    file = events(tmp_path, type, filter)
    file.insert("ev", [("1", "seedling 1", 1500000000)])
    file.refused("clean", 2, "the cleanup compares `ev.at` with a moment", f"its type is {type}")
    assert file.rows("SELECT count(*) FROM ev") == [(1,)]


@pytest.mark.parametrize("type", ["TEXT", "DATETIME", "DATE", ""])
@pytest.mark.parametrize(
    "value", ["01/02/2019", 1500000000, 1500, "1500", "now", "12:30", "", "2019-13-01", b"2019-01-01"]
)
def test_a_value_that_is_no_moment(tmp_path: Path, type: str, value: object) -> None:
    file = events(tmp_path, type, NOT_BEFORE)
    file.insert("ev", [("1", "seedling 1", "2019-01-01"), ("2", "seedling 2", value), ("3", "seedling 3", None)])
    file.refused("clean", 3, "the cleanup compares `ev.at` with a moment, by `before`, and a value in it is none:", "")
    assert file.rows("SELECT count(*) FROM ev") == [(3,)]


@pytest.mark.parametrize("literal", ["2030-01-01", "20300101", "2030-01-01T00:00:00Z", "20300101T020000+0200"])
def test_moments_of_every_form(tmp_path: Path, literal: str) -> None:
    file = events(tmp_path, "TEXT", f"not: {{at: {{before: '{literal}'}}}}")
    stays = ["2019-01-01", "2019-01-01 10:00", "2029-12-31T23:59:59.999Z", "2030-01-01 01:00:00+02:00"]
    goes = ["2030-01-01", "2030-01-01T00:00:00Z", "2029-12-31 23:00:00-02:00", None]
    file.insert("ev", [(f"{number}", "seedling", at) for number, at in enumerate([*stays, *goes])])
    file.script("UPDATE ev SET name = 'seedling ' || id")
    file.succeed("clean")
    assert file.rows("SELECT at FROM ev ORDER BY id") == [(at,) for at in stays]
