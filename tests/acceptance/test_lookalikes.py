"""Rows of somebody's that look like the spec's, or hang on its rows: each case is one that a run once took."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tool import Outcome, run

HEAD = "seedspec: 1\nname: s\nseed: 1\n"
Execute = Callable[[str], list[tuple[Any, ...]]]
Database = tuple[str, Execute]


@pytest.fixture(params=["postgres", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """An empty database, and how the application runs a statement in it."""

    def on_sqlite(statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(tmp_path / "app.db")) as connection:
            found = connection.execute(statement).fetchall()
            connection.commit()
            return found

    if request.param == "sqlite":
        on_sqlite("CREATE TABLE other (id text)")
        return f"sqlite:///{tmp_path / 'app.db'}", on_sqlite
    url = request.getfixturevalue("postgres_url")

    def on_postgres(statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(url) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    return url, on_postgres


def apply(url: str, folder: Path, body: str, *flags: object) -> Outcome:
    (folder / "s.yaml").write_text(HEAD + body)
    return run("apply", folder / "s.yaml", "--database-url", url, *flags)


def test_of_equal_rows_no_more_go_than_the_spec_makes(database: Database, tmp_path: Path) -> None:
    url, execute = database
    execute("CREATE TABLE log (level text, message text)")
    for _ in range(5):
        execute("INSERT INTO log VALUES ('info', 'started'), ('info', 'Started')")
    body = "entities:\n  log: {count: 2, fields: {level: info, message: started}}\n"
    for _ in range(2):
        assert apply(url, tmp_path, body).code == 0
        assert execute("SELECT count(*) FROM log WHERE message = 'Started'") == [(5,)]
        assert execute("SELECT count(*) FROM log WHERE message = 'started'") == [(5,)]


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
