"""What an upsert refuses before it writes: keys that tell no single row, keys that are taken, rows of somebody's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from seedengine.diagnostics import Refused
from seedengine.targets.conditions import Rows
from seedengine.targets.found import Workspace
from seedengine.targets.judging import SHOWN_KEYS
from seedengine.targets.ownership import Owners
from seedengine.targets.protocol import RowRefused, Upserted
from seedengine.targets.rowtexts import Shown
from seedengine.targets.staged import StagedTable, same

_LONGEST_VALUE = 60
"""So much of a value is shown in a message."""

CHANGED_ROWS_HELP = (
    "the database makes others of them, by a trigger or the type of a column: let the spec make what it then holds; "
    "nothing was changed"
)
"""What to do where what was written is not known again."""

_APART = "let `key` name what tells the rows apart"


def refuse_equal_keys(workspace: Workspace, staged: StagedTable, rows: sa.Subquery) -> None:
    """Raises RowRefused where several staged rows have one key, or one that refers to others lacks a part of it."""
    key = [rows.c[name] for name in staged.table.key]
    number = rows.c[staged.row]
    query = sa.select(sa.func.max(number), *(sa.func.min(Shown(each)) for each in key))
    query = query.where(*(each.is_not(None) for each in key)).group_by(*key).having(sa.func.count() > 1)
    if found := _first(workspace, query):
        message = f"another row has the same key, {_pairs(staged.table.key, found[1:])}"
        raise RowRefused(message, staged.table.table, found[0], None, _APART)
    lacking = sa.select(number).where(sa.or_(*(each.is_(None) for each in key)))
    if staged.table.later and (found := _first(workspace, lacking)):
        help = "rows that refer to each other in a circle need a whole `key`"
        raise RowRefused("its key is NULL", staged.table.table, found[0], None, help)


def refuse_several_matches(workspace: Workspace, staged: StagedTable, rows: sa.Subquery) -> None:
    """Raises RowRefused where several rows that are there have one key, or several staged ones are one there."""
    there, key = Rows.of(staged.relation), staged.table.key
    shown = [sa.func.min(Shown(there.column(name))) for name in key]
    source = rows.join(there.alias, staged.known(there, rows))
    query = sa.select(sa.func.max(rows.c[staged.row]), *shown).select_from(source)
    query = query.group_by(*(there.column(name) for name in key)).having(sa.func.count() > 1)
    if found := _first(workspace, query):
        message = f"its key tells no single row in the database, {_pairs(key, found[1:])}"
        raise RowRefused(message, staged.table.table, found[0], None, _APART)


def refuse_taken(workspace: Workspace, staged: StagedTable, rows: sa.Subquery) -> None:
    """Raises RowRefused where a new row has the primary key of a row that is there and has another key."""
    primary, key = staged.relation.table.primary_key, staged.table.key
    if not primary or set(key) <= set(primary) or not set(primary) <= set(staged.table.columns):
        return
    there, matches = Rows.of(staged.relation), staged.matches.clause
    shown = (Shown(there.column(name)) for name in (*primary, *key))
    source = rows.join(there.alias, same(there.alias, rows, primary))
    source = source.outerjoin(matches, matches.c[staged.row] == rows.c[staged.row])
    query = sa.select(rows.c[staged.row], *shown).select_from(source)
    found = _first(workspace, query.where(matches.c[staged.row].is_(None), *there.own()))
    if found is None:
        return
    number, values = found[0], found[1:]
    taken, other = _pairs(primary, values[: len(primary)]), _pairs(key, values[len(primary) :])
    raise RowRefused(
        f"{taken} is taken by a row of `{staged.table.table}` with another key, {other}",
        staged.table.table,
        number,
        primary[0] if len(primary) == 1 else None,
        "let the spec make ids that no other row has, such as `uuid`; where an earlier run left that row, "
        "`--mode replace` removes it",
    )


def find_somebodys(workspace: Workspace, staged: StagedTable, rows: sa.Subquery, owners: Owners) -> tuple[int, str]:
    """How many rows are to be changed that are somebody's, and the keys of the first ones."""
    there = Rows.of(staged.relation)
    theirs = owners.somebodys(there)
    if theirs is None:
        return 0, ""
    changed = staged.changed.clause
    source = rows.join(changed, changed.c[staged.row] == rows.c[staged.row])
    source = source.join(there.alias, staged.known(there, rows))
    shown = [Shown(there.column(name)) for name in staged.table.key]
    query = sa.select(*shown).select_from(source).where(theirs).order_by(*shown)
    found = workspace.connection.execute(query).fetchall()
    keys = ", ".join(" ".join(map(str, row)) for row in found[:SHOWN_KEYS])
    return len(found), keys + (", …" if len(found) > SHOWN_KEYS else "")


def refuse_somebodys(found: Mapping[str, Upserted]) -> None:
    """Raises Refused where rows are to be changed that may be somebody's."""
    theirs = {table: each for table, each in found.items() if each.somebodys}
    if not theirs:
        return
    count = sum(each.somebodys for each in theirs.values())
    listed = "; ".join(f"{each.somebodys:,} of `{table}`: {each.somebodys_keys}" for table, each in theirs.items())
    raise Refused(
        f"{count:,} row{'s' if count > 1 else ''} that may be somebody's would be updated, being none that the cleanup "
        f"names: {listed}",
        "let `cleanup` name these rows, or say with `follows:` there which foreign key decides; or change the key",
    )


def refuse_lost(workspace: Workspace, staged: StagedTable, rows: sa.Subquery) -> None:
    """Raises Refused where rows that were written are not there by their key: every upsert would add more."""
    there, key = Rows.of(staged.relation), staged.table.key
    whole = (rows.c[name].is_not(None) for name in key)
    made = sa.select(sa.func.count()).select_from(rows).where(*whole)
    # Every key is that of one row at most on both sides, and by a join they are found without an index of the table.
    known = sa.select(sa.func.count()).select_from(rows.join(there.alias, staged.known(there, rows)))
    execute = workspace.connection.execute
    if lost := execute(made).scalar_one() - execute(known).scalar_one():
        raise Refused(
            f"{lost:,} of the rows that came into `{staged.table.table}` have another {', '.join(key)} there, so that "
            "the next upsert would insert them once more",
            CHANGED_ROWS_HELP,
        )


def _first(workspace: Workspace, query: sa.Select[Any]) -> sa.Row[Any] | None:
    """The first row of a query by its first column, a staged row's number."""
    return workspace.connection.execute(query.order_by(query.selected_columns[0]).limit(1)).first()


def _pairs(names: Sequence[str], values: Sequence[object]) -> str:
    shown = ("NULL" if value is None else str(value)[:_LONGEST_VALUE] for value in values)
    return ", ".join(f"{name} = {value}" for name, value in zip(names, shown, strict=True))
