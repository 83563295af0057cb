"""`specs/herafi.yaml` on PostgreSQL, beside real users: one test a requirement, asked in SQL."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import bcrypt
import psycopg
import pytest
import yaml
from contents import Contents, read_postgres
from herafi import REAL, SPEC, TABLES, fingerprints, new_herafi, variant, writers
from psycopg.rows import dict_row

from tool import ROOT, run, succeed

# The prices of SEED-13 as the requirements list them.
PRICES = """(VALUES
    ('PLUMBING', 75, 150, 150, 300, 300, 600), ('LANDSCAPING', 60, 120, 120, 250, 250, 500),
    ('PAINTING', 100, 200, 200, 400, 400, 800), ('MOVING', 100, 200, 200, 400, 400, 800),
    ('CLEANING', 50, 100, 100, 200, 200, 400), ('CAR_WASHING', 30, 60, 60, 120, 120, 250),
    ('CARPENTRY', 60, 120, 120, 250, 250, 500), ('DIGITAL_DESIGN', 50, 100, 100, 250, 250, 600),
    ('WELDING', 80, 150, 150, 300, 300, 600), ('DIGITAL_WRITING', 40, 80, 80, 150, 150, 300),
    ('ELECTRICAL', 75, 150, 150, 300, 300, 600), ('OTHER', 50, 100, 100, 200, 200, 400),
    ('HVAC', 100, 200, 200, 500, 500, 1200)
) AS p(category, basic_low, basic_high, standard_low, standard_high, premium_low, premium_high)"""

# What the assertions below call the seeded rows.
VIEWS = """
CREATE VIEW users AS
    SELECT *, substring(email from '^[a-z]+') AS kind, substring(email from '[0-9]+')::int AS number FROM "User"
    WHERE right(email, 17) = '@herafi-seed.test';
CREATE VIEW providers AS SELECT * FROM users WHERE kind = 'provider';
CREATE VIEW gigs AS SELECT * FROM "Gig" WHERE id NOT LIKE 'real\\_%';
CREATE VIEW orders AS SELECT * FROM "Order" WHERE id NOT LIKE 'real\\_%';
CREATE VIEW reviews AS SELECT * FROM "Review" WHERE id NOT LIKE 'real\\_%';
CREATE FUNCTION as_of() RETURNS timestamp IMMUTABLE LANGUAGE sql AS $$ SELECT timestamp '2026-02-22' $$;
"""


OTHERS = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""


@dataclass(frozen=True)
class Herafi:
    """A database that was seeded three times, and what was in it before and after each time."""

    url: str
    before: Contents
    writers: dict[str, set[str]]
    real: list[dict[str, Any]]
    all: list[dict[str, Any]]
    connections: list[int]


def others_left(url: str) -> int:
    """The connections that stay: a backend whose client has said goodbye takes a moment to end."""
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(50):
            (count,) = connection.execute(OTHERS).fetchone() or (0,)
            if not count:
                break
            time.sleep(0.1)
    return int(count)


@pytest.fixture(scope="module")
def herafi(new_database: Any, tmp_path_factory: pytest.TempPathFactory) -> Herafi:
    """Three runs, each told in another way which database is meant."""
    url = new_herafi(new_database)
    written = f"{url}?schema=public&connection_limit=5"
    folder = tmp_path_factory.mktemp("application")
    before, written_by = read_postgres(url, TABLES), writers(url)
    real, everything, connections = [fingerprints(url, REAL)], [fingerprints(url)], []
    (folder / ".env").write_text(f'DATABASE_URL="{written}"\n')
    for environment, arguments, cwd in (
        ({"DATABASE_URL": written}, [], None),
        ({}, [], folder),
        ({}, ["--database-url", written], None),
    ):
        succeed("apply", SPEC, *arguments, env=environment, cwd=cwd)
        real.append(fingerprints(url, REAL))
        everything.append(fingerprints(url))
        connections.append(others_left(url))
    with psycopg.connect(url) as connection:
        connection.execute(VIEWS)
    return Herafi(url, before, written_by, real, everything, connections)


@pytest.fixture
def db(herafi: Herafi) -> Iterator[Any]:
    """A connection to the seeded database whose rows are dictionaries."""
    with psycopg.connect(herafi.url, row_factory=dict_row) as connection:
        yield connection


@pytest.fixture(scope="module")
def many(new_database: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database seeded with 300 providers: enough reviews to see how often each kind occurs."""
    url = new_herafi(new_database)
    spec = variant(tmp_path_factory.mktemp("many"), ("count: 15\n", "count: 300\n"))
    succeed("apply", spec, "--database-url", url)
    with psycopg.connect(url) as connection:
        connection.execute(VIEWS)
    return url


def rows(db: Any, query: str) -> list[dict[str, Any]]:
    """What a query finds."""
    found: list[dict[str, Any]] = db.execute(query).fetchall()
    return found


def one(db: Any, query: str) -> Any:
    """The only value that a query finds."""
    (row,) = rows(db, query)
    (value,) = row.values()
    return value


def test_seed_01_texts_are_fakers_and_none_is_in_the_code(db: Any) -> None:
    for locale, parity in (("ar_AA", 1), ("en_US", 0)):
        person = import_module(f"faker.providers.person.{locale}").Provider
        given = {*person.first_names_male, *person.first_names_female}
        for row in rows(db, f'SELECT name, "displayName" FROM users WHERE number % 2 = {parity}'):
            assert row["displayName"] in given
            assert row["name"].removeprefix(row["displayName"]).strip() in set(person.last_names)
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "src").rglob("*.py")).lower()
    assert "herafi" not in code
    assert all(title.lower() not in code for title in titles(db))


def test_seed_02_the_database_is_found_as_the_application_writes_it(herafi: Herafi) -> None:
    # From the environment, from `.env` and as an option: each run wrote the seeded rows.
    assert all(run_["User"] == herafi.all[1]["User"] for run_ in herafi.all[1:])
    assert herafi.all[1]["User"] != herafi.all[0]["User"]


def test_seed_03_users_gigs_orders_and_reviews_come_in_this_order(herafi: Herafi) -> None:
    plan = succeed("plan", SPEC, "--database-url", herafi.url, "--format", "json").json
    inserted = list(dict.fromkeys(step["table"] for step in plan["insert"]))
    assert inserted == ["User", "Gig", "Order", "Review"]
    assert plan["warnings"] == []


def test_seed_04_the_database_ends_the_same_after_every_run(herafi: Herafi) -> None:
    assert herafi.all[1] == herafi.all[2] == herafi.all[3]


def test_seed_05_no_connection_is_left_open(herafi: Herafi) -> None:
    assert herafi.connections == [0, 0, 0]


def test_seed_06_rows_of_real_users_stay_byte_for_byte(herafi: Herafi) -> None:
    assert herafi.real[0] == herafi.real[1] == herafi.real[2] == herafi.real[3]
    assert sum(each["rows"] for each in herafi.real[0].values()) == 24
    assert read_postgres(herafi.url, TABLES, REAL) == herafi.before


def test_seed_06_rows_of_real_users_are_not_even_written_to(herafi: Herafi) -> None:
    assert writers(herafi.url) == herafi.writers


def test_seed_07_fifteen_providers_and_four_buyers_with_their_profiles(db: Any) -> None:
    emails = {row["email"] for row in rows(db, "SELECT email FROM users")}
    assert emails == {f"provider{n}@herafi-seed.test" for n in range(1, 16)} | {
        f"buyer{n}@herafi-seed.test" for n in range(1, 5)
    }
    shown = [
        "name",
        "username",
        "displayName",
        "bio",
        "avatarUrl",
        "image",
        "hashedPassword",
        "emailVerified",
    ]
    provided = [*shown, "providerBio", "professionalSummary"]
    empty = " OR ".join(f"coalesce(\"{column}\"::text, '') = ''" for column in shown)
    assert rows(db, f"SELECT email FROM users WHERE {empty} OR skills IS NULL OR certifications IS NULL") == []
    empty = " OR ".join(f"coalesce(\"{column}\"::text, '') = ''" for column in provided)
    assert rows(db, f"SELECT email FROM providers WHERE {empty} OR skills = '{{}}' OR certifications = '{{}}'") == []
    assert not rows(db, 'SELECT email FROM providers WHERE "yearsOfExperience" NOT BETWEEN 1 AND 20')
    assert one(db, 'SELECT count(DISTINCT "yearsOfExperience") > 5 FROM providers')
    assert not rows(db, "SELECT email FROM users WHERE \"isProvider\" <> (kind = 'provider')")


def test_seed_08_odd_providers_are_arabic_and_even_ones_english(db: Any) -> None:
    texts = "name || ' ' || bio || ' ' || \"providerBio\" || ' ' || \"professionalSummary\""
    arabic = f"({texts}) ~ '[ء-ي]' AND ({texts}) !~ '[A-Za-z]'"
    english = f"({texts}) ~ '[A-Za-z]' AND ({texts}) !~ '[ء-ي]'"
    assert one(db, f"SELECT count(*) FROM providers WHERE number % 2 = 1 AND {arabic}") == 8
    assert one(db, f"SELECT count(*) FROM providers WHERE number % 2 = 0 AND {english}") == 7
    assert not rows(db, "SELECT username FROM users WHERE username !~ '^[a-z0-9._-]+$'")
    assert one(db, "SELECT count(DISTINCT username) FROM users") == 19
    gigs = 'gigs g JOIN providers p ON p.id = g."providerId"'
    assert not rows(db, f"SELECT g.id FROM {gigs} WHERE (g.description ~ '[ء-ي]') <> (p.number % 2 = 1)")


def test_seed_09_avatars(db: Any) -> None:
    base = "https://api.dicebear.com/9.x/avataaars/svg?seed="
    assert not rows(db, f"SELECT email FROM users WHERE \"avatarUrl\" <> '{base}' || email")


def test_seed_10_all_categories_in_turn(db: Any) -> None:
    counts = [row["n"] for row in rows(db, "SELECT category, count(*) AS n FROM gigs GROUP BY category")]
    assert len(counts) == 13
    assert max(counts) - min(counts) <= 1


def test_seed_11_both_genders_in_both_languages(db: Any) -> None:
    for locale, parity in (("ar_AA", 1), ("en_US", 0)):
        person = import_module(f"faker.providers.person.{locale}").Provider
        names = {row["displayName"] for row in rows(db, f'SELECT "displayName" FROM users WHERE number % 2 = {parity}')}
        assert names & (set(person.first_names_male) - set(person.first_names_female))
        assert names & (set(person.first_names_female) - set(person.first_names_male))


def titles(db: Any) -> list[str]:
    """Every title of a seeded gig."""
    return [row["title"] for row in rows(db, "SELECT DISTINCT title FROM gigs")]


def test_seed_12_gigs(db: Any) -> None:
    per_provider = (
        'SELECT p.id, count(g.id) AS n FROM providers p LEFT JOIN gigs g ON g."providerId" = p.id GROUP BY p.id'
    )
    assert {row["n"] for row in rows(db, per_provider)} <= {1, 2, 3}
    assert not rows(db, 'SELECT id FROM gigs WHERE "providerId" NOT IN (SELECT id FROM providers)')
    cases = yaml.safe_load(SPEC.read_text(encoding="utf-8"))["entities"]["gig"]["fields"]["title"]["cases"]
    assert {len(set(case["choice"])) for case in cases.values()} == {3}
    for row in rows(db, "SELECT category::text, title FROM gigs"):
        assert row["title"] in cases[row["category"]]["choice"]
    assert (
        rows(
            db,
            "SELECT id FROM gigs WHERE cardinality(array_remove(string_to_array(description, chr(10)), '')) <> 3",
        )
        == []
    )
    slugged = (
        "btrim(regexp_replace(lower(title), '[^a-z0-9]+', '-', 'g'), '-') || '-' || left(\"providerId\", 8) || '-'"
    )
    numbers = f'SELECT array_agg(substr(slug, length({slugged}) + 1) ORDER BY slug COLLATE "C" DESC) AS found FROM gigs'
    assert not rows(db, f"SELECT slug FROM gigs WHERE left(slug, length({slugged})) <> {slugged}")
    for row in rows(db, f'{numbers} GROUP BY "providerId"'):
        assert sorted(row["found"]) == [str(n + 1) for n in range(len(row["found"]))]
    skills = """
        SELECT p.email FROM providers p JOIN gigs g ON g."providerId" = p.id GROUP BY p.email, p.skills
        HAVING (SELECT array_agg(s ORDER BY s) FROM unnest(p.skills) s)
            <> array_agg(g.category::text ORDER BY g.category::text)"""
    assert not rows(db, skills)


def test_seed_13_pricing_tiers(db: Any) -> None:
    keys = "SELECT DISTINCT (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(t) k) AS keys FROM {}"
    assert rows(db, keys.format('(SELECT "pricingTiers" AS t FROM gigs) x')) == [
        {"keys": ["basic", "premium", "standard"]}
    ]
    for tier, low, high in (("basic", 3, 7), ("standard", 5, 10), ("premium", 7, 14)):
        members = f"(SELECT \"pricingTiers\" -> '{tier}' AS t, category::text FROM gigs) x"
        assert rows(db, keys.format(members)) == [{"keys": ["deliveryDays", "description", "name", "price"]}]
        wrong = f"""
            SELECT t FROM {members} JOIN {PRICES} USING (category)
            WHERE (t -> 'price')::numeric NOT BETWEEN {tier}_low AND {tier}_high
               OR (t -> 'deliveryDays')::numeric NOT BETWEEN {low} AND {high}
               OR mod((t -> 'deliveryDays')::numeric, 1) <> 0
               OR t ->> 'name' <> initcap('{tier}')
               OR length(t ->> 'description') < 5"""
        assert not rows(db, wrong)
    assert one(db, f"SELECT count(*) FROM gigs JOIN {PRICES} ON p.category = gigs.category::text") == one(
        db, "SELECT count(*) FROM gigs"
    )


def test_seed_14_two_images_a_gig(db: Any) -> None:
    image = "'https://picsum.photos/seed/' || slug || '-{}/800/600'"
    assert not rows(db, f"SELECT id FROM gigs WHERE images <> ARRAY[{image.format(1)}, {image.format(2)}]")


def test_seed_15_orders(db: Any) -> None:
    per_gig = 'SELECT g.id, count(o.id) AS n FROM gigs g LEFT JOIN orders o ON o."gigId" = g.id GROUP BY g.id'
    assert {row["n"] for row in rows(db, per_gig)} == {3, 4, 5, 6}
    wrong = """
        SELECT o.id FROM orders o JOIN gigs g ON g.id = o."gigId" JOIN users b ON b.id = o."buyerId"
        WHERE b.kind <> 'buyer' OR o."providerId" <> g."providerId" OR o."buyerId" = g."providerId"
           OR o.status <> 'COMPLETED' OR NOT o."paymentConfirmed" OR o."cancelledAt" IS NOT NULL
           OR o."selectedTier" NOT IN ('basic', 'standard', 'premium')
           OR o."tierSnapshot" <> g."pricingTiers" -> o."selectedTier"
           OR o."totalPrice" <> (o."tierSnapshot" -> 'price')::float
           OR o."createdAt" NOT BETWEEN as_of() - interval '12 months' AND as_of() - interval '3 months'
           OR o."acceptedAt" IS DISTINCT FROM o."createdAt" + interval '1 hour'
           OR o."startedAt" IS DISTINCT FROM o."acceptedAt" + interval '1 day'
           OR o."completedAt" IS NULL OR o."completedAt" NOT BETWEEN o."startedAt" + interval '1 day' AND as_of()"""
    assert not rows(db, wrong)
    assert one(db, 'SELECT count(DISTINCT "selectedTier") FROM orders') == 3
    assert one(db, 'SELECT count(DISTINCT "buyerId") FROM orders') == 4
    assert one(db, "SELECT count(*) FROM orders") == one(
        db, 'SELECT count(*) FROM orders o JOIN gigs g ON g.id = o."gigId" JOIN users b ON b.id = o."buyerId"'
    )


def test_seed_16_reviews(db: Any) -> None:
    per_provider = """
        SELECT p.id, count(DISTINCT r.id) AS n, count(DISTINCT r."orderId") AS orders, (SELECT count(*) FROM orders o
            WHERE o."providerId" = p.id) AS available
        FROM providers p LEFT JOIN reviews r ON r."providerId" = p.id GROUP BY p.id"""
    for row in rows(db, per_provider):
        assert min(3, row["available"]) <= row["n"] <= 8
        assert row["orders"] == row["n"]
    wrong = """
        SELECT r.id FROM reviews r LEFT JOIN orders o ON o.id = r."orderId"
        WHERE o.id IS NULL OR o.status <> 'COMPLETED' OR r."providerId" <> o."providerId" OR r."gigId" <> o."gigId"
           OR r."buyerId" <> o."buyerId\""""
    assert not rows(db, wrong)
    # At random: the reviewed orders are not the first ones of their provider, in whatever order one puts them.
    for order in ("id", '"createdAt"', '"completedAt"', "ctid"):
        first = f"""
            SELECT count(*) FROM reviews r JOIN (SELECT o.id, row_number() OVER (PARTITION BY o."providerId"
                ORDER BY {order}) AS place FROM "Order" o) o ON o.id = r."orderId"
            WHERE place > (SELECT count(*) FROM reviews other WHERE other."providerId" = r."providerId")"""
        assert one(db, first) > 5


def test_seed_17_ratings(db: Any, many: str) -> None:
    assert not rows(db, "SELECT id FROM reviews WHERE rating NOT IN (3, 4, 5)")
    with psycopg.connect(many, row_factory=dict_row) as larger:
        shares = {row["rating"]: float(row["share"]) for row in rows(larger, _shares("rating"))}
    assert shares == pytest.approx({3: 0.10, 4: 0.65, 5: 0.25}, abs=0.04)


def test_seed_18_kinds_of_review_text(db: Any, many: str) -> None:
    kind = """(case when content like '%' || chr(10) || '%' then 'two paragraphs'
        when content like '%.%.%' then 'paragraph' else 'sentence' end)"""
    assert {row["kind"] for row in rows(db, f"SELECT DISTINCT {kind} AS kind FROM reviews")} == {
        "sentence", "paragraph", "two paragraphs",
    }  # fmt: skip
    assert not rows(db, "SELECT id FROM reviews WHERE cardinality(string_to_array(content, chr(10))) > 2")
    assert not rows(db, "SELECT id FROM reviews WHERE coalesce(content, '') = ''")
    with psycopg.connect(many, row_factory=dict_row) as larger:
        shares = [float(row["share"]) for row in rows(larger, _shares(kind))]
    assert shares == pytest.approx([1 / 3] * 3, abs=0.04)


def _shares(value: str) -> str:
    """How large a part of the reviews has each value of an expression; some 1,600 reviews, one deviation is 0.012."""
    return f"SELECT {value} AS rating, count(*)::numeric / sum(count(*)) OVER () AS share FROM reviews GROUP BY 1"


def test_seed_19_reviews_come_after_the_order(db: Any) -> None:
    wrong = """
        SELECT r.id FROM reviews r JOIN orders o ON o.id = r."orderId"
        WHERE r."createdAt" NOT BETWEEN o."completedAt" AND as_of()"""
    assert not rows(db, wrong)


@pytest.mark.parametrize(("table", "column"), [("providers", "providerId"), ("gigs", "gigId")])
def test_seed_20_averages_agree_with_the_reviews(db: Any, table: str, column: str) -> None:
    wrong = f"""
        SELECT t.id FROM {table} t LEFT JOIN reviews r ON r."{column}" = t.id
        GROUP BY t.id, t."averageRating", t."totalReviews"
        HAVING t."totalReviews" <> count(r.id) OR t."averageRating"::numeric <> coalesce(round(avg(r.rating), 1), 0)"""
    assert not rows(db, wrong)
    assert one(db, f'SELECT sum("totalReviews") = (SELECT count(*) FROM reviews) FROM {table}')


def test_login_with_the_password(db: Any) -> None:
    hashes = {row["hashedPassword"] for row in rows(db, 'SELECT DISTINCT "hashedPassword" FROM users')}
    assert hashes
    assert all(bcrypt.checkpw(b"password123", each.encode()) for each in hashes)


def test_no_time_is_after_the_reference_date(db: Any) -> None:
    """What a default had filled would be of today."""
    for table in ("users", "gigs", "orders", "reviews"):
        found = rows(
            db,
            f"SELECT column_name AS name FROM information_schema.columns WHERE table_name = '{table}'"
            " AND data_type LIKE 'timestamp%'",
        )
        latest = ", ".join(f'"{row["name"]}"' for row in found)
        assert one(db, f"SELECT max(greatest({latest})) <= as_of() FROM {table}")
        assert not rows(db, f'SELECT id FROM {table} WHERE "createdAt" > "updatedAt"')


def test_a_failure_leaves_the_database_as_it_was(herafi: Herafi, tmp_path: Path) -> None:
    """The last table of all refuses a row; everything before it was written by then."""
    spec = variant(tmp_path, ("rating: {choice: {3: 10%, 4: 65%, 5: 25%}}", "rating: {int: 3000000000..3000000001}"))
    outcome = run("apply", spec, "--database-url", herafi.url)
    assert outcome.code == 1, outcome.err
    assert "Traceback" not in outcome.err
    assert all(word in outcome.err for word in ("review", "rating"))
    assert fingerprints(herafi.url) == herafi.all[3]
