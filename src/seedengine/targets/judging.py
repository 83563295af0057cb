"""What is said of the rows that go before any does: who made them, and what hangs between them and those that stay."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from seedengine.catalog import ForeignKey, Going
from seedengine.diagnostics import Refused
from seedengine.targets.closure import ROW_PART, Search
from seedengine.targets.conditions import Rows
from seedengine.targets.found import NAMED, ROUND
from seedengine.targets.protocol import GeneratedRows
from seedengine.targets.relations import reachable

SHOWN_KEYS = 20
"""So many keys of rows are listed; their number is given in any case."""


def judge(search: Search, few: int) -> dict[str, Going]:
    """What goes, table by table; strangers are counted where a table loses all rows, or all together more than `few`.

    The tables that seedengine made have none. Raises Refused where `follows` would leave an orphan, or where somebody's
    rows hang on what only looks generated.
    """
    refuse_looking_alike(search)
    refuse_orphans(search)
    owners = _Owners.of(search)
    relations = search.workspace.relations
    many = sum(count for table, count in search.counts.items() if not relations[table].table.made) > few
    return {table: _judge(search, table, owners, many=many) for table, count in search.counts.items() if count}


def _judge(search: Search, table: str, owners: _Owners, *, many: bool) -> Going:
    found = search.found[table]
    rows = Rows.of(search.workspace.relations[table])
    made = rows.relation.table.made
    execute = search.workspace.connection.execute
    named = execute(sa.select(sa.func.count()).where(found.clause.c[NAMED] == 1)).scalar_one()
    filtered = any(
        each.table == table and each.where is not None and each.where.is_literal() for each in search.removals
    )
    stays = sa.exists(sa.select(sa.literal(1)).select_from(rows.alias).where(~found.holds(rows.column), *rows.own()))
    whole = bool(filtered and named and not made and not execute(sa.select(stays)).scalar_one())
    generated = any(each.table == table and each.generated for each in search.removals)
    counted = whole or (many and not made)
    surplus = search.recognised.surplus(found) if generated or counted else 0
    strangers, strange_keys = None, ""
    if counted or surplus:
        strangers, strange_keys = _listed(search, rows, sa.and_(found.holds(rows.column), _strange(search, rows)))
        strangers += surplus
    mixed, mixed_keys = _mixed(search, rows, owners)
    alike = surplus if generated else 0
    return Going(search.counts[table], named, strangers, strange_keys, mixed, mixed_keys, whole, alike)


def _strange(search: Search, rows: Rows) -> sa.ColumnElement[bool]:
    """That a row is none that the spec makes."""
    table = rows.relation.table.name
    own = [made for each in search.removals if each.table == table for made in (*each.generated, *each.own)]
    return ~_made(search, rows, own)


def _made(search: Search, rows: Rows, among: Sequence[GeneratedRows]) -> sa.ColumnElement[bool]:
    """That a row is one of these; nobody has filled more of it where its key could be anybody's."""
    keyed = [each for each in among if each.keyed]
    return search.recognised.holds(rows, keyed, untouched=[each for each in among if not each.keyed])


@dataclass(frozen=True, slots=True)
class _Owners:
    """The tables whose rows have an owner: something says whose they are, or they hang on such a table.

    In those `marked` a cleanup filter does, and in those `known` the spec knows its own: by keys that nobody else has,
    or since the cleanup says so. Rows of those `lettered` are only known by their letters, and may be somebody's too.
    """

    filtered: frozenset[str]
    marked: frozenset[str]
    known: frozenset[str]
    lettered: frozenset[str]

    @classmethod
    def of(cls, search: Search) -> _Owners:
        filtered = frozenset(each.table for each in search.removals if each.where is not None)
        generated = [each for each in search.removals if each.generated and not each.implied]
        known = {each.table for each in generated}
        lettered = frozenset(each.table for each in generated if not all(made.keyed for made in each.generated))
        needs = {
            name: {key.target for key in relation.table.foreign_keys}
            for name, relation in search.workspace.relations.items()
        }
        reach = {name: reachable(name, needs) | {name} for name in needs}
        marked = frozenset(name for name in needs if reach[name] & filtered)
        return cls(filtered, marked, frozenset(name for name in needs if reach[name] & known) - marked, lettered)


def _mixed(search: Search, rows: Rows, owners: _Owners) -> tuple[int, str]:
    """The rows that only hang on one that goes and may be somebody's all the same; none where one key alone decides.

    These hang on a row of an owner's that stays, too; or the spec does not make them, and they hang on one that stays
    in a table in which it knows its own, or on one that goes and is only known by its letters, or the filter of their
    own table does not name them.
    """
    table = rows.relation.table
    if table.name in search.follows:
        return 0, ""
    found = search.found[table.name]
    hanging = found.holds(rows.column, found.clause.c[NAMED] == 0)
    certain = sa.or_(sa.false(), *_staying(search, rows, owners.marked))
    doubtful = [*_staying(search, rows, owners.known), *_going(search, rows, owners.lettered)]
    if table.name in owners.filtered:
        doubtful.append(sa.true())
    count, keys = _listed(search, rows, sa.and_(hanging, certain))
    more = sa.and_(hanging, sa.or_(sa.false(), *doubtful))
    if not doubtful or not _count(search, rows, more):
        return count, keys
    strange = sa.and_(more, ~sa.func.coalesce(certain, sa.false()), _strange(search, rows))
    further, others = _listed(search, rows, strange, max(0, SHOWN_KEYS - count))
    return count + further, ", ".join(each for each in (keys, others) if each)


def _staying(search: Search, rows: Rows, targets: Collection[str]) -> Iterator[sa.ColumnElement[bool]]:
    """For each foreign key that leads to one of these tables: that a row refers by it to one that stays."""
    for key in rows.relation.table.foreign_keys:
        if key.target in targets:
            yield _stays(search, rows, key)


def _going(search: Search, rows: Rows, targets: Collection[str]) -> Iterator[sa.ColumnElement[bool]]:
    """For each foreign key that leads to one of these tables: that a row refers by it to one that goes."""
    for key in rows.relation.table.foreign_keys:
        if key.target in targets and search.counts.get(key.target):
            yield search.refers(rows, key)


def _stays(search: Search, rows: Rows, key: ForeignKey) -> sa.ColumnElement[bool]:
    """That a row refers by this key to one that stays."""
    refers = sa.and_(*(rows.column(column).is_not(None) for column in key.columns))
    if key.rows_in:
        refers = sa.and_(refers, rows.column(ROW_PART).in_(key.rows_in))
    return sa.and_(refers, ~search.refers(rows, key)) if search.counts.get(key.target) else refers


def refuse_looking_alike(search: Search) -> None:
    """Raises Refused where somebody's rows hang on rows that look generated, but whose keys could be anybody's."""
    implied = " and ".join(f"`{removal.table}`" for removal in search.removals if removal.implied)
    for removal in search.removals if implied else ():
        if not search.counts.get(removal.table):
            continue
        rows = Rows.of(search.workspace.relations[removal.table])
        found = search.found[removal.table]
        late = found.holds(rows.column, found.clause.c[ROUND] > search.implied_round)
        made = _made(search, rows, (*removal.generated, *removal.own))
        count, keys = _listed(search, rows, sa.and_(late, ~made))
        if count:
            raise Refused(
                f"{count} row{'s' if count > 1 else ''} of `{removal.table}` that this spec does not make would go, "
                f"since they hang on rows of {implied} that look like the spec's and may be somebody's: {keys}",
                "say in `cleanup` which rows are this spec's, or give such tables keys like `{uuid: {}}`",
            )


def refuse_orphans(search: Search) -> None:
    """Raises Refused where a row that stays, by its `follows`, refers to one that goes."""
    for table, column in search.follows.items():
        for key in search.workspace.relations[table].table.foreign_keys:
            if key.columns != (column,) and search.counts.get(key.target):
                _refuse_orphans(search, table, column, key)


def _refuse_orphans(search: Search, table: str, follows: str, key: ForeignKey) -> None:
    rows = Rows.of(search.workspace.relations[table])
    orphaned = sa.and_(search.refers(rows, key), ~search.found[table].holds(rows.column), *rows.own())
    count, keys = _listed(search, rows, orphaned)
    if not count:
        return
    raise Refused(
        f"{count} row{'s' if count > 1 else ''} of `{table}` would stay, as `{follows}` decides, while the "
        f"`{key.target}` that `{', '.join(key.columns)}` refers to goes: {keys}",
        f"take `follows: {follows}` out of the cleanup of `{table}`, or change what these rows refer to",
    )


def _count(search: Search, rows: Rows, condition: sa.ColumnElement[bool]) -> int:
    counted = sa.select(sa.func.count()).select_from(rows.alias).where(condition)
    return int(search.workspace.connection.execute(counted).scalar_one())


def _listed(search: Search, rows: Rows, condition: sa.ColumnElement[bool], shown: int = SHOWN_KEYS) -> tuple[int, str]:
    """How many rows the condition holds for, and the keys of the first ones."""
    count = _count(search, rows, condition)
    if not count:
        return 0, ""
    key = [rows.column(name) for name in rows.relation.table.primary_key] or rows.key()
    listed = sa.select(*key).where(condition).order_by(*key).limit(shown)
    keys = ", ".join(" ".join(str(value) for value in row) for row in search.workspace.connection.execute(listed))
    return count, keys + (", …" if count > shown else "")
