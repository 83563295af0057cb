"""What `inspect` reads from real schemas."""

from pathlib import Path

import psycopg
import pytest

from seedengine.catalog import Column, ForeignKey
from seedengine.targets.url import open_target

DATA = Path(__file__).parents[1] / "data"


def load(url: str, *files: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for file in files:
            connection.execute((DATA / file).read_text())


def test_herafi(postgres_url: str) -> None:
    load(postgres_url, "herafi/schema.sql")
    target = open_target(postgres_url)
    tables = target.inspect().tables
    target.close()
    assert set(tables) == {
        "User", "Account", "Session", "VerificationToken", "PortfolioImage", "Gig", "Order", "Conversation", "Message",
        "Review",
    }  # fmt: skip
    user = tables["User"]
    assert user.primary_key == ("id",)
    assert set(user.unique) == {("email",), ("username",)}
    assert user.column("skills") == Column("skills", "text[]", True, "ARRAY[]::text[]")
    assert user.column("createdAt") == Column("createdAt", "timestamp(3) without time zone", False, "CURRENT_TIMESTAMP")
    assert tables["Gig"].column("category") == Column("category", '"Category"', False)
    assert tables["VerificationToken"].primary_key == ()
    assert set(tables["VerificationToken"].unique) == {("token",), ("identifier", "token")}
    assert tables["Message"].foreign_keys == (
        ForeignKey(("conversationId",), "Conversation", ("id",), False, "Message_conversationId_fkey"),
        ForeignKey(("senderId",), "User", ("id",), False, "Message_senderId_fkey"),
    )
    assert not target.inspect().ours


def test_pagila_has_partitions_under_their_parent(postgres_url: str) -> None:
    load(postgres_url, "schemas/pagila.sql")
    target = open_target(postgres_url)
    tables = target.inspect().tables
    target.close()
    assert "payment" in tables
    assert not [name for name in tables if name.startswith("payment_p")]
    payment = tables["payment"]
    assert {(*key.columns, key.target) for key in payment.foreign_keys} == {
        ("customer_id", "customer"),
        ("rental_id", "rental"),
        ("staff_id", "staff"),
    }
    assert {key.target for key in tables["staff"].foreign_keys} >= {"store"}
    release_year = tables["film"].column("release_year")
    assert release_year is not None
    assert release_year.type == "year"


def test_chinook_has_a_self_reference_and_a_composite_key(postgres_url: str) -> None:
    load(postgres_url, "schemas/chinook.sql")
    target = open_target(postgres_url)
    tables = target.inspect().tables
    target.close()
    assert len(tables) == 11
    assert [key.target for key in tables["employee"].foreign_keys] == ["employee"]
    assert tables["playlist_track"].primary_key == ("playlist_id", "track_id")


EVERYTHING = """
CREATE EXTENSION citext;
CREATE DOMAIN short AS varchar(10) NOT NULL CHECK (value <> 'bad');
CREATE DOMAIN shorter AS short;
CREATE TABLE parent (a int, b int, c int, PRIMARY KEY (b, a), UNIQUE (c));
CREATE UNIQUE INDEX ON parent (a, c);
CREATE UNIQUE INDEX ON parent (a) WHERE c > 1;
CREATE UNIQUE INDEX ON parent (lower(c::text));
CREATE UNIQUE INDEX ON parent (b) INCLUDE (c);
CREATE TABLE "odd %s :x "" name" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "Größe" shorter,
    twice bigint GENERATED ALWAYS AS (y * 2) STORED,
    y bigint, mail citext, "a" int, "b" int,
    CONSTRAINT pair FOREIGN KEY (b, a) REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
CREATE SCHEMA other;
CREATE TABLE other.child (id int PRIMARY KEY, parent int REFERENCES public.parent (c));
CREATE TABLE other.parent (id int PRIMARY KEY, child int REFERENCES other.child);
CREATE TABLE other.unrelated (id int);
CREATE TABLE hangs (id int PRIMARY KEY, other int REFERENCES other.owner_of_nothing);
"""


def test_every_kind_of_column_and_key(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            EVERYTHING.replace(
                "CREATE TABLE hangs", "CREATE TABLE other.owner_of_nothing (id int PRIMARY KEY);\nCREATE TABLE hangs"
            )
        )
    target = open_target(postgres_url)
    tables = target.inspect().tables
    target.close()
    assert set(tables) == {
        "parent", 'odd %s :x " name', "hangs", "other.child", "other.parent", "other.owner_of_nothing",
    }  # fmt: skip
    parent, odd = tables["parent"], tables['odd %s :x " name']
    assert parent.primary_key == ("b", "a")
    assert set(parent.unique) == {("c",), ("a", "c"), ("b",)}
    assert odd.column("id") == Column("id", "bigint", False, identity=True)
    assert odd.column("twice") == Column("twice", "bigint", True, generated=True)
    assert odd.column("Größe") == Column("Größe", "shorter", False)
    assert odd.column("mail") == Column("mail", "citext")
    assert odd.foreign_keys == (ForeignKey(("b", "a"), "parent", ("b", "a"), True, "pair"),)
    assert tables["other.child"].foreign_keys[0].target == "parent"
    assert tables["other.parent"].foreign_keys[0].target == "other.child"


@pytest.mark.parametrize("schema", ["app", "My App", '"My App"'])
def test_schema_of_the_url_is_the_search_path(postgres_url: str, schema: str) -> None:
    name = schema.strip('"')
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            f'CREATE SCHEMA "{name}"; CREATE TABLE "{name}".thing (id int); CREATE TABLE outside (id int)'
        )
    target = open_target(f"{postgres_url}?schema={schema.replace(' ', '%20')}&connection_limit=5&sslmode=prefer")
    assert set(target.inspect().tables) == {"thing"}
    assert ["connection_limit" in note for note in target.notes] == [True]
    target.close()
