"""PostgreSQL's own catalogue in five round trips: tables, columns, keys and foreign keys as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile

import sqlalchemy as sa

from seedengine.catalog import Column, ForeignKey, Table
from seedengine.targets.columntypes import ColumnType, parse_type
from seedengine.targets.relations import Relation

ROW_ADDRESS = ("tableoid", "ctid")
"""What tells a row of a table without a primary key from others; partitions have ctids of their own each."""

_TABLES = """
SELECT c.oid, n.nspname, c.relname, pg_catalog.pg_table_is_visible(c.oid), c.relkind::text = 'p',
       c.relkind::text = 'r' AND EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname <> 'information_schema' AND left(n.nspname, 3) <> 'pg_'
ORDER BY n.nspname, c.relname
"""

_FOREIGN_KEYS = r"""
SELECT coalesce(pg_catalog.pg_partition_root(k.conrelid)::oid, k.conrelid),
       coalesce(pg_catalog.pg_partition_root(k.confrelid)::oid, k.confrelid),
       k.conname, k.condeferrable,
       (SELECT array_agg(a.attname::text ORDER BY u.place)
        FROM unnest(k.conkey) WITH ORDINALITY u(number, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number),
       (SELECT array_agg(a.attname::text ORDER BY u.place)
        FROM unnest(k.confkey) WITH ORDINALITY u(number, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number),
       ARRAY(SELECT t.relid::oid FROM pg_catalog.pg_partition_tree(k.confrelid) t WHERE t.isleaf AND p.relispartition),
       ARRAY(SELECT t.relid::oid FROM pg_catalog.pg_partition_tree(k.conrelid) t WHERE t.isleaf AND c.relispartition)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class p ON p.oid = k.confrelid
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
WHERE k.contype = 'f' AND k.conparentid = 0
ORDER BY k.conname, k.oid
"""

_COLUMNS = """
WITH RECURSIVE domain AS (
    SELECT oid, typbasetype AS base, typtypmod AS modifier, typnotnull AS required
    FROM pg_catalog.pg_type WHERE typtype = 'd'
    UNION ALL
    SELECT d.oid, t.typbasetype, t.typtypmod, d.required OR t.typnotnull
    FROM domain d JOIN pg_catalog.pg_type t ON t.oid = d.base WHERE t.typtype = 'd')
SELECT a.attrelid, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod),
       a.attnotnull OR coalesce(n.required, false), coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), w.typdefault),
       a.attgenerated::text <> '', a.attidentity::text <> '', pg_catalog.format_type(n.base, n.modifier),
       CASE WHEN a.attcollation NOT IN (0, 'pg_catalog."default"'::regcollation)
            THEN a.attcollation::regcollation::text END
FROM pg_catalog.pg_attribute a
LEFT JOIN (domain n JOIN pg_catalog.pg_type b ON b.oid = n.base AND b.typtype <> 'd') ON n.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_type w ON w.oid = a.atttypid AND w.typtype = 'd'
WHERE a.attrelid = ANY(:tables) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""

# An expression among an index's columns is NULL here.
_INDEXES = """
SELECT i.indrelid, i.indisprimary, i.indisunique,
       (SELECT array_agg(a.attname::text ORDER BY u.place)
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(number, place)
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.number AND u.number <> 0
        WHERE u.place <= i.indnkeyatts)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_am m ON m.oid = c.relam AND m.amname IN ('btree', 'hash')
WHERE i.indrelid = ANY(:tables) AND i.indisvalid AND i.indpred IS NULL
ORDER BY i.indexrelid
"""

_LABELS = """
SELECT t.typname::text, array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
FROM pg_catalog.pg_enum e JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid GROUP BY t.oid, t.typname
"""


@dataclass(frozen=True, slots=True)
class PostgresCatalog:
    """Relations by the name that a catalog gives them, the labels of each enum, and which tables have partitions."""

    relations: Mapping[str, Relation]
    labels: Mapping[str, tuple[str, ...]]
    partitioned: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Key:
    child: int
    parent: int
    name: str
    deferrable: bool
    columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    parts: tuple[int, ...]
    rows_in: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Index:
    columns: tuple[str, ...]
    primary: bool
    unique: bool


def read_catalog(connection: sa.Connection) -> PostgresCatalog:
    """Every table that a name without a schema reaches, and those of other schemas that hang on one, or on which
    one hangs, named `schema.table`. Partitions stand under their parent.
    """
    tables = {row[0]: row for row in connection.execute(sa.text(_TABLES))}
    keys = [
        _Key(child, parent, name, deferrable, *map(tuple, lists))
        for child, parent, name, deferrable, *lists in connection.execute(sa.text(_FOREIGN_KEYS))
        if child in tables and parent in tables
    ]
    wanted = _wanted({oid for oid, row in tables.items() if row[3]}, keys)
    names = {
        oid: relname if visible else f"{schema}.{relname}"
        for oid, schema, relname, visible, *_ in tables.values()
        if oid in wanted
    }
    columns, types, collations = _columns(connection, list(names))
    indexes = _indexes(connection, list(names))
    relations: dict[str, Relation] = {}
    for oid, name in names.items():
        own = indexes.get(oid, ())
        primary = next((each.columns for each in own if each.primary), ())
        unique = tuple(dict.fromkeys(each.columns for each in own if each.unique and not each.primary))
        others = tuple(dict.fromkeys(each.columns for each in own if each.columns not in (primary, *unique)))
        table = Table(name, tuple(columns.get(oid, ())), primary, _foreign_keys(oid, keys, names), unique, others)
        _, schema, relname, _, _, inherited = tables[oid]
        # What refers to a part of it alone, or from a part, is found by where a row lies.
        parted = any((each.parent == oid and each.parts) or (each.child == oid and each.rows_in) for each in keys)
        key = () if parted or inherited else primary
        alone = oid if inherited else None
        collated = collations.get(oid, {})
        relations[name] = Relation(table, schema, relname, key or ROW_ADDRESS, types.get(oid, {}), alone, collated)
    labels = {name: tuple(each) for name, each in connection.execute(sa.text(_LABELS))}
    partitioned = frozenset(name for oid, name in names.items() if tables[oid][4])
    return PostgresCatalog(relations, labels, partitioned)


def _wanted(visible: set[int], keys: list[_Key]) -> set[int]:
    hanging = set(visible)
    while more := {key.child for key in keys if key.parent in hanging} - hanging:
        hanging |= more
    return hanging | {key.parent for key in keys if key.child in hanging}


def _columns(
    connection: sa.Connection, oids: list[int]
) -> tuple[dict[int, list[Column]], dict[int, dict[str, ColumnType]], dict[int, dict[str, str]]]:
    """By table its columns, their types, and those of their collations that are not the database's."""
    columns: dict[int, list[Column]] = {}
    types: dict[int, dict[str, ColumnType]] = {}
    collations: dict[int, dict[str, str]] = {}
    for oid, name, type, required, default, generated, identity, base, collation in connection.execute(
        sa.text(_COLUMNS), {"tables": oids}
    ):
        column = Column(name, type, not required, None if generated else default, generated, identity)
        columns.setdefault(oid, []).append(column)
        types.setdefault(oid, {})[name] = parse_type(base or type)
        if collation is not None:
            collations.setdefault(oid, {})[name] = collation
    return columns, types, collations


def _indexes(connection: sa.Connection, oids: list[int]) -> dict[int, list[_Index]]:
    indexes: dict[int, list[_Index]] = {}
    for oid, primary, unique, columns in connection.execute(sa.text(_INDEXES), {"tables": oids}):
        leading = tuple(takewhile(lambda name: name is not None, columns))
        if leading:
            indexes.setdefault(oid, []).append(_Index(leading, primary, unique and None not in columns))
    return indexes


def _foreign_keys(oid: int, keys: list[_Key], names: Mapping[int, str]) -> tuple[ForeignKey, ...]:
    # Partitions may repeat a key of their parent, each under a name of its own.
    found: dict[tuple[object, ...], ForeignKey] = {}
    for key in keys:
        if key.child == oid and key.parent in names:
            same = (key.columns, key.parent, key.target_columns, key.parts, key.rows_in)
            target = names[key.parent]
            found.setdefault(
                same,
                ForeignKey(key.columns, target, key.target_columns, key.deferrable, key.name, key.parts, key.rows_in),
            )
    return tuple(found.values())
