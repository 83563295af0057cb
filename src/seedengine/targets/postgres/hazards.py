"""What else will happen in a PostgreSQL database when rows go and come, in words."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from seedengine.targets.postgres.sequences import find_sequences
from seedengine.targets.relations import Relation

_TRIGGERS = """
SELECT n.nspname, c.relname, t.tgname, (t.tgtype & 4) > 0, (t.tgtype & 8) > 0, (t.tgtype & 16) > 0
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND t.tgparentid = 0
  AND t.tgenabled::text IN ('A', CASE current_setting('session_replication_role') WHEN 'replica' THEN 'R' ELSE 'O' END)
ORDER BY n.nspname, c.relname, t.tgname
"""
_RULES = """
SELECT n.nspname, c.relname, r.rulename, r.ev_type::text = '3', r.ev_type::text = '4', r.ev_type::text = '2'
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
_CHANGING = """
SELECT n.nspname, c.relname, k.conname, k.confdeltype::text
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.confdeltype IN ('n', 'd')
ORDER BY n.nspname, c.relname, k.conname
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

    def of(rows: Any) -> Iterator[tuple[str, Any]]:
        """The rows of a query about tables that are known here, by the name that the user knows."""
        for schema, table, *rest in rows.fetchall():
            if (schema, table) in names:
                yield names[schema, table], rest

    for kind, query in (("trigger", _TRIGGERS), ("rule", _RULES)):
        for table, (name, inserts, deletes, updates) in of(connection.execute(sa.text(query))):
            moments = [
                word
                for word, fires in (
                    ("deleted", deletes and table in going),
                    ("inserted", inserts and table in filled),
                    ("updated", updates and table in changed),
                )
                if fires
            ]
            if moments:
                yield (
                    f"the {kind} `{name}` of `{table}` acts when rows are {' and '.join(moments)}: where it changes "
                    "other rows, the run is refused"
                )
    for table, (name, action) in of(connection.execute(sa.text(_CHANGING))):
        if table in going:
            yield (
                f"rows of `{table}` that refer by `{name}` to a row that goes are deleted too, where the database "
                f"alone would set them to {'NULL' if action == 'n' else 'their default'}"
            )
    for table, _ in of(connection.execute(sa.text(_SECURED))):
        if table in going or table in filled:
            yield f"row-level security of `{table}` hides rows from this user: the run is refused"
    for sequence in find_sequences(connection, filled, relations):
        yield (
            f"the sequence `{sequence.name}` will be set past the highest `{sequence.column}` of "
            f"`{sequence.relation.table.name}`, if it is not past it"
        )
