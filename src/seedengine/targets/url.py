"""From a URL as people and ORMs write it to an open target."""

import re
from urllib.parse import unquote

from seedengine.diagnostics import InvalidCall
from seedengine.targets.protocol import Target

# With any of the drivers that SQLAlchemy's URLs name; the connection is psycopg's all the same.
POSTGRES = re.compile(r"postgres(ql)?(\+[a-z0-9_]+)?", re.IGNORECASE)
SQLITE = ("sqlite", "sqlite+pysqlite")
_ANOTHER_URL = re.compile(r"://|postgres(ql)?(\+[a-z0-9_]+)?:", re.IGNORECASE)


LOCK_SECONDS = 60.0
"""So long another run, or another program's lock, is waited for where nobody says how long."""


def open_target(url: str, lock_seconds: float = LOCK_SECONDS) -> Target:
    """The target that a URL names: `postgresql://user:password@host:port/database?…` or `sqlite:///file.db`.

    Raises InvalidCall, which shows nothing of the URL, where it cannot be parsed, and DatabaseError where the
    server cannot be reached or the file cannot be read.
    """
    scheme, separator, rest = url.strip().partition("://")
    if separator and POSTGRES.fullmatch(scheme):
        from seedengine.targets.postgres.address import parse_address
        from seedengine.targets.postgres.target import PostgresTarget

        return PostgresTarget(parse_address(rest), lock_seconds)
    if separator and scheme.lower() in SQLITE:
        if _ANOTHER_URL.search(unquote(rest)):
            raise InvalidCall("the database URL holds another URL", "write one of them, without the other's `://`")
        from seedengine.targets.sqlite.address import parse_path
        from seedengine.targets.sqlite.target import SqliteTarget

        return SqliteTarget(parse_path(rest), lock_seconds)
    raise InvalidCall(
        "the database URL names no database that is known here",
        "it begins with `postgresql://` or `sqlite:///`",
    )
