"""`apply --mode upsert` changes no row that is somebody's: by the filter of its table, or by what it hangs on."""

from pathlib import Path
from typing import Any

import pytest
from upserts import Database, counts, make_database, upsert, write_spec, writes_nothing

from tool import call


@pytest.fixture(params=["postgres", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    return make_database(request, tmp_path)


TABLES = """
CREATE TABLE users (id integer PRIMARY KEY, email text UNIQUE);
CREATE TABLE conv (id integer PRIMARY KEY, owner_id integer, title text);
CREATE TABLE orders (id integer PRIMARY KEY, buyer_id integer REFERENCES users, note text);
INSERT INTO users VALUES (1000, 'real@x.com');
"""
USERS = """
  users:
    count: 2
    key: email
    fields: {id: {sequence: 1}, email: {template: "u{row}@seedling.test"}}
"""
CONV = """
  conv:
    per: {users: 1}
    key: id
    fields: {id: {sequence: 1}, owner_id: {ref: users.id}, title: {template: "talk {row}"}}
"""
ORDERS = """
  orders:
    per: {users: 1}
    key: id
    fields: {id: {sequence: 1}, buyer_id: {ref: users.id}, note: {template: "order {row}"}}
"""
CLEANUP = """cleanup:
  users: {email: {ends_with: "@seedling.test"}}
  conv: {owner_id: {equals: {removed: users.id}}}
"""


def with_cleanup(spec: Path, cleanup: str) -> Path:
    spec.write_text(spec.read_text().replace("entities:\n", cleanup + "entities:\n", 1))
    return spec


def refused(spec: Path, database: Database, listed: str, count: int = 1) -> None:
    """The upsert is refused for these rows and changes nothing, and the plan says so."""
    before = database.everything()
    outcome = upsert(spec, database)
    assert outcome.code == 3, outcome.out + outcome.err
    assert outcome.json["error"] == (
        f"{count} row{'s' if count > 1 else ''} that may be somebody's would be updated, being none that the cleanup "
        f"names: {listed}"
    )
    found = planned(spec, database)
    assert f"apply would refuse this: {outcome.json['error']}; {outcome.json['help']}" in found["notes"]
    assert database.everything() == before


def planned(spec: Path, database: Database) -> Any:
    outcome = call("plan", spec, "--database-url", database.url, "--mode", "upsert", "--format", "json")
    assert outcome.code == 0, outcome.out + outcome.err
    return outcome.json


def done(spec: Path, database: Database) -> dict[str, tuple[int, int]]:
    """What the upsert does, which is what the plan says and after which nothing is left to do."""
    steps = planned(spec, database)["upsert"]
    found = counts(upsert(spec, database))
    assert found == {step["table"]: (step["new"], step["updated"]) for step in steps}
    writes_nothing(spec, database)
    return found


def test_a_row_that_a_filter_by_what_goes_does_not_match_is_refused(tmp_path: Path, database: Database) -> None:
    spec = with_cleanup(write_spec(tmp_path, USERS + CONV), CLEANUP)
    database.script(TABLES + "INSERT INTO conv VALUES (1, 1000, 'REAL CONV'), (2, NULL, 'NOBODY''S');")
    refused(spec, database, "2 of `conv`: 1, 2", 2)
    database.script("DELETE FROM conv WHERE id = 2;")
    refused(spec, database, "1 of `conv`: 1")


def test_a_filter_by_what_goes_knows_the_rows_of_the_spec(tmp_path: Path, database: Database) -> None:
    """By the key that a row keeps, by the one that it is to get, and by the filter of an earlier, larger seeding."""
    spec = with_cleanup(write_spec(tmp_path, USERS + CONV.replace("users: 1}", "users: 2}")), CLEANUP)
    database.script(TABLES + "INSERT INTO users VALUES (77, 'u1@seedling.test'), (99, 'u9@seedling.test');")
    database.script("INSERT INTO conv VALUES (1, 77, 'a'), (2, 2, 'b'), (3, 99, 'c');")
    assert done(spec, database) == {"users": (1, 0), "conv": (1, 3)}
    database.script("UPDATE conv SET owner_id = 1 WHERE id = 1;")
    refused(spec, database, "1 of `conv`: 1")  # which no user of the spec is


def test_a_filter_by_what_another_such_filter_takes(tmp_path: Path, database: Database) -> None:
    """Tables may ask for each other's rows."""
    spec = with_cleanup(
        write_spec(
            tmp_path,
            USERS.replace("count: 2", "count: 1")
            + """
  conv: {count: 1, key: id, fields: {id: 1, owner_id: {ref: users.id}, title: talk}}
  message: {count: 4, key: id, fields: {id: {sequence: 1}, conv_id: {ref: conv.id}, text: hello}}
""",
        ),
        CLEANUP.replace("{owner_id", "{any: [{id: {in: {removed: message.conv_id}}}, {owner_id").rstrip()
        + "]}\n  message: {conv_id: {in: {removed: conv.id}}}\n".replace("]}", "]}", 1),
    )
    database.script(TABLES + "CREATE TABLE message (id integer, conv_id integer, text text);")
    database.script("""
        INSERT INTO users VALUES (99, 'u9@seedling.test');
        INSERT INTO conv VALUES (8, 99, 'of an earlier seeding'), (9, 1000, 'real');
        INSERT INTO message VALUES (1, 1, 'x'), (2, 8, 'x'), (3, 9, 'x');
    """)
    refused(spec, database, "1 of `message`: 3")
    database.script("DELETE FROM message WHERE id = 3;")
    assert done(spec, database) == {"users": (1, 0), "conv": (1, 0), "message": (2, 2)}


def test_a_filter_by_a_column_that_the_spec_leaves_to_the_database(tmp_path: Path, database: Database) -> None:
    """Of users, no filter says more than that."""
    spec = with_cleanup(
        write_spec(tmp_path, USERS + CONV), "cleanup: {conv: {owner_id: {equals: {removed: users.number}}}}\n"
    )
    database.script(TABLES + "ALTER TABLE users ADD COLUMN number integer;")
    database.script("UPDATE users SET number = 500; INSERT INTO users VALUES (77, 'u1@seedling.test', 7);")
    database.script("INSERT INTO conv VALUES (1, 7, 'a'), (2, 500, 'REAL');")
    refused(spec, database, "1 of `conv`: 2")
    database.script("UPDATE conv SET owner_id = 7;")
    assert counts(upsert(spec, database)) == {"users": (1, 0), "conv": (0, 2)}


def test_an_array_that_shares_what_goes(tmp_path: Path, database: Database) -> None:
    text = CONV.replace("owner_id: {ref: users.id}", "people: {list: {ref: users.id}, count: 1}")
    spec = with_cleanup(
        write_spec(tmp_path, USERS + text),
        CLEANUP.replace("owner_id: {equals", "people: {overlaps"),
    )
    column = "integer[]" if database.file is None else "text"
    database.script(TABLES.replace("owner_id integer", f"people {column}"))
    real, mine = ("'{1000,1001}'", "'{1000,99}'") if database.file is None else ("'[1000,1001]'", "'[1000,99]'")
    database.script(f"""
        INSERT INTO users VALUES (99, 'u9@seedling.test');
        INSERT INTO conv VALUES (1, {real}, 'REAL CONV'), (2, {mine}, 'with a real one');
    """)
    refused(spec, database, "1 of `conv`: 1")
    database.script("DELETE FROM conv WHERE id = 1;")
    assert done(spec, database) == {"users": (2, 0), "conv": (1, 1)}


def test_a_row_that_hangs_on_somebodys_is_refused(tmp_path: Path, database: Database) -> None:
    """Its table has no filter. Of the other rows one hangs on nobody, and one on a row of an earlier seeding."""
    spec = with_cleanup(write_spec(tmp_path, USERS + ORDERS.replace("users: 1}", "users: 2}")), CLEANUP)
    database.script(TABLES + "INSERT INTO users VALUES (99, 'u9@seedling.test');")
    database.script("INSERT INTO orders VALUES (1, 1000, 'REAL ORDER'), (2, NULL, 'x'), (3, 99, 'x');")
    refused(spec, database, "1 of `orders`: 1")
    database.script("DELETE FROM orders WHERE id = 1;")
    assert done(spec, database) == {"users": (2, 0), "orders": (2, 2)}


def test_the_rows_of_every_table_are_listed(tmp_path: Path, database: Database) -> None:
    spec = with_cleanup(write_spec(tmp_path, USERS + CONV + ORDERS), CLEANUP)
    database.script(TABLES + "INSERT INTO conv VALUES (1, 1000, 'REAL CONV'), (2, 1000, 'REAL CONV');")
    database.script("INSERT INTO orders VALUES (1, 1000, 'REAL ORDER');")
    refused(spec, database, "2 of `conv`: 1, 2; 1 of `orders`: 1", 3)


def test_what_is_somebodys_and_stays_as_it_is_stops_nothing(tmp_path: Path, database: Database) -> None:
    spec = with_cleanup(write_spec(tmp_path, USERS + ORDERS), CLEANUP)
    database.script(TABLES + "INSERT INTO orders VALUES (7, 1000, 'REAL ORDER');")
    assert done(spec, database) == {"users": (2, 0), "orders": (2, 0)}
    assert database.rows("SELECT * FROM orders WHERE id = 7") == [(7, 1000, "REAL ORDER")]


def test_each_of_several_foreign_keys_counts(tmp_path: Path, database: Database) -> None:
    """Two of them refer to one table, and one has several parts; NULL in any of these refers to no row."""
    spec = with_cleanup(
        write_spec(tmp_path, "  parcel: {count: 3, key: id, fields: {id: {sequence: 1}, note: seeded}}\n"),
        'cleanup: {place: {name: {ends_with: "@seedling.test"}}}\n',
    )
    database.script("""
        CREATE TABLE place (a integer, b integer, name text, PRIMARY KEY (a, b));
        CREATE TABLE parcel (id integer PRIMARY KEY, from_a integer, to_a integer, b integer, note text,
                             FOREIGN KEY (from_a, b) REFERENCES place, FOREIGN KEY (to_a, b) REFERENCES place);
        INSERT INTO place VALUES (1, 1, 'x@seedling.test'), (1, 2, 'real'), (2, 1, 'real'), (2, 2, 'y@seedling.test');
        INSERT INTO parcel VALUES (1, 1, 2, 1, 'x'), (2, 1, 2, NULL, 'x'), (3, 1, 1, 1, 'x');
    """)
    refused(spec, database, "1 of `parcel`: 1")
    database.script("UPDATE parcel SET to_a = NULL WHERE id = 1;")
    assert done(spec, database) == {"parcel": (0, 3)}


LINES = """
  product: {count: 1, key: id, fields: {id: 1}}
  line:
    count: 2
    key: id
    fields: {id: {sequence: 1}, product_id: {ref: product.id}, order_id: {ref: orders.id}, amount: 5}
"""
LINE_TABLES = """
CREATE TABLE product (id integer PRIMARY KEY);
CREATE TABLE line (id integer PRIMARY KEY, product_id integer REFERENCES product, order_id integer REFERENCES orders,
                   amount integer);
"""


@pytest.mark.parametrize("follows", [None, "order_id", "product_id"])
def test_it_hangs_on_somebodys_through_further_tables(tmp_path: Path, database: Database, follows: str | None) -> None:
    """Unless its cleanup says that another foreign key decides whose a row is."""
    cleanup = CLEANUP.split("  conv")[0] + (f"  line: {{follows: {follows}}}\n" if follows else "")
    spec = with_cleanup(write_spec(tmp_path, USERS + ORDERS + LINES), cleanup)
    database.script(TABLES + LINE_TABLES)
    database.script("""
        INSERT INTO orders VALUES (9, 1000, 'REAL ORDER');
        INSERT INTO product VALUES (1);
        INSERT INTO line VALUES (1, 1, 9, 1), (2, 1, NULL, 1);
    """)
    if follows == "product_id":
        assert done(spec, database)["line"] == (0, 2)
    else:
        refused(spec, database, "1 of `line`: 1")


def test_tables_that_hang_on_each_other_end(tmp_path: Path, database: Database) -> None:
    spec = with_cleanup(
        write_spec(
            tmp_path,
            USERS
            + """
  post: {count: 3, key: id, fields: {id: {sequence: 1}, text: hello}}
""",
        ),
        CLEANUP.split("  conv")[0],
    )
    database.script(TABLES)
    database.script("""
        CREATE TABLE post (id integer PRIMARY KEY, text text, parent integer REFERENCES post,
                           by integer REFERENCES users);
        CREATE TABLE pin (id integer PRIMARY KEY, post_id integer REFERENCES post);
        ALTER TABLE post ADD COLUMN pin_id integer REFERENCES pin;
        INSERT INTO post VALUES (10, 'real', NULL, 1000, NULL), (1, 'x', NULL, NULL, NULL), (2, 'x', 1, NULL, NULL),
                                (3, 'x', 10, NULL, NULL);
        INSERT INTO pin VALUES (1, 1), (2, 10);
        UPDATE post SET pin_id = 1 WHERE id = 1;
    """)
    refused(spec, database, "1 of `post`: 3")
    database.script("UPDATE post SET parent = NULL WHERE id = 3; UPDATE post SET pin_id = 2 WHERE id = 2;")
    refused(spec, database, "1 of `post`: 2")
    database.script("UPDATE post SET pin_id = NULL;")
    assert done(spec, database)["post"] == (0, 3)


def test_a_parent_of_which_the_spec_makes_no_row(tmp_path: Path, database: Database) -> None:
    """Its filter alone says whose it is; a table that the cleanup names and nobody has tells nothing."""
    spec = with_cleanup(
        write_spec(tmp_path, "  orders: {count: 2, key: id, fields: {id: {sequence: 1}, note: seeded}}\n"),
        CLEANUP.split("  conv")[0] + "  nowhere: {id: {equals: {removed: never.id}}}\n",
    )
    database.script(TABLES + "INSERT INTO users VALUES (99, 'u9@seedling.test');")
    database.script("INSERT INTO orders VALUES (1, 1000, 'REAL ORDER'), (2, 99, 'x');")
    refused(spec, database, "1 of `orders`: 1")
    database.script("UPDATE orders SET buyer_id = 99;")
    assert done(spec, database) == {"orders": (0, 2)}


def test_a_filter_that_asks_for_no_column_is_a_fault(tmp_path: Path, database: Database) -> None:
    spec = with_cleanup(write_spec(tmp_path, USERS + CONV), CLEANUP.replace("users.id", "users.idd"))
    database.script(TABLES + "INSERT INTO conv VALUES (1, 1000, 'REAL CONV');")
    outcome = upsert(spec, database)
    assert (outcome.code, outcome.json["error"]) == (2, "the table `users` has no column `idd`")


def test_rows_that_only_the_database_says_hang_on_cleaned_ones_are_not_warned_about(
    tmp_path: Path, database: Database
) -> None:
    spec = with_cleanup(write_spec(tmp_path, USERS + ORDERS + CONV), CLEANUP.split("  conv")[0])
    at = ("--database-url", database.url, "--format", "json")
    database.script(TABLES)
    for outcome in (call("plan", spec, *at), call("plan", spec, "--mode", "upsert", *at), call("apply", spec, *at)):
        assert outcome.code == 0, outcome.out
        assert [each["message"] for each in outcome.json["warnings"]] == [
            "no cleanup entry reaches `conv`, whose keys are plain numbers"
        ]
