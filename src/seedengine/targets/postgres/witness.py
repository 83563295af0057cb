"""PostgreSQL's own counters of what a transaction did to each table, held against what the engine says it did."""

from collections import Counter
from collections.abc import Collection, Mapping

import sqlalchemy as sa

from seedengine.diagnostics import DatabaseError, Refused
from seedengine.targets.relations import Relation

# Partitions are counted with the table that they are parts of. Work of savepoints that were rolled back counts too, and
# so does what this session did in transactions whose counts it has not reported yet.
_COUNTERS = """
SELECT n.nspname, c.relname, sum(s.n_tup_ins)::bigint, sum(s.n_tup_upd)::bigint, sum(s.n_tup_del)::bigint
FROM pg_catalog.pg_stat_xact_user_tables s
JOIN pg_catalog.pg_class c ON c.oid = coalesce(pg_catalog.pg_partition_root(s.relid)::oid, s.relid)
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relpersistence <> 't'
GROUP BY n.nspname, c.relname
HAVING sum(s.n_tup_ins) + sum(s.n_tup_upd) + sum(s.n_tup_del) > 0
"""
# A table that is emptied by TRUNCATE gets another file, by this transaction or by somebody's that has ended since.
_TABLES = """
SELECT c.oid, n.nspname || '.' || c.relname, c.relfilenode, c.xmin = pg_catalog.pg_current_xact_id()::xid
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND left(n.nspname, 3) <> 'pg_'
"""
_WORK = ("inserted", "updated", "deleted")

_Count = tuple[str, str, str]
"""Schema, table and kind of work."""


class Witness:
    """Counts from its making on; `expect` is told of all that the engine does."""

    def __init__(self, connection: sa.Connection) -> None:
        if connection.execute(sa.text("SHOW track_counts")).scalar_one() != "on":
            raise Refused(
                "the server's `track_counts` is off, so that nothing can witness which rows this run changes",
                "let an administrator turn it on, or go on without a witness: `--unwitnessed`",
            )
        self._connection = connection
        self._before = self._read()
        self._tables = self._read_tables()
        self._expected: Counter[_Count] = Counter()

    def expect(self, relation: Relation, *, inserted: int = 0, updated: int = 0, deleted: int = 0) -> None:
        """Say that so many rows of a table were changed."""
        for work, count in zip(_WORK, (inserted, updated, deleted), strict=True):
            self._expected[relation.schema or "", relation.name, work] += count

    def check(self, names: Mapping[tuple[str, str], str], partitioned: Collection[str]) -> None:
        """Raises DatabaseError where the server counted anything else; `names` has what the user calls a table.

        In tables that are `partitioned`, rows that were to be updated may be counted as deleted and inserted instead,
        which is what the server does to one that moves to another partition.
        """
        counted = self._read()
        counted.subtract(self._before)
        for schema, table in sorted({(schema, table) for schema, table, _ in {*counted, *self._expected}}):
            name = names.get((schema, table), f"{schema}.{table}")
            seen = tuple(counted[schema, table, work] for work in _WORK)
            meant = tuple(self._expected[schema, table, work] for work in _WORK)
            if name in partitioned and _moves(seen, meant):
                continue
            for work, count, wanted in zip(_WORK, seen, meant, strict=True):
                if count != wanted:
                    raise DatabaseError(
                        f"{count} rows of `{name}` were {work} where {wanted} were meant",
                        "a trigger or a rule of the database did more than was planned; nothing was changed. Where "
                        "that is meant, give `--unwitnessed`",
                    )

        self._check_tables()

    def _check_tables(self) -> None:
        now = self._read_tables()
        for number, (name, file, _) in self._tables.items():
            _, file_now, ours = now.get(number, (name, None, True))
            if file_now != file and ours:
                raise DatabaseError(
                    f"`{name}` was {'emptied' if file_now else 'dropped'} during the run",
                    "a trigger did it, or somebody else; nothing was changed by this run",
                )

    def _read_tables(self) -> dict[int, tuple[str, int, bool]]:
        rows = self._connection.execute(sa.text(_TABLES))
        return {number: (name, file, ours) for number, name, file, ours in rows}

    def _read(self) -> Counter[_Count]:
        counts: Counter[_Count] = Counter()
        for schema, table, *numbers in self._connection.execute(sa.text(_COUNTERS)):
            counts.update({(schema, table, work): number for work, number in zip(_WORK, numbers, strict=True)})
        return counts


def _moves(seen: tuple[int, ...], meant: tuple[int, ...]) -> bool:
    """Whether all that is not as it was meant is some of the updated rows, counted as inserted and as deleted."""
    inserted, updated, deleted = meant
    moved = updated - seen[1]
    return 0 < moved <= updated and seen == (inserted + moved, updated - moved, deleted + moved)
