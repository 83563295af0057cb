"""Tables from which others inherit: PostgreSQL shows the rows of these among their own, and an upsert leaves them."""

from pathlib import Path

import psycopg
import pytest
from upserts import Database, counts, upsert, write_spec, writes_nothing

from tool import call

SPEC = """
  base:
    count: 3
    key: email
    fields: {id: {uuid: {}}, email: {template: "u{row}@seed.test"}, note: {template: "note {row}"}}
  child:
    per: {base: 1}
    key: no
    fields: {no: {sequence: 1}, base_id: {ref: base.id}}
"""
TABLES = """
CREATE TABLE base (id uuid PRIMARY KEY, email text{unique}, note text);
CREATE TABLE sub (extra text) INHERITS (base);
CREATE TABLE child (no integer PRIMARY KEY, base_id uuid REFERENCES base);
INSERT INTO sub VALUES ('00000000-0000-0000-0000-000000000001', 'u1@seed.test', 'REAL', 'x');
INSERT INTO sub VALUES ('00000000-0000-0000-0000-000000000002', 'u2@seed.test', 'note 2', 'x');
INSERT INTO base VALUES ('00000000-0000-0000-0000-000000000003', 'u2@seed.test', 'old');
"""
REAL = "SELECT id::text, email, note, extra FROM sub ORDER BY id"


@pytest.fixture(params=["", " UNIQUE"], ids=["by text", "by key"])
def database(request: pytest.FixtureRequest, postgres_url: str) -> Database:
    database = Database(postgres_url, None)
    database.script(TABLES.format(unique=request.param))
    return database


def planned(spec: Path, database: Database) -> dict[str, tuple[int, int]]:
    plan = call("plan", spec, "--database-url", database.url, "--mode", "upsert", "--format", "json").json
    return {step["table"]: (step["new"], step["updated"]) for step in plan["upsert"]}


@pytest.mark.parametrize("options", [(), ("--unwitnessed",)])
def test_rows_of_an_inheriting_table_are_left_alone(
    tmp_path: Path, database: Database, options: tuple[str, ...]
) -> None:
    spec, real = write_spec(tmp_path, SPEC), database.rows(REAL)
    assert planned(spec, database) == {"base": (2, 1), "child": (3, 0)}
    assert counts(upsert(spec, database, *options)) == {"base": (2, 1), "child": (3, 0)}
    assert database.rows(REAL) == real
    assert database.rows("SELECT email, note FROM ONLY base ORDER BY email") == [
        (f"u{row}@seed.test", f"note {row}") for row in (1, 2, 3)
    ]
    followed = "SELECT email FROM child JOIN ONLY base ON id = base_id ORDER BY no"
    assert database.rows(followed) == [("u1@seed.test",), ("u2@seed.test",), ("u3@seed.test",)]
    writes_nothing(spec, database)
    assert planned(spec, database) == {"base": (0, 0), "child": (0, 0)}


def test_what_comes_last_leaves_them_alone(tmp_path: Path, postgres_url: str) -> None:
    """Rows that refer to each other are set once all are there."""
    database = Database(postgres_url, None)
    spec = write_spec(
        tmp_path,
        """
  node: {count: 2, key: name, fields: {id: {sequence: 1}, name: {template: "n{row}"}, next: {ref: node.id}}}
""",
    )
    database.script("""
        CREATE TABLE node (id integer PRIMARY KEY, name text, next integer REFERENCES node);
        CREATE TABLE sub () INHERITS (node);
        INSERT INTO sub VALUES (1, 'n1', 7), (2, 'n2', NULL);
    """)
    assert counts(upsert(spec, database)) == {"node": (2, 0)}
    assert database.rows("SELECT * FROM sub ORDER BY id") == [(1, "n1", 7), (2, "n2", None)]
    writes_nothing(spec, database)


def test_rows_that_a_trigger_takes_elsewhere_are_lost(tmp_path: Path, database: Database) -> None:
    """That an inheriting table has a row of this key does not help."""
    database.script("""
        INSERT INTO sub VALUES ('00000000-0000-0000-0000-000000000009', 'u3@seed.test', 'x', 'x');
        CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN NEW.email = NEW.email || NEW.id; RETURN NEW; END $$;
        CREATE TRIGGER other BEFORE INSERT ON base FOR EACH ROW EXECUTE FUNCTION other();
    """)
    outcome = upsert(write_spec(tmp_path, SPEC), database)
    assert outcome.code == 3
    assert outcome.json["error"].startswith("2 of the rows that came into `base` have another email there")


def test_filters_look_at_the_tables_own_rows(tmp_path: Path, database: Database) -> None:
    """A row that refers to what only an inheriting table has refers to no row that is the spec's."""
    spec = write_spec(tmp_path, SPEC)
    cleanup = 'cleanup: {base: {email: {ends_with: "@seed.test"}}, child: {base_id: {in: {removed: base.id}}}}\n'
    spec.write_text(spec.read_text().replace("entities:\n", cleanup + "entities:\n", 1))
    database.script("ALTER TABLE child DROP CONSTRAINT child_base_id_fkey;")
    database.script("INSERT INTO child VALUES (1, '00000000-0000-0000-0000-000000000001');")
    outcome = upsert(spec, database)
    assert outcome.code == 3
    assert "names: 1 of `child`: 1" in outcome.json["error"]
    database.script("UPDATE child SET base_id = '00000000-0000-0000-0000-000000000003';")
    assert counts(upsert(spec, database)) == {"base": (2, 1), "child": (2, 1)}


def test_a_row_hangs_on_the_tables_own_rows(tmp_path: Path, database: Database) -> None:
    """An inheriting table may have another row of the same key."""
    spec = write_spec(tmp_path, "  child: {count: 1, key: no, fields: {no: 1, note: seeded}}\n")
    cleanup = 'cleanup: {base: {email: {ends_with: "@seed.test"}}}\n'
    spec.write_text(spec.read_text().replace("entities:\n", cleanup + "entities:\n", 1))
    database.script("""
        ALTER TABLE child ADD COLUMN note text;
        INSERT INTO child VALUES (1, '00000000-0000-0000-0000-000000000003', 'x');
        INSERT INTO sub VALUES ('00000000-0000-0000-0000-000000000003', 'real@x.com', 'REAL', 'x');
    """)
    assert counts(upsert(spec, database)) == {"child": (0, 1)}
    database.script("UPDATE ONLY base SET email = 'real@x.com'; UPDATE child SET note = 'x';")
    assert upsert(spec, database).code == 3


def test_a_foreign_key_of_one_part_or_to_one_part(tmp_path: Path, postgres_url: str) -> None:
    """What lies in another part refers to nothing, and nothing refers to it."""
    database = Database(postgres_url, None)
    spec = write_spec(
        tmp_path,
        """
  parcel: {count: 2, key: id, fields: {id: {sequence: 1}, note: seeded}}
  label: {count: 1, key: id, fields: {id: 1, note: seeded}}
""",
    )
    cleanup = 'cleanup: {place: {name: {ends_with: "@seed.test"}}}\n'
    spec.write_text(spec.read_text().replace("entities:\n", cleanup + "entities:\n", 1))
    database.script("""
        CREATE TABLE place (id integer, kind text, name text) PARTITION BY LIST (kind);
        CREATE TABLE town PARTITION OF place FOR VALUES IN ('town');
        CREATE TABLE hill PARTITION OF place FOR VALUES IN ('hill');
        ALTER TABLE town ADD PRIMARY KEY (id);
        CREATE TABLE parcel (id integer, kind text, place_id integer, note text) PARTITION BY LIST (kind);
        CREATE TABLE sent PARTITION OF parcel FOR VALUES IN ('sent');
        CREATE TABLE kept PARTITION OF parcel FOR VALUES IN ('kept');
        ALTER TABLE sent ADD FOREIGN KEY (place_id) REFERENCES town;
        CREATE TABLE label (id integer PRIMARY KEY, place_id integer REFERENCES town, note text);
        INSERT INTO place VALUES (1, 'town', 'x@seed.test'), (1, 'hill', 'real'), (2, 'town', 'real');
        INSERT INTO parcel VALUES (1, 'sent', 1, 'x'), (2, 'kept', 2, 'x');
        INSERT INTO label VALUES (1, 1, 'x');
    """)
    assert counts(upsert(spec, database)) == {"parcel": (0, 2), "label": (0, 1)}
    database.script("UPDATE parcel SET place_id = 2, note = 'x' WHERE id = 1;")
    outcome = upsert(spec, database)
    assert (outcome.code, "`parcel`" in outcome.json["error"]) == (3, True)


def test_verify_compares_the_tables_own_rows(tmp_path: Path, database: Database) -> None:
    spec = write_spec(tmp_path, SPEC)
    at = ("--database-url", database.url, "--format", "json")
    before = call("verify", spec, *at)
    assert before.code == 4
    base = next(each for each in before.json["entities"] if each["entity"] == "base")
    assert (base["missing"], base["changed"]) == (2, 1)
    database.script("DELETE FROM ONLY base;")
    assert counts(upsert(spec, database)) == {"base": (3, 0), "child": (3, 0)}
    assert call("verify", spec, *at).code == 0


def test_verify_counts_equal_rows_of_the_table_alone(tmp_path: Path, postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as application:
        application.execute("CREATE TABLE thing (name text)")
        application.execute("CREATE TABLE sub () INHERITS (thing)")
        application.execute("INSERT INTO sub VALUES ('a')")
        application.execute("INSERT INTO thing VALUES ('a')")
    spec = write_spec(tmp_path, "  thing: {count: 2, fields: {name: a}}\n")
    found = call("verify", spec, "--database-url", postgres_url, "--format", "json")
    assert (found.code, found.json["entities"][0]["missing"]) == (4, 1)
