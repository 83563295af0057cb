"""Indexes for the time of a cleanup, where foreign keys have none."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from seedengine.targets.unindexed import UnindexedKey

MANY_ROWS = 5_000_000
"""From so many rows on that SQLite would look through in all, about a quarter of a second, an index pays."""


def needs_index(connection: sa.Connection, key: UnindexedKey, going: Mapping[str, int]) -> bool:
    """Whether an index for the time of the cleanup pays: children that go do so first, and are not looked at."""
    count = sa.select(sa.func.count()).select_from(key.relation.clause())
    staying = connection.execute(count).scalar_one() - going.get(key.relation.table.name, 0)
    return bool(key.going * staying >= MANY_ROWS)


@contextmanager
def indexed(connection: sa.Connection, keys: Sequence[UnindexedKey]) -> Iterator[None]:
    """Around deletes: these keys have indexes meanwhile, and the file's schema is as it was afterwards."""
    wanted = {(key.relation.name, key.key.columns): key for key in keys}
    names = [f"seedengine_passing_{position}" for position in range(len(wanted))]
    for name, key in zip(names, wanted.values(), strict=True):
        connection.exec_driver_sql(key.creation(name))
    yield
    for name in names:
        connection.exec_driver_sql(f"DROP INDEX {name}")
