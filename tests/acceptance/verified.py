"""A database of either kind with a spec applied to it, and what `verify` finds there."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tool import Outcome, call


@dataclass(frozen=True)
class Database:
    """A database of either kind, and how to run a statement in it."""

    url: str
    execute: Callable[[str], list[tuple[Any, ...]]]


def sqlite(file: Path) -> Database:
    """The SQLite file of that name, which need not exist."""

    def execute(statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(file)) as connection:
            rows = connection.execute(statement).fetchall()
            connection.commit()
            return rows

    return Database(f"sqlite:///{file}", execute)


def postgres(url: str) -> Database:
    """The PostgreSQL database of that URL."""

    def execute(statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(url) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    return Database(url, execute)


def applied(database: Database, folder: Path, text: str) -> Path:
    """A spec of that text, after it was applied."""
    path = folder / "shop.yaml"
    path.write_text(text, encoding="utf-8")
    apply(path, database.url)
    return path


def apply(spec: Path, url: str) -> None:
    """Apply a spec, with its tables where there are none."""
    created = [] if url.startswith("sqlite") else ["--create-tables"]
    outcome = call("apply", spec, "--database-url", url, "--allow-python", *created)
    assert outcome.code == 0, outcome.err


def verify(spec: Path, url: str) -> Outcome:
    """Verify a spec, for JSON."""
    return call("verify", spec, "--database-url", url, "--allow-python", "--format", "json")


def differences(spec: Path, database: Database) -> tuple[dict[str, Any], dict[str, Any]]:
    """By entity and by table, where there are any."""
    outcome = verify(spec, database.url)
    assert outcome.code == 4, outcome.out + outcome.err
    found = outcome.json
    assert found["differs"] is True
    entities = {
        each["entity"]: each for each in found["entities"] if each["missing"] or each["changed"] or each["lacking"]
    }
    return entities, {each["table"]: each for each in found["extra"]}
