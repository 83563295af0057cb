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
from seedengine.targets.postgres.errors import explain, shortened
from seedengine.targets.unindexed import UnindexedKey

MANY_PAGES = 100_000
"""From so many pages on that the server would look through in all, about a quarter of a second, an index pays."""

# The server looks for children by triggers of the parent, which somebody may have switched off. An index without the
# rows whose column is NULL finds all the others.
_COSTS = """
WITH key AS (
    SELECT k.oid, k.conrelid, k.conkey FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE k.contype = 'f' AND n.nspname = %s AND c.relname = %s AND k.conname = %s)
SELECT FROM key
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
        JOIN pg_catalog.pg_trigger t ON t.tgconstraint = k.oid AND t.tgrelid = k.confrelid
        WHERE key.oid IN (k.oid, k.conparentid) AND t.tgenabled IN ('O', 'A'))
   OR EXISTS (SELECT FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
        JOIN pg_catalog.pg_am m ON m.oid = x.relam AND m.amname IN ('btree', 'hash')
        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = key.conrelid AND i.indisvalid AND key.conkey = ARRAY[a.attnum]
          AND pg_catalog.pg_get_expr(i.indpred, i.indrelid) = format('(%%I IS NOT NULL)', a.attname))
"""

_PAGES = """
SELECT coalesce((SELECT sum(pg_relation_size(t.relid)) FROM pg_partition_tree(c.oid) t), pg_relation_size(c.oid)) / 8192
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relname = %s
"""


def costs(connection: sa.Connection, key: UnindexedKey) -> bool:
    """Whether the server looks through the table: not where no trigger does so, or a partial index serves the key."""
    given = [key.relation.schema, key.relation.name, key.key.name]
    return raw_connection(connection).execute(_COSTS, given).fetchone() is None


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
    try:
        for index in made:
            raw.execute(sql.SQL("DROP INDEX {}").format(index))
    except psycopg.Error as error:
        refusal = explain(error)
        own = "; ".join(dict.fromkeys(key.creation() for key in keys))
        refusal.help = refusal.help or f"nothing was changed; make the index yourself, and none has to go: {own}"
        raise refusal from None


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
