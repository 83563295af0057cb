"""The mark of a protected SQLite file: an empty table, which does not count as one of the application."""

import sqlalchemy as sa

from seedengine.targets.protection import MARK, Protection


def is_marked(connection: sa.Connection) -> bool:
    """Whether the file is protected."""
    found = connection.exec_driver_sql(f"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '{MARK}'")
    return bool(found.scalar_one())


def set_mark(connection: sa.Connection, file: str) -> Protection:
    """Protect the file of that name; it may be protected already."""
    already = is_marked(connection)
    if not already:
        connection.exec_driver_sql(f"CREATE TABLE {MARK} (protected)")
    return Protection(file, already, f"DROP TABLE {MARK}")
