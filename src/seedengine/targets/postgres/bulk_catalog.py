"""What a bulk load may take off tables of PostgreSQL: foreign keys and indexes, with all that they are put back by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from seedengine.targets.relations import Relation

_TABLES = """
SELECT t.name, c.oid, n.nspname, c.relname, CASE
    WHEN c.relkind <> 'r' OR c.relispartition
         OR EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE c.oid IN (h.inhparent, h.inhrelid))
        THEN 'it has partitions or inherits'
    WHEN NOT pg_catalog.pg_has_role(c.relowner, 'USAGE') THEN 'it belongs to another user'
    WHEN NOT pg_catalog.has_schema_privilege(n.oid, 'CREATE') THEN 'this user may create nothing in its schema'
    WHEN pg_catalog.row_security_active(c.oid) THEN 'it has row security'
    WHEN EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                 AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e') THEN 'it belongs to an extension'
    END
FROM unnest(CAST(:names AS text[]), CAST(:schemas AS text[]), CAST(:tables AS text[])) t(name, schema, relname)
JOIN pg_catalog.pg_namespace n ON n.nspname = t.schema
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = t.relname
"""

# Bits of `tgtype`: 4 is INSERT, 8 is DELETE, 16 is UPDATE.
_TRIGGERS = """
SELECT t.tgname FROM pg_catalog.pg_trigger t
WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
  AND (t.tgrelid = ANY(:loaded) AND t.tgtype & 4 <> 0 OR t.tgrelid = ANY(:updated) AND t.tgtype & 16 <> 0
       OR t.tgrelid = ANY(:deleted) AND t.tgtype & 8 <> 0)
UNION ALL
SELECT e.evtname FROM pg_catalog.pg_event_trigger e WHERE e.evtenabled IN ('O', 'A') AND e.evtevent <> 'login'
"""

# Built-in functions, of which no dependency is kept, and those of an extension know nobody's tables.
_FUNCTIONS = """
WITH code AS (
    SELECT 'pg_catalog.pg_attrdef'::regclass AS class, d.oid FROM pg_catalog.pg_attrdef d WHERE d.adrelid = ANY(:loaded)
    UNION ALL
    SELECT 'pg_catalog.pg_constraint'::regclass, k.oid FROM pg_catalog.pg_constraint k
    WHERE k.contype = 'c'
      AND (k.conrelid = ANY(:loaded)
           OR k.contypid IN (SELECT a.atttypid FROM pg_catalog.pg_attribute a WHERE a.attrelid = ANY(:loaded))))
SELECT DISTINCT p.proname FROM code
JOIN pg_catalog.pg_depend d ON d.classid = code.class AND d.objid = code.oid
JOIN pg_catalog.pg_proc p ON d.refclassid = 'pg_catalog.pg_proc'::regclass AND d.refobjid = p.oid
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
    WHERE e.classid = 'pg_catalog.pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e')
ORDER BY p.proname
"""

# A key stays whose triggers somebody has switched off, which points at partitions, which could be put back onto
# another index than it had, or for which this user lacks a right. One that is NOT VALID has to be one that
# our own check understands.
_FOREIGN_KEYS = """
SELECT k.oid, k.conrelid, k.conname, pg_catalog.pg_get_constraintdef(k.oid), u.relname, k.convalidated,
       pg_catalog.obj_description(k.oid, 'pg_constraint'),
       NOT k.convalidated AND coalesce((to_jsonb(k)->>'conenforced')::boolean, true),
       n.nspname, p.relname,
       (SELECT array_agg(a.attname::text ORDER BY c.place) FROM unnest(k.conkey) WITH ORDINALITY c(number, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.number),
       (SELECT array_agg(a.attname::text ORDER BY c.place) FROM unnest(k.confkey) WITH ORDINALITY c(number, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = c.number),
       (SELECT array_agg(format('OPERATOR(%s.%s)', o.oprnamespace::regnamespace, o.oprname) ORDER BY c.place)
        FROM unnest(k.conpfeqop) WITH ORDINALITY c(operator, place)
        JOIN pg_catalog.pg_operator o ON o.oid = c.operator),
       p.relkind = 'r' AND k.conparentid = 0 AND k.coninhcount = 0
       AND pg_catalog.has_table_privilege(p.oid, 'REFERENCES') AND pg_catalog.has_table_privilege(p.oid, 'SELECT')
       AND NOT pg_catalog.row_security_active(p.oid)
       AND coalesce((to_jsonb(k)->>'conenforced')::boolean, true)
       AND (k.convalidated
            OR k.confmatchtype = 's' AND NOT coalesce((to_jsonb(k)->>'conperiod')::boolean, false)
            AND NOT EXISTS (SELECT FROM unnest(k.conkey, k.confkey) c(child, parent)
                JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.child
                JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = c.parent
                WHERE a.attcollation <> b.attcollation))
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O')
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
           WHERE d.refclassid = 'pg_catalog.pg_constraint'::regclass AND d.refobjid = k.oid
             AND NOT (d.classid = 'pg_catalog.pg_trigger'::regclass AND d.deptype = 'i'))
       AND (SELECT count(*) FROM pg_catalog.pg_index i
            WHERE i.indrelid = k.confrelid AND i.indisunique AND i.indimmediate AND i.indisvalid
              AND i.indpred IS NULL AND i.indexprs IS NULL
              AND (SELECT array_agg(n ORDER BY n) FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) n)
                  = (SELECT array_agg(n ORDER BY n) FROM unnest(k.confkey) n)) = 1
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class p ON p.oid = k.confrelid
JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace
JOIN pg_catalog.pg_class u ON u.oid = k.conindid
WHERE k.contype = 'f'
  AND (k.conrelid = ANY(:bulk) OR k.conrelid = ANY(:small) AND k.confrelid = ANY(:bulk))
ORDER BY k.oid
"""

# An index stays on which anything depends that stays: a foreign key, a view grouped by a primary key, the identity of
# rows that are published. So does one that may serve a foreign key which stays, when rows of its parent go. It stays
# too where it could be put back otherwise than it was: what a function of somebody gives while an index is made depends
# on a search path that is not ours.
_INDEXES = """
SELECT i.indexrelid, i.indrelid, x.relname, pg_catalog.pg_get_indexdef(i.indexrelid),
       CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' END || format(' USING INDEX %I', x.relname)
           || CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END
           || CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END,
       pg_catalog.obj_description(i.indexrelid, 'pg_class'), pg_catalog.obj_description(k.oid, 'pg_constraint'),
       coalesce((SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = x.reltablespace), ''),
       i.indisclustered, i.indisreplident, i.indexprs IS NOT NULL,
       (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = x.oid),
       (SELECT array_agg(coalesce(a.attstattarget, -1) ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = x.oid),
       i.indisvalid AND i.indisready AND NOT i.indisexclusion
       AND (x.reltablespace = 0 OR pg_catalog.has_tablespace_privilege(x.reltablespace, 'CREATE'))
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O')
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
           WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = x.oid
             AND d.refclassid IN ('pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_extension'::regclass))
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
           WHERE (d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = x.oid
                  OR d.refclassid = 'pg_catalog.pg_constraint'::regclass AND d.refobjid = k.oid)
             AND NOT (d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = x.oid)
             AND NOT (d.classid = 'pg_catalog.pg_constraint'::regclass
                      AND (d.objid = ANY(:taken) OR d.objid = coalesce(k.oid, 0)))
             AND NOT (d.classid = 'pg_catalog.pg_trigger'::regclass AND d.deptype = 'i'))
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint f
           WHERE f.contype = 'f' AND f.conrelid = i.indrelid AND f.oid <> ALL(:taken) AND f.conkey && i.indkey::int2[])
       AND NOT ((i.indisreplident OR c.relreplident = 'd' AND i.indisprimary)
                AND EXISTS (SELECT FROM pg_catalog.pg_publication_tables q
                    WHERE q.schemaname = n.nspname AND q.tablename = c.relname))
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_constraint k
    ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u')
WHERE i.indrelid = ANY(:bulk)
ORDER BY i.indexrelid
"""


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """A table by the name that a catalog gives it; `obstacle` says why its keys and indexes stay, if they have to."""

    name: str
    oid: int
    schema: str
    relname: str
    obstacle: str | None


@dataclass(frozen=True, slots=True)
class Reference:
    """The columns of a foreign key, the rows that they refer to, and the operators by which both are compared."""

    schema: str
    table: str
    columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A foreign key as it stands; `unchecked` says that the server will not check it when it is put back."""

    oid: int = field(compare=False)
    table: LoadedTable
    name: str
    definition: str
    index: str
    valid: bool
    comment: str | None
    unchecked: bool
    reference: Reference
    movable: bool


@dataclass(frozen=True, slots=True)
class HeldIndex:
    """An index as it stands, and what makes a constraint of it where it is one, which then has the same name.

    `columns` are the names of its own columns, which keep those that a table's columns had; `statistics` are their
    statistics targets, -1 where there is none.
    """

    oid: int = field(compare=False)
    table: LoadedTable
    movable: bool
    columns: tuple[str, ...]
    statistics: tuple[int, ...]
    name: str
    definition: str
    constraint: str | None
    comment: str | None
    constraint_comment: str | None
    tablespace: str
    clustered: bool
    replica_identity: bool
    has_expressions: bool


@dataclass(frozen=True, slots=True)
class Held:
    """The foreign keys and indexes of some tables, each in the order in which they were made."""

    foreign_keys: tuple[HeldKey, ...]
    indexes: tuple[HeldIndex, ...]

    def movable(self) -> Held:
        """What of it can be taken off and put back."""
        return Held(
            tuple(key for key in self.foreign_keys if key.movable),
            tuple(index for index in self.indexes if index.movable),
        )

    def equals(self, other: Held) -> bool:
        """Whether both are the same, in whatever order they were made."""
        return set(self.foreign_keys) == set(other.foreign_keys) and set(self.indexes) == set(other.indexes)


def read_tables(connection: sa.Connection, relations: Mapping[str, Relation]) -> list[LoadedTable]:
    """These tables, in their order."""
    given = {
        "names": list(relations),
        "schemas": [each.schema for each in relations.values()],
        "tables": [each.name for each in relations.values()],
    }
    found = {row[0]: LoadedTable(*row) for row in connection.execute(sa.text(_TABLES), given)}
    return [found[name] for name in relations]


def find_triggers(
    connection: sa.Connection, loaded: Sequence[LoadedTable], updated: frozenset[str], deleted: Sequence[LoadedTable]
) -> list[str]:
    """The triggers of somebody that go off at rows that come, are updated or go, or at changes of tables."""
    given = {
        "loaded": [table.oid for table in loaded],
        "updated": [table.oid for table in loaded if table.name in updated],
        "deleted": [table.oid for table in deleted],
    }
    return list(connection.execute(sa.text(_TRIGGERS), given).scalars())


def find_functions(connection: sa.Connection, loaded: Sequence[LoadedTable]) -> list[str]:
    """The functions of somebody that checks, defaults and generated columns of these tables call for each row."""
    return list(connection.execute(sa.text(_FUNCTIONS), {"loaded": [table.oid for table in loaded]}).scalars())


def read_held(connection: sa.Connection, bulk: Sequence[LoadedTable], small: Sequence[LoadedTable]) -> Held:
    """What hangs on the tables of a bulk load, and the foreign keys by which the `small` ones refer to them."""
    tables = {table.oid: table for table in (*bulk, *small)}
    oids = {"bulk": [table.oid for table in bulk], "small": [table.oid for table in small]}
    keys = []
    for row in connection.execute(sa.text(_FOREIGN_KEYS), oids):
        oid, table, name, definition, index, valid, comment, unchecked, *place, movable = row
        schema, parent, *lists = place
        reference = Reference(schema, parent, *map(tuple, lists))
        keys.append(HeldKey(oid, tables[table], name, definition, index, valid, comment, unchecked, reference, movable))
    taken = [key.oid for key in keys if key.movable]
    indexes = []
    for row in connection.execute(sa.text(_INDEXES), {**oids, "taken": taken}):
        oid, table, *shape, columns, statistics, movable = row
        indexes.append(HeldIndex(oid, tables[table], movable, tuple(columns), tuple(statistics), *shape))
    return Held(tuple(keys), tuple(indexes))
