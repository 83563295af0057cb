"""What happens within one SQLite transaction: tables are made, rows are found, deleted and loaded."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from seedengine.catalog import Catalog, Going, Table, TakenOff
from seedengine.diagnostics import DatabaseError
from seedengine.targets.closure import Search, count_filtered
from seedengine.targets.commit import uninterrupted
from seedengine.targets.comparing import Comparing
from seedengine.targets.ddl import index_name
from seedengine.targets.deletion import delete_rows
from seedengine.targets.found import FoundRows
from seedengine.targets.judging import judge
from seedengine.targets.protocol import BulkLoad, Comparison, ExpectedRows, Removal, Upserted, UpsertTable
from seedengine.targets.relations import Relation, find_relation, has_circle
from seedengine.targets.sqlite.catalog import APPLICATION_ID, read_relations, require_keys
from seedengine.targets.sqlite.errors import translated
from seedengine.targets.sqlite.hazards import acting_triggers, find_hazards
from seedengine.targets.sqlite.insert import insert_rows, update_rows
from seedengine.targets.sqlite.passing_indexes import find_slow_loads, indexed, needs_index
from seedengine.targets.sqlite.protection import is_marked
from seedengine.targets.sqlite.tables import create_indexes, create_tables, settle
from seedengine.targets.sqlite.workspace import SqliteWorkspace
from seedengine.targets.unindexed import UnindexedKey, find_unindexed
from seedengine.targets.upsert import Upsert


class SqliteTransaction:
    """See `Transaction`."""

    def __init__(self, connection: sa.Connection, file: str, path: Path, *, witnessed: bool) -> None:
        self._connection = connection
        self._file = file
        self._path = path
        self._witnessed = witnessed
        self._read: dict[str, Relation] | None = None
        self._outgrown: dict[str, tuple[Table, Table]] = {}
        self._made: list[Table] = []
        self._workspace: SqliteWorkspace | None = None
        self._found: dict[str, tuple[FoundRows, int]] = {}
        self._unindexed: list[tuple[UnindexedKey, bool]] = []
        self._slow_loads: list[UnindexedKey] = []
        self._loaded: set[str] = set()
        self._searches = 0
        self._remarks: list[str] = []

    @property
    def notes(self) -> Sequence[str]:
        """See `Transaction`."""
        return [*(key.note(_creation(key), helped=helped) for key, helped in self._unindexed), *self._remarks]

    def _relations(self) -> dict[str, Relation]:
        if self._read is None:
            with translated(self._file):
                self._read = read_relations(self._connection)
        return self._read

    def _is_ours(self) -> bool:
        """Whether seedengine made the file, or is about to: one without tables is nobody else's."""
        with translated(self._file):
            mark = self._connection.exec_driver_sql("PRAGMA application_id").scalar_one()
            protected = is_marked(self._connection)
        return bool(mark == APPLICATION_ID or (mark == 0 and not protected and not self._relations()))

    def catalog(self) -> Catalog:
        """What the file holds as this transaction sees it."""
        tables = {name: relation.table for name, relation in self._relations().items()}
        return Catalog(tables, ours=self._is_ours())

    def create(self, tables: Sequence[Table]) -> None:
        """See `Transaction`; a file without any table becomes seedengine's own."""
        held, ours = self._relations(), self._is_ours()
        with translated(self._file):
            if ours:
                self._connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            outgrown = create_tables(self._connection, held, tables, self._file)
        self._outgrown = {name: (table, held[name].table) for name, table in outgrown.items()}
        self._made = [table for table in tables if table.name not in held or held[table.name].table.made]
        # While a row waits for the one that it refers to, SQLite looks through the children of every row that comes.
        if has_circle([*tables, *(relation.table for relation in held.values())]):
            self._make_indexes()
        self._read = None

    def _make_indexes(self) -> None:
        with translated(self._file):
            create_indexes(self._connection, self._made)

    def find(
        self,
        removals: Sequence[Removal],
        *,
        locking: bool = False,  # noqa: ARG002
        few: int = 0,
    ) -> Mapping[str, Going]:
        """See `Transaction`; the whole file is locked in any case."""
        self._searches += 1
        self._workspace = SqliteWorkspace(self._connection, self._relations())
        require_keys(self._relations(), (each.table for each in removals))
        with translated(self._file):
            search = Search(self._workspace, removals, self._searches)
            self._found = search.run()
            others = self._others()
            self._unindexed = [
                (key, needs_index(self._connection, others, key, search.counts))
                for key in find_unindexed(others, search.counts)
            ]
            return judge(search, few)

    def _others(self) -> dict[str, Relation]:
        """The tables that are not made or grown by this transaction: those get their indexes in any case."""
        made = {table.name for table in self._made}
        return {name: relation for name, relation in self._relations().items() if name not in made}

    def identity(self) -> str:
        """See `Transaction`: where the file is."""
        return str(self._path)

    def digests(self) -> Mapping[str, str]:
        """See `Transaction`."""
        if self._workspace is None:
            return {}
        with translated(self._file):
            return {table: self._workspace.digest(found) for table, (found, _) in self._found.items()}

    def hazards(self, filled: Mapping[str, Collection[str]], changed: Collection[str]) -> Sequence[str]:
        """See `Transaction`: triggers."""
        with translated(self._file):
            return list(find_hazards(self._connection, self._found, filled, changed))

    def compare(self, expected: Sequence[ExpectedRows], removals: Sequence[Removal]) -> Comparison:
        """See `Transaction`."""
        self._searches += 1
        workspace = SqliteWorkspace(self._connection, self._relations())
        require_keys(self._relations(), [*(each.table for each in expected), *(each.table for each in removals)])
        with translated(self._file):
            return Comparing(workspace, expected, removals, self._searches).run()

    def delete(self) -> Mapping[str, int]:
        """See `Transaction`."""
        if self._workspace is None:
            return {}
        before = self._changes()
        helped = [key for key, helped in self._unindexed if helped]
        with translated(self._file), indexed(self._connection, helped, "cleaning"):
            deleted = delete_rows(self._workspace, self._found)
        emptied = self._workspace.emptied
        self._witness(before, sum(deleted.values()) + emptied, "updated and deleted" if emptied else "deleted")
        return deleted

    def _changes(self) -> int:
        return _raw(self._connection).total_changes

    def _witness(self, before: int, meant: int, work: str) -> None:
        """Raises DatabaseError where SQLite counted other changes, those of triggers and of foreign keys too."""
        seen = self._changes() - before
        if self._witnessed and seen != meant:
            raise DatabaseError(
                f"{seen} rows were changed while {meant} were {work}",
                "a trigger of the database did more than was planned; nothing was changed. Where that is meant, give "
                "`--unwitnessed`",
            )

    def plan_bulk(self, load: BulkLoad) -> tuple[Sequence[TakenOff], Sequence[str]]:
        """See `Transaction`; nothing is taken off."""
        return (), self._plan_load(load.rows)

    def _plan_load(self, coming: Mapping[str, int]) -> Sequence[str]:
        """Find the keys that get an index while these rows come, which serves the cleanup, too; notes on them."""
        going = {table: count for table, (_, count) in self._found.items()}
        with translated(self._file):
            self._slow_loads = find_slow_loads(self._connection, self._others(), coming, going)
        served = {(each.relation.name, each.key.columns) for each in self._slow_loads}
        self._unindexed = [
            each for each in self._unindexed if (each[0].relation.name, each[0].key.columns) not in served
        ]
        return [key.loading_note(_creation(key)) for key in self._slow_loads]

    @contextmanager
    def loading(self, load: BulkLoad | None) -> Iterator[Sequence[str]]:
        """See `Transaction`; keys and indexes stay in place, and keys that make a load slow have indexes meanwhile."""
        notes = self._plan_load(load.rows) if load else ()
        with translated(self._file), indexed(self._connection, self._slow_loads, "loading"):
            yield notes

    def load(self, table: str, columns: Sequence[str], batches: Iterable[pl.DataFrame]) -> int:
        """See `Transaction`."""
        self._settle(table)
        relation = find_relation(self._relations(), table)
        relation.require(columns)
        before = self._changes()
        with translated(self._file):
            inserted = insert_rows(self._connection, relation, columns, batches)
        self._witness(before, inserted, f"inserted into `{table}`")
        self._loaded.add(table)
        return inserted

    def update(self, table: str, key: Sequence[str], columns: Sequence[str], batches: Iterable[pl.DataFrame]) -> int:
        """See `Transaction`."""
        relation = find_relation(self._relations(), table)
        relation.require((*key, *columns))
        before = self._changes()
        with translated(self._file):
            updated = update_rows(self._connection, relation, key, columns, batches)
        self._witness(before, updated, f"updated in `{table}`")
        return updated

    def find_again(
        self, removals: Sequence[Removal], filled: Collection[str], changed: Collection[str]
    ) -> Mapping[str, int]:
        """See `Transaction`."""
        with translated(self._file):
            if not any(acting_triggers(self._connection, (), filled, changed)):
                return count_filtered(SqliteWorkspace(self._connection, self._relations()), removals)
            self._searches += 1
            search = Search(SqliteWorkspace(self._connection, self._relations()), removals, self._searches)
            search.run()
            return {table: search.counts.get(table, 0) for table in filled}

    def _compared(self, tables: Sequence[UpsertTable]) -> Upsert:
        self._searches += 1
        require_keys(self._relations(), (each.table for each in tables))
        with translated(self._file):
            upsert = Upsert(SqliteWorkspace(self._connection, self._relations()), tables, self._searches)
            upsert.compare()
        self._remarks += self._plan_load({table: each.inserted for table, each in upsert.results.items()})
        return upsert

    def plan_upsert(self, tables: Sequence[UpsertTable]) -> Mapping[str, Upserted]:
        """See `Transaction`."""
        return self._compared(tables).results

    def upsert(self, tables: Sequence[UpsertTable]) -> Mapping[str, Upserted]:
        """See `Transaction`."""
        for each in tables:
            self._settle(each.table)
        upsert = self._compared(tables)
        before = self._changes()
        with translated(self._file), indexed(self._connection, self._slow_loads, "loading"):
            done = list(upsert.write())
        meant = sum(each.inserted + each.updated for each in done)
        self._witness(before, meant, "inserted or updated")
        return upsert.results

    def _settle(self, table: str) -> None:
        if table in self._outgrown:
            with translated(self._file):
                settle(self._connection, *self._outgrown.pop(table), self._relations(), self._file)
            self._read = None

    def _lost(self) -> Iterator[str]:
        """What the file's own check of foreign keys finds; a row of this run among them is refused by the commit."""
        for table in sorted(self._loaded):
            with translated(self._file):
                name = self._connection.dialect.identifier_preparer.quote_identifier(self._relations()[table].name)
                found = self._connection.exec_driver_sql(f"PRAGMA foreign_key_check({name})").fetchall()
            if found:
                parents = ", ".join(f"`{each}`" for each in sorted({row[2] for row in found}))
                yield f"`{table}` has rows from before this run that refer to no row of {parents}: {len(found):,}"

    def finish(self) -> None:
        """Commit; raises DatabaseError that names table and row where a foreign key leads nowhere.

        Tables that were made get their indexes now, which is faster than with each row.
        """
        for table in list(self._outgrown):
            self._settle(table)
        self._make_indexes()
        lost = list(self._lost())
        raw = _raw(self._connection)
        with translated(self._file):
            try:
                with uninterrupted():
                    raw.commit()
            except sqlite3.IntegrityError:
                table, _, parent, _ = raw.execute("PRAGMA foreign_key_check").fetchone()
            else:
                self._remarks += lost
                return
        raise DatabaseError(
            f"a row of `{table}` refers to a `{parent}` that does not exist",
            "let the field draw from an entity of that table with `ref`",
        )


def _creation(key: UnindexedKey) -> str:
    """The statement that makes the index to keep."""
    return key.creation(index_name(key.relation.name, key.key.columns))


def _raw(connection: sa.Connection) -> sqlite3.Connection:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw
