"""What a table declares and the server does not check: whether the rows that a transaction wrote keep to it."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from seedengine.catalog import ForeignKey
from seedengine.diagnostics import DatabaseError
from seedengine.targets.relations import Relation, quoted_table

# Everything else that a table declares is checked by the server as rows come, or when a bulk load puts it back.
_UNCHECKED = """
SELECT n.nspname, c.relname, k.conname
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0
  AND (NOT coalesce((to_jsonb(k)->>'conenforced')::boolean, true)
       OR EXISTS (
           SELECT FROM pg_catalog.pg_trigger t
           WHERE t.tgconstraint = k.oid AND t.tgrelid = k.conrelid
             AND t.tgenabled::text NOT IN (
                 'A', CASE current_setting('session_replication_role') WHEN 'replica' THEN 'R' ELSE 'O' END)))
"""

_UNENFORCED = """
SELECT n.nspname, c.relname, k.conname, pg_catalog.pg_get_expr(k.conbin, k.conrelid)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'c' AND NOT coalesce((to_jsonb(k)->>'conenforced')::boolean, true)
ORDER BY k.conname
"""


def audit(connection: sa.Connection, loaded: Iterable[str], relations: Mapping[str, Relation]) -> None:
    """Raises DatabaseError where a row that this transaction wrote refers to none, or breaks a check."""
    for schema, name, check, condition in connection.execute(sa.text(_UNENFORCED)).fetchall():
        for table in loaded:
            if (relations[table].schema, relations[table].name) == (schema, name):
                _audit_check(connection, relations[table], check, condition)
    unchecked = {tuple(row) for row in connection.execute(sa.text(_UNCHECKED))}
    for table in loaded if unchecked else ():
        relation = relations[table]
        for key in relation.table.foreign_keys:
            if (relation.schema, relation.name, key.name) in unchecked:
                _audit(connection, relation, key, relations[key.target])


def _audit_check(connection: sa.Connection, relation: Relation, check: str, condition: str) -> None:
    rows = quoted_table(relation.name, relation.schema, ("xmin",))
    broken = sa.not_(sa.literal_column(f"({condition})", sa.Boolean))
    count = connection.execute(sa.select(sa.func.count()).select_from(rows).where(_written(rows), broken)).scalar_one()
    if count:
        raise DatabaseError(
            f"{count} rows of `{relation.table.name}` break `{check}`, which the database does not enforce",
            "make values that it allows; nothing was changed",
        )


def _written(rows: sa.FromClause) -> sa.ColumnElement[bool]:
    """That this transaction wrote the row."""
    return rows.c.xmin == sa.func.pg_current_xact_id().op("::")(sa.literal_column("xid"))


def _audit(connection: sa.Connection, relation: Relation, key: ForeignKey, parents: Relation) -> None:
    rows = quoted_table(relation.name, relation.schema, (*key.columns, "xmin")).alias()
    others = parents.clause().alias()
    refers = (rows.c[column].is_not(None) for column in key.columns)
    same = (rows.c[column] == others.c[target] for column, target in zip(key.columns, key.target_columns, strict=True))
    found = sa.exists(sa.select(sa.literal(1)).select_from(others).where(*same))
    count = connection.execute(
        sa.select(sa.func.count()).select_from(rows).where(_written(rows), *refers, ~found)
    ).scalar_one()
    if count:
        raise DatabaseError(
            f"{count} rows of `{relation.table.name}` refer by `{', '.join(key.columns)}` to no `{key.target}` that is "
            f"there, and the database does not check `{key.name}`",
            "let the field draw from an entity of that table with `ref`; nothing was changed",
        )
