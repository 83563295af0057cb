"""What else will happen in a PostgreSQL database when rows go and come, in words."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from seedengine.targets.postgres.sequences import find_sequences
from seedengine.targets.relations import Relation

# A partition stands under the name of its root; what it shares with its parent is its parent's.
_OWNER = """
JOIN pg_catalog.pg_class p ON p.oid = {table}
JOIN pg_catalog.pg_class c ON c.oid = coalesce(pg_catalog.pg_partition_root(p.oid)::oid, p.oid)
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
"""
# Bits of `tgtype`: 1 is FOR EACH ROW, 2 is BEFORE, 4 is INSERT, 8 is DELETE, 16 is UPDATE. Statements name the root, so
# that triggers of a partition act for rows alone.
_TRIGGERS = f"""
SELECT n.nspname, c.relname, CASE WHEN p.relispartition THEN p.relname END, t.tgname,
       (t.tgtype & 8) > 0, (t.tgtype & 4) > 0, (t.tgtype & 16) > 0, (t.tgtype & 3) = 3
FROM pg_catalog.pg_trigger t
{_OWNER.format(table="t.tgrelid")}
WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND ((t.tgtype & 1) > 0 OR NOT p.relispartition)
  AND t.tgenabled::text IN ('A', CASE current_setting('session_replication_role') WHEN 'replica' THEN 'R' ELSE 'O' END)
ORDER BY n.nspname, c.relname, p.relispartition, p.relname, t.tgname
"""
_RULES = """
SELECT n.nspname, c.relname, NULL, r.rulename,
       r.ev_type::text = '4', r.ev_type::text = '3', r.ev_type::text = '2', false
FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_class c ON c.oid = r.ev_class AND c.relkind IN ('r', 'p')
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE r.ev_enabled::text IN ('A', 'O')
ORDER BY n.nspname, c.relname, r.rulename
"""
_SECURED = """
SELECT n.nspname, c.relname
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE pg_catalog.row_security_active(c.oid)
ORDER BY n.nspname, c.relname
"""
_CHANGING = f"""
SELECT n.nspname, c.relname, CASE WHEN p.relispartition THEN p.relname END, k.conname, k.confdeltype::text
FROM pg_catalog.pg_constraint k
{_OWNER.format(table="k.conrelid")}
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confdeltype IN ('n', 'd')
ORDER BY n.nspname, c.relname, p.relispartition, p.relname, k.conname
"""
_MOMENTS = ("deleted", "inserted", "updated")
"""In the order of the columns of `_TRIGGERS` and `_RULES`."""

# Built-in functions, of which no dependency is kept, are known by their names, and so are those of an extension.
_CALLING = """
WITH code AS (
    SELECT adrelid AS relation, adnum AS number, 'pg_catalog.pg_attrdef'::regclass AS class, oid
    FROM pg_catalog.pg_attrdef
    UNION ALL
    SELECT a.attrelid, a.attnum, 'pg_catalog.pg_type'::regclass, t.oid
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid AND t.typtype = 'd'
    WHERE NOT a.atthasdef)
SELECT DISTINCT n.nspname, c.relname, a.attname::text, f.proname
FROM code
JOIN pg_catalog.pg_depend d ON d.classid = code.class AND d.objid = code.oid
JOIN pg_catalog.pg_proc f
  ON d.refclassid = 'pg_catalog.pg_proc'::regclass AND d.refobjid = f.oid AND f.provolatile <> 'i'
JOIN pg_catalog.pg_attribute a
  ON a.attrelid = code.relation AND a.attnum = code.number AND NOT a.attisdropped AND a.attgenerated::text = ''
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
    WHERE e.classid = 'pg_catalog.pg_proc'::regclass AND e.objid = f.oid AND e.deptype = 'e')
ORDER BY n.nspname, c.relname, a.attname::text, f.proname
"""


def find_hazards(
    connection: sa.Connection,
    relations: Mapping[str, Relation],
    going: Collection[str],
    filled: Mapping[str, Collection[str]],
    changed: Collection[str],
) -> Iterator[str]:
    """What a user should know: `going` are tables of which rows go, `filled` the columns that come, by table.

    Of the tables `changed` rows are updated once all are there.
    """
    names = {(relation.schema, relation.name): name for name, relation in relations.items()}

    def of(query: str) -> Iterator[tuple[str, Any]]:
        """The rows of a query about tables that are known here, by the name that the user knows."""
        for schema, table, *rest in connection.execute(sa.text(query)).fetchall():
            if (schema, table) in names:
                yield names[schema, table], rest

    for kind, query in (("trigger", _TRIGGERS), ("rule", _RULES)):
        for table, (partition, name, *when, before) in of(query):
            if moments := _moments(when, table in going, table in filled, table in changed):
                yield _acting(f"the {kind} `{name}` of {_place(table, partition)}", moments, before)
    for table, (partition, name, action) in of(_CHANGING):
        if table in going:
            yield (
                f"rows of {_place(table, partition)} that refer by `{name}` to a row that goes are deleted too, where "
                f"the database alone would set them to {'NULL' if action == 'n' else 'their default'}"
            )
    for table, _ in of(_SECURED):
        if table in going or table in filled:
            yield f"row-level security of `{table}` hides rows from this user: the run is refused"
    for table, (column, function) in of(_CALLING):
        if table in filled and column not in filled[table]:
            yield (
                f"the column `{column}` of `{table}` is left to the database, whose default for it calls `{function}`, "
                "which may give another value every time"
            )
    for sequence in find_sequences(connection, filled, relations):
        yield (
            f"the sequence `{sequence.name}` will be set past the highest `{sequence.column}` of "
            f"`{sequence.relation.table.name}`, if it is not past it"
        )


def has_acting_trigger(
    connection: sa.Connection,
    relations: Mapping[str, Relation],
    filled: Collection[str],
    changed: Collection[str],
) -> bool:
    """Whether a trigger acts when rows of the tables `filled` come, or `changed` are updated."""
    names = {(relation.schema, relation.name): name for name, relation in relations.items()}
    return any(
        _moments(when, False, names.get((schema, table)) in filled, names.get((schema, table)) in changed)
        for schema, table, _, _, *when, _ in connection.execute(sa.text(_TRIGGERS)).fetchall()
    )


def _moments(when: Sequence[bool], *touched: bool) -> list[str]:
    return [word for word, acts, done in zip(_MOMENTS, when, touched, strict=True) if acts and done]


def _place(table: str, partition: str | None) -> str:
    return f"`{table}`" if partition is None else f"`{table}` (its partition `{partition}`)"


def _acting(what: str, moments: Sequence[str], before: bool) -> str:
    """What to know of something that acts at these moments, for each row `before` it is there or not."""
    note = f"{what} acts when rows are {' and '.join(moments)}: where it changes other rows, the run is refused"
    if not before or tuple(moments) == ("deleted",):
        return note
    return f"{note}, and so it is where the next one would not know again what it makes of these"
