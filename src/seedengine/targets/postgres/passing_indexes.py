"""Indexes for the time of a cleanup, where foreign keys have none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa
from psycopg import sql

from seedengine.targets.postgres.bulk import LOCK_TIMEOUT
from seedengine.targets.postgres.bulk_changes import check_deferred, local_settings
from seedengine.targets.postgres.connection import raw_connection
from seedengine.targets.postgres.errors import shortened
from seedengine.targets.unindexed import UnindexedKey

MANY_PAGES = 100_000
"""From so many pages on that the server would look through in all, about a quarter of a second, an index pays."""

_PAGES = """
SELECT coalesce((SELECT sum(pg_relation_size(t.relid)) FROM pg_partition_tree(c.oid) t), pg_relation_size(c.oid)) / 8192
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relname = %s
"""


def needs_index(connection: sa.Connection, key: UnindexedKey) -> bool:
    """Whether an index for the time of the cleanup is worth that its table is locked."""
    row = raw_connection(connection).execute(_PAGES, [key.relation.schema, key.relation.name]).fetchone()
    return row is not None and key.going * row[0] >= MANY_PAGES


@contextmanager
def indexed(connection: sa.Connection, keys: Sequence[UnindexedKey]) -> Iterator[list[str]]:
    """Around deletes: these keys have indexes meanwhile, and the catalogue is as it was afterwards.

    Yields notes for the user; where the server does not make them, a lock that cannot be had in time above all, there
    are none.
    """
    raw = raw_connection(connection)
    notes: list[str] = []
    made: list[sql.Composed] = []
    try:
        with raw.transaction(), local_settings(raw, {"lock_timeout": LOCK_TIMEOUT}):
            made = _make(raw, keys)
    except psycopg.Error as error:
        notes.append(f"no index could be made: {shortened(error.diag.message_primary or str(error), 160)}")
    yield notes
    if made:
        # Keys that are deferred look for children now, while there is an index.
        check_deferred(raw)
    for index in made:
        raw.execute(sql.SQL("DROP INDEX {}").format(index))


def _make(connection: psycopg.Connection[tuple[object, ...]], keys: Sequence[UnindexedKey]) -> list[sql.Composed]:
    """Make the indexes; their names. What dropping one needs is locked first, so that no wait is left for the end."""
    wanted = {(key.relation.schema, key.relation.name, key.key.columns): key for key in keys}
    for schema, table in dict.fromkeys((schema, table) for schema, table, _ in wanted):
        statement = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE")
        connection.execute(statement.format(sql.Identifier(schema or "", table)))
    made = []
    for position, ((schema, _, _), key) in enumerate(wanted.items()):
        name = f"seedengine_passing_{position}"
        connection.execute(key.creation(name).encode())
        made.append(sql.SQL("{}").format(sql.Identifier(schema or "", name)))
    return made
