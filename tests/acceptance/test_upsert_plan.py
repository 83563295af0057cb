"""`plan --mode upsert` against a database: it counts what the upsert then does, and changes nothing."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from upserts import POSTS, TABLES, USERS, Database, counts, make_database, upsert, write_spec

from tool import Outcome, call


@pytest.fixture(params=["postgres", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    return make_database(request, tmp_path)


def plan(spec: Path, database: Database, *options: str) -> Outcome:
    return call("plan", spec, "--database-url", database.url, "--mode", "upsert", "--format", "json", *options)


def planned(spec: Path, database: Database, *options: str) -> Any:
    """The plan, for which nothing in the database was changed."""
    before = database.everything()
    outcome = plan(spec, database, *options)
    assert outcome.code == 0, outcome.out
    assert database.everything() == before
    return outcome.json


def numbers(plan: Any) -> dict[str, tuple[int, int, int]]:
    return {step["table"]: (step["new"], step["updated"], step["unchanged"]) for step in plan["upsert"]}


def test_it_counts_what_the_upsert_does(tmp_path: Path, database: Database) -> None:
    spec = write_spec(tmp_path, USERS + POSTS)
    database.script(TABLES.split("CREATE TABLE replies")[0])
    database.script("""
        INSERT INTO "user" VALUES ('theirs', 'u1@seed.test', 1, 'mine'), ('real', 'real@x.com', 99, 'mine');
        INSERT INTO posts VALUES ('their post', 'theirs', 2, 'post 2'), ('other', 'real', 1, 'post 1');
    """)
    found = numbers(planned(spec, database, "--create-tables"))
    assert found == {"user": (3, 1, 0), "posts": (7, 0, 1), "replies": (8, 0, 0)}
    database.script(TABLES[TABLES.index("CREATE TABLE replies") :])
    assert numbers(planned(spec, database)) == found
    done = counts(upsert(spec, database))
    assert done == {table: (new, updated) for table, (new, updated, _) in found.items()}
    assert numbers(planned(spec, database)) == {"user": (0, 0, 4), "posts": (0, 0, 8), "replies": (0, 0, 8)}
    database.script("""
        DELETE FROM replies WHERE by = 'theirs';
        UPDATE posts SET title = 'x' WHERE no = 1 AND author <> 'real';
    """)
    assert numbers(planned(spec, database)) == {"user": (0, 0, 4), "posts": (0, 4, 4), "replies": (2, 0, 6)}
    shown = call("plan", spec, "--database-url", database.url, "--mode", "upsert").out
    assert "2  posts     8  0 new, 4 updated, 4 unchanged; of post\n" in shown
    assert "20  in all: 2 new, 4 updated, 14 unchanged\n" in shown


def test_without_a_database_nothing_is_counted(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, USERS)
    made = call("plan", spec, "--mode", "upsert", "--format", "json").json
    assert (made["upsert"], [step["rows"] for step in made["insert"]]) == ([], [4])


def test_entities_of_one_table_are_counted_together(tmp_path: Path, database: Database) -> None:
    guest = "  guest: {extends: user, table: user, count: 1, fields: {email: g@seed.test, age: null}}\n"
    spec = write_spec(tmp_path, USERS + guest)
    database.script(TABLES)
    database.script("""INSERT INTO "user" VALUES ('g', 'g@seed.test', NULL, 'mine');""")
    found = planned(spec, database)
    assert numbers(found) == {"user": (4, 0, 1)}
    assert [(step["entity"], step["rows"]) for step in found["insert"]] == [("user", 4), ("guest", 1)]


def test_it_says_that_the_upsert_would_be_refused(tmp_path: Path, database: Database) -> None:
    spec = write_spec(tmp_path, USERS + POSTS)
    cleanup = "cleanup: {user: {note: {in: [none]}}}\nentities:\n"
    spec.write_text(spec.read_text().replace("entities:\n", cleanup))
    database.script(TABLES)
    database.script("""INSERT INTO "user" VALUES ('a', 'u1@seed.test', 1, 'mine'), ('b', 'u2@seed.test', 1, 'mine');""")
    found = planned(spec, database)
    assert numbers(found) == {"user": (2, 2, 0), "posts": (8, 0, 0), "replies": (8, 0, 0)}
    refused = upsert(spec, database)
    assert refused.code == 3
    assert "2 rows that may be somebody's would be updated, being none that the cleanup names" in refused.json["error"]
    assert f"apply would refuse this: {refused.json['error']}; {refused.json['help']}" in found["notes"]


def test_what_the_upsert_cannot_compare_is_the_same_fault(tmp_path: Path, database: Database) -> None:
    spec = write_spec(tmp_path, USERS.replace("key: email", "key: age").replace("{int: 20..30}", "{sequence: 1}"))
    database.script(TABLES)
    database.script("""INSERT INTO "user" VALUES ('a', 'a', 1, 'x'), ('b', 'b', 1, 'x');""")
    faults = [plan(spec, database), upsert(spec, database)]
    assert [fault.code for fault in faults] == [1, 1]
    assert faults[0].json == faults[1].json
    assert "its key tells no single row in the database, age = 1" in faults[0].json["error"]


def test_rows_that_somebody_is_changing_are_not_waited_for(tmp_path: Path, postgres_url: str) -> None:
    database, spec = Database(postgres_url, None), write_spec(tmp_path, USERS)
    database.script(TABLES)
    assert counts(upsert(spec, database)) == {"user": (4, 0)}
    with psycopg.connect(postgres_url) as application:
        application.execute("""UPDATE "user" SET age = 1""")
        assert numbers(planned(spec, database)) == {"user": (0, 0, 4)}


def test_tables_that_gain_columns_first_are_not_counted(tmp_path: Path) -> None:
    database, spec = Database(f"sqlite:///{tmp_path / 'own.db'}", tmp_path / "own.db"), write_spec(tmp_path, USERS)
    of_no_file = plan(spec, database).json
    assert (of_no_file["create"], numbers(of_no_file)) == (["user"], {"user": (4, 0, 0)})
    assert counts(upsert(spec, database)) == {"user": (4, 0)}
    write_spec(tmp_path, USERS + "      note: {choice: [a, null]}\n")
    found = planned(spec, database)
    assert found["upsert"] == []
    assert "rows are not counted: `user` would get the columns note first" in found["notes"]


def test_what_a_clock_fills_is_kept_and_no_fault(tmp_path: Path, database: Database) -> None:
    """Only where rows are replaced is it another in every run."""
    spec = write_spec(tmp_path, USERS)
    database.script(TABLES.replace("note text DEFAULT 'none'", "note text DEFAULT current_timestamp"))
    at = ("--database-url", database.url, "--format", "json")
    assert upsert(spec, database).json["warnings"] == []
    made = database.rows("""SELECT note FROM "user" ORDER BY id""")
    assert planned(spec, database)["warnings"] == []
    assert call("verify", spec, *at).json["warnings"] == []
    assert counts(upsert(spec, database)) == {"user": (0, 0)}
    assert database.rows("""SELECT note FROM "user" ORDER BY id""") == made
    replacing = [call("validate", spec, *at), call("plan", spec, *at), call("apply", spec, *at)]
    assert [[each["code"] for each in outcome.json["warnings"]] for outcome in replacing[1:]] == [["W303"]] * 2
    assert "W303" in replacing[0].out
    database.script("""ALTER TABLE "user" DROP COLUMN age;""")
    faulty = [call("verify", spec, *at), upsert(spec, database)]
    assert [[each["code"] for each in outcome.json["diagnostics"]] for outcome in faulty] == [["S402"]] * 2
