"""The mark of a protected PostgreSQL database: an empty schema, which no tool of an application looks at."""

import sqlalchemy as sa

from seedengine.targets.protection import MARK, Protection

# Unlike a query of the catalogue, the function sees a schema that came after the transaction's snapshot.
_STATE = sa.text(f"SELECT current_database(), to_regnamespace('{MARK}') IS NOT NULL")


def read_mark(connection: sa.Connection) -> tuple[str, bool]:
    """The name of the database, as the server has it, and whether it is protected."""
    name, marked = connection.execute(_STATE).one()
    return str(name), bool(marked)


def set_mark(connection: sa.Connection) -> Protection:
    """Protect the database; it may be protected already."""
    name, marked = read_mark(connection)
    if not marked:
        connection.execute(sa.text(f"CREATE SCHEMA {MARK}"))
    return Protection(name, marked, f"DROP SCHEMA {MARK}")
