"""The whole catalogue of a database as text, without what a new object has to have anew (oids, files, counts)."""

from typing import Any

import psycopg

_RELATIONS = """
SELECT 'relation', format('%I.%I', n.nspname, c.relname), jsonb_strip_nulls(to_jsonb(c) - ARRAY[
    'oid', 'reltype', 'relfilenode', 'relpages', 'reltuples', 'relallvisible', 'relallfrozen', 'relfrozenxid',
    'relminmxid', 'relnamespace', 'reltoastrelid'])::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'shop')
"""
_ATTRIBUTES = """
SELECT 'attribute', format('%I.%I.%s', n.nspname, c.relname, a.attnum), (to_jsonb(a) - 'attrelid')::text
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('public', 'shop')
"""
_INDEXES = """
SELECT 'index', i.indexrelid::regclass::text,
       pg_get_indexdef(i.indexrelid) || (to_jsonb(i) - ARRAY['indexrelid', 'indrelid', 'indcheckxmin'])::text
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('public', 'shop')
"""
_CONSTRAINTS = """
SELECT 'constraint', format('%s.%I', k.conrelid::regclass, k.conname),
       concat_ws(' ', pg_get_constraintdef(k.oid), k.conindid::regclass, k.confrelid::regclass,
                 (to_jsonb(k) - ARRAY['oid', 'conrelid', 'conindid', 'confrelid', 'connamespace', 'conparentid'])::text)
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE n.nspname IN ('public', 'shop')
"""
_TRIGGERS = """
SELECT 'trigger', concat_ws(' ', t.tgrelid::regclass, k.conname, regexp_replace(t.tgname, '[0-9]+$', '')),
       concat_ws(' ', t.tgfoid::regproc, t.tgtype, t.tgenabled, t.tgdeferrable, t.tginitdeferred,
                 t.tgconstrindid::regclass)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint WHERE n.nspname IN ('public', 'shop')
"""
_COMMENTS = """
SELECT 'comment', o.identity || ' ' || d.objsubid, d.description
FROM pg_description d, LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) o
WHERE o.schema IN ('public', 'shop') OR d.classoid = 'pg_constraint'::regclass
"""
_DEPENDENCIES = """
SELECT 'dependency', regexp_replace(a.type || ' ' || a.identity, '_[0-9]+"? on ', ' on '),
       b.type || ' ' || b.identity || ' ' || d.deptype::text
FROM pg_depend d, LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) a,
     LATERAL pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) b
WHERE d.refobjid >= 16384
"""


def read_catalogue(connection: "psycopg.Connection[Any]") -> list[tuple[str, str, str]]:
    """Every row of every catalogue that a table, a key, an index or a comment has, with names in place of oids."""
    queries = (_RELATIONS, _ATTRIBUTES, _INDEXES, _CONSTRAINTS, _TRIGGERS, _COMMENTS, _DEPENDENCIES)
    return sorted(tuple(row) for query in queries for row in connection.execute(query.encode()))


_OIDS = """
SELECT c.relname::text, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('i', 'I') AND n.nspname IN ('public', 'shop')
UNION ALL
SELECT k.conname::text, k.oid FROM pg_constraint k WHERE k.contype = 'f'
"""


def read_oids(connection: "psycopg.Connection[Any]") -> dict[str, int]:
    """The oids of indexes and foreign keys by name: what was taken off and put back has another one."""
    return dict(connection.execute(_OIDS).fetchall())
