"""Which rows go: those that a cleanup names, and all that hang on one of them by a foreign key of the database."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from seedengine.catalog import ForeignKey
from seedengine.diagnostics import InvalidCall, closest
from seedengine.spec.cleanup import Removed
from seedengine.targets.conditions import Rows, matching
from seedengine.targets.found import NAMED, ROUND, FoundRows, Workspace, make_found
from seedengine.targets.protocol import Removal
from seedengine.targets.recognising import Recognised
from seedengine.targets.relations import Relation, reachable

ROW_PART = "tableoid"
"""What says in which part of a partitioned table a row lies, where a foreign key refers to a part alone."""

_Hanging = tuple[str, ForeignKey]
"""A table, and one of its foreign keys by which its rows go along with what they refer to."""


class Search:
    """One run through the tables, in rounds: each looks for what hangs on the rows of the round before.

    Removals of tables that the database lacks are left out. `number` makes the names of the temporary tables. Raises
    InvalidCall where a removal names what is not there.
    """

    def __init__(self, workspace: Workspace, removals: Sequence[Removal], number: int) -> None:
        self.workspace = workspace
        self.removals = [each for each in removals if each.table in workspace.relations]
        self.follows = {each.table: each.follows for each in self.removals if each.follows is not None}
        for table, column in self.follows.items():
            _require_foreign_key(workspace.relations[table], column)
        self.found: dict[str, FoundRows] = {}
        self.counts: dict[str, int] = {}
        self.analyzed: dict[str, int] = {}
        self.round = self.implied_round = 0
        self.hanging = tuple(self._hanging())
        self._make_tables(number)
        self.recognised = Recognised(workspace, self.removals, number)

    def _hanging(self) -> Iterator[_Hanging]:
        for table, relation in self.workspace.relations.items():
            for key in relation.table.foreign_keys:
                if table not in self.follows or key.columns == (self.follows[table],):
                    yield table, key

    def _make_tables(self, number: int) -> None:
        """All temporary tables, before the first row is looked for: a transaction may only read from then on."""
        needed: dict[str, dict[tuple[str, ...], None]] = {table: {} for table in self._involved()}
        for removed in self._removed():
            if removed.table in needed:
                self.workspace.relations[removed.table].require([removed.column])
                needed[removed.table][(removed.column,)] = None
        for relation in self.workspace.relations.values():
            for key in relation.table.foreign_keys:
                if key.target in needed:
                    needed[key.target][key.target_columns] = None
        needs = self._needs()
        for position, (table, columns) in enumerate(needed.items()):
            name = f"seedengine_found_{number}_{position}"
            relation = self.workspace.relations[table]
            indexed = not self.workspace.hashes or table in reachable(table, needs)
            self.found[table] = make_found(self.workspace, relation, columns, name, indexed=indexed)

    def _involved(self) -> list[str]:
        """Tables whose rows may go, and those whose removed rows a filter asks for."""
        involved = dict.fromkeys(removal.table for removal in self.removals)
        involved.update((each.table, None) for each in self._removed() if each.table in self.workspace.relations)
        waiting = list(involved)
        while waiting:
            parent = waiting.pop()
            for table, key in self.hanging:
                if key.target == parent and table not in involved:
                    involved[table] = None
                    waiting.append(table)
        return list(involved)

    def _needs(self) -> dict[str, set[str]]:
        """By table, those whose rows that go decide which of its own go; in a circle they may do so again and again."""
        needs: dict[str, set[str]] = {table: set() for table in self.workspace.relations}
        for table, key in self.hanging:
            needs[table].add(key.target)
        for removal in self.removals:
            if removal.where is not None:
                needs[removal.table].update(each.table for each in removal.where.removed())
        return needs

    def _removed(self) -> Iterator[Removed]:
        for removal in self.removals:
            if removal.where is not None:
                yield from removal.where.removed()

    def run(self) -> dict[str, tuple[FoundRows, int]]:
        """Find, and lock, all rows that go, until a round finds none; where they are listed, and their number."""
        self.workspace.freeze()
        self._grow(0, [removal for removal in self.removals if not removal.implied])
        self.implied_round = self.round + 1
        self._grow(self.implied_round, [removal for removal in self.removals if removal.implied])
        return {table: (self.found[table], count) for table, count in self.counts.items() if count}

    def _grow(self, round: int, removals: Sequence[Removal]) -> None:
        """Find what these removals name, and then whatever hangs on it."""
        self.round = round
        grown = self._find_named(round, removals)
        while grown:
            self.round += 1
            named = [
                removal
                for removal in self.removals
                if removal.where is not None and any(each.table in grown for each in removal.where.removed())
            ]
            hanging = self._find_hanging(self.round, grown)
            grown = hanging | self._find_named(self.round, named)

    def _find_named(self, round: int, removals: Sequence[Removal]) -> set[str]:
        """Find what removals name themselves; the tables in which there was some."""
        grown: set[str] = set()
        for removal in removals:
            rows = Rows.of(self.workspace.relations[removal.table])
            named: list[sa.ColumnElement[bool]] = [sa.true()] if removal.everything else []
            if removal.where is not None:
                named.append(matching(removal.where, rows, self.workspace.compare, self._values))
            if removal.generated:
                doubtful = [each for each in removal.generated if removal.implied and not each.keyed]
                sure = [each for each in removal.generated if each not in doubtful]
                named.append(self.recognised.holds(rows, sure, untouched=doubtful))
            if named and self._add(rows, sa.or_(*named), round, named=True):
                grown.add(removal.table)
        return grown

    def _values(self, removed: Removed) -> sa.ScalarSelect[str]:
        if removed.table not in self.found:
            return _no_values(removed)
        return self.found[removed.table].values(removed.column)

    def _find_hanging(self, round: int, grown: set[str]) -> set[str]:
        """Find the rows that refer to one that the round before found; the tables in which there was some."""
        more: set[str] = set()
        for table, key in self.hanging:
            if key.target in grown:
                rows = Rows.of(self.workspace.relations[table])
                if self._add(rows, self.refers(rows, key, round - 1), round, named=False):
                    more.add(table)
        return more

    def refers(self, rows: Rows, key: ForeignKey, round: int | None = None) -> sa.ColumnElement[bool]:
        """That a row refers by this key to one that was found, in that round where one is given."""
        # A NULL in any part of a key equals nothing: the row then refers to none, as SQL has it.
        parents = self.found[key.target]
        same = [
            parents.column(target) == self.workspace.referring(rows, column, parents.relation, target)
            for column, target in zip(key.columns, key.target_columns, strict=True)
        ]
        if key.parts:
            same.append(parents.column(ROW_PART).in_(key.parts))
        if key.rows_in:
            same.append(rows.column(ROW_PART).in_(key.rows_in))
        if round is not None:
            same.append(parents.clause.c[ROUND] == round)
        return sa.exists(sa.select(sa.literal(1)).select_from(parents.clause).where(*same))

    def _add(self, rows: Rows, condition: sa.ColumnElement[bool], round: int, *, named: bool) -> int:
        """Add the rows that the condition holds for to those found; how many are new."""
        table = rows.relation.table.name
        found = self.found[table]
        query = sa.select(
            *(rows.column(name).label(place) for name, place in found.columns.items()),
            sa.literal(round).label(ROUND),
            sa.literal(int(named)).label(NAMED),
        ).where(condition, ~found.holds(rows.column), *rows.own())
        if self.workspace.lock_rows:
            query = query.with_for_update(of=rows.alias)
        places = [*found.columns.values(), ROUND, NAMED]
        insert = found.clause.insert().from_select(places, query)
        counted = self.workspace.connection.execution_options(preserve_rowcount=True)
        added = counted.execute(insert).rowcount
        count = self.counts[table] = self.counts.get(table, 0) + added
        if added and count >= 2 * self.analyzed.get(table, 0):
            self.analyzed[table] = count
            self.workspace.analyze(found)
        return added


def count_filtered(workspace: Workspace, removals: Sequence[Removal]) -> dict[str, int]:
    """How many rows of each table its filter matches, where that asks for nothing but the row itself."""
    found: dict[str, int] = {}
    for removal in removals:
        if removal.where is not None and not any(removal.where.removed()):
            rows = Rows.of(workspace.relations[removal.table])
            matches = matching(removal.where, rows, workspace.compare, _no_values)
            counted = sa.select(sa.func.count()).select_from(rows.alias).where(matches, *rows.own())
            found[removal.table] = int(workspace.connection.execute(counted).scalar_one())
    return found


def _no_values(_removed: Removed) -> sa.ScalarSelect[str]:
    return sa.select(sa.cast(sa.null(), sa.Text)).where(sa.false()).scalar_subquery()


def _require_foreign_key(relation: Relation, column: str) -> None:
    columns = [key.columns[0] for key in relation.table.foreign_keys if len(key.columns) == 1]
    if column not in columns:
        meant = closest(column, columns)
        raise InvalidCall(
            f"`follows: {column}` of `{relation.table.name}` is no foreign key of that table",
            f"did you mean `{meant}`?" if meant else "name a column that refers to another table",
        )
