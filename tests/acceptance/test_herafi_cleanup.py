"""What a run of `specs/herafi.yaml` removes after the application wrote rows beside and below the seeded ones."""

from collections.abc import Callable

import psycopg
import pytest
from herafi import REAL, SPEC, TABLES, fingerprints, new_herafi

from tool import run, succeed

# Rows as the application writes them: `gone_…` hang on seeded users, `kept_…` do not.
WRITTEN = """
CREATE TEMP TABLE seeded AS SELECT id FROM "User" WHERE email = 'provider1@herafi-seed.test';
CREATE TEMP TABLE seeded_buyer AS SELECT id FROM "User" WHERE email = 'buyer1@herafi-seed.test';
CREATE TEMP TABLE seeded_gig AS SELECT id FROM "Gig" WHERE "providerId" = (TABLE seeded) LIMIT 1;

INSERT INTO "Conversation" (id, "participantIds") VALUES
    ('gone_conversation_1', ARRAY[(TABLE seeded), 'real_user_carla']),
    ('gone_conversation_2', ARRAY[(TABLE seeded_buyer), (TABLE seeded)]),
    ('kept_conversation_1', ARRAY['real_user_amina', 'real_user_dawud']),
    ('kept_conversation_2', ARRAY[]::text[]),
    ('kept_conversation_3', NULL);
INSERT INTO "Message" (id, "conversationId", "senderId", content) VALUES
    ('gone_message_1', 'gone_conversation_1', (TABLE seeded), 'from a seeded user'),
    ('gone_message_2', 'gone_conversation_1', 'real_user_carla', 'from a real user to a seeded one'),
    ('gone_message_3', 'gone_conversation_2', (TABLE seeded_buyer), 'between seeded users'),
    ('kept_message_1', 'kept_conversation_1', 'real_user_amina', 'between real users'),
    ('kept_message_2', 'real_conv_1', 'real_user_carla', 'in an older conversation');
INSERT INTO "Account" (id, "userId", type, provider, "providerAccountId") VALUES
    ('gone_account', (TABLE seeded), 'oauth', 'google', 'seeded'),
    ('kept_account', 'real_user_amina', 'oauth', 'google', 'real');
INSERT INTO "Session" (id, "sessionToken", "userId", expires) VALUES
    ('gone_session', 'token-seeded', (TABLE seeded_buyer), '2030-01-01'),
    ('kept_session', 'token-real', 'real_user_bilal', '2030-01-01');
INSERT INTO "PortfolioImage" (id, "userId", "imageUrl") VALUES
    ('gone_image', (TABLE seeded), 'https://example.com/seeded.jpg'),
    ('kept_image', 'real_user_bilal', 'https://example.com/real.jpg');
INSERT INTO "Gig" (id, slug, title, description, category, "pricingTiers", "providerId", "updatedAt") VALUES
    ('gone_gig', 'a-gig-of-a-seeded-user', 'A gig', 'Text', 'OTHER', '{}', (TABLE seeded), '2026-03-01'),
    ('kept_gig', 'a-gig-of-a-real-user', 'A gig', 'Text', 'OTHER', '{}', 'real_user_bilal', '2026-03-01');
INSERT INTO "Order"
    (id, "buyerId", "providerId", "gigId", "selectedTier", "tierSnapshot", "totalPrice", "updatedAt") VALUES
    ('gone_order_1', 'real_user_carla', (TABLE seeded), (TABLE seeded_gig), 'basic', '{}', 1, '2026-03-01'),
    ('gone_order_2', (TABLE seeded_buyer), 'real_user_amina', 'real_gig_1', 'basic', '{}', 1, '2026-03-01'),
    ('kept_order', 'real_user_carla', 'real_user_bilal', 'kept_gig', 'basic', '{}', 1, '2026-03-01');
INSERT INTO "Review" (id, "buyerId", "orderId", "providerId", "gigId", rating, "updatedAt") VALUES
    ('gone_review', 'real_user_carla', 'gone_order_1', (TABLE seeded), (TABLE seeded_gig), 5, '2026-03-01'),
    ('kept_review', 'real_user_carla', 'kept_order', 'real_user_bilal', 'kept_gig', 4, '2026-03-01');
INSERT INTO "VerificationToken" (identifier, token, expires) VALUES
    ('provider1@herafi-seed.test', 'kept', '2030-01-01');
"""


@pytest.fixture(scope="module")
def seeded(new_database: Callable[..., str]) -> str:
    """The URL of a seeded database, to be copied."""
    url = new_herafi(new_database)
    succeed("apply", SPEC, "--database-url", url)
    return url


def ids(url: str, pattern: str) -> dict[str, set[str]]:
    """The ids of each table that match a regular expression."""
    with psycopg.connect(url) as connection:
        return {
            table: {
                found for (found,) in connection.execute(f'SELECT id FROM "{table}" WHERE id ~ %s'.encode(), [pattern])
            }
            for table in TABLES
        }


def write(url: str, statements: str) -> None:
    """Run statements as the application would."""
    with psycopg.connect(url) as connection:
        connection.execute(statements.encode())


def test_what_hangs_on_seeded_users_goes_and_nothing_else(seeded: str, new_database: Callable[..., str]) -> None:
    url = new_database(seeded)
    before = fingerprints(url)
    write(url, WRITTEN)
    kept, kept_rows = ids(url, "^(kept|real)_"), fingerprints(url, "id ~ '^(kept|real)_'")
    assert all(ids(url, "^gone_")[table] for table in TABLES if table != "User")

    plan = succeed("plan", SPEC, "--database-url", url, "--format", "json").json
    assert fingerprints(url, "id ~ '^(kept|real)_'") == kept_rows
    assert ids(url, "^gone_")["Message"], "a plan removes nothing"
    refused = run("apply", SPEC, "--database-url", url)
    assert refused.code == 3
    assert (
        "3 rows that may be somebody's would go too, for hanging on rows that go: "
        "2 of `Order`: gone_order_1, gone_order_2; 1 of `Review`: gone_review" in refused.err
    )
    assert fingerprints(url, "id !~ '^(kept|gone)_'") == before
    summary = succeed("apply", SPEC, "--delete-mixed", "--database-url", url, "--format", "json").json

    assert not any(ids(url, "^gone_").values())
    assert ids(url, "^(kept|real)_") == kept
    assert fingerprints(url, "id ~ '^(kept|real)_'") == kept_rows
    assert fingerprints(url, "id !~ '^(kept|gone)_'") == before
    with psycopg.connect(url) as connection:
        assert connection.execute('SELECT token FROM "VerificationToken"').fetchall() == [("kept",)]

    cleaned = {step["table"]: step["rows"] for step in plan["clean"]}
    removed = {table["table"]: table["removed"] for table in summary["tables"]}
    expected = {"Message": 3, "Conversation": 2, "Account": 1, "Session": 1, "PortfolioImage": 1, "User": 19}
    assert {table: cleaned[table] for table in expected} == expected
    assert {table: removed[table] for table in expected} == expected


def test_the_plan_cleans_children_before_their_parents(seeded: str) -> None:
    plan = succeed("plan", SPEC, "--database-url", seeded, "--format", "json").json
    order = [step["table"] for step in plan["clean"]]
    assert set(order) >= {"Review", "Message", "Conversation", "Order", "Gig", "PortfolioImage", "User"}
    with psycopg.connect(seeded) as connection:
        keys = connection.execute(
            "SELECT c.relname, p.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
            " JOIN pg_class p ON p.oid = k.confrelid WHERE k.contype = 'f'"
        ).fetchall()
    assert len(keys) == 13
    for child, parent in keys:
        assert child in order, f"`{child}` hangs on `{parent}`"
        assert order.index(child) < order.index(parent)


def test_a_kept_message_of_a_seeded_user_is_refused(seeded: str, new_database: Callable[..., str]) -> None:
    """It belongs to a conversation of real users, and its sender would be gone."""
    url = new_database(seeded)
    write(
        url,
        """INSERT INTO "Message" (id, "conversationId", "senderId", content)
            SELECT 'orphan', 'real_conv_1', id, 'text' FROM "User" WHERE email = 'buyer1@herafi-seed.test'""",
    )
    before = fingerprints(url)
    outcome = run("apply", SPEC, "--database-url", url)
    assert outcome.code == 3, outcome.err
    assert "Message" in outcome.err
    assert "Traceback" not in outcome.err
    assert fingerprints(url) == before


def test_clean_takes_away_all_that_is_seeded(seeded: str, new_database: Callable[..., str]) -> None:
    url = new_database(seeded)
    real = fingerprints(url, REAL)
    succeed("clean", SPEC, "--database-url", url)
    assert fingerprints(url) == fingerprints(url, REAL) == real
