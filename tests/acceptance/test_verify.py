"""`verify` finds every kind of difference, on either database, and changes nothing."""

from pathlib import Path

import pytest
from verified import Database, applied, apply, differences, postgres, sqlite, verify

from tool import call

SHOP = """
seedspec: 1
name: shop
seed: 3
as_of: 2026-01-01T00:00:00Z
cleanup: {customer: {email: {ends_with: "@shop.test"}}}
entities:
  customer:
    count: 30
    fields:
      id: {uuid: {}}
      email: {template: "c{row}@shop.test"}
      name: {faker: name}
      credit: {decimal: 1.00..90.00, nulls: 30%}
      best: {ref: customer, nulls: 50%}
  purchase:
    per: {customer: 2}
    key: [customer_id, number]
    fields:
      customer_id: {ref: customer}
      number: {expr: row}
      made: {datetime: {from: "as_of - interval '1 year'", to: as_of}}
"""


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return sqlite(tmp_path / "shop.db")
    return postgres(request.getfixturevalue("postgres_url"))


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Path:
    """A spec that has been applied."""
    return applied(database, tmp_path, SHOP)


def test_a_row_that_is_gone_is_missing(shop: Path, database: Database) -> None:
    ((customer,),) = database.execute("SELECT id FROM customer WHERE email = 'c7@shop.test'")
    numbers = database.execute(f"SELECT number FROM purchase WHERE customer_id = '{customer}' ORDER BY number")
    database.execute("UPDATE customer SET best = NULL")
    database.execute(f"DELETE FROM purchase WHERE customer_id = '{customer}'")
    database.execute(f"DELETE FROM customer WHERE id = '{customer}'")
    entities, extra = differences(shop, database)
    assert entities["customer"]["missing_keys"] == [{"id": str(customer)}]
    assert entities["purchase"]["missing"] == 2
    assert entities["purchase"]["missing_keys"] == [
        {"customer_id": str(customer), "number": str(number)} for (number,) in numbers
    ]
    assert extra == {}


def test_a_changed_value_is_shown_as_it_was_meant_and_as_it_is(shop: Path, database: Database) -> None:
    names = database.execute("SELECT id, name, email FROM customer WHERE credit IS NOT NULL")
    id, name, email = names[0]
    database.execute(
        f"UPDATE customer SET name = 'somebody', email = 'other@shop.test', credit = NULL WHERE email = '{email}'"
    )
    entities, extra = differences(shop, database)
    customer = entities["customer"]
    assert (list(entities), extra, customer["missing"], customer["changed"]) == (["customer"], {}, 0, 1)
    assert customer["columns"] == {"email": 1, "name": 1, "credit": 1}
    assert [each["key"] for each in customer["first"]] == [{"id": str(id)}] * 3
    found = {each["column"]: (each["expected"], each["found"]) for each in customer["first"]}
    assert (found["name"], found["email"], found["credit"][1]) == ((name, "somebody"), (email, "other@shop.test"), None)


def test_the_first_changed_values_are_shown_and_all_are_counted(shop: Path, database: Database) -> None:
    ((filled,),) = database.execute("SELECT count(*) FROM customer WHERE credit IS NOT NULL")
    database.execute("UPDATE customer SET name = 'x', credit = NULL")
    customer = differences(shop, database)[0]["customer"]
    assert (customer["changed"], len(customer["first"])) == (30, 20)
    assert customer["columns"] == {"name": 30, "credit": filled}


def test_a_column_that_is_set_after_all_rows_counts_too(tmp_path: Path, postgres_url: str) -> None:
    database = postgres(postgres_url)
    database.execute("CREATE TABLE team (id uuid PRIMARY KEY, lead uuid)")
    database.execute("CREATE TABLE person (id uuid PRIMARY KEY, team uuid NOT NULL REFERENCES team)")
    database.execute("ALTER TABLE team ADD FOREIGN KEY (lead) REFERENCES person")
    spec = applied(
        database,
        tmp_path,
        """
seedspec: 1
name: circle
entities:
  team: {count: 4, fields: {id: {uuid: {}}, lead: {ref: person}}}
  person: {count: 9, fields: {id: {uuid: {}}, team: {ref: team}}}
""",
    )
    assert verify(spec, database.url).code == 0
    database.execute("UPDATE team SET lead = NULL")
    entities, _ = differences(spec, database)
    assert (entities["team"]["columns"], len(entities["team"]["first"])) == ({"lead": 4}, 4)


def test_a_stranger_that_a_cleanup_would_remove_is_extra_and_what_hangs_on_it(shop: Path, database: Database) -> None:
    stranger, real = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
    database.execute(f"INSERT INTO customer (id, email, name) VALUES ('{stranger}', 'x@shop.test', 'x')")
    database.execute(f"INSERT INTO purchase VALUES ('{stranger}', 1, '2026-01-01')")
    if database.url.startswith("postgres"):
        database.execute(f"INSERT INTO customer (id, email, name) VALUES ('{real}', 'real@x.com', 'x')")
    entities, extra = differences(shop, database)
    assert entities == {}
    assert extra == {
        "customer": {"table": "customer", "rows": 1, "keys": [{"id": stranger}]},
        "purchase": {"table": "purchase", "rows": 1, "keys": [{"customer_id": stranger, "number": "1"}]},
    }


KEYLESS = """
seedspec: 1
name: logs
cleanup: {log: {kind: {in: [a, b]}}}
entities:
  log: {count: 40, fields: {kind: {choice: [a, b]}, level: {int: 1..2, nulls: 40%}}}
  more: {table: log, count: 10, fields: {kind: a, level: {int: 1..2}}}
"""


def test_rows_without_a_key_are_counted(database: Database, tmp_path: Path) -> None:
    spec = applied(database, tmp_path, KEYLESS)
    assert verify(spec, database.url).code == 0
    database.execute("INSERT INTO log VALUES ('a', 1)")
    ((rows,),) = database.execute("SELECT count(*) FROM log WHERE kind = 'b' AND level IS NULL")
    assert rows > 1
    database.execute("UPDATE log SET kind = 'a', level = 77 WHERE kind = 'b' AND level IS NULL")
    entities, extra = differences(spec, database)
    assert entities["log and more"]["missing"] == rows
    assert entities["log and more"]["missing_keys"][0] == {"kind": "b", "level": None}
    assert extra["log"]["rows"] == rows + 1
    assert {"kind": "a", "level": "77"} in extra["log"]["keys"]


def test_a_copy_of_a_row_whose_key_the_table_does_not_enforce_is_extra(tmp_path: Path, postgres_url: str) -> None:
    database = postgres(postgres_url)
    database.execute("CREATE TABLE customer (id uuid, email text, name text, credit numeric(6, 2), best uuid)")
    database.execute("CREATE TABLE purchase (customer_id uuid, number int, made timestamptz)")
    spec = applied(database, tmp_path, SHOP)
    assert verify(spec, database.url).code == 0
    database.execute("INSERT INTO customer SELECT * FROM customer WHERE email = 'c1@shop.test'")
    entities, extra = differences(spec, database)
    assert (entities, {table: each["rows"] for table, each in extra.items()}) == ({}, {"customer": 1})


def test_what_a_column_takes_for_equal_is_a_change_all_the_same(tmp_path: Path) -> None:
    database = sqlite(tmp_path / "own.db")
    database.execute("CREATE TABLE u (id TEXT PRIMARY KEY, name TEXT COLLATE NOCASE)")
    text = "seedspec: 1\nname: u\nentities:\n  u: {count: 3, fields: {id: {uuid: {}}, name: Ann}}\n"
    spec = applied(database, tmp_path, text)
    database.execute("UPDATE u SET name = 'ANN'")
    entities, _ = differences(spec, database)
    assert entities["u"]["columns"] == {"name": 3}


def test_without_the_tables_every_row_is_missing_and_none_is_made(tmp_path: Path) -> None:
    database = sqlite(tmp_path / "none.db")
    (tmp_path / "none.db").touch()
    spec = tmp_path / "shop.yaml"
    spec.write_text(SHOP)
    entities, extra = differences(spec, database)
    assert ({name: each["missing"] for name, each in entities.items()}, extra) == ({"customer": 30, "purchase": 60}, {})
    assert not (tmp_path / "none.db").read_bytes()


def test_a_column_that_the_file_lacks_is_a_difference(tmp_path: Path) -> None:
    database = sqlite(tmp_path / "shop.db")
    spec = applied(database, tmp_path, SHOP)
    spec.write_text(SHOP.replace("      name:", "      nick: {faker: first_name}\n      name:"))
    entities, _ = differences(spec, database)
    assert entities["customer"]["lacking"] == ["nick"]
    assert entities["customer"]["missing"] == entities["customer"]["changed"] == 0


@pytest.mark.parametrize("key", ["id: {uuid: {}}, ", ""])
def test_a_value_that_a_column_cannot_hold_is_named(key: str, tmp_path: Path, postgres_url: str) -> None:
    database = postgres(postgres_url)
    database.execute("CREATE TABLE u (id uuid, name varchar(3))")
    spec = tmp_path / "long.yaml"
    fields = f"{{{key}name: {{cycle: [a, long]}}}}"
    spec.write_text(f"seedspec: 1\nname: u\nentities:\n  u: {{count: 3, fields: {fields}}}\n")
    outcome = call("verify", spec, "--database-url", database.url)
    assert outcome.code == 1
    assert "row 2 of `u.name`" in outcome.err


def test_it_changes_nothing(shop: Path, database: Database, tmp_path: Path) -> None:
    database.execute("UPDATE customer SET name = 'other' WHERE email = 'c1@shop.test'")
    tables = ("customer", "purchase")
    before = [sorted(map(str, database.execute(f"SELECT * FROM {table}"))) for table in tables]
    content = (tmp_path / "shop.db").read_bytes() if database.url.startswith("sqlite") else b""
    assert verify(shop, database.url).code == 4
    assert [sorted(map(str, database.execute(f"SELECT * FROM {table}"))) for table in tables] == before
    if content:
        assert (tmp_path / "shop.db").read_bytes() == content


def test_rows_of_one_entity_do_not_stand_for_those_of_another(database: Database, tmp_path: Path) -> None:
    spec = tmp_path / "two.yaml"
    spec.write_text(
        "seedspec: 1\nname: two\nseed: 3\nentities:\n"
        '  a: {table: log, count: 3, fields: {kind: {template: "event-{row}"}, extra: {int: 1..9}}}\n'
        '  b: {table: log, count: 3, fields: {kind: {template: "event-{row}"}}}\n'
    )
    database.execute("CREATE TABLE log (kind text, extra int)")
    apply(spec, database.url)
    assert verify(spec, database.url).code == 0
    database.execute("DELETE FROM log WHERE extra IS NULL")
    outcome = verify(spec, database.url)
    assert outcome.code == 4
    assert {each["entity"]: each["missing"] for each in outcome.json["entities"]} == {"a": 0, "b": 3}
