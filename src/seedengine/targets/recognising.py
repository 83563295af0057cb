"""Which rows of a table a spec has made: those that look the same to the letter."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from seedengine.targets.conditions import Rows
from seedengine.targets.defaults import is_steady
from seedengine.targets.found import CreateTemporary, FoundRows, Workspace, make_found
from seedengine.targets.protocol import GeneratedRows, Removal
from seedengine.targets.relations import Relation, quoted_table
from seedengine.targets.rowtexts import Differ, RowText

_ENTITY, _UNTOUCHED = "entity", "untouched"
"""Of a row recognised: which of the table's entities makes it, and 1 where nobody has filled more of it than that does.

The latter as far as it can be told.
"""


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

    def surplus(self, found: FoundRows) -> int:
        """How many more untouched ones of the rows found look like the spec's than it makes: some are somebody's."""
        table = self._tables.get(found.relation.table.name)
        return 0 if table is None else table.surplus(found)


class _Table:
    """The rows of some entities, and those of their table that are these."""

    def __init__(self, workspace: Workspace, relation: Relation, known: Sequence[GeneratedRows], number: str) -> None:
        # What says more of a row comes first: rows that several may have made are taken for one of those.
        self._known = sorted(known, key=lambda each: (not each.keyed, -len(each.columns)))
        self._workspace, self._relation = workspace, relation
        self._waiting = {
            generated: self._make(generated, f"seedengine_generated_{number}_{position}")
            for position, generated in enumerate(self._known)
        }
        self._made_again = 0
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
        if not any(each in among or each in untouched for each in self._known):
            return sa.false()
        self._look_up_all()
        entity, is_untouched = self._found.clause.c[_ENTITY], self._found.clause.c[_UNTOUCHED] == 1
        numbers = [[number for number, each in enumerate(self._known) if each in some] for some in (among, untouched)]
        either = sa.or_(entity.in_(numbers[0]), sa.and_(entity.in_(numbers[1]), is_untouched))
        return self._found.holds(rows.column, either)

    def surplus(self, found: FoundRows) -> int:
        """See `Recognised`."""
        self._look_up_all()
        alike = [number for number, each in enumerate(self._known) if not self._held_key(each)]
        looked_up = self._found.clause.c
        conditions = (looked_up[_ENTITY].in_(alike), looked_up[_UNTOUCHED] == 1, found.holds(self._found.column))
        counted = sa.select(sa.func.count()).where(*conditions)
        return max(0, int(self._workspace.connection.execute(counted).scalar_one()) - self._made_again)

    def _look_up_all(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for generated, made in waiting.items():
            self._look_up(generated, made)

    def _look_up(self, generated: GeneratedRows, made: sa.TableClause) -> None:
        relation, workspace = self._relation, self._workspace
        staging = Relation(relation.table, workspace.temporary_schema, made.name, (), relation.types)
        workspace.stage(staging, generated.columns, generated.batches())
        places = [*self._found.columns.values(), _ENTITY, _UNTOUCHED]
        rows = Rows.of(relation)
        same = self._same(rows, generated, made)
        if workspace.lock_rows:
            # Whoever changes a row meanwhile is waited for, and the row looked at again as it then is.
            same = same.with_for_update(of=rows.alias)
        workspace.connection.execute(self._found.clause.insert().from_select(places, same))
        workspace.analyze(self._found)

    def _same(self, rows: Rows, generated: GeneratedRows, made: sa.TableClause) -> sa.Select[Any]:
        """The rows of the table that are the same as one of these, as they are kept."""
        untouched = sa.case((sa.and_(sa.true(), *self._untouched(rows, generated)), 1), else_=0)
        kept: list[sa.ColumnElement[Any]] = [
            *(rows.column(name).label(place) for name, place in self._found.columns.items()),
            sa.literal(self._known.index(generated)).label(_ENTITY),
            untouched.label(_UNTOUCHED),
        ]
        key = self._held_key(generated)
        if key:
            same = (rows.column(name) == made.c[name] for name in key)
            alike = (~Differ(rows.column(name), made.c[name]) for name in generated.columns)
            both = rows.alias.join(made, sa.and_(*same))
            return sa.select(*kept).select_from(both).where(*alike, *rows.own())
        text = RowText(*(rows.column(name) for name in generated.columns))
        made_text = RowText(*(made.c[name] for name in generated.columns))
        there = sa.select(text).where(*rows.own())
        again = sa.select(sa.func.count()).select_from(made).where(made_text.in_(there))
        self._made_again += int(self._workspace.connection.execute(again).scalar_one())
        new = ~self._found.holds(rows.column)
        return sa.select(*kept).where(text.in_(sa.select(made_text)), new, *rows.own())

    def _held_key(self, generated: GeneratedRows) -> tuple[str, ...]:
        """A key of the table of which every part is made, so that it finds one row at most."""
        table = self._relation.table
        nullable = {column.name for column in table.columns if column.nullable} - {*table.primary_key}
        for key in (table.primary_key, *table.unique):
            if key and set(key) <= {*generated.columns} - nullable:
                return key
        return ()

    def _untouched(self, rows: Rows, generated: GeneratedRows) -> Iterator[sa.ColumnElement[bool]]:
        """That nobody has filled what the spec leaves to the database, as far as that can be told."""
        relation = rows.relation
        for column in relation.table.columns:
            if column.name in generated.columns or column.generated or column.identity:
                continue
            if column.default is None:
                yield rows.column(column.name).is_(None)
            elif is_steady(column.default):
                default: sa.ColumnElement[Any] = sa.literal_column(column.default)
                yield self._workspace.same(rows.column(column.name), default, relation, column.name)
