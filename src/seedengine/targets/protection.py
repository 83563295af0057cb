"""The mark that protects a database: without a word of the operator no transaction writes to one that has it."""

from dataclasses import dataclass
from shlex import quote

from seedengine.diagnostics import Refused

MARK = "seedengine_protected"
"""What the mark is called: an empty schema of PostgreSQL, an empty table of SQLite."""


@dataclass(frozen=True, slots=True)
class Protection:
    """A database that is protected now: whether it already was, and the statement that takes the mark off."""

    database: str
    already: bool
    removal: str


def refuse_protected(database: str, unprotect: str | None) -> None:
    """Raises Refused, of a protected database, where `unprotect` is not exactly its name."""
    if unprotect == database:
        return
    raise Refused(
        f"`{database}` is protected, and nothing was changed",
        f"where it is meant, give `--unprotect {quote(database)}`; `seedengine protect` says how to take the mark off",
    )
