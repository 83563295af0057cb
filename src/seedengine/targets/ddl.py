"""The tables of a spec as SQLAlchemy's DDL: columns, primary key, unique sets, foreign keys and their indexes."""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import UserDefinedType

from seedengine.catalog import ForeignKey, Table

LONGEST_NAME = 63
"""Bytes; PostgreSQL cuts longer names without a word."""


class DeclaredType(UserDefinedType[Any]):
    """A type by its own text, which must have been checked: it goes into a statement as it is.

    A bound parameter of it carries no cast.
    """

    cache_ok = True

    def __init__(self, text: str) -> None:
        self.text = text

    def get_col_spec(self, **_options: object) -> str:
        """The type's text."""
        return self.text


def quoted(name: str) -> sa.quoted_name:
    """The name, always written in quotes."""
    return sa.quoted_name(name, quote=True)


def build_table(
    table: Table, declare: Callable[[str], str], *, foreign_keys: bool, name: str | None = None
) -> sa.Table:
    """The table with its keys, under another name if one is given; `declare` gives the text of a column's type."""
    built = sa.Table(
        quoted(name or table.name),
        sa.MetaData(),
        *(
            sa.Column(
                quoted(column.name),
                DeclaredType(declare(column.type)),
                nullable=column.nullable and column.name not in table.primary_key,
                autoincrement=False,
            )
            for column in table.columns
        ),
    )
    if table.primary_key:
        built.append_constraint(sa.PrimaryKeyConstraint(*(built.c[each] for each in table.primary_key)))
    for columns in table.unique:
        built.append_constraint(sa.UniqueConstraint(*(built.c[each] for each in columns)))
    if foreign_keys:
        for key in table.foreign_keys:
            built.append_constraint(build_foreign_key(built, table.name, key))
    return built


def build_foreign_key(
    table: sa.Table, name: str, key: ForeignKey, *, deferrable: bool = False
) -> sa.ForeignKeyConstraint:
    """The constraint of that table, which is called `name` in the catalog."""
    target = table if key.target == name else _stub(table.metadata, key.target, key.target_columns)
    return sa.ForeignKeyConstraint(
        [table.c[each] for each in key.columns],
        [target.c[each] for each in key.target_columns],
        deferrable=deferrable or None,
        initially="IMMEDIATE" if deferrable else None,
    )


def build_indexes(built: sa.Table, table: Table) -> list[sa.Index]:
    """An index for every foreign key that no other key begins with.

    Without one, the database looks through all children for every parent that goes.
    """
    wanted = dict.fromkeys(key.columns for key in table.foreign_keys)
    return [
        sa.Index(quoted(index_name(table.name, columns)), *(built.c[each] for each in columns))
        for columns in wanted
        if not table.has_index(columns)
    ]


def index_name(table: str, columns: Sequence[str]) -> str:
    """The name of an index of these columns, which the database does not cut."""
    name = f"{table}_{'_'.join(columns)}_idx"
    if len(name.encode()) <= LONGEST_NAME:
        return name
    digest = blake2b(name.encode(), digest_size=8).hexdigest()
    return f"{name.encode()[: LONGEST_NAME - 17].decode(errors='ignore')}_{digest}"


def _stub(metadata: sa.MetaData, name: str, columns: Sequence[str]) -> sa.Table:
    """A table that a foreign key can point at, wherever and however it is made."""
    return sa.Table(
        quoted(name),
        metadata,
        *(sa.Column(quoted(each), DeclaredType("")) for each in columns),
        extend_existing=True,
    )
