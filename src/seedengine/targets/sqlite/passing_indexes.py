"""Indexes for the time of a cleanup or of a load, where foreign keys have none."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from seedengine.targets.relations import Relation, has_circle, reachable
from seedengine.targets.unindexed import UnindexedKey, find_unindexed

MANY_ROWS = 5_000_000
"""From so many rows on that SQLite would look through in all, about a quarter of a second, an index pays."""


def needs_index(
    connection: sa.Connection, relations: Mapping[str, Relation], key: UnindexedKey, going: Mapping[str, int]
) -> bool:
    """Whether an index for the time of the cleanup pays.

    Children that go do so first, and are not looked at, where they stand in no circle with what they refer to.
    """
    rows = _count(connection, key.relation)
    if not _is_circular(relations, key):
        rows -= going.get(key.relation.table.name, 0)
    return key.going * rows >= MANY_ROWS


def find_slow_loads(
    connection: sa.Connection,
    relations: Mapping[str, Relation],
    coming: Mapping[str, int],
    going: Mapping[str, int],
) -> list[UnindexedKey]:
    """The keys for which an index for the time of a load pays, by the number of rows that come, and go, by table.

    While a row waits for one that it refers to, which only happens in circles, SQLite looks through the children of
    every row that comes.
    """
    if not has_circle(relations[table].table for table in coming if table in relations):
        return []
    return [
        key
        for key in find_unindexed(relations, coming)
        if _looked_through(connection, relations, key, coming, going) >= MANY_ROWS
    ]


def _looked_through(
    connection: sa.Connection,
    relations: Mapping[str, Relation],
    key: UnindexedKey,
    coming: Mapping[str, int],
    going: Mapping[str, int],
) -> int:
    """How many rows in all: for each that comes those that stay, and in a circle those that have come before it."""
    table = key.relation.table.name
    rows = _count(connection, key.relation) - going.get(table, 0)
    if _is_circular(relations, key):
        rows += coming.get(table, 0)
    return key.going * rows


def _count(connection: sa.Connection, relation: Relation) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(relation.clause())).scalar_one())


def _is_circular(relations: Mapping[str, Relation], key: UnindexedKey) -> bool:
    """Whether a row of the table may be referred to, directly or not, by what it refers to."""
    needs = {name: {each.target for each in relation.table.foreign_keys} for name, relation in relations.items()}
    return key.relation.table.name in reachable(key.key.target, needs)


@contextmanager
def indexed(connection: sa.Connection, keys: Sequence[UnindexedKey], purpose: str) -> Iterator[None]:
    """Around statements: these keys have indexes meanwhile, and the file's schema is as it was afterwards.

    Their names begin with the purpose.
    """
    wanted = {(key.relation.name, key.key.columns): key for key in keys}
    names = [f"seedengine_{purpose}_{position}" for position in range(len(wanted))]
    for name, key in zip(names, wanted.values(), strict=True):
        connection.exec_driver_sql(key.creation(name))
    yield
    for name in names:
        connection.exec_driver_sql(f"DROP INDEX {name}")
