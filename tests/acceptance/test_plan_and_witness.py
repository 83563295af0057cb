"""What a plan against a database says, what is refused because of it, and that the database's own counts must agree."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest

from tool import run, succeed

SCHEMA = """
CREATE TABLE country (code text PRIMARY KEY);
CREATE TABLE person (
    id text PRIMARY KEY, email text NOT NULL, country text REFERENCES country);
CREATE TABLE letter (
    id text PRIMARY KEY, sender text NOT NULL REFERENCES person, receiver text REFERENCES person ON DELETE SET NULL);
CREATE TABLE stamp (id text PRIMARY KEY, letter text REFERENCES letter, country text REFERENCES country);
CREATE TABLE log (what text);
CREATE INDEX letter_sender ON letter (sender);
CREATE INDEX letter_receiver ON letter (receiver);
CREATE INDEX stamp_letter ON stamp (letter);
INSERT INTO country VALUES ('de');
INSERT INTO person (id, email, country) VALUES ('real', 'real@example.org', 'de');
"""
SPEC = """
seedspec: 1
name: letters
seed: 1
cleanup: {person: {email: {ends_with: "@seed.test"}}}
entities:
  person: {count: 5, fields: {id: {uuid: {}}, email: {template: "p{row}@seed.test"}, country: {choice: [de]}}}
  letter: {per: {person: 2}, fields: {id: {uuid: {}}, sender: {ref: person}, receiver: {ref: person, as: friend}}}
"""


class Database(Protocol):
    """A database of the application, with a real person in it."""

    url: str

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement as the application would."""


class _Postgres:
    def __init__(self, url: str) -> None:
        self.url = url

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


class _Sqlite:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.url = f"sqlite:///{file}"

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.file)) as connection:
            found = connection.execute(statement).fetchall()
            connection.commit()
            return found


@pytest.fixture(params=["postgres", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    made: Database
    if request.param == "postgres":
        made = _Postgres(request.getfixturevalue("postgres_url"))
    else:
        made = _Sqlite(tmp_path / "app.db")
    for statement in SCHEMA.split(";\n")[:-1]:
        made.execute(statement)
    return made


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "letters.yaml"
    path.write_text(SPEC)
    return path


def steps(spec: Path, database: Database) -> dict[str, dict[str, Any]]:
    plan = succeed("plan", spec, "--database-url", database.url, "--format", "json").json
    return {step["table"]: step for step in plan["clean"]}


def contents(database: Database) -> list[list[tuple[Any, ...]]]:
    return [
        sorted(map(repr, database.execute(f"SELECT * FROM {each}"))) for each in ("person", "letter", "stamp", "log")
    ]


def one_seeded(database: Database) -> str:
    ((found,),) = database.execute("SELECT id FROM person WHERE email = 'p1@seed.test'")
    return str(found)


def test_a_plan_tells_named_hanging_and_strange_rows_apart(spec: Path, database: Database) -> None:
    succeed("apply", spec, "--database-url", database.url)
    database.execute("INSERT INTO person (id, email) VALUES ('late', 'late@seed.test')")
    database.execute(f"INSERT INTO letter VALUES ('own', '{one_seeded(database)}', NULL)")
    database.execute("INSERT INTO stamp VALUES ('on own', 'own', 'de')")
    found = steps(spec, database)
    numbers = {table: (step["rows"], step["named"], step["strangers"], step["mixed"]) for table, step in found.items()}
    assert numbers == {"person": (6, 6, 1, 0), "letter": (11, 0, 1, 0), "stamp": (1, 0, 1, 0)}
    text = succeed("plan", spec, "--database-url", database.url).out
    assert "person   6  its filter; 1 that this spec would not make again" in text


def test_another_seed_makes_strangers_of_all(spec: Path, database: Database) -> None:
    succeed("apply", spec, "--database-url", database.url)
    spec.write_text(SPEC.replace("seed: 1", "seed: 2"))
    assert [step["strangers"] for step in steps(spec, database).values()] == [0, 10, 5]
    before = contents(database)
    refused = run("apply", spec, "--database-url", database.url, "--max-deletes", 14)
    assert (refused.code, contents(database)) == (3, before)
    assert "15 rows would go that this spec would not make again, and 14 may: " in refused.err
    assert "give `--max-deletes 15`" in refused.err
    succeed("apply", spec, "--database-url", database.url, "--max-deletes", 15)


def test_a_filter_that_takes_every_row_of_a_table_which_the_spec_did_not_fill_is_refused(
    spec: Path, database: Database
) -> None:
    database.execute("UPDATE person SET email = 'x@seed.test'")
    before = contents(database)
    refused = run("clean", spec, "--database-url", database.url)
    assert (refused.code, contents(database)) == (3, before)
    assert (
        "the cleanup of `person` takes every row of it, 1 in all, and none is one that this spec makes" in refused.err
    )
    succeed("clean", spec, "--database-url", database.url, "--max-deletes", 1)
    assert database.execute("SELECT count(*) FROM person") == [(0,)]


def test_rows_between_those_that_go_and_those_that_stay(spec: Path, database: Database) -> None:
    succeed("apply", spec, "--database-url", database.url)
    seeded = one_seeded(database)
    database.execute(f"INSERT INTO letter VALUES ('in', 'real', '{seeded}'), ('out', '{seeded}', 'real')")
    database.execute("INSERT INTO letter VALUES ('own', 'real', 'real')")
    database.execute("INSERT INTO stamp VALUES ('on in', 'in', 'de')")  # a country has no owner
    before = contents(database)
    assert [(step["mixed"], step["mixed_keys"]) for step in steps(spec, database).values()] == [
        (0, ""),
        (2, "in, out"),
        (0, ""),
    ]
    notes = succeed("plan", spec, "--database-url", database.url, "--format", "json").json["notes"]
    assert any(each.startswith("apply would refuse this: 2 rows that may be") for each in notes)
    for command in ("apply", "clean"):
        refused = run(command, spec, "--database-url", database.url)
        assert (refused.code, contents(database)) == (3, before)
        assert "2 rows that may be somebody's would go too" in refused.err
        assert "for hanging on rows that go: 2 of `letter`: in, out" in refused.err
    succeed("clean", spec, "--database-url", database.url, "--delete-mixed")
    assert database.execute("SELECT id FROM letter") == [("own",)]
    assert database.execute("SELECT count(*) FROM stamp") == [(0,)]


def test_follows_decides_alone(spec: Path, database: Database) -> None:
    spec.write_text(SPEC.replace("cleanup: {", "cleanup: {letter: {follows: sender}, "))
    succeed("apply", spec, "--database-url", database.url)
    database.execute(f"INSERT INTO letter VALUES ('out', '{one_seeded(database)}', 'real')")
    assert steps(spec, database)["letter"]["mixed"] == 0
    database.execute(f"INSERT INTO letter VALUES ('in', 'real', '{one_seeded(database)}')")
    refused = run("apply", spec, "--database-url", database.url)
    assert refused.code == 3
    assert "1 row of `letter` would stay, as `sender` decides" in refused.err


def test_a_saved_plan_is_carried_out_or_refused(spec: Path, database: Database, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    call = ("apply", "--plan", plan, "--database-url", database.url)
    succeed("apply", spec, "--database-url", database.url)
    database.execute(f"INSERT INTO letter VALUES ('own', '{one_seeded(database)}', NULL)")
    succeed("plan", spec, "--database-url", database.url, "--output", plan)
    assert json.loads(plan.read_text())["clean"] == list(steps(spec, database).values())

    database.execute("UPDATE letter SET receiver = 'real' WHERE id = 'own'")
    refused = run(*call)
    assert refused.code == 3
    assert (
        "the plan is out of date: the rows of `letter` that go (11 then, 11 now) changed since it was made"
        in refused.err
    )
    database.execute("UPDATE letter SET receiver = NULL WHERE id = 'own'")
    spec.write_text(SPEC.replace("count: 5", "count: 6"))
    refused = run(*call)
    assert refused.code == 3
    assert "the plan is out of date: the spec, its size, or a version" in refused.err
    spec.write_text(SPEC)
    whole = plan.read_text()
    plan.write_text(json.dumps({**json.loads(whole), "identity": "of another database under the same name"}))
    assert "the plan is out of date: the database that is called `" in run(*call).err
    plan.write_text(whole)
    assert "letter        11         10" in succeed(*call).out
    assert run(*call).code == 3, "what it would do is done"


def test_what_is_no_plan(spec: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    assert "only a plan for a database is saved" in run("plan", spec, "--output", plan, env={"DATABASE_URL": ""}).err
    assert not plan.exists()
    url = f"sqlite:///{tmp_path / 'a.db'}"
    nowhere = run("plan", spec, "--output", tmp_path / "no" / "plan.json", "--database-url", url)
    assert nowhere.code == 2
    assert f"`{tmp_path / 'no' / 'plan.json'}`: no such file or directory" in nowhere.err
    plan.write_text("{}")
    for arguments, message in (
        (("apply", "--plan", plan), "it is no plan that `seedengine plan --output` wrote"),
        (("apply", "--plan", tmp_path / "no.json"), "no such file or directory"),
        (("apply", spec, "--plan", plan), "it is no plan"),
        (("apply",), "Missing argument 'SPEC', or a plan with --plan"),
    ):
        outcome = run(*arguments)
        assert outcome.code == 2
        assert message in outcome.err


def test_changes_that_nobody_planned_are_rolled_back(spec: Path, database: Database) -> None:
    succeed("apply", spec, "--database-url", database.url)
    if database.url.startswith("sqlite"):
        database.execute("CREATE TRIGGER audit AFTER INSERT ON letter BEGIN INSERT INTO log VALUES ('letter'); END")
    else:
        database.execute(
            "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN INSERT INTO log VALUES (TG_TABLE_NAME); RETURN NEW; END';"
            "CREATE TRIGGER audit AFTER INSERT ON letter FOR EACH ROW EXECUTE FUNCTION note()"
        )
    before = contents(database)
    plan = succeed("plan", spec, "--database-url", database.url)
    assert "the trigger `audit` of `letter` acts when rows are inserted: where it changes other rows" in " ".join(
        plan.err.split()
    )
    refused = run("apply", spec, "--database-url", database.url)
    assert (refused.code, contents(database)) == (1, before)
    expected = (
        "20 rows were changed while 10 were inserted into `letter`"
        if database.url.startswith("sqlite")
        else "10 rows of `log` were inserted where 0 were meant"
    )
    assert expected in refused.err
    succeed("apply", spec, "--database-url", database.url, "--unwitnessed")
    assert database.execute("SELECT count(*) FROM log") == [(10,)]


def test_without_counters_there_is_no_witness(spec: Path, postgres_url: str) -> None:
    database = _Postgres(postgres_url)
    database.execute(SCHEMA)
    name = psycopg.conninfo.conninfo_to_dict(postgres_url)["dbname"]
    database.execute(f"ALTER DATABASE {name} SET track_counts = off")
    refused = run("apply", spec, "--database-url", postgres_url)
    assert refused.code == 3
    assert "`track_counts` is off" in refused.err
    assert database.execute("SELECT count(*) FROM person") == [(1,)]
    succeed("apply", spec, "--database-url", postgres_url, "--unwitnessed")


def test_hazards_of_postgresql(spec: Path, postgres_url: str) -> None:
    database = _Postgres(postgres_url)
    database.execute(SCHEMA)
    database.execute(
        "CREATE TABLE numbered (id serial PRIMARY KEY, n int);CREATE RULE quiet AS ON UPDATE TO person DO ALSO NOTHING"
    )
    spec.write_text(SPEC + "  numbered: {count: 3, fields: {id: {sequence: 1}, n: 1}}\n")
    succeed("apply", spec, "--database-url", postgres_url)
    notes = succeed("plan", spec, "--database-url", postgres_url, "--format", "json").json["notes"]
    assert (
        "rows of `letter` that refer by `letter_receiver_fkey` to a row that goes are deleted too, where the database "
        "alone would set them to NULL" in notes
    )
    assert (
        "the sequence `numbered_id_seq` will be set past the highest `id` of `numbered`, if it is not past it" in notes
    )
    assert not [each for each in notes if "quiet" in each]
    assert database.execute("INSERT INTO numbered (n) VALUES (1) RETURNING id") == [(4,)]
