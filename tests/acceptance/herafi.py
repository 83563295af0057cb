"""The marketplace's database and spec, as its tests need them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from tool import ROOT

DATA = ROOT / "tests" / "data" / "herafi"
SPEC = ROOT / "specs" / "herafi.yaml"

TABLES = ("User", "Account", "Session", "PortfolioImage", "Gig", "Order", "Review", "Conversation", "Message")

REAL = r"id LIKE 'real\_%'"
"""The condition on the rows of real users."""


def new_herafi(new_database: Callable[..., str]) -> str:
    """The URL of a new database with the marketplace's schema and the rows of its real users."""
    url = new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        for file in ("schema.sql", "real_rows.sql"):
            connection.execute((DATA / file).read_bytes())
    return url


def fingerprints(url: str, where: str = "true") -> dict[str, Any]:
    """The number of rows of each table and their hash, whatever their order."""
    found = {}
    with psycopg.connect(url) as connection:
        for table in TABLES:
            query = f'SELECT count(*), sum(hash_record_extended(t, 0)::numeric) FROM "{table}" t WHERE {where}'
            count, hashes = connection.execute(query.encode()).fetchone() or (0, None)
            found[table] = {"rows": count, "hash": hashes}
    return found


def writers(url: str) -> dict[str, set[str]]:
    """The transactions that last wrote the rows of real users, by table."""
    with psycopg.connect(url) as connection:
        return {
            table: {xmin for (xmin,) in connection.execute(f'SELECT xmin::text FROM "{table}" WHERE {REAL}'.encode())}
            for table in TABLES
        }


def variant(folder: Path, *replacements: tuple[str, str]) -> Path:
    """A copy of the spec in `folder` with some of its text replaced, each part where it first stands."""
    text = SPEC.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    copy = folder / "herafi.yaml"
    copy.write_text(text, encoding="utf-8")
    return copy
