"""Which database it is, by whatever name and through whatever tunnel it is reached."""

import sqlalchemy as sa

_MAY_ASK = "SELECT has_function_privilege('pg_catalog.pg_control_system()', 'execute')"
_SERVER = "SELECT system_identifier FROM pg_catalog.pg_control_system()"
_DATABASE = "SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()"


def read_identity(connection: sa.Connection) -> str:
    """The number that a server has from its making on, where the user may ask for it, and that of the database."""
    may_ask = connection.execute(sa.text(_MAY_ASK)).scalar_one()
    server = connection.execute(sa.text(_SERVER)).scalar_one() if may_ask else "?"
    return f"{server}/{connection.execute(sa.text(_DATABASE)).scalar_one()}"
