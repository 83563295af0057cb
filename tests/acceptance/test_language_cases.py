"""The fifteen cases of the language, on both databases: what each holds is asserted in SQL."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from contents import read_postgres, read_sqlite
from oracle import Database, Key, missing_pairs, orphans

from tool import ROOT, call

HEADER = "seedspec: 1\nname: case\nseed: 7\nas_of: 2026-01-01T00:00:00Z\n"

# As text: PyYAML reads YAML 1.1, where the field `no` of one of them is false.
CASES = {
    found["case"]: HEADER + found["entities"]
    for document in (ROOT / "tests/data/language-cases.yaml").read_text(encoding="utf-8").split("\n---\n")
    if (found := re.search(r"^case: (?P<case>.*)\nholds: .*\n(?P<entities>entities:.*)", document, re.M | re.S))
}
ALL = pytest.mark.parametrize("kind", ["sqlite", "postgres"])


@pytest.fixture(scope="module")
def seeded(
    new_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Database]:
    """Gives the database of a case, on one kind of database, after two runs that left the same content."""
    made: dict[tuple[str, str], Database] = {}

    def seed(case: str, kind: str) -> Database:
        if (case, kind) not in made:
            folder = tmp_path_factory.mktemp("case")
            made[case, kind] = apply_twice(case, new_database() if kind == "postgres" else folder / "case.db", folder)
        return made[case, kind]

    return seed


def apply_twice(case: str, location: str | Path, folder: Path) -> Database:
    """Seed a case twice in a new database; both times the content is the same, and no reference leads nowhere."""
    database = Database(location)
    spec = folder / "case.yaml"
    spec.write_text(CASES[case], encoding="utf-8")
    arguments = ["--create-tables"] if database.is_postgres else []
    found = []
    for _ in range(2):
        outcome = call("apply", spec, "--database-url", database.url, *arguments)
        assert outcome.code == 0, outcome.err
        found.append(read_postgres(database.url) if database.is_postgres else read_sqlite(Path(location)))
    assert found[0] == found[1]
    assert any(found[0].values())
    assert not orphans(database)
    return database


Seeded = Callable[[str, str], Database]


def keys(database: Database) -> set[tuple[str, str]]:
    """Which tables refer to which."""
    return {(key.table, key.target) for key in database.foreign_keys()}


@ALL
def test_multi_tenant(seeded: Seeded, kind: str) -> None:
    db = seeded("multi-tenant", kind)
    pairs: tuple[tuple[str, str, str], ...] = (
        ("membership", "user_id", "user"),
        ("membership", "project_id", "project"),
        ("task", "project_id", "project"),
        ("task", "assignee_id", "user"),
    )
    for table, column, target in pairs:
        assert missing_pairs(db, table, [column, "tenant_id"], target, ["id", "tenant_id"]) == 0
    for table in ("user", "project", "membership", "task"):
        assert (table, "tenant") in keys(db)
    assert db.one('SELECT count(*) - count(DISTINCT username) FROM "user"') > 0
    assert not db.rows('SELECT 1 FROM "user" GROUP BY tenant_id, username HAVING count(*) > 1')
    assert not db.rows("SELECT 1 FROM membership GROUP BY project_id, user_id HAVING count(*) > 1")
    assert missing_pairs(db, "task", ["project_id", "assignee_id"], "membership", ["project_id", "user_id"]) == 0
    assert db.one("SELECT count(*) FROM task WHERE assignee_id IS NOT NULL") > 0
    assert db.one("SELECT count(*) FROM task WHERE assignee_id IS NULL") > 0
    assert between(db, "tenant", "user", "tenant_id") <= set(range(20, 41))
    assert between(db, "tenant", "project", "tenant_id") <= {2, 3, 4}
    assert between(db, "project", "membership", "project_id") <= {2, 3, 4, 5}


def between(db: Database, parent: str, child: str, column: str, key: str = "id") -> set[int]:
    """How many children rows of `parent` have."""
    counts = f'SELECT count(c."{column}") FROM "{parent}" p LEFT JOIN "{child}" c ON c."{column}" = p."{key}"'
    return {count for (count,) in db.rows(f'{counts} GROUP BY p."{key}"')}


@ALL
def test_order_total(seeded: Seeded, kind: str) -> None:
    db = seeded("order total", kind)
    totals = (
        'SELECT o.id, o.total - sum(i.unit_price * i.quantity) AS off FROM "order" o JOIN item i ON i.order_id = o.id'
    )
    assert not db.rows(f"SELECT * FROM ({totals} GROUP BY o.id, o.total) x WHERE abs(off) > 0.0001")
    assert db.one('SELECT count(*) FROM "order" WHERE total IS NOT NULL') == 100
    assert not db.rows("SELECT 1 FROM item GROUP BY order_id, product_id HAVING count(*) > 1")
    assert not db.rows("SELECT 1 FROM item i JOIN product p ON p.id = i.product_id WHERE i.unit_price <> p.price")
    assert between(db, "order", "item", "order_id") == {1, 2, 3, 4, 5}
    assert not db.rows("SELECT 1 FROM item WHERE quantity NOT BETWEEN 1 AND 5 OR line_no NOT BETWEEN 1 AND 5")
    assert not db.rows("SELECT 1 FROM product WHERE price NOT BETWEEN 5 AND 90")
    popular = "SELECT count(*) FROM item GROUP BY product_id ORDER BY 1 DESC LIMIT 1"
    assert db.one(popular) > 3 * db.one("SELECT count(*) FROM item") / 50


@ALL
def test_enrolment_many_to_many(seeded: Seeded, kind: str) -> None:
    db = seeded("enrolment, many to many", kind)
    assert between(db, "student", "enrolment", "student_id") == {3, 4, 5, 6}
    assert not db.rows("SELECT 1 FROM enrolment GROUP BY student_id, course_id HAVING count(*) > 1")
    assert db.one("SELECT count(*) FROM access") == 1200
    assert db.one("SELECT count(*) FROM (SELECT DISTINCT student_id, locker_id FROM access) x") == 1200
    assert db.one("SELECT count(DISTINCT locker_id) FROM access") == 30
    assert keys(db) == {
        ("enrolment", "student"),
        ("enrolment", "course"),
        ("access", "student"),
        ("access", "locker"),
    }


@ALL
def test_threads(seeded: Seeded, kind: str) -> None:
    db = seeded("threads, a self-referencing tree", kind)
    replies = "comment c JOIN comment p ON p.id = c.parent_id"
    assert not db.rows(f"SELECT 1 FROM {replies} WHERE c.created_at < p.created_at OR c.post_id <> p.post_id")
    depth = """
        WITH RECURSIVE tree AS (SELECT id, 1 AS depth FROM comment WHERE parent_id IS NULL
            UNION ALL SELECT c.id, t.depth + 1 FROM comment c JOIN tree t ON c.parent_id = t.id)
        SELECT max(depth), count(*) FROM tree"""
    assert db.rows(depth) == [(3, db.one("SELECT count(*) FROM comment"))]
    authors = "SELECT count(*) FROM comment c JOIN post p ON p.id = c.post_id WHERE c.user_id <> p.user_id"
    assert db.one(authors) > 0
    assert not db.rows("SELECT 1 FROM comment c JOIN post p ON p.id = c.post_id WHERE c.created_at < p.created_at")
    assert ("comment", "comment") in keys(db)


@ALL
def test_store_and_staff(seeded: Seeded, kind: str) -> None:
    db = seeded("store and staff, a cycle of tables", kind)
    managers = "store s JOIN staff m ON m.staff_id = s.manager_staff_id AND m.store_id = s.store_id"
    assert db.one(f"SELECT count(*) FROM {managers}") == db.one("SELECT count(*) FROM store") == 3
    assert set(db.foreign_keys()) == {
        Key("staff", ("store_id",), "store", ("store_id",)),
        Key("store", ("manager_staff_id",), "staff", ("staff_id",)),
    }


@ALL
def test_sensors(seeded: Seeded, kind: str) -> None:
    db = seeded("sensors, a time series", kind)
    assert between(db, "sensor", "reading", "sensor_id") == {720}
    step = (
        f"SELECT DISTINCT {db.hours('at', 'lag(at) OVER (PARTITION BY sensor_id ORDER BY at)')} AS hours FROM reading"
    )
    assert {float(hours) for (hours,) in db.rows(step) if hours is not None} == {1.0}
    assert db.one("SELECT count(*) FROM reading WHERE at > '2026-01-01 00:00:00'") == 0
    assert db.one("SELECT count(*) FROM reading WHERE value NOT BETWEEN 10 AND 30 OR value IS NULL") == 0
    assert db.one("SELECT count(DISTINCT value) FROM reading") > 100


@ALL
def test_likes(seeded: Seeded, kind: str) -> None:
    db = seeded("likes, skewed", kind)
    assert db.one("SELECT count(*) FROM post WHERE likes <= 10") * 2 >= db.one("SELECT count(*) FROM post")
    assert db.one("SELECT max(likes) FROM post") > 100
    assert not db.rows('SELECT 1 FROM "like" GROUP BY post_id, user_id HAVING count(*) > 1')
    counts = 'SELECT p.id FROM post p LEFT JOIN "like" l ON l.post_id = p.id'
    assert not db.rows(f"{counts} GROUP BY p.id, p.likes HAVING p.likes <> count(l.post_id)")


@ALL
def test_profile(seeded: Seeded, kind: str) -> None:
    db = seeded("profile, one to one on the same key", kind)
    assert db.one('SELECT count(*) FROM "user"') == 100
    assert db.one("SELECT count(*) FROM profile") == db.one("SELECT count(DISTINCT user_id) FROM profile") == 70
    assert keys(db) == {("profile", "user")}


@ALL
def test_remarks(seeded: Seeded, kind: str) -> None:
    db = seeded("remarks on posts or photos, a polymorphic reference", kind)
    for type_, table in (("Post", "post"), ("Photo", "photo")):
        found = f"remark r LEFT JOIN {table} t ON t.id = r.commentable_id WHERE r.commentable_type = '{type_}'"
        assert db.one(f"SELECT count(*) FROM {found}") > 0
        assert db.one(f"SELECT count(*) FROM {found} AND t.id IS NULL") == 0
    assert db.one("SELECT count(*) FROM remark WHERE commentable_type NOT IN ('Post', 'Photo')") == 0


@ALL
def test_hand_written_rows(seeded: Seeded, kind: str) -> None:
    db = seeded("hand-written rows among random ones", kind)
    assert db.one("SELECT count(*) FROM users") == db.one("SELECT count(DISTINCT id) FROM users") == 102
    assert db.rows("SELECT id, email FROM users WHERE role = 'admin' ORDER BY id") == [
        (1, "root@seed.test"),
        (2, "ops@seed.test"),
    ]
    assert not db.rows("SELECT 1 FROM post p JOIN users u ON u.id = p.author_id WHERE p.byline <> u.email")
    roles = "SELECT DISTINCT u.role FROM post p JOIN users u ON u.id = p.author_id ORDER BY 1"
    assert db.rows(roles) == [("admin",), ("member",)]


@ALL
def test_accounts_with_a_life_cycle(seeded: Seeded, kind: str) -> None:
    db = seeded("accounts with a life cycle", kind)
    assert not db.rows("SELECT 1 FROM account WHERE (deleted_at IS NOT NULL) <> (status = 'deleted')")
    assert not db.rows("SELECT 1 FROM account WHERE deleted_at < created_at")
    assert not db.rows("SELECT 1 FROM account WHERE (reason IS NOT NULL) <> (status IN ('suspended', 'deleted'))")
    assert {status for (status,) in db.rows("SELECT DISTINCT status FROM account")} == {
        "active",
        "suspended",
        "deleted",
    }
    logins = "login l JOIN account a ON a.id = l.account_id"
    assert not db.rows(f"SELECT 1 FROM {logins} WHERE a.status = 'deleted' OR l.at < a.created_at")
    assert db.one("SELECT count(DISTINCT account_id) FROM login") == db.one(
        "SELECT count(*) FROM account WHERE status <> 'deleted'"
    )


@ALL
def test_a_ledger(seeded: Seeded, kind: str) -> None:
    db = seeded("a ledger", kind)
    assert db.one("SELECT count(*) FROM entry") == 200
    transfers = "SELECT transfer FROM entry GROUP BY transfer"
    assert not db.rows(
        f"{transfers} HAVING count(*) <> 2 OR count(DISTINCT account_id) <> 2 OR abs(sum(amount)) > 0.0001"
    )
    balances = "SELECT a.id FROM account a LEFT JOIN entry e ON e.account_id = a.id GROUP BY a.id, a.balance"
    assert not db.rows(f"{balances} HAVING abs(coalesce(a.balance, 0) - coalesce(sum(e.amount), 0)) > 0.0001")
    assert db.one("SELECT count(DISTINCT balance) FROM account") > 5
    assert keys(db) == {("entry", "account")}


@ALL
def test_sections_and_bookings(seeded: Seeded, kind: str) -> None:
    db = seeded("sections and bookings, composite foreign keys", kind)
    assert missing_pairs(db, "booking", ["course_code", "section_no"], "section", ["course_code", "no"]) == 0
    assert db.one("SELECT count(*) FROM booking WHERE course_code IS NOT NULL AND section_no IS NOT NULL") == 300
    assert Key("booking", ("course_code", "section_no"), "section", ("course_code", "no")) in db.foreign_keys()
    assert between(db, "course", "section", "course_code", "code") <= {1, 2, 3}


@ALL
def test_shops_near_cities(seeded: Seeded, kind: str) -> None:
    db = seeded("shops near cities, reference data that is never written", kind)
    assert db.tables() == {"shop"}
    far = """
        SELECT s.id FROM shop s LEFT JOIN (SELECT 'Aden' AS name, 12.79 AS lat, 45.03 AS lng
            UNION ALL SELECT 'Taiz', 13.58, 44.02) c ON c.name = s.city
        WHERE c.name IS NULL OR abs(s.lat - c.lat) > 0.0500001 OR abs(s.lng - c.lng) > 0.0500001"""
    assert not db.rows(far)
    shops = dict(db.rows("SELECT city, count(*) FROM shop GROUP BY city"))
    assert shops["Aden"] + shops["Taiz"] == 200
    assert shops["Aden"] == pytest.approx(160, abs=25)
    assert not db.rows("SELECT 1 FROM shop WHERE location NOT LIKE 'POINT(4_.% 1_.%)'")


@ALL
def test_a_funnel_of_events(seeded: Seeded, kind: str) -> None:
    db = seeded("a funnel of events", kind)
    counts = dict(db.rows("SELECT kind, count(*) FROM events GROUP BY kind"))
    assert counts == {"signup": 1000, "activation": 600, "purchase": 120}
    assert not db.rows("SELECT 1 FROM events GROUP BY kind, user_key HAVING count(*) > 1")
    for kind_, before in (("activation", "signup"), ("purchase", "activation")):
        pair = (
            f"events e LEFT JOIN events b ON b.user_key = e.user_key AND b.kind = '{before}' WHERE e.kind = '{kind_}'"
        )
        assert not db.rows(f"SELECT 1 FROM {pair} AND (b.id IS NULL OR e.at < b.at)")
        assert not db.rows(f"SELECT 1 FROM {pair} AND {db.hours('e.at', 'b.at')} > 7 * 24")


def test_every_case_has_a_test() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert len(CASES) == 15
    assert [case for case in CASES if f'seeded("{case}", kind)' not in source] == []


def test_the_oracle_finds_what_leads_nowhere(tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    file = tmp_path / "broken.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            "CREATE TABLE p (a, b, PRIMARY KEY (a, b)); INSERT INTO p VALUES (1, 2);"
            "CREATE TABLE c (a, b, FOREIGN KEY (a, b) REFERENCES p (a, b));"
            "INSERT INTO c VALUES (1, 2), (1, NULL), (2, 1);"
        )
    found: Any = orphans(Database(file))
    assert found == {Key("c", ("a", "b"), "p", ("a", "b")): 1}
