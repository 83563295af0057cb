"""Which rows of a table a spec has made: those that look the same to the letter, and no more than it makes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from seedengine.targets.conditions import Rows
from seedengine.targets.found import CreateTemporary, Workspace, make_found
from seedengine.targets.protocol import GeneratedRows, Removal
from seedengine.targets.relations import Relation, quoted_table
from seedengine.targets.rowtexts import Differ, RowText

_ENTITY, _UNTOUCHED = "entity", "untouched"
"""Of a row recognised: which of the table's entities makes it, and 1 where nobody has filled more of it than that does.

The latter as far as it can be told.
"""

_TEXT, _COPY = "seedengine_text", "seedengine_copy"

_CONSTANT = re.compile(r"(?:'(?:[^']|'')*'|-?\d+(?:\.\d+)?|true|false|null)(?:::[\w\s\"\.\[\](),]+)?", re.IGNORECASE)
"""A default that is the same whenever it is asked for, and means the same in every place."""


class Recognised:
    """The rows that a spec makes, loaded when first asked for and looked up in the tables that they are for.

    The temporary tables exist once it is made; `number` makes their names.
    """

    def __init__(self, workspace: Workspace, removals: Sequence[Removal], number: int) -> None:
        self._tables: dict[str, _Table] = {}
        for position, removal in enumerate(removals):
            known = dict.fromkeys(each for each in (*removal.generated, *removal.own) if each.columns)
            if known:  # what is recognised by nothing is nobody's
                relation = workspace.relations[removal.table]
                self._tables[removal.table] = _Table(workspace, relation, list(known), f"{number}_{position}")

    def holds(
        self, rows: Rows, among: Collection[GeneratedRows], untouched: Collection[GeneratedRows] = ()
    ) -> sa.ColumnElement[bool]:
        """That a row is one of these, or one of the others whose rows nobody may have filled more of."""
        table = self._tables.get(rows.relation.table.name)
        return sa.false() if table is None else table.holds(rows, among, untouched)


class _Table:
    """The rows of some entities, and those of their table that are these."""

    def __init__(self, workspace: Workspace, relation: Relation, known: Sequence[GeneratedRows], number: str) -> None:
        self._workspace, self._relation, self._known = workspace, relation, known
        self._waiting = {
            generated: self._make(generated, f"seedengine_generated_{number}_{position}")
            for position, generated in enumerate(known)
        }
        name, marks = f"seedengine_recognised_{number}", (_ENTITY, _UNTOUCHED)
        self._found = make_found(workspace, relation, (), name, indexed=not workspace.hashes, marks=marks)

    def _make(self, generated: GeneratedRows, name: str) -> sa.TableClause:
        self._relation.require(generated.columns)
        clause = quoted_table(name, self._workspace.temporary_schema, generated.columns)
        source = self._relation.clause()
        shape = sa.select(*(source.c[column] for column in generated.columns))
        self._workspace.connection.execute(CreateTemporary(clause, shape))
        return clause

    def holds(
        self, rows: Rows, among: Collection[GeneratedRows], untouched: Collection[GeneratedRows]
    ) -> sa.ColumnElement[bool]:
        """See `Recognised`."""
        asked = [each for each in self._known if each in among or each in untouched]
        if not asked:
            return sa.false()
        for each in asked:
            if each in self._waiting:
                self._look_up(each, self._waiting.pop(each))
        entity, is_untouched = self._found.clause.c[_ENTITY], self._found.clause.c[_UNTOUCHED] == 1
        numbers = [[number for number, each in enumerate(self._known) if each in some] for some in (among, untouched)]
        either = sa.or_(entity.in_(numbers[0]), sa.and_(entity.in_(numbers[1]), is_untouched))
        return self._found.holds(rows.column, either)

    def _look_up(self, generated: GeneratedRows, made: sa.TableClause) -> None:
        relation, workspace = self._relation, self._workspace
        staging = Relation(relation.table, workspace.temporary_schema, made.name, (), relation.types)
        workspace.stage(staging, generated.columns, generated.batches())
        places = [*self._found.columns.values(), _ENTITY, _UNTOUCHED]
        same = self._same(generated, made)
        workspace.connection.execute(self._found.clause.insert().from_select(places, same))
        workspace.analyze(self._found)

    def _same(self, generated: GeneratedRows, made: sa.TableClause) -> sa.Select[Any]:
        """The rows of the table that are the same as one of these, as they are kept."""
        rows = Rows.of(self._relation)
        untouched = sa.case((sa.and_(sa.true(), *self._untouched(rows, generated)), 1), else_=0)
        kept: list[sa.ColumnElement[Any]] = [
            *(rows.column(name).label(place) for name, place in self._found.columns.items()),
            sa.literal(self._known.index(generated)).label(_ENTITY),
            untouched.label(_UNTOUCHED),
        ]
        key = self._held_key(generated)
        if not key:
            return self._numbered(rows, generated, made, kept)
        same = (rows.column(name) == made.c[name] for name in key)
        alike = (~Differ(rows.column(name), made.c[name]) for name in generated.columns)
        both = rows.alias.join(made, sa.and_(*same))
        return sa.select(*kept).select_from(both).where(*alike, *rows.own())

    def _held_key(self, generated: GeneratedRows) -> tuple[str, ...]:
        """A key of the table of which every part is made, so that it finds one row at most."""
        table = self._relation.table
        nullable = {column.name for column in table.columns if column.nullable} - {*table.primary_key}
        for key in (table.primary_key, *table.unique):
            if key and set(key) <= {*generated.columns} - nullable:
                return key
        return ()

    def _numbered(
        self, rows: Rows, generated: GeneratedRows, made: sa.TableClause, kept: Sequence[sa.ColumnElement[Any]]
    ) -> sa.Select[Any]:
        """Of rows that look the same, no more than are made: first those that nobody has touched, and the newest."""
        text = RowText(*(rows.column(name) for name in generated.columns))
        made_text = RowText(*(made.c[name] for name in generated.columns))
        order = [kept[-1].desc(), *(each.desc() for each in rows.key())]
        copy = sa.func.row_number().over(partition_by=text, order_by=order).label(_COPY)
        query = sa.select(*kept, text.label(_TEXT), copy).where(text.in_(sa.select(made_text)), *rows.own())
        there = query.subquery()
        made_copy = sa.func.row_number().over(partition_by=made_text).label(_COPY)
        ours = sa.select(made_text.label(_TEXT), made_copy).subquery()
        both = there.join(ours, sa.and_(there.c[_TEXT] == ours.c[_TEXT], there.c[_COPY] == ours.c[_COPY]))
        found: list[sa.ColumnElement[Any]] = [there.c[each.name] for each in kept]
        return sa.select(*found).select_from(both)

    def _untouched(self, rows: Rows, generated: GeneratedRows) -> Iterator[sa.ColumnElement[bool]]:
        """That nobody has filled what the spec leaves to the database, as far as that can be told."""
        relation = rows.relation
        for column in relation.table.columns:
            if column.name in generated.columns or column.generated or column.identity:
                continue
            if column.default is None:
                yield rows.column(column.name).is_(None)
            elif _CONSTANT.fullmatch(column.default):
                default: sa.ColumnElement[Any] = sa.literal_column(column.default)
                yield self._workspace.same(rows.column(column.name), default, relation, column.name)
