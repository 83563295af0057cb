"""Creating the tables that a PostgreSQL database lacks."""

import re
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable

from seedengine.catalog import Table
from seedengine.diagnostics import DatabaseError, InvalidCall
from seedengine.targets.ddl import LONGEST_NAME, build_foreign_key, build_indexes, build_table
from seedengine.targets.relations import Relation, circles

# Words and quoted names, a modifier in digits, array brackets: nothing that could end or comment out a statement.
_TYPE_TEXT = re.compile(
    r'(?:[A-Za-z_][A-Za-z0-9_ ]*|"[^"\x00]+")(?:\.(?:[A-Za-z_][A-Za-z0-9_ ]*|"[^"\x00]+"))?'
    r"(?:\(\d+(?:, ?-?\d+)?\))?[A-Za-z ]*(?:\[\d*\])*"
)


def create_tables(connection: sa.Connection, relations: Mapping[str, Relation], tables: Sequence[Table]) -> None:
    """Create those of the tables that the database lacks; keys that form a circle are deferrable.

    Raises InvalidCall for a name that PostgreSQL would cut, DatabaseError for a type that it does not know.
    """
    missing = {table.name: table for table in tables if table.name not in relations}
    for table in missing.values():
        _check(connection, table)
    needs = {
        name: {key.target for key in table.foreign_keys if key.target in missing and key.target != name}
        for name, table in missing.items()
    }
    group_of = {name: position for position, group in enumerate(circles(needs)) for name in group}
    built = {name: build_table(table, str, foreign_keys=False) for name, table in missing.items()}
    for name, each in built.items():
        indexes = build_indexes(each, missing[name])
        connection.execute(CreateTable(each))
        for index in indexes:
            connection.execute(CreateIndex(index))
    for name, table in missing.items():
        for key in table.foreign_keys:
            in_circle = key.target != name and group_of.get(key.target) == group_of[name]
            constraint = build_foreign_key(built[name], name, key, deferrable=in_circle)
            built[name].append_constraint(constraint)
            connection.execute(AddConstraint(constraint))


def _check(connection: sa.Connection, table: Table) -> None:
    for name in (table.name, *(column.name for column in table.columns)):
        if not name or "\0" in name:
            raise InvalidCall(f"`{table.name}` has a name that PostgreSQL cannot hold", "take another name")
        if len(name.encode()) > LONGEST_NAME:
            raise InvalidCall(
                f"the name `{name}` is longer than the {LONGEST_NAME} bytes that PostgreSQL keeps",
                "take a shorter one",
            )
    for column in table.columns:
        if not _is_type(connection, column.type):
            raise DatabaseError(
                f"PostgreSQL knows no type `{column.type}` for `{table.name}.{column.name}`",
                "look at its `type:` in the spec",
            )


def _is_type(connection: sa.Connection, text: str) -> bool:
    if _TYPE_TEXT.fullmatch(text) is None:
        return False
    try:
        return connection.execute(_KNOWN_TYPE, {"type": text}).scalar_one() is not None
    except sa.exc.ProgrammingError:
        return False  # the server's parser could make nothing of it


_KNOWN_TYPE = sa.text("SELECT pg_catalog.to_regtype(:type)::text")
