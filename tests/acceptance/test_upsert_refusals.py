"""`apply --mode upsert` where it must not go on: all is as it was before."""

from pathlib import Path

import psycopg
import pytest
from upserts import POSTS, TABLES, USERS, Database, counts, make_database, upsert, write_spec

from tool import call


@pytest.fixture(params=["postgres", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    return make_database(request, tmp_path)


def test_whatever_fails_leaves_nothing(tmp_path: Path, database: Database) -> None:
    database.script(TABLES.replace("title text", "title text CHECK (title <> 'post 2')"))
    database.script("""INSERT INTO "user" VALUES ('theirs', 'u1@seed.test', 1, 'mine');""")
    before = database.everything()
    outcome = upsert(write_spec(tmp_path, USERS + POSTS), database)
    assert outcome.code == 1
    assert "`posts`" in outcome.json["error"]
    assert database.everything() == before


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("age", "row 1 of `user`: its key tells no single row in the database, age = 1"),
        ("[note, age]", "row 3 of `user`: another row has the same key, note = n, age = 1"),
    ],
)
def test_a_key_that_tells_no_single_row_is_refused(tmp_path: Path, database: Database, key: str, error: str) -> None:
    text = USERS.replace("key: email", f"key: {key}").replace("{int: 20..30}", "{cycle: [1, 2]}")
    spec = write_spec(
        tmp_path, text.replace("count: 4", "count: 3" if "note" in key else "count: 2") + "      note: n\n"
    )
    database.script(TABLES)
    database.script("""INSERT INTO "user" VALUES ('a', 'a', 1, 'x'), ('b', 'b', 1, 'x');""")
    before = database.everything()
    outcome = upsert(spec, database)
    assert (outcome.code, outcome.json["error"]) == (1, error)
    assert database.everything() == before


def test_a_new_row_whose_primary_key_is_anothers_is_refused(tmp_path: Path, database: Database) -> None:
    """Row 1 is there as number 3, which row 3, a new one, would have too; row 2 would have a real one's number."""
    spec = write_spec(tmp_path, USERS.replace("{uuid: {}}", "{sequence: 1}"))
    database.script(TABLES.split("CREATE TABLE posts")[0].replace("varchar(36)", "integer"))
    database.script("""INSERT INTO "user" VALUES (2, 'real@x.com', 9, 'mine'), (3, 'u1@seed.test', 1, 'x');""")
    before = database.everything()
    outcome = upsert(spec, database)
    assert (outcome.code, outcome.json["error"]) == (
        1,
        "row 2 of `user.id`: id = 2 is taken by a row of `user` with another key, email = real@x.com",
    )
    assert "`uuid`" in outcome.json["help"]
    assert "`--mode replace`" in outcome.json["help"]
    assert database.everything() == before
    database.script("""DELETE FROM "user" WHERE id = 2;""")
    assert (
        "row 3 of `user.id`: id = 3 is taken by a row of `user` with another key, email = u1@seed.test"
        in (upsert(spec, database).json["error"])
    )


def test_a_new_row_whose_parts_of_a_primary_key_are_anothers_is_refused(tmp_path: Path, database: Database) -> None:
    """What is taken is the key that the row has once it follows its parent, which is there under another one."""
    spec = write_spec(
        tmp_path,
        """
  tenant: {count: 1, key: slug, fields: {id: {sequence: 1}, slug: {template: "t{row}"}}}
  member:
    per: {tenant: 1}
    key: [tenant_id, email]
    fields: {tenant_id: {ref: tenant.id}, no: {expr: nth}, email: {template: "m{nth}@seed.test"}}
""",
    )
    database.script("""
        CREATE TABLE tenant (id integer PRIMARY KEY, slug text UNIQUE);
        CREATE TABLE member (tenant_id integer REFERENCES tenant, no integer, email text, PRIMARY KEY (tenant_id, no));
        INSERT INTO tenant VALUES (7, 't1');
        INSERT INTO member VALUES (7, 1, NULL);
    """)
    assert upsert(spec, database).json["error"] == (
        "row 1 of `member`: tenant_id = 7, no = 1 is taken by a row of `member` with another key, "
        "tenant_id = 7, email = NULL"
    )


def test_a_trigger_that_does_more_stops_the_run(tmp_path: Path, database: Database) -> None:
    spec = write_spec(tmp_path, USERS)
    database.script(TABLES)
    assert counts(upsert(spec, database)) == {"user": (4, 0)}
    database.script("""UPDATE "user" SET age = 1; CREATE TABLE log (id text);""")
    if database.file is None:
        database.script("""
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN INSERT INTO log VALUES (NEW.id); RETURN NEW; END $$;
            CREATE TRIGGER note AFTER UPDATE ON "user" FOR EACH ROW EXECUTE FUNCTION note();
        """)
    else:
        database.script("""CREATE TRIGGER note AFTER UPDATE ON "user" BEGIN INSERT INTO log VALUES (NEW.id); END;""")
    before = database.everything()
    outcome = upsert(spec, database)
    assert outcome.code == 1
    assert "rows" in outcome.json["error"]
    assert database.everything() == before
    assert counts(upsert(spec, database, "--unwitnessed")) == {"user": (0, 4)}


def test_entities_of_one_table_write_what_they_fill(tmp_path: Path, database: Database) -> None:
    """What an entity leaves to the database is neither filled nor changed."""
    spec = write_spec(
        tmp_path, USERS + "  guest: {extends: user, count: 1, fields: {email: g@seed.test, age: null, note: g}}\n"
    )
    spec.write_text(spec.read_text().replace("  guest: {", "  guest: {table: user, "))
    database.script(TABLES)
    assert counts(upsert(spec, database)) == {"user": (5, 0)}
    assert database.rows("""SELECT DISTINCT note FROM "user" ORDER BY 1""") == [("g",), ("none",)]
    database.script("""UPDATE "user" SET note = 'theirs';""")
    assert counts(upsert(spec, database)) == {"user": (0, 1)}
    assert database.rows("""SELECT count(*) FROM "user" WHERE note = 'theirs'""") == [(4,)]


def test_a_call_that_cannot_be_is_refused(tmp_path: Path, database: Database) -> None:
    keyless = write_spec(tmp_path, "  thing: {count: 1, fields: {name: x}}\n")
    outcome = upsert(keyless, database, "--create-tables")
    assert (outcome.code, outcome.json["error"]) == (
        2,
        "`thing` has no `key`, by which `--mode upsert` finds the rows that are there",
    )
    assert call("plan", keyless, "--mode", "upsert").code == 2
    for command in ("apply", "plan"):
        refused = call(command, keyless, "--mode", "upsert", "--bulk-load", "--database-url", database.url)
        assert refused.code == 2
        assert "--bulk-load goes with --mode replace alone" in refused.err


def test_keys_that_refer_to_each_other_are_refused(tmp_path: Path, database: Database) -> None:
    spec = write_spec(
        tmp_path,
        """
  node:
    count: 4
    key: [parent, name]
    fields: {id: {sequence: 1}, parent: {ref: node.id, as: parent_node}, name: {template: "n{row}"}}
""",
    )
    database.script("CREATE TABLE node (id integer PRIMARY KEY, parent integer, name text);")
    outcome = upsert(spec, database)
    assert (outcome.code, outcome.json["error"]) == (
        2,
        "rows are told by keys that refer to each other in a circle: `node` → `node`",
    )


def test_a_plan_shows_no_cleaning(tmp_path: Path, database: Database) -> None:
    spec = write_spec(tmp_path, USERS)
    database.script(TABLES)
    before = database.everything()
    plan = call("plan", spec, "--mode", "upsert", "--database-url", database.url, "--format", "json").json
    assert (plan["mode"], plan["clean"], [step["rows"] for step in plan["insert"]]) == ("upsert", [], [4])
    assert database.everything() == before


def test_a_row_that_somebody_is_changing_is_waited_for(tmp_path: Path, postgres_url: str) -> None:
    """Rows that are there are locked before they are compared, even where they seem to be as they should."""
    database, spec = Database(postgres_url, None), write_spec(tmp_path, USERS)
    database.script(TABLES)
    assert counts(upsert(spec, database)) == {"user": (4, 0)}
    with psycopg.connect(postgres_url) as application:
        application.execute("""UPDATE "user" SET age = 1 WHERE email = 'u1@seed.test'""")
        waited = upsert(spec, database, "--lock-timeout", "0.1")
        assert (waited.code, "waited 0.1 s" in waited.json["error"]) == (1, True)
        application.commit()
    assert counts(upsert(spec, database)) == {"user": (0, 1)}


def test_a_null_in_a_key_is_like_no_other(tmp_path: Path, database: Database) -> None:
    spec = write_spec(
        tmp_path,
        """
  thing: {count: 2, key: [a, b], fields: {a: {sequence: 1}, b: {expr: "nullif(a, 1)"}}}
""",
    )
    database.script("CREATE TABLE thing (a integer, b integer);")
    assert counts(upsert(spec, database)) == {"thing": (2, 0)}
    assert counts(upsert(spec, database)) == {"thing": (1, 0)}
