"""A small application, people who write letters to each other, as a model in Python and as two databases."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import psycopg

SCHEMA = (
    "CREATE TABLE person (id text PRIMARY KEY, email text NOT NULL UNIQUE, note text)",
    "CREATE TABLE letter "
    "(id text PRIMARY KEY, sender text NOT NULL REFERENCES person, receiver text REFERENCES person)",
    "CREATE INDEX letter_sender ON letter (sender)",
    "CREATE INDEX letter_receiver ON letter (receiver)",
)
SPEC = """
seedspec: 1
name: letters
seed: {seed}
cleanup: {{person: {{email: {{ends_with: "@seed.test"}}}}}}
entities:
  person:
    count: {count}
    key: email
    fields: {{id: {{uuid: {{}}}}, email: {{template: "p{{row}}@seed.test"}}, note: {{faker: word}}}}
  letter:
    per: {{person: 0..2}}
    fields: {{id: {{uuid: {{}}}}, sender: {{ref: person.id}}, receiver: {{ref: person.id, as: friend, nulls: 30%}}}}
"""
MAX_DELETES = 1000

Person = tuple[str, str | None]
"""E-mail and note."""

Letter = tuple[str, str | None]
"""Sender and receiver."""


@dataclass
class State:
    """The rows of both tables by their ids."""

    person: dict[str, Person] = field(default_factory=dict)
    letter: dict[str, Letter] = field(default_factory=dict)

    def copy(self) -> "State":
        """Another one with the same rows."""
        return State(dict(self.person), dict(self.letter))


class RefusedByModel(Exception):
    """The tool must refuse this."""


def seeded(email: str) -> bool:
    """Whether the spec's cleanup names a person."""
    return email.endswith("@seed.test")


@dataclass(frozen=True)
class Going:
    """What the spec's cleanup takes along, as the reference has it."""

    person: frozenset[str]
    letter: frozenset[str]
    mixed: frozenset[str]
    strangers: int
    whole: bool


def going(state: State, made: State) -> Going:
    """The rows that go before those that a spec makes come."""
    people = frozenset(id for id, (email, _) in state.person.items() if seeded(email))
    letters, mixed = set(), set()
    for id, ends in state.letter.items():
        reached = [end for end in ends if end is not None]
        if any(end in people for end in reached):
            letters.add(id)
            if any(end not in people for end in reached):
                mixed.add(id)
    # The key of a person is an e-mail, which could be anybody's: all of the row must be as the spec makes it.
    own = {id for id in people if made.person.get(id) == state.person[id]}
    strangers = len(people - own) + len(letters - made.letter.keys())
    whole = bool(people) and len(people) == len(state.person) and not own
    return Going(people, frozenset(letters), frozenset(mixed), strangers, whole)


def cleaned(state: State, made: State, delete_mixed: bool, max_deletes: int | None) -> State:
    """What a cleanup leaves; raises RefusedByModel."""
    found = going(state, made)
    if found.mixed and not delete_mixed:
        raise RefusedByModel("mixed")
    if found.strangers > (MAX_DELETES if max_deletes is None else max_deletes):
        raise RefusedByModel("strangers")
    if max_deletes is None and found.whole:
        raise RefusedByModel("every row")
    return State(
        {id: row for id, row in state.person.items() if id not in found.person},
        {id: row for id, row in state.letter.items() if id not in found.letter},
    )


def applied(state: State, made: State, delete_mixed: bool, max_deletes: int | None) -> State:
    """What a cleanup and a load leave; raises RefusedByModel."""
    left = cleaned(state, made, delete_mixed, max_deletes)
    return State({**left.person, **made.person}, {**left.letter, **made.letter})


def upserted(state: State, made: State) -> State:
    """What an upsert leaves: people are told by their e-mail, and letters follow those that were there."""
    after = state.copy()
    there = {email: id for id, (email, _) in state.person.items()}
    kept = {id: there.get(email, id) for id, (email, _) in made.person.items()}
    after.person.update({kept[id]: row for id, row in made.person.items()})
    for id, (sender, receiver) in made.letter.items():
        after.letter[id] = (kept[sender], receiver and kept[receiver])
    return after


class Database(Protocol):
    """A database of the application."""

    url: str

    def execute(self, statement: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a statement as the application would; a value stands in it as `:name`."""

    def end_others(self) -> None:
        """Break the connections of everybody else."""

    def close(self) -> None:
        """Let go of it."""


class Postgres:
    """See `Database`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = psycopg.connect(url, autocommit=True)

    def execute(self, statement: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """See `Database`."""
        for name in values or ():
            statement = statement.replace(f":{name}", f"%({name})s")
        cursor = self._connection.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []

    def end_others(self) -> None:
        """See `Database`."""
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    def close(self) -> None:
        """See `Database`."""
        self._connection.close()


class Sqlite:
    """See `Database`; nobody else is connected to a file."""

    def __init__(self, file: str) -> None:
        self.url = f"sqlite:///{file}"
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("PRAGMA foreign_keys = ON")

    def execute(self, statement: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """See `Database`."""
        return self._connection.execute(statement, values or {}).fetchall()

    def end_others(self) -> None:
        """See `Database`."""
        raise InterruptedError

    def close(self) -> None:
        """See `Database`."""
        self._connection.close()


def read_state(database: Database) -> State:
    """All rows of a database."""
    people = database.execute("SELECT id, email, note FROM person")
    letters = database.execute("SELECT id, sender, receiver FROM letter")
    return State(
        {id: (email, note) for id, email, note in people},
        {id: (sender, receiver) for id, sender, receiver in letters},
    )
