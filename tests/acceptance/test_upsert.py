"""`apply --mode upsert` on both databases: what is new comes, what differs is put right, the rest is left alone."""

from pathlib import Path

import pytest
from upserts import POSTS, TABLES, USERS, Database, counts, make_database, upsert, write_spec, writes_nothing

from tool import ROOT, call

EXAMPLES = [*sorted((ROOT / "specs").glob("*.yaml")), ROOT / "tests" / "property" / "everything.yaml"]


@pytest.fixture(params=["postgres", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    return make_database(request, tmp_path)


@pytest.mark.parametrize("spec", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_comes_whole_and_a_second_run_writes_nothing(spec: Path, database: Database) -> None:
    made = counts(upsert(spec, database, "--allow-python", "--create-tables"))
    assert all(inserted and not updated for inserted, updated in made.values())
    writes_nothing(spec, database, "--allow-python")
    replaced = call("apply", spec, "--database-url", database.url, "--allow-python")
    assert replaced.code == 0, replaced.err
    writes_nothing(spec, database, "--allow-python")
    plan = call("plan", spec, "--database-url", database.url, "--allow-python", "--mode", "upsert", "--format", "json")
    steps = {step["table"]: (step["new"], step["updated"], step["unchanged"]) for step in plan.json["upsert"]}
    assert steps == {table: (0, 0, inserted) for table, (inserted, _) in made.items()}


def test_rows_come_are_put_right_and_others_are_left_alone(tmp_path: Path, database: Database) -> None:
    spec = write_spec(tmp_path, USERS + POSTS)
    database.script(TABLES)
    database.script("""INSERT INTO "user" VALUES ('real', 'real@x.com', 99, 'mine');""")
    assert counts(upsert(spec, database)) == {"user": (4, 0), "posts": (8, 0), "replies": (8, 0)}
    made = database.everything()
    writes_nothing(spec, database)
    database.script("""
        UPDATE "user" SET age = 1 WHERE email = 'u2@seed.test';
        UPDATE "user" SET note = 'kept' WHERE email = 'u3@seed.test';
        UPDATE posts SET title = NULL WHERE no = 1;
        DELETE FROM replies WHERE by = (SELECT id FROM "user" WHERE email = 'u1@seed.test');
    """)
    assert counts(upsert(spec, database)) == {"user": (0, 1), "posts": (0, 4), "replies": (2, 0)}
    assert [len(rows) for rows in database.everything().values()] == [len(rows) for rows in made.values()]
    assert database.rows("""SELECT age, note FROM "user" WHERE id = 'real'""") == [(99, "mine")]
    assert database.rows("""SELECT note FROM "user" WHERE email = 'u3@seed.test'""") == [("kept",)]
    assert database.rows("""SELECT count(*) FROM "user" WHERE age = 1""") == [(0,)]
    assert database.rows("SELECT count(*) FROM posts WHERE title IS NULL") == [(0,)]
    writes_nothing(spec, database)


def test_children_follow_rows_that_are_there_under_another_key(tmp_path: Path, database: Database) -> None:
    spec = write_spec(tmp_path, USERS + POSTS)
    database.script(TABLES)
    database.script("""
        INSERT INTO "user" VALUES ('theirs', 'u1@seed.test', 1, 'mine');
        INSERT INTO posts VALUES ('their post', 'theirs', 2, 'old');
    """)
    assert counts(upsert(spec, database)) == {"user": (3, 1), "posts": (7, 1), "replies": (8, 0)}
    assert database.rows("""SELECT id, note FROM "user" WHERE email = 'u1@seed.test'""") == [("theirs", "mine")]
    assert database.rows("SELECT id, title FROM posts WHERE author = 'theirs' AND no = 2") == [("their post", "post 2")]
    assert database.rows("SELECT count(*) FROM posts WHERE author = 'theirs'") == [(2,)]
    # No foreign key says where `by` leads: the spec does.
    assert database.rows("SELECT count(*) FROM replies WHERE by = 'theirs'") == [(2,)]
    assert database.rows("SELECT count(*) FROM replies WHERE to_post = 'their post'") == [(1,)]
    assert database.rows("""SELECT count(*) FROM replies r JOIN "user" u ON u.id = r.by""") == [(8,)]
    writes_nothing(spec, database)


def test_numbers_that_are_somebodys_are_not_mistaken(tmp_path: Path, database: Database) -> None:
    """The spec's 1 is 2 in the database, where 2 is 1: each is followed once, by what it was made as."""
    spec = write_spec(
        tmp_path,
        """
  place: {count: 2, key: code, fields: {id: {sequence: 1}, code: {template: "p{row}"}}}
  spot: {per: {place: 1}, key: name, fields: {id: {sequence: 1}, place: {ref: place.id}, name: {template: "s{row}"}}}
""",
    )
    database.script("""
        CREATE TABLE place (id integer PRIMARY KEY, code text UNIQUE);
        CREATE TABLE spot (id integer PRIMARY KEY, place integer REFERENCES place, name text UNIQUE);
        INSERT INTO place VALUES (2, 'p1'), (1, 'p2');
    """)
    assert counts(upsert(spec, database)) == {"place": (0, 0), "spot": (2, 0)}
    assert database.rows("SELECT name, code FROM spot s JOIN place p ON p.id = s.place ORDER BY 1") == [
        ("s1", "p1"),
        ("s2", "p2"),
    ]
    writes_nothing(spec, database)


def test_parts_of_a_composite_key_follow_together(tmp_path: Path, database: Database) -> None:
    """A member's own key holds its tenant's, which is another there; its manager is one of the same tenant."""
    spec = write_spec(
        tmp_path,
        """
  tenant: {count: 2, key: slug, fields: {id: {sequence: 1}, slug: {template: "t{row}"}}}
  member:
    per: {tenant: 3}
    key: [tenant_id, email]
    fields:
      tenant_id: {ref: tenant.id}
      no: {expr: nth}
      email: {template: "m{nth}@{tenant.slug}.test"}
      boss_no: {expr: "case when nth > 1 then 1 end"}
  badge: {per: {member: 1}, fields: {id: {sequence: 1}, tenant_id: {ref: member.tenant_id}, no: {ref: member.no}}}
""",
    )
    database.script("""
        CREATE TABLE tenant (id integer PRIMARY KEY, slug text UNIQUE);
        CREATE TABLE member (tenant_id integer REFERENCES tenant, no integer, email text NOT NULL, boss_no integer,
                             PRIMARY KEY (tenant_id, no), FOREIGN KEY (tenant_id, boss_no) REFERENCES member);
        CREATE TABLE badge (id integer PRIMARY KEY, tenant_id integer NOT NULL, no integer NOT NULL,
                            FOREIGN KEY (tenant_id, no) REFERENCES member);
        INSERT INTO tenant VALUES (7, 't1');
        INSERT INTO member VALUES (7, 70, 'm1@t1.test', NULL);
    """)
    assert counts(upsert(spec, database)) == {"tenant": (1, 0), "member": (5, 0), "badge": (6, 0)}
    assert database.rows("SELECT tenant_id, no, boss_no FROM member ORDER BY 1, 2") == [
        (2, 1, None),
        (2, 2, 1),
        (2, 3, 1),
        (7, 2, 70),
        (7, 3, 70),
        (7, 70, None),
    ]
    assert database.rows("SELECT tenant_id, no FROM badge ORDER BY id") == [
        (7, 70),
        (7, 2),
        (7, 3),
        (2, 1),
        (2, 2),
        (2, 3),
    ]
    writes_nothing(spec, database)


CIRCLE = """
  team:
    count: 3
    key: name
    fields: {id: {uuid: {}}, name: {template: "team {row}"}, lead_id: {aggregate: {first: person.id}}}
  person:
    per: {team: 2}
    key: email
    fields:
      id: {uuid: {}}
      team_id: {ref: team.id}
      email: {template: "p{row}@seed.test"}
      friend_id: {ref: person.id, as: friend, distinct_from: this}
"""


def test_circles_and_rows_of_one_table_follow_too(tmp_path: Path, database: Database) -> None:
    spec = write_spec(tmp_path, CIRCLE)
    database.script("""
        CREATE TABLE team (id varchar(36) PRIMARY KEY, name text NOT NULL UNIQUE, lead_id varchar(36));
        CREATE TABLE person (id varchar(36) PRIMARY KEY, team_id varchar(36) NOT NULL REFERENCES team,
                             email text NOT NULL UNIQUE, friend_id varchar(36) NOT NULL REFERENCES person);
        INSERT INTO team VALUES ('old team', 'team 1', NULL);
        INSERT INTO person VALUES ('old person', 'old team', 'p1@seed.test', 'old person');
    """)
    if database.file is None:
        database.script("ALTER TABLE team ADD FOREIGN KEY (lead_id) REFERENCES person;")
    assert counts(upsert(spec, database)) == {"team": (2, 1), "person": (5, 1)}
    assert database.rows("SELECT lead_id FROM team WHERE id = 'old team'") == [("old person",)]
    assert database.rows("SELECT count(*) FROM team t JOIN person p ON p.id = t.lead_id AND p.team_id = t.id") == [(3,)]
    assert database.rows("SELECT count(*) FROM person p JOIN person f ON f.id = p.friend_id AND f.id <> p.id") == [(6,)]
    writes_nothing(spec, database)


TYPES = """
CREATE TYPE mood AS ENUM ('sad', 'so so');
CREATE DOMAIN short AS varchar(5) CHECK (value <> 'x');
CREATE TABLE thing (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code char(8) NOT NULL UNIQUE, price numeric(6,1),
    loose numeric, small real, big double precision, moment timestamptz(0), local timestamp(1), day date,
    hour timetz, span interval, plain json, packed jsonb, moods mood[], mood mood, short short, bytes bytea,
    spot point, net inet, during int4range, bits bit(4), fee money,
    doubled numeric GENERATED ALWAYS AS (price * 2) STORED
)
"""
THINGS = """
  thing:
    count: 30
    key: code
    fields:
      id: {sequence: 1}
      code: {template: "c{row}"}
      price: {decimal: 0.001..9.999}
      loose: {choice: ["1.50", "1.5000"]}
      small: {float: 0..1}
      big: {float: 0..1, distribution: {normal: {mean: 0.5, sd: 0.1}}}
      moment: {datetime: {from: "as_of - interval '1 hour'", to: as_of}}
      local: {datetime: {from: "as_of - interval '1 hour'", to: as_of}}
      day: {datetime: {from: "as_of - interval '9 days'", to: as_of}}
      hour: {choice: ["01:02:03.456+02", "04:05-08"]}
      span: {choice: ["30 days", "1 month", "720:00:00"]}
      plain: {object: {b: {int: 1..9}, a: {float: 0..1}}}
      packed: {object: {b: {int: 1..9}, a: {float: 0..1}}}
      moods: {list: {choice: [sad, "so so"]}, count: 0..2}
      mood: {choice: [sad, "so so"], nulls: 30%}
      short: {choice: [a, "a "]}
      bytes: {choice: ['\\x00ff', abc]}
      spot: {choice: ["(1,2)", "(1.10,2)"]}
      net: {choice: ["10.0.0.1", "10.0.0.0/8"]}
      during: {choice: ["[1,3]", "(0,4)"]}
      bits: {choice: ["1010", "0101"]}
      fee: {choice: ["1.005", "2"]}
"""


def test_columns_of_every_type_differ_only_where_they_do(tmp_path: Path, postgres_url: str) -> None:
    database, spec = Database(postgres_url, None), write_spec(tmp_path, THINGS)
    database.script(TYPES)
    assert counts(upsert(spec, database)) == {"thing": (30, 0)}
    writes_nothing(spec, database)
    # All of these are equal to what they were, for PostgreSQL, and none looks so.
    database.script("""
        UPDATE thing SET loose = '1.500' WHERE code = 'c1';
        UPDATE thing SET span = span + '1 day' - '24:00:00'::interval WHERE code = 'c2';
        UPDATE thing SET plain = plain::jsonb WHERE code = 'c3';
    """)
    assert counts(upsert(spec, database)) == {"thing": (0, 3)}
    writes_nothing(spec, database)
