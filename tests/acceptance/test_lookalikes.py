"""Rows of somebody's that look like the spec's, or hang on its rows: each case is one that a run once took."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from upserts import make_database

from tool import Outcome, run

HEAD = "seedspec: 1\nname: s\nseed: 1\n"
Execute = Callable[[str], list[tuple[Any, ...]]]
Database = tuple[str, Execute]


@pytest.fixture(params=["postgres", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database with one table of somebody's, and how the application runs a statement in it."""
    made = make_database(request, tmp_path)
    made.script("CREATE TABLE other (id text)")

    def execute(statement: str) -> list[tuple[Any, ...]]:
        if statement.startswith("SELECT"):
            return made.rows(statement)
        made.script(statement)
        return []

    return made.url, execute


def apply(url: str, folder: Path, body: str, *flags: object) -> Outcome:
    (folder / "s.yaml").write_text(HEAD + body)
    return run("apply", folder / "s.yaml", "--database-url", url, *flags)


def test_more_rows_that_look_the_same_than_the_spec_makes(database: Database, tmp_path: Path) -> None:
    url, execute = database
    execute("CREATE TABLE log (level text, message text)")
    body = "entities:\n  log: {count: 2, fields: {level: info, message: started}}\n"
    execute("INSERT INTO log VALUES ('info', 'Started')")
    for _ in range(2):
        assert apply(url, tmp_path, body).code == 0
        assert execute("SELECT count(*) FROM log") == [(3,)]
    execute("INSERT INTO log VALUES ('info', 'started')")
    for flags in ((), ("--max-deletes", 0)):
        refused = apply(url, tmp_path, body, *flags)
        assert refused.code == 3
        assert execute("SELECT count(*) FROM log") == [(4,)]
    assert (
        "`log` holds more rows that look the same as this spec's than it makes, by 1" in apply(url, tmp_path, body).err
    )
    assert apply(url, tmp_path, body, "--max-deletes", 1).code == 0
    assert execute("SELECT count(*) FROM log") == [(3,)]


def test_entities_of_one_table_that_make_the_same_row(database: Database, tmp_path: Path) -> None:
    url, execute = database
    execute("CREATE TABLE tag (name text, kind text DEFAULT 'x')")
    body = (
        "entities:\n  a: {table: tag, rows: [{name: news}, {name: sport}], fields: {kind: x}}\n"
        "  b: {table: tag, rows: [{name: news}, {name: music}], fields: {kind: x}}\n"
        "  c: {table: tag, rows: [{name: news}]}\n"
    )
    for _ in range(3):
        assert apply(url, tmp_path, body).code == 0
        assert execute("SELECT count(*) FROM tag") == [(5,)]


DEFAULTS = {
    "postgres": ["'{}'::text[]", "ARRAY[]::text[]", "ARRAY['x'::text]"],
    "sqlite": ["'x'", "(1+1)", "1e3", "+1", "(json_array())", '"open"', "0x10"],
}


@pytest.mark.parametrize(("kind", "default"), [(kind, each) for kind, them in DEFAULTS.items() for each in them])
def test_a_row_of_which_somebody_filled_what_has_a_default(
    kind: str, default: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    theirs = "'{mine}'" if kind == "postgres" else "'mine'"
    create = f"CREATE TABLE label (name text, tags {'text[]' if kind == 'postgres' else 'text'} DEFAULT {default})"
    fill = f"INSERT INTO label VALUES ('Urgent', {theirs})"
    body = "entities:\n  label: {rows: [{name: Urgent}]}\n"
    if kind == "postgres":
        url = request.getfixturevalue("postgres_url")
        with psycopg.connect(url) as server:
            server.execute(f"{create}; {fill}".encode())
    else:
        url = f"sqlite:///{tmp_path / 'app.db'}"
        with closing(sqlite3.connect(tmp_path / "app.db")) as file:
            file.executescript(f"{create}; {fill}")
    for removed in (0, 1):
        outcome = apply(url, tmp_path, body, "--format", "json")
        assert outcome.code == 0, outcome.err
        assert [each["removed"] for each in outcome.json["tables"]] == [removed]


def test_a_row_that_somebody_changes_while_it_is_waited_for(postgres_url: str, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(HEAD + "entities:\n  label: {rows: [{name: Urgent}]}\n")
    command = [sys.executable, "-m", "seedengine", "apply", "s.yaml", "--database-url", postgres_url]
    with psycopg.connect(postgres_url, autocommit=True) as watcher, psycopg.connect(postgres_url) as application:
        watcher.execute("CREATE TABLE label (id serial PRIMARY KEY, name text, note text)")
        watcher.execute("INSERT INTO label (name) VALUES ('Urgent')")
        application.execute("UPDATE label SET note = 'precious'")
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        while process.poll() is None and watcher.execute(waiting).fetchone() == (0,):
            pass
        application.commit()
        said, _ = process.communicate()
        assert process.returncode == 0, said
        assert watcher.execute("SELECT note FROM label ORDER BY id").fetchall() == [("precious",), (None,)]


LOOKUP = """cleanup: {city: generated}
entities:
  city: {rows: [{name: Aden}, {name: Taiz}]}
"""


def test_what_hangs_on_a_row_that_is_only_known_by_its_letters(database: Database, tmp_path: Path) -> None:
    url, execute = database
    serial = "serial" if url.startswith("postgres") else "integer"
    execute(f"CREATE TABLE city (id {serial} PRIMARY KEY, name text)")
    execute("CREATE TABLE resident (city integer REFERENCES city, name text)")
    assert apply(url, tmp_path, LOOKUP).code == 0
    execute("INSERT INTO resident SELECT id, 'Rita' FROM city WHERE name = 'Aden'")
    refused = apply(url, tmp_path, LOOKUP)
    assert refused.code == 3
    assert "1 row that may be somebody's would go too, for hanging on rows that go: 1 of `resident`" in refused.err
    assert execute("SELECT name FROM resident") == [("Rita",)]


NUMBERED = """cleanup: {customer: generated, product: generated}
entities:
  customer: {count: 2, fields: {id: {sequence: 1}, name: {template: "Cust {row}"}}}
  product: {count: 2, fields: {id: {sequence: 1}, title: {template: "Prod {row}"}}}
  orders: {count: 3, fields: {id: {sequence: 1}, customer: {ref: customer}, product: {ref: product}}}
"""


def test_orders_of_a_real_customer_where_customers_have_numbers(database: Database, tmp_path: Path) -> None:
    url, execute = database
    execute("CREATE TABLE customer (id integer PRIMARY KEY, name text)")
    execute("CREATE TABLE product (id integer PRIMARY KEY, title text)")
    execute(
        "CREATE TABLE orders (id integer PRIMARY KEY, customer integer REFERENCES customer,"
        " product integer REFERENCES product)"
    )
    for _ in range(2):
        assert apply(url, tmp_path, NUMBERED).code == 0
    execute("INSERT INTO customer VALUES (1001, 'Real Rita')")
    execute("INSERT INTO orders VALUES (1001, 1001, 1)")
    refused = apply(url, tmp_path, NUMBERED)
    assert refused.code == 3
    assert "1 of `orders`: 1001" in refused.err


SHARED = """entities:
  robot: {table: users, rows: [{name: R1}], fields: {id: 11111111-1111-4111-8111-111111111111}}
  person: {table: users, count: 2, fields: {id: {uuid: {}}, name: {template: "P{row}"}}}
"""


def test_bookkeeping_of_the_application_beside_an_entity_without_keys_of_its_own(
    database: Database, tmp_path: Path
) -> None:
    url, execute = database
    kind = "uuid" if url.startswith("postgres") else "text"
    execute(f"CREATE TABLE users (id {kind} PRIMARY KEY, name text, logged_in text)")
    assert apply(url, tmp_path, SHARED).code == 0
    execute("UPDATE users SET logged_in = 'yes' WHERE name = 'P1'")
    assert apply(url, tmp_path, SHARED).code == 0
    assert execute("SELECT count(*) FROM users") == [(3,)]


def test_a_filter_that_does_not_match_what_the_database_makes_of_a_value(tmp_path: Path) -> None:
    body = (
        'cleanup: {slot: {opens: {equals: "08:00"}}}\n'
        "entities:\n  slot: {count: 3, fields: {opens: {time: 08:00..08:00}, note: {faker: word}}}\n"
    )
    refused = apply(f"sqlite:///{tmp_path / 'slots.db'}", tmp_path, body)
    assert refused.code in (2, 3)
    assert not (tmp_path / "slots.db").exists()


def test_what_a_database_takes_for_equal_is_not_the_same_row(database: Database, tmp_path: Path) -> None:
    url, execute = database
    if url.startswith("sqlite"):
        execute("CREATE TABLE tag (id integer PRIMARY KEY, name text COLLATE NOCASE, weight numeric)")
        execute("INSERT INTO tag VALUES (1, 'NEWS', 1), (2, 'news', 1)")
        kept = [(1, "NEWS"), (2, "news")]
    else:
        execute("CREATE TABLE tag (id serial PRIMARY KEY, name text, age interval, price numeric, options jsonb)")
        execute("""INSERT INTO tag (name, age, price, options) VALUES
            ('News', '30 days', 10, '{"a": 1}'), ('News', '1 mon', 10.000, '{"a": 1}'),
            ('News', '1 mon', 10, '{"a": 1.0}')""")
        kept = [(1, "News"), (2, "News"), (3, "News")]
    more = "weight: 1" if url.startswith("sqlite") else 'age: "1 mon", price: 10, options: {object: {a: 1}}'
    body = f"entities:\n  tag: {{rows: [{{name: News, {more}}}]}}\n"
    for _ in range(2):
        assert apply(url, tmp_path, body).code == 0
        assert execute("SELECT id, name FROM tag ORDER BY id")[: len(kept)] == kept
        assert execute("SELECT count(*) FROM tag") == [(len(kept) + 1,)]


SHOP = """entities:
  users: {count: 3, fields: {id: {uuid: {}}, email: {template: "u{row}@x.test"}}}
  gig: {per: {users: 1}, fields: {id: {uuid: {}}, owner: {ref: users}}}
"""
REAL = "00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize("cleanup", ["", "cleanup: {users: generated}\n"])
def test_orders_of_a_real_customer_where_nothing_but_keys_tells_who_is(
    database: Database, cleanup: str, tmp_path: Path
) -> None:
    url, execute = database
    kind = "uuid" if url.startswith("postgres") else "text"
    execute(f"CREATE TABLE users (id {kind} PRIMARY KEY, email text)")
    execute(f"CREATE TABLE gig (id {kind} PRIMARY KEY, owner {kind} REFERENCES users)")
    execute(f"CREATE TABLE orders (gig {kind} REFERENCES gig, buyer {kind} REFERENCES users)")
    assert apply(url, tmp_path, cleanup + SHOP).code == 0
    execute(f"INSERT INTO users VALUES ('{REAL}', 'real@example.org')")
    execute(f"INSERT INTO orders SELECT id, '{REAL}' FROM gig")
    execute("INSERT INTO orders SELECT id, owner FROM gig")
    refused = apply(url, tmp_path, cleanup + SHOP)
    assert refused.code == 3
    assert "3 rows that may be somebody's would go too, for hanging on rows that go: 3 of `orders`" in refused.err
    assert execute("SELECT count(*) FROM orders") == [(6,)]
    assert apply(url, tmp_path, cleanup + SHOP, "--delete-mixed").code == 0
    assert execute("SELECT count(*) FROM orders") == [(0,)]


STAFF = """cleanup: {users: {email: {ends_with: "@seed.test"}}}
entities:
  users: {count: 3, fields: {id: {sequence: 1001}, email: {template: "u{row}@seed.test"}}}
  team: {per: {users: 1}, fields: {id: {sequence: 1}, lead: {ref: users}}}
"""


@pytest.mark.parametrize("hangs", ["boss", "team"])
def test_a_real_person_who_refers_to_a_seeded_one(database: Database, hangs: str, tmp_path: Path) -> None:
    url, execute = database
    execute(
        "CREATE TABLE users (id integer PRIMARY KEY, email text, team integer,"
        " boss integer REFERENCES users ON DELETE SET NULL)"
    )
    execute("CREATE TABLE team (id integer PRIMARY KEY, lead integer REFERENCES users)")
    if url.startswith("postgres"):
        execute("ALTER TABLE users ADD FOREIGN KEY (team) REFERENCES team")
    elif hangs == "team":
        execute("DROP TABLE users")
        execute("CREATE TABLE users (id integer PRIMARY KEY, email text, team integer REFERENCES team, boss integer)")
    assert apply(url, tmp_path, STAFF).code == 0
    execute(f"INSERT INTO users (id, email, {hangs}) VALUES (7, 'real@example.org', {1001 if hangs == 'boss' else 1})")
    refused = apply(url, tmp_path, STAFF)
    assert refused.code == 3
    assert "1 row that may be somebody's would go too, for hanging on rows that go: 1 of `users`: 7" in refused.err
    assert execute("SELECT email FROM users WHERE id = 7") == [("real@example.org",)]


def test_a_key_of_sqlite_goes_by_the_type_of_the_parent(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "app.db")) as connection:
        connection.executescript(
            "CREATE TABLE users (id text PRIMARY KEY, email text);"
            "CREATE TABLE orders (id integer PRIMARY KEY, user_id integer REFERENCES users);"
            "CREATE TABLE notes (id integer PRIMARY KEY, user_id numeric REFERENCES users);"
            "INSERT INTO users VALUES ('1', 'real@example.org'), ('2', 'other@example.org');"
            "INSERT INTO orders VALUES (1, '1'), (2, '2'); INSERT INTO notes VALUES (1, '1')"
        )
        body = (
            'cleanup: {users: {email: {ends_with: "@seed.test"}}}\n'
            "entities:\n"
            '  users: {count: 9, fields: {id: {template: "0{row}"}, email: {template: "u{row}@seed.test"}}}\n'
        )
        for _ in range(2):
            assert apply(f"sqlite:///{tmp_path / 'app.db'}", tmp_path, body).code == 0
        assert connection.execute("SELECT count(*) FROM orders").fetchall() == [(2,)]
        assert connection.execute("SELECT count(*) FROM notes").fetchall() == [(1,)]


def test_keys_of_other_collations(postgres_url: str, tmp_path: Path) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("""
            CREATE TABLE users (id text COLLATE "C" PRIMARY KEY, email text);
            CREATE TABLE orders (id integer PRIMARY KEY, buyer text COLLATE "POSIX" REFERENCES users);
            INSERT INTO users VALUES ('real', 'real@example.org');
            INSERT INTO orders VALUES (100, 'real')""")
    body = (
        'cleanup: {users: {email: {ends_with: "@seed.test"}}}\n'
        'entities:\n  users: {count: 3, fields: {id: {uuid: {}}, email: {template: "u{row}@seed.test"}}}\n'
        "  orders: {count: 3, fields: {id: {sequence: 1}, buyer: {ref: users}}}\n"
    )
    for _ in range(2):
        assert apply(postgres_url, tmp_path, body).code == 0
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT id FROM orders ORDER BY id").fetchall() == [(1,), (2,), (3,), (100,)]
