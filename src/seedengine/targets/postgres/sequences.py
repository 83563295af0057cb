"""Sequences that rows with keys of their own have overtaken: set past them, forward only, and undone by a rollback."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import sqlalchemy as sa

from seedengine.targets.columntypes import Kind
from seedengine.targets.relations import Relation

# A sequence belongs to a column (serial, identity), or the column's default reads it.
_SEQUENCES = """
WITH used AS (
    SELECT refobjid AS relation, refobjsubid AS number, objid AS sequence
    FROM pg_catalog.pg_depend
    WHERE classid = 'pg_catalog.pg_class'::regclass AND refclassid = 'pg_catalog.pg_class'::regclass
      AND deptype IN ('a', 'i') AND refobjsubid > 0
    UNION
    SELECT d.adrelid, d.adnum, u.refobjid
    FROM pg_catalog.pg_attrdef d
    JOIN pg_catalog.pg_depend u ON u.classid = 'pg_catalog.pg_attrdef'::regclass AND u.objid = d.oid
    WHERE u.refclassid = 'pg_catalog.pg_class'::regclass)
SELECT n.nspname, c.relname, a.attname::text, m.nspname, s.relname, q.seqincrement, q.seqmin, q.seqmax, q.seqcache,
       pg_catalog.pg_has_role(s.relowner, 'USAGE'), pg_catalog.has_sequence_privilege(s.oid, 'UPDATE'),
       pg_catalog.has_sequence_privilege(s.oid, 'SELECT')
FROM used u
JOIN pg_catalog.pg_class c ON c.oid = u.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number
JOIN pg_catalog.pg_class s ON s.oid = u.sequence AND s.relkind = 'S'
JOIN pg_catalog.pg_namespace m ON m.oid = s.relnamespace
JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid
ORDER BY m.nspname, s.relname, n.nspname, c.relname, a.attname
"""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence that gives a column its values where nobody else does."""

    relation: Relation
    column: str
    schema: str
    name: str
    increment: int
    least: int
    most: int
    cache: int
    owned: bool
    settable: bool
    readable: bool

    @property
    def quoted(self) -> str:
        """Its name in a statement."""
        return ".".join('"' + part.replace('"', '""') + '"' for part in (self.schema, self.name))

    def clause(self) -> sa.TableClause:
        """The sequence as what it is for a query: a table of one row."""
        clause = sa.table(
            sa.quoted_name(self.name, quote=True),
            sa.column("last_value"),
            sa.column("is_called"),
            schema=sa.quoted_name(self.schema, quote=True),
        )
        assert isinstance(clause, sa.TableClause)
        return clause


def find_sequences(
    connection: sa.Connection, filled: Mapping[str, Collection[str]], relations: Mapping[str, Relation]
) -> Iterator[Sequence]:
    """The sequences of the columns that are filled, by table."""
    known = {(relation.schema, relation.name): relation for relation in relations.values()}
    for schema, table, column, *rest in connection.execute(sa.text(_SEQUENCES)).fetchall():
        relation = known.get((schema, table))
        if (
            relation is not None
            and column in filled.get(relation.table.name, ())
            and relation.types[column].kind in (Kind.INTEGER, Kind.NUMERIC)
        ):
            yield Sequence(relation, column, *rest)


def move_sequences(connection: sa.Connection, sequences: Iterator[Sequence]) -> Iterator[str]:
    """Set each sequence past the highest value of its column; what could not be done, in words.

    It is the last thing to do in a transaction: whoever asks a sequence that was moved waits for its end.
    """
    for sequence in sequences:
        if not (sequence.owned or (sequence.settable and sequence.readable)):
            yield (
                f"the sequence `{sequence.name}` may not be moved by this user: it may give a `{sequence.column}` that "
                f"`{sequence.relation.table.name}` has already"
            )
            continue
        wanted = _next_needed(connection, sequence)
        if wanted is None or wanted == _next(connection, sequence):
            continue
        if not sequence.least <= wanted <= sequence.most:
            yield f"the sequence `{sequence.name}` ends before the highest `{sequence.column}`, {wanted}"
        elif sequence.owned:
            _restart(connection, sequence)
        else:
            # Not undone by a rollback, which does no harm: numbers are left out, never given twice.
            setting = sa.func.setval(sequence.quoted, wanted - sequence.increment, True)
            connection.execute(sa.select(setting))


def _restart(connection: sa.Connection, sequence: Sequence) -> None:
    """Read again under the lock that the statement takes: somebody may have drawn from it meanwhile."""
    connection.exec_driver_sql(f"ALTER SEQUENCE {sequence.quoted} CACHE {sequence.cache}")
    wanted = _next_needed(connection, sequence)
    if wanted is not None and wanted != _next(connection, sequence):
        connection.exec_driver_sql(f"ALTER SEQUENCE {sequence.quoted} RESTART WITH {wanted}")


def _next(connection: sa.Connection, sequence: Sequence) -> int:
    last, called = connection.execute(sa.select(sequence.clause())).one()
    return int(last) + (sequence.increment if called else 0)


def _next_needed(connection: sa.Connection, sequence: Sequence) -> int | None:
    """The next value that no row has, or the sequence's own unless a row is as far.

    None where no row has any, or the furthest is no number.
    """
    rows = sequence.relation.clause()
    column: sa.ColumnElement[Any] = rows.c[sequence.column]
    further = sa.func.max if sequence.increment > 0 else sa.func.min
    furthest = connection.execute(sa.select(further(column)).select_from(rows)).scalar_one()
    if furthest is None or not isfinite(furthest):
        return None
    coming = _next(connection, sequence)
    ahead = int(furthest) >= coming if sequence.increment > 0 else int(furthest) <= coming
    return int(furthest) + sequence.increment if ahead else coming
