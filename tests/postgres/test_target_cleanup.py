"""Which rows a cleanup takes from Herafi's database, and that it takes no other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest
from psycopg import sql

from seedengine.diagnostics import DatabaseError, InvalidCall, Refused
from seedengine.spec.cleanup import RowFilter
from seedengine.targets.protocol import GeneratedRows, Removal, Target
from seedengine.targets.url import open_target
from tool import rows_by_table

DATA = Path(__file__).parents[1] / "data" / "herafi"
Connection = psycopg.Connection[tuple[Any, ...]]

SEEDED = """
INSERT INTO "User" (id, email, "updatedAt", "isProvider", "createdAt") VALUES
  ('p1', 'provider1@herafi-seed.test', '2026-01-01', true, '2026-01-01'),
  ('b1', 'buyer1@herafi-seed.test', '2026-01-01', false, '2026-01-01');
INSERT INTO "Account" (id, "userId", type, provider, "providerAccountId") VALUES ('acc', 'b1', 'oauth', 'x', '1');
INSERT INTO "Session" (id, "sessionToken", "userId", expires) VALUES ('ses', 't', 'p1', '2030-01-01');
INSERT INTO "PortfolioImage" (id, "userId", "imageUrl") VALUES ('img', 'p1', 'u');
INSERT INTO "Gig" (id, slug, title, description, category, "pricingTiers", "providerId", "updatedAt") VALUES
  ('g1', 's1', 't', 'd', 'PLUMBING', '{}', 'p1', '2026-01-01'),
  ('g2', 's2', 't', 'd', 'HVAC', '{}', 'p1', '2026-01-01');
INSERT INTO "Order" (id, "buyerId", "providerId", "gigId", "selectedTier", "tierSnapshot", "totalPrice", "updatedAt")
  VALUES ('o1', 'b1', 'p1', 'g1', 'basic', '{}', 5, '2026-01-01');
INSERT INTO "Review" (id, "buyerId", "orderId", "providerId", "gigId", rating, "updatedAt")
  VALUES ('r1', 'b1', 'o1', 'p1', 'g1', 5, '2026-01-01');
INSERT INTO "Conversation" (id, "participantIds") VALUES
  ('seed', ARRAY['p1', 'b1']), ('mixed', ARRAY['real_user_carla', 'p1']),
  ('real', ARRAY['real_user_carla']), ('none', NULL);
INSERT INTO "Message" (id, "conversationId", "senderId", content) VALUES
  ('m1', 'seed', 'p1', 'x'), ('m2', 'mixed', 'real_user_carla', 'x'), ('m3', 'real', 'real_user_carla', 'x');
"""


@pytest.fixture
def herafi(postgres_url: str) -> Iterator[tuple[Target, Connection]]:
    """The real rows' database."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute((DATA / "schema.sql").read_text())
        connection.execute((DATA / "real_rows.sql").read_text())
        target = open_target(postgres_url)
        yield target, connection
        target.close()


Herafi = tuple[Target, Connection]

USERS = Removal("User", RowFilter.model_validate({"email": {"ends_with": "@herafi-seed.test"}}))
TALKS = Removal("Conversation", RowFilter.model_validate({"participantIds": {"overlaps": {"removed": "User.id"}}}))
MESSAGES = Removal("Message", follows="conversationId")


def hashes(connection: Connection) -> dict[str, object]:
    """An order-free hash of every table."""
    tables = connection.execute("SELECT relname FROM pg_stat_user_tables ORDER BY 1").fetchall()
    query = sql.SQL("SELECT sum(hash_record_extended(t, 0)::numeric) FROM {} t")
    return {name: connection.execute(query.format(sql.Identifier(name))).fetchone() for (name,) in tables}


def clean(target: Target, *removals: Removal) -> dict[str, int]:
    with target.begin() as transaction:
        found = rows_by_table(transaction.find(removals))
        deleted = transaction.delete()
        assert found == deleted
    return dict(deleted)


def where(table: str, **conditions: object) -> Removal:
    return Removal(table, RowFilter.model_validate(conditions))


def test_exactly_the_seeded_rows_go(herafi: Herafi) -> None:
    target, connection = herafi
    before = hashes(connection)
    connection.execute(SEEDED)
    connection.execute("""DELETE FROM "Conversation" WHERE id IN ('real', 'none')""")
    with target.begin(read_only=True) as transaction:
        planned = rows_by_table(transaction.find([USERS, TALKS, MESSAGES]))
    deleted = clean(target, USERS, TALKS, MESSAGES)
    expected = {
        "User": 2, "Conversation": 2, "Message": 2, "Account": 1, "Session": 1, "PortfolioImage": 1, "Gig": 2,
        "Order": 1, "Review": 1,
    }  # fmt: skip
    assert deleted == planned == expected
    assert hashes(connection) == before
    order = list(deleted)
    for child, parent in [("Review", "Order"), ("Order", "Gig"), ("Gig", "User"), ("Message", "Conversation")]:
        assert order.index(child) < order.index(parent)
    assert clean(target, USERS, TALKS, MESSAGES) == {}


def test_without_the_conversations_a_message_hangs_on_its_sender_alone(herafi: Herafi) -> None:
    target, connection = herafi
    connection.execute(SEEDED)
    assert clean(target, USERS)["Message"] == 1
    assert connection.execute("""SELECT id FROM "Message" WHERE id IN ('m1', 'm2', 'm3') ORDER BY 1""").fetchall() == [
        ("m2",), ("m3",),
    ]  # fmt: skip


def test_a_real_users_order_of_a_seeded_gig_goes_with_it(herafi: Herafi) -> None:
    target, connection = herafi
    connection.execute(SEEDED)
    connection.execute("""UPDATE "Order" SET "buyerId" = 'real_user_carla' WHERE id = 'o1'""")
    assert clean(target, USERS, TALKS, MESSAGES)["Order"] == 1


def test_a_row_that_would_be_orphaned_is_refused(herafi: Herafi) -> None:
    target, connection = herafi
    connection.execute(SEEDED)
    connection.execute("""INSERT INTO "Message" (id, "conversationId", "senderId", content)
        SELECT 'orphan' || lpad(n::text, 2, '0'), 'real', 'p1', 'x' FROM generate_series(1, 21) n""")
    before = hashes(connection)
    with pytest.raises(Refused) as caught:
        clean(target, USERS, TALKS, MESSAGES)
    assert caught.value.message.startswith(
        "21 rows of `Message` would stay, as `conversationId` decides, "
        "while the `User` that `senderId` refers to goes: "
        "orphan01, orphan02,"
    )
    assert caught.value.message.endswith("orphan20, …")
    assert hashes(connection) == before


def test_follows_must_name_a_foreign_key(herafi: Herafi) -> None:
    with pytest.raises(InvalidCall, match="`follows: conversation` of `Message` is no foreign key") as caught:
        clean(herafi[0], USERS, Removal("Message", follows="conversation"))
    assert caught.value.help == "did you mean `conversationId`?"


def test_missing_tables_are_left_out_and_missing_columns_refused(herafi: Herafi) -> None:
    target, _ = herafi
    assert clean(target, where("Nowhere", id={"equals": "x"})) == {}
    assert clean(target, where("User", id={"in": {"removed": "Nowhere.id"}})) == {}
    with pytest.raises(InvalidCall, match="the table `User` has no column `emial`") as caught:
        clean(target, where("User", emial={"equals": "x"}))
    assert caught.value.help == "did you mean `email`?"
    with pytest.raises(InvalidCall, match="the table `User` has no column `idd`"):
        clean(target, where("Gig", id={"in": {"removed": "User.idd"}}))


ODD = """
CREATE TYPE kind AS ENUM ('A', 'B');
CREATE DOMAIN named AS text;
CREATE TABLE odd (id int PRIMARY KEY, mail text, kind kind, kinds kind[], u uuid, us uuid[],
  at timestamp, tz timestamptz, d date, n numeric, ok boolean, j jsonb, name named, ci varchar(3));
INSERT INTO odd VALUES
 (1, 'x@herafi_seed.test', 'A', '{A}', '00000000-0000-0000-0000-00000000000a', '{00000000-0000-0000-0000-00000000000a}',
  '2026-01-01 10:00', '2026-01-01 10:00Z', '2026-01-01', 1.50, true, '["a", 1]', 'n', 'abc'),
 (2, 'x@herafiXseed.test', 'B', '{A,B}', NULL, NULL, '2026-01-02', '2026-01-02', '2026-01-02',
  2, false, '{"a": 1}', '100%', 'abd'),
 (3, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
"""

CONDITIONS: list[tuple[dict[str, object], set[int]]] = [
    ({"mail": {"ends_with": "@herafi_seed.test"}}, {1}),
    ({"mail": {"starts_with": "x@herafi"}}, {1, 2}),
    ({"mail": {"starts_with": "x@herafi_"}}, {1}),
    ({"mail": {"contains": "i_seed"}}, {1}),
    ({"mail": {"contains": "%%"}}, set()),
    ({"name": {"equals": "100%"}}, {2}),
    ({"name": {"ends_with": "0%"}}, {2}),
    ({"mail": {"equals": "' OR '1'='1"}}, set()),
    ({"kind": {"equals": "A"}}, {1}),
    ({"kind": {"in": ["A", "B"]}}, {1, 2}),
    ({"kind": {"in": []}}, set()),
    ({"u": {"equals": "00000000-0000-0000-0000-00000000000A"}}, {1}),
    ({"kinds": {"overlaps": ["B"]}}, {2}),
    ({"us": {"overlaps": ["00000000-0000-0000-0000-00000000000a"]}}, {1}),
    ({"us": {"overlaps": {"removed": "odd.u"}}, "id": {"in": [1, 2, 3]}}, set()),
    ({"j": {"overlaps": ["1"]}}, {1}),
    ({"id": {"equals": 2}}, {2}),
    ({"n": {"equals": 1.5}}, {1}),
    ({"ok": {"equals": True}}, {1}),
    ({"ok": {"equals": False}}, {2}),
    ({"at": {"before": "2026-01-01T10:00:01Z"}}, {1}),
    ({"at": {"before": "2026-01-01T11:00:00+02:00"}}, set()),
    ({"tz": {"after": "2026-01-01T12:00:01+02:00"}}, {2}),
    ({"tz": {"before": "2026-01-01T10:00:01"}}, {1}),
    ({"d": {"after": "2026-01-01"}}, {2}),
    ({"mail": {"is_null": True}}, {3}),
    ({"mail": {"is_null": False}, "kind": {"equals": "B"}}, {2}),
    ({"ci": {"equals": "abcdef"}}, set()),
    ({"any": [{"kind": {"equals": "A"}}, {"id": {"equals": 3}}]}, {1, 3}),
    ({"all": [{"kind": {"equals": "A"}}, {"id": {"equals": 3}}]}, set()),
    ({"id": {"in": [1, 2, 3]}, "not": {"kind": {"equals": "A"}}}, {2, 3}),
    ({"any": [{"kind": {"equals": "A"}}, {"us": {"overlaps": {"removed": "odd.u"}}}]}, {1}),
    ({}, set()),
]


def test_every_condition(herafi: Herafi) -> None:
    target, connection = herafi
    connection.execute(ODD)
    for conditions, expected in CONDITIONS:
        ids = {id for id in (1, 2, 3) if _goes(target, conditions, id)}
        assert ids == expected, conditions


def _goes(target: Target, conditions: dict[str, object], id: int) -> bool:
    both = {"all": [conditions, {"id": {"equals": id}}]}
    with target.begin(read_only=True) as transaction:
        return bool(transaction.find([where("odd", **both)]))


def test_what_cannot_be_compared_is_refused(herafi: Herafi) -> None:
    target, connection = herafi
    connection.execute(ODD)
    with pytest.raises(InvalidCall, match=r"`odd\.mail` is no array"):
        clean(target, where("odd", mail={"overlaps": ["x"]}))
    with pytest.raises(DatabaseError, match="invalid input value for enum kind"):
        clean(target, where("odd", kind={"equals": "C"}))
    with pytest.raises(InvalidCall, match="inside `not`"):
        clean(target, where("odd", id={"equals": 1}, **{"not": {"u": {"in": {"removed": "odd.u"}}}}))


def test_removed_values_are_followed_in_circles(herafi: Herafi) -> None:
    target, connection = herafi
    connection.execute("""
        CREATE TABLE a (id int PRIMARY KEY, b text); CREATE TABLE b (id int PRIMARY KEY, a int);
        INSERT INTO a VALUES (1, NULL), (2, '20'), (3, '30'), (4, '99');
        INSERT INTO b VALUES (20, 1), (30, 2), (40, 4), (50, NULL);""")
    deleted = clean(
        target,
        where("a", any=[{"id": {"equals": 1}}, {"b": {"in": {"removed": "b.id"}}}]),
        where("b", a={"in": {"removed": "a.id"}}),
    )
    assert deleted == {"a": 3, "b": 2}


CIRCLE = """
CREATE TABLE store (id int PRIMARY KEY, boss int NOT NULL);
CREATE TABLE staff (id int PRIMARY KEY, store int NOT NULL REFERENCES store ON DELETE CASCADE,
  chief int REFERENCES staff);
INSERT INTO store VALUES (1, 10), (2, 20);
INSERT INTO staff VALUES (10, 1, NULL), (11, 1, 10), (20, 2, NULL), (21, 2, 11);
ALTER TABLE store ADD FOREIGN KEY (boss) REFERENCES staff ON DELETE CASCADE;
CREATE TABLE tenant (t int, id int, PRIMARY KEY (t, id));
CREATE TABLE part (t int, up int, n int GENERATED ALWAYS AS IDENTITY, FOREIGN KEY (t, up) REFERENCES tenant);
INSERT INTO tenant VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO part (t, up) VALUES (1, 1), (1, 1), (NULL, 1), (1, NULL), (2, 1);
CREATE SCHEMA other;
CREATE TABLE other.hidden (id int PRIMARY KEY, staff int REFERENCES staff ON DELETE SET NULL);
INSERT INTO other.hidden VALUES (1, 11), (2, 20);
"""


def test_circles_self_references_and_tables_of_other_schemas(herafi: Herafi) -> None:
    target, connection = herafi
    connection.execute(CIRCLE)
    assert clean(target, where("store", id={"equals": 1})) == {"store": 1, "staff": 3, "other.hidden": 1}
    assert connection.execute("SELECT id FROM staff").fetchall() == [(20,)]
    assert connection.execute("SELECT id FROM other.hidden").fetchall() == [(2,)]


def test_a_composite_key_with_a_null_refers_to_nothing(herafi: Herafi) -> None:
    target, connection = herafi
    connection.execute(CIRCLE)
    assert clean(target, where("tenant", t={"equals": 1}, id={"equals": 1})) == {"tenant": 1, "part": 2}
    assert connection.execute("SELECT t, up FROM part ORDER BY n").fetchall() == [(None, 1), (1, None), (2, 1)]


def test_tables_without_a_primary_key_and_partitions(herafi: Herafi) -> None:
    target, connection = herafi
    connection.execute("""
        CREATE TABLE loose (v int, note json); INSERT INTO loose SELECT n % 2, '{}' FROM generate_series(1, 10) n;
        CREATE TABLE log (at date, who text) PARTITION BY RANGE (at);
        CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
        CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        INSERT INTO log VALUES ('2025-05-05', 'us'), ('2026-05-05', 'us'),
          ('2026-05-05', 'them'), ('2025-05-05', 'them');""")
    assert clean(target, where("loose", v={"equals": 1}), where("log", who={"equals": "us"})) == {"loose": 5, "log": 2}
    assert connection.execute("SELECT count(*) FROM log WHERE who = 'them'").fetchone() == (2,)
    assert clean(target, Removal("log", everything=True)) == {"log": 2}


def test_a_key_that_refers_to_one_partition_finds_no_row_of_another(herafi: Herafi) -> None:
    target, connection = herafi
    connection.execute("""
        CREATE TABLE log (id int, area int, who text, PRIMARY KEY (id, area)) PARTITION BY LIST (area);
        CREATE TABLE log_1 PARTITION OF log FOR VALUES IN (1);
        CREATE TABLE log_2 PARTITION OF log FOR VALUES IN (2, 3) PARTITION BY LIST (area);
        CREATE TABLE log_2_2 PARTITION OF log_2 FOR VALUES IN (2);
        ALTER TABLE log_1 ADD UNIQUE (id);
        ALTER TABLE log_2_2 ADD UNIQUE (id);
        CREATE TABLE first (id int PRIMARY KEY, log int REFERENCES log_1 (id));
        CREATE TABLE second (id int PRIMARY KEY, log int REFERENCES log_2_2 (id));
        CREATE TABLE third (id int PRIMARY KEY, log int, area int, FOREIGN KEY (log, area) REFERENCES log_2);
        INSERT INTO log VALUES (1, 1, 'us'), (1, 2, 'them'), (2, 1, 'them'), (2, 2, 'us');
        INSERT INTO first VALUES (1, 1), (2, 2);
        INSERT INTO second VALUES (1, 1), (2, 2);
        INSERT INTO third VALUES (1, 1, 2), (2, 2, 2);""")
    assert clean(target, where("log", who={"equals": "us"})) == {"first": 1, "second": 1, "third": 1, "log": 2}
    left = connection.execute("SELECT id FROM first UNION ALL SELECT id FROM second UNION ALL SELECT id FROM third")
    assert left.fetchall() == [(2,), (1,), (1,)]


def test_generated_rows_are_those_whose_columns_are_all_equal_to_the_letter(herafi: Herafi) -> None:
    target, connection = herafi
    connection.execute("""
        CREATE TABLE made (id uuid PRIMARY KEY, name text, price numeric, at timestamp(3), tags text[], j json);
        INSERT INTO made
        SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid, NULL, 1.5, '2026-01-01', '{a}', '{"k":1}'
        FROM generate_series(1, 5) n;
        UPDATE made SET price = 1.50 WHERE id::text LIKE '%5';
        UPDATE made SET name = 'changed' WHERE id::text LIKE '%2';
        UPDATE made SET j = NULL WHERE id::text LIKE '%3';""")
    rows = pl.DataFrame(
        {
            "id": [f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2, 3, 5, 9)],
            "name": [None] * 5,
            "price": [1.5] * 5,
            "at": ["2026-01-01"] * 5,
            "tags": [["a"]] * 5,
            "j": [{"k": 1.0}] * 5,
        },
        schema_overrides={"name": pl.Null},
    )
    whole = GeneratedRows(tuple(rows.columns), lambda: [rows[:2], rows[2:]])
    with target.begin(read_only=True) as transaction:
        assert rows_by_table(transaction.find([Removal("made", generated=(whole,))])) == {"made": 1}
    keys = GeneratedRows(("id",), lambda: [rows.select("id")])
    assert clean(target, Removal("made", generated=(whole, keys))) == {"made": 4}
    assert connection.execute("SELECT right(id::text, 1) FROM made").fetchall() == [("4",)]


def test_rows_found_are_locked_until_the_end(herafi: Herafi) -> None:
    target, connection = herafi
    connection.execute(SEEDED)
    connection.execute("SET lock_timeout = '50ms'")
    with target.begin() as transaction:
        transaction.find([USERS])
        with pytest.raises(psycopg.errors.LockNotAvailable):
            connection.execute("""INSERT INTO "Session" VALUES ('new', 'tok', 'p1', '2030-01-01')""")
        connection.execute("""INSERT INTO "Session" VALUES ('new', 'tok', 'real_user_carla', '2030-01-01')""")


def test_a_trigger_that_keeps_a_row_rolls_everything_back(herafi: Herafi) -> None:
    target, connection = herafi
    connection.execute(SEEDED)
    connection.execute("""
        CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER keep BEFORE DELETE ON "Session" FOR EACH ROW EXECUTE FUNCTION keep();""")
    before = hashes(connection)
    with pytest.raises(DatabaseError, match="0 rows of `Session` were deleted where 1 were found"):
        clean(target, USERS, TALKS, MESSAGES)
    assert hashes(connection) == before


def test_row_level_security_is_an_error_and_no_silent_filter(herafi: Herafi, postgres_url: str) -> None:
    _, connection = herafi
    connection.execute(SEEDED)
    connection.execute("""
        CREATE ROLE limited LOGIN PASSWORD 'limited'; GRANT ALL ON ALL TABLES IN SCHEMA public TO limited;
        ALTER TABLE "Gig" ENABLE ROW LEVEL SECURITY;""")
    try:
        _, _, rest = postgres_url.rpartition("@")
        target = open_target(f"postgresql://limited:limited@{rest}")
        with pytest.raises(Refused, match="row-level security of `Gig` hides rows") as caught:
            clean(target, USERS, TALKS, MESSAGES)
        assert caught.value.help
        target.close()
    finally:
        connection.execute("DROP OWNED BY limited; DROP ROLE limited")


def test_names_with_every_odd_character(herafi: Herafi) -> None:
    target, connection = herafi
    name = "a\"b'c;d%e%se:f\\g h\nÿ؟"
    quoted = '"' + name.replace('"', '""') + '"'
    connection.execute(f"CREATE TABLE {quoted} ({quoted} text PRIMARY KEY, up text REFERENCES {quoted}, k int)")
    rows = pl.DataFrame({name: ["1", "2", "3"], "up": ["1", "1", None]})
    with target.begin() as transaction:
        assert transaction.load(name, rows.columns, [rows]) == 3
        assert transaction.update(name, [name], ["k"], [pl.DataFrame({name: ["1"], "k": [5]})]) == 1
    assert clean(target, where(name, **{name: {"equals": "1"}})) == {name: 2}
